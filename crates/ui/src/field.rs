//! One question of a form: label, hint, control, error; wired for screen readers (WCAG 1.3.1, 3.3.1,
//! 3.3.2). Serves every form (pages.md kind 4).

use maud::{Markup, html};

use crate::form::FormState;

/// What kind of control.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FieldKind {
    /// One line.
    #[default]
    Text,
    /// Never echoed.
    Password,
    /// Whole number.
    Number,
    /// Yuan with at most two decimals, `¥` before it; parsed by the room into fen.
    Money,
    /// A day.
    Date,
    /// A wall-clock time.
    Time,
    /// A day and time.
    DateTime,
    /// Several lines.
    TextArea,
    /// One of a list in a drop-down; `(value, label)`.
    Select(Vec<(String, String)>),
    /// One of a few, all visible.
    Radio(Vec<(String, String)>),
    /// Any of a few; posts the name once per pick.
    Checkboxes(Vec<(String, String)>),
    /// Yes or not; posts `1`.
    Checkbox,
    /// A file; the accepted types as in `accept`.
    File(String),
}

/// A field. Build with `Field::text("name", "姓名").hint("…").required()` and render with `.show(&state)`.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// Name in the form; the id is `field-<name>`.
    pub name: String,
    /// Label.
    pub label: String,
    /// Kind of control.
    pub kind: FieldKind,
    /// A sentence below the label.
    pub hint: String,
    /// Must be filled; shown as a word. Fields without it say 选填.
    pub is_required: bool,
    /// Unit after the control: `人`, `课时`.
    pub unit: String,
    /// Longest text, in characters.
    pub max_length: Option<u32>,
    /// HTML autocomplete token: `username`, `tel`, `one-time-code`.
    pub autocomplete: Option<String>,
    /// Value shown when the state has none.
    pub default: String,
    /// Suggestions for a text field.
    pub suggestions: Vec<String>,
    /// Several files at once.
    pub is_multiple: bool,
    /// Uses the phone's camera for a file.
    pub is_camera: bool,
}

fn pairs<V: Into<String>, L: Into<String>>(options: impl IntoIterator<Item = (V, L)>) -> Vec<(String, String)> {
    options.into_iter().map(|(value, label)| (value.into(), label.into())).collect()
}

