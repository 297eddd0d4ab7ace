//! Rosters from workbooks (M7.1; peers.md: one bad row must not fail all): any column order, titles and
//! blank rows skipped, every error of the file in one pass with row, column, reason and fix.

mod row;
mod template;

use std::collections::HashMap;

use desk::Desk;
use desk::reading::Going;
use foundation::limits::ROSTER_ROWS;
use foundation::{Date, Refusal, Stop};

pub use self::row::{RosterPerson, RosterRow, RowError};
pub use self::template::template;
use crate::sheet::{self, HEADER_ROWS, ROSTER, whole};

/// What a file gave: good rows are kept whatever the others are.
#[derive(Debug, Clone, Default)]
pub struct RosterFile {
    /// Good rows, in order.
    pub persons: Vec<RosterPerson>,
    /// Everything wrong, in order.
    pub errors: Vec<RowError>,
}

/// Reads an XLSX or CSV file. Errors: a refusal when the file as a whole is not a roster.
pub fn read(name: &str, bytes: &[u8], today: Date, allow_synthetic: bool) -> Result<RosterFile, Refusal> {
    parse(sheet::rows(name, bytes, &Going::default())?, today, allow_synthetic)
}

/// The same for a request: away from the threads that answer, in the account's turn.
pub async fn read_apart(desk: &Desk, name: String, bytes: Vec<u8>) -> Result<RosterFile, Stop> {
    let (today, is_demo) = (desk.today(), desk.premises.settings.demo);
    desk.read_apart(&ROSTER, move |going| {
        sheet::rows(&name, &bytes, going).and_then(|rows| parse(rows, today, is_demo)).map_err(|no| vec![no])
    })
    .await
}

/// The columns we know, by the words that head them.
const HEADS: &[(&str, &[&str])] = &[
    ("name", &["姓名", "学员姓名", "名字"]),
    ("id_type", &["证件类型", "证件种类"]),
    ("id_number", &["证件号码", "身份证号", "身份证号码", "身份证", "公民身份号码", "证件号"]),
    ("phone", &["联系电话", "电话", "手机", "手机号", "手机号码", "联系方式"]),
    ("category", &["人员类别", "类别", "人员类型"]),
    ("education", &["文化程度", "学历"]),
    ("birth", &["出生日期", "出生年月日", "生日"]),
];

fn header(row: &[String]) -> Option<HashMap<&'static str, usize>> {
    let mut found = HashMap::new();
    for (at, cell) in row.iter().enumerate() {
        // 姓名*, 身份证号码（18位）: the word is what stands before the remark.
        let word: String = cell
            .split(['(', '（', ':', '：'])
            .next()
            .unwrap_or("")
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '＊'))
            .collect();
        if let Some((key, _)) = HEADS.iter().find(|(_, words)| words.contains(&word.as_str())) {
            found.entry(*key).or_insert(at);
        }
    }
    (found.contains_key("name") && found.contains_key("id_number")).then_some(found)
}

fn parse(rows: Vec<Vec<String>>, today: Date, allow_synthetic: bool) -> Result<RosterFile, Refusal> {
    let (head, columns) = rows
        .iter()
        .take(HEADER_ROWS)
        .enumerate()
        .find_map(|(at, row)| Some((at, header(row)?)))
        .ok_or_else(|| whole("没有找到表头", "表头须有“姓名”和“证件号码”两列，可先下载名册模板"))?;
    let mut file = RosterFile::default();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let body: Vec<(usize, &Vec<String>)> = rows
        .iter()
        .enumerate()
        .skip(head + 1)
        .filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()))
        .collect();
    if body.len() > ROSTER_ROWS {
        return Err(whole(&format!("名册超过 {ROSTER_ROWS} 行"), "请按班级分开上传"));
    }
    if body.is_empty() {
        return Err(whole("名册里没有学员", "请在表头下面填写学员后再上传"));
    }
    for (at, row) in body {
        let text = |key: &str| columns.get(key).and_then(|column| row.get(*column)).map_or("", |cell| cell.trim());
        read_row(at + 1, &text, today, allow_synthetic, &mut seen, &mut file);
    }
    Ok(file)
}

