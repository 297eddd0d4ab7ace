//! One class's story, performed act by act on a stage of its own until it has come as far as it has: here
//! the application and what the county says to it.

use anyhow::{Result, anyhow};
use chrono::{Duration, NaiveTime};
use foundation::codes::FullProcessState;
use foundation::{Actor, ClassId, Date, Office, PersonId, Scope};
use m3_supervision::acts::decide::{LapseCorrection, RefuseOpening, ReturnOpening, WithdrawClass};
use m3_supervision::acts::opening::{AddTrainees, CreateClass, LayTimetable, SignPledges};
use m3_supervision::acts::review::{AcceptOpening, ApproveOpening, ReviewOpening, SubmitOpening};
use m3_supervision::jobs::attendance::LapseClass;
use m3_supervision::rules::layout::Layout;
use m3_supervision::rules::opening::Plan;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::identity::account;
use store::tables::supervision::{enrolment, training_class};

use crate::founding::School;
use crate::names::draw;
use crate::people::{self, People};
use crate::plan::{Ending, LEAD, Plot};
use crate::stage::{Stage, told};

/// Tells one story.
pub struct Teller<'a> {
    pub stage: &'a Stage,
    pub school: &'a School,
    /// Number of the school: chance of its own.
    pub number: usize,
    pub plot: Plot,
    pub class: ClassId,
}

/// Tells a class's story from the draft to its ending.
pub async fn tell(stage: &Stage, school: &School, number: usize, plot: Plot, people: &mut People) -> Result<()> {
    let class = draft(stage, school, plot, people).await?;
    let teller = Teller { stage, school, number, plot, class };
    teller.accounts().await?;
    if teller.apply().await? && teller.teach().await? && teller.finish().await? {
        teller.claim().await?;
    }
    Ok(())
}

async fn draft(stage: &Stage, school: &School, plot: Plot, people: &mut People) -> Result<ClassId> {
    let shape = plot.shape;
    stage.at(plot.first - Duration::days(LEAD), 8, 40 + u32::try_from(plot.at % 20).unwrap_or(0));
    let ends_on = plot.first + Duration::days(shape.days - 1);
    let plan = Plan {
        term: i32::try_from(plot.at / school.items.len() + 1).unwrap_or(1),
        planned_persons: 40,
        theory: shape.theory,
        practice: shape.practice,
        online: shape.online,
        starts_on: plot.first,
        ends_on,
        exam_on: ends_on + Duration::days(crate::plan::EXAM),
        exam_plan: "理论笔试、实操考核各占一半，各 60 分合格".into(),
        materials: "国家职业技能培训教程，中国劳动社会保障出版社".into(),
        safety_plan: "已购团体意外险；实训室配急救箱和灭火器".into(),
    };
    let act = CreateClass {
        needs_item: school.items[plot.at % school.items.len()].clone(),
        room: school.rooms[plot.at % school.rooms.len()].clone(),
        class_teacher: school.teachers[plot.at % school.teachers.len()].clone(),
        copy_of: None,
        layout: None,
        plan,
    };
    let class = stage.by(&school.clerk, act).await?;
    let mut rows = people.rows(plot.trainees);
    if plot.personas {
        rows.extend(people::personas());
    }
    let all = rows.len();
    let entered = stage.by(&school.clerk, AddTrainees { class: class.clone(), rows }).await?;
    if usize::try_from(entered.added).ok() != Some(all) {
        return Err(anyhow!("the roster was not taken whole: {:?}", entered.errors));
    }
    stage.by(&school.clerk, SignPledges { class: class.clone() }).await?;
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0);
    let layout = Layout {
        weekdays: (1..=shape.until_weekday).collect(),
        morning: time(8, 30),
        afternoon: time(14, 0),
        evening: time(19, 0),
        block: 4,
    };
    stage.by(&school.clerk, LayTimetable { class: class.clone(), layout, teacher: None }).await?;
    Ok(class)
}

