//! Acts on the timetable of a draft (课程表; M3.1): laid out anew; single meetings (课次) added, changed, removed.

use desk::{Act, Before, Desk, Done, Example, FactDraft};
use foundation::codes::FullProcessState;
use foundation::limits::SESSIONS_PER_CLASS;
use foundation::{ClassId, Fault, Function, Permission, Right, SessionId, Stop, TeacherId, clock};
use m2_institutions::doorway::Teacher;
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Set};
use store::tables::supervision::{class_session, training_class};

use super::opening::{draft, place_name};
use crate::declared::CLASS;
use crate::hours;
use crate::refusals::TIMETABLE;
use crate::rules::layout::{Layout, lay_out};
use crate::rules::timetable::{SessionFields, check_session};

const EDIT: Permission = Permission::Of(Function::OpeningApplication, Right::Create);

/// What a meeting without a room says of its place.
const ONLINE_PLACE: &str = "线上直播";

/// Lays the timetable out anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LayTimetable {
    /// The class.
    pub class: ClassId,
    /// Weekdays, times, block length.
    pub layout: Layout,
    /// Who teaches; the class teacher when empty.
    pub teacher: Option<TeacherId>,
}

impl Act for LayTimetable {
    const NAME: &'static str = "lay-timetable";
    const PERMISSION: Permission = EDIT;
    const TITLE: &'static str = "生成课程表";
    const EXAMPLE: Example = Example::at(FullProcessState::Draft.code()).with(
        r#"{"layout": {"weekdays": [1, 2, 3, 4, 5, 6, 7], "morning": "08:30:00", "afternoon": "14:00:00",
            "evening": "19:00:00", "block": 4}}"#,
    );
    /// How many sessions.
    type Outcome = u32;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<u32>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        desk.unchanged(&CLASS, &class.id.to_string(), class.version)?;
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        let room = work.get(&class.room).await?;
        let place = place_name(work, &room).await?;
        let teacher = work.get(&self.teacher.as_ref().unwrap_or(&class.class_teacher)).await?;
        if teacher.institution != class.institution {
            return Err(Fault::Gone.into());
        }
        let rows = laid(desk, &class, &self.layout, &teacher, &place, &policy)?;
        work.remove_all::<class_session::Entity>(class_session::Column::Class.eq(class.id.clone())).await?;
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        work.add_many::<class_session::Entity>(rows).await?;
        Ok(Done::new(
            count,
            FactDraft::new("TimetableLaid", class.district, format!("生成课程表，{count} 次课"))
                .class(&class.id)
                .institution(&class.institution)
                .with("sessions", count),
        ))
    }
}

/// The meetings of a layout. Errors: what does not fit.
pub(super) fn laid(
    desk: &Desk,
    class: &training_class::Model,
    layout: &Layout,
    teacher: &Teacher,
    place: &str,
    policy: &Policy,
) -> Result<Vec<class_session::Model>, Stop> {
    let meetings = lay_out(class, layout, policy)?;
    if meetings.len() > SESSIONS_PER_CLASS {
        return Err(TIMETABLE.refuse(format!("排出 {} 次课，太多了", meetings.len())).at("block").into());
    }
    let rows = meetings.into_iter().zip(1..).map(|(one, position)| {
        let online = one.mode == foundation::codes::SessionMode::Online;
        class_session::Model {
            id: desk.new_id(),
            class: class.id.clone(),
            position,
            held_on: clock::day_of(one.starts_at),
            starts_at: one.starts_at,
            ends_at: one.ends_at,
            periods: one.periods,
            mode: one.mode,
            subject: format!("{}（{}）", class.item_name, one.mode.label()),
            teacher: teacher.id.clone(),
            teacher_name: teacher.name.clone(),
            room: (!online).then(|| class.room.clone()),
            place: if online { ONLINE_PLACE.into() } else { place.to_owned() },
            institution: class.institution.clone(),
            district: class.district,
            path: class.path.clone(),
            version: 1,
        }
    });
    Ok(rows.collect())
}

/// A meeting at an hour of the first day at which there is no other.
const MEETING: &str =
    r#"{"fields": {"held_on": "$first-day", "starts": "06:00:00", "periods": 1, "mode": "ONLINE", "subject": "复习"}}"#;

/// One more meeting.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AddSession {
    /// The class.
    pub class: ClassId,
    /// The meeting.
    pub fields: SessionFields,
}

impl Act for AddSession {
    const NAME: &'static str = "add-session";
    const PERMISSION: Permission = EDIT;
    const TITLE: &'static str = "增加课次";
    const EXAMPLE: Example =
        Example::at(FullProcessState::Draft.code()).with(MEETING).after(&[Before::by::<RemoveSession>("school-clerk")]);
    type Outcome = SessionId;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<SessionId>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        let others = hours::sessions(work, &class.id).await?;
        if others.len() >= SESSIONS_PER_CLASS {
            return Err(TIMETABLE
                .refuse(format!("已有 {} 次课", others.len()))
                .fix("课次太多了，请增加每次课的课时")
                .into());
        }
        let row = meeting(desk, work, &class, &others, &self.fields, None, &policy).await?;
        let id = row.id.clone();
        work.add::<class_session::Entity>(row).await?;
        Ok(Done::new(id.clone(), changed(&class, &id, format!("增加 {} 的课", ui::dates::day(self.fields.held_on)))))
    }
}

/// A meeting changed whole.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EditSession {
    /// The meeting.
    pub session: SessionId,
    /// As it is to be.
    pub fields: SessionFields,
}

