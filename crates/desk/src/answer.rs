//! Answers: pages, redirects with a one-time message, and one place for everything that stops
//! (house.md §6). Faults are logged here, once, with the request id that the page shows.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use foundation::{Fault, Office, Refusal, Stop, Trouble, at};
use maud::{Markup, html};
use ui::layout::{NavItem, Page, Who};

use crate::cookies::{self, Lasts};
use crate::desk::Desk;
use crate::session;

/// What comes after a form that was taken.
pub enum Next {
    /// Done: there, with a word; to the queue instead, when the form came from it.
    Go(String, String),
    /// Not what was wanted, though nothing was refused: the page and what is to be looked at first.
    Stay(String, String),
    /// The answer itself: a file, a number that is shown once.
    Shown(Response),
}

impl<P: Into<String>, W: Into<String>> From<(P, W)> for Next {
    fn from((path, said): (P, W)) -> Self {
        Self::Go(path.into(), said.into())
    }
}

impl From<Response> for Next {
    fn from(page: Response) -> Self {
        Self::Shown(page)
    }
}

/// What the queue's links add to an address: what is done there goes on in the queue.
pub const FROM_QUEUE: &str = "from=queue";

impl Desk {
    /// The frame of a page: title, navigation, who, flash. Rooms change fields where they need to.
    pub fn frame(&self, title: &str, current: &str) -> Page {
        let nav = self
            .premises
            .nav()
            .into_iter()
            .filter(|entry| self.may(entry.permission) && entry.whom.has(&self.actor.office))
            .map(|entry| NavItem::new(entry.label, entry.href))
            .collect();
        let who = (self.actor.office != Office::Public).then(|| Who {
            name: self.actor.name.clone(),
            office: self.actor.office_name.clone(),
            has_other_offices: false,
        });
        let moved = self.premises.settings.demo && self.premises.clock.offset_s() != 0;
        Page {
            title: title.into(),
            nav,
            current: current.into(),
            printed: format!(
                "{} {} 打印于 {}",
                self.actor.office_name,
                self.actor.name,
                ui::dates::full_moment(self.now())
            ),
            who,
            flash: self
                .manner
                .flash
                .iter()
                .map(|text| match text.strip_prefix('!') {
                    Some(refused) => ui::Flash::refused(refused),
                    None => ui::Flash::done(text.as_str()),
                })
                .collect(),
            large_text: self.manner.large_text,
            demo_clock: moved.then(|| ui::dates::full_moment(self.now())),
            csrf: self.form_token(),
            path: self.manner.path.clone(),
            has_search: !matches!(self.actor.office, Office::Public | Office::Trainee { .. }),
            description: about(current).into(),
            ..Page::default()
        }
    }

    /// The token of this page's forms, with the versions of what the page shows.
    fn form_token(&self) -> String {
        // The queue itself, and what was opened from it.
        let (page, asked) = self.manner.path.split_once('?').unwrap_or((&self.manner.path, ""));
        let is_queue = page == "/" || asked.split('&').any(|one| one == FROM_QUEUE);
        session::form_token(&self.premises, self.sign_in.as_ref()) + &self.manner.seen.suffix(is_queue)
    }

    /// The same desk with a word above the page that it draws next: something was done, and the page is still a form.
    #[must_use]
    pub fn saying(&self, said: &str) -> Self {
        let manner = crate::desk::Manner { flash: Some(said.to_owned()), ..(*self.manner).clone() };
        Self { manner: std::sync::Arc::new(manner), ..self.clone() }
    }

    /// A desk page (officials, institutions); trainees get the phone frame.
    pub fn page(&self, title: &str, current: &str, body: Markup) -> Response {
        self.page_with(200, &self.frame(title, current), body)
    }

    /// The same with another status (422 for refused forms).
    pub fn page_status(&self, status: u16, title: &str, current: &str, body: Markup) -> Response {
        self.page_with(status, &self.frame(title, current), body)
    }

    /// A page whose frame the room has changed.
    pub fn page_with(&self, status: u16, frame: &Page, body: Markup) -> Response {
        let markup = match self.actor.office {
            Office::Trainee { .. } => ui::layout::phone_page(frame, body),
            Office::Public => ui::layout::public_page(frame, body),
            _ => ui::layout::page(frame, body),
        };
        html_response(status, markup)
    }

    /// A fragment for htmx, with form tokens filled.
    pub fn fragment(&self, body: Markup) -> Response {
        html_response(200, ui::csrf::fill(body, &self.form_token()))
    }

    /// See-other to `path`, with a one-time message there. A message starting with `!` is shown as a refusal.
    pub fn go(&self, path: &str, message: &str) -> Response {
        let path = if path.chars().any(char::is_control) { "/" } else { path };
        let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response();
        if !message.is_empty() {
            let text: String = message.chars().take(300).collect();
            let value = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
            cookies::put(&self.premises.settings, &mut response, "flash", &value, Lasts::Seconds(30));
        }
        response
    }

    /// A button's act that was refused: back to `path`, the refusals said there.
    pub fn refused(&self, path: &str, refusals: &[Refusal]) -> Response {
        let said = refusals.iter().map(|r| format!("{}。{}", r.fact, r.fix)).collect::<Vec<_>>().join("；");
        self.go(path, &format!("!{said}"))
    }

