//! Rosters from workbooks (M7.1; peers.md: one bad row must not fail all): any column order, titles and
//! blank rows skipped, every error of the file in one pass with row, column, reason and fix.

use std::collections::HashMap;

use desk::Desk;
use desk::reading::Going;
use foundation::codes::{Education, PersonCategory};
use foundation::limits::ROSTER_ROWS;
use foundation::{Date, IdDocument, IdType, PersonName, Phone, Refusal, Stop};

use crate::sheet::{self, HEADER_ROWS, ROSTER, whole};

/// One good row.
#[derive(Debug, Clone)]
pub struct RosterPerson {
    /// Row in the file, from 1.
    pub row: usize,
    /// Name.
    pub name: PersonName,
    /// Identity document.
    pub document: IdDocument,
    /// Date of birth: the document's, or the roster's where the document does not say.
    pub birth: Date,
    /// Mobile number, where given.
    pub phone: Option<Phone>,
    /// Category; `Other` where the file has none.
    pub category: PersonCategory,
    /// 文化程度 as written, checked against the list.
    pub education: String,
}

/// One thing wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct RowError {
    /// Row in the file, from 1.
    pub row: usize,
    /// The name in that row, as written; the row is found by it.
    pub name: String,
    /// 姓名, 证件号码, …
    pub column: String,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub fix: String,
}

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

/// One trainee as typed or as a roster's row holds it; `check` turns it into a person or says what is wrong.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct RosterRow {
    /// Row in the file, from 1; 0 for one that was typed.
    pub row: usize,
    /// 姓名.
    pub name: String,
    /// 证件类型: label or code; empty is the resident card.
    pub id_type: String,
    /// 证件号码.
    pub id_number: String,
    /// 出生日期, needed only where the document does not say it.
    pub birth: String,
    /// 联系电话.
    pub phone: String,
    /// 人员类别: label or code; empty is 其他城乡劳动者.
    pub category: String,
    /// 文化程度: label; may be empty.
    pub education: String,
}

/// Names no content: rows hold whole id numbers.
impl std::fmt::Debug for RosterRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RosterRow({})", self.row)
    }
}

impl From<&RosterPerson> for RosterRow {
    fn from(one: &RosterPerson) -> Self {
        Self {
            row: one.row,
            name: one.name.as_str().into(),
            id_type: one.document.id_type().code().into(),
            id_number: one.document.reveal().into(),
            birth: one.birth.to_string(),
            phone: one.phone.as_ref().map(|phone| phone.reveal().to_owned()).unwrap_or_default(),
            category: one.category.code().into(),
            education: one.education.clone(),
        }
    }
}

impl RosterRow {
    /// The person, or everything wrong with the row.
    pub fn check(&self, today: Date, allow_synthetic: bool) -> Result<RosterPerson, Vec<RowError>> {
        let mut errors = Vec::new();
        let mut wrong = |column: &str, reason: String, fix: &str| {
            errors.push(RowError {
                row: self.row,
                name: self.name.clone(),
                column: column.into(),
                reason,
                fix: fix.into(),
            })
        };
        let said = |text: &str| text.trim().chars().take(20).collect::<String>();
        let name = self.name.parse::<PersonName>().map_err(|bad| wrong("姓名", bad.fact, &bad.fix)).ok();
        let id_type = match self.id_type.trim() {
            "" | "身份证" | "二代身份证" => Some(IdType::ResidentCard),
            other => IdType::from_label(other).or_else(|| other.parse().ok()),
        };
        if id_type.is_none() {
            wrong(
                "证件类型",
                format!("不认识“{}”", said(&self.id_type)),
                "请填居民身份证、港澳居民居住证等，空着按居民身份证",
            );
        }
        let number = self.id_number.trim();
        let scientific = number.contains(['e', 'E']) && (number.contains('.') || number.contains('+'));
        if scientific {
            wrong(
                "证件号码",
                "号码被表格软件改成了科学计数，后几位已丢失".into(),
                "请把这一列设为“文本”格式，重新填写完整号码",
            );
        }
        let document = match id_type {
            Some(kind) if !scientific => IdDocument::parse(kind, number, today, allow_synthetic)
                .map_err(|bad| wrong("证件号码", bad.fact(), &bad.fix()))
                .ok(),
            _ => None,
        };
        let birth = document.as_ref().and_then(|paper| {
            paper
                .birth()
                .map(Ok)
                .unwrap_or_else(|| birth_of(&self.birth, today))
                .map_err(|(reason, fix)| wrong("出生日期", reason.into(), fix))
                .ok()
        });
        let phone = match self.phone.trim() {
            "" => None,
            given => given.parse::<Phone>().map_err(|bad| wrong("联系电话", bad.fact, &bad.fix)).ok(),
        };
        let category = match self.category.trim() {
            "" => Some(PersonCategory::Other),
            given => PersonCategory::from_label(given).or_else(|| given.parse().ok()),
        };
        if category.is_none() {
            wrong(
                "人员类别",
                format!("不认识“{}”", said(&self.category)),
                "请按模板里的类别填写，空着按“其他城乡劳动者”",
            );
        }
        let education = self.education.trim();
        if !education.is_empty() && Education::from_label(education).is_none() {
            wrong("文化程度", format!("不认识“{}”", said(education)), "请按模板里的说法填写，也可以空着");
        }
        match (name, document, birth, category) {
            (Some(name), Some(document), Some(birth), Some(category)) if errors.is_empty() => Ok(RosterPerson {
                row: self.row,
                name,
                document,
                birth,
                phone,
                category,
                education: education.to_owned(),
            }),
            _ => Err(errors),
        }
    }
}

