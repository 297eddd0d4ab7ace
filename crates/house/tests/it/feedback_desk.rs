//! The class's feedback desk (评价台; M3.4): for trainees without a phone, marked as what it is.

use foundation::codes::{FeedbackChannel, FullProcessState};
use foundation::{Fault, Scope};
use m3_supervision::acts::feedback::DisownFeedback;
use m3_supervision::rules::attendance::desk_code_at;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::notices::task;
use store::tables::supervision::{certificate, feedback, training_class};
use testkit::{Persona, TestHouse};

use testkit::fixtures;

const ANSWERS: [(&str, &str); 8] = [
    ("teacher", "5"),
    ("content", "4"),
    ("practice", "4"),
    ("management", "5"),
    ("employment_help", "3"),
    ("attended_in_person", "yes"),
    ("was_charged", "no"),
    ("text", ""),
];

/// A class whose first trainee has his certificate.
async fn certified(house: &TestHouse) -> fixtures::ApprovedClass {
    let class = fixtures::approved_class(house).await;
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    let row = reader.get(&class.class).await.unwrap();
    let one = certificate::Model {
        id: house.system().new_id(),
        number: "PXHG35058220260001000001X".into(),
        enrolment: class.enrolments[0].clone(),
        person: testkit::personas::trainee(),
        name: "林玉珍".into(),
        id_number_masked: String::new(),
        item_name: row.item_name.clone(),
        periods: foundation::Periods(24),
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        institution: row.institution.clone(),
        institution_name: row.institution_name.clone(),
        issued_on: house.system().today(),
        salt: String::new(),
        valid: true,
        annulled_reason: String::new(),
        district: row.district,
        path: row.path.clone(),
        created_at: house.system().now(),
        version: 1,
        class: row.id,
    };
    drop(reader);
    let id = class.class.clone();
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add::<certificate::Entity>(one).await?;
                let change = training_class::ActiveModel {
                    state: Set(FullProcessState::Certified.into()),
                    ..Default::default()
                };
                work.change_all::<training_class::Entity>(training_class::Column::Id.eq(id), change).await
            })
        })
        .await
        .unwrap();
    class
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_4_without_a_phone_at_the_desk_marked_phoned_after_and_disowned() {
    let house = TestHouse::new().await.join(house::routes());
    let class = certified(&house).await;
    let web = house.serve(house::routes());
    let screen = format!("/classes/{}/feedback-desk", class.class);
    assert!(web.get(Some(Persona::ClassTeacher), &screen).await.text.contains("给没有手机的学员用"));
    assert_eq!(web.get(Some(Persona::RivalClerk), &screen).await.status, 404);
    let at = format!("/feedback-desk/{}", class.class);
    let code = desk_code_at(&house.premises.settings.secret, &class.class, 30, house.premises.clock.now());
    let number = fixtures::document(0).reveal().to_owned();
    let last = &number[12..];
    let signed_in =
        web.post(Some(Persona::ClassTeacher), &at, &[("code", &code), ("name", "林玉珍"), ("last", last)]).await;
    assert_eq!(signed_in.status, 403, "not from the institution's own sign-in");
    for (code, name, last) in [
        ("AAAAAA", "林玉珍", last),
        (code.as_str(), "林玉珍", "000000"),
        (code.as_str(), "林玉", last),
        (code.as_str(), "林玉珍", ""),
    ] {
        let no = web.post(None, &at, &[("code", code), ("name", name), ("last", last)]).await;
        assert!(no.status == 422 && !no.text.contains("ticket"), "{name} {last}: {}", no.status);
    }
    let known = web.post(None, &at, &[("code", &code), ("name", "林玉珍"), ("last", &last.to_lowercase())]).await;
    assert_eq!(known.status, 200, "{}", known.text);
    let ticket = known.text.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let answers = format!("{at}/answers");
    let mut fields = vec![("ticket", ticket.as_str())];
    assert_eq!(web.post(None, &answers, &fields).await.status, 422, "every question is asked");
    fields.extend(ANSWERS);
    assert!(web.post(None, &answers, &fields).await.text.contains("谢谢您的评价"));
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    let given = reader.list::<feedback::Entity>(|q| q).await.unwrap();
    assert_eq!((given.len(), given[0].channel), (1, FeedbackChannel::Desk));
    drop(reader);
    let twice = web.post(None, &at, &[("code", &code), ("name", "林玉珍"), ("last", last)]).await;
    assert!(twice.status == 422 && twice.text.contains("已经评价过了"));
    house.premises.clock.set_offset_s(40 * 60);
    fields[0] = ("ticket", ticket.as_str());
    assert_eq!(web.post(None, &answers, &fields).await.status, 422, "the ticket has run out");
    let summary = web.get(Some(Persona::JinjiangOfficer), &format!("/classes/{}/feedback", class.class)).await;
    assert!(summary.text.contains("评价台") && summary.text.contains("1 份"), "{}", summary.text);

    let mine = web.get(Some(Persona::Trainee), &format!("/me/feedback/{}", class.class)).await;
    assert!(mine.text.contains("不是我填的"), "{}", mine.text);
    let trainee = house.desk(Persona::Trainee);
    trainee.perform(DisownFeedback { class: class.class.clone() }).await.unwrap();
    trainee.perform(DisownFeedback { class: class.class.clone() }).await.unwrap();
    house::tick(&house.system()).await.unwrap();
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    let tasks = reader.list::<task::Entity>(|q| q.filter(task::Column::Audience.eq("county"))).await.unwrap();
    let kinds = |kind: &str| tasks.iter().filter(|one| one.kind == kind).count();
    assert_eq!(
        (kinds("feedback-disowned"), kinds("phone-desk-feedback")),
        (1, 1),
        "one word is enough; the county phones"
    );
    ends_by_hand(&house, tasks).await;
    let stranger = house.desk(Persona::OtherTrainee).perform(DisownFeedback { class: class.class }).await;
    assert!(matches!(stranger, Err(foundation::Stop::Fault(Fault::Gone))));
}

