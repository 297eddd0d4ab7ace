//! In-process requests: a persona's browser against a room's routes, through every guard.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::middleware::from_fn_with_state;
use desk::{Desk, Premises, Routes, guard, session};
use tower::ServiceExt;

use crate::{Persona, TestHouse};

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// `Location`, for redirects.
    pub location: String,
    /// Body as text.
    pub text: String,
    /// All headers.
    pub headers: axum::http::HeaderMap,
}

/// Routes behind the same guards as the server's.
pub struct Web {
    app: Router,
    premises: Arc<Premises>,
}

impl TestHouse {
    /// With these rooms in it, whether or not their addresses are served.
    pub fn join(self, routes: Routes) -> Self {
        let _ = self.premises.declared.set(Arc::new(routes.declared));
        self
    }
    /// Serves these routes in process.
    pub fn serve(&self, routes: Routes) -> Web {
        // Served twice in a test: the same rooms.
        let _ = self.premises.declared.set(Arc::new(routes.declared));
        Web { app: guarded(routes.router, &self.premises), premises: Arc::clone(&self.premises) }
    }
}

/// The guards of the real server around a router.
pub fn guarded(router: Router<Arc<Premises>>, premises: &Arc<Premises>) -> Router {
    router
        .fallback(guard::nowhere)
        .layer(from_fn_with_state(Arc::clone(premises), guard::gate))
        .with_state(Arc::clone(premises))
}

impl Web {
    /// A router that has its guards already: the whole application.
    pub fn of(app: Router, premises: &Arc<Premises>) -> Self {
        Self { app, premises: Arc::clone(premises) }
    }

    /// GET as a persona (None: the public).
    pub async fn get(&self, persona: Option<Persona>, path: &str) -> Answer {
        self.send(persona, Request::get(path), Body::empty()).await
    }

    /// POST a form as a persona, with the page's form token.
    pub async fn post(&self, persona: Option<Persona>, path: &str, fields: &[(&str, &str)]) -> Answer {
        let (token, id) = self.signed_in(persona).await;
        let form_token = session::form_token(&self.premises, id.as_ref());
        let body = form_body(&form_token, fields);
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.run(token, request, Body::from(body)).await
    }

    /// GET as the browser that holds this session token.
    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.run(Some(token.to_owned()), Request::get(path), Body::empty()).await
    }

    /// POST a form as the browser that holds this session token (half signed in or not), with its form token.
    pub async fn post_as(&self, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let known = session::recognise(&self.premises, token).await.expect("the database answers");
        let body = form_body(&session::form_token(&self.premises, known.map(|one| one.id).as_ref()), fields);
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.run(Some(token.to_owned()), request, Body::from(body)).await
    }

    /// POST a form that stood on `page`, with what the page wrote behind its token, as the browser of this session.
    pub async fn post_from(&self, token: &str, page: &Answer, path: &str, fields: &[(&str, &str)]) -> Answer {
        let start = "name=\"csrf\" value=\"";
        let csrf = page.text.split(start).nth(1).and_then(|rest| rest.split('"').next()).expect("a page with a form");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.run(Some(token.to_owned()), request, Body::from(form_body(csrf, fields))).await
    }

    /// Uploads one file with the page's form token.
    pub async fn upload(
        &self,
        persona: Persona,
        path: &str,
        file: &str,
        bytes: &[u8],
        fields: &[(&str, &str)],
    ) -> Answer {
        let (token, id) = self.signed_in(Some(persona)).await;
        let form_token = session::form_token(&self.premises, id.as_ref());
        let mut body = Vec::new();
        for (name, value) in fields.iter().copied().chain([("csrf", form_token.as_str())]) {
            body.extend_from_slice(
                format!("--jinbu\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--jinbu\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n\
                Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--jinbu--\r\n");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=jinbu")
            .header("sec-fetch-site", "same-origin");
        self.run(token, request, Body::from(body)).await
    }

    /// POST JSON to the API as a persona, with a bearer token.
    pub async fn act(&self, persona: Option<Persona>, act: &str, body: &serde_json::Value) -> Answer {
        self.act_at(persona, &format!("/api/v1/acts/{act}"), body).await
    }

    /// POST JSON to an address of the API as a persona, with a bearer token.
    pub async fn act_at(&self, persona: Option<Persona>, path: &str, body: &serde_json::Value) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        let (token, _) = self.signed_in(persona).await;
        let request = match &token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        self.run(None, request, Body::from(body.to_string())).await
    }

    /// Any request at all, headers and body as bytes. Headers that HTTP does not allow are left out.
    pub async fn raw(&self, method: &str, path: &str, headers: &[(&str, Vec<u8>)], body: Vec<u8>) -> Answer {
        let request = headers.iter().fold(Request::builder().method(method).uri(path), |request, (name, value)| {
            match axum::http::HeaderValue::from_bytes(value) {
                Ok(value) => request.header(*name, value),
                Err(_) => request,
            }
        });
        self.run(None, request, Body::from(body)).await
    }

    async fn send(&self, persona: Option<Persona>, request: axum::http::request::Builder, body: Body) -> Answer {
        let (token, _) = self.signed_in(persona).await;
        self.run(token, request, body).await
    }

    async fn signed_in(&self, persona: Option<Persona>) -> (Option<String>, Option<foundation::SignInId>) {
        let Some(persona) = persona else { return (None, None) };
        let token =
            session::open(&self.premises, &persona.account(), true).await.expect("the persona's account exists");
        let one = session::recognise(&self.premises, &token).await.expect("the database answers").expect("just opened");
        (Some(token), Some(one.id))
    }

    async fn run(&self, token: Option<String>, request: axum::http::request::Builder, body: Body) -> Answer {
        let request = match token {
            Some(token) => request.header(header::COOKIE, format!("{}={token}", session::COOKIE)),
            None => request,
        };
        let response = self.app.clone().oneshot(request.body(body).expect("a request")).await.expect("axum answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 * 1024 * 1024).await.expect("a body");
        Answer {
            status: parts.status.as_u16(),
            location: parts.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            headers: parts.headers,
        }
    }
}

impl Answer {
    /// The session token that this answer set, if it did.
    pub fn session(&self) -> Option<String> {
        let start = format!("{}=", session::COOKIE);
        let set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        set.filter_map(|value| value.strip_prefix(&start)?.split(';').next())
            .find(|token| !token.is_empty())
            .map(str::to_owned)
    }

    /// Asserts the status, showing the body's words when it differs.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status.as_u16(), "{}", self.text.chars().take(3000).collect::<String>());
        self
    }
}

/// The desk of a persona over these premises.
pub fn desk_of(premises: &Arc<Premises>, persona: Persona) -> Desk {
    Desk::of(Arc::clone(premises), persona.actor())
}

fn form_body(form_token: &str, fields: &[(&str, &str)]) -> String {
    let mut body = format!("csrf={form_token}");
    for (name, value) in fields {
        body.push_str(&format!("&{}={}", encode(name), encode(value)));
    }
    body
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
