//! The completion certificate as a PDF (培训合格证书; M3.1, domain §4.1 field list, §12.5): A4 across,
//! vector text and QR, Chinese font of the machine or of `JINBU_FONT`.

use std::path::PathBuf;
use std::sync::Arc;

use crate::refusals::CERTIFICATE;
use foundation::Refusal;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use store::tables::supervision::certificate;

/// Where Chinese serif and sans fonts usually are, with the Simplified Chinese face's index.
const FONTS: &[(&str, u32)] = &[
    ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
];

/// A4 across, in points.
const PAGE: (f32, f32) = (841.89, 595.28);

/// One certificate and the address its QR leads to.
pub struct Sheet<'a> {
    /// The row.
    pub certificate: &'a certificate::Model,
    /// `https://…/verify/PXHG…?s=…`.
    pub address: String,
}

/// The PDF of these certificates, one page each. Slow (reads a font): call from a blocking task.
/// Errors: a refusal that names the missing font.
pub fn pdf(sheets: &[Sheet<'_>]) -> Result<Vec<u8>, Refusal> {
    let font = font()?;
    let mut document = Document::new();
    let title = sheets.first().map_or_else(String::new, |one| format!("培训合格证书 {}", one.certificate.number));
    document.set_metadata(Metadata::new().title(title).language("zh-CN".into()).creator("进补".into()));
    for sheet in sheets {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| broken("page size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        Drawing { surface: &mut surface, font: &font }.certificate(sheet);
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| broken(&format!("{error:?}")))
}

fn broken(why: &str) -> Refusal {
    tracing::error!(why, "certificate PDF");
    CERTIFICATE.refuse("证书文件没有生成").fix("请稍后再试；多次不成请联系技术人员")
}

fn font() -> Result<Font, Refusal> {
    let own = std::env::var("JINBU_FONT").ok().map(|path| (PathBuf::from(path), 0));
    let known = FONTS.iter().map(|(path, index)| (PathBuf::from(path), *index));
    own.into_iter()
        .chain(known)
        .find_map(|(path, index)| Font::new(Arc::new(std::fs::read(path).ok()?).into(), index))
        .ok_or_else(|| {
            CERTIFICATE
                .refuse("服务器上没有中文字体")
                .fix("请管理员安装 Noto CJK 字体（fonts-noto-cjk），或用 JINBU_FONT 指明字体文件")
        })
}

struct Drawing<'a, 's> {
    surface: &'a mut Surface<'s>,
    font: &'a Font,
}

impl Drawing<'_, '_> {
    fn certificate(&mut self, sheet: &Sheet<'_>) {
        let one = sheet.certificate;
        self.frame();
        self.centred(128.0, 40.0, "培训合格证书", BLUE);
        self.centred(158.0, 12.0, &format!("证书编号  {}", one.number), GREY);
        let left = 118.0;
        self.text(left, 222.0, 22.0, &one.name, INK);
        self.text(
            left + 22.0 * width(&one.name) + 16.0,
            222.0,
            14.0,
            &format!("（证件号码 {}）", one.id_number_masked),
            GREY,
        );
        let line = |date: foundation::Date| {
            format!(
                "{}年{}月{}日",
                chrono::Datelike::year(&date),
                chrono::Datelike::month(&date),
                chrono::Datelike::day(&date)
            )
        };
        self.text(left, 266.0, 17.0, &format!("于 {} 至 {}，参加", line(one.starts_on), line(one.ends_on)), INK);
        self.text(left, 302.0, 21.0, &one.item_name, BLUE);
        self.text(
            left + 21.0 * width(&one.item_name) + 12.0,
            302.0,
            17.0,
            &format!("职业技能培训，计 {} 课时，经结业考核合格，", one.periods),
            INK,
        );
        self.text(left, 338.0, 17.0, "准予结业，特发此证。", INK);
        self.text(left, 420.0, 15.0, &format!("培训机构：{}", one.institution_name), INK);
        self.text(left, 448.0, 15.0, &format!("发证日期：{}", line(one.issued_on)), INK);
        self.text(left, 500.0, 10.0, "扫码可查验真伪。查验页只显示隐去部分内容的姓名，不显示证件号码。", GREY);
        if void(one) {
            self.centred(380.0, 60.0, "已撤销", RED);
        }
        self.qr(PAGE.0 - 118.0 - 110.0, 398.0, 110.0, &sheet.address);
    }

    fn frame(&mut self) {
        for (inset, width) in [(34.0, 2.4), (42.0, 0.8)] {
            self.surface.set_fill(None);
            self.surface.set_stroke(Some(Stroke {
                paint: rgb::Color::new(BLUE.0, BLUE.1, BLUE.2).into(),
                width,
                ..Stroke::default()
            }));
            if let Some(path) = rect(inset, inset, PAGE.0 - 2.0 * inset, PAGE.1 - 2.0 * inset) {
                self.surface.draw_path(&path);
            }
        }
        self.surface.set_stroke(None);
    }

    fn text(&mut self, x: f32, y: f32, size: f32, text: &str, (r, g, b): (u8, u8, u8)) {
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: rgb::Color::new(r, g, b).into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::default(),
        }));
        self.surface.draw_text(Point::from_xy(x, y), self.font.clone(), size, text, false, TextDirection::Auto);
    }

    fn centred(&mut self, y: f32, size: f32, text: &str, colour: (u8, u8, u8)) {
        self.text((PAGE.0 - size * width(text)) / 2.0, y, size, text, colour);
    }

    fn qr(&mut self, x: f32, y: f32, side: f32, address: &str) {
        let Ok(code) = qrcode::QrCode::with_error_correction_level(address, qrcode::EcLevel::M) else { return };
        let count = code.width();
        #[expect(clippy::cast_precision_loss, reason = "a QR code has at most 177 modules a side")]
        let (module, at) = (side / count as f32, |n: usize| n as f32);
        self.surface.set_fill(Some(Fill {
            paint: rgb::Color::new(INK.0, INK.1, INK.2).into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::default(),
        }));
        for (index, colour) in code.to_colors().into_iter().enumerate() {
            if colour == qrcode::Color::Dark
                && let Some(path) = rect(x + at(index % count) * module, y + at(index / count) * module, module, module)
            {
                self.surface.draw_path(&path);
            }
        }
    }
}

