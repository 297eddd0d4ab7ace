//! What classes count for: numbers above the queue and on the public page (M3.1–M3.4; pages.md "Queue", "Public page").

use desk::Desk;
use desk::room::{ByDistrict, Counted, Placed};
use desk::sums::{Sums, Total, earliest};
use foundation::codes::{ClassPhase, ClassState};
use foundation::{DistrictCode, Function, Permission, Right, Stop, at};
use futures::future::BoxFuture;
use store::Reader;
use store::query::{Alias, ColumnTrait, Expr, ExprTrait, Query, QueryFilter, QuerySelect};
use store::tables::supervision::{certificate, class_session, training_class};
use ui::{StatCard, Tone};

/// Classes in these phases, by state; answered from the index alone (`path, state, …`).
async fn classes(reader: &Reader, phases: &[ClassPhase]) -> Result<Vec<Sums>, Stop> {
    let whole = |column| Expr::col((training_class::Entity, column)).sum().cast_as(Alias::new("bigint"));
    reader
        .pick::<training_class::Entity, Sums>(|q| {
            q.select_only()
                .column(training_class::Column::State)
                .column_as(training_class::Column::State.count(), "rows")
                .column_as(whole(training_class::Column::EnrolledCount), "persons")
                .column_as(whole(training_class::Column::Money), "fen")
                .column_as(training_class::Column::DueOn.min(), "first")
                .filter(training_class::Column::State.is_in(ClassState::in_phases(phases)))
                .group_by(training_class::Column::State)
        })
        .await
}

/// The classes of one phase, whatever their regimes.
fn in_phase(all: &[Sums], phase: ClassPhase) -> Total {
    let states: Vec<&str> = ClassState::in_phases(&[phase]).into_iter().map(ClassState::code).collect();
    Total::of(all, &states)
}

/// What an office that may read classes counts.
pub(crate) fn cards(desk: &Desk) -> BoxFuture<'_, Result<Vec<Placed>, Stop>> {
    Box::pin(counted(desk))
}

async fn counted(desk: &Desk) -> Result<Vec<Placed>, Stop> {
    use ClassPhase as P;
    if !desk.may(Permission::Of(Function::OpeningApplication, Right::Read)) {
        return Ok(Vec::new());
    }
    let reader = desk.read().await?;
    let classes = classes(&reader, &[P::Draft, P::Waiting, P::Teaching, P::Stopped]).await?;
    let mut cards = vec![
        (10, running(desk, &reader, &in_phase(&classes, P::Teaching)).await?),
        (20, waiting(desk, &in_phase(&classes, P::Waiting))),
    ];
    let drafts = in_phase(&classes, P::Draft);
    if drafts.rows > 0 && desk.actor.office.is_institution() {
        let card = StatCard::new("草稿", format!("{} 份", drafts.rows)).note("开班申请还没有提交");
        cards.push((30, card.opens(at::Classes.asking(&[("state", &P::Draft)]))));
    }
    let stopped = in_phase(&classes, P::Stopped);
    if stopped.rows > 0 {
        let card = StatCard::new("停课整改", format!("{} 班", stopped.rows))
            .note(format!("{} 人等着复课", stopped.persons))
            .opens(at::Classes.asking(&[("state", &P::Stopped)]));
        cards.push((90, card.tone(Tone::Act)));
    }
    Ok(cards)
}

async fn running(desk: &Desk, reader: &Reader, sums: &Total) -> Result<StatCard, Stop> {
    let (now, today) = (desk.now(), desk.today());
    // Asked of the few meetings of the day, not of all classes that are taught.
    let taught = Query::select()
        .expr(Expr::val(1))
        .from(training_class::Entity)
        .and_where(
            Expr::col((training_class::Entity, training_class::Column::Id))
                .equals((class_session::Entity, class_session::Column::Class)),
        )
        .and_where(
            training_class::Column::State.is_in(ClassState::in_phases(&[ClassPhase::Approved, ClassPhase::Teaching])),
        )
        .to_owned();
    let held = reader
        .count::<class_session::Entity>(|q| {
            q.filter(class_session::Column::HeldOn.eq(today))
                .filter(class_session::Column::StartsAt.lte(now))
                .filter(class_session::Column::EndsAt.gte(now))
                .filter(Expr::exists(taught))
        })
        .await?;
    let now = if held > 0 { format!("现在 {held} 班在上课") } else { "现在没有课".to_owned() };
    Ok(StatCard::new("正在培训", format!("{} 班", sums.rows))
        .note(format!("名册 {} 人 · {now}", sums.persons))
        .opens(at::Classes.asking(&[("state", &ClassPhase::Teaching)])))
}

fn waiting(desk: &Desk, sums: &Total) -> StatCard {
    StatCard::new("待审开班", format!("{} 班", sums.rows))
        .note(earliest(sums.first, desk.today(), "到期", "没有积压"))
        .opens(at::Classes.asking(&[("state", &ClassPhase::Waiting)]))
}

store::picked! {
    struct Trained {
        district: DistrictCode,
        total: Option<i64>,
    }
}

/// What the public is told of classes and certificates.
pub(crate) fn public_numbers(reader: &Reader) -> BoxFuture<'_, Result<Counted, Stop>> {
    Box::pin(in_public(reader))
}

async fn in_public(reader: &Reader) -> Result<Counted, Stop> {
    use ClassPhase as P;
    let taught = ClassState::in_phases(&[P::Teaching, P::Assessing, P::Certified, P::Archived]);
    let people = reader
        .pick::<training_class::Entity, Trained>(|q| {
            let persons = Expr::col((training_class::Entity, training_class::Column::EnrolledCount));
            q.select_only()
                .column(training_class::Column::District)
                .column_as(persons.sum().cast_as(Alias::new("bigint")), "total")
                .filter(training_class::Column::State.is_in(taught))
                .group_by(training_class::Column::District)
        })
        .await?;
    let running = reader
        .count::<training_class::Entity>(|q| {
            q.filter(training_class::Column::State.is_in(ClassState::in_phases(&[P::Teaching])))
        })
        .await?;
    let papers = reader.count::<certificate::Entity>(|q| q.filter(certificate::Column::Valid.eq(true))).await?;
    let sums: Vec<(DistrictCode, i64)> =
        people.into_iter().filter_map(|one| Some((one.district, one.total?))).collect();
    let trained: i64 = sums.iter().map(|(_, total)| total).sum();
    let grouped = |n: i64| ui::trail::grouped(u64::try_from(n).unwrap_or(0));
    Ok(Counted {
        figures: vec![
            (10, StatCard::new("正在培训", format!("{running} 班")).note("每次课签到、点名都进日志")),
            (20, StatCard::new("参加培训", format!("{} 人次", grouped(trained))).note("开班以来，含正在培训的")),
            (
                30,
                StatCard::new("培训合格证书", format!("{} 张", ui::trail::grouped(papers)))
                    .note("有效的，都能扫码查验")
                    .opens("/verify"),
            ),
        ],
        doors: Vec::new(),
        charts: vec![ByDistrict {
            place: 10, title: "各地参加培训", called: "参加培训", unit: "人次", parts: 1, sums
        }],
    })
}
