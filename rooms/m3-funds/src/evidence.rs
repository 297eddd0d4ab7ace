//! A class's claim and payments as its evidence holds them (M3.11, M8.9).

use desk::room::Evidence;
use foundation::codes::PaymentState;
use foundation::{ClassId, Stop};
use futures::future::BoxFuture;
use journal::Rows;
use journal::bundle::{ClaimItemRow, ClaimRow, PaymentRow};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{claim, claim_item, payment_line};

/// The room's rows in a bundle.
pub(crate) const EVIDENCE: Evidence = Evidence {
    fill: |reader, class, rows| Box::pin(fill(reader, class, rows)),
    unreadable: |reader, class| unreadable(reader, class),
    classes: None,
};

async fn fill(reader: &Reader, class: &ClassId, rows: &mut Rows) -> Result<(), Stop> {
    let claim = reader.find::<claim::Entity>(claim::Column::Class.eq(class.clone())).await?;
    let items = reader
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Class.eq(class.clone()))
                .filter(claim_item::Column::Eligible.eq(true))
                .order_by_asc(claim_item::Column::Id)
        })
        .await?;
    let item = |one: claim_item::Model| ClaimItemRow {
        item: one.id,
        claim: one.claim,
        enrolment: one.enrolment,
        credited_offline: one.credited_offline,
        credited_online: one.credited_online,
        payable: one.payable,
        amount_fen: one.amount,
    };
    rows.claim_items = items.into_iter().map(item).collect();
    if let Some(one) = claim {
        let paid = reader
            .list::<payment_line::Entity>(|q| {
                q.filter(payment_line::Column::Claim.eq(one.id.clone()))
                    .filter(payment_line::Column::State.eq(PaymentState::Paid))
            })
            .await?;
        let line = |one: payment_line::Model| PaymentRow {
            line: one.id,
            claim: one.claim,
            amount_fen: one.amount,
            reference: one.bank_reference,
        };
        rows.payments = paid.into_iter().map(line).collect();
        rows.claim = Some(ClaimRow { claim: one.id, state: one.state.code().into(), total_fen: one.total });
    }
    Ok(())
}

fn unreadable<'a>(reader: &'a Reader, class: &'a ClassId) -> BoxFuture<'a, Result<Vec<String>, Stop>> {
    Box::pin(async move {
        let of = || claim::Column::Class.eq(class.clone());
        let mut found = reader.unreadable::<claim::Entity>(of().into()).await?;
        let items = claim_item::Column::Class.eq(class.clone()).into();
        found.extend(reader.unreadable::<claim_item::Entity>(items).await?);
        let claims = reader.keys_of::<claim::Entity>(of().into()).await?;
        let lines = payment_line::Column::Claim.is_in(claims).into();
        found.extend(reader.unreadable::<payment_line::Entity>(lines).await?);
        Ok(found)
    })
}