    /// The one way from a form to what comes after it: done → what comes [`Next`]; refused → `again`, the form with
    /// everything that was typed; anything else → its page.
    pub async fn answer<T, N: Into<Next>>(
        &self,
        result: Result<T, Stop>,
        done: impl FnOnce(T) -> N,
        again: impl AsyncFnOnce(Vec<Refusal>) -> Response,
    ) -> Response {
        match result {
            Ok(outcome) => match done(outcome).into() {
                Next::Go(path, said) => self.go(if self.is_from_queue() { "/" } else { &path }, &said),
                Next::Stay(path, said) => self.go(&path, &said),
                Next::Shown(page) => page,
            },
            Err(Stop::Refused(refusals)) => again(refusals).await,
            Err(stop) => self.stopped(stop),
        }
    }

    /// For buttons without a form of their own: done → `path` with `message`; refused → `path` with the
    /// refusals; everything else → its page.
    /// What was done from the queue goes on in the queue: the next item comes, not the dossier.
    pub fn after<T>(&self, result: Result<T, Stop>, path: &str, message: &str) -> Response {
        match result {
            Ok(_) if self.is_from_queue() => self.go("/", message),
            Ok(_) => self.go(path, message),
            Err(Stop::Refused(refusals)) => self.refused(path, &refusals),
            Err(stop) => self.stopped(stop),
        }
    }

    /// The page (or JSON, under `/api/`) of whatever stopped the request.
    pub fn stopped(&self, stop: Stop) -> Response {
        if self.manner.path.starts_with("/api/") {
            return crate::api::stopped(self, &stop);
        }
        match stop {
            Stop::SignedOut => self.go(&at::SignIn.asking(&[("next", &self.manner.page())]), ""),
            Stop::Refused(refusals) => self.page_status(
                422,
                "没有办成",
                "",
                html! {
                    (ui::layout::page_head("没有办成", "", &[]))
                    (ui::refusal::refusals(&refusals))
                    p { a class="btn jb-btn" href="/" { "回到首页" } }
                },
            ),
            Stop::Fault(Fault::Unavailable(trouble, _)) => {
                let status = status_of(self, &stop);
                self.error_page_in(status, trouble_words(trouble))
            }
            other => self.error_page(status_of(self, &other)),
        }
    }

    /// The page of a status, with the request id and a way on.
    pub fn error_page(&self, status: u16) -> Response {
        let (title, what, next) = match (status, &self.actor.office) {
            (404, Office::Public) => ("没有找到", "这个地址不存在，或者内容已经撤下。", "请检查地址，或从首页进入。"),
            _ => error_words(status),
        };
        self.error_page_in(status, (title, what, next))
    }

    pub(crate) fn error_page_in(&self, status: u16, (title, what, next): (&str, &str, &str)) -> Response {
        self.page_status(
            status,
            title,
            "",
            html! {
                (ui::layout::page_head(title, "", &[]))
                div class="jb-panel jb-section" {
                    p { (what) }
                    p { (next) }
                    p {
                        a class="btn jb-btn" href="/" { "回到首页" } " "
                        a class="btn jb-btn" href=(self.manner.page()) {
                            (if self.manner.is_form { "回到刚才的页面" } else { "再试一次" })
                        }
                    }
                    p class="jb-head__note" { "求助时请报编号 " code { (self.manner.request_id) } }
                }
            },
        )
    }
}

/// What the pages of the public's navigation are about, for who looks for them from outside.
fn about(current: &str) -> &'static str {
    match current {
        "/needs" => "今年哪些职业技能培训有补贴：各地的培训项目、课时、补贴标准和报名去处。",
        "/institutions" => "哪些机构可以办补贴培训：目录内的培训机构、可培训的职业和课程、停止与移出的记录。",
        "/publicity" => "正在公示的补贴：班级、机构、人数和金额，公示期内任何人可以提出异议。",
        "/policy" => "补贴的标准、期限和比例：每一项的数值、生效日期和文件依据。",
        "/verify" => "查验培训合格证：输入证书编号，看是不是真的、有没有作废。",
        _ => "",
    }
}

/// The HTTP status of a stop; faults are logged here and nowhere else.
pub fn status_of(desk: &Desk, stop: &Stop) -> u16 {
    match stop {
        Stop::Refused(_) => 422,
        Stop::Forbidden => 403,
        Stop::SignedOut => 401,
        Stop::Fault(Fault::Gone) => 404,
        Stop::Fault(Fault::Stale | Fault::Duplicate(_)) => 409,
        Stop::Fault(Fault::Busy) => 503,
        Stop::Fault(fault @ Fault::Unavailable(..)) => {
            log(desk, fault);
            503
        }
        Stop::Fault(fault @ (Fault::Db(_) | Fault::Upstream(_))) => {
            log(desk, fault);
            500
        }
    }
}

fn log(desk: &Desk, fault: &Fault) {
    // Without the query: whatever somebody typed stays out of the log.
    let path = desk.manner.path.split('?').next().unwrap_or("");
    tracing::error!(request = desk.manner.request_id, path, %fault, "fault");
}

