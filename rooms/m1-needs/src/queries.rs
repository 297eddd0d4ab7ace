//! What the catalogue shows to whom (M1.1): published rows to everybody, drafts within reach.

use desk::filters;
use foundation::codes::{CertificateType, NeedsState, TrainingType};
use foundation::{NeedsItemId, Scope};
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, Select};
use store::tables::needs::needs_item::{Column, Entity, Model};

/// Whether this scope manages the row: may see its drafts and act on it.
pub fn manages(scope: &Scope, row: &Model) -> bool {
    match scope {
        Scope::Everything => true,
        Scope::Below(path) => path.covers(&row.path),
        Scope::Own(_) | Scope::Called(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => false,
    }
}

/// Whether this scope may see the row at all.
pub fn visible(scope: &Scope, row: &Model) -> bool {
    row.state != NeedsState::Draft || manages(scope, row)
}

desk::filters! {
    /// The filters of the register, as the address holds them.
    pub Filters {
        /// Words of the name or a code.
        q,
        /// District code; a city takes its counties along.
        district,
        /// Year.
        year,
        /// Training type code.
        training,
        /// Certificate type code.
        certificate,
        /// `1` only short items, `0` only others.
        shortage,
        /// State code; empty means what the reader usually wants.
        state,
    }
}

impl Filters {
    /// The condition; words that are no code match nothing rather than everything.
    fn condition(&self, scope: &Scope) -> Condition {
        let mut all = Condition::all().add(seen_by(scope));
        let words = filters::words(&self.q);
        if !words.is_empty() {
            all = all
                .add(Condition::any().add(Column::Name.contains(&words)).add(Column::Occupation.starts_with(&words)));
        }
        all = filters::below(all, &self.district, Column::Path, Column::Id);
        all = filters::equal::<i32>(all, &self.year, Column::Year, Column::Id);
        all = filters::equal::<TrainingType>(all, &self.training, Column::TrainingType, Column::Id);
        all = filters::equal::<CertificateType>(all, &self.certificate, Column::CertificateType, Column::Id);
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
        Scope::Own(_) | Scope::Called(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => {
            Condition::all().add(open)
        }
    }
}

/// Shapes the register: newest year first, then by district and name.
pub fn register(filters: &Filters, scope: &Scope, select: Select<Entity>) -> Select<Entity> {
    select
        .filter(filters.condition(scope))
        .order_by_desc(Column::Year)
        .order_by_asc(Column::District)
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
}

/// Shapes a page of the API: by id, after the cursor.
pub fn resource(filters: &Filters, scope: &Scope, select: Select<Entity>) -> Select<Entity> {
    let select = select.filter(filters.condition(scope)).order_by_asc(Column::Id);
    match filters.after.parse::<NeedsItemId>() {
        Ok(after) => select.filter(Column::Id.gt(after)),
        Err(_) => select,
    }
}
