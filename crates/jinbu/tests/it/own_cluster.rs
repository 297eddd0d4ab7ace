//! A PostgreSQL of a test's own, as careful as an operator's (fsync on), on a small disk: stopped without farewell,
//! started again, out of room. Made as `scripts/with_postgres.sh` makes the suite's.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::server::text;
use crate::small_disk::SmallDisk;

/// The cluster; stopped with this value.
pub struct Cluster {
    /// Its disk; nothing else is on it.
    pub disk: SmallDisk,
    /// Sockets and log, which are not on that disk.
    beside: tempfile::TempDir,
    bin: PathBuf,
    port: u16,
}

impl Cluster {
    /// A new cluster, started; none where no small disk can be mounted.
    pub fn make() -> Option<Self> {
        let disk = SmallDisk::mount(2048)?;
        let bin = std::fs::read_dir("/usr/lib/postgresql")
            .expect("PostgreSQL is installed")
            .map(|one| one.unwrap().path().join("bin"));
        let bin = bin.filter(|one| one.join("initdb").exists()).max().expect("PostgreSQL is installed");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let made = Self { disk, beside: tempfile::tempdir().unwrap(), bin, port };
        for folder in [made.disk.path(), made.beside.path()] {
            assert!(
                Command::new("chown").args(["postgres", text(folder)]).status().unwrap().success(),
                "there is a user postgres"
            );
        }
        made.run("initdb", &["-D", text(&made.data()), "-U", "jinbu", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        made.start();
        let roles = [
            "CREATE ROLE jinbu_app NOLOGIN NOBYPASSRLS",
            "CREATE ROLE jinbu_house LOGIN CREATEDB",
            "GRANT jinbu_app TO jinbu_house",
        ];
        for sql in roles.into_iter().chain(["CREATE DATABASE jinbu_house OWNER jinbu_house"]) {
            let port = made.port.to_string();
            made.run(
                "psql",
                &[
                    "-qX",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    &port,
                    "-U",
                    "jinbu",
                    "-d",
                    "postgres",
                    "-c",
                    sql,
                ],
            );
        }
        Some(made)
    }

    /// The address of its one database, as its ordinary owner.
    pub fn url(&self) -> String {
        format!("postgres://jinbu_house@127.0.0.1:{}/jinbu_house", self.port)
    }

    /// Starts it, where it is not up.
    pub fn start(&self) {
        if self.is_up() {
            return;
        }
        let settings = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=60 \
             -c shared_buffers=64MB -c min_wal_size=32MB -c max_wal_size=64MB",
            self.port,
            self.beside.path().display()
        );
        self.run(
            "pg_ctl",
            &["-D", text(&self.data()), "-w", "-o", &settings, "-l", text(&self.beside.path().join("log")), "start"],
        );
    }

    /// Whether a postmaster runs.
    pub fn is_up(&self) -> bool {
        self.command("pg_ctl", &["-D", text(&self.data()), "status"]).status().unwrap().success()
    }

    /// Ends it as a crash would: no checkpoint, no farewell.
    pub fn crash(&self) {
        let _ = self.command("pg_ctl", &["-D", text(&self.data()), "-m", "immediate", "-w", "stop"]).status();
    }

    fn data(&self) -> PathBuf {
        self.disk.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let status = self.command(program, arguments).status().unwrap();
        let log = std::fs::read_to_string(self.beside.path().join("log")).unwrap_or_default();
        assert!(status.success(), "{program} {arguments:?}\n{log}");
    }

    /// PostgreSQL refuses to run as root. Its server must not hold our pipes open.
    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
            .arg(self.bin.join(program))
            .args(arguments);
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.crash();
    }
}