/// What happened and what to do while the store gives or takes nothing.
pub fn trouble_words(trouble: Trouble) -> (&'static str, &'static str, &'static str) {
    match trouble {
        Trouble::DiskFull => (
            "磁盘已满",
            "服务器的磁盘满了，您的这次办理没有保存。",
            "请联系系统管理员腾出磁盘空间，然后再办一次；以前办成的事情都在。",
        ),
        Trouble::NotWritten => (
            "这次没有保存",
            "服务器读写磁盘出错，您的这次办理没有保存。",
            "请过一会儿再办一次；一直不行请联系系统管理员检查磁盘。",
        ),
        Trouble::Damaged => (
            "数据库损坏",
            "服务器的数据库文件损坏，现在办不了。",
            "请联系系统管理员运行 jinbu check，必要时从备份恢复。",
        ),
        Trouble::NeedsCheck => (
            "暂停办理",
            "系统发现有已经办成的事情在数据库里找不到了，为免越错越多，先停止办理；查询照常。",
            "请联系系统管理员运行 jinbu check，查明之后再办。",
        ),
        Trouble::Unreachable => (
            "数据库连不上",
            "系统现在连不上数据库，您的这次办理没有保存。",
            "请过几分钟再试；一直不行请联系系统管理员。",
        ),
        Trouble::Unknown => (
            "不知道办成没有",
            "保存您这次办理的时候，数据库或磁盘出了错，不能确定是否已经保存。",
            "请过几分钟打开看看：已经办成的不要再办，没有办成的再办一次。",
        ),
        Trouble::Locked => ("现在很忙", "要用的数据被别的办理占用太久，您的这次办理没有保存。", "请过几秒再试一次。"),
    }
}

/// What happened and what to do, for a status.
pub fn error_words(status: u16) -> (&'static str, &'static str, &'static str) {
    match status {
        400 => ("没有看懂这次提交", "送来的内容格式不对。", "请返回上一页，检查后重新提交。"),
        401 => ("请先登录", "这一页要登录后才能看。", "请登录后再打开。"),
        403 => (
            "您的岗位不办这件事",
            "按职责分工，这一页或这项办理不属于您的岗位。",
            "如需办理，请联系本单位的系统管理员。",
        ),
        404 => ("没有找到", "这个地址不存在，或者不在您的管辖范围内。", "请从首页的待办或查询进入。"),
        405 => ("这个地址不能这样访问", "访问方式不对。", "请从首页重新进入。"),
        409 => (
            "刚才有人先办了",
            "您打开这一页之后，内容已经变化，您的这次办理没有生效。",
            "请重新打开，看清现在的情况再办。",
        ),
        413 => (
            "文件太大",
            "上传的文件不能超过 5 MB，其他内容不能超过 1 MB。",
            "请压缩或拆分后再上传，名册一般只有几十 KB。",
        ),
        415 => ("不认识这种内容", "送来的内容类型不对。", "接口请用 application/json。"),
        419 => {
            ("页面放得太久了", "为了安全，这一页的提交凭据已失效，刚才的内容没有提交。", "请返回上一页刷新后再提交。")
        }
        422 => ("没有办成", "内容没有填对，或者不符合规定，没有办理。", "请按提示修改后再提交。"),
        429 => ("太频繁了", "短时间内尝试太多次。", "请过几分钟再试。"),
        503 => ("现在很忙", "同时办理的人太多，您的这次办理没有提交。", "请过几秒再试一次。"),
        _ => ("系统出了问题", "这次没有办成，已经记录下来，技术人员会处理。", "请稍后再试；已经办成的事情不会丢失。"),
    }
}

fn html_response(status: u16, markup: Markup) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup.into_string()).into_response()
}

/// The answer where there is no desk: a problem document for programs, a page for everybody else.
pub fn last(path: &str, status: u16) -> Response {
    last_words(path, status, error_words(status))
}

/// The same for a store that gives or takes nothing for now.
pub fn last_trouble(path: &str, trouble: Trouble) -> Response {
    last_words(path, 503, trouble_words(trouble))
}

fn last_words(path: &str, status: u16, words: (&str, &str, &str)) -> Response {
    if !path.starts_with("/api/") {
        return plain_page(status, "", words);
    }
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body =
        serde_json::json!({ "status": status, "title": words.0, "detail": words.1, "request_id": "", "refusals": [] });
    (code, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// An error page where there is no desk yet, with a way on.
pub fn plain_error(status: u16, request_id: &str) -> Response {
    plain_page(status, request_id, error_words(status))
}

fn plain_page(status: u16, request_id: &str, (title, what, next): (&str, &str, &str)) -> Response {
    let page = Page { title: title.into(), ..Page::default() };
    html_response(
        status,
        ui::layout::public_page(
            &page,
            html! {
                (ui::layout::page_head(title, request_id, &[]))
                div class="jb-panel jb-section" {
                    p { (what) } p { (next) } p { a class="btn jb-btn" href="/" { "回到首页" } }
                }
            },
        ),
    )
}
