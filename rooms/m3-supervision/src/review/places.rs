//! Whether institution, site, rooms and teachers are what the directory says, and free (真实性; M2, M3.1, M3.7; domain
//! §10.4).

use std::collections::HashSet;

use desk::Desk;
use foundation::codes::NeedsState;
use foundation::{ClassId, Stop};
use m2_institutions::doorway::{self as institutions, Teacher};
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter};
use store::tables::supervision::{class_session, training_class};

use super::Run::{Judge, Read};
use super::{Case, Judged, check, chinese, once, some};
use crate::acts::attendance::masked;
use crate::queries::{holding, short};

check! {
    TEACHER_CLASHES in Authenticity "教师同时段两处授课", "T03", "M3.2", "本系统全省课程表", "请换老师或调整时间", Timetable,
    Read(|case| Box::pin(teacher_clashes(case)))
}

async fn teacher_clashes(case: &Case<'_>) -> Result<Judged, Stop> {
    let clashes =
        once(&case.kept.clashes, resource_clashes(case.system, case.class, &case.sessions, &case.teachers)).await?;
    Ok(Judged::of(some(&clashes.0), "老师没有同时段在别处上课"))
}

check! {
    ROOM in Authenticity "教室冲突与容量", "T05", "M3.2", "机构场地；课程表", "请换教室或调整时间", Timetable,
    Read(|case| Box::pin(rooms(case)))
}

async fn rooms(case: &Case<'_>) -> Result<Judged, Stop> {
    let Clashes(_, places) =
        once(&case.kept.clashes, resource_clashes(case.system, case.class, &case.sessions, &case.teachers)).await?;
    let (seats, count) = (seats(case.reader, case.class, &case.sessions).await?, case.roster.len());
    let crowded = i32::try_from(count).unwrap_or(i32::MAX) > seats;
    let bad = some(places).or_else(|| crowded.then(|| format!("名册 {count} 人，教室只有 {seats} 座")));
    Ok(Judged::of(bad, format!("教室没有冲突，{seats} 座够用")))
}

check! {
    ACCOUNT in Authenticity "收款账户", "C02", "M8.9", "机构目录", "请到县人社部门核对机构账户", Institution,
    Read(|case| Box::pin(account(case)))
}

/// Whether the account is there and nobody else's.
async fn account(case: &Case<'_>) -> Result<Judged, Stop> {
    let issuer = &case.issuer;
    let Some(index) = &issuer.account_index else {
        return Ok(Judged::of(Some("机构没有登记收款账户".into()), ""));
    };
    let shared = institutions::shares_account(case.system, issuer, index).await?;
    Ok(Judged::of(
        shared.then(|| "收款账户同时登记在另一家机构名下".to_owned()),
        "机构收款账户已登记，没有与别的机构共用",
    ))
}

check! { CERTIFICATES in Authenticity "教师证书", "J01", "M2.1", "教师名册", "请先由县人社部门核验教师证书", Institution, Judge(|case| {
    Judged::of(case.teachers_who(|one| one.certificate_verified_on.is_none()), "任课教师证书已经核验")
}) }

check! {
    DIRECTORY in Authenticity "目录内项目", "I01", "M2.4", "机构目录；需求指导目录", "目录外的项目不能开班，请先列入目录", Institution,
    Read(|case| Box::pin(directory(case)))
}

async fn directory(case: &Case<'_>) -> Result<Judged, Stop> {
    let (state, item) = (case.issuer.state, &case.class.item_name);
    let bad = if !state.may_open_classes() {
        Some(format!("机构现在是“{}”，不能开新班", state.label()))
    } else if case.item.state != NeedsState::Published {
        Some(format!("“{item}”不在现行的需求指导目录里"))
    } else {
        room_for(case).await?.is_none().then(|| format!("机构目录里没有这个场地的“{item}”"))
    };
    Ok(Judged::of(bad, "项目、场地在机构目录和需求目录之内"))
}

check! { CAPACITY in Authenticity "培训能力", "I02", "M2.4", "机构目录", "请减少人数或推后开班", Plan, Read(|case| Box::pin(fits(case))) }

async fn fits(case: &Case<'_>) -> Result<Judged, Stop> {
    let found = room_for(case).await?;
    let bad = found.and_then(|(at_once, most)| {
        (at_once > most).then(|| format!("连同在办的班共 {at_once} 人，机构目录核定 {most} 人"))
    });
    Ok(Judged::of(
        bad,
        found.map_or_else(String::new, |(at_once, most)| format!("连同在办的班共 {at_once} 人，核定 {most} 人")),
    ))
}

check! { LICENCE in Authenticity "办学资质", "I09", "M2.1", "机构目录", "请先换证并更新目录", Institution, Judge(|case| {
    let until = case.issuer.licence_until;
    let bad = (until < case.class.ends_on).then(|| format!("办学许可证 {} 到期，早于班期结束", chinese(until)));
    Judged::of(bad, format!("办学许可证有效到 {}", chinese(until)))
}) }