impl Act for EditSession {
    const NAME: &'static str = "edit-session";
    const PERMISSION: Permission = EDIT;
    const TITLE: &'static str = "修改课次";
    const EXAMPLE: Example = Example::at(FullProcessState::Draft.code()).with(MEETING);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let before = work.get(&self.session).await?;
        desk.unchanged(&crate::declared::SESSION, &before.id.to_string(), before.version)?;
        let class = draft(desk, work, &before.class).await?;
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        let others = hours::sessions(work, &class.id).await?;
        let row = meeting(desk, work, &class, &others, &self.fields, Some(&before.id), &policy).await?;
        let change = class_session::ActiveModel {
            held_on: Set(row.held_on),
            starts_at: Set(row.starts_at),
            ends_at: Set(row.ends_at),
            periods: Set(row.periods),
            mode: Set(row.mode),
            subject: Set(row.subject),
            teacher: Set(row.teacher),
            teacher_name: Set(row.teacher_name),
            room: Set(row.room),
            place: Set(row.place),
            ..Default::default()
        };
        work.save::<class_session::Entity>(&before, change).await?;
        Ok(Done::new((), changed(&class, &before.id, format!("修改 {} 的课", ui::dates::day(self.fields.held_on)))))
    }
}

/// A meeting taken out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RemoveSession {
    /// The meeting.
    pub session: SessionId,
}

impl Act for RemoveSession {
    const NAME: &'static str = "remove-session";
    const PERMISSION: Permission = EDIT;
    const TITLE: &'static str = "删去课次";
    const EXAMPLE: Example = Example::at(FullProcessState::Draft.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let before = work.get(&self.session).await?;
        desk.unchanged(&crate::declared::SESSION, &before.id.to_string(), before.version)?;
        let class = draft(desk, work, &before.class).await?;
        work.remove_all::<class_session::Entity>(class_session::Column::Id.eq(before.id.clone())).await?;
        Ok(Done::new((), changed(&class, &before.id, format!("删去 {} 的课", ui::dates::day(before.held_on)))))
    }
}

/// The row of a meeting, checked. Errors: everything wrong; `Gone` for another school's teacher or room.
async fn meeting(
    desk: &Desk,
    work: &Writer,
    class: &training_class::Model,
    others: &[class_session::Model],
    fields: &SessionFields,
    itself: Option<&SessionId>,
    policy: &Policy,
) -> Result<class_session::Model, Stop> {
    let refusals = check_session(class, others, fields, itself, policy);
    if !refusals.is_empty() {
        return Err(refusals.into());
    }
    let teacher = work.get(&fields.teacher).await?;
    let online = fields.mode == foundation::codes::SessionMode::Online;
    let room = match &fields.room {
        Some(room) if !online => Some(work.get(&room).await?),
        _ => None,
    };
    if teacher.institution != class.institution
        || room.as_ref().is_some_and(|room| room.institution != class.institution)
    {
        return Err(Fault::Gone.into());
    }
    if room.as_ref().is_some_and(|room| room.site != class.site) {
        return Err(TIMETABLE
            .refuse("这间教室不在本班的培训场地")
            .source("机构场地")
            .fix("请选本班场地的教室；换场地请重新申报")
            .at("room")
            .into());
    }
    let place = match &room {
        Some(room) => place_name(work, room).await?,
        None => ONLINE_PLACE.to_owned(),
    };
    let (starts_at, ends_at) = fields.span(policy);
    Ok(class_session::Model {
        id: desk.new_id(),
        class: class.id.clone(),
        position: others.iter().map(|one| one.position).max().unwrap_or(0) + 1,
        held_on: fields.held_on,
        starts_at,
        ends_at,
        periods: foundation::Periods(fields.periods),
        mode: fields.mode,
        subject: fields.subject.trim().into(),
        teacher: teacher.id,
        teacher_name: teacher.name,
        place,
        room: room.map(|room| room.id),
        institution: class.institution.clone(),
        district: class.district,
        path: class.path.clone(),
        version: 1,
    })
}

fn changed(class: &training_class::Model, session: &SessionId, said: String) -> FactDraft {
    FactDraft::new("TimetableEdited", class.district, said)
        .class(&class.id)
        .institution(&class.institution)
        .about(&crate::declared::SESSION, session)
}

/// A class's meetings moved by whole days, for the copy of a class; none when one would leave its days.
pub(super) fn shifted(
    desk: &Desk,
    from: &training_class::Model,
    to: &training_class::Model,
    sessions: Vec<class_session::Model>,
) -> Vec<class_session::Model> {
    let days = (to.starts_on - from.starts_on).num_days();
    let same_plan = (from.periods_theory, from.periods_practice, from.periods_online)
        == (to.periods_theory, to.periods_practice, to.periods_online);
    let moved: Vec<class_session::Model> = sessions
        .into_iter()
        .map(|one| {
            let by = chrono::Duration::days(days);
            let own_room = one.room.as_ref() == Some(&from.room);
            let teacher = if one.teacher == from.class_teacher {
                (to.class_teacher.clone(), to.class_teacher_name.clone())
            } else {
                (one.teacher, one.teacher_name)
            };
            class_session::Model {
                id: desk.new_id(),
                class: to.id.clone(),
                held_on: clock::day_of(one.starts_at + by),
                starts_at: one.starts_at + by,
                ends_at: one.ends_at + by,
                teacher: teacher.0,
                teacher_name: teacher.1,
                room: if own_room { Some(to.room.clone()) } else { one.room },
                institution: to.institution.clone(),
                district: to.district,
                path: to.path.clone(),
                version: 1,
                ..one
            }
        })
        .collect();
    let fits =
        same_plan && from.site == to.site && moved.iter().all(|one| (to.starts_on..=to.ends_on).contains(&one.held_on));
    if fits { moved } else { Vec::new() }
}
