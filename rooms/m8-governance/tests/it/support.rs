//! What these tests share.

use desk::totp;
use foundation::{AccountId, Scope};
use m8_governance::acts::accounts::AccountLink;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::identity::account;
use store::tables::journal::fact;
use testkit::{TestHouse, web::Web};

pub const PASSWORD: &str = "Jinjiang-2026-spring";

/// The kinds of the journal's facts, oldest first.
pub async fn facts(house: &TestHouse) -> Vec<String> {
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    let mut all = reader.list::<fact::Entity>(|q| q).await.unwrap();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all.into_iter().map(|one| one.fact).collect()
}

/// The account as it stands.
pub async fn row(house: &TestHouse, id: &AccountId) -> account::Model {
    house.premises.db.read(Scope::Everything).await.unwrap().get(&id).await.unwrap()
}

/// The account of a login.
pub async fn by_login(house: &TestHouse, login: &str) -> account::Model {
    let reader = house.premises.db.read(Scope::Everything).await.unwrap();
    reader.list::<account::Entity>(|q| q.filter(account::Column::Login.eq(login))).await.unwrap().remove(0)
}

/// Gives a persona's account the tests' password, behind the house's back.
pub async fn give_password(house: &TestHouse, login: &str) -> account::Model {
    let hash = desk::password::hash(PASSWORD, [3; 16]).unwrap();
    let id = by_login(house, login).await.id;
    let found = id.clone();
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let change = account::ActiveModel { password_hash: Set(Some(hash)), ..Default::default() };
                work.change_all::<account::Entity>(account::Column::Id.eq(id), change).await
            })
        })
        .await
        .unwrap();
    row(house, &found).await
}

/// The link's path without the public address.
pub fn path(link: &AccountLink) -> String {
    link.link.address.replace("http://127.0.0.1:8080", "")
}

/// The key that the authenticator page shows, as an app would read it.
pub fn shown_secret(page: &str) -> Vec<u8> {
    let key: String = page
        .split("密钥填：")
        .nth(1)
        .unwrap()
        .split("</code>")
        .next()
        .unwrap()
        .rsplit('>')
        .next()
        .unwrap()
        .replace(' ', "");
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> =
        key.bytes().map(|b| u8::try_from(letters.iter().position(|l| *l == b).unwrap()).unwrap()).collect();
    bits.chunks(8)
        .flat_map(|eight| {
            let all = eight.iter().fold(0u64, |all, five| all << 5 | u64::from(*five));
            (0..5).map(move |at| u8::try_from(all >> (32 - at * 8) & 255).unwrap()).collect::<Vec<u8>>()
        })
        .collect()
}

/// Follows a link to the end: password, authenticator. The token of the whole sign-in, and the app's secret.
pub async fn settle_in(house: &TestHouse, web: &Web, link: &AccountLink) -> (String, Vec<u8>) {
    let token = web
        .post(None, &path(link), &[("password", PASSWORD), ("again", PASSWORD)])
        .await
        .session()
        .expect("signed in, half");
    let secret = shown_secret(&web.get_as(&token, "/sign-in").await.text);
    let code = totp::code(&secret, house.premises.clock.real_now()).unwrap();
    let done = web.post_as(&token, "/sign-in/authenticator", &[("code", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    (done.session().expect("signed in, whole"), secret)
}
