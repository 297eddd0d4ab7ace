//! What the directory shows (M2.1, M2.4): listed institutions to everybody, the others to their authorities.

use std::collections::{BTreeMap, BTreeSet};

use desk::filters;
use foundation::codes::{DirectoryState, InstitutionKind};
use foundation::{InstitutionId, ManagementPath, NeedsItemId, Scope, Stop};
use m1_needs::doorway::NeedsItem;
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, Select};
use store::tables::institutions::directory_item;
use store::tables::institutions::institution::{Column, Entity, Model};

/// Whether this scope manages what lies at `path`.
pub fn manages(scope: &Scope, path: &ManagementPath) -> bool {
    match scope {
        Scope::Everything => true,
        Scope::Below(own) => own.covers(path),
        Scope::Own(_) | Scope::Called(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => false,
    }
}

/// Whether this scope sees the inside: teachers, verifications, the masked account.
pub fn sees_inside(scope: &Scope, row: &Model) -> bool {
    manages(scope, &row.path) || matches!(scope, Scope::Own(id) if InstitutionId::from(id) == row.id)
}

desk::filters! {
    /// The filters of the register, as the address holds them.
    pub Filters {
        /// Words of the name, or the credit code.
        q,
        /// Words of an item it may teach.
        item,
        /// District code.
        district,
        /// Kind code.
        kind,
        /// State code (officials).
        state,
    }
}

/// The condition of the filters; words that are no code match nothing rather than everything.
pub async fn condition(reader: &Reader, asked: &Filters) -> Result<Condition, Stop> {
    let mut all = Condition::all().add(seen_by(reader.scope()));
    let words = filters::words(&asked.q);
    if !words.is_empty() {
        all = all.add(Condition::any().add(Column::Name.contains(&words)).add(Column::Uscc.eq(words.to_uppercase())));
    }
    if !asked.item.trim().is_empty() {
        all = all.add(Column::Id.is_in(teaching(reader, asked.item.trim()).await?));
    }
    all = filters::below(all, &asked.district, Column::Path, Column::Id);
    all = filters::equal::<InstitutionKind>(all, &asked.kind, Column::Kind, Column::Id);
    all = filters::equal::<DirectoryState>(all, &asked.state, Column::State, Column::Id);
    Ok(all)
}

fn seen_by(scope: &Scope) -> Condition {
    let open = Column::State.is_in([DirectoryState::Listed, DirectoryState::Warned]);
    match scope {
        Scope::Everything => Condition::all().add(Column::Id.is_not_null()),
        Scope::Below(path) => Condition::any().add(open).add(store::reach::below(Column::Path, path)),
        Scope::Own(_) | Scope::Called(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => {
            Condition::all().add(open)
        }
    }
}

/// The institutions whose directory holds an item of this name.
async fn teaching(reader: &Reader, words: &str) -> Result<Vec<String>, Stop> {
    let items = m1_needs::doorway::published_called(reader, words).await?;
    let items: Vec<String> = items.into_iter().map(|row| row.id.to_string()).collect();
    let lines =
        reader.list::<directory_item::Entity>(|q| q.filter(directory_item::Column::NeedsItem.is_in(items))).await?;
    Ok(lines.into_iter().map(|row| row.institution.to_string()).collect::<BTreeSet<_>>().into_iter().collect())
}

/// Shapes the register: by district, then serial.
pub fn register(condition: Condition, select: Select<Entity>) -> Select<Entity> {
    select.filter(condition).order_by_asc(Column::District).order_by_asc(Column::Serial).order_by_asc(Column::Id)
}

/// What each institution may teach, `缝纫工（四级/中级工）`, in the order of names.
pub async fn programmes(reader: &Reader, rows: &[Model]) -> Result<BTreeMap<InstitutionId, Vec<String>>, Stop> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let mut all: BTreeMap<InstitutionId, BTreeSet<String>> = BTreeMap::new();
    for some in ids.chunks(500) {
        let lines = reader
            .list::<directory_item::Entity>(|q| q.filter(directory_item::Column::Institution.is_in(some)))
            .await?;
        let items = items_of(reader, &lines).await?;
        for line in lines {
            if let Some(item) = items.get(&line.needs_item.to_string()) {
                all.entry(line.institution).or_default().insert(format!("{}（{}）", item.name, item.level.label()));
            }
        }
    }
    Ok(all.into_iter().map(|(id, names)| (id, names.into_iter().collect())).collect())
}

/// The items of the needs catalogue behind lines of the directory, by id.
pub async fn items_of(reader: &Reader, lines: &[directory_item::Model]) -> Result<BTreeMap<String, NeedsItem>, Stop> {
    let ids: Vec<NeedsItemId> =
        lines.iter().map(|line| line.needs_item.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut all = BTreeMap::new();
    for some in ids.chunks(500) {
        let items = m1_needs::doorway::items(reader, some).await?;
        all.extend(items.into_iter().map(|item| (item.id.to_string(), item)));
    }
    Ok(all)
}
