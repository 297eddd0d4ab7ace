//! What was typed and what is wrong with it (house.md §6): every error at once, values kept, secrets
//! never echoed. The fields themselves are in `field`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use foundation::Refusal;
use maud::{Markup, html};

use crate::button::{Button, button_row};
use crate::csrf;

/// Raw values and errors of a form; made from a request or empty, handed to every `Field`.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    values: BTreeMap<String, Vec<String>>,
    errors: BTreeMap<String, String>,
    /// Fields in the order in which errors were found.
    order: Vec<String>,
    refusals: Vec<Refusal>,
    secrets: BTreeSet<String>,
    /// Whether a form has said by now what is wrong.
    told: Arc<AtomicBool>,
}

impl FormState {
    /// A form nobody has typed into.
    pub fn new() -> Self {
        Self::default()
    }
    /// A form as it was sent; repeated names (checkboxes) are kept in order.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut state = Self::default();
        for (name, value) in pairs {
            state.values.entry(name.into()).or_default().push(value.into());
        }
        state
    }
    /// Sets what a field shows at first.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), vec![value.into()]);
        self
    }
    /// Sets the picks of a repeated name.
    pub fn with_all<V: Into<String>>(mut self, name: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.values.insert(name.to_owned(), values.into_iter().map(Into::into).collect());
        self
    }
    /// Names a field whose value must never be shown again (password, one-time code).
    pub fn secret(mut self, name: &str) -> Self {
        self.secrets.insert(name.to_owned());
        self
    }
    /// What was typed; empty when nothing.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }
    /// All values of a repeated name.
    pub fn values(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }
    /// What may be shown again: nothing for a secret.
    pub(crate) fn shown(&self, name: &str) -> &str {
        if self.secrets.contains(name) { "" } else { self.value(name) }
    }
    /// Adds an error at a field; the first error of a field stays.
    pub fn error(&mut self, name: &str, message: impl Into<String>) -> &mut Self {
        if !self.errors.contains_key(name) {
            self.errors.insert(name.to_owned(), message.into());
            self.order.push(name.to_owned());
        }
        self
    }
    /// The error at a field.
    pub fn error_at(&self, name: &str) -> Option<&str> {
        self.errors.get(name).map(String::as_str)
    }
    /// Takes in what the rules said: refusals that name a field of this form sit at that field too.
    pub fn refused(mut self, refusals: impl IntoIterator<Item = Refusal>) -> Self {
        for refusal in refusals {
            if let Some(field) = &refusal.field {
                let message = format!("{}。{}", refusal.fact.trim_end_matches('。'), refusal.fix);
                self.errors.entry(field.clone()).or_insert(message);
            }
            self.refusals.push(refusal);
        }
        self
    }
    /// The rules' refusals.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }
    /// What no form of the page has said: the form may be gone, because the thing has moved on meanwhile. What was
    /// typed stands beside it, so that it is not lost. To be asked when the page's forms are drawn.
    pub fn untold(&self) -> Markup {
        if self.is_clean() || self.told.load(Ordering::Relaxed) {
            return html! {};
        }
        let typed: Vec<&str> = self
            .values
            .iter()
            .filter(|(name, _)| !self.secrets.contains(*name))
            .flat_map(|(_, all)| all)
            .map(String::as_str)
            .collect();
        let typed: Vec<&str> = typed.into_iter().filter(|one| !one.is_empty()).collect();
        html! {
            (crate::refusal::refusals(&self.refusals))
            @for name in &self.order { p { (self.errors[name]) } }
            @if !typed.is_empty() { p class="jb-faint" { "您刚才填写的：" (typed.join("；")) } }
        }
    }
    /// Nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty() && self.refusals.is_empty()
    }
    /// `Ok(value)` when nothing is wrong, else the state to show again.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.is_clean() => Ok(value),
            _ => Err(self),
        }
    }
}

/// The frame of a form.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Where it posts.
    pub action: String,
    /// Label of the main button: `提交申报`.
    pub submit: String,
    /// Other ways out: `存草稿` (post), `取消` (link).
    pub others: Vec<Button>,
    /// Other submit buttons of the same form as `(label, value of field "do")`: `存草稿`.
    pub also: Vec<(String, String)>,
    /// The act refuses, ends or takes back: the main button is red.
    pub is_danger: bool,
    /// Whether it carries files (multipart).
    pub has_files: bool,
    /// Hidden fields: idempotency key, version.
    pub hidden: Vec<(String, String)>,
    /// Question asked before posting.
    pub confirm: Option<String>,
    /// GET instead of POST (searches).
    pub is_search: bool,
    /// Fills a phone's width with a tall main button.
    pub is_phone: bool,
}

