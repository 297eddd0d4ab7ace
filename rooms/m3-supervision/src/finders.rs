//! What the search finds of classes and certificates (M7.1), within the asker's reach.

use desk::Desk;
use desk::room::{Finder, HITS, Hit};
use foundation::{Stop, at};
use futures::future::BoxFuture;
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::supervision::{certificate, training_class};

/// Classes.
pub(crate) const CLASSES: Finder = Finder { title: "班级", place: 10, numbers: false, words: true, find: classes };
/// Certificates.
pub(crate) const CERTIFICATES: Finder =
    Finder { title: "证书", place: 30, numbers: false, words: true, find: certificates };

fn classes<'a>(_: &'a Desk, reader: &'a Reader, words: &'a str) -> BoxFuture<'a, Result<Vec<Hit>, Stop>> {
    use training_class::Column as C;
    Box::pin(async move {
        let like = Condition::any()
            .add(C::Title.contains(words))
            .add(C::InstitutionName.contains(words))
            .add(C::ClassNo.eq(words));
        let shape = |q| QuerySelect::limit(QueryOrder::order_by_desc(QueryFilter::filter(q, like), C::StartsOn), HITS);
        let rows = reader.list::<training_class::Entity>(shape).await?;
        let when = |one: &training_class::Model| ui::dates::full_range(one.starts_on, one.ends_on);
        let hit = |one: training_class::Model| Hit {
            href: at::ClassPage(&one.id).to_string(),
            what: format!("{} · {} · {}", one.institution_name, one.state.label(), when(&one)),
            name: one.title,
        };
        Ok(rows.into_iter().map(hit).collect())
    })
}

fn certificates<'a>(_: &'a Desk, reader: &'a Reader, words: &'a str) -> BoxFuture<'a, Result<Vec<Hit>, Stop>> {
    Box::pin(async move {
        let number = certificate::Column::Number.eq(words.to_uppercase());
        let rows = reader.list::<certificate::Entity>(|q| q.filter(number).limit(HITS)).await?;
        let hit = |one: certificate::Model| Hit {
            href: at::VerifyPage(&one.number).to_string(),
            name: one.number,
            what: one.institution_name,
        };
        Ok(rows.into_iter().map(hit).collect())
    })
}
