//! What the catalogue shows to whom (M1.1): published rows to everybody, drafts within reach.

use foundation::codes::{CertificateType, NeedsState, TrainingType};
use foundation::{DistrictCode, NeedsItemId, Scope};
use serde::Deserialize;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, Select};
use store::tables::needs::needs_item::{Column, Entity, Model};

/// Whether this scope manages the row: may see its drafts and act on it.
pub fn manages(scope: &Scope, row: &Model) -> bool {
    match scope {
        Scope::Everything => true,
        Scope::Below(path) => path.covers(&row.path),
        Scope::Institution(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => false,
    }
}

/// Whether this scope may see the row at all.
pub fn visible(scope: &Scope, row: &Model) -> bool {
    row.state != NeedsState::Draft || manages(scope, row)
}

/// The filters of the register, as the address holds them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// Words of the name or a code.
    pub q: String,
    /// District code; a city takes its counties along.
    pub district: String,
    /// Year.
    pub year: String,
    /// Training type code.
    pub training: String,
    /// Certificate type code.
    pub certificate: String,
    /// `1` only short items, `0` only others.
    pub shortage: String,
    /// State code; empty means what the reader usually wants.
    pub state: String,
    /// Page number.
    pub page: String,
    /// `xlsx` asks for the file.
    pub export: String,
    /// API: id after which to go on.
    pub after: String,
    /// API: how many.
    pub limit: String,
}

impl Filters {
    /// The named values without page and export, for links.
    pub fn pairs(&self) -> Vec<(String, String)> {
        [
            ("q", &self.q),
            ("district", &self.district),
            ("year", &self.year),
            ("training", &self.training),
            ("certificate", &self.certificate),
            ("shortage", &self.shortage),
            ("state", &self.state),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
    }

    /// The condition; words that are no code match nothing rather than everything.
    fn condition(&self, scope: &Scope) -> Condition {
        let mut all = Condition::all().add(seen_by(scope));
        let words = self.q.trim();
        if !words.is_empty() {
            all = all.add(Condition::any().add(Column::Name.contains(words)).add(Column::Occupation.starts_with(words)));
        }
        if !self.district.is_empty() {
            all = match self.district.parse::<DistrictCode>() {
                Ok(one) => all.add(store::reach::below(Column::Path, &one.management_path())),
                Err(_) => all.add(nothing()),
            };
        }
        if !self.year.is_empty() {
            all = match self.year.trim().parse::<i32>() {
                Ok(year) => all.add(Column::Year.eq(year)),
                Err(_) => all.add(nothing()),
            };
        }
        if !self.training.is_empty() {
            all = match self.training.parse::<TrainingType>() {
                Ok(one) => all.add(Column::TrainingType.eq(one)),
                Err(_) => all.add(nothing()),
            };
        }
        if !self.certificate.is_empty() {
            all = match self.certificate.parse::<CertificateType>() {
                Ok(one) => all.add(Column::CertificateType.eq(one)),
                Err(_) => all.add(nothing()),
            };
        }
        if !self.shortage.is_empty() {
            all = all.add(Column::Shortage.eq(self.shortage == "1"));
        }
        match self.state.parse::<NeedsState>() {
            Ok(state) => all.add(Column::State.eq(state)),
            Err(_) if self.state.is_empty() => all.add(Column::State.ne(NeedsState::Delisted)),
            Err(_) => all.add(nothing()),
        }
    }
}

fn nothing() -> Condition {
    Condition::all().add(Column::Id.is_null())
}

fn seen_by(scope: &Scope) -> Condition {
    let open = Column::State.ne(NeedsState::Draft);
    match scope {
        Scope::Everything => Condition::all().add(Column::Id.is_not_null()),
        Scope::Below(path) => Condition::any().add(open).add(store::reach::below(Column::Path, path)),
        Scope::Institution(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => Condition::all().add(open),
    }
}

/// Shapes the register: newest year first, then by district and name.
pub fn register(filters: &Filters, scope: &Scope, select: Select<Entity>) -> Select<Entity> {
    select.filter(filters.condition(scope)).order_by_desc(Column::Year).order_by_asc(Column::District).order_by_asc(Column::Name).order_by_asc(Column::Id)
}

/// Shapes a page of the API: by id, after the cursor.
pub fn resource(filters: &Filters, scope: &Scope, select: Select<Entity>) -> Select<Entity> {
    let select = select.filter(filters.condition(scope)).order_by_asc(Column::Id);
    match filters.after.parse::<NeedsItemId>() {
        Ok(after) => select.filter(Column::Id.gt(after)),
        Err(_) => select,
    }
}
