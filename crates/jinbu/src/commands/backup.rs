//! `backup`, `restore`, `check`: what an operator does so that nothing is lost (decisions/0014).

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use foundation::Clock;

use super::place;

/// Environment variable that holds the passphrase.
const PASSPHRASE: &str = "JINBU_BACKUP_PASSPHRASE";

/// Which house: by its settings, or a demo's data folder.
#[derive(clap::Args)]
pub struct Place {
    /// 正式环境的设置文件
    #[arg(long, conflicts_with = "data")]
    settings: Option<PathBuf>,
    /// 演示的数据文件夹
    #[arg(long, required_unless_present = "settings")]
    data: Option<PathBuf>,
    /// 用指定的数据库代替设置里的
    #[arg(long)]
    database: Option<String>,
}

impl Place {
    fn options(self) -> Result<house::Options> {
        place(self.settings.as_deref(), self.data.as_deref().unwrap_or(Path::new("")), self.database)
    }
}

/// The passphrase of a file, of the environment, or typed.
fn passphrase(file: Option<&Path>) -> Result<String> {
    let text = match (file, std::env::var(PASSPHRASE)) {
        (Some(file), _) => {
            std::fs::read_to_string(file).with_context(|| format!("读不了口令文件 {}", file.display()))?
        }
        (None, Ok(text)) => text,
        (None, Err(_)) if std::io::stdin().is_terminal() => {
            eprintln!("请输入封存密钥的口令（会显示在屏幕上，旁边请不要有人）：");
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            line
        }
        (None, Err(_)) => bail!("没有口令：请用 --passphrase-file 给出口令文件，或设环境变量 {PASSPHRASE}"),
    };
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// `backup`.
pub async fn backup(at: Place, to: &Path, file: Option<&Path>) -> Result<bool> {
    let made = house::backup::make(&at.options()?, to, &passphrase(file)?, Clock::system().now()).await?;
    println!("备份已完成：{}", to.display());
    println!(
        "数据库 {} 字节，文件 {} 份，日志 {} 条；密钥用口令封存在 keys.sealed。",
        made.database.bytes,
        made.files.len(),
        made.size
    );
    println!("口令和备份请分开存放：没有口令，备份里的证件号码和日志都无法恢复。");
    if !made.lost.is_empty() {
        println!("有 {} 份文件在备份之前就丢失或损坏了，不在备份里，请运行 jinbu check 看是哪些。", made.lost.len());
    }
    Ok(made.lost.is_empty())
}

/// `restore`.
pub async fn restore(at: Place, from: &Path, file: Option<&Path>) -> Result<bool> {
    let options = at.options()?;
    let made = house::backup::restore(&options, from, &passphrase(file)?).await?;
    let when = foundation::clock::local(made.made_at).format("%Y 年 %-m 月 %-d 日 %H:%M");
    println!("已恢复到 {when} 的备份：文件 {} 份，日志 {} 条。", made.files.len(), made.size);
    println!("那以后办成的事不在里面。请先运行 jinbu check，再启动服务。");
    Ok(true)
}

/// `check`.
pub async fn check(at: Place) -> Result<bool> {
    let options = at.options()?;
    let lines = house::check::check(&options).await;
    for line in &lines {
        println!("{line}");
    }
    // A file that no backup has any more is a finding of its own: it must not keep the house shut for ever.
    if house::check::may_act(&lines)
        && let Some(mark) = house::check::mark(&options).filter(|mark| mark.exists())
    {
        let fact = std::fs::read_to_string(&mark).unwrap_or_default();
        std::fs::remove_file(&mark).with_context(|| format!("删不了 {}", mark.display()))?;
        println!("服务因为有办成的事找不到而停止了办理，数据库检查通过，已经放开。");
        println!("找不到的是事实 {}。请核对停止之前几分钟办的事，不在的再办一次。", fact.trim());
    }
    let bad = lines.iter().filter(|line| !line.ok).count();
    if bad > 0 {
        println!("\n{bad} 项不好");
        return Ok(false);
    }
    println!("\n全部都好");
    Ok(true)
}