/// `1975-03-05`, `1975/3/5`, `1975.3.5`, `19750305`, `1975年3月5日`.
fn birth_of(text: &str, today: Date) -> Result<Date, (&'static str, &'static str)> {
    let text: String = text
        .trim()
        .chars()
        .map(|c| if matches!(c, '/' | '.' | '年' | '月') { '-' } else { c })
        .filter(|c| *c != '日')
        .collect();
    if text.is_empty() {
        return Err(("这种证件看不出出生日期", "请增加“出生日期”一列并填写，用于核对年龄"));
    }
    let read = Date::parse_from_str(&text, "%Y-%m-%d").or_else(|_| Date::parse_from_str(&text, "%Y%m%d"));
    read.ok()
        .filter(|day| *day <= today && chrono::Datelike::year(day) >= 1900)
        .ok_or(("出生日期不对", "请按 1975-03-05 的样子填写"))
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

/// The template that clerks download: the heads on one sheet, how to fill them in on the next. Columns
/// are text, so that a workbook program keeps all eighteen digits.
pub fn template() -> Result<Vec<u8>, Refusal> {
    template_book().map_err(|_| whole("模板没有生成", "请稍后再试"))
}

fn template_book() -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let labels = |all: Vec<&str>| all.join("、");
    let heads = [
        ("姓名", 12.0, "必填。与证件一致，少数民族姓名中间用“·”".to_owned()),
        (
            "证件类型",
            18.0,
            format!("空着按居民身份证。可填：{}", labels(IdType::all().iter().map(|one| one.label()).collect())),
        ),
        ("证件号码", 24.0, "必填。这一列已设为文本格式，请不要改".to_owned()),
        ("联系电话", 16.0, "11 位手机号，学员本人的".to_owned()),
        (
            "人员类别",
            26.0,
            format!(
                "空着按其他城乡劳动者。可填：{}",
                labels(PersonCategory::all().iter().map(|one| one.label()).collect())
            ),
        ),
        (
            "文化程度",
            16.0,
            format!("可以空着。可填：{}", labels(Education::all().iter().map(|one| one.label()).collect())),
        ),
        ("出生日期", 14.0, "证件号码里没有出生日期的才填，如 1975-03-05".to_owned()),
    ];
    let mut book = rust_xlsxwriter::Workbook::new();
    let (text, bold, wrap) = (
        rust_xlsxwriter::Format::new().set_num_format("@"),
        rust_xlsxwriter::Format::new().set_bold(),
        rust_xlsxwriter::Format::new().set_text_wrap(),
    );
    let sheet = book.add_worksheet().set_name("名册")?;
    for (column, (head, width, _)) in (0u16..).zip(&heads) {
        sheet.set_column_width(column, *width)?;
        sheet.set_column_format(column, &text)?;
        sheet.write_with_format(0, column, *head, &bold)?;
    }
    let help = book.add_worksheet().set_name("填写说明")?;
    help.set_column_width(0, 14)?;
    help.set_column_width(1, 90)?;
    for (row, (head, _, how)) in (0u32..).zip(&heads) {
        help.write_with_format(row, 0, *head, &bold)?;
        help.write_with_format(row, 1, how.as_str(), &wrap)?;
    }
    book.save_to_buffer()
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
