//! Uploaded workbooks as plain rows of text (M7.1, M8.9): XLSX and CSV, bounded before anything is unpacked or
//! laid out and again while it is read, so that a broken, huge or hostile file gets a plain Chinese word and nothing
//! else (decisions/0015). Requests read them by `Desk::read_apart` only.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};
use chrono::{Days, NaiveDate};
use foundation::{Refusal, Rule};

use crate::archive::{self, Found};
use crate::reading::Going;

/// Cells that a file may have, those that only carry a format among them: a full roster has four thousand.
pub(crate) const CELLS: usize = 100_000;
/// Sheets that a workbook may have.
const SHEETS: usize = 50;
/// Columns looked at.
const COLUMNS: u32 = 60;
/// Rows searched for the header.
pub const HEADER_ROWS: usize = 12;

/// What kind of file is wanted, for the words of its refusals.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The rule that refuses it.
    pub rule: &'static Rule,
    /// `名册`: what the file is called.
    pub noun: &'static str,
    /// Rows of data at most.
    pub most: usize,
    /// What to do with too many.
    pub split: &'static str,
}

impl Wanted {
    /// Rows looked at: the most that may be, the header, and some blank rows between.
    fn rows(&self) -> usize {
        2 * self.most + HEADER_ROWS
    }
    /// A refusal of the whole file.
    pub fn whole(&self, fact: &str, fix: &str) -> Refusal {
        self.rule.refuse(fact).source("上传的文件").fix(fix).at("file")
    }
    pub(crate) fn broken(&self) -> Refusal {
        self.whole("文件打不开，可能已损坏", "请用表格软件重新保存为 .xlsx 后再上传，或改用 .csv")
    }
    pub(crate) fn too_big(&self) -> Refusal {
        self.whole("文件解压后过大", &format!("{}一般只有几十 KB，请删去多余的工作表和图片", self.noun))
    }
    pub(crate) fn too_many_cells(&self) -> Refusal {
        let fix = "多半是给空行空列设了格式：请把有内容的几行复制到新的表格里，保存后再上传";
        self.whole(&format!("表格超过 {} 万个单元格", CELLS / 10_000), fix)
    }
    fn too_long(&self) -> Refusal {
        self.whole(&format!("{}超过 {} 行", self.noun, self.most), self.split)
    }
}

/// Rows of the first sheet that has any cell, or of a CSV file. Row 1 of the file is element 0.
/// Errors: a refusal at field `file` when the file as a whole cannot be read.
pub fn rows(name: &str, bytes: &[u8], wanted: &Wanted) -> Result<Vec<Vec<String>>, Refusal> {
    rows_while(name, bytes, wanted, &Going::default())
}

/// The same, as long as somebody waits for it.
pub fn rows_while(name: &str, bytes: &[u8], wanted: &Wanted, going: &Going) -> Result<Vec<Vec<String>>, Refusal> {
    if bytes.is_empty() {
        return Err(
            wanted.whole("没有选择文件，或文件是空的", &format!("请选择填好的{}文件（.xlsx 或 .csv）", wanted.noun))
        );
    }
    if bytes.starts_with(b"PK") {
        return xlsx(bytes, wanted, going);
    }
    if name.to_lowercase().ends_with(".xls") || bytes.starts_with(&[0xd0, 0xcf]) {
        return Err(
            wanted.whole("这是旧版 .xls 文件，或加了密码的文件", "请去掉密码，在表格软件里“另存为”.xlsx 后再上传")
        );
    }
    csv_rows(bytes, wanted, going)
}

fn xlsx(bytes: &[u8], wanted: &Wanted, going: &Going) -> Result<Vec<Vec<String>>, Refusal> {
    let mut found = archive::check(bytes, wanted, going)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| wanted.broken())?;
    let sheets = book.sheet_names();
    if sheets.len() > SHEETS {
        return Err(wanted.whole(
            &format!("文件里有 {} 张工作表", sheets.len()),
            &format!("请只留下{}那一张，保存后再上传", wanted.noun),
        ));
    }
    let mut left = CELLS;
    for sheet in sheets {
        let rows = sheet_rows(&mut book, &sheet, wanted, going, &mut left)?;
        if rows.iter().flatten().any(|cell| !cell.trim().is_empty()) {
            return Ok(rows);
        }
        pass_over(&mut found, wanted)?;
    }
    Err(wanted.whole("表格里没有内容", &format!("请选择填好的{}文件", wanted.noun)))
}

/// Many sheets may name one part: each empty one costs what the costliest part would.
fn pass_over(found: &mut Found, wanted: &Wanted) -> Result<(), Refusal> {
    if found.pass() { Ok(()) } else { Err(wanted.too_big()) }
}