/// A form: error summary, fields, buttons.
pub fn form(options: &Form, state: &FormState, fields: Markup) -> Markup {
    html! {
        (error_summary(state))
        form class={ "jb-form" @if options.is_phone { " jb-form--phone" } }
            method=(if options.is_search { "get" } else { "post" })
            action=(options.action) enctype=[options.has_files.then_some("multipart/form-data")]
            data-confirm=[options.confirm.as_ref()] novalidate {
            @if !options.is_search { (csrf::slot()) }
            @for (name, value) in &options.hidden { input type="hidden" name=(name) value=(value); }
            (fields)
            div class="jb-buttons jb-form__buttons" {
                button type="submit"
                    class={ "btn jb-btn " (if options.is_danger { "jb-btn--stop" } else { "btn-primary" }) } {
                    (options.submit)
                }
                @for (label, value) in &options.also {
                    button type="submit" class="btn jb-btn" name="do" value=(value) { (label) }
                }
            }
        }
        // Outside the form: forms cannot hold forms.
        (button_row(&options.others))
    }
}

/// Short fields that belong together, beside each other where there is room: three dates, hours by kind.
pub fn field_row(fields: Markup) -> Markup {
    html! { div class="jb-field-row" { (fields) } }
}

/// Everything that is wrong, at the top, each linking to its field (GOV.UK pattern).
pub fn error_summary(state: &FormState) -> Markup {
    if state.is_clean() {
        return html! {};
    }
    state.told.store(true, Ordering::Relaxed);
    // A refusal pinned to a field already speaks there, but rule and source belong to the summary.
    let pinned: BTreeSet<&str> = state.refusals.iter().filter_map(|refusal| refusal.field.as_deref()).collect();
    html! {
        section class="jb-panel jb-panel--act jb-section jb-errors" role="alert" tabindex="-1" data-focus
            aria-labelledby="errors-title" {
            h2 id="errors-title" class="jb-h2" { "请先改好以下 " (state.refusals.len() + state.order.len()) " 处，已填的内容都还在"
                @if !state.secrets.is_empty() { "，保密的内容（如密码）要重填" } }
            ul class="jb-lines" {
                @for name in &state.order {
                    @if !pinned.contains(name.as_str()) {
                        li class="jb-line" {
                            span class="jb-sign jb-sign--act" aria-hidden="true" { "✕" }
                            p class="jb-line__body" { a href={ "#field-" (name) } { (state.errors[name]) } }
                        }
                    }
                }
            }
            @for refusal in &state.refusals {
                (crate::refusal::refusal(refusal, None))
                @if let Some(field) = &refusal.field {
                    p class="jb-errors__to" { a href={ "#field-" (field) } { "去修改这一项" } }
                }
            }
        }
    }
}

/// A titled group of fields.
pub fn fieldset(legend: &str, fields: Markup) -> Markup {
    html! { fieldset class="jb-fieldset" { legend { (legend) } (fields) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> FormState {
        let no = foundation::Rule { id: "T01", clause: "M3.1", source: "本系统课表", fix: "请改时间" }
            .refuse("12月3日 08:30 与另一班重叠")
            .at("starts");
        let mut state = FormState::from_pairs([("starts", "08:30"), ("password", "secret123")]).secret("password");
        state.error("phone", "手机号应为 11 位数字");
        state.refused([no])
    }

    #[test]
    fn what_no_form_says_the_page_says_with_what_was_typed() {
        let state = refused();
        let html = state.untold().into_string();
        assert!(
            html.contains("与另一班重叠")
                && html.contains("手机号应为 11 位数字")
                && html.contains("08:30")
                && !html.contains("secret123"),
            "{html}"
        );
        let _ = error_summary(&state);
        assert!(state.untold().into_string().is_empty(), "a form has said it");
        assert!(FormState::new().untold().into_string().is_empty());
    }

    #[test]
    fn the_summary_counts_and_links_to_every_field() {
        let html = error_summary(&refused()).into_string();
        assert!(html.contains("保密的内容（如密码）要重填"), "what is not shown again is not said to be there: {html}");
        assert!(
            html.contains("以下 2 处")
                && html.contains("#field-phone")
                && html.contains("#field-starts")
                && html.contains("T01"),
            "{html}"
        );
    }

    #[test]
    fn values_are_kept_and_secrets_are_not_echoed() {
        let state = refused();
        assert_eq!(state.shown("starts"), "08:30");
        assert_eq!((state.shown("password"), state.value("password")), ("", "secret123"));
        let html = crate::Field::text("password", "密码").show(&state).into_string();
        assert!(!html.contains("secret123"), "{html}");
    }

    #[test]
    fn finish_gives_the_state_back_when_anything_is_wrong() {
        assert_eq!(FormState::new().finish(Some(1)).unwrap(), 1);
        assert!(refused().finish(Some(1)).is_err());
        assert!(FormState::new().finish::<u8>(None).is_err());
    }
}
