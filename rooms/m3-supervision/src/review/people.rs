//! Whether the people on the roster are who they are, may be paid for, and can be there (真实性; M3.1, M3.9; domain
//! §7.2, §10.4).

use std::collections::{BTreeMap, HashMap, HashSet};

use desk::Desk;
use foundation::{ClassId, PersonId, Stop};
use m7_registry::doorway::Person;
use reckoning::policy::Policy;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::{class_session, enrolment, training_class};

use super::Run::{Judge, Read};
use super::{Case, Judged, check, once, some};
use crate::acts::attendance::masked;
use crate::doorway::{PaidBefore, PaidPlace};
use crate::queries::{holding, short};

check! { IDENTITY in Authenticity "身份证件", "E01", "M7.1", "实名登记与花名册", "请对照证件核对后重新登记", Roster, Judge(|case| {
    let good = format!("{} 人证件号码、出生日期、校验位一致，没有重复", case.roster.len());
    Judged::of(some(&bad_identity(case.desk, &case.roster, &case.people)), good)
}) }

/// E01: opens each document for the rule and looks whether it still fits its row.
fn bad_identity(desk: &Desk, roster: &[enrolment::Model], people: &[Person]) -> Vec<String> {
    roster
        .iter()
        .filter_map(|place| {
            let fits = people.iter().find(|one| one.id == place.person).is_some_and(|one| {
                one.name == place.name
                    && m7_registry::document_of(desk, one)
                        .is_some_and(|paper| paper.birth().is_none_or(|birth| birth == one.birth))
            });
            (!fits).then(|| format!("{} 的证件与实名登记不一致", masked(&place.name)))
        })
        .collect()
}

check! { AGE in Authenticity "补贴对象年龄", "E08", "M3.9", "政策参数", "请移出名册，可以自费参加", Roster, Judge(|case| {
    let policy = case.policy;
    let good = format!("{} 人开班当天都在 {} 到 {} 周岁之内", case.roster.len(), policy.age_min(), policy.age_max());
    Judged::of(some(&not_entitled(case.class, &case.people, policy)), good).source(policy.document("age_max"))
}) }

/// E08, judged on the class's first day. Retirement by the person's own track is not known here.
fn not_entitled(class: &training_class::Model, people: &[Person], policy: &Policy) -> Vec<String> {
    people
        .iter()
        .filter_map(|one| {
            reckoning::eligibility::age_refusal(one.birth, None, class.starts_on, policy)
                .map(|no| format!("{}：{}", masked(&one.name), no.fact))
        })
        .collect()
}

check! {
    OFTEN in Authenticity "累计享受次数", "E11", "M3.9", "政策参数", "请移出名册，可以自费参加", Roster, Read(|case| Box::pin(often(case)))
}

async fn often(case: &Case<'_>) -> Result<Judged, Stop> {
    let paid = once(&case.kept.paid, Paid::of(case)).await?;
    let good = format!("没有人达到 {} 次", case.policy.max_paid_count());
    Ok(Judged::of(some(&paid.too_often(case.policy)), good).source(case.policy.document("max_paid_count")))
}

check! {
    BEFORE in Authenticity "同一项目不重复", "E12", "M3.9", "本系统补贴记录", "请把已领过的学员移出名册", Roster,
    Read(|case| Box::pin(before(case)))
}

async fn before(case: &Case<'_>) -> Result<Judged, Stop> {
    let paid = once(&case.kept.paid, Paid::of(case)).await?;
    Ok(Judged::of(some(&paid.for_the_same(case).await?), "没有人领过同一项目的补贴"))
}

/// What those on the roster were paid, or are being paid, for other classes.
pub(super) struct Paid(Vec<PaidPlace>);

impl Paid {
    async fn of(case: &Case<'_>) -> Result<Self, Stop> {
        let people = case.people.iter().map(|one| one.id.clone()).collect();
        let question = PaidBefore { people, but: case.class.id.clone() };
        Ok(Self(case.desk.premises.ask(case.system, question).await?))
    }

