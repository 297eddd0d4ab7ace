//! What the search finds of claims and payment batches (M7.1), within the asker's reach.

use desk::Desk;
use desk::room::{Finder, HITS, Hit};
use foundation::{Function, Permission, Right, Stop, at};
use futures::future::BoxFuture;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::{claim, payment_batch};

/// Claims.
pub(crate) const CLAIMS: Finder =
    Finder { title: "补贴申领", place: 40, numbers: false, words: true, find: claims };
/// Payment batches: a district's code, with which their numbers begin, is also some document's number.
pub(crate) const BATCHES: Finder =
    Finder { title: "拨付批次", place: 50, numbers: true, words: true, find: batches };

fn claims<'a>(desk: &'a Desk, reader: &'a Reader, words: &'a str) -> BoxFuture<'a, Result<Vec<Hit>, Stop>> {
    Box::pin(async move {
        if !desk.may(Permission::Of(Function::ClaimReview, Right::Read)) {
            return Ok(Vec::new());
        }
        let number = claim::Column::ClaimNo.eq(words.to_uppercase());
        let rows = reader.list::<claim::Entity>(|q| q.filter(number).limit(HITS)).await?;
        let hit = |one: claim::Model| Hit {
            href: at::ClaimPage(&one.id).to_string(),
            what: format!("{} · {} · {}", one.class_title, one.state.label(), ui::money::text(one.total)),
            name: one.claim_no,
        };
        Ok(rows.into_iter().map(hit).collect())
    })
}

/// By their number or its beginning: `350582-202611`.
fn batches<'a>(desk: &'a Desk, reader: &'a Reader, words: &'a str) -> BoxFuture<'a, Result<Vec<Hit>, Stop>> {
    use payment_batch::Column as C;
    Box::pin(async move {
        let plain = words.chars().all(|one| one.is_ascii_digit() || one == '-');
        let begins_one = plain && (words.len() <= 6 || words.contains('-'));
        if !begins_one || !desk.may(Permission::Of(Function::ClaimPayment, Right::Read)) {
            return Ok(Vec::new());
        }
        let begins = C::BatchNo.starts_with(words);
        let rows =
            reader.list::<payment_batch::Entity>(|q| q.filter(begins).order_by_desc(C::MadeAt).limit(HITS)).await?;
        let hit = |one: payment_batch::Model| Hit {
            href: at::PaymentBatchPage(&one.id).to_string(),
            what: format!(
                "{} 笔 · {} · {}",
                one.lines,
                ui::money::text(one.total),
                ui::dates::full_moment(one.made_at)
            ),
            name: one.batch_no,
        };
        Ok(rows.into_iter().map(hit).collect())
    })
}
