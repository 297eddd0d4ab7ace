//! What each command does, in terms of the house.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::alone;
use anyhow::{Context, Result, anyhow, bail};
use desk::{Desk, Premises};
use foundation::{ClassId, Scope};
use house::Options;
use m8_governance::acts::policy::LoadPolicy;
use store::Db;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::identity::account;
use store::tables::supervision::training_class;

fn options(data: &Path, database: Option<String>, listen: &str, demo: bool) -> Options {
    Options {
        database: database.unwrap_or_else(|| format!("sqlite:{}", data.join("jinbu.db").display())),
        data: data.to_owned(),
        base_url: format!("http://{listen}"),
        demo,
        secure_cookies: false,
        trusted_proxies: Vec::new(),
        journal_origin: "jinbu.demo/journal".into(),
    }
}

fn said(stop: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{stop}")
}

/// `demo`.
pub async fn demo(listen: &str, data: &Path, small: bool, database: Option<String>) -> Result<bool> {
    let started = std::time::Instant::now();
    let _shared = hold(data, false).with_context(|| format!("用不了文件夹 {}", data.display()))?;
    let options = options(data, database, listen, true);
    let _only = alone::only_server(&options.database)?;
    let premises = house::open(&options).await?;
    // Before the load: nobody should wait for it to hear that the address is taken.
    let bound = tokio::net::TcpListener::bind(listen).await.with_context(|| format!("监听不了 {listen}，可能已被占用"))?;
    if province::is_half_loaded(&premises).await? {
        bail!("上一次装入演示省份时中断了，数据不全。请删去文件夹 {} 再启动", data.display());
    }
    let reader = premises.db.read(Scope::Everything).await.map_err(said)?;
    let is_empty = reader.count::<account::Entity>(|q| q).await.map_err(said)? == 0;
    drop(reader);
    if is_empty {
        println!("正在装入演示省份，每所培训机构的故事从头讲起……");
        let heard = |told: usize, all: usize| {
            if told.is_multiple_of(5) || told == all {
                println!("  {told} / {all} 所");
            }
        };
        province::load_telling(&premises, if small { province::Size::Small } else { province::Size::Full }, &heard).await?;
    }
    println!("进补演示已启动（{} 毫秒）：http://{listen}", started.elapsed().as_millis());
    println!("体验身份：http://{listen}/personas");
    run(premises, bound).await
}

/// Serves until told to stop; timed acts every second.
async fn run(premises: Arc<Premises>, bound: tokio::net::TcpListener) -> Result<bool> {
    let app = house::app(&premises, house::routes());
    let jobs = tokio::spawn(jobs(Arc::clone(&premises)));
    house::listen::serve(bound, app, alone::limits(premises.settings.trusted_proxies.clone()), stopped()).await;
    jobs.abort();
    Ok(true)
}

async fn jobs(premises: Arc<Premises>) {
    let db = premises.db.clone();
    let desk = Desk::system(premises, "timed-acts");
    let mut said = String::new();
    loop {
        // A failing job is told once, not every second, and never stops the others.
        match house::tick(&desk).await {
            Ok(()) => said.clear(),
            Err(stop) => {
                let text = stop.to_string();
                if text != said {
                    tracing::error!(%text, "timed acts");
                    said = text;
                }
            }
        }
        if let Err(fault) = db.carry_over().await {
            tracing::error!(%fault, "carrying the log over");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => return,
    };
    tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
}

/// The settings file of a real installation (docs/settings.example.toml).
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    listen: String,
    base_url: String,
    database: String,
    data: std::path::PathBuf,
    #[serde(default)]
    secure_cookies: bool,
    /// Addresses of the proxies in front of the server.
    #[serde(default)]
    trusted_proxies: Vec<std::net::IpAddr>,
    journal_origin: String,
}

fn read_settings(path: &Path) -> Result<(SettingsFile, Options)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("读不了设置文件 {}", path.display()))?;
    let file: SettingsFile = toml::from_str(&text).context("设置文件写错了")?;
    let options = Options {
        database: file.database.clone(),
        data: file.data.clone(),
        base_url: file.base_url.trim_end_matches('/').into(),
        demo: false,
        secure_cookies: file.secure_cookies,
        trusted_proxies: file.trusted_proxies.clone(),
        journal_origin: file.journal_origin.clone(),
    };
    Ok((file, options))
}

