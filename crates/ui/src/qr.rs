//! QR codes as inline SVG (allowed under a strict CSP): roll-call codes that rotate, certificate
//! verification codes (M3.4 attendance, M4.3 certificates).

use maud::{Markup, PreEscaped, Render, html};
use qrcode::{EcLevel, QrCode};

/// A QR code of a text; `label` says what it opens. A text too long for a code (over about 2 900
/// bytes) is shown as text instead.
pub fn qr(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return html! { p class="jb-number" { (text) } };
    };
    let width = code.width();
    let side = width + 8;
    let mut path = String::new();
    for (place, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            let (x, y) = (place % width + 4, place / width + 4);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    html! {
        svg class="jb-qr" viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(label)
            shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            (PreEscaped(format!("<path d=\"{path}\" fill=\"#000\"/>")))
        }
    }
}

/// A code that changes by itself while the page is open.
#[derive(Debug, Clone, Default)]
pub struct RotatingCode {
    /// What the code opens.
    pub text: String,
    /// The same as a short number to type, for phones that cannot scan.
    pub digits: String,
    /// Address of this same fragment.
    pub refresh: String,
    /// Seconds until it changes.
    pub seconds_left: u32,
}

impl Render for RotatingCode {
    fn render(&self) -> Markup {
        html! {
            div id="rotating-code" class="jb-rotating" hx-get=(self.refresh)
                hx-trigger={ "load delay:" (self.seconds_left.max(1)) "s" }
                hx-select="#rotating-code" hx-swap="outerHTML" {
                (qr(&self.text, "签到二维码"))
                @if !self.digits.is_empty() {
                    p class="jb-rotating__digits" { "签到码 " strong class="jb-number" { (self.digits) } }
                }
                p class="jb-faint" {
                    span data-countdown=(self.seconds_left) { (self.seconds_left) }
                    " 秒后更换 · " a href=(self.refresh) { "立即更换" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_svg_with_a_name_and_too_long_a_text_stays_readable() {
        let svg = qr("https://example.cn/c/1", "证书核验").into_string();
        assert!(svg.starts_with("<svg") && svg.contains("aria-label=\"证书核验\"") && !svg.contains("style="));
        assert!(qr(&"字".repeat(2000), "x").into_string().starts_with("<p"));
    }
}
