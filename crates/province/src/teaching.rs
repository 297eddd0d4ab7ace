//! A class's story while it meets: attendance by code and by roll-call, inspections with findings and
//! answers, a stop, disputes.

use anyhow::{Result, anyhow};
use chrono::Duration;
use foundation::codes::{InspectionKind, InspectionOpinion, InspectionProblem};
use foundation::{EnrolmentId, InspectionId};
use m3_supervision::acts::attendance::{AskForRollCall, CallRoll};
use m3_supervision::acts::check_in::{SignIn, SignOut};
use m3_supervision::acts::decide::RevokeClass;
use m3_supervision::acts::dispute::{AnswerDispute, DisputeAttendance, DisputeVerdict};
use m3_supervision::acts::inspection::{AnswerInspection, RecordInspection, ResumeClass};
use m3_supervision::jobs::attendance::StartTraining;
use m3_supervision::rules::attendance::code_at;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::supervision::{attendance_dispute, class_session, enrolment};

use crate::plan::Ending;
use crate::stage::told;
use crate::story::Teller;

/// The meeting that is inspected, and the one at which the county looks again.
const INSPECTED: usize = 2;
const LOOKED_AGAIN: usize = 7;
/// Trainees of the personas' class who use their phones; the others are called by name.
const WITH_PHONES: usize = 6;

/// What inspectors find: problem, note, what the school answers.
const FINDINGS: [(InspectionProblem, &str, &str); 5] = [
    (
        InspectionProblem::Equipment,
        "实训台比申报的少 4 台，部分学员两人合用一台。",
        "已从二号实训室调入 4 台，每人一个工位，照片已上传。",
    ),
    (InspectionProblem::Papers, "教学日志缺最近两次课，学员签字不全。", "教学日志已补写，缺签的学员已补签并说明原因。"),
    (
        InspectionProblem::Safety,
        "实训室一只灭火器压力不足，急救箱药品过期。",
        "灭火器已充装，急救箱药品已更换，指定专人每周检查。",
    ),
    (
        InspectionProblem::HeadCount,
        "签到人数比现场多 2 人，两名学员课间离开未请假。",
        "两人已补办请假，当次课时不计；以后课间离开须向班主任报备。",
    ),
    (InspectionProblem::Content, "当次课程表是实操，现场在放录像。", "因当天停电改放录像，所缺实操已安排在周六补上。"),
];

/// When the class teacher calls the roll.
fn called_after() -> Duration {
    Duration::minutes(8)
}

