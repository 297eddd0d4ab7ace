//! Bad input everywhere (issue: what the spine must show): each gets a Chinese word that names what is wrong and what
//! to do, the form keeps what was typed, nothing that was good is lost, and no page shows the inside.

use foundation::codes::ClaimState;
use store::digest::{difference, fingerprint};
use store::query::{ColumnTrait, QueryFilter};
use store::tables::funds::claim;
use testkit::web::{Answer, Web};
use testkit::{Persona, TestHouse};

use crate::sweep::Ground;

/// A house to be annoyed: a copy of the small demo behind the whole application.
struct Annoyed {
    house: TestHouse,
    web: Web,
}

impl Annoyed {
    async fn new() -> Self {
        let house = Ground::get().copy().await;
        let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
        Self { house, web }
    }

    async fn rows(&self) -> store::digest::Fingerprint {
        fingerprint(&self.house.premises.db, &["sign_in"]).await.unwrap()
    }

    /// Posts as the school's clerk; refused in Chinese with these words, the values still in the form, nothing written.
    async fn refused(&self, path: &str, fields: &[(&str, &str)], says: &[&str], keeps: &[&str]) -> Answer {
        let before = self.rows().await;
        let answer = self.web.post(Some(Persona::SchoolClerk), path, fields).await;
        assert_eq!(answer.status, 422, "{path}: {}", answer.text);
        decent(&answer);
        for word in says {
            assert!(answer.text.contains(word), "{path} does not say {word}:\n{}", words(&answer.text));
        }
        for value in keeps {
            assert!(answer.text.contains(value), "{path} has lost {value}");
        }
        assert_eq!(difference(&before, &self.rows().await), Vec::<String>::new(), "{path} wrote although it refused");
        answer
    }

    fn path(&self, name: &str, path: &str) -> String {
        Ground::get().subjects.path(name, path)
    }
}

/// A page in Chinese with a way on and nothing of the inside.
fn decent(answer: &Answer) {
    let text = &answer.text;
    assert!(
        text.contains("lang=\"zh-CN\"") && text.contains("href=\"/\""),
        "no page in Chinese with a way back: {} {text}",
        answer.status
    );
    for inside in [
        "panicked",
        "stack backtrace",
        "RUST_BACKTRACE",
        "SqlxError",
        "constraint failed",
        "DbErr",
        ".rs:",
        "Internal Server Error",
        "Bad Request",
        "Not Found",
        "SELECT ",
        "INSERT ",
    ] {
        assert!(!text.contains(inside), "the page shows {inside}: {}", words(text));
    }
}

fn words(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            one if !inside => out.push(one),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(1500).collect()
}

const PLAN: [(&str, &str); 11] = [
    ("term", "9"),
    ("planned_persons", "12"),
    ("theory", "14"),
    ("practice", "20"),
    ("online", "22"),
    ("starts_on", "2026-12-14"),
    ("ends_on", "2026-12-30"),
    ("exam_on", "2027-01-04"),
    ("exam_plan", "理论实操各半"),
    ("materials", "国家教程甲"),
    ("safety_plan", "团体意外险乙"),
];

