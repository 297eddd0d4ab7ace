//! Public objections (公示异议; M8.9; domain §7.4 S55): anybody may object while a claim is public; the county checks
//! within the policy's working days and answers; the objector reads the answer with the receipt.

use desk::procedure::{Taking, begin, may_take};
use desk::{Act, Desk, Done, FactDraft, Hands};
use foundation::codes::{ClaimState, ObjectionState};
use foundation::ids::TypedId;
use foundation::{ClaimId, Date, Fault, Function, ObjectionId, Office, Permission, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter};
use store::seal::Purpose;
use store::tables::funds::{claim, objection};

use super::review::{about, go, only, policy_of, workdays};
use crate::procedures::claims::{Claims, Step};
use crate::procedures::objections::{Objections, Step as Objected};
use crate::refusals::{CONTACT, OBJECTION};

/// Letters of a reason, least and most.
pub const REASON_CHARS: (usize, usize) = (5, 500);
/// Letters of a contact.
pub const CONTACT_CHARS: usize = 50;
/// Objects to a published claim. Nobody is named: the act is the public's, whoever is signed in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RaiseObjection {
    /// The claim.
    pub claim: ClaimId,
    /// What is wrong with it.
    pub reason: String,
    /// How to reach the objector; may be empty. Sealed at once.
    pub contact: String,
}

/// The receipt, said once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ObjectionRaised {
    /// With this number the answer can be read.
    pub receipt: String,
    /// Until when it is answered.
    pub due_on: Date,
}

impl Act for RaiseObjection {
    const NAME: &'static str = "raise-objection";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "对公示提出异议";
    const KEEPS_ANSWER: bool = false;
    type Outcome = ObjectionRaised;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<ObjectionRaised>, Stop> {
        if desk.actor.office != Office::Public {
            // The journal names who acts, and institutions read their journal.
            return Err(OBJECTION.refuse("您已登录，异议会带上您的名字").source("公开日志").into());
        }
        let system = work.as_system("raise-objection");
        let row = system.get(&self.claim).await?;
        let policy = policy_of(work, &row).await?;
        // More than these say nothing new and would bury the officer.
        self.check(desk, &system, &row, policy.objections_open_max()).await?;
        may_take::<Claims>(desk, &row, Step::Object)?;
        let due_on = workdays(desk, policy.objection_workdays());
        let (id, receipt): (ObjectionId, String) = (desk.new_id(), receipt(desk));
        let (reason, contact) = (self.reason.trim(), self.contact.trim());
        let salt: [u8; 16] = desk.premises.ids.bytes();
        let sealed =
            |text: &str| desk.premises.keyring.seal(Purpose::Phone, &id.to_string(), text, desk.premises.ids.bytes());
        let one = objection::Model {
            receipt_hash: receipt_hash(&receipt),
            claim: row.id.clone(),
            class: row.class.clone(),
            class_title: row.class_title.clone(),
            institution_name: row.institution_name.clone(),
            reason: reason.to_owned(),
            salt: hex::encode(salt),
            contact: (!contact.is_empty()).then(|| sealed(contact)),
            contact_masked: masked(contact),
            state: ObjectionState::Open,
            answer: String::new(),
            raised_at: desk.now(),
            due_on,
            decided_by: None,
            decided_at: None,
            district: row.district,
            path: row.path.clone(),
            version: 1,
            id: id.clone(),
        };
        let fact = FactDraft::new(
            "ObjectionRaised",
            row.district,
            format!("收到公示异议，{} 前核查答复", ui::dates::full_day(due_on)),
        );
        let fact = about(&row, fact)
            .about(&crate::declared::OBJECTION, &id)
            // The words stay with the county; that they were these words can be proved.
            .commits("reason", journal::commit(salt, reason));
        let taking = Taking::new(objection::ActiveModel::default()).by(&policy).money(row.total);
        let made = begin::<Objections>(desk, &system, one, Objected::Raise, taking, fact).await?;
        let first =
            row.due_on.filter(|_| row.state == ClaimState::UnderObjection).map_or(due_on, |due| due.min(due_on));
        let fact = go(desk, &system, &row, Step::Object, only().due(Some(first)), made.ok_or(Fault::Stale)?).await?;
        Ok(Done::new(ObjectionRaised { receipt, due_on }, fact))
    }
}

