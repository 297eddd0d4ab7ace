//! The listener (decisions/0015): slow heads, stalled bodies, idle connections, many honest ones, and an end in time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use house::listen::{Limits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

const GET: &str = "GET / HTTP/1.1\r\nhost: here\r\n\r\n";
const HALF: &str = "GET / HTTP/1.1\r\nhost: he";

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Short enough for a test; what is not under test stays as it is.
fn limits() -> Limits {
    Limits { head: ms(800), ..Limits::default() }
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start(limits: Limits) -> Self {
        let slow = || async {
            tokio::time::sleep(ms(600)).await;
            "late"
        };
        let app = Router::new()
            .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { format!("hello {}", peer.ip()) }))
            .route("/slow", get(slow))
            .route("/never", get(std::future::pending::<&str>))
            .route("/large", get(|| async { vec![b'x'; 64 * 1024 * 1024] }))
            .route("/up", post(|body: axum::body::Bytes| async move { body.len().to_string() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(serve(listener, app, limits, async { _ = stopped.await }));
        Self { address, stop, ended }
    }

    /// A connection from one of this machine's own addresses.
    async fn from(&self, address: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    async fn half_heads(&self, address: &str, many: usize) -> Vec<TcpStream> {
        let mut all = Vec::new();
        for _ in 0..many {
            let mut one = self.from(address).await;
            // One that was cut at once may refuse what is sent to it.
            _ = one.write_all(HALF.as_bytes()).await;
            all.push(one);
        }
        all
    }

    /// How long the end takes after it was asked for.
    async fn end(self) -> Duration {
        let began = Instant::now();
        self.stop.send(()).unwrap();
        tokio::time::timeout(ms(10_000), self.ended).await.expect("an end").unwrap();
        began.elapsed()
    }
}

/// One answer of a connection that stays open: status and body.
async fn ask(stream: &mut TcpStream, request: &str) -> (u16, String) {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    loop {
        let mut some = [0; 1024];
        let got = stream.read(&mut some).await.unwrap();
        assert!(got > 0, "closed instead of an answer: {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&some[..got]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|n| n.parse::<usize>().ok())
        });
        if body.len() >= length.unwrap() {
            return (head[9..12].parse().unwrap(), body.to_owned());
        }
    }
}

/// Whether the other side has closed, waiting no longer than so.
async fn is_closed(stream: &mut TcpStream, within: Duration) -> bool {
    let mut rest = Vec::new();
    tokio::time::timeout(within, stream.read_to_end(&mut rest)).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_loris_is_cut_while_others_are_served() {
    let server = Running::start(Limits { half_open: 8, head: ms(6000), ..limits() }).await;
    let mut slow = server.half_heads("127.0.0.2", 40).await;
    for address in ["127.0.0.1", "127.0.0.2"] {
        let began = Instant::now();
        let answer = ask(&mut server.from(address).await, GET).await;
        assert_eq!(answer, (200, format!("hello {address}")));
        assert!(began.elapsed() < ms(3000), "even beside it: {:?}", began.elapsed());
    }
    for (at, one) in slow.iter_mut().enumerate().take(32) {
        assert!(is_closed(one, ms(3000)).await, "the oldest go first: {at}");
    }
    let mut last = slow.pop().unwrap();
    assert!(!is_closed(&mut last, ms(100)).await, "so many may be half open");
    assert!(is_closed(&mut last, ms(15_000)).await, "and no longer than a head may take");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_drips_is_cut_on_time_the_second_on_a_connection_too() {
    let server = Running::start(limits()).await;
    for is_second in [false, true] {
        let mut one = server.from("127.0.0.1").await;
        if is_second {
            assert_eq!(ask(&mut one, GET).await.0, 200);
        }
        let began = Instant::now();
        let mut closed = false;
        for byte in HALF.bytes().cycle() {
            if one.write_all(&[byte]).await.is_err() || is_closed(&mut one, ms(50)).await {
                closed = true;
                break;
            }
            assert!(began.elapsed() < ms(15_000), "it may go on for ever");
        }
        assert!(closed && began.elapsed() > ms(700), "{:?}", began.elapsed());
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_ours_speaks_for_many() {
    let server = Running::start(Limits { half_open: 4, proxies: vec!["127.0.0.3".parse().unwrap()], ..limits() }).await;
    let mut all = server.half_heads("127.0.0.3", 40).await;
    for one in &mut all {
        assert_eq!(ask(one, "re\r\n\r\n").await.0, 200);
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_stalls_ends_and_one_that_is_slow_does_not() {
    let server = Running::start(Limits { still: ms(2000), ..limits() }).await;
    let head = "POST /up HTTP/1.1\r\nhost: here\r\ncontent-length: 6\r\n\r\n";
    let (mut stalls, mut slow) = (server.from("127.0.0.1").await, server.from("127.0.0.1").await);
    stalls.write_all(format!("{head}ab").as_bytes()).await.unwrap();
    slow.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..5 {
        tokio::time::sleep(ms(600)).await;
        slow.write_all(b"x").await.unwrap();
    }
    assert_eq!(ask(&mut slow, "x").await, (200, "6".into()));
    assert!(is_closed(&mut stalls, ms(3000)).await, "nothing came for three seconds");
    let mut deaf = server.from("127.0.0.1").await;
    deaf.write_all(b"GET /large HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    tokio::time::sleep(ms(5000)).await;
    let mut read = Vec::new();
    let _ = deaf.read_to_end(&mut read).await;
    assert!(read.len() < 64 * 1024 * 1024, "whoever does not listen is not told for ever");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_kept_for_a_while_and_old_ones_end_after_an_answer() {
    let server = Running::start(Limits { idle: ms(5000), ..limits() }).await;
    let mut one = server.from("127.0.0.1").await;
    assert_eq!(ask(&mut one, GET).await.0, 200);
    tokio::time::sleep(ms(1500)).await;
    assert_eq!(ask(&mut one, GET).await.0, 200, "a head's limit is not the limit between two");
    assert!(is_closed(&mut one, ms(15_000)).await);
    server.end().await;
    let server = Running::start(Limits { age: ms(500), ..limits() }).await;
    let mut one = server.from("127.0.0.1").await;
    one.write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    let mut text = String::new();
    one.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("late"), "the last request is answered: {text}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_behind_one_address_is_served_whole() {
    let server = Running::start(Limits::default()).await;
    let mut all = Vec::new();
    for _ in 0..256 {
        all.push(server.from("127.0.0.2").await);
    }
    for _ in 0..3 {
        for one in &mut all {
            assert_eq!(ask(one, GET).await, (200, "hello 127.0.0.2".into()));
        }
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_gives_the_place_of_who_says_nothing() {
    let server = Running::start(Limits { connections: 20, ..limits() }).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut one = server.from("127.0.0.2").await;
        assert_eq!(ask(&mut one, GET).await.0, 200);
        // The first is clearly the first, also where the server's threads wait for each other.
        tokio::time::sleep(ms(if idle.is_empty() { 300 } else { 10 })).await;
        idle.push(one);
    }
    let mut newcomer = server.from("127.0.0.1").await;
    assert_eq!(ask(&mut newcomer, GET).await.0, 200);
    assert!(is_closed(&mut idle[0], ms(3000)).await);
    assert_eq!(ask(&mut idle[19], GET).await.0, 200);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_answers_what_is_under_way_and_waits_for_no_half_head() {
    let server = Running::start(Limits { head: ms(30_000), farewell: ms(3000), ..limits() }).await;
    let _half = server.half_heads("127.0.0.1", 3).await;
    let (mut idle, mut late) = (server.from("127.0.0.1").await, server.from("127.0.0.1").await);
    assert_eq!(ask(&mut idle, GET).await.0, 200);
    late.write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    tokio::time::sleep(ms(100)).await;
    let took = server.end().await;
    assert!(took < ms(2900), "{took:?}");
    let mut text = String::new();
    late.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("late"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_comes_even_when_an_answer_does_not() {
    let server = Running::start(Limits { farewell: ms(700), ..limits() }).await;
    let mut never = server.from("127.0.0.1").await;
    never.write_all(b"GET /never HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    tokio::time::sleep(ms(100)).await;
    let took = server.end().await;
    assert!(took > ms(500) && took < ms(6000), "{took:?}");
    assert!(is_closed(&mut never, ms(3000)).await);
}

#[tokio::test]
async fn four_hundred_who_come_at_once_wait_for_a_busy_server_and_none_is_turned_away() {
    // Nobody takes them: the server is busy.
    let listener = house::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let come = |_| tokio::spawn(async move { tokio::time::timeout(ms(20_000), TcpStream::connect(address)).await });
    let all: Vec<_> = (0..400).map(come).collect();
    let mut waiting = Vec::new();
    for one in all {
        waiting.push(one.await.unwrap().expect("the kernel queues it").expect("it is not reset"));
    }
    for _ in 0..400 {
        tokio::time::timeout(ms(20_000), listener.accept()).await.expect("each of them is there").unwrap();
    }
}
