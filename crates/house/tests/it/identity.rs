//! People and accounts across the rooms: an empty house, the search, two servers that keep the same time, requests for
//! a roll call (M8.4, M3.2). The slips of paper stand in `slips`.

use foundation::codes::FullProcessState;
use foundation::{Office, Scope, Stop};
use m8_governance::acts::accounts::AccountLink;
use m8_governance::acts::opening::{CreateAccount, OpenFirstAccount, OpenInstitutionAccount};
use m8_governance::acts::policy::LoadPolicy;
use m8_governance::acts::slips::IssueSlips;
use store::query::{ColumnTrait, Condition, QueryFilter, Set};
use store::tables::identity::{account, idempotency, one_time_link};
use store::tables::journal::fact;
use store::tables::notices::task;
use store::tables::supervision::training_class;
use testkit::web::Web;
use testkit::{JINJIANG, Persona, TestHouse, district};

use testkit::fixtures;

const PASSWORD: &str = "Jinjiang-2026-spring";

pub async fn count_of(house: &TestHouse, kind: &str) -> u64 {
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    reader.count::<fact::Entity>(|q| q.filter(fact::Column::Fact.eq(kind))).await.unwrap()
}

pub fn path(address: &str) -> String {
    address.replace("http://127.0.0.1:8080", "")
}

