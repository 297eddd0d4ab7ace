//! The frame of every page: head, skip link, navigation, notices, foot. One look for the desk, one for
//! a trainee's phone, one for the public. Strict-CSP-safe: no inline script, style or handler
//! (house.md §12; M7.3, M8.1).

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::button::{Button, button_row};
use crate::{Flash, assets, csrf};

/// One entry of the main navigation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NavItem {
    /// `今日待办`.
    pub label: String,
    /// Its address; also compared with `Page::current`.
    pub href: String,
    /// Open items, shown after the label.
    pub count: Option<u64>,
}

impl NavItem {
    /// An entry without a count.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), count: None }
    }
}

/// Who is signed in, as shown top right.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    /// `陈秀娟`.
    pub name: String,
    /// `晋江市人社局`.
    pub office: String,
    /// Whether the account may act for another office (shows 切换身份 to `/offices`).
    pub has_other_offices: bool,
}

/// Everything around a page's body.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Title of the document, before `— 进补`.
    pub title: String,
    /// Main navigation of the role.
    pub nav: Vec<NavItem>,
    /// `href` of the current navigation entry.
    pub current: String,
    /// Who is signed in; none for the public.
    pub who: Option<Who>,
    /// What stands under a page on paper: who printed it, when.
    pub printed: String,
    /// Words after an act.
    pub flash: Vec<Flash>,
    /// 大字 mode (20 px).
    pub large_text: bool,
    /// What the demo's moved clock reads, e.g. `2026年12月3日 09:00`; shows the banner.
    pub demo_clock: Option<String>,
    /// Where one can go up: `(label, href)`, outermost first.
    pub crumbs: Vec<(String, String)>,
    /// The session's form token, written into every POST form of the body.
    pub csrf: String,
    /// The search box in the bar; its words travel in the body of a post.
    pub has_search: bool,
    /// This page's own path and query: where 大字 returns to.
    pub path: String,
    /// What a public page is about, in a sentence for search engines; without one its title says it.
    pub description: String,
}

/// A whole desk page.
pub fn page(page: &Page, body: Markup) -> Markup {
    document(
        page,
        "jb-desk",
        html! {
            header class="jb-bar" {
                div class="jb-bar__in" {
                    a class="jb-brand" href="/" { "进补" }
                    @if !page.nav.is_empty() { (main_nav(page)) }
                    @if page.has_search { (search_box()) }
                    (account(page))
                }
            }
            (frame(page, body))
            @if !page.printed.is_empty() { p class="jb-onpaper" { (page.printed) } }
        },
    )
}

/// A trainee's page on the phone: 17 px, one column, title in the bar.
pub fn phone_page(page: &Page, body: Markup) -> Markup {
    // Cards start with their own small headings; the page still needs one of the first rank to be heard.
    let has_heading = body.0.contains("<h1");
    let body = html! { @if !has_heading { h1 class="jb-unseen" { (page.title) } } (body) };
    document(
        page,
        "jb-phone",
        html! {
            header class="jb-bar jb-bar--phone" {
                div class="jb-bar__in" {
                    @if let Some((label, href)) = page.crumbs.last() {
                        a class="jb-bar__back" href=(href) { "‹ " (label) }
                    } @else { a class="jb-brand" href="/" { (page.title) } }
                    (account(page))
                }
            }
            (frame(&Page { crumbs: Vec::new(), ..page.clone() }, body))
            @if !page.nav.is_empty() { (bottom_nav(page)) }
        },
    )
}

/// A page for everybody: readable without an account, on a phone, printed, found by a search engine.
pub fn public_page(page: &Page, body: Markup) -> Markup {
    let page = &described(page);
    document(
        page,
        "jb-public",
        html! {
            header class="jb-bar jb-bar--public" {
                div class="jb-bar__in" {
                    a class="jb-brand" href="/" { "进补" span class="jb-brand__long" { "福建省补贴性职业技能培训" } }
                    @if !page.nav.is_empty() { (main_nav(page)) }
                    (account(page))
                }
            }
            (frame(page, body))
            footer class="jb-foot" {
                p { "对公开内容有异议，可以" a href="/public/objections" { "提出异议或查看答复" } "，也可以向当地人社部门反映。" }
                button type="button" class="btn jb-btn jb-print-button" data-print hidden { "打印本页" }
            }
        },
    )
}

fn described(page: &Page) -> Page {
    let said = if page.description.is_empty() { format!("{}。", page.title) } else { page.description.clone() };
    Page {
        description: format!("{said}进补：福建省补贴性职业技能培训实名制管理与监管平台。"), ..page.clone()
    }
}

/// Page title, a grey sentence beside it, and acts at the right.
pub fn page_head(title: &str, note: &str, buttons: &[Button]) -> Markup {
    html! {
        header class="jb-head" {
            div class="jb-head__words" {
                h1 { (title) }
                @if !note.is_empty() { p class="jb-head__note" { (note) } }
            }
            (button_row(buttons))
        }
    }
}

/// A white panel with an optional title: the plain container of a page.
pub fn panel(title: &str, body: Markup) -> Markup {
    html! { section class="jb-panel jb-section" { @if !title.is_empty() { h2 class="jb-h2" { (title) } } (body) } }
}

/// Views of one thing beside each other, each with its own address: `待审 6`, `已审`, `全部`.
pub fn tabs(label: &str, items: &[NavItem], current: &str) -> Markup {
    let frame = Page { current: current.into(), ..Page::default() };
    html! { nav class="jb-tabs" aria-label=(label) { @for item in items { (nav_link(&frame, item)) } } }
}

/// A standing remark above a part of a page: what applies here, until when, whose turn. The words must
/// say what the colour says.
pub fn callout(tone: crate::Tone, body: Markup) -> Markup {
    html! { div class={ "jb-callout jb-callout--" (tone.slug()) } { (body) } }
}

