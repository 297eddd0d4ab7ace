//! Trainees' sign-in slips (登录条; M7.1, M3.3): whoever is on a class's roster gets an account and a one-time link on
//! paper, so that an old phone and no password are enough. Every slip is a fact that the trainee can see.

use std::collections::HashMap;

use chrono::Duration;
use desk::{Act, Desk, Done, Example, FactDraft, session};
use foundation::codes::{AccountRole, ClassState, FullProcessState};
use foundation::{AccountId, Actor, ClassId, EnrolmentId, Function, Office, Permission, PersonId, Right, Stop};
use m3_supervision::doorway::{Class, Place, places};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter, Set};
use store::tables::identity::{account, one_time_link};

use super::links::{LinkPurpose, OneTimeLink, prepare};
use crate::refusals::SLIP;

/// Gives slips to trainees of one's own class. Earlier unused slips of theirs are void; a phone that is signed in
/// stays so until the new slip is used.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct IssueSlips {
    /// The class.
    pub class: ClassId,
    /// For whom.
    pub enrolments: Vec<EnrolmentId>,
}

/// One slip.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Slip {
    /// Whose place.
    pub enrolment: EnrolmentId,
    /// As on the roster.
    pub name: String,
    /// Last four letters of the document, to hand the slip to the right one of two with the same name.
    pub document_masked: String,
    /// Shown once.
    pub link: OneTimeLink,
}

impl Act for IssueSlips {
    const NAME: &'static str = "issue-slips";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Create);
    const CLAUSE: &'static str = "M7.1";
    const CLAUSE_WHY: &'static str = "申请开班的人发，学员凭它实名签到";
    const TITLE: &'static str = "发登录条";
    const KEEPS_ANSWER: bool = false;
    const EXAMPLE: Example = Example::at(FullProcessState::InTraining.code());
    type Outcome = Vec<Slip>;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<Vec<Slip>>, Stop> {
        let class = work.get(&self.class).await?;
        if !gives_slips(class.state) {
            return Err(SLIP.refuse(format!("班级现在是“{}”", class.state.label())).into());
        }
        let places = places(work, &class.id).await?;
        let chosen: Vec<&Place> = places.iter().filter(|one| self.enrolments.contains(&one.id)).collect();
        if chosen.is_empty() || chosen.len() < self.enrolments.len() {
            return Err(SLIP
                .refuse("没有选学员，或选的人不在本班名册上")
                .source("学员花名册")
                .fix("请在名单里勾选要发登录条的学员")
                .at("pick")
                .into());
        }
        let policy = desk::policy::of_class(work, &class, desk.today()).await?;
        let valid = Duration::days(i64::from(policy.slip_days()));
        let accounts = accounts(desk, work, &class, &chosen).await?;
        let system = work.as_system("sign-in-slips");
        let unused = Condition::all()
            .add(one_time_link::Column::Account.is_in(accounts.values().cloned()))
            .add(one_time_link::Column::UsedAt.is_null());
        let void =
            one_time_link::ActiveModel { used_at: Set(Some(desk.premises.clock.real_now())), ..Default::default() };
        system.change_all::<one_time_link::Entity>(unused, void).await?;
        let (mut slips, mut rows, mut facts) = (Vec::new(), Vec::new(), Vec::new());
        for one in chosen {
            let Some(account) = accounts.get(&one.person) else { continue };
            let (link, row) = prepare(desk, account, LinkPurpose::TraineeSlip, valid);
            facts.push(fact(&class, one, account));
            rows.push(row);
            slips.push(Slip {
                enrolment: one.id.clone(),
                name: one.name.clone(),
                document_masked: one.id_number_masked.clone(),
                link,
            });
        }
        system.add_many::<one_time_link::Entity>(rows).await?;
        Ok(Done::Written { outcome: slips, facts })
    }
}

fn fact(class: &Class, one: &Place, account: &AccountId) -> FactDraft {
    FactDraft::new("TraineeSlipIssued", class.district, "给学员发登录条")
        .class(&class.id)
        .institution(&class.institution)
        .person(&one.person)
        .enrolment(&one.id)
        .about(&crate::declared::ACCOUNT, account)
}

/// From the approval until the last thing a trainee does, his feedback.
pub fn gives_slips(state: ClassState) -> bool {
    let ClassState::FullProcess(state) = state;
    match state {
        FullProcessState::Approved
        | FullProcessState::InTraining
        | FullProcessState::Suspended
        | FullProcessState::TrainingEnded
        | FullProcessState::Examining
        | FullProcessState::ResultsReview
        | FullProcessState::Certified => true,
        FullProcessState::Draft
        | FullProcessState::Submitted
        | FullProcessState::Returned
        | FullProcessState::UnderReview
        | FullProcessState::Refused
        | FullProcessState::FeedbackDone
        | FullProcessState::Claimed
        | FullProcessState::Archived
        | FullProcessState::Withdrawn => false,
    }
}

/// The trainees' accounts; whoever has none gets one, whose login is the database's matter only.
async fn accounts(
    desk: &Desk,
    work: &Writer,
    class: &Class,
    chosen: &[&Place],
) -> Result<HashMap<PersonId, AccountId>, Stop> {
    let system = work.as_system("trainees-accounts");
    let persons = || chosen.iter().map(|one| one.person.clone());
    let known = |rows: Vec<account::Model>| {
        rows.into_iter().filter_map(|one| Some((one.person?, one.id))).collect::<HashMap<_, _>>()
    };
    let of_trainees = |q: store::query::Select<account::Entity>| {
        q.filter(account::Column::Person.is_in(persons())).filter(account::Column::OfficeKind.eq("trainee"))
    };
    let had = known(system.list::<account::Entity>(of_trainees).await?);
    let fresh: Vec<account::Model> = chosen
        .iter()
        .filter(|one| !had.contains_key(&one.person))
        .map(|one| new_account(desk, class, &one.person, &one.name))
        .collect();
    if fresh.is_empty() {
        return Ok(had);
    }
    // Two classes may do it for one person at once: the login is a unique key, the loser reads the winner's.
    system.add_new::<account::Entity>(fresh).await?;
    Ok(known(system.list::<account::Entity>(of_trainees).await?))
}

fn new_account(desk: &Desk, class: &Class, person: &PersonId, name: &str) -> account::Model {
    let office = Office::Trainee { person: person.clone(), institutions: None };
    let holder =
        Actor { account: None, name: name.to_owned(), office_name: "学员".into(), office, role: AccountRole::Staff };
    session::new_account(desk.new_id(), format!("trainee-{person}").to_lowercase(), &holder, class.district, desk.now())
}