    /// E11: as often as the policy allows.
    fn too_often(&self, policy: &Policy) -> Vec<String> {
        let mut counts: BTreeMap<&PersonId, (i32, &str)> = BTreeMap::new();
        for one in self.0.iter().filter(|one| one.on >= policy.count_since()) {
            counts.entry(&one.person).or_insert((0, &one.name)).0 += 1;
        }
        counts
            .into_values()
            .filter(|(count, _)| *count >= policy.max_paid_count())
            .map(|(count, name)| format!("{} 已享受或正在申领 {count} 次", masked(name)))
            .collect()
    }

    /// E12: for a class of the same item.
    async fn for_the_same(&self, case: &Case<'_>) -> Result<Vec<String>, Stop> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let same: HashSet<ClassId> = case
            .system
            .list::<training_class::Entity>(|q| {
                q.filter(training_class::Column::Id.is_in(self.0.iter().map(|one| one.class.clone())))
                    .filter(training_class::Column::ItemName.eq(case.class.item_name.clone()))
            })
            .await?
            .into_iter()
            .map(|one| one.id)
            .collect();
        let hits = self.0.iter().filter(|one| same.contains(&one.class));
        Ok(hits.map(|one| format!("{} 已享受或正在申领“{}”补贴", masked(&one.name), case.class.item_name)).collect())
    }
}

check! {
    CLASHES in Authenticity "同时段多班", "T01", "M3.2", "本系统全省课程表", "请学员二选一，或调整课程表", Timetable,
    Read(|case| Box::pin(clashes(case)))
}

async fn clashes(case: &Case<'_>) -> Result<Judged, Stop> {
    let found = person_clashes(case.system, case.class, &case.roster, &case.sessions).await?;
    Ok(Judged::of(some(&found), "没有人同时段在别的班上课"))
}

/// T01: the same person in an overlapping session of another class, anywhere in the province.
async fn person_clashes(
    system: &Reader,
    class: &training_class::Model,
    roster: &[enrolment::Model],
    sessions: &[class_session::Model],
) -> Result<Vec<String>, Stop> {
    let names: HashMap<&PersonId, &str> = roster.iter().map(|one| (&one.person, one.name.as_str())).collect();
    let elsewhere = system
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Person.is_in(names.keys().map(|id| (*id).clone())))
                .filter(enrolment::Column::Class.ne(class.id.clone()))
                .filter(enrolment::Column::Active.eq(true))
        })
        .await?;
    let others: HashSet<ClassId> = elsewhere.iter().map(|one| one.class.clone()).collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let holding: HashMap<ClassId, &str> = system
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::Id.is_in(others)).filter(training_class::Column::State.is_in(holding()))
        })
        .await?
        .into_iter()
        .map(|one| (one.id, one.district.name()))
        .collect();
    let theirs = system
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.is_in(holding.keys().cloned()))
                .filter(class_session::Column::HeldOn.between(class.starts_on, class.ends_on))
        })
        .await?;
    let mut clashes = Vec::new();
    for place in &elsewhere {
        let hit = theirs
            .iter()
            .filter(|one| one.class == place.class)
            .find(|one| sessions.iter().any(|mine| mine.starts_at < one.ends_at && one.starts_at < mine.ends_at));
        if let Some(hit) = hit {
            clashes.push(format!(
                "{} {} 同时段在{}另一班上课",
                names.get(&place.person).map_or_else(String::new, |name| masked(name)),
                short(hit.starts_at),
                holding[&hit.class]
            ));
        }
    }
    Ok(clashes)
}

check! { PHONES in Authenticity "学员手机号码", "C01", "M7.1", "实名登记与花名册", "请核对学员本人的手机号码", Roster, Judge(|case| {
    Judged::tell(some(&shared_phones(&case.people)), "没有三人以上共用一个手机号码")
}) }

/// C01: one phone of three or more.
fn shared_phones(people: &[Person]) -> Vec<String> {
    let mut holders: HashMap<&str, Vec<&Person>> = HashMap::new();
    for one in people {
        if let Some(index) = &one.phone_index {
            holders.entry(index.as_str()).or_default().push(one);
        }
    }
    let mut said: Vec<String> = holders
        .into_values()
        .filter(|all| all.len() >= 3)
        .map(|all| format!("{} 人共用 {}", all.len(), all[0].phone_masked))
        .collect();
    said.sort();
    said
}
