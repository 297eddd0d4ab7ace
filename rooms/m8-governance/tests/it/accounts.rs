//! Administering accounts (M8.4; domain §1.3 row 36).

use foundation::codes::AccountRole;
use foundation::{Office, Stop};
use m8_governance::acts::accounts::*;
use m8_governance::acts::opening::*;
use testkit::{JINJIANG, Persona, TestHouse, district};

use crate::support::*;

fn officer(code: &str, login: &str) -> CreateAccount {
    CreateAccount {
        office: Office::County { district: district(code) },
        office_name: String::new(),
        login: login.into(),
        name: "赖晓东".into(),
        role: AccountRole::Staff,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_4_an_officer_gets_a_link_sets_a_password_binds_his_phone_and_only_then_works() {
    let house = TestHouse::new().await;
    let web = house.serve(m8_governance::room().routes);
    let made = house.desk(Persona::JinjiangAdministrator).perform(officer(JINJIANG, "lai.xiaodong")).await.unwrap();
    assert_eq!(web.get(None, &path(&made)).await.status, 200);
    assert_eq!(web.get(None, &path(&made)).await.status, 200, "looking at a link does not use it up");
    let short = web.post(None, &path(&made), &[("password", "short"), ("again", "short")]).await;
    assert!(short.status == 422 && short.text.contains("密码只有 5 个字符"), "{}", short.text);
    let set = web.post(None, &path(&made), &[("password", PASSWORD), ("again", PASSWORD)]).await;
    let half = set.session().expect("a half sign-in");
    assert_eq!(set.location, "/sign-in");
    let shut = web.get_as(&half, "/account").await;
    assert!(
        shut.status == 303 && shut.location.starts_with("/sign-in"),
        "nothing before the phone is bound: {}",
        shut.status
    );
    assert_eq!(web.get(None, &path(&made)).await.status, 404, "used up");
    let page = web.get_as(&half, "/sign-in").await;
    assert!(page.text.contains("绑定动态口令") && page.text.contains("<svg"), "{}", page.text);
    let wrong = web.post_as(&half, "/sign-in/authenticator", &[("code", "000000")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("口令不对"));
    let code = desk::totp::code(&shown_secret(&page.text), house.premises.clock.real_now()).unwrap();
    let done = web.post_as(&half, "/sign-in/authenticator", &[("code", &code)]).await;
    assert_eq!(web.get_as(&done.session().unwrap(), "/account").await.status, 200, "in");
    assert_eq!(
        web.get_as(&half, "/account").await.status,
        303,
        "whoever knew the half sign-in's token is not in with it"
    );
    let told = facts(&house).await;
    assert_eq!(told, ["AccountCreated", "PasswordSet", "TotpEnrolled"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_4_only_administrators_and_only_within_reach() {
    let house = TestHouse::new().await;
    let refused = |result: Result<AccountLink, Stop>| match result {
        Err(Stop::Refused(no)) => no.into_iter().map(|one| one.fact).collect::<Vec<_>>().join("；"),
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(house.desk(Persona::JinjiangOfficer).perform(officer(JINJIANG, "x-one")).await, Err(Stop::Forbidden)),
        "a case officer opens no accounts"
    );
    let admin = house.desk(Persona::JinjiangAdministrator);
    assert!(refused(admin.perform(officer("350581", "x-two")).await).contains("不能管理"), "not the neighbour's");
    let finance =
        CreateAccount { office: Office::Finance { district: district(JINJIANG) }, ..officer(JINJIANG, "x-three") };
    assert!(refused(admin.perform(finance).await).contains("财政局"), "not those who pay");
    let city = CreateAccount { office: Office::County { district: district("350500") }, ..officer(JINJIANG, "x-four") };
    assert!(refused(house.system().perform(city).await).contains("没有县人社局"), "a city has no county office");
    let taken = refused(admin.perform(officer(JINJIANG, "school-clerk")).await);
    assert!(taken.contains("已经有人用了"), "{taken}");
    assert!(
        !admin.may(foundation::Permission::Of(foundation::Function::OpeningApplication, foundation::Right::Approve)),
        "and decides no case"
    );
    assert!(admin.may(foundation::Permission::Of(foundation::Function::OpeningApplication, foundation::Right::Read)));
    let teacher = CreateAccount {
        office: Office::of_institution(&testkit::personas::school(), testkit::district(JINJIANG)),
        ..officer(JINJIANG, "anhai-teacher")
    };
    let rival = house.desk(Persona::RivalClerk).perform(teacher.clone()).await;
    assert!(matches!(rival, Err(Stop::Fault(foundation::Fault::Gone) | Stop::Refused(_))), "not the rival's");
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_4_a_reset_ends_everything_and_a_disabled_account_stays_out() {
    let house = TestHouse::new().await;
    let web = house.serve(m8_governance::room().routes);
    let admin = house.desk(Persona::JinjiangAdministrator);
    let made = admin.perform(officer(JINJIANG, "lai")).await.unwrap();
    let (token, _) = settle_in(&house, &web, &made).await;
    let reset = admin.perform(ResetAccount { account: made.account.clone(), reason: "手机丢失".into() }).await.unwrap();
    assert_eq!(web.get_as(&token, "/account").await.status, 303, "signed out at once");
    let one = row(&house, &made.account).await;
    assert!(one.password_hash.is_none() && one.totp_secret.is_none());
    let again = admin.perform(ResetAccount { account: made.account.clone(), reason: "又丢失".into() }).await.unwrap();
    assert_eq!(web.get(None, &path(&reset)).await.status, 404, "the earlier link is void");
    let (token, _) = settle_in(&house, &web, &again).await;
    // Another server knows the browser too, and keeps it in its memory.
    let other = house.second_server().await;
    assert!(desk::session::recognise(&other, &token).await.unwrap().is_some());
    desk::session::forget_ended(&other).await.unwrap();
    assert!(desk::session::recognise(&other, &token).await.unwrap().is_some(), "what stands is not forgotten");
    admin.perform(DisableAccount { account: made.account.clone(), reason: "调离".into() }).await.unwrap();
    assert_eq!(web.get_as(&token, "/account").await.status, 303);
    desk::session::forget_ended(&other).await.unwrap();
    assert!(desk::session::recognise(&other, &token).await.unwrap().is_none(), "out there too, once it has looked");
    let closed = web.post(None, "/sign-in", &[("login", "lai"), ("password", PASSWORD)]).await;
    assert!(closed.status == 422 && closed.text.contains("账号或密码不对"), "does not say that it is disabled");
    let own = Persona::JinjiangAdministrator.account();
    assert!(
        matches!(admin.perform(DisableAccount { account: own, reason: "自己".into() }).await, Err(Stop::Refused(_))),
        "not himself"
    );
    admin.perform(EnableAccount { account: made.account.clone(), reason: "调回".into() }).await.unwrap();
    let told = facts(&house).await;
    assert!(
        told.ends_with(&["AccountDisabled".into(), "AccountEnabled".into()]) && told.contains(&"AccountReset".into()),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_4_the_register_and_the_forms_answer() {
    let house = TestHouse::new().await;
    let web = house.serve(m8_governance::room().routes);
    let admin = Some(Persona::JinjiangAdministrator);
    let all = web.get(admin, "/accounts").await;
    assert!(
        all.text.contains("陈秀娟") && !all.text.contains("蔡明辉") && !all.text.contains("林玉珍"),
        "{}",
        all.text
    );
    assert!(web.get(admin, "/accounts?q=%E7%8E%8B&kind=county").await.text.contains("王志强"));
    assert_eq!(web.get(Some(Persona::JinjiangOfficer), "/accounts").await.status, 403);
    assert_eq!(web.get(Some(Persona::Auditor), "/accounts").await.status, 200);
    assert_eq!(web.get(admin, &format!("/accounts/{}", Persona::ShishiOfficer.account())).await.status, 404);
    let missing = web.post(admin, "/accounts/new", &[("kind", ""), ("login", "")]).await;
    assert!(
        missing.status == 422 && missing.text.contains("请选择单位类别") && missing.text.contains("请选择岗位"),
        "{}",
        missing.text
    );
    let fields =
        [("kind", "county"), ("district", JINJIANG), ("login", "new-one"), ("name", "赖晓东"), ("role", "staff")];
    let made = web.post(admin, "/accounts/new", &fields).await;
    assert!(made.status == 200 && made.text.contains("/links/") && made.text.contains("有效至"), "{}", made.text);
    let officer = format!("/accounts/{}", Persona::JinjiangOfficer.account());
    let page = web.get(admin, &officer).await;
    assert!(page.text.contains("重置账号") && page.text.contains("停用账号"), "{}", page.text);
    let no = web.post(admin, &format!("{officer}/disable"), &[("reason", "")]).await;
    assert!(no.status == 422 && no.text.contains("没有写清原因"));
    let done = web.post(admin, &format!("{officer}/reset"), &[("reason", "忘记密码")]).await;
    assert!(done.status == 200 && done.text.contains("/links/"));
    assert_eq!(web.post(admin, &format!("{officer}/role"), &[("reason", "接任")]).await.status, 303);
    assert_eq!(row(&house, &Persona::JinjiangOfficer.account()).await.role, AccountRole::Administrator);
}
