//! The form token's place. Components put a slot into every POST form; the layout (or, for fragments,
//! `csrf::fill`) writes the session's token into all slots at once, so no component has to be handed it
//! and none can forget it. M8.1 (security of the system).

use maud::{Markup, PreEscaped, html};

/// Name of the hidden field in every POST form.
pub const FIELD: &str = "csrf";

/// The slot as it stands in rendered markup. It contains bare quotes, which text from users never does
/// after escaping, so nobody can make a slot out of data.
pub(crate) const SLOT: &str = "name=\"csrf\" value=\"@@csrf@@\"";

/// The hidden field, still empty. Every hand-written POST form must contain it.
pub fn slot() -> Markup {
    html! { input type="hidden" name="csrf" value="@@csrf@@"; }
}

/// Writes the session's token into all slots of a fragment. `page` does this by itself.
pub fn fill(markup: Markup, token: &str) -> Markup {
    let filled = html! { (token) }.into_string();
    PreEscaped(markup.into_string().replace(SLOT, &format!("name=\"csrf\" value=\"{filled}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_is_filled_and_data_cannot_make_one() {
        let page = html! { (slot()) p { (SLOT) } };
        let text = fill(page, "a\"b").into_string();
        assert!(text.starts_with("<input type=\"hidden\" name=\"csrf\" value=\"a&quot;b\">"), "{text}");
        assert!(text.contains("@@csrf@@"), "escaped data stays as it was: {text}");
    }
}