/// `serve`.
pub async fn serve(settings: &Path) -> Result<bool> {
    let (file, options) = read_settings(settings)?;
    let _shared = hold(&options.data, false)?;
    let _only = alone::only_server(&options.database)?;
    let premises = house::open(&options).await?;
    let bound = tokio::net::TcpListener::bind(&file.listen).await?;
    println!("进补已启动：{}", options.base_url);
    run(premises, bound).await
}

/// `migrate`.
pub async fn migrate(database: &str) -> Result<bool> {
    Db::open(database).await?;
    println!("数据库结构已是最新。");
    Ok(true)
}

/// `first-administrator`.
pub async fn first_administrator(settings: &Path, login: &str, name: &str) -> Result<bool> {
    let (_, options) = read_settings(settings)?;
    std::fs::create_dir_all(&options.data)?;
    let premises = house::open(&options).await?;
    let system = Desk::system(premises, "command-line");
    let loaded = system.perform(LoadPolicy { text: PARAMETERS.into() }).await.map_err(said)?;
    println!("已装入 {loaded} 条政策参数（可在 /policy 查看；本地的文件标准用 jinbu load-policy 另装）。");
    let done = system.perform(m8_governance::acts::accounts::OpenFirstAccount { login: login.into(), name: name.into() }).await.map_err(said)?;
    println!("请在 24 小时内打开（只能用一次）：{}", done.link.address);
    Ok(true)
}

/// The project's own parameters: the province's defaults and the cities' published rates.
const PARAMETERS: &str = include_str!("../../../policy/parameters.csv");

/// `load-policy`.
pub async fn load_policy(settings: &Path, file: Option<&Path>) -> Result<bool> {
    let (_, options) = read_settings(settings)?;
    let text = match file {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("读不了 {}", file.display()))?,
        None => PARAMETERS.into(),
    };
    let premises = house::open(&options).await?;
    let loaded = Desk::system(premises, "command-line").perform(LoadPolicy { text }).await.map_err(said)?;
    println!("新装入 {loaded} 条政策参数。");
    Ok(true)
}

/// A lock on the data folder: servers share it, a rotation wants it alone.
fn hold(data: &Path, alone: bool) -> Result<std::fs::File> {
    std::fs::create_dir_all(data)?;
    let file = std::fs::File::create(data.join("server.lock"))?;
    let held = if alone { file.try_lock() } else { file.try_lock_shared() };
    held.map_err(|_| {
        anyhow!(if alone { "还有服务在用这个数据文件夹，请先停止再轮换密钥" } else { "正在轮换密钥，请等它做完再启动" })
    })?;
    Ok(file)
}

/// `rotate-keys`.
pub async fn rotate_keys(settings: &Path) -> Result<bool> {
    use store::seal::{Keyring, rotate};
    let (_, options) = read_settings(settings)?;
    let _alone = hold(&options.data, true)?;
    let db = Db::open(&options.database).await.map_err(said)?;
    let ids = foundation::Ids::system();
    let (path, from_environment) = (options.data.join("keys.txt"), Keyring::from_environment().is_some());
    let mut keys = house::keys(&options.data, &ids).map_err(said)?;
    let unfinished = matches!(rotate::check(&db, &keys).await.map_err(said)?, Some(rotate::Unfit::Unfinished(_)));
    if !unfinished && keys.newest() == keys.index_version() {
        if from_environment {
            bail!("密钥来自环境变量 JINBU_KEYS：请先在里面加一行新版本的密钥，并写明 index 和 secret 的版本，再运行");
        }
        keys = Keyring::add_version(&path, ids.bytes())?;
    }
    let target = rotate::target(&db, &keys).await.map_err(said)?;
    if target != keys.newest() {
        bail!("没做完的轮换是到第 {target} 版，密钥里最新的是第 {} 版；请用原来的密钥文件", keys.newest());
    }
    println!("把加密字段和索引换到第 {target} 版密钥……（中断了再运行一次就接着做）");
    let keys = Arc::new(keys);
    let report = rotate::rotate(&db, &keys, fresh_nonce, |_| Ok(())).await.map_err(said)?;
    if from_environment {
        println!("请把 JINBU_KEYS 里的 index 改为 {target}，再启动服务。");
    } else {
        Keyring::index_by(&path, target)?;
    }
    rotate::finish(&db).await.map_err(said)?;
    println!("换好 {} 行。旧版密钥还留着：以前的数据库备份要用它。", report.rows);
    for odd in &report.odd {
        println!("打不开或与索引不符，没有动：{odd}");
    }
    Ok(report.odd.is_empty())
}

/// Nonces of this process.
fn fresh_nonce() -> [u8; 12] {
    static IDS: std::sync::LazyLock<foundation::Ids> = std::sync::LazyLock::new(foundation::Ids::system);
    IDS.bytes()
}