fn document(page: &Page, kind: &str, body: Markup) -> Markup {
    let body = csrf::fill(body, &page.csrf);
    html! {
        (DOCTYPE)
        html lang="zh-CN" class={ (kind) @if page.large_text { " jb-large" } } {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="same-origin";
                meta name="color-scheme" content="light";
                meta name="theme-color" content="#1d4e8f";
                meta name="htmx-config" content=(PreEscaped(HTMX_CONFIG));
                @if !page.description.is_empty() { meta name="description" content=(page.description); }
                title { (page.title) " — 进补" }
                link rel="icon" href=(assets::href("favicon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::href("app.css"));
                script src=(assets::href("app.js")) defer {}
            }
            body {
                a class="jb-skip" href="#main" { "跳到正文" }
                (body)
                div id="jb-offline" class="jb-offline" role="status" hidden { "没有网络。已填的内容还在，网络恢复后再提交。" }
            }
        }
    }
}

/// Strict CSP: nothing evaluated, no style element injected; a 422 shows the form again.
const HTMX_CONFIG: &str = "{&quot;allowEval&quot;:false,&quot;includeIndicatorStyles&quot;:false,\
    &quot;allowScriptTags&quot;:false,&quot;selfRequestsOnly&quot;:true,&quot;historyCacheSize&quot;:0}";

fn frame(page: &Page, body: Markup) -> Markup {
    html! {
        @if let Some(clock) = &page.demo_clock {
            aside class="jb-demo" aria-label="演示提示" { "演示数据，人名机构均为虚构 · 演示时间 " strong { (clock) } }
        }
        div class="jb-main" {
            @if !page.crumbs.is_empty() {
                nav class="jb-crumbs" aria-label="当前位置" {
                    ol { @for (label, href) in &page.crumbs { li { a href=(href) { (label) } } } }
                }
            }
            main id="main" tabindex="-1" {
                div id="flash" { @for flash in &page.flash { (flash) } }
                (body)
            }
        }
    }
}

fn nav_link(page: &Page, item: &NavItem) -> Markup {
    html! {
        a href=(item.href) aria-current=[(item.href == page.current).then_some("page")] {
            (item.label)
            @if let Some(count) = item.count { " " span class="jb-count" { (count) span class="jb-unseen" { " 件" } } }
        }
    }
}

fn main_nav(page: &Page) -> Markup {
    html! {
        // Open on the desk by style, folded behind its summary on a phone: no script needed for either.
        details class="jb-menu" {
            summary { "菜单" }
            nav class="jb-nav" aria-label="主菜单" {
                @for item in &page.nav { (nav_link(page, item)) }
                @if page.has_search { a href="/search" { "查询" } }
            }
        }
        nav class="jb-nav jb-nav--wide" aria-label="主菜单" { @for item in &page.nav { (nav_link(page, item)) } }
    }
}

/// Document numbers may be typed here: a post, so that they never stand in an address.
fn search_box() -> Markup {
    html! {
        form class="jb-search" method="post" action="/search" role="search" {
            (csrf::slot())
            input class="form-control" type="search" name="q" aria-label="查班级、机构、学员，或证书、申领、批次的编号"
                placeholder="查班级、机构、学员" maxlength="60" autocomplete="off";
            button type="submit" { "查" span class="jb-unseen" { "询" } }
        }
    }
}

fn bottom_nav(page: &Page) -> Markup {
    html! { nav class="jb-bottom" aria-label="主菜单" { @for item in &page.nav { (nav_link(page, item)) } } }
}

fn account(page: &Page) -> Markup {
    html! {
        div class="jb-account" {
            @if let Some(who) = &page.who {
                a class="jb-account__who" href="/account" title="我的账号" {
                    @if !who.office.is_empty() { span class="jb-account__office" { (who.office) " · " } }
                    (who.name)
                }
                @if who.has_other_offices { a href="/offices" { "切换身份" } }
            } @else { a href="/sign-in" { "登录" } }
            form method="post" action="/large-text" {
                (csrf::slot())
                input type="hidden" name="on" value=(if page.large_text { "0" } else { "1" });
                input type="hidden" name="back" value=(page.path);
                button type="submit" aria-pressed=(if page.large_text { "true" } else { "false" }) { "大字" }
            }
            @if page.who.is_some() {
                form method="post" action="/sign-out" { (csrf::slot()) button type="submit" { "退出" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> String {
        let frame = Page {
            title: "今日待办".into(),
            nav: vec![NavItem::new("今日待办", "/"), NavItem::new("班级", "/classes")],
            current: "/".into(),
            who: Some(Who { name: "陈秀娟".into(), office: "晋江市人社局".into(), has_other_offices: false }),
            csrf: "tok".into(),
            large_text: true,
            ..Page::default()
        };
        page(&frame, html! { p { "正文" } }).into_string()
    }

    #[test]
    fn a_page_is_chinese_has_a_skip_link_and_fills_the_token() {
        let html = whole();
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"zh-CN\" class=\"jb-desk jb-large\">"), "{html}");
        assert!(html.contains("href=\"#main\"") && html.contains("id=\"main\""));
        assert!(!html.contains("@@csrf@@") && html.contains("value=\"tok\""));
        assert!(html.contains("aria-current=\"page\""));
    }

    #[test]
    fn m8_1_pages_are_safe_under_a_strict_content_policy() {
        let html = whole();
        assert!(!html.contains(" style=") && !html.contains("<style"), "no inline styles");
        assert!(!html.contains("onclick") && !html.contains("javascript:"), "no inline handlers");
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, html.matches("<script src=\"/assets/").count(), "every script is a file of ours");
    }
}
