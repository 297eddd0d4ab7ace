//! A house opens only with the keys that its database was used with; looking makes nothing (decisions/0013).

use std::path::Path;

use foundation::Scope;
use house::Options;
use m8_governance::acts::policy::LoadPolicy;
use testkit::Persona;
use testkit::postgres::Cloned;
use testkit::web::Web;

/// A house that was opened once and used.
struct Used {
    folder: tempfile::TempDir,
    options: Options,
    _postgres: Option<Cloned>,
}

fn options(data: &Path, database: String) -> Options {
    Options {
        database,
        data: data.to_owned(),
        base_url: "http://127.0.0.1:8080".into(),
        demo: false,
        secure_cookies: false,
        trusted_proxies: Vec::new(),
        journal_origin: "jinbu.test/journal".into(),
    }
}

async fn used() -> Used {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (database, postgres) = if std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres") {
        let cloned = testkit::postgres::clone().await;
        (cloned.url.clone(), Some(cloned))
    } else {
        (format!("sqlite:{}", folder.path().join("jinbu.db").display()), None)
    };
    std::fs::create_dir_all(&data).unwrap();
    let options = options(&data, database);
    let premises = house::open(&options).await.unwrap();
    let system = desk::Desk::system(premises, "test");
    system.perform(LoadPolicy { text: include_str!("../../../../policy/parameters.csv").into() }).await.unwrap();
    house::tick(&system).await.unwrap();
    system.premises.db.clone().close().await.unwrap();
    Used { folder, options, _postgres: postgres }
}

async fn refused(options: &Options) -> String {
    match house::open(options).await {
        Ok(_) => panic!("it opened"),
        Err(fault) => fault.to_string(),
    }
}