async fn settle(house: &TestHouse, web: &Web, link: &AccountLink) -> String {
    let half = web
        .post(None, &path(&link.link.address), &[("password", PASSWORD), ("again", PASSWORD)])
        .await
        .session()
        .expect("half in");
    let known = desk::session::recognise(&house.premises, &half).await.unwrap().unwrap();
    if !known.complete {
        let secret = desk::session::totp_secret(&house.premises, &known.id);
        let code = desk::totp::code(&secret, house.premises.clock.real_now()).unwrap();
        return web.post_as(&half, "/sign-in/authenticator", &[("code", &code)]).await.session().expect("wholly in");
    }
    half
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_house_comes_to_life_through_its_own_doors() {
    let house = TestHouse::bare().await;
    let web = house.serve(house::routes());
    assert!(web.get(None, "/policy").await.text.contains("还没有装入政策参数"));
    let parameters = include_str!("../../../../policy/parameters.csv");
    let loaded = house.system().perform(LoadPolicy { text: parameters.into() }).await.unwrap();
    assert!(loaded > 50);
    assert_eq!(
        house.system().perform(LoadPolicy { text: parameters.into() }).await.unwrap(),
        0,
        "a second time changes nothing"
    );
    let rewritten =
        parameters.replace("fen_per_period,2500,分/课时,2024-07-01", "fen_per_period,9900,分/课时,2024-07-01");
    assert!(
        matches!(house.system().perform(LoadPolicy { text: rewritten }).await, Err(Stop::Refused(_))),
        "what stood is not rewritten"
    );
    let shown = web.get(None, "/policy?district=350500").await;
    assert!(shown.text.contains("25 元/课时") && shown.text.contains("泉人社文〔2024〕88号"), "{}", shown.text);
    desk::policy::in_force(
        &house.system().read().await.unwrap(),
        desk::policy::Scheme::CompletionCertificate,
        district(JINJIANG),
        house.system().today(),
    )
    .await
    .expect("a class can be judged");
    assert_eq!(web.get(None, "/personas").await.status, 404, "no personas in a real house");

    let first =
        house.system().perform(OpenFirstAccount { login: "admin".into(), name: "郑文海".into() }).await.unwrap();
    assert!(house.system().perform(OpenFirstAccount { login: "another".into(), name: "郑文海".into() }).await.is_err());
    let admin = settle(&house, &web, &first).await;
    let officer = |office: Office, login: &str| CreateAccount {
        office,
        office_name: String::new(),
        login: login.into(),
        name: "陈秀娟".into(),
        role: foundation::codes::AccountRole::Staff,
    };
    let form = [("kind", "county"), ("district", JINJIANG), ("login", "chen"), ("name", "陈秀娟"), ("role", "staff")];
    let made = web.post_as(&admin, "/accounts/new", &form).await;
    assert!(made.status == 200 && made.text.contains("/links/"), "{}", made.text);
    let known = desk::session::recognise(&house.premises, &admin).await.unwrap().unwrap();
    let as_admin = desk::Desk::of(house.premises.clone(), known.actor);
    let province = as_admin.perform(officer(Office::Province, "filing")).await.unwrap();
    let county = as_admin.perform(officer(Office::County { district: district(JINJIANG) }, "wang")).await.unwrap();
    let (province, county) = (settle(&house, &web, &province).await, settle(&house, &web, &county).await);
    assert_eq!(web.get_as(&admin, "/needs/new").await.status, 403, "the administrator drafts nothing");
    let item = [
        ("year", "2026"),
        ("training_type", foundation::codes::TrainingType::Employment.code()),
        ("name", "母婴生活护理"),
        ("level", foundation::SkillLevel::Completion.code()),
        ("certificate_type", foundation::codes::CertificateType::Completion.code()),
        ("periods_min", "20"),
        ("periods_max", "80"),
        ("online_cap_pct", "40"),
        ("rate_text", ""),
        ("shortage", "0"),
    ];
    let drafted = web.post_as(&county, "/needs/new", &item).await;
    assert_eq!(drafted.status, 303, "{}", drafted.text);
    let at = drafted.location.split('?').next().unwrap().to_owned();
    let filed = web.post_as(&province, &format!("{at}/file"), &[("filing_no", "闽人社备〔2026〕9号")]).await;
    assert_eq!(filed.status, 303, "{}", filed.text);
    let published = web.post_as(&county, &format!("{at}/publish"), &[("document", "晋人社〔2026〕9号")]).await;
    assert_eq!(published.status, 303, "{}", published.text);
    assert!(web.get(None, "/needs").await.text.contains("母婴生活护理"), "published for everybody");
}

#[tokio::test(flavor = "multi_thread")]
async fn m2_4_the_officer_who_lists_an_institution_hands_its_clerk_an_account() {
    let house = TestHouse::new().await.join(house::routes());
    fixtures::directories(&house).await;
    let web = house.serve(house::routes());
    let school = testkit::personas::school();
    let has_one = house
        .desk(Persona::JinjiangOfficer)
        .perform(OpenInstitutionAccount {
            institution: school.clone(), login: "x-clerk".into(), name: "李雪梅".into()
        })
        .await;
    assert!(matches!(has_one, Err(Stop::Refused(_))), "it has accounts already");
    let all = account::Column::Organisation.eq(school.clone());
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.change_all::<account::Entity>(
                    all,
                    account::ActiveModel { disabled: Set(true), ..Default::default() },
                )
                .await
            })
        })
        .await
        .unwrap();
    let page = web.get(Some(Persona::JinjiangOfficer), &format!("/institutions/{school}")).await;
    assert!(page.text.contains("开通机构账号"));
    let at = format!("/institutions/{school}/account");
    assert_eq!(web.get(Some(Persona::ShishiOfficer), &at).await.status, 404);
    let made = web.post(Some(Persona::JinjiangOfficer), &at, &[("login", "anhai-new"), ("name", "李雪梅")]).await;
    assert!(made.status == 200 && made.text.contains("/links/"), "{}", made.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_looked_for_in_the_body_never_in_the_address() {
    let house = TestHouse::new().await.join(house::routes());
    let class = fixtures::approved_class(&house).await;
    let web = house.serve(house::routes());
    let number = fixtures::document(0).reveal().to_owned();
    let officer = Some(Persona::JinjiangOfficer);
    assert!(web.get(officer, "/classes").await.text.contains("action=\"/search\""), "the box is on every page");
    let ignored = web.get(officer, &format!("/search?q={number}")).await;
    assert!(ignored.status == 200 && !ignored.text.contains("林玉珍"));
    let hit = web.post(officer, "/search", &[("q", &number)]).await;
    assert!(
        hit.text.contains("林玉珍") && hit.text.contains("/persons/") && !hit.text.contains(&number),
        "{}",
        hit.text
    );
    assert_eq!(count_of(&house, "PersonLookedUp").await, 1, "a hit leaves a trace");
    assert!(web.post(officer, "/search", &[("q", "13805000000")]).await.text.contains("林玉珍"), "by mobile number");
    assert!(
        !web.post(Some(Persona::ShishiOfficer), "/search", &[("q", &number)]).await.text.contains("林玉珍"),
        "not beyond reach"
    );
    assert!(!web.post(Some(Persona::RivalClerk), "/search", &[("q", "林玉")]).await.text.contains("/persons/"));
    assert!(web.post(Some(Persona::SchoolClerk), "/search", &[("q", "林玉")]).await.text.contains("/persons/"));
    assert!(web.post(officer, "/search", &[("q", "安海")]).await.text.contains(&class.class.to_string()));
    assert!(web.post(officer, "/persons/find", &[("who", "林玉")]).await.text.contains("林玉珍"));
    // A page behind the last is the last, an empty question says what is missing.
    assert!(web.get(officer, "/classes?page=99").await.text.contains(&class.class.to_string()));
    let nothing = web.get(None, "/verify?number=").await;
    assert!(nothing.status == 422 && nothing.text.contains("还没有填写证书编号"));
    assert!(web.get(None, "/verify").await.status == 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_keep_the_same_time_and_one_broken_class_stops_nobody() {
    let house = TestHouse::new().await.join(house::routes());
    let first = fixtures::approved_class(&house).await;
    let second = fixtures::another_class(&house, 0x601, "3505822026A00010002").await;
    let broken = fixtures::another_class(&house, 0x101, "3505822026A00010003").await;
    let id = broken.class.clone();
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let change = training_class::ActiveModel { policy: Set(Some("[]".into())), ..Default::default() };
                work.change_all::<training_class::Entity>(training_class::Column::Id.eq(id), change).await
            })
        })
        .await
        .unwrap();
    house.travel_to(2027, 1, 20, 9, 0);
    let other = desk::Desk::system(house.second_server().await, "timed-acts");
    let here = house.system();
    for _ in 0..3 {
        let (a, b) = tokio::join!(house::tick(&here), house::tick(&other));
        for turn in [a, b] {
            let said = turn.expect_err("the broken class is told").to_string();
            assert!(said.contains(&broken.class.to_string()), "{said}");
        }
    }
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    for class in [&first.class, &second.class] {
        assert_eq!(reader.get(&class).await.unwrap().state, FullProcessState::Withdrawn);
    }
    assert_eq!(count_of(&house, "ClassLapsed").await, 2, "each once");
    let report = house::evidence::verify_database(&house.premises).await.unwrap();
    assert!(report.render().contains("[一致　] 检查点签名"), "{}", report.render());
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_answers_and_dead_links_go_when_their_while_is_over() {
    let house = TestHouse::new().await.join(house::routes());
    let class = fixtures::approved_class(&house).await;
    house
        .desk(Persona::ClassTeacher)
        .perform(IssueSlips { class: class.class, enrolments: class.enrolments })
        .await
        .unwrap();
    let old = house.premises.clock.now();
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let row = |key: &str, at| idempotency::Model {
                    key: key.into(),
                    act: "x".into(),
                    request_hash: String::new(),
                    outcome: "null".into(),
                    at,
                };
                work.add_many::<idempotency::Entity>(vec![
                    row("old", old - chrono::Duration::days(8)),
                    row("new", old),
                ])
                .await?;
                let change = one_time_link::ActiveModel {
                    expires_at: Set(old - chrono::Duration::days(40)),
                    ..Default::default()
                };
                work.change_all::<one_time_link::Entity>(Condition::all(), change).await
            })
        })
        .await
        .unwrap();
    house::tick(&house.system()).await.unwrap();
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    assert_eq!(reader.count::<idempotency::Entity>(|q| q).await.unwrap(), 1);
    assert_eq!(reader.count::<one_time_link::Entity>(|q| q).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn m3_3_one_open_request_for_a_roll_call_per_trainee_and_meeting() {
    use m3_supervision::acts::attendance::{AskForRollCall, CallRoll};
    let house = TestHouse::new().await.join(house::routes());
    let class = fixtures::approved_class(&house).await;
    house.travel_to(2026, 11, 9, 8, 40);
    let ask = || AskForRollCall { session: class.sessions[0].clone() };
    let (one, two) = (house.desk(Persona::Trainee), house.desk(Persona::OtherTrainee));
    let (a, b, c) = tokio::join!(one.perform(ask()), one.perform(ask()), two.perform(ask()));
    for answered in [a, b, c] {
        answered.unwrap();
    }
    assert_eq!(count_of(&house, "RollCallRequested").await, 2, "each once");
    house
        .desk(Persona::ClassTeacher)
        .perform(CallRoll { session: class.sessions[0].clone(), present: vec![class.enrolments[0].clone()] })
        .await
        .unwrap();
    two.perform(ask()).await.unwrap();
    assert_eq!(count_of(&house, "RollCallRequested").await, 2, "the other still waits");
    house
        .desk(Persona::ClassTeacher)
        .perform(CallRoll { session: class.sessions[0].clone(), present: vec![class.enrolments[1].clone()] })
        .await
        .unwrap();
    assert!(
        matches!(two.perform(ask()).await, Err(Stop::Refused(no)) if no[0].fact.contains("已经计入")),
        "nothing is left to ask for"
    );
    // In the afternoon he asks, and signs in after all, in time: nobody need call him.
    let afternoon = class.sessions[1].clone();
    let ask = || AskForRollCall { session: afternoon.clone() };
    let sign_in = async |desk: &desk::Desk| {
        let code =
            m3_supervision::rules::attendance::code_at(&house.premises.settings.secret, &afternoon, 30, desk.now());
        desk.perform(m3_supervision::acts::check_in::SignIn { session: afternoon.clone(), code }).await.unwrap()
    };
    let open = async || {
        let reader = house.system().read().await.unwrap();
        reader
            .count::<task::Entity>(|q| {
                q.filter(task::Column::Kind.eq("call-roll")).filter(task::Column::DoneAt.is_null())
            })
            .await
            .unwrap()
    };
    house.travel_to(2026, 11, 9, 14, 10);
    two.perform(ask()).await.unwrap();
    sign_in(&two).await;
    assert_eq!(open().await, 0);
    // Too late to count: his request stays.
    one.perform(ask()).await.unwrap();
    house.travel_to(2026, 11, 9, 14, 40);
    sign_in(&one).await;
    assert_eq!(open().await, 1, "the roll can still give him the hours");
    // He who has signed in and can't sign out asks again, and a form sent twice ends nothing.
    two.perform(ask()).await.unwrap();
    assert!(sign_in(&two).await.repeated);
    assert_eq!(open().await, 2);
}