check! {
    VERIFIED in Authenticity "场地实地核实", "I10", "M3.7", "政策参数", "请县人社部门先实地核实", Institution,
    Read(|case| Box::pin(verified(case)))
}

/// The last verification that passed, within its own day and the policy's months.
async fn verified(case: &Case<'_>) -> Result<Judged, Stop> {
    let judged = match institutions::last_passed(case.reader, &case.class.site).await? {
        None => Judged::of(Some("场地没有合格的实地核实记录".into()), ""),
        Some(one) => {
            let months = chrono::Months::new(u32::try_from(case.policy.site_valid_months()).unwrap_or(0));
            let last = one.verified_on.checked_add_months(months).unwrap_or(one.verified_on).min(one.valid_until);
            let is_over = last < case.today() || last < case.class.starts_on;
            let bad = is_over.then(|| format!("上次核实是 {}，{} 到期", chinese(one.verified_on), chinese(last)));
            Judged::of(bad, format!("{} 实地核实合格", chinese(one.verified_on)))
        }
    };
    Ok(judged.source(case.policy.document("site_valid_months")))
}

/// T05: the smallest room used; the class's own before there is a timetable.
async fn seats(reader: &Reader, class: &training_class::Model, sessions: &[class_session::Model]) -> Result<i32, Stop> {
    let mut rooms: HashSet<_> = sessions.iter().filter_map(|one| one.room.clone()).collect();
    if rooms.is_empty() {
        rooms.insert(class.room.clone());
    }
    institutions::fewest_seats(reader, rooms).await
}

async fn room_for(case: &Case<'_>) -> Result<Option<(i64, i64)>, Stop> {
    once(&case.kept.capacity, capacity(case.desk, case.system, case.class, case.roster.len())).await.copied()
}

/// I01, I02: the directory line of item and site that holds for the whole class, and how many trainees it
/// would have at once.
async fn capacity(
    desk: &Desk,
    system: &Reader,
    class: &training_class::Model,
    count: usize,
) -> Result<Option<(i64, i64)>, Stop> {
    let days = (desk.today(), class.ends_on);
    let most = institutions::capacity(system, &class.institution, &class.needs_item, &class.site, days).await?;
    let Some(most) = most else { return Ok(None) };
    let beside = system
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::Institution.eq(class.institution.clone()))
                .filter(training_class::Column::State.is_in(holding()))
                .filter(training_class::Column::NeedsItem.eq(class.needs_item.clone()))
                .filter(training_class::Column::Site.eq(class.site.clone()))
                .filter(training_class::Column::Id.ne(class.id.clone()))
                .filter(training_class::Column::StartsOn.lte(class.ends_on))
                .filter(training_class::Column::EndsOn.gte(class.starts_on))
        })
        .await?;
    let at_once = i64::try_from(count)
        .unwrap_or(i64::MAX)
        .saturating_add(beside.iter().map(|one| i64::from(one.enrolled_count)).sum());
    Ok(Some((at_once, i64::from(most))))
}

/// What is taken already: teachers, rooms.
pub(super) struct Clashes(Vec<String>, Vec<String>);

/// T03 and T05: teachers and rooms in two places at once. A teacher is the human behind the document, so
/// that one who teaches for two schools is seen.
async fn resource_clashes(
    system: &Reader,
    class: &training_class::Model,
    sessions: &[class_session::Model],
    teachers: &[Teacher],
) -> Result<Clashes, Stop> {
    let humans = institutions::same_humans(system, teachers).await?;
    let rooms: HashSet<_> = sessions.iter().filter_map(|one| one.room.clone()).collect();
    let near = Condition::any()
        .add(class_session::Column::Teacher.is_in(humans.keys().cloned()))
        .add(class_session::Column::Room.is_in(rooms));
    let theirs = system
        .list::<class_session::Entity>(|q| {
            q.filter(near)
                .filter(class_session::Column::Class.ne(class.id.clone()))
                .filter(class_session::Column::HeldOn.between(class.starts_on, class.ends_on))
        })
        .await?;
    let owners: HashSet<ClassId> = theirs.iter().map(|one| one.class.clone()).collect();
    let holding: HashSet<ClassId> = system
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::Id.is_in(owners)).filter(training_class::Column::State.is_in(holding()))
        })
        .await?
        .into_iter()
        .map(|one| one.id)
        .collect();
    let (mut people, mut places) = (Vec::new(), Vec::new());
    for mine in sessions {
        for one in theirs
            .iter()
            .filter(|one| holding.contains(&one.class) && mine.starts_at < one.ends_at && one.starts_at < mine.ends_at)
        {
            let when = short(one.starts_at);
            if humans.contains_key(&one.teacher) && humans.get(&one.teacher) == humans.get(&mine.teacher) {
                people.push(format!("{} {when} 在{}另有课", masked(&mine.teacher_name), one.district.name()));
            }
            if one.room.is_some() && one.room == mine.room {
                places.push(format!("{} {when} 已被占用", one.place));
            }
        }
    }
    people.truncate(5);
    places.truncate(5);
    Ok(Clashes(people, places))
}
