//! What claims count for: numbers above the queue and on the public page (M7.1, M8.9; pages.md "Queue", "Public page").

use desk::Desk;
use desk::room::{ByDistrict, Counted, Placed};
use desk::sums::{Sums, Total, earliest};
use foundation::codes::ClaimState;
use foundation::{DistrictCode, Function, Permission, Right, Stop, at};
use futures::future::BoxFuture;
use store::Reader;
use store::query::{Alias, ColumnTrait, Expr, ExprTrait, QueryFilter, QuerySelect};
use store::tables::funds::claim;
use ui::StatCard;

use ClaimState as S;

/// Claims in these states, by state; answered from the index alone (`path, state, …`).
async fn claims(reader: &Reader, states: &[S]) -> Result<Vec<Sums>, Stop> {
    let whole = |column| Expr::col((claim::Entity, column)).sum().cast_as(Alias::new("bigint"));
    reader
        .pick::<claim::Entity, Sums>(|q| {
            q.select_only()
                .column(claim::Column::State)
                .column_as(claim::Column::State.count(), "rows")
                .column_as(whole(claim::Column::Persons), "persons")
                .column_as(whole(claim::Column::Total), "fen")
                .column_as(claim::Column::PublicityUntil.min(), "first")
                .filter(claim::Column::State.is_in(states.iter().copied()))
                .group_by(claim::Column::State)
        })
        .await
}

/// What an office that may read claims counts.
pub(crate) fn cards(desk: &Desk) -> BoxFuture<'_, Result<Vec<Placed>, Stop>> {
    Box::pin(counted(desk))
}

async fn counted(desk: &Desk) -> Result<Vec<Placed>, Stop> {
    const REVIEWING: [S; 4] = [S::Submitted, S::Accepted, S::FirstReviewed, S::SecondReviewed];
    if !desk.may(Permission::Of(Function::ClaimReview, Right::Read)) {
        return Ok(Vec::new());
    }
    let reader = desk.read().await?;
    let all = claims(&reader, &[&REVIEWING[..], &[S::Published, S::UnderObjection, S::Paid]].concat()).await?;
    let (reviewing, paid) = (Total::of(&all, &REVIEWING.map(S::code)), Total::of(&all, &[S::Paid.code()]));
    let shown = Total::of(&all, &[S::Published.code(), S::UnderObjection.code()]);
    let ends = Total::of(&all, &[S::Published.code()]).first;
    let in_public = if shown.rows == 0 {
        "现在没有".to_owned()
    } else {
        format!("{} · {}", shown.yuan(), earliest(ends, desk.today(), "届满", ""))
    };
    let opens = |state: &str| at::Claims.asking(&[("state", &state)]);
    Ok(vec![
        (
            40,
            StatCard::new("待审补贴", reviewing.yuan())
                .note(format!("{} 笔 · {} 人", reviewing.rows, reviewing.persons))
                .opens(opens("reviewing")),
        ),
        (41, StatCard::new("公示中", format!("{} 笔", shown.rows)).note(in_public).opens(opens("public"))),
        (
            42,
            StatCard::new("已拨付", paid.yuan())
                .note(format!("{} 笔 · {} 人", paid.rows, paid.persons))
                .opens(opens(S::Paid.code())),
        ),
    ])
}

store::picked! {
    struct Paid {
        district: DistrictCode,
        total: Option<i64>,
    }
}

/// What the public is told of money.
pub(crate) fn public_numbers(reader: &Reader) -> BoxFuture<'_, Result<Counted, Stop>> {
    Box::pin(in_public(reader))
}

async fn in_public(reader: &Reader) -> Result<Counted, Stop> {
    let all = claims(reader, &[S::Published, S::UnderObjection, S::Paid]).await?;
    let shown = Total::of(&all, &[S::Published.code(), S::UnderObjection.code()]);
    let paid = Total::of(&all, &[S::Paid.code()]);
    let by_district = reader
        .pick::<claim::Entity, Paid>(|q| {
            let total = Expr::col((claim::Entity, claim::Column::Total)).sum().cast_as(Alias::new("bigint"));
            q.select_only()
                .column(claim::Column::District)
                .column_as(total, "total")
                .filter(claim::Column::State.eq(S::Paid))
                .group_by(claim::Column::District)
        })
        .await?;
    let now = if shown.rows == 0 {
        "现在没有正在公示的补贴".to_owned()
    } else {
        format!("{} 笔正在公示，共 {}", shown.rows, shown.yuan())
    };
    let persons = ui::trail::grouped(u64::try_from(paid.persons).unwrap_or(0));
    Ok(Counted {
        figures: vec![(40, StatCard::new("已拨付补贴", paid.yuan()).note(format!("{persons} 人次，均经公示")))],
        doors: vec![("/publicity", now)],
        charts: vec![ByDistrict {
            place: 20,
            title: "各地已拨付补贴",
            called: "已拨付",
            unit: "元",
            parts: 100,
            sums: by_district.into_iter().filter_map(|one| Some((one.district, one.total?))).collect(),
        }],
    })
}