/// What no act of its own ends leaves the queue when somebody says what was found; not before, and not for others.
async fn ends_by_hand(house: &TestHouse, tasks: Vec<task::Model>) {
    let web = house.serve(notices::room().routes);
    let one = tasks.iter().find(|one| one.kind == "feedback-disowned").unwrap();
    let at = format!("/tasks/{}", one.id);
    assert!(web.get(Some(Persona::JinjiangOfficer), "/").await.text.contains(&at), "its button is in the queue");
    for stranger in [Persona::ShishiOfficer, Persona::SchoolClerk, Persona::JinjiangFinance, Persona::ProvinceOfficer] {
        assert_eq!(web.get(Some(stranger), &at).await.status, 404, "{stranger:?}");
        assert_eq!(
            web.post(Some(stranger), &format!("{at}/settle"), &[("note", "问过了，没有这回事。")]).await.status,
            404,
            "{stranger:?}"
        );
    }
    let empty = web.post(Some(Persona::JinjiangOfficer), &format!("{at}/settle"), &[("note", "")]).await;
    assert!(empty.status == 422 && empty.text.contains("办理结果应写"), "{}", empty.text);
    let note = "电话问了学员本人和班主任，评价是同桌代点的，已当面说明。";
    assert_eq!(web.post(Some(Persona::JinjiangOfficer), &format!("{at}/settle"), &[("note", note)]).await.status, 303);
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    assert!(reader.get(&one.id).await.unwrap().done_at.is_some());
    let facts = reader
        .list::<store::tables::journal::fact::Entity>(|q| {
            q.filter(store::tables::journal::fact::Column::Fact.eq("TaskSettled"))
        })
        .await
        .unwrap();
    assert!(facts.len() == 1 && facts[0].summary.contains(note));
    drop(reader);
    assert!(!web.get(Some(Persona::JinjiangOfficer), "/").await.text.contains(&at), "out of the queue");
}
