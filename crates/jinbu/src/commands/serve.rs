//! `demo` and `serve`: a house that answers until it is told to stop.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use desk::{Desk, Premises};
use foundation::Scope;
use store::Db;
use store::tables::identity::account;

use crate::alone;

use super::{hold, options, read_settings, said};

/// `demo`.
pub async fn demo(listen: &str, data: &Path, small: bool, database: Option<String>) -> Result<bool> {
    let started = std::time::Instant::now();
    let _shared = hold(data, false).with_context(|| format!("用不了文件夹 {}", data.display()))?;
    let options = options(data, database, listen, true);
    let _only = alone::only_server(&options.database)?;
    let premises = house::open(&options).await?;
    let _held = share(premises.db.clone()).await?;
    // Before the load: nobody should wait for it to hear that the address is taken.
    let bound = house::bind(listen).await.with_context(|| format!("监听不了 {listen}，可能已被占用"))?;
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
        province::load_telling(&premises, if small { province::Size::Small } else { province::Size::Full }, &heard)
            .await?;
    }
    println!("进补演示已启动（{} 毫秒）：http://{listen}", started.elapsed().as_millis());
    println!("体验身份：http://{listen}/personas");
    run(premises, bound).await
}

/// `serve`.
pub async fn serve(settings: &Path) -> Result<bool> {
    let (file, options) = read_settings(settings)?;
    let _shared = hold(&options.data, false)?;
    let _only = alone::only_server(&options.database)?;
    let premises = house::open(&options).await?;
    let _held = share(premises.db.clone()).await?;
    let bound = house::bind(&file.listen).await?;
    println!("进补已启动：{}", options.base_url);
    run(premises, bound).await
}

/// Holds the database as one of the servers that share it. Errors: its keys are being rotated.
async fn share(db: Db) -> Result<impl Sized> {
    db.hold(false).await.map_err(|_| anyhow!("正在轮换这个数据库的密钥，请等它做完再启动"))
}

/// Serves until told to stop; timed acts every second.
async fn run(premises: Arc<Premises>, bound: tokio::net::TcpListener) -> Result<bool> {
    if let Some(health) = premises.db.health() {
        health.start().await;
    }
    let app = house::app(&premises, house::routes());
    let ended = tokio::spawn(forget_ended(Arc::clone(&premises)));
    let jobs = tokio::spawn(jobs(Arc::clone(&premises)));
    let files = tokio::spawn(look_for_files(Arc::clone(&premises)));
    house::listen::serve(bound, app, alone::limits(premises.settings.trusted_proxies.clone()), stopped()).await;
    jobs.abort();
    files.abort();
    ended.abort();
    Ok(true)
}

/// What another server ended, this one forgets within a second; however long a round of timed acts takes.
async fn forget_ended(premises: Arc<Premises>) {
    loop {
        if let Err(stop) = desk::session::forget_ended(&premises).await {
            tracing::debug!(%stop, "ended sign-ins");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
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
        if let Err(stop) = db.try_again().await {
            tracing::debug!(%stop, "the store still keeps nothing");
        }
        if let Err(fault) = db.carry_over().await {
            tracing::error!(%fault, "carrying the log over");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// How often every kept file is looked for.
const FILES_EVERY: Duration = Duration::from_secs(3600);

/// At the start and hourly: what was lost and rows can make again is made again, the rest is told.
async fn look_for_files(premises: Arc<Premises>) {
    let desk = Desk::system(premises, "files");
    loop {
        if let Err(stop) = house::files::look(&desk).await {
            tracing::error!(%stop, "looking for files");
        }
        tokio::time::sleep(FILES_EVERY).await;
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