impl Teller<'_> {
    /// The day `days` after the first.
    pub fn day(&self, days: i64) -> Date {
        self.plot.first + Duration::days(days)
    }
    /// The day `days` after the last.
    pub fn after_end(&self, days: i64) -> Date {
        self.day(self.plot.shape.days - 1 + days)
    }
    /// One of `0..below` for this class and purpose.
    pub fn chance(&self, what: usize, below: usize) -> usize {
        draw(self.number * 64 + self.plot.at, what, below)
    }
    /// The first reviewer.
    pub fn officer(&self) -> &Actor {
        &self.school.county.officers[0]
    }
    /// The second reviewer.
    pub fn reviewer(&self) -> &Actor {
        &self.school.county.officers[1]
    }

    /// The class's row as it stands.
    pub async fn row(&self) -> Result<training_class::Model> {
        self.stage.read().await?.get(&self.class).await.map_err(told)
    }

    /// The roster, in the order of registration.
    pub async fn places(&self) -> Result<Vec<enrolment::Model>> {
        let reader = self.stage.read().await?;
        reader
            .list::<enrolment::Entity>(|q| {
                q.filter(enrolment::Column::Class.eq(self.class.clone())).order_by_asc(enrolment::Column::Id)
            })
            .await
            .map_err(told)
    }

    /// From the application to the decision. False: the story ends here.
    async fn apply(&self) -> Result<bool> {
        let (stage, school, class, ending) = (self.stage, self.school, || self.class.clone(), self.plot.ending);
        if ending == Ending::Draft {
            return Ok(false);
        }
        let applied = |days: i64| self.day(days - LEAD);
        stage.at(applied(0), 9, 20);
        stage.by(&school.clerk, SubmitOpening { class: class(), pledge: true }).await?;
        if matches!(ending, Ending::Returned | Ending::Lapsed) {
            return self.sent_back(applied(2)).await;
        }
        if ending == Ending::Submitted {
            return Ok(false);
        }
        stage.at(applied(1), 10, 5);
        stage.by(self.officer(), AcceptOpening { class: class() }).await?;
        if ending == Ending::UnderReview {
            return Ok(false);
        }
        stage.at(applied(3), 15, 10);
        if ending == Ending::Refused {
            let reason = "电话抽核 4 人，3 人不知道报名的事，开班申请的真实性不成立。".into();
            stage.by(self.reviewer(), RefuseOpening { class: class(), reason }).await?;
            return Ok(false);
        }
        let passed = ["H01", "H02", "H03", "H04"].map(String::from).to_vec();
        stage.by(self.officer(), ReviewOpening { class: class(), passed }).await?;
        if ending == Ending::Reviewed {
            return Ok(false);
        }
        stage.at(applied(4), 11, 30);
        stage.by(self.reviewer(), ApproveOpening { class: class() }).await?;
        match ending {
            Ending::Approved => Ok(false),
            Ending::Withdrawn => {
                stage.at(self.day(-2), 16, 0);
                let reason = "多数学员临时回厂复工，到课人数不够，改到下一期再办。".into();
                stage.by(&school.clerk, WithdrawClass { class: class(), reason }).await?;
                Ok(false)
            }
            Ending::NeverStarted => {
                stage.at(self.day(31), 0, 10);
                stage.job(LapseClass { class: class() }).await?;
                Ok(false)
            }
            _ => Ok(true),
        }
    }

    async fn sent_back(&self, on: Date) -> Result<bool> {
        const REASONS: [&str; 3] = [
            "请补充实训设备清单，并写明每名学员的工位安排。",
            "考核方案没有写明实操评分表；请补充，并附两名考评人员的姓名。",
            "团体意外险保单只到开班前一天，请续保后上传；名册里 2 人的电话打不通，请核对。",
        ];
        self.stage.at(on, 16, 20);
        let reason = REASONS[self.chance(1, REASONS.len())].into();
        self.stage.by(self.officer(), ReturnOpening { class: self.class.clone(), reason }).await?;
        if self.plot.ending == Ending::Lapsed
            && let Some(due) = self.row().await?.due_on
        {
            self.stage.at(due + Duration::days(1), 0, 10);
            self.stage.job(LapseCorrection { class: self.class.clone() }).await?;
            if self.row().await?.state != FullProcessState::Withdrawn {
                return Err(anyhow!("an uncorrected application did not lapse"));
            }
        }
        Ok(false)
    }

    /// Trainees' accounts: no password, signed in by slip.
    async fn accounts(&self) -> Result<()> {
        let places = self.places().await?;
        let reader = self.stage.read().await?;
        let known: std::collections::HashSet<Option<PersonId>> = reader
            .list::<account::Entity>(|q| {
                q.filter(account::Column::Person.is_in(places.iter().map(|one| one.person.clone())))
            })
            .await
            .map_err(told)?
            .into_iter()
            .map(|one| one.person)
            .collect();
        drop(reader);
        let rows: Vec<account::Model> = places
            .into_iter()
            .filter(|one| !known.contains(&Some(one.person.clone())))
            .map(|one| {
                let office = Office::Trainee { person: one.person.clone(), institutions: None };
                let login = format!("trainee-{}", one.person);
                crate::offices::person(self.stage.system(), office, "学员".into(), one.district, one.name, login).0
            })
            .collect();
        let add = self.stage.premises().db.write(Scope::Everything, move |work| {
            Box::pin(async move { work.add_many::<account::Entity>(rows).await })
        });
        add.await.map_err(told)
    }

    /// A trainee as an actor.
    pub async fn trainee(&self, place: &enrolment::Model) -> Result<Actor> {
        let office = Office::Trainee { person: place.person.clone(), institutions: None };
        let (kind, reference) = office.parts();
        let reader = self.stage.read().await?;
        let found =
            reader.find::<account::Entity>(account::Column::Person.eq(place.person.clone())).await.map_err(told)?;
        let account = found
            .filter(|one| one.office_kind == kind && one.office_ref == reference)
            .ok_or_else(|| anyhow!("trainee without account"))?;
        Ok(Actor {
            account: Some(account.id),
            name: place.name.clone(),
            office_name: "学员".into(),
            office,
            role: foundation::codes::AccountRole::Staff,
        })
    }
}
