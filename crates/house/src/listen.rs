//! The listener (house.md §11; decisions/0015): how long a connection may take over a head, over nothing and in all,
//! how many with half a head one address may hold open, and an end that comes when it was said.
//!
//! hyper's own limit for a head counts the time between two requests too; and only the listener knows an address's
//! other connections. So the time is kept here (`lines`), by one sweep over all connections.

mod lines;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use futures::FutureExt;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

use self::lines::{Line, Lines, Phase, sweep};

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

/// Serves until `stop`, then lets what is under way end, no longer than `limits.farewell`.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let lines = Arc::new(Lines::of(limits));
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
