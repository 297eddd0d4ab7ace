//! A wire between a server and its PostgreSQL that can be cut, or go silent, and be mended.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the wire is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Everything passes.
    Whole,
    /// Cut: connections end, new ones are refused.
    Cut,
    /// Silent: nothing passes, nothing ends.
    Silent,
}

/// The wire.
pub struct Proxy {
    wire: watch::Sender<Wire>,
    address: SocketAddr,
}

impl Proxy {
    /// A wire to `target` (host and port).
    pub async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (wire, state) = watch::channel(Wire::Whole);
        tokio::spawn(listen(listener, target.to_owned(), state));
        Self { wire, address }
    }

    /// A database's address, by this wire.
    pub fn of(&self, database: &str, target: &str) -> String {
        database.replace(target, &self.address.to_string())
    }

    /// Changes the wire.
    pub fn be(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn listen(first: TcpListener, target: String, mut state: watch::Receiver<Wire>) {
    let address = first.local_addr().unwrap();
    let mut listener = Some(first);
    loop {
        if *state.borrow_and_update() == Wire::Cut {
            listener = None;
            if state.changed().await.is_err() {
                return;
            }
            continue;
        }
        if listener.is_none() {
            listener = Some(TcpListener::bind(address).await.unwrap());
        }
        let Some(open) = &listener else { return };
        tokio::select! {
            changed = state.changed() => if changed.is_err() { return },
            taken = open.accept() => {
                let (Ok((near, _)), Ok(far)) = (taken, TcpStream::connect(&target).await) else { continue };
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(pass(near_in, far_out, state.clone()));
                tokio::spawn(pass(far_in, near_out, state.clone()));
            }
        }
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut state: watch::Receiver<Wire>,
) {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let now = *state.borrow_and_update();
        if now == Wire::Cut {
            return;
        }
        tokio::select! {
            changed = state.changed() => if changed.is_err() { return },
            read = from.read(&mut bytes), if now == Wire::Whole => match read {
                Ok(n) if n > 0 && to.write_all(&bytes[..n]).await.is_ok() => {}
                _ => return,
            }
        }
    }
}
