//! The main job, regime A, plain path: one class in 晋江市 from the needs directory to the evidence that
//! verifies offline. Every step by its own persona; Appendix B example 1 comes out of it.

use chrono::{Duration, NaiveTime};
use desk::Desk;
use foundation::codes::*;
use foundation::{ClassId, Date, EnrolmentId, Instant, SkillLevel, Stop};
use m1_needs::acts::{AddNeedsItem, FileNeedsItem, PublishNeedsItem};
use m1_needs::rules::NeedsItemFields;
use m2_institutions::acts::directory::AddDirectoryItem;
use m3_supervision::acts::attendance::CallRoll;
use m3_supervision::acts::certificate::IssueCertificates;
use m3_supervision::acts::check_in::{SignIn, SignOut};
use m3_supervision::acts::exam::{ConfirmExam, EnterScores};
use m3_supervision::acts::feedback::GiveFeedback;
use m3_supervision::acts::inspection::RecordInspection;
use m3_supervision::acts::opening::{AddTrainees, CreateClass, LayTimetable, SignPledges};
use m3_supervision::acts::review::{AcceptOpening, ApproveOpening, ReviewOpening, SubmitOpening};
use m3_supervision::rules::attendance::code_at;
use m3_supervision::rules::completion::{Marks, Sitting};
use m3_supervision::rules::layout::Layout;
use m3_supervision::rules::opening::Plan;
use store::query::*;
use store::tables::supervision::{class_session, enrolment};
use testkit::{Persona, TestHouse};

use crate::fixtures;

fn day(y: i32, m: u32, d: u32) -> Date {
    Date::from_ymd_opt(y, m, d).unwrap()
}

fn plan() -> Plan {
    Plan {
        term: 2,
        planned_persons: 12,
        theory: 14,
        practice: 20,
        online: 22,
        starts_on: day(2026, 11, 10),
        ends_on: day(2026, 12, 4),
        exam_on: day(2026, 12, 7),
        exam_plan: "理论笔试、实操考核各占一半，60 分合格".into(),
        materials: "《养老护理员（基础知识）》，中国劳动社会保障出版社".into(),
        safety_plan: "已购团体意外险，实训室配急救箱".into(),
    }
}

async fn directory(house: &TestHouse) -> foundation::NeedsItemId {
    fixtures::directories(house).await;
    let officer = house.desk(Persona::JinjiangOfficer);
    let fields = NeedsItemFields {
        year: 2026,
        training_type: TrainingType::Employment,
        occupation: None,
        name: "母婴生活护理".into(),
        level: SkillLevel::Completion,
        certificate_type: CertificateType::Completion,
        periods_min: 20,
        periods_max: 80,
        online_cap_pct: 40,
        shortage_class: None,
        rate_text: String::new(),
    };
    let item = officer.perform(AddNeedsItem { fields }).await.unwrap().item;
    house
        .desk(Persona::ProvinceOfficer)
        .perform(FileNeedsItem { item: item.clone(), filing_no: "闽人社备2026-58".into() })
        .await
        .unwrap();
    officer.perform(PublishNeedsItem { item: item.clone(), document: "晋人社〔2026〕45号".into() }).await.unwrap();
    let line = AddDirectoryItem {
        institution: testkit::personas::school(),
        needs_item: item.clone(),
        site: fixtures::school_site(),
        capacity: 45,
        valid_from: day(2026, 11, 1),
        valid_until: day(2027, 6, 30),
    };
    officer.perform(line).await.unwrap();
    item
}

