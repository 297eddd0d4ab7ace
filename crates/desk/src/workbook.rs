//! Workbooks that people take away (M7.2; domain.md §14): typed columns, bounded rows, and a line that
//! says who took them when. Texts are written as texts, so a cell can never become a formula.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::Datelike;
use foundation::limits::EXPORT_ROWS;
use foundation::{Date, Fault, Fen, Refusal, Stop};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::Desk;

/// MIME type of `.xlsx`.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Rows above the first line of data: title, who took it, column heads.
const HEAD_ROWS: u32 = 3;

/// One typed cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text, written as text even when it looks like a formula or a number.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Money, shown in yuan with two decimals.
    Money(Fen),
    /// A day.
    Day(Date),
    /// Nothing.
    Empty,
}

impl Cell {
    /// A text cell.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
    /// A day, where there is one.
    pub fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }
}

/// One table on its way out.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Title over the table and name of the file, without `.xlsx`.
    pub title: String,
    /// Column heads with their width in letters.
    pub columns: Vec<(&'static str, u16)>,
    /// Rows, one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// The file as an answer. Errors: a refusal when there are more rows than an office program opens well.
    pub fn answer(&self, desk: &Desk) -> Result<Response, Stop> {
        let bytes = self.bytes(desk)?;
        let name = format!("{}{}.xlsx", self.title, desk.today().format("%Y%m%d"));
        let disposition = format!("attachment; filename*=UTF-8''{}", ui::table::encode(&name));
        Ok(([(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, disposition), (header::CACHE_CONTROL, "no-store".to_owned())], bytes)
            .into_response())
    }

    /// The file's bytes.
    pub fn bytes(&self, desk: &Desk) -> Result<Vec<u8>, Stop> {
        check_rows(self.rows.len())?;
        self.write(desk).map_err(|e| Fault::Upstream(format!("workbook: {e}")).into())
    }

    fn write(&self, desk: &Desk) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_title(&self.title).set_author(&desk.actor.office_name).set_creation_datetime(&excel_day(desk.today())?));
        let sheet = book.add_worksheet();
        let who = if desk.actor.office_name.is_empty() { desk.actor.name.clone() } else { format!("{} {}", desk.actor.office_name, desk.actor.name) };
        sheet.write_string_with_format(0, 0, &self.title, &Format::new().set_bold().set_font_size(14))?;
        sheet.write_string_with_format(
            1,
            0,
            format!("导出人：{who}　导出时间：{}　共 {} 行", ui::dates::full_moment(desk.now()), self.rows.len()),
            &Format::new().set_font_color("666666"),
        )?;
        let head =
            Format::new().set_bold().set_border(FormatBorder::Thin).set_background_color("EEF2F7").set_text_wrap().set_align(FormatAlign::VerticalCenter);
        for (place, (label, width)) in self.columns.iter().enumerate() {
            let column = u16::try_from(place).unwrap_or(u16::MAX);
            sheet.set_column_width(column, *width)?;
            sheet.write_string_with_format(HEAD_ROWS - 1, column, *label, &head)?;
        }
        sheet.set_freeze_panes(HEAD_ROWS, 0)?;
        let body = Formats::new();
        for (row, cells) in (HEAD_ROWS..).zip(&self.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                body.put(sheet, row, column, cell)?;
            }
        }
        book.save_to_buffer()
    }
}

/// Errors: a refusal above `EXPORT_ROWS`.
fn check_rows(count: usize) -> Result<(), Stop> {
    if u64::try_from(count).is_ok_and(|count| count <= EXPORT_ROWS) {
        return Ok(());
    }
    Err(Refusal::new("导出上限", "M7.2", format!("要导出 {count} 行，一个文件最多 {EXPORT_ROWS} 行"), "导出设置", "请用筛选缩小范围后再导出").into())
}

struct Formats {
    text: Format,
    number: Format,
    money: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        let base = || Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::VerticalCenter);
        Self {
            text: base().set_num_format("@"),
            number: base().set_num_format("0"),
            money: base().set_num_format("#,##0.00"),
            day: base().set_num_format("yyyy-mm-dd"),
        }
    }
    fn put(&self, sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        match cell {
            Cell::Text(text) => sheet.write_string_with_format(row, column, text.as_str(), &self.text)?,
            Cell::Number(number) => sheet.write_string_or_number(row, column, number.to_string(), &self.number)?,
            Cell::Money(money) => sheet.write_string_or_number(row, column, money.to_string().replace(',', ""), &self.money)?,
            Cell::Day(day) => sheet.write_datetime_with_format(row, column, excel_day(*day)?, &self.day)?,
            Cell::Empty => sheet.write_blank(row, column, &self.text)?,
        };
        Ok(())
    }
}

/// The file format knows only binary numbers: the decimal text is handed over at this one place.
trait Decimal {
    fn write_string_or_number(&mut self, row: u32, column: u16, decimal: String, format: &Format) -> Result<&mut Worksheet, XlsxError>;
}
impl Decimal for Worksheet {
    fn write_string_or_number(&mut self, row: u32, column: u16, decimal: String, format: &Format) -> Result<&mut Worksheet, XlsxError> {
        match decimal.parse::<f64>() {
            Ok(number) => self.write_number_with_format(row, column, number, format),
            Err(_) => self.write_string_with_format(row, column, decimal, format),
        }
    }
}

fn excel_day(day: Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), u8::try_from(day.month()).unwrap_or(1), u8::try_from(day.day()).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_bounded_and_say_so() {
        assert!(check_rows(100_000).is_ok());
        assert!(matches!(check_rows(100_001), Err(Stop::Refused(why)) if why[0].fix.contains("筛选")));
    }
}