const BLUE: (u8, u8, u8) = (31, 80, 146);
const INK: (u8, u8, u8) = (28, 36, 48);
const GREY: (u8, u8, u8) = (96, 108, 124);
const RED: (u8, u8, u8) = (176, 42, 36);

fn void(one: &certificate::Model) -> bool {
    !one.valid
}

fn rect(x: f32, y: f32, width: f32, height: f32) -> Option<krilla::geom::Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, width, height)?);
    path.finish()
}

/// Rough width in ems: Chinese letters are one, Latin ones about half.
fn width(text: &str) -> f32 {
    text.chars().map(|c| if c.is_ascii() { 0.54 } else { 1.0 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::{Ids, Periods};

    #[test]
    fn m3_1_the_certificate_carries_its_number_and_name() {
        let ids = Ids::seeded(3);
        let at = chrono::DateTime::UNIX_EPOCH;
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        let district: foundation::DistrictCode = "350582".parse().unwrap();
        let row = certificate::Model {
            id: ids.make(at),
            number: "PXHG35058220260001000001X".into(),
            class: ids.make(at),
            enrolment: ids.make(at),
            person: ids.make(at),
            name: "林玉珍".into(),
            id_number_masked: "350199********0011".into(),
            item_name: "育婴员".into(),
            periods: Periods(56),
            starts_on: day,
            ends_on: day,
            institution: ids.make(at),
            institution_name: "晋江市安海职业培训学校".into(),
            issued_on: day,
            salt: String::new(),
            valid: true,
            annulled_reason: String::new(),
            path: district.management_path(),
            district,
            created_at: at,
            version: 1,
        };
        let made = pdf(&[Sheet {
            certificate: &row,
            address: "http://127.0.0.1:8080/verify/PXHG35058220260001000001X".into(),
        }]);
        let Ok(bytes) = made else {
            assert!(made.unwrap_err().fact.contains("字体"), "without a font the refusal names it");
            return;
        };
        assert!(bytes.starts_with(b"%PDF-"));
        let path = std::env::temp_dir().join(format!("jinbu-certificate-{}.pdf", std::process::id()));
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(text) = std::process::Command::new("pdftotext").arg("-layout").arg(&path).arg("-").output() {
            let text = String::from_utf8_lossy(&text.stdout).into_owned();
            assert!(
                text.contains("PXHG35058220260001000001X") && text.contains("林玉珍") && text.contains("56"),
                "{text}"
            );
        }
        if let Ok(keep) = std::env::var("JINBU_KEEP_PDF") {
            std::fs::copy(&path, keep).unwrap();
        }
        std::fs::remove_file(&path).ok();
    }
}
