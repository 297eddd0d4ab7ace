//! The empty handler that `make bench` measures beside ours: the same axum, a JSON answer, nothing else.
//! `empty ADDRESS`, e.g. `empty 127.0.0.1:9000`.

use axum::Router;
use axum::routing::any;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).ok_or("address?")?;
    let app = Router::new().fallback(any(|| async { axum::Json(serde_json::json!({})) }));
    axum::serve(tokio::net::TcpListener::bind(address).await?, app).await?;
    Ok(())
}