/// `recover-account`.
pub async fn recover_account(settings: &Path, login: &str) -> Result<bool> {
    let (_, options) = read_settings(settings)?;
    let premises = house::open(&options).await?;
    let done = Desk::system(premises, "command-line").perform(m8_governance::acts::accounts::RecoverAccount { login: login.into() }).await.map_err(said)?;
    println!("密码和动态口令已作废。请在 24 小时内打开（只能用一次）：{}", done.link.address);
    Ok(true)
}

/// `copy-db`.
pub async fn copy_db(from: &str, to: &str, dry_run: bool, verify: bool) -> Result<bool> {
    let (source, target) = (Db::connect(from).await?, Db::open(to).await?);
    let report = store::copy::copy(&source, &target, dry_run, verify).await?;
    for one in &report {
        println!(
            "{:<20} {:>9} → {:>9} {}",
            one.table,
            one.source_rows,
            one.target_rows,
            if dry_run {
                ""
            } else if one.equal {
                "一致"
            } else {
                "不一致"
            }
        );
    }
    Ok(dry_run || report.iter().all(|one| one.equal))
}

/// `export-bundle`.
pub async fn export_bundle(data: &Path, database: Option<String>, class: &str, out: &Path) -> Result<bool> {
    let premises = house::open(&options(data, database, "127.0.0.1:8080", true)).await?;
    let reader = premises.db.snapshot(Scope::Everything).await.map_err(said)?;
    let id = match class.parse::<ClassId>() {
        Ok(id) => id,
        Err(_) => {
            reader
                .list::<training_class::Entity>(|q| q.filter(training_class::Column::ClassNo.eq(class)))
                .await
                .map_err(said)?
                .into_iter()
                .next()
                .ok_or_else(|| anyhow!("没有编号是 {class} 的班级"))?
                .id
        }
    };
    let bundle = house::evidence::export(&premises, &reader, &reader, &id).await.map_err(said)?;
    std::fs::write(out, bundle.to_json()?)?;
    println!("已写入 {}", out.display());
    Ok(true)
}

async fn loaded_demo(data: &Path, database: Option<String>) -> Result<Arc<Premises>> {
    std::fs::create_dir_all(data)?;
    let premises = house::open(&options(data, database, "127.0.0.1:8080", true)).await?;
    let reader = premises.db.read(Scope::Everything).await.map_err(said)?;
    if reader.count::<account::Entity>(|q| q).await.map_err(said)? == 0 {
        province::load(&premises, province::Size::Full).await?;
    }
    drop(reader);
    Ok(premises)
}

/// `load-scale`.
pub async fn load_scale(data: &Path, database: Option<String>, enrolments: u64) -> Result<bool> {
    let premises = loaded_demo(data, database).await?;
    province::load_scale(&premises, enrolments, &house::evidence::keys(&premises), &premises.settings.journal_origin).await?;
    Ok(true)
}

/// `prepare-check-ins`.
pub async fn prepare_check_ins(data: &Path, database: Option<String>, trainees: u64, out: &Path) -> Result<bool> {
    let premises = loaded_demo(data, database).await?;
    let all = province::prepare_check_ins(&premises, trainees).await?;
    std::fs::write(out, serde_json::to_vec(&all)?)?;
    Ok(true)
}

/// `verify`.
pub async fn verify(file: Option<&Path>, key: Option<&str>, data: Option<&Path>, database: Option<String>, log_only: bool) -> Result<bool> {
    let report = match (file, data) {
        (Some(file), _) => {
            let trusted = key.map(journal::VerifierKeys::parse).transpose().map_err(said)?;
            match journal::Bundle::from_json(&std::fs::read(file).with_context(|| format!("读不了 {}", file.display()))?) {
                Ok(bundle) => journal::verify(&bundle, trusted.as_ref()),
                Err(bad) => {
                    println!("{bad}\n1 处不一致");
                    return Ok(false);
                }
            }
        }
        (None, Some(data)) => {
            let premises = house::open(&options(data, database, "127.0.0.1:8080", true)).await?;
            let mut whole = house::evidence::verify_database(&premises).await.map_err(said)?;
            if !log_only {
                let classes = house::evidence::verify_classes(&premises).await.map_err(said)?;
                whole.checks.extend(classes.checks);
                whole.differences.extend(classes.differences);
            }
            whole
        }
        (None, None) => bail!("请给出证据包文件，或用 --data 指明数据文件夹"),
    };
    println!("{}", report.render());
    Ok(report.is_clean())
}
