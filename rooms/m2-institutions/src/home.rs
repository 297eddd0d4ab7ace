//! What the directory says of itself on the public page, and what the search finds in it (M2.1, M7.1).

use desk::Desk;
use desk::room::{Counted, Finder, HITS, Hit};
use foundation::codes::DirectoryState;
use foundation::{Stop, at};
use futures::future::BoxFuture;
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::institutions::institution;

/// Institutions by name or credit code.
pub(crate) const FINDER: Finder = Finder { title: "机构", place: 20, numbers: false, words: true, find };

fn find<'a>(_: &'a Desk, reader: &'a Reader, words: &'a str) -> BoxFuture<'a, Result<Vec<Hit>, Stop>> {
    use institution::Column as C;
    Box::pin(async move {
        let like = Condition::any().add(C::Name.contains(words)).add(C::Uscc.eq(words.to_uppercase()));
        let rows = reader.list::<institution::Entity>(|q| q.filter(like).order_by_asc(C::Name).limit(HITS)).await?;
        let hit = |one: institution::Model| Hit {
            href: at::InstitutionPage(&one.id).to_string(),
            name: one.name,
            what: one.district.full_name(),
        };
        Ok(rows.into_iter().map(hit).collect())
    })
}

/// How many institutions stand in the directory.
pub(crate) fn public_numbers(reader: &Reader) -> BoxFuture<'_, Result<Counted, Stop>> {
    Box::pin(async move {
        let listed = institution::Column::State.eq(DirectoryState::Listed);
        let many = reader.count::<institution::Entity>(|q| q.filter(listed)).await?;
        Ok(Counted { doors: vec![("/institutions", format!("{many} 家机构在目录内"))], ..Counted::default() })
    })
}
