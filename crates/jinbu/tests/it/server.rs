//! Starts the built program as an operator would, speaks HTTP/1.1 to it, ends it softly or not at all softly.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A place where a server lives: data folder, database, and what its process is given besides.
pub struct Place {
    data: PathBuf,
    /// Dropped with the place.
    _folder: Option<tempfile::TempDir>,
    /// `sqlite:…` or `postgres://…`.
    pub database: String,
    /// Environment of the server's process.
    pub environment: Vec<(String, String)>,
    /// Dropped with the place.
    _postgres: Option<testkit::postgres::Cloned>,
}

impl Place {
    /// On the database that the suite runs on.
    pub async fn new() -> Self {
        if std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres") {
            let cloned = testkit::postgres::clone().await;
            let database = cloned.url.clone();
            return Self { _postgres: Some(cloned), ..Self::on(database) };
        }
        Self::sqlite()
    }

    /// On a database that is somebody else's.
    pub fn on(database: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            data: folder.path().to_owned(),
            _folder: Some(folder),
            database,
            environment: Vec::new(),
            _postgres: None,
        }
    }

    /// On SQLite.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self::sqlite_in(folder.path());
        Self { _folder: Some(folder), ..place }
    }

    /// On SQLite in a folder that is somebody else's (a small disk).
    pub fn sqlite_in(data: &Path) -> Self {
        let database = format!("sqlite:{}", data.join("jinbu.db").display());
        Self { data: data.to_owned(), _folder: None, database, environment: Vec::new(), _postgres: None }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.data.clone()
    }

    /// Runs a command of the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(&[], arguments)
    }

    /// The same with more in its environment.
    pub fn run_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_jinbu"))
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The demo server, once it answers.
    pub async fn start(&self) -> Server {
        self.start_with(&[]).await
    }

    /// The same with more in its environment.
    pub async fn start_with(&self, environment: &[(&str, &str)]) -> Server {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_jinbu"));
        command
            .args(["demo", "--small", "--listen", &address, "--database", &self.database, "--data"])
            .arg(self.data());
        command.envs(self.environment.iter().cloned()).stdin(Stdio::null()).stdout(Stdio::null());
        let log = self.data().join(format!("server-{port}.log"));
        command.envs(environment.iter().copied()).stderr(std::fs::File::create(&log).unwrap());
        let server = Server { child: command.spawn().unwrap(), address, log };
        let until = Instant::now() + Duration::from_secs(120);
        while server.get("/healthz").await.is_none_or(|answer| answer.0 != 200) {
            assert!(Instant::now() < until, "the server does not answer: {}", server.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    /// `jinbu verify` over the whole journal; panics unless it finds 0 differences.
    pub fn verify(&self) {
        self.verify_there(&self.database);
    }

    /// The same of another database with this place's keys.
    pub fn verify_there(&self, database: &str) {
        let data = self.data();
        // The load's classes are rows without facts: only the log can be asked of them.
        let said = self.run(&["verify", "--log-only", "--data", text(&data), "--database", database]);
        let out = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(
            said.status.success() && out.trim_end().ends_with("0 处不一致"),
            "{out}\n{}",
            String::from_utf8_lossy(&said.stderr)
        );
    }
}

/// A path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A running server.
pub struct Server {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Drop for Server {
    /// A test that failed leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// What it wrote to stderr so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// SIGKILL: no handler, no farewell.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, as a service manager would, and waits.
    pub fn stop(mut self) {
        let said = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(said.success());
        self.child.wait().unwrap();
    }

    /// SIGTERM, and how long the end takes; panics when it takes longer than a service manager waits.
    pub fn stop_in(mut self) -> Duration {
        let began = Instant::now();
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
        while self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(15), "the server does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        began.elapsed()
    }

    /// A connection to it.
    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// GET as the public; none when nobody answers.
    pub async fn get(&self, path: &str) -> Option<(u16, String)> {
        request(
            &self.address,
            &format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address),
            b"",
        )
        .await
    }

    /// GET as whoever holds `token`.
    pub async fn get_with(&self, token: &str, path: &str) -> Option<(u16, String)> {
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n",
            self.address
        );
        request(&self.address, &head, b"").await
    }

    /// Sends a page's form as a browser would that has just opened the page; the status and the page that come back.
    pub async fn post_form(&self, path: &str, fields: &str) -> (u16, String) {
        let (_, page) = self.get(path).await.expect("the page is there");
        let token = page
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("the page has a form");
        let body = format!("csrf={token}&{fields}");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {0}\r\nconnection: close\r\norigin: http://{0}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {1}\r\n\r\n",
            self.address,
            body.len()
        );
        request(&self.address, &head, body.as_bytes()).await.expect("the server answers")
    }

    /// Signs a persona in; the bearer token.
    pub async fn sign_in(&self, persona: &str) -> String {
        let body = serde_json::json!({ "persona": persona }).to_string();
        let head = format!(
            "POST /api/v1/demo-sign-in HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        let (status, answer) = request(&self.address, &head, body.as_bytes()).await.expect("the server answers");
        assert_eq!(status, 200, "{answer}");
        serde_json::from_str::<Value>(&answer).unwrap()["token"].as_str().unwrap().to_owned()
    }

    /// Somebody who can go on asking after the server is gone.
    pub fn client(&self) -> Client {
        Client { address: self.address.clone() }
    }
}

/// Asks for acts; cheap to clone.
#[derive(Clone)]
pub struct Client {
    address: String,
}

impl Client {
    /// Performs an act; none when the connection broke before a whole answer came.
    pub async fn act(&self, token: &str, act: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        let body = body.to_string();
        let head = format!(
            "POST /api/v1/acts/{act} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        let (status, answer) = request(&self.address, &head, body.as_bytes()).await?;
        Some((status, serde_json::from_str(&answer).unwrap_or(Value::Null)))
    }
}

/// One exchange; only a complete answer counts.
async fn request(address: &str, head: &str, body: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body).await.ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    let answer = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length: Option<usize> = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").and_then(|n| n.trim().parse().ok()));
    if length.is_some_and(|length| length != body.len()) {
        return None;
    }
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
