//! The listener (house.md §11; decisions/0015): how long a connection may take over a head, over nothing and in all,
//! how many with half a head one address may hold open, and an end that comes when it was said.
//!
//! hyper's own limit for a head counts the time between two requests too; and only the listener knows an address's
//! other connections. So the time is kept here, by one sweep over all connections.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use desk::tries::address_key;
use futures::FutureExt;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::Instant;
use tower::Service;

/// What a connection may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From a head's first byte (of the first head: from the connection) to its last.
    pub head: Duration,
    /// Between two requests. Longer than proxies keep theirs (60 s as a rule), so that they close first.
    pub idle: Duration,
    /// In a request, without a byte that comes or goes. Longer than a request may take.
    pub still: Duration,
    /// In all: then the request that is under way is the last.
    pub age: Duration,
    /// Connections of one address with half a head. A head comes in one piece as a rule, so that a school behind one
    /// address, or a load test, has a handful for some milliseconds.
    pub half_open: usize,
    /// Connections in all.
    pub connections: usize,
    /// How long requests that are under way at the end may go on. Shorter than service managers wait (10 s at least).
    pub farewell: Duration,
    /// Proxies in front of us: all the world comes from their address.
    pub proxies: Vec<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            still: Duration::from_secs(45),
            age: Duration::from_mins(10),
            half_open: 512,
            connections: 8192,
            farewell: Duration::from_secs(8),
            proxies: Vec::new(),
        }
    }
}

/// How much longer than its age a connection may take over its last answer.
const LAST_ANSWER: Duration = Duration::from_mins(1);
/// How long half a head is waited for at the end.
const LAST_HEAD: Duration = Duration::from_secs(1);
/// An address that holds more than one in so many of all connections gives one up when the house is full.
const GREEDY_SHARE: usize = 8;
/// How often connections are looked at, at least.
const SWEEP: Duration = Duration::from_millis(500);