/// Cell by cell: a sheet with one cell in the far corner must not be laid out as a rectangle.
fn sheet_rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    wanted: &Wanted,
    going: &Going,
    left: &mut usize,
) -> Result<Vec<Vec<String>>, Refusal> {
    // A chart sheet has no cells; the next one may.
    let Ok(mut cells) = book.worksheet_cells_reader(sheet) else { return Ok(Vec::new()) };
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|_| wanted.broken())? {
        *left = left.checked_sub(1).ok_or_else(|| wanted.too_many_cells())?;
        if going.is_over() {
            return Err(wanted.broken());
        }
        let (row, column) = cell.get_position();
        let text = text_of(cell.get_value());
        if column >= COLUMNS || text.is_empty() {
            continue;
        }
        let (row, column) = (row as usize, column as usize);
        if row >= wanted.rows() {
            return Err(wanted.too_long());
        }
        if rows.len() <= row {
            rows.resize(row + 1, Vec::new());
        }
        if rows[row].len() <= column {
            rows[row].resize(column + 1, String::new());
        }
        rows[row][column] = text;
    }
    Ok(rows)
}

fn text_of(data: &DataRef<'_>) -> String {
    match data {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // An id number stored as a number has lost its last digits: shown as it is, refused by the roster.
        DataRef::Float(number) => {
            if number.fract() == 0.0 && number.abs() < 1e15 {
                format!("{number:.0}")
            } else {
                format!("{number:e}")
            }
        }
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(when) => day_of_serial(when.as_f64()).map_or_else(String::new, |day| day.to_string()),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A workbook's day number, counted from 30 December 1899.
fn day_of_serial(serial: f64) -> Option<NaiveDate> {
    if !(1.0..200_000.0).contains(&serial) {
        return None;
    }
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(serial.trunc() as u64))
}

/// UTF-8, or what Chinese banks and older office programs write: GB 18030.
fn csv_text(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) {
        return Some(text.to_owned());
    }
    let (text, had_errors) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    (!had_errors).then(|| text.into_owned())
}

fn csv_rows(bytes: &[u8], wanted: &Wanted, going: &Going) -> Result<Vec<Vec<String>>, Refusal> {
    let text = csv_text(bytes)
        .ok_or_else(|| wanted.whole("文件的文字编码认不出来，也不是 .xlsx", "请另存为 .xlsx，或“CSV UTF-8”格式"))?;
    if text.contains('\0') {
        return Err(wanted.whole(&format!("文件不是{}", wanted.noun), "请上传 .xlsx 或 .csv 文件"));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut rows, mut left): (Vec<Vec<String>>, usize) = (Vec::new(), CELLS);
    for record in reader.records() {
        if going.is_over() {
            return Err(wanted.broken());
        }
        let record = record.map_err(|_| wanted.whole("CSV 格式不对", "请用表格软件另存为 .xlsx 后再上传"))?;
        // The reader skips blank lines; row numbers must stay those that people see.
        let line = record.position().map_or(rows.len() + 1, |at| usize::try_from(at.line()).unwrap_or(usize::MAX));
        if line > wanted.rows() {
            return Err(wanted.too_long());
        }
        left = left.checked_sub(record.len()).ok_or_else(|| wanted.too_many_cells())?;
        while rows.len() + 1 < line {
            rows.push(Vec::new());
        }
        rows.push(record.iter().take(COLUMNS as usize).map(str::to_owned).collect());
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: Wanted = Wanted {
        rule: &foundation::Rule { id: "花名册", clause: "M7.1", source: "花名册", fix: "" },
        noun: "名册",
        most: 500,
        split: "请分开上传",
    };

    #[test]
    fn one_cell_in_the_far_corner_does_not_lay_out_a_billion() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "姓名").unwrap();
        sheet.write_string(1_048_575, 16_383, "x").unwrap();
        let read = rows("a.xlsx", &book.save_to_buffer().unwrap(), &ROSTER).unwrap();
        assert_eq!(read, vec![vec!["姓名".to_owned()]]);
    }

    #[test]
    fn a_csv_in_gb_18030_reads_and_rubbish_does_not() {
        let (bytes, ..) = encoding_rs::GB18030.encode("姓名,结果\n林玉珍,成功\n");
        assert_eq!(rows("a.csv", &bytes, &ROSTER).unwrap()[1], ["林玉珍", "成功"]);
        assert!(rows("a.csv", &[0xff, 0xfe, 0x81, 0x20], &ROSTER).unwrap_err().fact.contains("编码"));
    }

    #[test]
    fn an_empty_first_sheet_is_passed_over() {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet();
        book.add_worksheet().write_string(2, 1, "姓名").unwrap();
        let read = rows("a.xlsx", &book.save_to_buffer().unwrap(), &ROSTER).unwrap();
        assert_eq!(read[2][1], "姓名");
    }
}
