//! Extractors whose rejections are pages in Chinese (house.md §6): desk, form, query, upload.

use axum::body::Bytes;
use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::Response;
use foundation::limits::{BODY_BYTES, UPLOAD_BYTES};
use serde::de::DeserializeOwned;

use crate::answer;
use crate::desk::Desk;
use crate::reading::{OF_ONE, Seat};
use crate::session;

impl<S: Send + Sync> FromRequestParts<S> for Desk {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Desk>().cloned().ok_or_else(|| answer::plain_error(500, ""))
    }
}

/// An urlencoded form of our own page: token checked, `T` parsed. Raw texts only: `T`'s fields should
/// be `String` (or lists of them) so that what was typed is kept.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Response;
    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let (desk, request) = sized(request, BODY_BYTES).await?;
        let bytes = axum::body::to_bytes(request.into_body(), BODY_BYTES).await.map_err(|_| desk.error_page(413))?;
        check_token(&desk, &bytes)?;
        parse_form(&bytes).map(Self).ok_or_else(|| desk.error_page(400))
    }
}

fn desk_of(request: &Request) -> Result<Desk, Response> {
    request.extensions().get::<Desk>().cloned().ok_or_else(|| answer::plain_error(500, ""))
}

/// Bytes of a far too large body that are read all the same, so that the browser comes to see our answer: one that
/// is still sending when the connection closes shows an error page of its own.
const READ_ANYWAY: usize = 256 * 1024 * 1024;
/// And no longer than this.
const READ_FOR: std::time::Duration = std::time::Duration::from_secs(20);

/// Refuses a body that says beforehand that it is too large.
async fn sized(request: Request, most: usize) -> Result<(Desk, Request), Response> {
    let desk = desk_of(&request)?;
    let length = request
        .headers()
        .get(axum::http::header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<usize>().ok());
    if length.is_none_or(|length| length <= most) {
        return Ok((desk, request));
    }
    let mut read = 0;
    let mut body = request.into_body().into_data_stream();
    let drain = async {
        while let Some(Ok(chunk)) = futures::StreamExt::next(&mut body).await {
            read += chunk.len();
            if read > READ_ANYWAY {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(READ_FOR, drain).await;
    Err(desk.error_page(413))
}

/// Whether an address is text: one that is not, or holds a NUL, can be no row's.
pub(crate) fn is_readable(address: &axum::http::Uri) -> bool {
    let bytes = decoded(address.path().as_bytes());
    std::str::from_utf8(&bytes).is_ok_and(|text| !text.contains('\0'))
}

/// A day thousands of years away is no day: calendars end before the arithmetic of deadlines does.
pub(crate) fn is_endless(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or("");
    digits.split('-').next().is_some_and(|year| year.len() > 4 && year.bytes().all(|b| b.is_ascii_digit()))
        && digits.contains('-')
}

fn check_token(desk: &Desk, body: &Bytes) -> Result<(), Response> {
    let given = form_pairs(body)
        .into_iter()
        .find(|(name, _)| name == ui::csrf::FIELD)
        .map(|(_, value)| value)
        .unwrap_or_default();
    token_ok(desk, &given)
}

fn token_ok(desk: &Desk, given: &str) -> Result<(), Response> {
    let given = desk.manner.seen.take(given);
    let expected = session::form_token(&desk.premises, desk.sign_in.as_ref());
    let same: bool = subtle::ConstantTimeEq::ct_eq(expected.as_bytes(), given.as_bytes()).into();
    if same { Ok(()) } else { Err(desk.error_page(419)) }
}

/// Decodes a form body into pairs.
fn form_pairs(body: &[u8]) -> Vec<(String, String)> {
    body.split(|b| *b == b'&')
        .filter(|p| !p.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |b| *b == b'=');
            (decode(halves.next().unwrap_or(b"")), decode(halves.next().unwrap_or(b"")))
        })
        .collect()
}

fn decode(text: &[u8]) -> String {
    typed(&decoded(text))
}

/// What was typed into a field, as text.
fn typed(text: &[u8]) -> String {
    // NUL has no place in a text and PostgreSQL refuses it.
    let text = String::from_utf8_lossy(text).replace('\0', "");
    if is_endless(&text) { String::new() } else { text.replace("\r\n", "\n") }
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let hex = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        match text[at] {
            b'+' => out.push(b' '),
            b'%' if at + 2 < text.len() => match (hex(text[at + 1]), hex(text[at + 2])) {
                (Some(high), Some(low)) => {
                    out.push(high * 16 + low);
                    at += 2;
                }
                _ => out.push(b'%'),
            },
            other => out.push(other),
        }
        at += 1;
    }
    out
}

