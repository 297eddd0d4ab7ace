//! What comes over the wire: whole requests of mutated bytes, and every act with values at their ends.

use testkit::web::Web;
use testkit::{Persona, TestHouse};

use super::Luck;

/// Cookies, tokens, form bodies, query strings, JSON: the house answers something below 500, in Chinese.
#[tokio::test(flavor = "multi_thread")]
async fn requests_of_mutated_bytes() {
    let house = TestHouse::new().await.join(house::routes());
    let class = testkit::fixtures::approved_class(&house).await;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    let mut luck = Luck::new(13);
    let token = desk::session::open(&house.premises, &Persona::SchoolClerk.account(), true).await.unwrap();
    let sealed = |luck: &mut Luck, real: &str| -> Vec<u8> {
        luck.mutated(real.as_bytes()).into_iter().filter(|b| (32..127).contains(b) || *b > 127).collect()
    };
    let form = format!(
        "csrf=x&at=2026-11-02T10%3A00&login=school-clerk&name=%E6%99%8B&rows[]=1&rows[]=2&plan={}",
        class.class
    );
    let json = serde_json::json!({"class": class.class, "rows": [{"row": 1, "name": "林", "id_number": "1",
        "id_type": "", "birth": "", "phone": "", "category": "", "education": ""}], "to": "2026-11-02T02:00:00Z"})
    .to_string();
    for n in 0..400 {
        let cookie = sealed(&mut luck, &format!("{}={token}; flash=5pmL; big=1", desk::session::COOKIE));
        let answers = [
            web.raw("GET", "/", &[("cookie", cookie)], Vec::new()).await,
            web.raw("GET", "/classes", &[("authorization", sealed(&mut luck, &format!("Bearer {token}")))], Vec::new())
                .await,
            web.raw(
                "POST",
                "/demo-clock",
                &[
                    ("content-type", b"application/x-www-form-urlencoded".to_vec()),
                    ("sec-fetch-site", b"same-origin".to_vec()),
                ],
                luck.mutated(form.as_bytes()),
            )
            .await,
            web.raw(
                "POST",
                "/api/v1/acts/move-demo-clock",
                &[("authorization", format!("Bearer {token}").into_bytes())],
                luck.mutated(json.as_bytes()),
            )
            .await,
            web.raw(
                "POST",
                "/api/v1/acts/add-trainees",
                &[
                    ("authorization", format!("Bearer {token}").into_bytes()),
                    ("idempotency-key", sealed(&mut luck, "key")),
                ],
                luck.mutated(json.as_bytes()),
            )
            .await,
            web.raw(
                "POST",
                &format!("/classes/{}/roster", class.class),
                &[
                    ("cookie", format!("{}={token}", desk::session::COOKIE).into_bytes()),
                    ("content-type", sealed(&mut luck, "multipart/form-data; boundary=jinbu")),
                    ("sec-fetch-site", b"same-origin".to_vec()),
                ],
                luck.mutated(
                    b"--jinbu\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\
                    abc\r\n--jinbu--\r\n",
                ),
            )
            .await,
        ];
        for answer in answers {
            assert!(answer.status < 500, "round {n}: {} {}", answer.status, answer.text);
        }
    }
    house.discard().await;
}

/// Every act with numbers, days and texts at their ends: understood or refused, never a fault.
#[tokio::test(flavor = "multi_thread")]
async fn acts_with_extreme_values() {
    use serde_json::{Value, json};
    fn set(body: &mut Value, number: i64, day: &str, text: &str) {
        match body {
            Value::Number(_) => *body = json!(number),
            Value::String(old) if old.len() == 10 && old.starts_with("20") => day.clone_into(old),
            Value::String(old) if old.len() == 20 && old.ends_with('Z') => *old = format!("{day}T00:00:00Z"),
            Value::String(old) if !old.is_ascii() => text.clone_into(old),
            Value::Array(all) => all.iter_mut().for_each(|one| set(one, number, day, text)),
            Value::Object(fields) => fields.values_mut().for_each(|one| set(one, number, day, text)),
            _ => {}
        }
    }
    let long = "长".repeat(100_000);
    let extremes: [(i64, &str, &str); 6] = [
        (i64::from(i32::MAX), "9999-12-31", "一"),
        (i64::from(i32::MIN), "0001-01-01", ""),
        (-1, "+262142-12-31", "\0\0"),
        (0, "-262143-01-01", &long),
        (i64::MAX, "2026-02-30", "\u{202e}\u{fffd}\u{10ffff}"),
        (1_000_000, "2400-02-29", "a\nb\tc\u{1}"),
    ];
    let ground = crate::sweep::Ground::get();
    let house = ground.copy().await;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    let mut faults = Vec::new();
    for act in house::routes().acts {
        for (number, day, text) in extremes {
            let mut body = ground.body(&ground.subjects, &house, act.name, act.name);
            set(&mut body, number, day, text);
            for persona in [
                Persona::SchoolClerk,
                Persona::JinjiangReviewer,
                Persona::JinjiangInspector,
                Persona::JinjiangFinance,
                Persona::Trainee,
                Persona::ProvinceOfficer,
            ] {
                let answer = web.act(Some(persona), act.name, &body).await;
                if answer.status >= 500 {
                    faults.push(format!(
                        "{} as {persona:?} with {number} {day}: {} {}",
                        act.name,
                        answer.status,
                        answer.text.chars().take(200).collect::<String>()
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    house.discard().await;
}
