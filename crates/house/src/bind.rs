//! Taking an address to listen at (decisions/0015).

use std::io;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Connections that may wait to be taken. The usual 128 are fewer than the browsers of one morning at half past eight:
/// the kernel resets whom it cannot queue. The system's own limit (`net.core.somaxconn`) holds where it is lower.
const WAITING: u32 = 4096;

/// Listens at `host:port`: at the first of its addresses that can be had.
/// Errors: as the system gives them, the last one.
pub async fn bind(address: &str) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
    for one in lookup_host(address).await? {
        let socket = if one.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A server that comes again at once finds its address although the kernel still remembers its connections.
        socket.set_reuseaddr(true)?;
        match socket.bind(one).and_then(|()| socket.listen(WAITING)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}