/// Application, review by two, approval.
async fn opened(house: &TestHouse) -> ClassId {
    let item = directory(house).await;
    let clerk = house.desk(Persona::SchoolClerk);
    let too_much = Plan { online: 24, ..plan() };
    let no = clerk
        .perform(CreateClass {
            needs_item: item.clone(),
            room: fixtures::big_room(),
            class_teacher: fixtures::theory_teacher(),
            copy_of: None,
            layout: None,
            plan: too_much,
        })
        .await
        .unwrap_err();
    assert!(matches!(&no, Stop::Refused(all) if all.iter().any(|one| one.rule == "M5.1")), "{no}");
    let class = clerk
        .perform(CreateClass {
            needs_item: item,
            room: fixtures::big_room(),
            class_teacher: fixtures::theory_teacher(),
            copy_of: None,
            layout: None,
            plan: plan(),
        })
        .await
        .unwrap();
    let rows = (0..10)
        .map(|n| m7_registry::RosterRow {
            row: n + 2,
            name: fixtures::NAMES[n].into(),
            id_type: String::new(),
            id_number: fixtures::document(n).reveal().into(),
            birth: String::new(),
            phone: format!("1390595{:04}", 1000 + n),
            category: String::new(),
            education: String::new(),
        })
        .collect();
    assert_eq!(clerk.perform(AddTrainees { class: class.clone(), rows }).await.unwrap().added, 10);
    clerk.perform(SignPledges { class: class.clone() }).await.unwrap();
    let at = |h, m| NaiveTime::from_hms_opt(h, m, 0);
    let layout = Layout {
        weekdays: vec![1, 2, 3, 4, 5],
        morning: at(8, 30),
        afternoon: at(14, 0),
        evening: at(19, 0),
        block: 4,
    };
    clerk.perform(LayTimetable { class: class.clone(), layout, teacher: None }).await.unwrap();
    clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await.unwrap();
    let officer = house.desk(Persona::JinjiangOfficer);
    assert!(
        matches!(
            house.desk(Persona::ShishiOfficer).perform(AcceptOpening { class: class.clone() }).await,
            Err(Stop::Fault(foundation::Fault::Gone))
        ),
        "the neighbour sees nothing"
    );
    officer.perform(AcceptOpening { class: class.clone() }).await.unwrap();
    officer
        .perform(ReviewOpening {
            class: class.clone(),
            passed: ["H01", "H02", "H03", "H04"].map(String::from).to_vec(),
        })
        .await
        .unwrap();
    assert!(
        matches!(officer.perform(ApproveOpening { class: class.clone() }).await, Err(Stop::Refused(_))),
        "one person cannot do both"
    );
    house.desk(Persona::JinjiangReviewer).perform(ApproveOpening { class: class.clone() }).await.unwrap();
    class
}

async fn sessions(house: &TestHouse, class: &ClassId) -> Vec<class_session::Model> {
    house
        .system()
        .read()
        .await
        .unwrap()
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(class.clone())).order_by_asc(class_session::Column::StartsAt)
        })
        .await
        .unwrap()
}

async fn places(house: &TestHouse, class: &ClassId) -> Vec<enrolment::Model> {
    house
        .system()
        .read()
        .await
        .unwrap()
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Class.eq(class.clone())).order_by_asc(enrolment::Column::Id)
        })
        .await
        .unwrap()
}

fn stand_at(house: &TestHouse, at: Instant) {
    house.premises.clock.travel_to(at);
}

/// 林玉珍 signs in and out by phone but misses one offline session; 黄小琴 comes to everything; the third,
/// without a phone, is called by the teacher and misses a third of the class.
async fn taught(house: &TestHouse, class: &ClassId) {
    let all = sessions(house, class).await;
    let roster = places(house, class).await;
    let third = roster.iter().find(|one| one.name == fixtures::NAMES[2]).unwrap().id.clone();
    let by_phone = [fixtures::NAMES[0], fixtures::NAMES[1]];
    let others: Vec<EnrolmentId> = roster
        .iter()
        .filter(|one| one.id != third && !by_phone.contains(&one.name.as_str()))
        .map(|one| one.id.clone())
        .collect();
    let missed = all.iter().position(|one| one.mode == SessionMode::Practice && one.periods.0 == 4).unwrap();
    for (at, session) in all.iter().enumerate() {
        stand_at(house, session.starts_at - Duration::minutes(5));
        for (persona, comes) in [(Persona::Trainee, at != missed), (Persona::OtherTrainee, true)] {
            if comes {
                sign(&house.desk(persona), session, true).await;
            }
        }
        if at == 1 {
            inspect(house, class, session).await;
        }
        stand_at(house, session.ends_at + Duration::minutes(2));
        for (persona, comes) in [(Persona::Trainee, at != missed), (Persona::OtherTrainee, true)] {
            if comes {
                sign(&house.desk(persona), session, false).await;
            }
        }
        let present = others.iter().cloned().chain((at % 3 != 0).then(|| third.clone())).collect();
        house.desk(Persona::ClassTeacher).perform(CallRoll { session: session.id.clone(), present }).await.unwrap();
        house::tick(&house.system()).await.unwrap();
    }
    house.travel_to(2026, 12, 4, 18, 0);
    house::tick(&house.system()).await.unwrap();
}