impl Teller<'_> {
    /// From the first meeting to the last that has begun by now. False: the story ends here.
    pub async fn teach(&self) -> Result<bool> {
        let reader = self.stage.read().await?;
        let sessions = reader
            .list::<class_session::Entity>(|q| {
                q.filter(class_session::Column::Class.eq(self.class.clone()))
                    .order_by_asc(class_session::Column::StartsAt)
            })
            .await
            .map_err(told)?;
        drop(reader);
        let roster = self.places().await?;
        let stopped = matches!(self.plot.ending, Ending::Resumed | Ending::Suspended | Ending::Revoked);
        let mut goes_on = None;
        for (at, session) in
            sessions.iter().enumerate().filter(|(_, one)| one.starts_at + called_after() <= self.stage.curtain())
        {
            if goes_on.is_some_and(|from| session.starts_at < from) {
                continue;
            }
            self.meet(at, session, &roster).await?;
            if at == 0 {
                self.stage.job(StartTraining { class: self.class.clone() }).await?;
            }
            if at == INSPECTED && stopped {
                match self.stop(session).await? {
                    Some(from) => goes_on = Some(from),
                    None => return Ok(false),
                }
            } else if at == INSPECTED {
                self.inspect(session, roster.len()).await?;
            }
            if at == LOOKED_AGAIN && self.is_found_wanting() {
                self.look_again(session, roster.len()).await?;
            }
        }
        if matches!(self.plot.ending, Ending::InTraining | Ending::Resumed) {
            self.speak_up(&sessions, &roster).await?;
            return Ok(false);
        }
        Ok(true)
    }

    /// One meeting: some sign in and out with the code on the screen, the class teacher calls the others. To the one
    /// that runs now the personas have yet to sign in.
    async fn meet(&self, at: usize, session: &class_session::Model, roster: &[enrolment::Model]) -> Result<()> {
        let runs = session.ends_at > self.stage.curtain();
        let (asked, phones) = match (self.plot.personas, runs) {
            (true, true) => (&roster[..self.plot.trainees], WITH_PHONES),
            (true, false) => (roster, if at.is_multiple_of(4) { WITH_PHONES } else { 0 }),
            (false, _) => (roster, 0),
        };
        let here: Vec<&enrolment::Model> =
            asked.iter().enumerate().filter(|(n, _)| self.comes(*n, at)).map(|(_, one)| one).collect();
        let phones = phones.min(here.len());
        // Those who were registered last are the personas: they use their phones.
        let (called, signing) = here.split_at(here.len() - phones);
        let secret = self.stage.premises().settings.secret;
        self.stage.travel_to(session.starts_at - Duration::minutes(9));
        for place in signing {
            let code = code_at(&secret, &session.id, 30, self.stage.now());
            self.stage.by(&self.trainee(place).await?, SignIn { session: session.id.clone(), code }).await?;
        }
        self.stage.travel_to(session.starts_at + called_after());
        let present: Vec<EnrolmentId> = called.iter().map(|one| one.id.clone()).collect();
        self.stage.by(&self.school.clerk, CallRoll { session: session.id.clone(), present }).await?;
        self.stage.travel_to(session.ends_at + Duration::minutes(1));
        for place in signing.iter().filter(|_| !runs) {
            let code = code_at(&secret, &session.id, 30, self.stage.now());
            self.stage.by(&self.trainee(place).await?, SignOut { session: session.id.clone(), code }).await?;
        }
        Ok(())
    }

    /// Nearly everybody comes nearly always; one in twelve misses a meeting now and then, one in thirty too many.
    fn comes(&self, n: usize, at: usize) -> bool {
        if n >= self.plot.trainees {
            // The personas, registered after the others, are never away.
            return true;
        }
        let misses = match self.chance(1000 + n, 60) {
            0 | 1 => 45,
            2..=6 => 12,
            _ => 1,
        };
        // The first meeting decides whether a class begins: it is well attended.
        at == 0 || self.chance(10_000 + n * 64 + at, 100) >= misses
    }

    fn is_found_wanting(&self) -> bool {
        self.chance(2, 6) == 0
    }

    async fn inspect(&self, session: &class_session::Model, persons: usize) -> Result<()> {
        self.stage.travel_to(session.starts_at + Duration::minutes(40));
        let (problem, note, answer) = FINDINGS[self.chance(3, FINDINGS.len())];
        if !self.is_found_wanting() {
            return self.record(session, persons, InspectionOpinion::Normal, None, "").await.map(|_| ());
        }
        let inspection = self.record(session, persons, InspectionOpinion::Rectify, Some(problem), note).await?;
        // A class that is under way may owe its answer still.
        if self.plot.ending != Ending::InTraining {
            self.stage.pass(26 * 3600);
            self.stage.by(&self.school.clerk, AnswerInspection { inspection, text: answer.into() }).await?;
        }
        Ok(())
    }

    async fn look_again(&self, session: &class_session::Model, persons: usize) -> Result<()> {
        self.stage.travel_to(session.starts_at + Duration::minutes(55));
        self.record(session, persons, InspectionOpinion::Normal, None, "复查：上次指出的问题已整改到位。")
            .await
            .map(|_| ())
    }

    async fn record(
        &self,
        session: &class_session::Model,
        persons: usize,
        opinion: InspectionOpinion,
        problem: Option<InspectionProblem>,
        note: &str,
    ) -> Result<InspectionId> {
        let away = self.chance(4, 3);
        let note = if note.is_empty() && away > 0 {
            format!("{away} 人请假，已看请假条。")
        } else {
            note.to_owned()
        };
        let act = RecordInspection {
            class: self.class.clone(),
            session: Some(session.id.clone()),
            kind: if self.chance(5, 5) == 0 { InspectionKind::Video } else { InspectionKind::OnSite },
            unannounced: true,
            second_inspector: crate::names::name(self.number * 7 + 5),
            present_count: i32::try_from(persons.saturating_sub(away)).unwrap_or(0),
            teacher_present: true,
            content_matches: problem != Some(InspectionProblem::Content),
            problems: problem.into_iter().collect(),
            opinion,
            note,
        };
        self.stage.by(&self.school.county.officers[2], act).await
    }

    /// Looked at again while it is stopped: nobody is being taught.
    async fn recheck(&self, note: &str) -> Result<InspectionId> {
        let act = RecordInspection {
            class: self.class.clone(),
            session: None,
            kind: InspectionKind::OnSite,
            unannounced: false,
            second_inspector: crate::names::name(self.number * 7 + 5),
            present_count: 0,
            teacher_present: false,
            content_matches: true,
            problems: Vec::new(),
            opinion: InspectionOpinion::Normal,
            note: note.into(),
        };
        self.stage.by(&self.school.county.officers[2], act).await
    }

    /// Stopped by an inspection. Gives the moment from which it goes on, if it does.
    async fn stop(&self, session: &class_session::Model) -> Result<Option<foundation::Instant>> {
        self.stage.travel_to(session.starts_at + Duration::minutes(35));
        let note = "现场人数与签到记录不符；抽问 3 名学员，均说不出授课教师姓名。责令停课。";
        self.record(session, 12, InspectionOpinion::Stop, Some(InspectionProblem::HeadCount), note).await?;
        match self.plot.ending {
            Ending::Resumed => {
                self.stage.pass(44 * 3600);
                // Somebody has looked again before it goes on.
                let seen = "复查：未到课学员已清退，承诺书补签齐全。";
                self.recheck(seen).await?;
                let note = "机构已清退未到课学员并补签承诺，复查人证相符，可以恢复。".into();
                self.stage.by(self.officer(), ResumeClass { class: self.class.clone(), note }).await?;
                Ok(Some(self.stage.now()))
            }
            Ending::Revoked => {
                self.stage.pass(9 * 24 * 3600);
                let reason = "责令停课后逾期未整改，经核实存在代签到，班级撤销，已发生课时不予补贴。".into();
                self.stage.by(self.reviewer(), RevokeClass { class: self.class.clone(), reason }).await?;
                Ok(None)
            }
            Ending::Suspended => Ok(None),
            other => Err(anyhow!("{other:?} is not stopped")),
        }
    }

    async fn dispute(&self, session: &class_session::Model, place: &enrolment::Model, text: &str) -> Result<()> {
        self.stage.travel_to((session.ends_at + Duration::hours(2)).min(self.stage.curtain()));
        self.stage
            .by(&self.trainee(place).await?, DisputeAttendance { session: session.id.clone(), text: text.into() })
            .await
    }

    /// The officer has asked around by the next day.
    async fn answer_dispute(&self, session: &class_session::Model) -> Result<()> {
        let open = attendance_dispute::Column::Session.eq(session.id.clone());
        let one = self
            .stage
            .system()
            .read()
            .await
            .map_err(told)?
            .find::<attendance_dispute::Entity>(open)
            .await
            .map_err(told)?;
        let Some(one) = one else { return Ok(()) };
        let (verdict, answer) = match self.chance(13, 3) {
            0 => (DisputeVerdict::Dismissed, "调看了教室门口的签到大屏记录，问了班主任，当天没有见到您。"),
            _ => (DisputeVerdict::Present, "问了班主任和同组两名学员，您当天全程在场，这次课补记到课。"),
        };
        self.stage.travel_to((session.ends_at + Duration::hours(20)).min(self.stage.curtain()));
        self.stage.by(self.officer(), AnswerDispute { dispute: one.id, verdict, answer: answer.into() }).await
    }

    /// What trainees of a running class say: a mark is wrong, please call my name.
    async fn speak_up(&self, sessions: &[class_session::Model], roster: &[enrolment::Model]) -> Result<()> {
        const WORDS: [&str; 3] = [
            "我来上课了，手机没电，没签上。",
            "下午的课我在，点名时在楼下搬设备，没点到我。",
            "签退时教室没信号，请帮我核一下。",
        ];
        let now = self.stage.curtain();
        let over = sessions.iter().enumerate().filter(|(_, one)| one.ends_at < now);
        let missed = over.flat_map(|(at, session)| {
            roster.iter().enumerate().filter(move |(n, _)| !self.comes(*n, at)).map(move |(_, place)| (session, place))
        });
        let missed: Vec<_> = missed.collect();
        // An earlier one is answered already, the last one waits.
        if let Some((session, place)) = missed
            .first()
            .filter(|one| (self.plot.personas || self.chance(11, 3) == 0) && one.0.ends_at < now - Duration::days(2))
        {
            self.dispute(session, place, WORDS[self.chance(12, WORDS.len())]).await?;
            self.answer_dispute(session).await?;
        }
        if let Some((session, place)) =
            missed.last().filter(|_| missed.len() > 1 && (self.plot.personas || self.chance(6, 3) == 0))
        {
            self.dispute(session, place, WORDS[self.chance(7, WORDS.len())]).await?;
        }
        if let (Some((at, next)), true) =
            (sessions.iter().enumerate().find(|(_, one)| one.ends_at >= now), self.plot.personas)
            && let Some((_, place)) =
                roster.iter().enumerate().find(|(n, _)| !self.comes(*n, at)).or(roster.iter().enumerate().next())
        {
            self.stage.travel_to(now - Duration::minutes(10));
            self.stage.by(&self.trainee(place).await?, AskForRollCall { session: next.id.clone() }).await?;
        }
        Ok(())
    }
}
