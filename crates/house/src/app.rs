//! The server's router: rooms behind the guards, files, health, the API's document (house.md §2, §4).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::health::Finding;
use desk::{Desk, Premises, Routes, guard};
use foundation::Trouble;
use futures::FutureExt;
use maud::html;
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;

/// Longest time a request may take.
const LONGEST: Duration = Duration::from_secs(30);
/// How long a request may go on when the database is known to be gone: enough for those that do not need it.
const GRACE: Duration = Duration::from_millis(500);

/// The whole application.
pub fn app(premises: &Arc<Premises>, routes: Routes) -> Router {
    // An application made twice on the same premises (tests) declares the same.
    let _ = premises.declared.set(Arc::new(routes.declared));
    let document = Arc::new(desk::api::document(&routes.acts, &routes.list, &premises.settings.base_url));
    let shown = Arc::clone(&document);
    let extra: Router<Arc<Premises>> = Router::new()
        .route("/assets/{*path}", get(ui::assets::handler))
        .route("/healthz", get(health))
        .route("/api/v1/openapi.json", get(move || async move { axum::Json((*document).clone()) }))
        .route("/api", get(move |desk: Desk| async move { api_page(&desk, &shown) }));
    // The components' samples are for whoever builds and tries: real people would take them for their own cases.
    let extra = if premises.settings.demo {
        extra.route("/specimens", get(specimens)).route("/specimens/{slug}", get(specimen))
    } else {
        extra
    };
    let rooms: Router = routes
        .router
        .merge(extra)
        .fallback(guard::nowhere)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Arc::clone(premises));
    // Around the router as one service: a layer put on the router itself would be laid around each of its routes.
    let guarded = ServiceBuilder::new()
        .layer(from_fn_with_state(Arc::clone(premises), last_resort))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(Arc::clone(premises), guard::gate))
        .layer(DefaultBodyLimit::max(foundation::limits::UPLOAD_BYTES + 128 * 1024))
        .service(rooms);
    Router::new().fallback_service(guarded)
}

/// Whatever happens behind it, a page (or a problem document) in Chinese comes out: a panic is 500, a request that
/// takes too long, or waits for a database that is gone, 503.
async fn last_resort(State(premises): State<Arc<Premises>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_safe = request.method().is_safe();
    let answered = tokio::time::timeout(LONGEST, std::panic::AssertUnwindSafe(next.run(request)).catch_unwind());
    let answered = tokio::select! {
        answered = answered => answered,
        () = database_lost(&premises) => {
            tracing::error!(path, "a request waited for a database that is gone");
            return desk::answer::last_trouble(&path, Trouble::Unknown);
        }
    };
    match answered {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!(path, "a request panicked");
            desk::answer::last(&path, 500)
        }
        Err(_) => {
            tracing::error!(path, "a request took too long");
            // Its act may be done all the same, a moment after this.
            if is_safe { desk::answer::last(&path, 503) } else { desk::answer::last_trouble(&path, Trouble::Unknown) }
        }
    }
}

/// Ends when the database is known to be gone, a moment later: whoever asks it now is told by the door.
async fn database_lost(premises: &Premises) {
    match premises.db.health() {
        Some(health) => {
            health.lost().await;
            tokio::time::sleep(GRACE).await;
        }
        None => std::future::pending().await,
    }
}

async fn wrong_method(desk: Desk) -> Response {
    if desk.manner.path.starts_with("/api/") {
        desk::api::problem(&desk, 405, "这个地址不能这样访问", &[])
    } else {
        desk.error_page(405)
    }
}

/// `ok`, or each trouble in words; 503 only when acts cannot be done (desk::health).
async fn health(State(premises): State<Arc<Premises>>) -> Response {
    let mut findings = premises.health.findings();
    if let Err(fault) = premises.db.ping().await {
        tracing::error!(%fault, "health");
        findings.push(Finding::of(Trouble::Unreachable));
    }
    findings.extend(premises.db.trouble().map(Finding::of));
    let settings = premises.db.health().map(|health| health.pulse().warnings).unwrap_or_default();
    let (status, text) = desk::health::answer(&findings, &settings);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text)
        .into_response()
}

async fn specimens(desk: Desk) -> Response {
    desk.page("样件", "", ui::specimens::specimens())
}

async fn specimen(desk: Desk, axum::extract::Path(slug): axum::extract::Path<String>) -> Response {
    match ui::specimens::find(&slug) {
        Some(one) => {
            axum::response::Html(ui::specimens::document(one, desk.manner.large_text).into_string()).into_response()
        }
        None => desk.error_page(404),
    }
}

/// The API's page, made from its own document: no script from elsewhere.
fn api_page(desk: &Desk, document: &serde_json::Value) -> Response {
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    desk.page(
        "接口",
        "",
        html! {
            (ui::page_head("接口", "每一项办理一个地址，与页面同一套规则", &[ui::Button::link("OpenAPI 3.1 文件", "/api/v1/openapi.json")]))
            @for (path, methods) in &paths { @for (method, one) in methods.as_object().into_iter().flatten() {
                details class="jb-panel jb-section" {
                    summary { code { (method.to_uppercase()) " " (path) } " " (one["summary"].as_str().unwrap_or("")) }
                    p { (one["description"].as_str().unwrap_or("")) }
                    pre {
                        (serde_json::to_string_pretty(&one["requestBody"]["content"]["application/json"]["schema"])
                            .unwrap_or_default())
                    }
                }
            } }
        },
    )
}