async fn sign(desk: &Desk, session: &class_session::Model, arriving: bool) {
    let code = code_at(&desk.premises.settings.secret, &session.id, 30, desk.now());
    if arriving {
        assert!(!desk.perform(SignIn { session: session.id.clone(), code: code.clone() }).await.unwrap().repeated);
        assert!(
            desk.perform(SignIn { session: session.id.clone(), code }).await.unwrap().repeated,
            "a repeat is harmless"
        );
    } else {
        desk.perform(SignOut { session: session.id.clone(), code }).await.unwrap();
    }
}

async fn inspect(house: &TestHouse, class: &ClassId, session: &class_session::Model) {
    stand_at(house, session.starts_at + Duration::minutes(30));
    let record = |problems| RecordInspection {
        class: class.clone(),
        session: Some(session.id.clone()),
        kind: InspectionKind::OnSite,
        unannounced: true,
        second_inspector: "周志明".into(),
        present_count: 9,
        teacher_present: true,
        content_matches: true,
        problems,
        opinion: InspectionOpinion::Normal,
        note: "三人请假，已看请假条".into(),
    };
    assert!(
        matches!(house.desk(Persona::JinjiangReviewer).perform(record(Vec::new())).await, Err(Stop::Refused(_))),
        "who approved may not inspect"
    );
    house.desk(Persona::JinjiangInspector).perform(record(Vec::new())).await.unwrap();
}

async fn certified(house: &TestHouse, class: &ClassId) {
    let clerk = house.desk(Persona::SchoolClerk);
    let roster = places(house, class).await;
    let eligible: Vec<EnrolmentId> =
        roster.iter().filter(|one| one.name != fixtures::NAMES[2]).map(|one| one.id.clone()).collect();
    house.travel_to(2026, 12, 7, 15, 0);
    let marks =
        eligible.iter().map(|one| Marks { enrolment: one.clone(), theory: 82, practice: 76, absent: false }).collect();
    let sitting = Sitting {
        held_on: day(2026, 12, 7),
        examiner: "苏丽娟".into(),
        second_examiner: "曾庆华".into(),
        method: "理论笔试＋现场操作".into(),
    };
    clerk.perform(EnterScores { class: class.clone(), sitting, marks }).await.unwrap();
    assert!(
        clerk.perform(ConfirmExam { class: class.clone() }).await.is_err(),
        "the institution cannot confirm its own marks"
    );
    house.desk(Persona::JinjiangOfficer).perform(ConfirmExam { class: class.clone() }).await.unwrap();
    assert_eq!(clerk.perform(IssueCertificates { class: class.clone() }).await.unwrap(), 9);
    let answers = async |persona| {
        let feedback = GiveFeedback {
            class: class.clone(),
            teacher: 5,
            content: 5,
            practice: 4,
            management: 5,
            employment_help: 4,
            attended_in_person: true,
            was_charged: false,
            text: String::new(),
        };
        house.desk(persona).perform(feedback).await.unwrap();
    };
    answers(Persona::Trainee).await;
    // Seven without a phone have not answered: after the policy's days the feedback closes all the same,
    // and those seven are not paid for (M3.4). 黄小琴 answers a day late: the claim is drafted anew.
    house.travel_to(2026, 12, 16, 9, 0);
    house::tick(&house.system()).await.unwrap();
    house.travel_to(2026, 12, 17, 9, 0);
    answers(Persona::OtherTrainee).await;
    house::tick(&house.system()).await.unwrap();
}

