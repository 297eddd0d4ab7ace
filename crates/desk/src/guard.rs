//! Middleware: who is it, did our own page send it, and the headers every answer carries (M8; strict CSP).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::answer;
use crate::cookies::{self, Lasts};
use crate::desk::{Desk, Manner};
use crate::premises::Premises;
use crate::session;

/// The content-security policy: our own files only, no inline script or style, no framing.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

/// The one gate of the house: sent by our own page or by a program → who is it → the handler → the headers that
/// every answer carries. One middleware, because each costs its share of every request.
pub async fn gate(State(premises): State<Arc<Premises>>, request: Request, next: Next) -> Response {
    let is_sealed = premises.settings.is_sealed();
    let mut response = if from_our_own(&request) {
        identify(premises, request, next).await
    } else {
        answer::last(request.uri().path(), 403)
    };
    put_headers(&mut response, is_sealed);
    response
}

/// Puts a `Desk` into the request: recognised actor or the public.
async fn identify(premises: Arc<Premises>, mut request: Request, next: Next) -> Response {
    let manner = manner_of(&premises, &request);
    let mut desk = Desk::public(Arc::clone(&premises));
    desk.manner = Arc::new(manner);
    if let Some(token) = token_of(request.headers()) {
        match session::recognise(&premises, &token).await {
            Ok(Some(one)) if one.complete => {
                desk.actor = one.actor;
                desk.sign_in = Some(one.id);
            }
            // Known, but the second factor is still missing: only the sign-in pages see the sign-in.
            Ok(Some(one)) => {
                request.extensions_mut().insert(Half(one.clone()));
                desk.sign_in = Some(one.id);
            }
            Ok(None) => {}
            Err(stop) => return desk.stopped(stop),
        }
    }
    if !crate::extract::is_readable(request.uri()) {
        return desk.stopped(foundation::Fault::Gone.into());
    }
    let (had_flash, premises) = (desk.manner.flash.is_some(), Arc::clone(&desk.premises));
    request.extensions_mut().insert(desk);
    let mut response = next.run(request).await;
    if had_flash && !response.headers().contains_key(header::SET_COOKIE) {
        cookies::put(&premises.settings, &mut response, "flash", "", Lasts::Gone);
    }
    response
}

/// A sign-in whose second factor is still to be given.
#[derive(Clone)]
pub struct Half(pub session::SignedIn);

fn manner_of(premises: &Premises, request: &Request) -> Manner {
    let headers = request.headers();
    let flash = cookie(headers, "flash").filter(|text| !text.is_empty()).and_then(|text| {
        String::from_utf8(base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text).ok()?).ok()
    });
    Manner {
        fragment: headers.contains_key("hx-request"),
        large_text: cookie(headers, "big").as_deref() == Some("1"),
        flash,
        // No id by the real clock: between two ids of a demo's millisecond it would cost them their order, by which
        // the journal places facts.
        request_id: hex::encode_upper(premises.ids.bytes::<8>()),
        path: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        is_form: request.method() == Method::POST,
        back: came_from(headers),
        from: asker(&premises.settings.trusted_proxies, request),
        seen: crate::seen::Seen::default(),
    }
}

/// The page of this house that a request says it comes from.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let (_, rest) = text(header::REFERER)?.split_once("//")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    (Some(host) == text(header::HOST) && !path.starts_with("//")).then(|| path.to_owned())
}

/// Who asks: the peer, or, where the peer is a proxy of ours, whom it heard. Of `X-Forwarded-For` only what our own
/// proxies wrote counts, from the right: whatever stands left of it the asker may have written himself.
fn asker(trusted: &[IpAddr], request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    if !trusted.contains(&peer) {
        return Some(peer);
    }
    let heard = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let heard: Vec<&str> = heard.map(str::trim).collect();
    for one in heard.iter().rev() {
        match one.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(address) if trusted.contains(&address) => {}
            Ok(address) => return Some(address),
            Err(_) => break,
        }
    }
    Some(peer)
}

/// The session token: cookie, or `Authorization: Bearer` for programs.
fn token_of(headers: &HeaderMap) -> Option<String> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .map(str::to_owned);
    bearer.or_else(|| cookie(headers, session::COOKIE))
}

/// A cookie's value.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// Refuses changes that another site's page sent (fetch metadata, then Origin). Programs with a bearer
/// token have no ambient cookie to abuse and pass.
fn from_our_own(request: &Request) -> bool {
    let headers = request.headers();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let bearer = headers.contains_key(header::AUTHORIZATION);
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let ours = match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => origin.split("//").nth(1) == Some(host),
        (None, Some(_), None) => false,
        (None, None, _) => !headers.contains_key(header::COOKIE),
    };
    safe || bearer || ours
}

/// For a year after the last answer a browser comes by TLS only.
const HSTS: &str = "max-age=31536000";

/// Headers that every answer carries. What nobody said may be kept is kept by nobody.
fn put_headers(response: &mut Response, is_sealed: bool) {
    if is_sealed {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    let set = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    for (name, value) in set {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// The page for addresses that nobody registered.
pub async fn nowhere(desk: Desk) -> Response {
    desk.stopped(foundation::Fault::Gone.into()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(peer: &str, heard: &[&str]) -> Request {
        let mut request = Request::get("/").body(axum::body::Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        for one in heard {
            request.headers_mut().append("x-forwarded-for", one.parse().unwrap());
        }
        request
    }

    #[test]
    fn m8_9_a_forwarded_address_is_believed_from_our_own_proxy_only() {
        let ours: Vec<IpAddr> = vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let told = |peer: &str, heard: &[&str]| asker(&ours, &asked(peer, heard)).unwrap().to_string();
        assert_eq!(told("203.0.113.9", &["1.2.3.4"]), "203.0.113.9", "a stranger's word counts for nothing");
        assert_eq!(
            told("10.0.0.1", &["1.2.3.4, 198.51.100.7"]),
            "198.51.100.7",
            "what the asker wrote himself stands left"
        );
        assert_eq!(told("10.0.0.1", &["1.2.3.4", "198.51.100.7, 10.0.0.2"]), "198.51.100.7", "through two proxies");
        assert_eq!(told("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(told("::ffff:203.0.113.9", &[]), "203.0.113.9", "one address, one way to write it");
        assert_eq!(asker(&ours, &Request::get("/").body(axum::body::Body::empty()).unwrap()), None);
    }
}