/// Serves until `stop`, then lets what is under way end, no longer than `limits.farewell`.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let lines = Arc::new(Lines { began: Instant::now(), limits, open: Mutex::default() });
    let sweeping = tokio::spawn(sweep(Arc::clone(&lines)));
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            came = listener.accept() => match came {
                Ok((stream, peer)) => take(&lines, stream, peer, &app),
                // Whoever hung up while he waited; or no more file handles, which some that end give back.
                Err(error) => {
                    tracing::warn!(%error, "taking a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    lines.say_farewell().await;
    sweeping.abort();
}

/// What a connection is doing. Its own task alone changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// A head is to come, or half of it is here.
    Head = 0,
    /// A request is under way: its body, the work, the answer.
    Request = 1,
    /// Nothing, between two requests.
    Idle = 2,
}

/// One connection, as the sweep sees it. Times in milliseconds since the listener began.
struct Line {
    /// The address's key; none for a proxy of ours.
    from: Option<String>,
    opened: u64,
    phase: AtomicU8,
    head_since: AtomicU64,
    moved: AtomicU64,
    /// Bytes wait that the other side does not take.
    is_stuck: AtomicBool,
    /// Close when the request under way is answered.
    farewell: Notify,
    /// Close now.
    cut: Notify,
    began: Instant,
}

impl Line {
    fn now(&self) -> u64 {
        millis(self.began.elapsed())
    }
    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Head,
            1 => Phase::Request,
            _ => Phase::Idle,
        }
    }
    fn turn(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }
    /// Bytes came.
    fn heard(&self) {
        let now = self.now();
        self.moved.store(now, Ordering::Release);
        if self.phase() == Phase::Idle {
            self.head_since.store(now, Ordering::Release);
            self.turn(Phase::Head);
        }
    }
    /// Bytes went.
    fn said(&self) {
        self.moved.store(self.now(), Ordering::Release);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The connection that an address with more than `many` of them has had longest without a byte; of addresses the one
/// with the most. So nobody fills the house with requests that he does not finish.
fn greediest(open: &BTreeMap<u64, Arc<Line>>, many: usize) -> Option<u64> {
    let mut by_address: BTreeMap<_, Vec<(u64, u64)>> = BTreeMap::new();
    for (number, one) in open {
        if let Some(from) = &one.from {
            by_address.entry(from).or_default().push((one.moved.load(Ordering::Acquire), *number));
        }
    }
    let most = by_address.into_values().max_by_key(Vec::len).filter(|all| all.len() > many)?;
    most.into_iter().min().map(|(_, number)| number)
}

/// All open connections, by number: the oldest first.
struct Lines {
    began: Instant,
    limits: Limits,
    open: Mutex<(u64, BTreeMap<u64, Arc<Line>>)>,
}

impl Lines {
    /// Every connection of this moment.
    fn all(&self) -> Vec<Arc<Line>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).1.values().cloned().collect()
    }

    /// A place for a new connection. An address that has too many half heads loses its oldest, so that whoever else
    /// sits behind it still gets in; a full house loses whoever has said nothing for the longest. None when all work.
    fn place(&self, peer: SocketAddr) -> Option<(u64, Arc<Line>)> {
        let (address, now) = (peer.ip().to_canonical(), millis(self.began.elapsed()));
        let from = (!self.limits.proxies.contains(&address)).then(|| address_key(Some(address)));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let half: Vec<(u64, u64)> = open
            .1
            .iter()
            .filter(|(_, one)| from.is_some() && one.from == from && one.phase() == Phase::Head)
            .map(|(number, one)| (one.head_since.load(Ordering::Acquire), *number))
            .collect();
        if half.len() >= self.limits.half_open
            && let Some((_, oldest)) = half.into_iter().min()
        {
            // Taken off the list at once: the next one that comes must not count it again.
            open.1.remove(&oldest)?.cut.notify_one();
        }
        if open.1.len() >= self.limits.connections {
            let silent = open
                .1
                .iter()
                .filter(|(_, one)| one.phase() != Phase::Request)
                .min_by_key(|(_, one)| one.moved.load(Ordering::Acquire));
            let number = silent
                .map(|(number, _)| *number)
                .or_else(|| greediest(&open.1, self.limits.connections / GREEDY_SHARE))?;
            open.1.remove(&number)?.cut.notify_one();
        }
        let line = Line {
            from,
            opened: now,
            phase: AtomicU8::new(Phase::Head as u8),
            head_since: AtomicU64::new(now),
            moved: AtomicU64::new(now),
            is_stuck: AtomicBool::new(false),
            farewell: Notify::new(),
            cut: Notify::new(),
            began: self.began,
        };
        open.0 += 1;
        let (number, line) = (open.0, Arc::new(line));
        open.1.insert(number, Arc::clone(&line));
        Some((number, line))
    }

    fn leave(&self, number: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&number);
    }

    /// Cuts what takes too long over whatever it is doing.
    fn look(&self, line: &Line) {
        let (limits, now) = (&self.limits, line.now());
        let since = |at: u64| Duration::from_millis(now.saturating_sub(at));
        let (moved, age) = (since(line.moved.load(Ordering::Acquire)), since(line.opened));
        let too_long = match line.phase() {
            Phase::Head => since(line.head_since.load(Ordering::Acquire)) > limits.head,
            Phase::Idle if line.is_stuck.load(Ordering::Acquire) => moved > limits.still,
            Phase::Idle => moved > limits.idle,
            Phase::Request => moved > limits.still,
        };
        if too_long || age > limits.age + LAST_ANSWER {
            line.cut.notify_one();
        } else if age > limits.age {
            line.farewell.notify_one();
        }
    }

    async fn say_farewell(&self) {
        let ends = Instant::now() + self.limits.farewell;
        for line in self.all() {
            line.farewell.notify_one();
        }
        loop {
            let (open, is_over) = (self.all(), Instant::now() >= ends);
            if open.is_empty() {
                return;
            }
            for line in &open {
                let waited = Duration::from_millis(line.now().saturating_sub(line.head_since.load(Ordering::Acquire)));
                if is_over || (line.phase() == Phase::Head && waited > LAST_HEAD) {
                    line.cut.notify_one();
                }
            }
            if is_over {
                tracing::warn!(connections = open.len(), "cut off at the end");
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn sweep(lines: Arc<Lines>) {
    let every = SWEEP.min(lines.limits.head / 4);
    loop {
        tokio::time::sleep(every).await;
        for line in lines.all() {
            lines.look(&line);
        }
    }
}

/// A new connection: its place, and a task that serves it.
fn take(lines: &Arc<Lines>, stream: TcpStream, peer: SocketAddr, app: &Router) {
    let Some((number, line)) = lines.place(peer) else { return };
    // Answers are written whole; waiting for more to send with them would only cost time.
    let _ = stream.set_nodelay(true);
    let (lines, app) = (Arc::clone(lines), app.clone());
    tokio::spawn(async move {
        let asked = Arc::clone(&line);
        let answer = service_fn(move |request: hyper::Request<Incoming>| answer(app.clone(), request, peer, &asked));
        let mut connection = pin!(
            http1::Builder::new().serve_connection(TokioIo::new(Watched { stream, line: Arc::clone(&line) }), answer)
        );
        loop {
            tokio::select! {
                // What broke it is the other side's business, and of no use to anybody here.
                _ = connection.as_mut() => break,
                () = line.cut.notified() => break,
                () = line.farewell.notified() => connection.as_mut().graceful_shutdown(),
            }
        }
        lines.leave(number);
    });
}

fn answer(
    mut app: Router,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    line: &Arc<Line>,
) -> impl Future<Output = Result<axum::response::Response, Infallible>> + use<> {
    line.turn(Phase::Request);
    let ends = Ends(Arc::clone(line));
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    app.call(request).map(move |answered| {
        answered.map(|response| {
            response.map(|body| {
                Body::new(body.map_err(move |error| {
                    // Kept as long as the body is.
                    let _ = &ends;
                    error
                }))
            })
        })
    })
}

/// The end of a request: its answer's last byte was handed over.
struct Ends(Arc<Line>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.said();
        self.0.turn(Phase::Idle);
    }
}

/// A connection that tells its line when bytes come and go.
struct Watched {
    stream: TcpStream,
    line: Arc<Line>,
}

impl Watched {
    fn went(&self, wrote: Poll<std::io::Result<usize>>) -> Poll<std::io::Result<usize>> {
        self.line.is_stuck.store(wrote.is_pending(), Ordering::Release);
        let bytes = ready!(wrote)?;
        self.line.said();
        Poll::Ready(Ok(bytes))
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.line.heard();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.went(wrote)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.went(wrote)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