/// Pairs → struct: a repeated name (or one ending in `[]`) becomes a list.
fn parse_form<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::Map::new();
    for (name, value) in form_pairs(body) {
        let value = serde_json::Value::String(value.replace("\r\n", "\n"));
        match name.strip_suffix("[]") {
            Some(list) => match fields.entry(list.to_owned()).or_insert_with(|| serde_json::Value::Array(Vec::new())) {
                serde_json::Value::Array(all) => all.push(value),
                _ => return None,
            },
            None => {
                fields.insert(name, value);
            }
        }
    }
    serde_json::from_value(serde_json::Value::Object(fields)).ok()
}

/// The query string of a register or search: unknown names are ignored, missing ones default.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        Ok(Self(parse_form(parts.uri.query().unwrap_or("").as_bytes()).unwrap_or_default()))
    }
}

/// One uploaded file with the form's other fields; token checked, size limited. A form sent without any file part
/// (urlencoded) is one whose file is empty.
pub struct Upload {
    /// File name as the browser gave it, last part only.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The other fields.
    pub fields: Vec<(String, String)>,
    /// Its account's place, as long as the file is held.
    _seat: Option<Seat>,
}

impl Upload {
    /// The value of another field, empty when absent.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Response;
    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (desk, request) = sized(request, UPLOAD_BYTES + 64 * 1024).await?;
        let kind = request.headers().get(axum::http::header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if kind.starts_with("application/x-www-form-urlencoded") {
            let Pairs(fields) = Pairs::from_request(request, state).await?;
            return Ok(Self { name: String::new(), bytes: Vec::new(), fields, _seat: None });
        }
        let Some(seat) = desk.premises.reading.arriving(&desk.actor_key()) else {
            return Err(desk.error_page_in(
                429,
                ("上传的文件太多", &format!("您的账号已有 {OF_ONE} 份文件正在上传。"), "请等前面的有了结果再上传。"),
            ));
        };
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| desk.error_page(400))?;
        let mut upload = Self { name: String::new(), bytes: Vec::new(), fields: Vec::new(), _seat: Some(seat) };
        while let Some(mut part) = parts.next_field().await.map_err(|e| desk.error_page(e.status().as_u16()))? {
            let (name, file) = (part.name().unwrap_or("").to_owned(), part.file_name().map(str::to_owned));
            let mut bytes = Vec::new();
            while let Some(chunk) = part.chunk().await.map_err(|e| desk.error_page(e.status().as_u16()))? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > UPLOAD_BYTES {
                    return Err(desk.error_page(413));
                }
            }
            match file {
                Some(file) => {
                    upload.name = file.rsplit(['/', '\\']).next().unwrap_or("").chars().take(100).collect();
                    upload.bytes = bytes;
                }
                None if upload.fields.len() < 100 => upload.fields.push((name, typed(&bytes))),
                None => return Err(desk.error_page(413)),
            }
        }
        token_ok(&desk, upload.field(ui::csrf::FIELD))?;
        Ok(upload)
    }
}

/// A form as pairs in order (for `ui::FormState::from_pairs`); token checked.
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// The first value of a name, trimmed; empty when absent.
    pub fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }
    /// All values of a repeated name.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// The form's state, to show it again.
    pub fn state(&self) -> ui::FormState {
        ui::FormState::from_pairs(self.0.iter().filter(|(n, _)| n != ui::csrf::FIELD).cloned())
    }
}

impl<S: Send + Sync> FromRequest<S> for Pairs {
    type Rejection = Response;
    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let (desk, request) = sized(request, BODY_BYTES).await?;
        let bytes = axum::body::to_bytes(request.into_body(), BODY_BYTES).await.map_err(|_| desk.error_page(413))?;
        check_token(&desk, &bytes)?;
        Ok(Self(form_pairs(&bytes).into_iter().map(|(n, v)| (n, v.replace("\r\n", "\n"))).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn forms_decode_text_lists_and_broken_escapes() {
        assert_eq!(
            form_pairs(b"a=%E6%99%8B+b&c=%zz&d"),
            vec![("a".into(), "晋 b".into()), ("c".into(), "%zz".into()), ("d".into(), String::new())]
        );
        #[derive(serde::Deserialize)]
        struct T {
            #[serde(default)]
            pick: Vec<String>,
            name: String,
        }
        let t: T = parse_form(b"pick[]=1&pick[]=2&name=x").unwrap();
        assert_eq!((t.pick.len(), t.name.as_str()), (2, "x"));
    }
}