async fn state(house: &TestHouse, class: &ClassId) -> ClassState {
    house.system().read().await.unwrap().get(&class).await.unwrap().state
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_from_the_directory_to_the_certificate() {
    let house = TestHouse::new().await.join(house::routes());
    let class = opened(&house).await;
    assert_eq!(state(&house, &class).await, FullProcessState::Approved);
    taught(&house, &class).await;
    assert_eq!(state(&house, &class).await, FullProcessState::TrainingEnded);
    let mine = places(&house, &class).await.into_iter().find(|one| one.name == fixtures::NAMES[0]).unwrap();
    assert_eq!((mine.credited_offline.0, mine.credited_online.0), (30, 22), "Appendix B example 1");
    certified(&house, &class).await;
    assert!(matches!(
        state(&house, &class).await,
        ClassState::FullProcess(FullProcessState::FeedbackDone) | ClassState::FullProcess(FullProcessState::Claimed)
    ));
}

/// The money: the claim drafts itself, two review it, it is public for five working days, finance pays.
async fn paid(house: &TestHouse, class: &ClassId) -> store::tables::funds::claim::Model {
    use m3_funds::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch, SettledLine};
    use m3_funds::acts::review::{FirstReviewClaim, PublishClaim, SecondReviewClaim, SubmitClaim};
    use store::tables::funds::{claim, fund_account, payment_line};
    let system = house.system();
    let jinjiang = testkit::district("350582");
    let account = fund_account::Model {
        id: "350582-2026-JY".into(),
        year: 2026,
        source: FundSource::Employment,
        budget: foundation::Fen(500_000_000),
        reserved: foundation::Fen(0),
        paid: foundation::Fen(0),
        path: jinjiang.management_path(),
        district: jinjiang,
        version: 1,
        batched: foundation::Fen(0),
    };
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move { work.add::<fund_account::Entity>(account).await })
        })
        .await
        .unwrap();
    let drafted = system
        .read()
        .await
        .unwrap()
        .find::<claim::Entity>(claim::Column::Class.eq(class.clone()))
        .await
        .unwrap()
        .expect("the claim drafts itself");
    // 50 payable periods for 林玉珍 and 56 for 黄小琴, 25 yuan each.
    assert_eq!(drafted.total, foundation::Fen(125_000 + 140_000));
    let id = drafted.id.clone();
    assert!(matches!(
        house.desk(Persona::RivalClerk).perform(SubmitClaim { claim: id.clone() }).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
    house.desk(Persona::SchoolClerk).perform(SubmitClaim { claim: id.clone() }).await.unwrap();
    let officer = house.desk(Persona::JinjiangOfficer);
    officer.perform(FirstReviewClaim { claim: id.clone() }).await.unwrap();
    assert!(
        matches!(officer.perform(SecondReviewClaim { claim: id.clone() }).await, Err(Stop::Refused(_))),
        "one person cannot review twice"
    );
    house.desk(Persona::JinjiangReviewer).perform(SecondReviewClaim { claim: id.clone() }).await.unwrap();
    officer.perform(PublishClaim { claim: id.clone() }).await.unwrap();
    assert!(
        house.desk(Persona::JinjiangOfficer).perform(MakePaymentBatch { claims: vec![id.clone()] }).await.is_err(),
        "not before the publicity is over"
    );
    object(house, &id).await;
    let until = system.read().await.unwrap().get(&id).await.unwrap().publicity_until.unwrap();
    stand_at(house, foundation::clock::at_local(until.succ_opt().unwrap().and_hms_opt(9, 0, 0).unwrap()));
    house::tick(&system).await.unwrap();
    let batch =
        house.desk(Persona::JinjiangInspector).perform(MakePaymentBatch { claims: vec![id.clone()] }).await.unwrap();
    let batch = batch_id(&batch);
    found(house, &drafted.claim_no, &batch).await;
    house.desk(Persona::JinjiangFinance).perform(ApprovePaymentBatch { batch: batch.clone() }).await.unwrap();
    let lines = system
        .read()
        .await
        .unwrap()
        .list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(batch.clone())))
        .await
        .unwrap();
    let settled = lines
        .iter()
        .map(|one| SettledLine {
            line: one.id.clone(),
            paid: true,
            reference: "20261220000001".into(),
            reason: String::new(),
        })
        .collect();
    house.desk(Persona::JinjiangFinance).perform(SettlePaymentBatch { batch, lines: settled }).await.unwrap();
    house::tick(&system).await.unwrap();
    system.read().await.unwrap().get(&id).await.unwrap()
}

