//! `/specimens`: every component, empty, full and failing, with invented names. The desk shows it to
//! those who build and check pages; the accessibility tests read it (house.md §7).

mod parts;
mod whole;

use maud::{Markup, html};

pub use parts::{forms, small_parts, wall};
pub use whole::{dossier, phone, public, queue, register};

/// A specimen page: its last path segment, its name, and how it is framed.
pub struct Specimen {
    /// `/specimens/<slug>`.
    pub slug: &'static str,
    /// Chinese name.
    pub name: &'static str,
    /// The body.
    pub body: fn() -> Markup,
    /// Which layout it is made for.
    pub frame: Frame,
}

/// The three layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// `page`.
    Desk,
    /// `phone_page`.
    Phone,
    /// `public_page`.
    Public,
}

/// All specimen pages.
pub const ALL: [Specimen; 8] = [
    Specimen { slug: "queue", name: "今日待办", body: queue, frame: Frame::Desk },
    Specimen { slug: "dossier", name: "案卷：开班审核", body: dossier, frame: Frame::Desk },
    Specimen { slug: "register", name: "登记簿：班级", body: register, frame: Frame::Desk },
    Specimen { slug: "form", name: "表单与校验", body: forms, frame: Frame::Desk },
    Specimen { slug: "wall", name: "看板", body: wall, frame: Frame::Desk },
    Specimen { slug: "parts", name: "小部件与出错页", body: small_parts, frame: Frame::Desk },
    Specimen { slug: "phone", name: "我的培训", body: phone, frame: Frame::Phone },
    Specimen { slug: "public", name: "公示页", body: public, frame: Frame::Public },
];

/// The body of `/specimens`: links to all of them.
pub fn specimens() -> Markup {
    html! {
        (crate::page_head("组件样张", "每种页面的空、满、错三种样子；人名与机构均为虚构", &[]))
        (crate::panel("", html! {
            ul class="jb-list" {
                @for one in &ALL {
                    li {
                        span { (one.name) }
                        a href={ "/specimens/" (one.slug) } { "查看" span class="jb-unseen" { "：" (one.name) } }
                    }
                }
            }
        }))
    }
}

/// A specimen's body by its slug.
pub fn find(slug: &str) -> Option<&'static Specimen> {
    ALL.iter().find(|one| one.slug == slug)
}

/// A whole document of a specimen in its own layout, framed as for a county officer.
pub fn document(specimen: &Specimen, large_text: bool) -> Markup {
    use crate::{Flash, NavItem, Page, Who};
    let desk_nav = [
        ("今日待办", "/specimens/queue"),
        ("班级", "/specimens/dossier"),
        ("机构", "/specimens/register"),
        ("需求目录", "/specimens/form"),
        ("补贴", "/specimens/parts"),
        ("预警", "/x"),
        ("统计", "/specimens/wall"),
    ];
    let mut frame = Page {
        title: specimen.name.into(),
        nav: desk_nav.iter().map(|(label, href)| NavItem::new(*label, *href)).collect(),
        current: format!("/specimens/{}", specimen.slug),
        who: Some(Who { name: "陈秀娟".into(), office: "晋江市人社局".into(), has_other_offices: false }),
        csrf: "specimen".into(),
        path: format!("/specimens/{}", specimen.slug),
        large_text,
        ..Page::default()
    };
    frame.nav[5].count = Some(5);
    match specimen.frame {
        Frame::Desk => {
            if specimen.slug == "parts" {
                frame.demo_clock = Some("2026年11月24日 09:12".into());
                frame.flash = vec![
                    Flash::done("已准予开班，机构 12月1日 08:30 起可以点名。").link("看班级", "/x"),
                    Flash::look("已保存，但评价机构须联考。"),
                    Flash::refused("没有保存：有人刚改过这条记录。"),
                ];
                frame.crumbs = vec![("班级".into(), "/x".into()), ("电工（三级）2026年第4期".into(), "/y".into())];
            }
            crate::page(&frame, (specimen.body)())
        }
        Frame::Phone => {
            frame.title = "我的培训".into();
            frame.who = Some(Who { name: "林玉珍".into(), ..Who::default() });
            frame.nav = vec![
                NavItem::new("今天", "/specimens/phone"),
                NavItem::new("我的证书", "/x"),
                NavItem::new("我的补贴", "/y"),
            ];
            crate::phone_page(&frame, (specimen.body)())
        }
        Frame::Public => {
            frame.who = None;
            frame.nav = vec![
                NavItem::new("需求目录", "/a"),
                NavItem::new("培训机构", "/b"),
                NavItem::new("公示公开", "/specimens/public"),
                NavItem::new("查证书", "/d"),
            ];
            crate::public_page(&frame, (specimen.body)())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Visible text and spoken names without tags, addresses, and the few Latin letters that are codes.
    fn words(html: &str) -> String {
        let mut text = String::new();
        let mut is_tag = false;
        for character in html.chars() {
            match character {
                '<' => is_tag = true,
                '>' => {
                    is_tag = false;
                    text.push(' ');
                }
                _ if !is_tag => text.push(character),
                _ => {}
            }
        }
        text
    }

    #[test]
    fn no_english_leaks_and_nothing_is_inline() {
        for one in &ALL {
            let html = document(one, false).into_string();
            assert!(
                !html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick"),
                "{}",
                one.slug
            );
            let latin: Vec<String> = words(&html)
                .split(|c: char| !c.is_ascii_alphabetic())
                .filter(|word| word.len() > 3)
                .map(str::to_owned)
                .collect();
            let known = ["Excel", "xlsx", "quot"];
            let leaks: Vec<_> = latin.iter().filter(|word| !known.contains(&word.as_str())).collect();
            assert!(leaks.is_empty(), "{}: {leaks:?}", one.slug);
        }
    }

    #[test]
    fn ids_are_unique_on_every_specimen_page() {
        for one in &ALL {
            let html = document(one, true).into_string();
            let mut ids: Vec<&str> =
                html.match_indices(" id=\"").filter_map(|(at, _)| html[at + 5..].split('"').next()).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(count, ids.len(), "{}: a repeated id breaks labels and links", one.slug);
        }
    }

    #[test]
    fn every_post_form_carries_the_token() {
        for one in &ALL {
            let html = document(one, false).into_string();
            let posts = html.matches("method=\"post\"").count();
            assert_eq!(posts, html.matches("name=\"csrf\" value=\"specimen\"").count(), "{}", one.slug);
        }
    }
}
