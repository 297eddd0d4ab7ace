//! Pages for what went wrong: what happened, what to do, the request number, ways on (house.md §6).
//! A row out of reach is 404, the same as one that does not exist.

use maud::{Markup, html};

use crate::Button;

/// Title, what happened and what to do for a status; other statuses read as 500.
pub fn words(status: u16) -> (&'static str, &'static str, &'static str) {
    match status {
        400 => (
            "地址或内容不完整",
            "系统没能读懂这次请求。",
            "请从上一页重新进入；如果是自己输入的地址，请检查有没有漏字。",
        ),
        401 => ("请先登录", "这个页面登录后才能看，或者登录已超时。", "请登录后再试，登录后会回到这里。"),
        403 => (
            "没有办理这件事的权限",
            "你现在的身份不能办理这件事。",
            "如果换过岗位，请切换身份；如果工作需要，请联系本单位管理员开通。",
        ),
        404 => ("找不到这一页", "没有这条记录，或者它不在你的管辖范围内。", "请检查地址，或从列表、搜索中重新进入。"),
        405 => ("不能这样打开", "这个地址只用来提交办理。", "请从上一页的按钮办理。"),
        409 => (
            "内容刚被别人改过",
            "你打开之后，有人先办理了，为免覆盖，这次没有保存。",
            "请回到上一页看最新内容，再决定要不要办理。",
        ),
        413 => ("文件太大", "上传的文件超过了限额，没有保存。", "请压缩图片或拆成几个文件再传。"),
        422 => ("内容还不符合要求", "有的内容没有填对，或者不符合规定，没有保存。", "请返回按提示修改。"),
        429 => ("操作太频繁", "短时间内请求太多，系统暂时不受理。", "请等一分钟再试；已提交的内容不会重复办理。"),
        503 => (
            "系统正忙",
            "现在办理的人很多，或者系统正在维护，这次没有保存。",
            "请过几分钟再试；已提交的内容不会重复办理。",
        ),
        _ => (
            "系统出了问题",
            "这次没有办成，内容没有保存。问题已自动记录。",
            "请稍后再试；如果还不行，把下面的编号告诉管理员。",
        ),
    }
}

/// The body of an error page; put it into `page` or `public_page`.
/// `request_id` is shown so that a user can name it; `retry` is where 再试一次 leads.
pub fn error_page(status: u16, request_id: &str, retry: Option<&str>) -> Markup {
    let (title, what, fix) = words(status);
    html! {
        section class="jb-panel jb-section jb-error" {
            h1 { (title) }
            p { (what) }
            p { strong { "怎么办：" } (fix) }
            div class="jb-buttons jb-buttons--left" {
                @if status == 401 { (Button::link("登录", "/sign-in").main()) }
                @if let Some(href) = retry { (Button::link("再试一次", href).main()) }
                @if status == 403 { (Button::link("切换身份", "/offices")) }
                (Button::link("回首页", "/"))
            }
            p class="jb-faint" { "编号 " span class="jb-number" { (request_id) } " · 状态 " (status) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_says_what_happened_and_what_to_do() {
        for status in [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503] {
            let html = error_page(status, "01J", None).into_string();
            assert!(html.contains("怎么办：") && html.contains("01J"), "{status}");
        }
    }
}