/// Names of everything in a folder, and below.
fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .flat_map(|one| if one.path().is_dir() { names(&one.path()) } else { vec![one.path().display().to_string()] })
        .collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_4_without_its_keys_or_with_others_a_used_database_is_refused_and_no_key_is_made() {
    let used = used().await;
    let file = used.options.data.join("keys.txt");
    let own = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let told = refused(&used.options).await;
    assert!(told.contains("没有新建密钥") && told.contains("keys.txt"), "{told}");
    assert!(!file.exists());
    // Another data folder, as in the settings of another house.
    let elsewhere = used.folder.path().join("elsewhere");
    let told = refused(&Options { data: elsewhere.clone(), ..used.options.clone() }).await;
    assert!(told.contains("没有新建密钥") && !elsewhere.join("keys.txt").exists(), "{told}");
    // Another house's keys.
    std::fs::write(&file, "1 AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n").unwrap();
    let told = refused(&used.options).await;
    assert!(told.contains("不是这个数据库用的那一把"), "{told}");
    std::fs::write(&file, &own[..own.len() / 2]).unwrap();
    let told = refused(&used.options).await;
    assert!(told.contains("备份里的密钥文件"), "{told}");
    // Its own again.
    std::fs::write(&file, own).unwrap();
    house::open(&used.options).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_a_house_makes_no_key_file_or_database() {
    let used = used().await;
    let before = names(used.folder.path());
    let looked = house::look(&used.options).await.unwrap();
    let report = house::evidence::verify_database(&looked.premises).await.unwrap();
    assert!(
        report.is_clean() && report.checks.iter().any(|one| one.detail_zh.contains("日志共")),
        "{}",
        report.render()
    );
    // Another's keys are no keys of this journal.
    let other = journal::Keys::from_seeds("jinbu.test/journal", [9; 32], [8; 32]).unwrap().verifier_keys();
    assert!(!house::evidence::verify_log_by(&looked.premises, &other).await.unwrap().is_clean());
    drop(looked);
    assert_eq!(names(used.folder.path()), before);
    let nowhere = used.folder.path().join("nowhere");
    let empty = Options {
        database: format!("sqlite:{}", nowhere.join("jinbu.db").display()),
        data: nowhere.clone(),
        ..used.options.clone()
    };
    let told = house::look(&empty).await.err().unwrap().to_string();
    assert!(told.contains("没有数据库文件"), "{told}");
    let keyless = Options { data: nowhere.clone(), ..used.options.clone() };
    let told = house::look(&keyless).await.err().unwrap().to_string();
    assert!(told.contains("没有它的密钥"), "{told}");
    assert!(!nowhere.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jinbu.db");
    std::fs::write(&file, vec![7u8; 8192]).unwrap();
    let told = refused(&options(folder.path(), format!("sqlite:{}", file.display()))).await;
    assert!(told.contains("损坏") && told.contains("jinbu restore"), "{told}");
    assert!(!folder.path().join("keys.txt").exists(), "no key is made for it");
}

/// The API act hands out what it journals: to the one who exported, for a quarter of an hour.
#[tokio::test(flavor = "multi_thread")]
async fn m3_11_an_export_by_api_hands_out_its_evidence() {
    let house = testkit::TestHouse::new().await.join(house::routes());
    testkit::fixtures::directories(&house).await;
    let class = testkit::fixtures::another_class(&house, 1, "C1").await.class;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    let answer =
        web.act(Some(Persona::JinjiangOfficer), "export-evidence", &serde_json::json!({ "class": class })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let address =
        serde_json::from_str::<serde_json::Value>(&answer.text).unwrap()["address"].as_str().unwrap().to_owned();
    let file = web.get(Some(Persona::JinjiangOfficer), &address).await;
    assert_eq!(file.status, 200, "{}", file.text);
    let bundle = journal::Bundle::from_json(file.text.as_bytes()).unwrap();
    assert_eq!(bundle.class, class);
    assert_eq!(web.get(Some(Persona::JinjiangReviewer), &address).await.status, 404, "another's export");
    assert_eq!(web.get(None, &address).await.status, 401);
    house.pass_minutes(16);
    assert_eq!(
        web.get(Some(Persona::JinjiangOfficer), &address).await.status,
        404,
        "later it is exported, and journaled, again"
    );
}

/// One unreadable value: its row is named, everything else is checked all the same. A fact that is gone is one line.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_verifying_names_the_unreadable_row_and_goes_on() {
    let house = testkit::TestHouse::new().await.join(house::routes());
    province::load(&house.premises, province::Size::Small).await.unwrap();
    let premises = &house.premises;
    let report = house::evidence::verify_classes(premises).await.unwrap();
    assert!(
        report.differences.len() == 1 && report.render().contains("还没有检查点"),
        "said once, not once a class: {}",
        report.render()
    );
    let keys = house::evidence::keys(premises);
    store::sequencer::sequence(&premises.db, &keys, &premises.settings.journal_origin, premises.clock.now())
        .await
        .unwrap();
    let reader = premises.db.read(Scope::Everything).await.unwrap();
    let size = store::sequencer::size(&reader).await.unwrap();
    drop(reader);
    let mut statements = vec![
        "UPDATE enrolment SET category = 'nonsense' WHERE id = (SELECT min(e.id) FROM enrolment e \
         JOIN training_class c ON c.id = e.class WHERE c.policy IS NOT NULL)",
        "DELETE FROM fact WHERE seq = 700",
    ];
    let first = match premises.db.kind() {
        "sqlite" => "DROP TRIGGER fact_keeps_rows",
        _ => "ALTER TABLE fact NO FORCE ROW LEVEL SECURITY",
    };
    statements.insert(0, first);
    store::db::tamper(&premises.db, &statements).await.unwrap();
    let report = house::evidence::verify_classes(premises).await.unwrap();
    assert!(
        report.differences.iter().any(|one| one.what_zh.contains("enrolment 表") && one.what_zh.contains("读不出来")),
        "{}",
        report.render()
    );
    let report = house::evidence::verify_database(premises).await.unwrap();
    assert!(size > 1000 && report.differences.len() <= 3, "{}", report.render());
    assert!(
        report.differences.iter().any(|one| one.what_zh.contains("日志第700号事实不在数据库里")),
        "{}",
        report.render()
    );
}
