//! The command line: serve | demo | migrate | first-administrator | copy-db | export | verify. No logic here.

mod alone;
mod commands;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Many small rows a second from several threads: the system's allocator gives ground there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 进补：补贴性职业技能培训实名制管理与监管平台
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 启动演示：自带演示省份、体验身份和可移动的时钟
    Demo {
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
        #[arg(long, default_value = "var")]
        data: PathBuf,
        /// 只装少量演示数据
        #[arg(long)]
        small: bool,
        /// 用指定的数据库代替 var 里的 SQLite
        #[arg(long)]
        database: Option<String>,
    },
    /// 按设置文件启动正式环境
    Serve {
        #[arg(long)]
        settings: PathBuf,
    },
    /// 只更新数据库结构
    Migrate {
        #[arg(long)]
        database: String,
    },
    /// 为空的正式环境建立第一位系统管理员，打印一次性链接
    FirstAdministrator {
        #[arg(long)]
        settings: PathBuf,
        #[arg(long)]
        login: String,
        #[arg(long)]
        name: String,
    },
    /// 装入有日期、有依据的政策参数；不给文件时装入自带的省级默认值和各市公布的标准
    LoadPolicy {
        #[arg(long)]
        settings: PathBuf,
        /// 八列的 CSV 文件，格式见 policy/parameters.csv
        #[arg(long)]
        file: Option<PathBuf>,
    },
    /// 换一把新密钥：停掉服务后运行，所有加密字段和索引分批换到新版；中断了再运行一次就接着做
    RotateKeys {
        #[arg(long)]
        settings: PathBuf,
    },
    /// 没有别的管理员能帮忙时，在服务器上重置一个账号，打印一次性链接
    RecoverAccount {
        #[arg(long)]
        settings: PathBuf,
        #[arg(long)]
        login: String,
    },
    /// 在两个数据库之间复制全部数据并核对
    CopyDb {
        #[arg(long)]
        from: String,
        #[arg(long)]
        to: String,
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        verify: bool,
    },
    /// 备份：数据库、文件、用口令封存的密钥；服务运行时也能做
    Backup {
        #[command(flatten)]
        at: commands::Place,
        /// 放备份的新文件夹
        #[arg(long)]
        to: PathBuf,
        /// 口令文件；不给时用环境变量 JINBU_BACKUP_PASSPHRASE，再没有就问
        #[arg(long)]
        passphrase_file: Option<PathBuf>,
    },
    /// 把备份恢复到空的位置
    Restore {
        #[command(flatten)]
        at: commands::Place,
        /// 备份的文件夹
        #[arg(long)]
        from: PathBuf,
        /// 口令文件；不给时用环境变量 JINBU_BACKUP_PASSPHRASE，再没有就问
        #[arg(long)]
        passphrase_file: Option<PathBuf>,
    },
    /// 检查：数据库、结构、密钥、文件、日志；服务运行时也能做，逐项说好不好
    Check {
        #[command(flatten)]
        at: commands::Place,
    },
    /// 导出一个班级的证据包；只读，服务运行时也能用
    ExportBundle {
        /// 正式环境的设置文件
        #[arg(long, conflicts_with = "data")]
        settings: Option<PathBuf>,
        /// 演示的数据文件夹
        #[arg(long, default_value = "var")]
        data: PathBuf,
        #[arg(long)]
        database: Option<String>,
        /// 班级编号（19 位）或内部编号
        #[arg(long)]
        class: String,
        #[arg(long)]
        out: PathBuf,
    },
    /// 性能测试用：在演示数据上再装入许多人次
    #[command(hide = true)]
    LoadScale {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        database: Option<String>,
        #[arg(long, default_value_t = 1_000_000)]
        enrolments: u64,
    },
    /// 性能测试用：装入此刻正在上课的班级和已登录的学员，名单写入文件
    #[command(hide = true)]
    PrepareCheckIns {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        database: Option<String>,
        #[arg(long, default_value_t = 40_000)]
        trainees: u64,
        #[arg(long)]
        out: PathBuf,
    },
    /// 离线核验证据包；带 --settings 或 --data 时核验整本日志与数据库（只读，服务运行时也能用）
    Verify {
        /// 证据包文件
        #[arg(conflicts_with_all = ["data", "settings"])]
        file: Option<PathBuf>,
        /// 另行取得的公钥（核验钥匙文本）；不给时用自带的
        #[arg(long)]
        key: Option<String>,
        /// 正式环境的设置文件
        #[arg(long, conflicts_with = "data")]
        settings: Option<PathBuf>,
        /// 演示的数据文件夹
        #[arg(long)]
        data: Option<PathBuf>,
        #[arg(long)]
        database: Option<String>,
        /// 只核验日志，不逐班核对（压力测试装入的班级没有事实）
        #[arg(long)]
        log_only: bool,
    },
}

