//! Signing in: two factors, lock-out under parallel guesses, limits per address (M8.9; domain §12.3).

use std::sync::Arc;

use desk::totp;
use foundation::codes::AccountRole;
use foundation::{Office, Scope};
use m8_governance::acts::accounts::RecoverAccount;
use m8_governance::acts::opening::CreateAccount;
use testkit::{JINJIANG, Persona, TestHouse, district};

use crate::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_win_no_more_tries_than_five() {
    let house = Arc::new(TestHouse::new().await);
    let one = give_password(&house, "school-clerk").await;
    let web = Arc::new(house.serve(m8_governance::room().routes));
    let guesses = (0..24).map(|n| {
        let web = Arc::clone(&web);
        tokio::spawn(async move {
            web.post(None, "/sign-in", &[("login", "school-clerk"), ("password", &format!("Wrong-guess-{n}"))])
                .await
                .text
        })
    });
    let mut heard = 0;
    for guess in guesses.collect::<Vec<_>>() {
        heard += usize::from(guess.await.unwrap().contains("账号或密码不对"));
    }
    assert!(heard <= 4, "four wrong answers, the fifth locks: {heard}");
    let after = row(&house, &one.id).await;
    assert!(after.failed_count == 5 && after.locked_until.is_some(), "{after:?}");
    let locks = facts(&house).await.iter().filter(|kind| *kind == "SignInLocked").count();
    assert_eq!(locks, 1, "one lock, one fact");
    let right = web.post(None, "/sign-in", &[("login", "school-clerk"), ("password", PASSWORD)]).await;
    assert!(right.status == 422 && right.text.contains("已锁定"), "not even the right one now");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_password_at_the_fifth_try_opens_and_a_lock_ends_by_itself() {
    let house = TestHouse::new().await;
    let one = give_password(&house, "school-clerk").await;
    let web = house.serve(m8_governance::room().routes);
    for _ in 0..4 {
        assert_eq!(web.post(None, "/sign-in", &[("login", "school-clerk"), ("password", "nope")]).await.status, 422);
    }
    let fifth = web.post(None, "/sign-in", &[("login", "School-Clerk"), ("password", PASSWORD)]).await;
    assert!(fifth.status == 303 && fifth.session().is_some(), "{}", fifth.text);
    let after = row(&house, &one.id).await;
    assert_eq!((after.failed_count, after.locked_until), (0, None));
    let long_ago = house.premises.clock.real_now() - chrono::Duration::minutes(1);
    let id = one.id.clone();
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                use store::query::{ColumnTrait, Set};
                use store::tables::identity::account;
                let locked = account::ActiveModel {
                    failed_count: Set(5),
                    locked_until: Set(Some(long_ago)),
                    ..Default::default()
                };
                work.change_all::<account::Entity>(account::Column::Id.eq(id), locked).await
            })
        })
        .await
        .unwrap();
    assert_eq!(
        web.post(None, "/sign-in", &[("login", "school-clerk"), ("password", PASSWORD)]).await.status,
        303,
        "the lock is over"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_names_lock_like_known_ones() {
    let house = TestHouse::new().await;
    let web = house.serve(m8_governance::room().routes);
    let mut said = Vec::new();
    for _ in 0..6 {
        let answer = web.post(None, "/sign-in", &[("login", "nobody-here"), ("password", "x")]).await;
        said.push(answer.text.contains("已锁定"));
    }
    assert_eq!(said, [false, false, false, false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_too_often_is_told_to_wait() {
    let house = TestHouse::new().await;
    let web = house.serve(m8_governance::room().routes);
    let mut last = 0;
    for n in 0..32 {
        let login = format!("name-{n}");
        last = web.post(None, "/sign-in", &[("login", &login), ("password", "x")]).await.status;
    }
    assert_eq!(last, 429);
    let told = web.post(None, "/sign-in", &[("login", "another"), ("password", "x")]).await;
    assert!(told.text.contains("秒后再试"), "{}", told.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_even_twice_at_once_and_wrong_codes_lock() {
    let house = TestHouse::new().await;
    let web = Arc::new(house.serve(m8_governance::room().routes));
    let office = Office::County { district: district(JINJIANG) };
    let act = CreateAccount {
        office,
        office_name: String::new(),
        login: "lai".into(),
        name: "赖晓东".into(),
        role: AccountRole::Staff,
    };
    let made = house.desk(Persona::JinjiangAdministrator).perform(act).await.unwrap();
    let (_, secret) = settle_in(&house, &web, &made).await;
    // The clock stands: the step that bound the app is used, the next one is accepted early.
    let next = totp::code(&secret, house.premises.clock.real_now() + chrono::Duration::seconds(30)).unwrap();
    let mut halves = Vec::new();
    for _ in 0..2 {
        let half = web.post(None, "/sign-in", &[("login", "lai"), ("password", PASSWORD)]).await;
        assert_eq!(half.location, "/sign-in?next=%2F");
        halves.push(half.session().unwrap());
    }
    assert!(web.get_as(&halves[0], "/sign-in").await.text.contains("请输入动态口令"));
    let both = halves.iter().map(|half| {
        let (web, half, next) = (Arc::clone(&web), half.clone(), next.clone());
        tokio::spawn(async move { (web.post_as(&half, "/sign-in/code", &[("code", &next)]).await, half) })
    });
    let mut statuses = Vec::new();
    for one in both.collect::<Vec<_>>() {
        let (answer, half) = one.await.unwrap();
        statuses.push(answer.status);
        if let Some(whole) = answer.session() {
            assert_eq!(web.get_as(&whole, "/account").await.status, 200);
            assert_eq!(
                web.get_as(&half, "/account").await.status,
                303,
                "the token from before the second factor is dead"
            );
        }
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422], "of two with the same code one gets in");
    let half = web.post(None, "/sign-in", &[("login", "lai"), ("password", PASSWORD)]).await.session().unwrap();
    for _ in 0..5 {
        web.post_as(&half, "/sign-in/code", &[("code", "123456")]).await;
    }
    let shut = web.post_as(&half, "/sign-in/code", &[("code", "123456")]).await;
    assert!(shut.text.contains("已锁定"), "{}", shut.text);
    let api = web.post(None, "/sign-in", &[("login", "lai"), ("password", PASSWORD)]).await;
    assert!(api.text.contains("已锁定"), "the password does not reopen what wrong codes locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn personas_sign_in_with_one_click_in_the_demo() {
    let house = TestHouse::new().await;
    let web = house.serve(m8_governance::room().routes);
    let token = web.post(None, "/personas", &[("login", "jinjiang-officer")]).await.session().unwrap();
    assert_eq!(web.get_as(&token, "/account").await.status, 200);
    house.system().perform(RecoverAccount { login: "jinjiang-officer".into() }).await.unwrap();
    assert_eq!(web.get_as(&token, "/account").await.status, 303, "recovering ends every sign-in");
}

/// One's own password: the present one is asked for and its guesses are counted; the other devices are signed out.
#[tokio::test(flavor = "multi_thread")]
async fn one_changes_ones_own_password_with_the_present_one() {
    const NEW: &str = "Anhai-2026-autumn";
    let house = TestHouse::new().await;
    let one = give_password(&house, "school-clerk").await;
    let web = house.serve(m8_governance::room().routes);
    let sign_in = async |password: &str| {
        web.post(None, "/sign-in", &[("login", "school-clerk"), ("password", password)]).await.session()
    };
    let (here, elsewhere) = (sign_in(PASSWORD).await.unwrap(), sign_in(PASSWORD).await.unwrap());
    assert!(web.get_as(&here, "/account").await.text.contains("修改密码"));
    let change = async |current: &str, new: &str, again: &str| {
        web.post_as(
            &here,
            "/account/password",
            &[("changes_password", "1"), ("current", current), ("password", new), ("again", again)],
        )
        .await
    };
    for (current, new, again, said) in [
        (PASSWORD, "short", "short", "密码只有 5 个字符"),
        ("", "", "", "没有填写现在的密码"),
        (PASSWORD, "", "", "没有填写新密码"),
        (PASSWORD, NEW, "Anhai-2026-winter", "两次输入的新密码不一样"),
        (PASSWORD, PASSWORD, PASSWORD, "新密码和现在的一样"),
        ("Wrong-guess-0000", NEW, NEW, "现在的密码不对"),
    ] {
        let answer = change(current, new, again).await;
        assert!(
            answer.status == 422 && answer.text.contains(said) && !answer.text.contains(NEW),
            "{said}: {}",
            answer.text
        );
    }
    assert_eq!(row(&house, &one.id).await.failed_count, 1, "a wrong one is a guess");
    let done = change(PASSWORD, NEW, NEW).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(web.get_as(&done.session().expect("this device stays signed in"), "/account").await.status, 200);
    for old in [&here, &elsewhere] {
        assert_ne!(web.get_as(old, "/account").await.status, 200, "the old sign-ins are over");
    }
    assert!(sign_in(PASSWORD).await.is_none() && sign_in(NEW).await.is_some());
    assert!(facts(&house).await.iter().any(|kind| kind == "PasswordChanged"));
}
