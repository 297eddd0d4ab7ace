//! The generated API (`/api/v1`): each act's endpoint comes from its struct, each refusal is the page's.
//! OpenAPI 3.1 from the same schemas (M5, M7; house.md §0.1).

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use foundation::limits::BODY_BYTES;
use foundation::{Fault, Permission, Refusal, Stop};
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::act::Act;
use crate::answer::{error_words, status_of};
use crate::desk::Desk;
use crate::example::Example;
use crate::extract::is_endless;
use crate::hands::Hands;
use crate::routes::RouteInfo;

/// What the API's document says of an act.
#[derive(Debug, Clone)]
pub struct ActDoc {
    /// `approve-opening`.
    pub name: &'static str,
    /// `准予开班`.
    pub title: &'static str,
    /// Clause.
    pub clause: &'static str,
    /// What it needs.
    pub permission: Permission,
    /// Whose hand must not have done what else.
    pub hands: Hands,
    /// On what and with what it can be done.
    pub example: Example,
    /// JSON schema of the input.
    pub input: Value,
    /// JSON schema of the answer.
    pub outcome: Value,
}

impl ActDoc {
    /// Of an act.
    pub fn of<A: Act>() -> Self {
        Self {
            name: A::NAME,
            title: A::TITLE,
            clause: A::CLAUSE,
            permission: A::PERMISSION,
            hands: A::HANDS,
            example: A::EXAMPLE,
            input: schema::<A>(),
            outcome: schema::<A::Outcome>(),
        }
    }
}

fn schema<T: schemars::JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    exact(&mut schema);
    schema
}

/// The largest whole number that every reader of JSON reads exactly.
const EXACT: i64 = (1 << 53) - 1;

/// Says what the types say and the generator leaves out: the ends of whole numbers, the form of a time of day.
fn exact(schema: &mut Value) {
    if let Some(fields) = schema.as_object_mut() {
        let ends = match fields.get("format").and_then(Value::as_str) {
            Some("int32") => Some((json!(i32::MIN), json!(i32::MAX))),
            // JSON's numbers are exact up to 2^53.
            Some("int64") => Some((json!(-EXACT), json!(EXACT))),
            Some("uint" | "uint64") => Some((json!(0), json!(EXACT))),
            Some("uint32") => Some((json!(0), json!(u32::MAX))),
            Some("uint8") => Some((json!(0), json!(u8::MAX))),
            Some("partial-time") => {
                fields.insert("pattern".into(), json!("^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"));
                None
            }
            _ => None,
        };
        if let Some((least, most)) = ends {
            fields.entry("minimum").or_insert(least);
            fields.entry("maximum").or_insert(most);
        }
    }
    match schema {
        Value::Array(all) => all.iter_mut().for_each(exact),
        Value::Object(fields) => fields.values_mut().for_each(exact),
        _ => {}
    }
}

/// What every refused or failed call answers.
#[derive(Debug, Serialize)]
struct Problem<'a> {
    status: u16,
    title: &'a str,
    detail: String,
    request_id: &'a str,
    refusals: &'a [Refusal],
}

/// The endpoint of an act: JSON in, JSON out; `Idempotency-Key` makes a repeat harmless.
pub async fn perform<A: Act>(desk: Desk, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_BYTES).await else {
        return problem(&desk, 413, error_words(413).1, &[]);
    };
    let act: A = match read(if body.is_empty() { b"{}" } else { &body }) {
        Ok(act) => act,
        Err(detail) => return problem(&desk, 400, &detail, &[]),
    };
    let Ok(key) = key_of(&parts.headers) else {
        return problem(&desk, 400, &format!("Idempotency-Key 应为 1 到 {KEY_LETTERS} 个可见的英文字符"), &[]);
    };
    match desk.perform_keyed(act, key).await {
        Ok(outcome) => (StatusCode::OK, axum::Json(outcome)).into_response(),
        Err(stop) => stopped(&desk, &stop),
    }
}

