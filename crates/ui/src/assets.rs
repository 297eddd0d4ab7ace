//! The built styles and scripts, embedded into the binary and named by their content, so that a browser
//! may keep them for ever and a new version is a new name (house.md §12: first load under 150 KB).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../assets/dist"]
struct Dist;

/// Where the files live in the address space.
pub const PREFIX: &str = "/assets/";

/// Hashed name by plain name, worked out once: `app.css` → `app.1f3a….css`.
static NAMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    Dist::iter()
        .filter(|name| !name.ends_with(".gz"))
        .filter_map(|name| {
            let file = Dist::get(&name)?;
            let (stem, ending) = name.rsplit_once('.')?;
            Some((name.to_string(), format!("{stem}.{}.{ending}", short_hash(&file.data))))
        })
        .collect()
});

/// The address of a built file by its plain name, e.g. `href("app.css")`. An unknown name gives an
/// address that answers 404.
pub fn href(name: &str) -> String {
    format!("{PREFIX}{}", NAMES.get(name).map_or(name, String::as_str))
}

/// Answers for the part of the path after `/assets/`; 404 for unknown or outdated names. Sends the
/// precompressed file to those who accept gzip.
pub fn serve(path: &str, request: &HeaderMap) -> Response<Body> {
    let Some((plain, _)) = NAMES.iter().find(|(_, hashed)| hashed.as_str() == path) else {
        return answer(StatusCode::NOT_FOUND, Body::empty());
    };
    let accepts_gzip = request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .any(|value| value.to_str().is_ok_and(|text| text.contains("gzip")));
    let packed = if accepts_gzip { Dist::get(&format!("{plain}.gz")) } else { None };
    let is_packed = packed.is_some();
    let Some(file) = packed.or_else(|| Dist::get(plain)) else { return answer(StatusCode::NOT_FOUND, Body::empty()) };
    let mut response = answer(StatusCode::OK, Body::from(file.data));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(plain)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// The axum handler: `.route("/assets/{file}", get(ui::assets::handler))`.
pub async fn handler(Path(file): Path<String>, headers: HeaderMap) -> Response<Body> {
    serve(&file, &headers)
}

fn answer(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// FNV-1a, 64 bits, in hex: names content for caching, protects nothing.
pub(crate) fn short_hash(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        headers
    }

    #[test]
    fn files_are_named_by_content_kept_for_ever_and_sent_packed() {
        let path = href("app.css");
        let file = path.strip_prefix(PREFIX).unwrap();
        assert_ne!(file, "app.css");
        let response = serve(file, &gzip());
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert!(!serve(file, &HeaderMap::new()).headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn unknown_and_plain_names_are_not_served() {
        for name in ["app.css", "../Cargo.toml", "app.0000.css", ""] {
            assert_eq!(serve(name, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[test]
    fn first_load_on_a_phone_stays_under_150_kb_packed() {
        let size = |name: &str| Dist::get(name).unwrap().data.len();
        let all = size("app.css.gz") + size("app.js.gz") + size("favicon.svg.gz");
        assert!(all < 110_000, "styles and scripts take {all} bytes; 40 KB are kept for the page itself");
        assert!(size("app.css.gz") < 40_000, "app.css.gz is {}", size("app.css.gz"));
    }
}
