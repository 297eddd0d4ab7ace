//! The class's feedback desk (评价台; M3.4): a shared device for trainees without a phone. The institution stands
//! beside it and knows everybody's number, so nothing here proves who typed: the answers are marked as the desk's, the
//! county phones a sample of them, and the trainee can say that they are not his.

use desk::{Act, Desk, Done, Example};
use foundation::codes::{FeedbackChannel, FullProcessState};
use foundation::{ClassId, EnrolmentId, Fault, Instant, Permission, Stop};
use hmac::{Hmac, KeyInit, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sm3::Sm3;
use store::Writer;

use super::feedback::Answers;
use crate::refusals::FEEDBACK_DESK;

/// Minutes in which the form may be filled after the trainee was recognised.
const TICKET_MINUTES: i64 = 20;

/// Who was recognised at the desk, until when: signed by this installation, carried by the form.
pub fn ticket(secret: &[u8; 32], enrolment: &EnrolmentId, now: Instant) -> String {
    let until = now.timestamp() + TICKET_MINUTES * 60;
    format!("{enrolment}.{until}.{}", signature(secret, enrolment, until))
}

fn signature(secret: &[u8; 32], enrolment: &EnrolmentId, until: i64) -> String {
    let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(secret).expect("HMAC takes any key length");
    mac.update(b"feedback desk\n");
    mac.update(enrolment.to_string().as_bytes());
    mac.update(&until.to_be_bytes());
    mac.finalize().into_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn opened(secret: &[u8; 32], ticket: &str, now: Instant) -> Option<EnrolmentId> {
    let mut parts = ticket.split('.');
    let (enrolment, until, given) =
        (parts.next()?.parse::<EnrolmentId>().ok()?, parts.next()?.parse::<i64>().ok()?, parts.next()?);
    let right = signature(secret, &enrolment, until);
    // Compared without an early end, so that answers' times tell nothing.
    let same =
        right.len() == given.len() && right.bytes().zip(given.bytes()).fold(0u8, |all, (a, b)| all | (a ^ b)) == 0;
    (same && now.timestamp() <= until).then_some(enrolment)
}

/// Feedback given at the desk.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GiveFeedbackAtDesk {
    /// The class.
    pub class: ClassId,
    /// Who was recognised.
    pub ticket: String,
    /// 教师 1–5.
    pub teacher: i32,
    /// 内容 1–5.
    pub content: i32,
    /// 实操 1–5.
    pub practice: i32,
    /// 管理 1–5.
    pub management: i32,
    /// 就业帮助 1–5.
    pub employment_help: i32,
    /// 是否本人全程参加.
    pub attended_in_person: bool,
    /// 是否被收取费用.
    pub was_charged: bool,
    /// A few words, may be empty.
    pub text: String,
}

impl Act for GiveFeedbackAtDesk {
    const NAME: &'static str = "give-feedback-at-desk";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M3.4";
    const TITLE: &'static str = "在评价台评价";
    const KEEPS_ANSWER: bool = false;
    const EXAMPLE: Example =
        Example::at(FullProcessState::Certified.code()).with(r#"{"ticket": "$desk-ticket", "was_charged": false}"#);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let late = || FEEDBACK_DESK.refuse("填得太久了，或不是从评价台进来的").at("ticket");
        let enrolment = opened(&desk.premises.settings.secret, &self.ticket, desk.now()).ok_or_else(late)?;
        let system = work.as_system("feedback-desk");
        let class = system.get(&self.class).await?;
        let place = system.get(&enrolment).await?;
        if place.class != class.id || !place.active {
            return Err(Fault::Gone.into());
        }
        let answers = Answers {
            marks: [self.teacher, self.content, self.practice, self.management, self.employment_help],
            attended_in_person: self.attended_in_person,
            was_charged: self.was_charged,
            text: &self.text,
            channel: FeedbackChannel::Desk,
        };
        answers.give(desk, &system, &class, &place).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::Ids;

    #[test]
    fn m3_4_a_ticket_opens_for_a_while_and_cannot_be_made_elsewhere() {
        let at = |s: i64| chrono::DateTime::from_timestamp(1_800_000_000 + s, 0).unwrap();
        let place: EnrolmentId = Ids::seeded(1).make(at(0));
        let other: EnrolmentId = Ids::seeded(2).make(at(0));
        let one = ticket(&[1; 32], &place, at(0));
        assert_eq!(opened(&[1; 32], &one, at(1200)), Some(place.clone()));
        assert_eq!(opened(&[1; 32], &one, at(1201)), None);
        assert_eq!(opened(&[2; 32], &one, at(0)), None);
        assert_eq!(opened(&[1; 32], &one.replace(&place.to_string(), &other.to_string()), at(0)), None);
        assert_eq!(opened(&[1; 32], "x.y.z", at(0)), None);
    }
}
