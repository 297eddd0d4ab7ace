//! Opening a house: database, keys, files, clock (house.md §11: one machine by default).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use desk::session::SignIns;
use desk::{NavEntry, Premises, Settings};
use foundation::{Clock, Fault, Function, Ids, Permission, Right, Scope, WorkCalendar};
use store::query::ColumnTrait;
use store::seal::Keyring;
use store::seal::rotate::{self, Unfit};
use store::tables::identity::setting;
use store::{Db, Files};

/// What the command line or the settings file says.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub database: String,
    /// Folder for files and keys.
    pub data: PathBuf,
    /// Public address without trailing slash.
    pub base_url: String,
    /// Personas and movable clock.
    pub demo: bool,
    /// Cookies only over https.
    pub secure_cookies: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Name of the journal; also its keys' name.
    pub journal_origin: String,
}

/// Setting key of the demo clock's offset in seconds.
pub const CLOCK_OFFSET: &str = "demo_clock_offset_s";

/// Opens everything and brings the schema up to date.
pub async fn open(options: &Options) -> Result<Arc<Premises>, Fault> {
    let db = Db::open(&options.database).await?;
    crate::private::tighten(&options.data, &options.database);
    let ids = Ids::system();
    let keyring = keys(&options.data, &ids)?;
    fits(&db, &keyring).await?;
    let secret = keyring.secret("cookies and codes");
    let clock = Clock::system();
    if options.demo {
        clock.set_offset_s(offset(&db).await.unwrap_or(0));
    }
    let settings = Settings {
        demo: options.demo,
        base_url: options.base_url.clone(),
        secure_cookies: options.secure_cookies,
        journal_origin: options.journal_origin.clone(),
        trusted_proxies: options.trusted_proxies.clone(),
        secret,
    };
    Ok(Arc::new(Premises {
        files: Files::folder(&options.data.join("files"))?,
        db,
        clock,
        ids,
        calendar: WorkCalendar::built_in().clone(),
        keyring: Arc::new(keyring),
        settings,
        nav: nav(),
        sign_ins: SignIns::default(),
        turns: desk::turns::Turns::default(),
        tries: desk::tries::Tries::default(),
        rows: store::RowCache::default(),
        gatherers: desk::gather::Gatherers::default(),
        memo: desk::memo::Memo::default(),
        reading: desk::reading::Reading::default(),
    }))
}

/// Whether rows and keys belong together; a server that looked up with the wrong index key would find nobody.
async fn fits(db: &Db, keyring: &Keyring) -> Result<(), Fault> {
    let unfit = rotate::check(db, keyring).await.map_err(|stop| Fault::Upstream(stop.to_string()))?;
    match unfit {
        None => Ok(()),
        Some(Unfit::Unfinished(version)) => Err(Fault::Upstream(format!("密钥轮换到第 {version} 版没有做完，请先再运行一次 jinbu rotate-keys"))),
        Some(Unfit::IndexedWith(version)) => {
            Err(Fault::Upstream(format!("数据用第 {version} 版密钥建的索引，密钥里写的是第 {} 版；请在密钥里写明 index {version}", keyring.index_version())))
        }
    }
}

/// The keyring of a data folder or of the environment; a fresh one where there is none.
pub fn keys(data: &Path, ids: &Ids) -> Result<Keyring, Fault> {
    let broken = |error: store::seal::KeyError| Fault::Upstream(error.to_string());
    match Keyring::from_environment() {
        Some(keyring) => keyring.map_err(broken),
        None => Keyring::load(&data.join("keys.txt"), Some(ids.bytes())).map_err(broken),
    }
}

async fn offset(db: &Db) -> Option<i64> {
    let row = db.read(Scope::Everything).await.ok()?.find::<setting::Entity>(setting::Column::Key.eq(CLOCK_OFFSET)).await.ok()??;
    row.value.parse().ok()
}

/// The navigation: what an office may read, in the order of its day.
pub fn nav() -> Vec<NavEntry> {
    const OFFICES: &[&str] = &["county", "city", "province", "employment_bureau", "finance", "audit", "monitor"];
    const DESKS: &[&str] = &["county", "city", "province", "employment_bureau", "finance", "audit", "monitor", "institution"];
    let read = |function| Permission::Of(function, Right::Read);
    vec![
        NavEntry { label: "我的培训", href: "/me", permission: Permission::SignedIn, kinds: &["trainee"] },
        NavEntry { label: "今日待办", href: "/", permission: Permission::SignedIn, kinds: DESKS },
        NavEntry { label: "班级", href: "/classes", permission: read(Function::OpeningApplication), kinds: DESKS },
        NavEntry { label: "正在上课", href: "/live", permission: read(Function::Inspection), kinds: OFFICES },
        NavEntry { label: "本机构", href: "/my-institution", permission: read(Function::DirectoryApplication), kinds: &["institution"] },
        NavEntry { label: "补贴", href: "/claims", permission: read(Function::ClaimReview), kinds: DESKS },
        NavEntry { label: "拨付", href: "/payment-batches", permission: read(Function::ClaimPayment), kinds: OFFICES },
        NavEntry { label: "需求目录", href: "/needs", permission: Permission::Public, kinds: &[] },
        NavEntry { label: "机构目录", href: "/institutions", permission: Permission::Public, kinds: &[] },
        NavEntry { label: "公示", href: "/publicity", permission: Permission::Public, kinds: &["public"] },
        NavEntry { label: "政策参数", href: "/policy", permission: Permission::Public, kinds: &["public"] },
        NavEntry { label: "证书查验", href: "/verify", permission: Permission::Public, kinds: &["public"] },
        NavEntry { label: "人员", href: "/persons", permission: read(Function::Inspection), kinds: DESKS },
        NavEntry { label: "账号", href: "/accounts", permission: Permission::Of(Function::Accounts, Right::Read), kinds: &[] },
    ]
}
