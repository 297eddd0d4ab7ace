//! Serves the specimens on 127.0.0.1:8099 under the strict policy that the desk uses, to look at them:
//! `cargo run -p ui --example specimens`, then `/specimens`, `/specimens/queue?large`, …

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ui::specimens;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

async fn one(Path(slug): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(specimen) = specimens::find(&slug) else { return StatusCode::NOT_FOUND.into_response() };
    let large = query.is_some_and(|text| text.contains("large"));
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], specimens::document(specimen, large)).into_response()
}

async fn all() -> Response {
    let frame = ui::Page { title: "组件样张".into(), ..ui::Page::default() };
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], ui::public_page(&frame, specimens::specimens())).into_response()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let routes = Router::new()
        .route("/specimens", get(all))
        .route("/specimens/{slug}", get(one))
        .route("/assets/{file}", get(ui::assets::handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await?;
    axum::serve(listener, routes).await
}