fn main() -> std::process::ExitCode {
    // Whatever this process makes (database, keys, files, bundles) is its own user's alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    // One core is left to the database's own threads: SQLite's writer and its disk (measured with `make bench`).
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = std::env::var("TOKIO_WORKER_THREADS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(cores.saturating_sub(1))
        .max(1);
    match tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(run());
            // Whatever still runs beside (a long question of a page that nobody waits for) keeps nobody from ending.
            runtime.shutdown_timeout(std::time::Duration::from_secs(2));
            code
        }
        Err(error) => {
            eprintln!("没有办成：{error}");
            std::process::ExitCode::from(2)
        }
    }
}

/// The log goes to stderr, one plain line an event, or JSON with `JINBU_LOG=json`; `RUST_LOG` says how much.
fn start_log() {
    let said = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "warn,jinbu=info,sqlx::postgres::notice=error".into());
    // The driver repeats what it could not read in addresses and password files, passwords among it: whatever is asked
    // for.
    let filter = said.add_directive("sqlx_postgres::options=off".parse().expect("a directive that we wrote"));
    // A line that cannot be written (the log's disk is full) is dropped: complaining of it on the same stderr would
    // panic, and the writer's thread with it.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .log_internal_errors(false);
    if std::env::var("JINBU_LOG").as_deref() == Ok("json") { log.json().init() } else { log.init() }
}

async fn run() -> std::process::ExitCode {
    start_log();
    let done = match Arguments::parse().command {
        Command::Demo { listen, data, small, database } => commands::demo(&listen, &data, small, database).await,
        Command::Serve { settings } => commands::serve(&settings).await,
        Command::Migrate { database } => commands::migrate(&database).await,
        Command::FirstAdministrator { settings, login, name } => {
            commands::first_administrator(&settings, &login, &name).await
        }
        Command::LoadPolicy { settings, file } => commands::load_policy(&settings, file.as_deref()).await,
        Command::RotateKeys { settings } => commands::rotate_keys(&settings).await,
        Command::RecoverAccount { settings, login } => commands::recover_account(&settings, &login).await,
        Command::CopyDb { from, to, dry_run, verify } => commands::copy_db(&from, &to, dry_run, verify).await,
        Command::Backup { at, to, passphrase_file } => commands::backup(at, &to, passphrase_file.as_deref()).await,
        Command::Restore { at, from, passphrase_file } => {
            commands::restore(at, &from, passphrase_file.as_deref()).await
        }
        Command::Check { at } => commands::check(at).await,
        Command::ExportBundle { settings, data, database, class, out } => {
            commands::export_bundle(settings.as_deref(), &data, database, &class, &out).await
        }
        Command::LoadScale { data, database, enrolments } => commands::load_scale(&data, database, enrolments).await,
        Command::PrepareCheckIns { data, database, trainees, out } => {
            commands::prepare_check_ins(&data, database, trainees, &out).await
        }
        Command::Verify { file: Some(file), key, .. } => commands::verify_file(&file, key.as_deref()),
        Command::Verify { file: None, key, settings, data, database, log_only } => {
            commands::verify_house(settings.as_deref(), data.as_deref(), database, key.as_deref(), log_only).await
        }
    };
    match done {
        Ok(true) => std::process::ExitCode::SUCCESS,
        Ok(false) => std::process::ExitCode::from(1),
        Err(error) => {
            eprintln!("没有办成：{error:#}");
            std::process::ExitCode::from(2)
        }
    }
}