impl Field {
    fn of(kind: FieldKind, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { kind, name: name.into(), label: label.into(), ..Self::default() }
    }
    /// One line.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::Text, name, label)
    }
    /// A password.
    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::Password, name, label)
    }
    /// A whole number.
    pub fn number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::Number, name, label)
    }
    /// Yuan.
    pub fn money(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::Money, name, label)
    }
    /// A day.
    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::Date, name, label)
    }
    /// A time.
    pub fn time(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::Time, name, label)
    }
    /// A day and time.
    pub fn date_time(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::DateTime, name, label)
    }
    /// Several lines.
    pub fn text_area(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::TextArea, name, label)
    }
    /// A drop-down.
    pub fn select<V: Into<String>, L: Into<String>>(
        name: impl Into<String>,
        label: impl Into<String>,
        options: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        Self::of(FieldKind::Select(pairs(options)), name, label)
    }
    /// One of a few.
    pub fn radio<V: Into<String>, L: Into<String>>(
        name: impl Into<String>,
        label: impl Into<String>,
        options: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        Self::of(FieldKind::Radio(pairs(options)), name, label)
    }
    /// Any of a few.
    pub fn checkboxes<V: Into<String>, L: Into<String>>(
        name: impl Into<String>,
        label: impl Into<String>,
        options: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        Self::of(FieldKind::Checkboxes(pairs(options)), name, label)
    }
    /// Yes or not.
    pub fn checkbox(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(FieldKind::Checkbox, name, label)
    }
    /// A file, e.g. `accept = ".xlsx"`.
    pub fn file(name: impl Into<String>, label: impl Into<String>, accept: impl Into<String>) -> Self {
        Self::of(FieldKind::File(accept.into()), name, label)
    }
    /// A sentence below the label.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
    /// Must be filled.
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }
    /// Unit after the control.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }
    /// Longest text, in characters.
    pub fn max_length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }
    /// HTML autocomplete token.
    pub fn autocomplete(mut self, token: impl Into<String>) -> Self {
        self.autocomplete = Some(token.into());
        self
    }
    /// Value shown when nothing was typed.
    pub fn default_value(mut self, value: impl Into<String>) -> Self {
        self.default = value.into();
        self
    }
    /// Suggestions for a text field.
    pub fn suggestions<S: Into<String>>(mut self, all: impl IntoIterator<Item = S>) -> Self {
        self.suggestions = all.into_iter().map(Into::into).collect();
        self
    }
    /// Several files.
    pub fn multiple(mut self) -> Self {
        self.is_multiple = true;
        self
    }
    /// The phone's camera.
    pub fn camera(mut self) -> Self {
        self.is_camera = true;
        self
    }

    /// The field with what was typed and what is wrong.
    pub fn show(&self, state: &FormState) -> Markup {
        let error = state.error_at(&self.name);
        let groups = matches!(self.kind, FieldKind::Radio(_) | FieldKind::Checkboxes(_));
        let class = if error.is_some() { "jb-field jb-field--wrong" } else { "jb-field" };
        html! {
            @if self.kind == FieldKind::Checkbox {
                div class=(class) { (self.single_checkbox(state)) (self.words(state, error)) }
            } @else if groups {
                fieldset class=(class) id=(self.id()) tabindex="-1" aria-describedby=[self.described_by(error)] {
                    legend class="jb-field__label" { (self.label) (self.mark()) }
                    (self.words(state, error)) (self.group(state))
                }
            } @else {
                div class=(class) {
                    label class="jb-field__label" for=(self.id()) { (self.label) (self.mark()) }
                    (self.words(state, error)) (self.control(state, error))
                }
            }
        }
    }

    fn id(&self) -> String {
        format!("field-{}", self.name)
    }

    fn value<'a>(&'a self, state: &'a FormState) -> &'a str {
        let typed = state.shown(&self.name);
        if typed.is_empty() && state.values(&self.name).is_empty() { &self.default } else { typed }
    }

    fn described_by(&self, error: Option<&str>) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id()));
        let wrong = error.map(|_| format!("{}-error", self.id()));
        let ids: Vec<String> = hint.into_iter().chain(wrong).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn mark(&self) -> Markup {
        html! { @if !self.is_required { span class="jb-field__optional" { "（选填）" } } }
    }

    fn words(&self, state: &FormState, error: Option<&str>) -> Markup {
        html! {
            @if !self.hint.is_empty() { p class="jb-field__hint" id={ (self.id()) "-hint" } { (self.hint) } }
            // Browsers never take a file twice: the one thing of a refused form that is not kept.
            @if matches!(self.kind, FieldKind::File(_)) && error.is_none() && !state.is_clean() {
                p class="jb-field__hint" { "选过文件的，请重新选一次：浏览器不替网页保留文件。" }
            }
            @if let Some(error) = error { p class="jb-field__error" id={ (self.id()) "-error" } { "✕ " (error) } }
        }
    }

    fn control(&self, state: &FormState, error: Option<&str>) -> Markup {
        let (id, described, invalid) = (self.id(), self.described_by(error), error.map(|_| "true"));
        let value = self.value(state);
        match &self.kind {
            FieldKind::TextArea => html! {
                textarea class="form-control" id=(id) name=(self.name) rows="4" maxlength=[self.max_length]
                    required[self.is_required] aria-describedby=[described] aria-invalid=[invalid]
                    data-count[self.max_length.is_some()] { (value) }
            },
            FieldKind::Select(options) => html! {
                select class="form-select" id=(id) name=(self.name) required[self.is_required]
                    aria-describedby=[described] aria-invalid=[invalid] {
                    option value="" { "请选择" }
                    @for (option, label) in options { option value=(option) selected[option == value] { (label) } }
                }
            },
            FieldKind::File(accept) => html! {
                input class="form-control" type="file" id=(id) name=(self.name) accept=(accept)
                    required[self.is_required] multiple[self.is_multiple]
                    capture=[self.is_camera.then_some("environment")]
                    aria-describedby=[described] aria-invalid=[invalid];
            },
            _ => self.input(state, error),
        }
    }

    fn input(&self, state: &FormState, error: Option<&str>) -> Markup {
        let (kind, mode) = match self.kind {
            FieldKind::Password => ("password", None),
            FieldKind::Number => ("text", Some("numeric")),
            FieldKind::Money => ("text", Some("decimal")),
            FieldKind::Date => ("date", None),
            FieldKind::Time => ("time", None),
            FieldKind::DateTime => ("datetime-local", None),
            _ => ("text", None),
        };
        let is_secret = self.kind == FieldKind::Password;
        let value = if is_secret { "" } else { self.value(state) };
        let is_number = matches!(self.kind, FieldKind::Number | FieldKind::Money);
        let list = (!self.suggestions.is_empty()).then(|| format!("{}-list", self.id()));
        html! {
            span class={ "jb-control" @if is_number { " jb-control--number" } } {
                @if self.kind == FieldKind::Money { span class="jb-control__unit" aria-hidden="true" { "¥" } }
                input class="form-control" type=(kind) inputmode=[mode] id=(self.id()) name=(self.name) value=(value)
                    maxlength=[self.max_length] required[self.is_required] autocomplete=[self.autocomplete.as_ref()]
                    list=[list.as_ref()] aria-describedby=[self.described_by(error)]
                    aria-invalid=[error.map(|_| "true")];
                @if !self.unit.is_empty() { span class="jb-control__unit" { (self.unit) } }
                @if let Some(list) = &list {
                    datalist id=(list) { @for one in &self.suggestions { option value=(one) {} } }
                }
            }
        }
    }

    fn group(&self, state: &FormState) -> Markup {
        let (kind, options) = match &self.kind {
            FieldKind::Radio(options) => ("radio", options),
            FieldKind::Checkboxes(options) => ("checkbox", options),
            _ => return html! {},
        };
        let typed = state.values(&self.name);
        let is_picked =
            |value: &str| if typed.is_empty() { self.default == value } else { typed.iter().any(|one| one == value) };
        html! {
            // A few short words stand beside each other.
            @let in_a_row = kind == "checkbox" && options.iter().all(|(_, label)| label.chars().count() <= 4);
            div class={ "jb-choices" @if in_a_row { " jb-choices--row" } } {
                @for (place, (value, label)) in options.iter().enumerate() {
                    @let id = format!("{}-{place}", self.id());
                    label class="jb-choice" for=(id) {
                        input class="form-check-input" type=(kind) id=(id) name=(self.name) value=(value)
                            checked[is_picked(value)];
                        span { (label) }
                    }
                }
            }
        }
    }

    fn single_checkbox(&self, state: &FormState) -> Markup {
        let error = state.error_at(&self.name);
        html! {
            label class="jb-choice" for=(self.id()) {
                input class="form-check-input" type="checkbox" id=(self.id()) name=(self.name) value="1"
                    checked[self.value(state) == "1"]
                    aria-describedby=[self.described_by(error)] aria-invalid=[error.map(|_| "true")];
                span { (self.label) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_field_is_announced_and_keeps_its_value() {
        let mut state = FormState::new().with("phone", "1390");
        state.error("phone", "手机号应为 11 位数字");
        let html = Field::text("phone", "手机号").hint("用于接收短信").required().show(&state).into_string();
        for part in [
            "value=\"1390\"",
            "aria-invalid=\"true\"",
            "aria-describedby=\"field-phone-hint field-phone-error\"",
            "for=\"field-phone\"",
        ] {
            assert!(html.contains(part), "{part} missing in {html}");
        }
    }

    #[test]
    fn after_a_refusal_a_file_is_asked_for_again() {
        let field = Field::file("roster", "名册", ".xlsx");
        let mut state = FormState::new();
        assert!(!field.show(&state).into_string().contains("重新选一次"));
        state.error("phone", "手机号应为 11 位数字");
        assert!(field.show(&state).into_string().contains("重新选一次"));
    }

    #[test]
    fn a_choice_once_emptied_does_not_fall_back_to_its_default() {
        let field = Field::select("regime", "类别", [("a", "合格证"), ("b", "等级证书")]).default_value("a");
        assert!(field.show(&FormState::new()).into_string().contains("value=\"a\" selected"));
        assert!(!field.show(&FormState::new().with("regime", "")).into_string().contains("selected"));
    }
}