fn with<'a>(fields: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields
        .iter()
        .map(|(name, value)| (*name, changes.iter().find(|one| one.0 == *name).map_or(*value, |one| one.1)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_with_41_per_cent_online_and_other_nonsense() {
    let one = Annoyed::new().await;
    let path = one.path("edit-class-plan", "/classes/{id}/plan");
    let keeps = ["理论实操各半", "国家教程甲", "团体意外险乙", "value=\"2026-12-14\""];
    // 24 of 58 periods are 41 per cent.
    one.refused(&path, &with(&PLAN, &[("online", "24")]), &["线上 24 课时", "40%"], &keeps).await;
    one.refused(&path, &with(&PLAN, &[("theory", "十四")]), &["课时请填整数"], &["value=\"十四\"", "国家教程甲"]).await;
    one.refused(&path, &with(&PLAN, &[("theory", "99999999999")]), &["课时请填整数"], &keeps).await;
    one.refused(&path, &with(&PLAN, &[("practice", "-3")]), &["课时"], &keeps).await;
    one.refused(&path, &with(&PLAN, &[("ends_on", "2026-12-01")]), &["结束"], &["理论实操各半"]).await;
    one.refused(&path, &with(&PLAN, &[("starts_on", "2026-02-30")]), &["请选日期"], &["理论实操各半"]).await;
    let long = "长".repeat(1001);
    one.refused(&path, &with(&PLAN, &[("exam_plan", &long)]), &["考核方案"], &["国家教程甲"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trainee_with_a_wrong_digit_or_a_birthday_to_come() {
    let one = Annoyed::new().await;
    let path = one.path("add-trainees", "/classes/{id}/trainees");
    let good = foundation::id_number::synthetic(foundation::Date::from_ymd_opt(1980, 5, 6).unwrap(), 977).unwrap();
    let wrong = format!("{}{}", &good[..17], if good.ends_with('1') { '2' } else { '1' });
    let coming = foundation::id_number::synthetic(foundation::Date::from_ymd_opt(2027, 5, 6).unwrap(), 977).unwrap();
    for (number, says) in [(wrong.as_str(), "校验"), (coming.as_str(), "出生"), ("12345", "证件号码"), ("", "证件号码")]
    {
        let fields = [
            ("name", "陈进补"),
            ("id_type", foundation::IdType::ResidentCard.code()),
            ("id_number", number),
            ("birth", ""),
            ("phone", "13905951234"),
            ("category", ""),
            ("education", ""),
        ];
        let before = one.rows().await;
        let answer = one.web.post(Some(Persona::SchoolClerk), &path, &fields).await;
        assert_eq!(answer.status, 422, "{number}: {}", words(&answer.text));
        decent(&answer);
        assert!(
            answer.text.contains(says) && answer.text.contains("陈进补") && answer.text.contains("13905951234"),
            "{number}: {}",
            words(&answer.text)
        );
        assert_eq!(difference(&before, &one.rows().await), Vec::<String>::new());
    }
}

/// One wrong row does not cost the others: they are registered, the wrong one is named by line and column.
#[tokio::test(flavor = "multi_thread")]
async fn a_roster_with_wrong_rows_keeps_the_good_ones() {
    let one = Annoyed::new().await;
    let path = one.path("add-trainees", "/classes/{id}/roster");
    let number =
        |n: u16| foundation::id_number::synthetic(foundation::Date::from_ymd_opt(1980, 5, 6).unwrap(), n).unwrap();
    let hostile = "'; DROP TABLE person; --<script>alert(1)</script>";
    let text = format!(
        "姓名,证件号码,联系电话\n陈大补,{},13905951234\n陈小补,350199198005060000,13905951235\n{hostile},{},13905951236\n\
         陈中补,{},13905951237\n",
        number(901),
        number(905),
        number(903)
    );
    let answer = one.web.upload(Persona::SchoolClerk, &path, "名册.csv", text.as_bytes(), &[]).await;
    decent(&answer);
    assert!(
        answer.text.contains("第 3 行") && !answer.text.contains("<script>alert"),
        "{} {}",
        answer.status,
        words(&answer.text)
    );
    let roster = one.web.get(Some(Persona::SchoolClerk), &path).await;
    assert!(roster.text.contains("陈大补") || roster.text.contains("陈*补"), "{}", words(&roster.text));
    assert!(!roster.text.contains("陈小补"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_rosters_or_far_too_big() {
    let one = Annoyed::new().await;
    let path = one.path("add-trainees", "/classes/{id}/roster");
    let before = one.rows().await;
    for (name, bytes, status, says) in [
        ("名册.xlsx", b"PK\x03\x04 broken".to_vec(), 422, "打不开"),
        ("名册.xlsx", Vec::new(), 422, "空"),
        ("名册.xls", b"\xd0\xcf\x11\xe0".to_vec(), 422, "另存为"),
        ("照片.jpg", vec![0xff, 0xd8, 0xff, 0xe0, 0, 1], 422, "UTF-8"),
        ("名册.csv", vec![b'x'; 6 * 1024 * 1024], 413, "5 MB"),
        ("名册.csv", vec![b'x'; 100 * 1024 * 1024], 413, "5 MB"),
    ] {
        let answer = one.web.upload(Persona::SchoolClerk, &path, name, &bytes, &[]).await;
        assert_eq!(answer.status, status, "{name} of {} bytes: {}", bytes.len(), words(&answer.text));
        decent(&answer);
        assert!(answer.text.contains(says), "{name} of {} bytes: {}", bytes.len(), words(&answer.text));
    }
    let long = "长".repeat(700_000);
    let answer = one
        .web
        .post(Some(Persona::SchoolClerk), &one.path("edit-class-plan", "/classes/{id}/plan"), &[("exam_plan", &long)])
        .await;
    assert_eq!(answer.status, 413);
    decent(&answer);
    assert_eq!(difference(&before, &one.rows().await), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outside_the_class() {
    let one = Annoyed::new().await;
    let path = one.path("add-session", "/classes/{id}/sessions");
    let teacher = Ground::get().subjects.id("add-session", "teacher").unwrap();
    let fields = [
        ("held_on", "2027-09-01"),
        ("starts", "03:10"),
        ("periods", "77"),
        ("mode", "T"),
        ("subject", "夜课甲"),
        ("teacher", teacher.as_str()),
        ("room", ""),
    ];
    let mode = foundation::codes::SessionMode::Theory.code();
    one.refused(
        &path,
        &with(&fields, &[("mode", mode)]),
        &["不在班期", "77 课时", "请选教室"],
        &["夜课甲", "value=\"2027-09-01\"", "value=\"03:10\""],
    )
    .await;
    one.refused(
        &path,
        &with(&fields, &[("mode", mode), ("starts", "25:99")]),
        &["08:30 的样子"],
        &["夜课甲", "value=\"25:99\""],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_claim_and_a_strangers_class() {
    let one = Annoyed::new().await;
    let subjects = &Ground::get().subjects;
    let class: foundation::ClassId = subjects.id("submit-claim", "class").unwrap().parse().unwrap();
    // The class has a claim: drafting another is a repeat and writes nothing.
    let before = one.rows().await;
    let again = one.house.system().perform(m3_funds::acts::draft::DraftClaim { class: class.clone() }).await;
    let reader = one.house.system().read().await.unwrap();
    let claims = reader.list::<claim::Entity>(|q| q.filter(claim::Column::Class.eq(class.clone()))).await.unwrap();
    assert_eq!(claims.len(), 1, "{again:?}");
    assert_eq!(difference(&before, &one.rows().await), Vec::<String>::new());
    // Submitting twice: the second time is told that it has been done.
    let path = one.path("submit-claim", "/claims/{id}/submit");
    assert_eq!(one.web.post(Some(Persona::SchoolClerk), &path, &[]).await.status, 303);
    let before = one.rows().await;
    let answer = one.web.post(Some(Persona::SchoolClerk), &path, &[]).await;
    let text = flash(&answer);
    assert!(
        answer.status == 303 && text.starts_with('!') && text.contains(ClaimState::Submitted.label()),
        "{} {text}",
        answer.status
    );
    assert_eq!(difference(&before, &one.rows().await), Vec::<String>::new());
    for stranger in [Persona::RivalClerk, Persona::ShishiOfficer] {
        let answer = one.web.get(Some(stranger), &format!("/classes/{class}")).await;
        assert_eq!(answer.status, 404);
        decent(&answer);
        assert!(answer.text.contains("不存在") || answer.text.contains("管辖"), "{}", words(&answer.text));
    }
}

fn flash(answer: &Answer) -> String {
    let cookie = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|one| one.to_str().ok())
        .find_map(|one| one.strip_prefix("flash=").map(str::to_owned));
    let text = cookie.unwrap_or_default().split(';').next().unwrap_or("").to_owned();
    String::from_utf8(unpadded(&text)).unwrap_or_default()
}

/// Base64 for URLs, by hand: the test needs no crate for one cookie.
fn unpadded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u32> = text
        .bytes()
        .filter_map(|b| LETTERS.iter().position(|one| *one == b))
        .map(|n| u32::try_from(n).unwrap())
        .collect();
    bits.chunks(4)
        .flat_map(|four| {
            let all = four.iter().fold(0u32, |sum, n| sum << 6 | n) << (6 * (4 - four.len()));
            all.to_be_bytes()[1..four.len()].to_vec()
        })
        .collect()
}

/// The pages of what went wrong: a way on, a number to quote, Chinese, for every status that the house answers.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_what_went_wrong() {
    let one = Annoyed::new().await;
    let officer = Some(Persona::JinjiangOfficer);
    for (path, status) in [
        ("/nowhere", 404),
        ("/classes/not-an-id", 404),
        ("/classes/01ARZ3NDEKTSV4RRFFQ69G5FAV", 404),
        ("/claims/%00", 404),
        ("/classes/%FF", 404),
        ("/payment-batches", 200),
        ("/classes/new", 403),
    ] {
        let answer = one.web.get(officer, path).await;
        assert_eq!(answer.status, status, "{path}: {}", words(&answer.text));
        decent(&answer);
    }
    let same = ("sec-fetch-site", b"same-origin".to_vec());
    let form = ("content-type", b"application/x-www-form-urlencoded".to_vec());
    let forged =
        one.web.raw("POST", "/demo-clock", &[same.clone(), form.clone()], b"at=2026-11-02T10:00".to_vec()).await;
    assert_eq!(forged.status, 419);
    decent(&forged);
    let foreign =
        one.web.raw("POST", "/demo-clock", &[("sec-fetch-site", b"cross-site".to_vec()), form], b"at=1".to_vec()).await;
    assert_eq!(foreign.status, 403);
    decent(&foreign);
    let wrong = one.web.raw("DELETE", "/classes", &[same], Vec::new()).await;
    assert_eq!(wrong.status, 405);
    decent(&wrong);
    // The database gone: 503 in words, with a number, not a trace.
    one.house.premises.db.clone().close().await.unwrap();
    for path in ["/", "/needs"] {
        let broken = one.web.get(None, path).await;
        if broken.status != 200 {
            assert_eq!(broken.status, 503, "{path}: {}", words(&broken.text));
            decent(&broken);
            assert!(broken.text.contains("编号") && broken.text.contains("数据库连不上"));
        }
    }
    let api = one.web.get(None, "/api/v1/needs").await;
    assert_eq!(api.status, 503);
    assert!(
        api.headers["content-type"].to_str().unwrap().contains("problem+json") && api.text.contains("数据库连不上"),
        "{}",
        api.text
    );
}