/// A claim and a batch are found by their numbers, within reach.
async fn found(house: &TestHouse, claim_no: &str, batch: &foundation::PaymentBatchId) {
    let web = house.serve(house::routes());
    let row = house.system().read().await.unwrap().get(&batch).await.unwrap();
    let at = format!("/payment-batches/{batch}");
    let finds = async |who, words: &str, address: &str| {
        web.post(Some(who), "/search", &[("q", words)]).await.text.find(address).is_some()
    };
    assert!(finds(Persona::JinjiangFinance, &row.batch_no, &at).await);
    for beginning in [&row.batch_no[..10], &row.batch_no[..6]] {
        assert!(finds(Persona::JinjiangOfficer, beginning, &at).await, "by the beginning {beginning}");
    }
    assert!(!finds(Persona::JinjiangOfficer, "%", &at).await, "no pattern");
    assert!(!finds(Persona::ShishiOfficer, &row.batch_no, &at).await);
    assert!(finds(Persona::SchoolClerk, claim_no, "/claims/").await);
    assert!(!finds(Persona::RivalClerk, claim_no, "/claims/").await);
}

/// Somebody objects to the publicity; the county checks and finds nothing.
async fn object(house: &TestHouse, id: &foundation::ClaimId) {
    use m3_funds::acts::decide::{DecideObjection, Verdict};
    use m3_funds::acts::objection::RaiseObjection;
    let public = Desk::public(std::sync::Arc::clone(&house.premises));
    public
        .perform(RaiseObjection {
            claim: id.clone(), reason: "第二位没有来上课".into(), contact: String::new()
        })
        .await
        .unwrap();
    let one = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<store::tables::funds::objection::Entity>(|q| q)
        .await
        .unwrap()
        .remove(0);
    let answer = "核对签到记录，每次课都有本人签到。".into();
    let decide = DecideObjection { objection: one.id, verdict: Verdict::Dismiss, struck: Vec::new(), answer };
    house.desk(Persona::JinjiangInspector).perform(decide).await.unwrap();
}

fn batch_id(outcome: &impl serde::Serialize) -> foundation::PaymentBatchId {
    let value = serde_json::to_value(outcome).unwrap();
    let text = value
        .as_str()
        .map(str::to_owned)
        .or_else(|| value.get("batch").and_then(|b| b.as_str()).map(str::to_owned))
        .expect("the batch's id");
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_paid_yuan_verifies_offline_and_a_changed_row_is_named() {
    let house = TestHouse::new().await.join(house::routes());
    let class = opened(&house).await;
    taught(&house, &class).await;
    certified(&house, &class).await;
    assert_eq!(state(&house, &class).await, FullProcessState::Claimed);
    let claim = paid(&house, &class).await;
    assert_eq!(claim.state, ClaimState::Paid);
    assert_eq!(state(&house, &class).await, FullProcessState::Archived);
    let bundle = async || {
        let reader = house.system().read().await.unwrap();
        house::evidence::export(&house.premises, &reader, &reader, &class).await.unwrap()
    };
    let good = bundle().await;
    let report = journal::verify(&good, Some(&house::evidence::keys(&house.premises).verifier_keys()));
    assert!(report.is_clean(), "{}", report.render());
    assert!(report.render().ends_with("0 处不一致"));
    let whole = house::evidence::verify_database(&house.premises).await.unwrap();
    assert!(whole.is_clean(), "{}", whole.render());
    // One row of the database changed behind everybody's back: by its owner, the house itself could not.
    let later = "UPDATE attendance SET at = (SELECT at FROM attendance ORDER BY at DESC LIMIT 1) \
        WHERE id = (SELECT id FROM attendance ORDER BY at LIMIT 1)";
    let insider: &[&str] = &["DROP TRIGGER attendance_keeps_values", later];
    store::db::tamper(&house.premises.db, if house.premises.db.kind() == "sqlite" { insider } else { &insider[1..] })
        .await
        .unwrap();
    let report = journal::verify(&bundle().await, None);
    assert!(report.differences.iter().any(|one| one.seq.is_some()), "{}", report.render());
    // One byte of the file changed.
    let mut bytes = good.to_json().unwrap();
    let at = bytes.len() / 2;
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    let broken = journal::Bundle::from_json(&bytes).map(|bundle| journal::verify(&bundle, None).is_clean());
    assert!(!matches!(broken, Ok(true)));
}
