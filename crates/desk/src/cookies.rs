//! Cookies (M8.9): one way to set them, so that none is readable by scripts or sent unsealed where the house is behind
//! TLS.

use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::premises::Settings;

/// How long a cookie lasts.
#[derive(Debug, Clone, Copy)]
pub enum Lasts {
    /// As long as the browser is open.
    Browser,
    /// So many seconds.
    Seconds(i64),
    /// It goes now.
    Gone,
}

/// Puts a cookie into an answer. A value that no header may hold is left out.
pub fn put(settings: &Settings, answer: &mut Response, name: &str, value: &str, lasts: Lasts) {
    let age = match lasts {
        Lasts::Browser => String::new(),
        Lasts::Seconds(seconds) => format!("; Max-Age={seconds}"),
        Lasts::Gone => "; Max-Age=0".to_owned(),
    };
    let secure = if settings.is_sealed() { "; Secure" } else { "" };
    if let Ok(cookie) = HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}")) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