/// Letters of an idempotency key at most.
const KEY_LETTERS: usize = 200;

fn key_of(headers: &HeaderMap) -> Result<Option<&str>, ()> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().map_err(|_| ())?;
    if (1..=KEY_LETTERS).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(Some(key))
    } else {
        Err(())
    }
}

/// JSON of a program, cleaned as forms are: NUL taken out of texts (PostgreSQL refuses it), days thousands of years
/// away refused, `3.0` taken for the whole number that it is. Errors: what is wrong, in words.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let at = |error: serde_json::Error| format!("请求内容不合要求（第 {} 行第 {} 列）", error.line(), error.column());
    let found = |needle: &[u8]| body.windows(needle.len()).any(|some| some == needle);
    let clean_already = !found(b"\\u0000") && !found(b"\"+") && !found(b"\"-");
    let first = match serde_json::from_slice(body) {
        Ok(read) if clean_already => return Ok(read),
        Ok(_) => String::new(),
        Err(error) => at(error),
    };
    let mut value: Value = serde_json::from_slice(body).map_err(at)?;
    clean(&mut value)?;
    serde_json::from_value(value).map_err(|_| if first.is_empty() { "请求内容不合要求".to_owned() } else { first })
}

fn clean(value: &mut Value) -> Result<(), String> {
    match value {
        Value::String(text) if is_endless(text) => Err(format!("日期 {text} 太远了")),
        Value::String(text) => {
            text.retain(|letter| letter != '\0');
            Ok(())
        }
        Value::Number(number) => {
            if let Some(whole) = number
                .as_f64()
                .filter(|n| !number.is_i64() && !number.is_u64() && n.fract() == 0.0 && n.abs() <= EXACT as f64)
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole, and no more than EXACT")]
                let whole = whole as i64;
                *value = json!(whole);
            }
            Ok(())
        }
        Value::Array(all) => all.iter_mut().try_for_each(clean),
        Value::Object(fields) => fields.values_mut().try_for_each(clean),
        _ => Ok(()),
    }
}

/// A stop as a problem document (RFC 9457 fields).
pub fn stopped(desk: &Desk, stop: &Stop) -> Response {
    let status = status_of(desk, stop);
    match stop {
        Stop::Refused(refusals) => {
            problem(desk, status, &refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("；"), refusals)
        }
        Stop::Fault(Fault::Unavailable(trouble, _)) => {
            let (title, what, next) = crate::answer::trouble_words(*trouble);
            titled(desk, status, title, &format!("{what}{next}"), &[])
        }
        _ => problem(desk, status, error_words(status).1, &[]),
    }
}

/// A problem document.
pub fn problem(desk: &Desk, status: u16, detail: &str, refusals: &[Refusal]) -> Response {
    titled(desk, status, error_words(status).0, detail, refusals)
}

fn titled(desk: &Desk, status: u16, title: &str, detail: &str, refusals: &[Refusal]) -> Response {
    let body = Problem { status, title, detail: detail.to_owned(), request_id: &desk.manner.request_id, refusals };
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = serde_json::to_string(&body).unwrap_or_default();
    (code, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response()
}

/// A JSON answer with a strong ETag; `If-None-Match` gets 304. Rows hold names: no cache on the way or in a browser
/// keeps them (the gate's `no-store`), a program may keep what it fetched itself and ask whether it still holds.
pub fn resource(headers: &HeaderMap, value: &impl Serialize) -> Response {
    use sha2::{Digest, Sha256};
    let text = serde_json::to_string(value).unwrap_or_default();
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(text.as_bytes())[..12]));
    if headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) == Some(tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, tag)], text).into_response()
}

/// How many rows a program may ask for at once: 50 unless it says, at most 100.
pub fn limit(asked: &str) -> u64 {
    asked.parse::<u64>().unwrap_or(50).clamp(1, 100)
}