impl RaiseObjection {
    async fn check(&self, desk: &Desk, system: &Writer, row: &claim::Model, most: i32) -> Result<(), Stop> {
        let no = |fact: String, fix: &str| OBJECTION.refuse(fact).fix(fix);
        let (length, contact) = (self.reason.trim().chars().count(), self.contact.trim().chars().count());
        let mut refusals = Vec::new();
        if !(REASON_CHARS.0..=REASON_CHARS.1).contains(&length) {
            let fact = format!("异议内容有 {length} 个字，应为 {} 至 {} 字", REASON_CHARS.0, REASON_CHARS.1);
            refusals.push(no(fact, "请写清是哪一条、哪里不对、怎么知道的").at("reason"));
        }
        if contact > CONTACT_CHARS {
            refusals.push(no(format!("联系方式有 {contact} 个字"), "请不要超过 50 字；也可以不填").at("contact"));
        }
        if row.publicity_until.is_none_or(|until| until < desk.today()) {
            refusals.push(no("这份补贴不在公示期内".into(), "公示期过后的问题，请向当地人社部门举报"));
        }
        let open = open_of(&row.id);
        if refusals.is_empty()
            && system.count::<objection::Entity>(|q| q.filter(open)).await? >= u64::try_from(most).unwrap_or(0)
        {
            refusals.push(no(
                format!("对这份补贴已有 {most} 条异议在核查"),
                "请等核查结果；有紧急情况请直接向当地人社部门反映",
            ));
        }
        if refusals.is_empty() { Ok(()) } else { Err(refusals.into()) }
    }
}

/// The open objections to a claim.
pub(crate) fn open_of(claim: &ClaimId) -> Condition {
    Condition::all()
        .add(objection::Column::Claim.eq(claim.clone()))
        .add(objection::Column::State.eq(ObjectionState::Open))
}

/// Sixteen letters nobody guesses, in fours.
fn receipt(desk: &Desk) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bytes: [u8; 16] = desk.premises.ids.bytes();
    let letters: Vec<u8> = bytes.iter().map(|byte| LETTERS[usize::from(byte % 32)]).collect();
    letters.chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect::<Vec<_>>().join("-")
}

/// What is kept of a receipt. Small letters, spaces and missing hyphens do not matter.
pub fn receipt_hash(receipt: &str) -> String {
    let letters: String =
        receipt.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_uppercase()).collect();
    hex::encode(Sha256::digest(letters))
}

fn masked(contact: &str) -> String {
    let count = contact.chars().count();
    if count == 0 { String::new() } else { format!("已留联系方式（{count} 字，加密保存）") }
}

/// Reads the objector's contact, for a reason; leaves a fact.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReadObjectionContact {
    /// The objection.
    pub objection: ObjectionId,
    /// What for.
    pub purpose: String,
}

impl Act for ReadObjectionContact {
    const NAME: &'static str = "read-objection-contact";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Approve);
    const TITLE: &'static str = "查看异议人联系方式";
    const HANDS: Hands = Hands::One("只看不改；每次都留痕");
    const KEEPS_ANSWER: bool = false;
    type Outcome = String;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<String>, Stop> {
        let row = work.get(&self.objection).await?;
        let purpose: String = self.purpose.trim().chars().take(100).collect();
        if purpose.is_empty() {
            return Err(CONTACT.refuse("没有写查看的原因").at("purpose").into());
        }
        let Some(sealed) = &row.contact else {
            return Err(CONTACT.refuse("异议人没有留联系方式").source("公示异议").fix("请按现有材料核查").into());
        };
        let plain = desk
            .premises
            .keyring
            .open(Purpose::Phone, &row.id.to_string(), sealed)
            .map_err(|e| Fault::Db(e.to_string()))?;
        // Not in the claim's trail, which the institution reads.
        let fact = FactDraft::new("ObjectionContactRead", row.district, "查看异议人联系方式")
            .about(&crate::declared::OBJECTION, row.id.as_str())
            .with("purpose", purpose);
        Ok(Done::new(plain.to_string(), fact))
    }
}
