//! Workbooks that people take away (M7.2; domain.md §14): typed columns, bounded rows, and a line that
//! says who took them when. Texts are written as texts, so a cell can never become a formula.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::Datelike;
use foundation::limits::EXPORT_ROWS;
use foundation::{Date, Fault, Fen, Stop};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::Desk;
use crate::refusals::EXPORT_LIMIT;

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
    fn in_csv(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Money(money) => money.to_string().replace(',', ""),
            Self::Day(day) => day.to_string(),
            Self::Empty => String::new(),
        }
    }
    /// A day, where there is one.
    pub fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }
}

/// Which file a page that is asked with `?export=xlsx` or `csv` is to answer with; empty: the page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Export {
    /// `xlsx`, `csv` or nothing.
    pub export: String,
    /// Page number, where there are pages.
    pub page: String,
}

/// One table on its way out.
#[derive(Debug, Clone, Default)]
pub struct Sheet<'a> {
    /// Title over the table and name of the file, without `.xlsx`.
    pub title: String,
    /// Column heads with their width in letters.
    pub columns: Vec<(&'a str, u16)>,
    /// Rows, one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

impl<'a> Sheet<'a> {
    /// What a register shows, as it stands: its columns, its rows in words, numbers and money as numbers.
    pub fn of(register: &'a ui::Register) -> Self {
        Self::table(register.title.clone(), &register.columns, &register.rows)
    }

    /// The same for a plain table.
    pub fn table(title: String, columns: &'a [ui::Column], rows: &[ui::Row]) -> Self {
        let width = |at: usize| if at == 0 { 28 } else { 16 };
        let cells =
            |row: &ui::Row| row.cells.iter().zip(columns).map(|(cell, column)| typed(cell, column.is_number)).collect();
        Self {
            title,
            columns: columns.iter().enumerate().map(|(at, one)| (one.label.as_str(), width(at))).collect(),
            rows: rows.iter().map(cells).collect(),
        }
    }

    /// The file that was asked for: `csv`, else the workbook.
    pub fn answer_as(&self, desk: &Desk, export: &str) -> Result<Response, Stop> {
        if export != "csv" {
            return self.answer(desk);
        }
        check_rows(self.rows.len())?;
        let name = format!("{}{}.csv", self.title, desk.today().format("%Y%m%d"));
        let disposition = format!("attachment; filename*=UTF-8''{}", ui::table::encode(&name));
        Ok((
            [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            self.csv(),
        )
            .into_response())
    }

    /// Comma-separated text with a byte order mark, as office programs open it.
    fn csv(&self) -> String {
        let line = |cells: &mut dyn Iterator<Item = String>| cells.collect::<Vec<_>>().join(",") + "\r\n";
        let mut text = String::from("\u{feff}");
        text.push_str(&line(&mut self.columns.iter().map(|(label, _)| quoted(label))));
        for row in &self.rows {
            text.push_str(&line(&mut row.iter().map(Cell::in_csv)));
        }
        text
    }

    /// The file as an answer. Errors: a refusal when there are more rows than an office program opens well.
    pub fn answer(&self, desk: &Desk) -> Result<Response, Stop> {
        let bytes = self.bytes(desk)?;
        let name = format!("{}{}.xlsx", self.title, desk.today().format("%Y%m%d"));
        let disposition = format!("attachment; filename*=UTF-8''{}", ui::table::encode(&name));
        Ok((
            [
                (header::CONTENT_TYPE, XLSX.to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            bytes,
        )
            .into_response())
    }

    /// The file's bytes.
    pub fn bytes(&self, desk: &Desk) -> Result<Vec<u8>, Stop> {
        check_rows(self.rows.len())?;
        self.write(desk).map_err(|e| Fault::Upstream(format!("workbook: {e}")).into())
    }

    fn write(&self, desk: &Desk) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(
            &DocProperties::new()
                .set_title(&self.title)
                .set_author(&desk.actor.office_name)
                .set_creation_datetime(&excel_day(desk.today())?),
        );
        let sheet = book.add_worksheet();
        let who = if desk.actor.office_name.is_empty() {
            desk.actor.name.clone()
        } else {
            format!("{} {}", desk.actor.office_name, desk.actor.name)
        };
        sheet.write_string_with_format(0, 0, &self.title, &Format::new().set_bold().set_font_size(14))?;
        sheet.write_string_with_format(
            1,
            0,
            format!("导出人：{who}　导出时间：{}　共 {} 行", ui::dates::full_moment(desk.now()), self.rows.len()),
            &Format::new().set_font_color("666666"),
        )?;
        let head = Format::new()
            .set_bold()
            .set_border(FormatBorder::Thin)
            .set_background_color("EEF2F7")
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter);
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

/// A shown number, sum or deadline as what it is; everything else stays text.
fn typed(cell: &maud::Markup, is_number: bool) -> Cell {
    let words = ui::table::words(cell);
    if let Some(day) = ui::table::day_of(cell) {
        return if words.contains("暂定") {
            Cell::Text(format!("{}（暂定）", ui::dates::full_day(day)))
        } else {
            Cell::Day(day)
        };
    }
    let digits = || words.replace([',', ' '], "");
    match words.strip_prefix('¥') {
        Some(yuan) if is_number => Fen::from_yuan_text(yuan).map_or_else(|| Cell::Text(words.clone()), Cell::Money),
        None if is_number => digits().parse::<i64>().map_or_else(|_| Cell::Text(words.clone()), Cell::Number),
        _ if words == "—" => Cell::Empty,
        _ => Cell::Text(words),
    }
}

/// A cell's text between quotes; what an office program would take for a formula is told to be text.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// Errors: a refusal above `EXPORT_ROWS`.
fn check_rows(count: usize) -> Result<(), Stop> {
    if u64::try_from(count).is_ok_and(|count| count <= EXPORT_ROWS) {
        return Ok(());
    }
    Err(EXPORT_LIMIT.refuse(format!("要导出 {count} 行，一个文件最多 {EXPORT_ROWS} 行")).into())
}

struct Formats {
    text: Format,
    number: Format,
    money: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        let base =
            || Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::VerticalCenter);
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
            Cell::Money(money) => {
                sheet.write_string_or_number(row, column, money.to_string().replace(',', ""), &self.money)?
            }
            Cell::Day(day) => sheet.write_datetime_with_format(row, column, excel_day(*day)?, &self.day)?,
            Cell::Empty => sheet.write_blank(row, column, &self.text)?,
        };
        Ok(())
    }
}

/// The file format knows only binary numbers: the decimal text is handed over at this one place.
trait Decimal {
    fn write_string_or_number(
        &mut self,
        row: u32,
        column: u16,
        decimal: String,
        format: &Format,
    ) -> Result<&mut Worksheet, XlsxError>;
}
impl Decimal for Worksheet {
    fn write_string_or_number(
        &mut self,
        row: u32,
        column: u16,
        decimal: String,
        format: &Format,
    ) -> Result<&mut Worksheet, XlsxError> {
        match decimal.parse::<f64>() {
            Ok(number) => self.write_number_with_format(row, column, number, format),
            Err(_) => self.write_string_with_format(row, column, decimal, format),
        }
    }
}

fn excel_day(day: Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(
        u16::try_from(day.year()).unwrap_or(1900),
        u8::try_from(day.month()).unwrap_or(1),
        u8::try_from(day.day()).unwrap_or(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_is_taken_as_it_stands_and_no_cell_becomes_a_formula() {
        use maud::html;
        let register = ui::Register {
            title: "补贴".into(),
            columns: vec![ui::Column::text("机构"), ui::Column::number("人数"), ui::Column::number("金额")],
            rows: vec![ui::Row::link(
                "/x",
                vec![html! { "=1+1 " b { "甲&乙" } }, html! { "1,204" }, ui::money(Fen(125_000))],
            )],
            ..ui::Register::default()
        };
        let sheet = Sheet::of(&register);
        assert_eq!(sheet.rows[0], [Cell::text("=1+1 甲&乙"), Cell::Number(1204), Cell::Money(Fen(125_000))]);
        assert_eq!(sheet.csv(), "\u{feff}\"机构\",\"人数\",\"金额\"\r\n\"'=1+1 甲&乙\",1204,1250\r\n");
    }

    #[test]
    fn a_deadline_is_taken_as_its_day_not_as_tomorrow() {
        use maud::Render;
        let (today, due) = (Date::from_ymd_opt(2026, 11, 24).unwrap(), Date::from_ymd_opt(2026, 11, 25).unwrap());
        assert_eq!(typed(&ui::Due::on(due, today).render(), false), Cell::Day(due));
        assert_eq!(
            typed(&ui::Due::on(due, today).certain(false).render(), false),
            Cell::text("2026年11月25日（暂定）")
        );
        assert_eq!(typed(&ui::Due::none().render(), false), Cell::text("不限时"));
    }

    #[test]
    fn exports_are_bounded_and_say_so() {
        assert!(check_rows(100_000).is_ok());
        assert!(matches!(check_rows(100_001), Err(Stop::Refused(why)) if why[0].fix.contains("筛选")));
    }
}