fn read_row<'a>(
    row: usize,
    text: &dyn Fn(&str) -> &'a str,
    today: Date,
    allow_synthetic: bool,
    seen: &mut HashMap<String, usize>,
    file: &mut RosterFile,
) {
    let of = |key: &str| text(key).to_owned();
    let given = RosterRow {
        row,
        name: of("name"),
        id_type: of("id_type"),
        id_number: of("id_number"),
        birth: of("birth"),
        phone: of("phone"),
        category: of("category"),
        education: of("education"),
    };
    match given.check(today, allow_synthetic) {
        Err(errors) => file.errors.extend(errors),
        Ok(person) => match seen.insert(person.document.index_text(), row) {
            Some(first) => file.errors.push(RowError {
                row,
                name: given.name.clone(),
                column: "证件号码".into(),
                reason: format!("与第 {first} 行是同一个人"),
                fix: "请删去重复的一行".into(),
            }),
            None => file.persons.push(person),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> Date {
        chrono::NaiveDate::from_ymd_opt(2026, 11, 2).unwrap()
    }
    fn id(n: u16) -> String {
        foundation::id_number::synthetic(chrono::NaiveDate::from_ymd_opt(1974, 3, 7).unwrap(), n).unwrap()
    }

    #[test]
    fn m7_1_good_rows_stay_and_every_error_is_told_at_once() {
        let text = format!(
            "\u{feff}晋江市安海职业培训学校花名册\n\n序号,学员姓名,身份证号,手机号,人员类别\n1,林玉珍,{},13800001234,农村转移就业劳动者\n\
             2,黄*,35019919740307001,138,外星人\n3,吴小凯,{},,\n4,吴小凯,{},,\n",
            id(1),
            id(2),
            id(2)
        );
        let file = read("名册.csv", text.as_bytes(), today(), true).unwrap();
        assert_eq!(file.persons.len(), 2, "{:?}", file.errors);
        assert_eq!(file.persons[0].row, 4);
        let columns: Vec<(usize, &str)> = file.errors.iter().map(|e| (e.row, e.column.as_str())).collect();
        assert!(
            columns.contains(&(5, "证件号码"))
                && columns.contains(&(5, "联系电话"))
                && columns.contains(&(5, "人员类别"))
                && columns.contains(&(7, "证件号码")),
            "{columns:?}"
        );
    }

    #[test]
    fn e01_wrong_digit_and_future_birth_are_explained() {
        let good = id(1);
        let wrong = format!("{}{}", &good[..17], if good.ends_with('1') { '2' } else { '1' });
        let text = format!("姓名,证件号码\n林玉珍,{wrong}\n林玉珍,350199209901010011\n");
        let file = read("a.csv", text.as_bytes(), today(), true).unwrap();
        assert!(file.persons.is_empty());
        assert_eq!(file.errors.len(), 2, "{:?}", file.errors);
    }

    #[test]
    fn broken_files_get_a_plain_word() {
        for bytes in [&b"PK\x03\x04 broken"[..], b"", b"\xff\xfe\x00", b"\xd0\xcf\x11\xe0"] {
            let refusal = read("名册.xlsx", bytes, today(), true).unwrap_err();
            assert!(!refusal.fix.is_empty() && refusal.field.as_deref() == Some("file"));
        }
        assert!(read("a.csv", "a,b\n1,2\n".as_bytes(), today(), true).unwrap_err().fact.contains("表头"));
    }

    #[test]
    fn the_template_reads_back_as_an_empty_roster() {
        let bytes = template().unwrap();
        assert!(read("模板.xlsx", &bytes, today(), true).unwrap_err().fact.contains("没有学员"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), zip in any::<bool>()) {
            let mut all = if zip { b"PK\x03\x04".to_vec() } else { Vec::new() };
            all.extend(bytes);
            let _ = read("x.xlsx", &all, today(), true);
        }
    }
}