/// A page of a list by cursor: `items`, and `next` (the id to ask `after`) while there may be more.
pub fn list(headers: &HeaderMap, items: &[impl Serialize], limit: u64, last: Option<String>) -> Response {
    let next = u64::try_from(items.len()).is_ok_and(|n| n == limit).then_some(last).flatten();
    resource(headers, &json!({ "items": items, "next": next }))
}

/// The OpenAPI 3.1 document of everything registered.
pub fn document(acts: &[ActDoc], routes: &[RouteInfo], base_url: &str) -> Value {
    let problem = json!({"description": "没有办成",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}});
    let mut paths = serde_json::Map::new();
    for act in acts {
        let mut responses = serde_json::Map::new();
        responses.insert(
            "200".into(),
            json!({"description": "办成", "content": {"application/json": {"schema": act.outcome}}}),
        );
        for status in ["400", "401", "403", "404", "409", "413", "422", "503"] {
            responses.insert(status.into(), problem.clone());
        }
        let needs_body = act.input["required"].as_array().is_some_and(|all| !all.is_empty());
        paths.insert(
            format!("/api/v1/acts/{}", act.name),
            json!({"post": {
                "security": security(act.permission),
                "operationId": act.name, "summary": act.title, "tags": [act.clause],
                "description": format!("依据 {}，需要权限 {}", act.clause, permission_text(act.permission)),
                "parameters": [{"name": "Idempotency-Key", "in": "header", "required": false,
                    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"}}],
                "requestBody": {"required": needs_body, "content": {"application/json": {"schema": act.input}}},
                "responses": responses,
            }}),
        );
    }
    for route in routes.iter().filter(|r| r.is_api && !r.is_act) {
        let parameters: Vec<Value> = route
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        let mut responses = serde_json::Map::new();
        responses.insert("200".into(), json!({"description": "内容", "content": {"application/json": {"schema": {}}}}));
        responses.insert("304".into(), json!({"description": "没有变化"}));
        for status in ["400", "401", "403", "404", "503"] {
            responses.insert(status.into(), problem.clone());
        }
        paths.insert(
            route.path.clone(),
            json!({"get": {"security": security(route.permission),
                "operationId": route.path.trim_start_matches("/api/v1/").replace(['/', '{', '}'], "-"),
                "summary": route.name, "tags": [route.clause], "parameters": parameters, "responses": responses}}),
        );
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "进补 接口", "version": "1.0.0", "description": "每一项办理一个地址，与页面同一套规则；Authorization: Bearer 令牌。"},
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": {"type": "object",
                "required": ["status", "title", "detail", "request_id", "refusals"], "properties": {
                "status": {"type": "integer"}, "title": {"type": "string"}, "detail": {"type": "string"},
                "request_id": {"type": "string"},
                "refusals": {"type": "array", "items": schema::<Refusal>()}}}},
        },
    })
}

/// Who must say who he is: nobody where everybody may.
fn security(permission: Permission) -> Value {
    if permission == Permission::Public { json!([]) } else { json!([{"bearer": []}]) }
}

/// A permission in words, for documents.
pub fn permission_text(permission: Permission) -> String {
    format!("{permission}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Asked {
        n: i64,
    }

    #[test]
    fn a_whole_number_is_understood_however_it_is_written_up_to_the_end_that_the_document_says() {
        let said = |text: &str| read::<Asked>(format!("{{\"n\": {text}}}").as_bytes()).map(|asked| asked.n).ok();
        for text in ["9007199254740991", "9007199254740991.0", "9.007199254740991e15"] {
            assert_eq!(said(text), Some(EXACT), "{text}");
        }
        assert_eq!(
            (said("-9007199254740991.0"), said("3.0"), said("1e3"), said("-0.0")),
            (Some(-EXACT), Some(3), Some(1000), Some(0))
        );
        for text in ["9007199254740992.0", "3.5", "1e300"] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
