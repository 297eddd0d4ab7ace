//! Routes that know their act or read: none can be registered without one (house.md §2).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{get, post};
use foundation::Permission;

use crate::act::{Act, Read};
use crate::api::{self, ActDoc};
use crate::declared::Declared;
use crate::desk::Desk;
use crate::premises::Premises;

/// One registered route: what `routes.txt`, the sweep and the API's document are made from.
#[derive(Debug, Clone)]
pub struct RouteInfo {
    /// GET or POST.
    pub method: &'static str,
    /// Pattern, `/classes/{id}`.
    pub path: String,
    /// Act or read name.
    pub name: &'static str,
    /// What it needs.
    pub permission: Permission,
    /// Clause.
    pub clause: &'static str,
    /// Why it is another than its function's.
    pub clause_why: &'static str,
    /// The state of a thing on which it has something to show or to do, as `Example::stage`.
    pub stage: &'static str,
    /// True for acts.
    pub is_act: bool,
    /// True under `/api/`.
    pub is_api: bool,
}

/// A room's routes.
#[derive(Default)]
pub struct Routes {
    /// The axum router.
    pub router: Router<Arc<Premises>>,
    /// What was registered.
    pub list: Vec<RouteInfo>,
    /// Acts for the API's document, by name.
    pub acts: Vec<ActDoc>,
    /// What the rooms declare.
    pub declared: Declared,
}

impl Routes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the room declares: its subjects, matters, procedures and rules.
    #[must_use]
    pub fn declare(mut self, declared: Declared) -> Self {
        self.declared = self.declared.with(declared);
        self
    }

    /// A page (or an API resource) that reads: `.read::<ClassPage, _, _>(path, handler)`.
    pub fn read<R: Read, H, T>(mut self, path: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<Premises>>,
        T: 'static,
    {
        let guarded = get(Behind { permission: R::PERMISSION, handler });
        self.router = self.router.route(path, guarded);
        self.list.push(RouteInfo {
            method: "GET",
            path: path.into(),
            name: R::NAME,
            permission: R::PERMISSION,
            clause: R::CLAUSE,
            clause_why: R::CLAUSE_WHY,
            stage: R::STAGE,
            is_act: false,
            is_api: path.starts_with("/api/"),
        });
        self
    }

    /// A POST that is no act of the field (signing in and out, display settings): guarded like a read.
    pub fn post<R: Read, H, T>(mut self, path: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<Premises>>,
        T: 'static,
    {
        let guarded = post(Behind { permission: R::PERMISSION, handler });
        self.router = self.router.route(path, guarded);
        self.list.push(RouteInfo {
            method: "POST",
            path: path.into(),
            name: R::NAME,
            permission: R::PERMISSION,
            clause: R::CLAUSE,
            clause_why: R::CLAUSE_WHY,
            stage: R::STAGE,
            is_act: false,
            is_api: false,
        });
        self
    }

    /// An act: the page's POST at `path`, and the API endpoint generated from the struct.
    pub fn act<A: Act, H, T>(mut self, path: &str, handler: H) -> Self
    where
        H: Handler<T, Arc<Premises>>,
        T: 'static,
    {
        let guarded = post(Behind { permission: A::PERMISSION, handler });
        self.router = self.router.route(path, guarded);
        self.list.push(RouteInfo {
            method: "POST",
            path: path.into(),
            name: A::NAME,
            permission: A::PERMISSION,
            clause: A::CLAUSE,
            clause_why: A::CLAUSE_WHY,
            stage: A::EXAMPLE.stage,
            is_act: true,
            is_api: false,
        });
        self.api_act::<A>()
    }

    /// The API endpoint of an act that several pages share or that has no page. Registering twice is harmless.
    pub fn api_act<A: Act>(mut self) -> Self {
        if self.acts.iter().any(|act| act.name == A::NAME) {
            return self;
        }
        let path = format!("/api/v1/acts/{}", A::NAME);
        let guarded = post(Behind { permission: A::PERMISSION, handler: api::perform::<A> });
        self.router = self.router.route(&path, guarded);
        self.list.push(RouteInfo {
            method: "POST",
            path,
            name: A::NAME,
            permission: A::PERMISSION,
            clause: A::CLAUSE,
            clause_why: A::CLAUSE_WHY,
            stage: A::EXAMPLE.stage,
            is_act: true,
            is_api: true,
        });
        self.acts.push(ActDoc::of::<A>());
        self
    }

    /// Both rooms' routes.
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self.acts.extend(other.acts);
        self.declared = self.declared.with(other.declared);
        self
    }
}

/// A handler that nobody reaches whose office lacks the permission.
#[derive(Clone)]
struct Behind<H> {
    permission: Permission,
    handler: H,
}

impl<H, T, S> Handler<T, S> for Behind<H>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        Box::pin(async move {
            let Some(desk) = request.extensions().get::<Desk>() else { return crate::answer::plain_error(500, "") };
            match desk.require(self.permission) {
                Ok(()) => self.handler.call(request, state).await,
                Err(stop) => desk.stopped(stop),
            }
        })
    }
}
