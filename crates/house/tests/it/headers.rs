//! What answers carry beside their text (M8.9; decisions/0015): cookies, caches, TLS, what search engines read.

use std::sync::Arc;

use axum::http::HeaderMap;
use foundation::Permission;
use testkit::web::Web;
use testkit::{Persona, TestHouse};

use crate::sweep::Ground;

fn with_settings(mut house: TestHouse, change: impl FnOnce(&mut desk::Settings)) -> (TestHouse, Web) {
    change(&mut Arc::get_mut(&mut house.premises).expect("nobody else has it yet").settings);
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    (house, web)
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers.get_all("set-cookie").iter().map(|one| one.to_str().unwrap().to_owned()).collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_9_behind_tls_every_cookie_is_sealed() {
    for is_secure in [true, false] {
        let (_house, web) = with_settings(TestHouse::new().await, |settings| settings.secure_cookies = is_secure);
        let mut all = Vec::new();
        for on in ["1", "0"] {
            all.extend(cookies(&web.post(None, "/large-text", &[("on", on), ("back", "/")]).await.headers));
        }
        let signed_in = web.post(None, "/personas", &[("login", "school-clerk")]).await;
        all.extend(cookies(&signed_in.headers));
        let flash = web.post(Some(Persona::SchoolClerk), "/account/password", &[]).await;
        all.extend(cookies(&flash.headers));
        let set = web.post(Some(Persona::JinjiangOfficer), "/sign-out", &[]).await;
        all.extend(cookies(&set.headers));
        all.extend(cookies(
            &web.raw("GET", "/sign-in", &[("cookie", b"flash=5aW9".to_vec())], Vec::new()).await.headers,
        ));
        for name in ["jinbu=", "big=1", "big=0", "flash=;"] {
            assert!(all.iter().any(|one| one.starts_with(name)), "{name} was never set: {all:?}");
        }
        for one in &all {
            assert_eq!(one.contains("; Secure"), is_secure, "{one}");
            assert!(one.contains("; HttpOnly") && one.contains("; SameSite=Lax"), "{one}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_9_browsers_are_told_to_come_by_tls_where_people_come_by_it() {
    for (secure, address, told) in [
        (false, "http://127.0.0.1:8080", ""),
        (true, "http://here", "max-age=31536000"),
        (false, "https://here", "max-age=31536000"),
    ] {
        let (_house, web) = with_settings(TestHouse::new().await, |settings| {
            (settings.secure_cookies, settings.base_url) = (secure, address.into())
        });
        for path in ["/", "/nowhere", "/healthz", "/api/v1/openapi.json"] {
            assert_eq!(text(&web.get(None, path).await.headers, "strict-transport-security"), told, "{address} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_of_components_are_shown_in_the_demo_only() {
    let house = TestHouse::bare().await;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    assert_eq!(web.get(None, "/specimens").await.status, 404);
    assert_eq!(web.get(None, "/specimens/class-page").await.status, 404);
    let (_house, web) = with_settings(TestHouse::new().await, |settings| settings.demo = true);
    assert_eq!(web.get(None, "/specimens").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_9_no_cache_keeps_what_the_interface_answers() {
    let ground = Ground::get();
    let house = ground.copy().await;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    let list: Vec<_> = house::routes().list.into_iter().filter(|route| route.is_api).collect();
    let mut read = 0;
    for route in &list {
        let path = ground.subjects.path(route.name, &route.path);
        for persona in [Some(Persona::JinjiangOfficer), Some(Persona::SchoolClerk), Some(Persona::Trainee), None] {
            let answer = if route.method == "GET" {
                web.get(persona, &path).await
            } else {
                web.act_at(persona, &path, &serde_json::json!({})).await
            };
            assert_eq!(text(&answer.headers, "cache-control"), "no-store", "{path} as {persona:?}");
            let tag = text(&answer.headers, "etag");
            if !tag.is_empty() && persona.is_none() {
                read += 1;
                let again = web.raw("GET", &path, &[("if-none-match", tag.as_bytes().to_vec())], Vec::new()).await;
                assert_eq!((again.status, text(&again.headers, "cache-control")), (304, "no-store"), "{path}");
            }
        }
    }
    assert!(list.len() > 60 && read > 0, "{} addresses, {read} read by everybody", list.len());
    house.discard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_1_public_pages_say_in_a_sentence_what_they_are_about() {
    let ground = Ground::get();
    let house = ground.copy().await;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    let mut said = std::collections::BTreeSet::new();
    for route in house::routes()
        .list
        .iter()
        .filter(|one| one.method == "GET" && one.permission == Permission::Public && !one.is_api)
    {
        let path = ground.subjects.path(route.name, &route.path);
        let answer = web.get(None, &path).await;
        if answer.status != 200 || !text(&answer.headers, "content-type").contains("html") {
            continue;
        }
        let sentences: Vec<&str> = answer.text.split("<meta name=\"description\" content=\"").skip(1).collect();
        assert_eq!(sentences.len(), 1, "{path}");
        said.insert(sentences[0].split('"').next().unwrap().to_owned());
    }
    assert!(said.len() >= 6 && said.iter().all(|one| one.contains("福建省") && one.chars().count() < 120), "{said:#?}");
    house.discard().await;
}
