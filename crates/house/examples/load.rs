//! The load generator of `make bench`: sends each request of a list once over some connections and says how fast
//! the answers came. `load ADDRESS CONNECTIONS FILE`; a line of the file is `METHOD PATH TOKEN BODY`, tabs between.
//! `load ADDRESS CONNECTIONS xN` sends N times the same small act to an empty handler.
//! Prints one line of JSON: requests, seconds, per second, p50 and p99 in milliseconds, answers by status.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let args: Vec<String> = std::env::args().collect();
    let [_, address, connections, list] = args.as_slice() else { return Err("ADDRESS CONNECTIONS FILE".into()) };
    let requests: Arc<Vec<Vec<u8>>> = Arc::new(match list.strip_prefix('x') {
        Some(times) => {
            vec![
                request("POST", "/empty", "0", "{\"session\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"code\":\"ABCDEF\"}");
                times.parse()?
            ]
        }
        None => std::fs::read_to_string(list)?.lines().filter_map(line).collect(),
    });
    let next = Arc::new(AtomicUsize::new(0));
    let mut streams = Vec::new();
    for _ in 0..connections.parse::<usize>()? {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let began = Instant::now();
    let tasks: Vec<_> =
        streams.into_iter().map(|stream| tokio::spawn(run(stream, Arc::clone(&requests), Arc::clone(&next)))).collect();
    let (mut times, mut statuses) = (Vec::with_capacity(requests.len()), BTreeMap::<String, u64>::new());
    for task in tasks {
        for (took, status) in task.await?? {
            times.push(took);
            *statuses.entry(status).or_default() += 1;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at =
        |share: f64| times.get((times.len() as f64 * share) as usize).map_or(0.0, |took| took.as_secs_f64() * 1000.0);
    let told = serde_json::json!({ "requests": times.len(), "seconds": seconds,
        "per_second": times.len() as f64 / seconds, "p50_ms": at(0.5), "p99_ms": at(0.99), "statuses": statuses });
    println!("{told}");
    Ok(())
}

fn line(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.splitn(4, '\t');
    Some(request(parts.next()?, parts.next()?, parts.next()?, parts.next().unwrap_or("")))
}

fn request(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn run(
    mut stream: TcpStream,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
) -> Result<Vec<(Duration, String)>, Failed> {
    let (mut done, mut buffer) = (Vec::new(), Vec::with_capacity(16 * 1024));
    while let Some(one) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        stream.write_all(one).await?;
        let status = answer(&mut stream, &mut buffer).await?;
        done.push((began.elapsed(), status));
    }
    Ok(done)
}

/// Reads one answer whole; both servers say its length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<String, Failed> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server hung up".into());
        }
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head])?.to_ascii_lowercase();
        let length: usize =
            text.lines().find_map(|one| one.strip_prefix("content-length: ")).unwrap_or("0").trim().parse()?;
        while buffer.len() < head + 4 + length {
            if stream.read_buf(buffer).await? == 0 {
                return Err("the server hung up".into());
            }
        }
        return Ok(text.get(9..12).unwrap_or("?").to_owned());
    }
}
