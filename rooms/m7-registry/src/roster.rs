//! Rosters from workbooks (M7.1; peers.md: one bad row must not fail all): any column order, titles and
//! blank rows skipped, every error of the file in one pass with row, column, reason and fix.

use std::collections::HashMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use foundation::codes::{Education, PersonCategory};
use foundation::limits::ROSTER_ROWS;
use foundation::{Date, IdDocument, IdType, PersonName, Phone, Refusal};

/// Bytes that a workbook may unpack to: fifty times the upload limit is a bomb, not a roster.
const UNPACKED_BYTES: u64 = 64 * 1024 * 1024;
/// Rows searched for the header.
const HEADER_ROWS: usize = 12;

/// One good row.
#[derive(Debug, Clone)]
pub struct RosterPerson {
    /// Row in the file, from 1.
    pub row: usize,
    /// Name.
    pub name: PersonName,
    /// Identity document.
    pub document: IdDocument,
    /// Mobile number, where given.
    pub phone: Option<Phone>,
    /// Category; `Other` where the file has none.
    pub category: PersonCategory,
    /// 文化程度 as written, checked against the list.
    pub education: String,
}

/// One thing wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Row in the file, from 1.
    pub row: usize,
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
    if bytes.is_empty() { return Err(whole("没有选择文件，或文件是空的", "请选择填好的名册文件（.xlsx 或 .csv）")); }
    let rows = if bytes.starts_with(b"PK") { xlsx(bytes)? } else if name.to_lowercase().ends_with(".xls") || bytes.starts_with(&[0xd0, 0xcf]) {
        return Err(whole("这是旧版 .xls 文件", "请在表格软件里“另存为”.xlsx 后再上传"));
    } else { csv_rows(bytes)? };
    parse(rows, today, allow_synthetic)
}

fn whole(fact: &str, fix: &str) -> Refusal { Refusal::new("花名册", "M7.1", fact, "上传的文件", fix).at("file") }

fn xlsx(bytes: &[u8]) -> Result<Vec<Vec<String>>, Refusal> {
    let broken = || whole("文件打不开，可能已损坏", "请用表格软件重新保存为 .xlsx 后再上传，或改用 .csv");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut unpacked = 0u64;
    for at in 0..archive.len() {
        unpacked = unpacked.saturating_add(archive.by_index_raw(at).map_err(|_| broken())?.size());
    }
    if unpacked > UNPACKED_BYTES || archive.len() > 2000 { return Err(whole("文件解压后过大", "名册一般只有几十 KB，请删去多余的工作表和图片")); }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).map_err(|_| broken())?;
    let sheet = book.sheet_names().first().cloned().ok_or_else(broken)?;
    let range = book.worksheet_range(&sheet).map_err(|_| broken())?;
    let first = usize::try_from(range.start().map_or(0, |(row, _)| row)).unwrap_or(0);
    let mut rows = vec![Vec::new(); first];
    rows.extend(range.rows().take(ROSTER_ROWS + HEADER_ROWS + 1).map(|row| row.iter().map(cell).collect()));
    Ok(rows)
}

fn cell(data: &Data) -> String {
    match data {
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        // An id number stored as a number has lost its last digits: shown as it is, refused below.
        Data::Float(number) => if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { format!("{number:e}") },
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(when) => when.to_string(),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Error(_) | Data::Empty => String::new(),
    }
}

fn csv_rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, Refusal> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).map_err(|_| whole("文件不是 UTF-8 编码，也不是 .xlsx", "请另存为 .xlsx，或“CSV UTF-8”格式"))?;
    if text.contains('\0') { return Err(whole("文件不是名册", "请上传 .xlsx 或 .csv 文件")); }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows: Vec<Vec<String>> = Vec::new();
    for record in reader.records().take(ROSTER_ROWS + HEADER_ROWS + 1) {
        let record = record.map_err(|_| whole("CSV 格式不对", "请用表格软件另存为 .xlsx 后再上传"))?;
        // The reader skips blank lines; row numbers must stay those that people see.
        let line = record.position().map_or(rows.len() + 1, |at| usize::try_from(at.line()).unwrap_or(rows.len() + 1));
        while rows.len() + 1 < line.min(ROSTER_ROWS * 4) { rows.push(Vec::new()); }
        rows.push(record.iter().map(str::to_owned).collect());
    }
    Ok(rows)
}

/// The columns we know, by the words that head them.
const HEADS: &[(&str, &[&str])] = &[
    ("name", &["姓名", "学员姓名", "名字"]), ("id_type", &["证件类型", "证件种类"]), ("id_number", &["证件号码", "身份证号", "身份证号码", "身份证", "公民身份号码", "证件号"]),
    ("phone", &["联系电话", "电话", "手机", "手机号", "手机号码", "联系方式"]), ("category", &["人员类别", "类别", "人员类型"]), ("education", &["文化程度", "学历"]),
];

fn header(row: &[String]) -> Option<HashMap<&'static str, usize>> {
    let mut found = HashMap::new();
    for (at, cell) in row.iter().enumerate() {
        let word: String = cell.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | '＊' | '（' | '）' | '(' | ')')).collect();
        if let Some((key, _)) = HEADS.iter().find(|(_, words)| words.contains(&word.as_str())) { found.entry(*key).or_insert(at); }
    }
    (found.contains_key("name") && found.contains_key("id_number")).then_some(found)
}

fn parse(rows: Vec<Vec<String>>, today: Date, allow_synthetic: bool) -> Result<RosterFile, Refusal> {
    let (head, columns) = rows.iter().take(HEADER_ROWS).enumerate().find_map(|(at, row)| Some((at, header(row)?)))
        .ok_or_else(|| whole("没有找到表头", "表头须有“姓名”和“证件号码”两列，可先下载名册模板"))?;
    let mut file = RosterFile::default();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let body: Vec<(usize, &Vec<String>)> = rows.iter().enumerate().skip(head + 1).filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())).collect();
    if body.len() > ROSTER_ROWS { return Err(whole(&format!("名册超过 {ROSTER_ROWS} 行"), "请按班级分开上传")); }
    if body.is_empty() { return Err(whole("名册里没有学员", "请在表头下面填写学员后再上传")); }
    for (at, row) in body {
        let text = |key: &str| columns.get(key).and_then(|column| row.get(*column)).map_or("", |cell| cell.trim());
        read_row(at + 1, &text, today, allow_synthetic, &mut seen, &mut file);
    }
    Ok(file)
}

fn read_row<'a>(row: usize, text: &dyn Fn(&str) -> &'a str, today: Date, allow_synthetic: bool, seen: &mut HashMap<String, usize>, file: &mut RosterFile) {
    let before = file.errors.len();
    let mut wrong = |column: &str, reason: String, fix: &str| file.errors.push(RowError { row, column: column.into(), reason, fix: fix.into() });
    let name = text("name").parse::<PersonName>().map_err(|bad| wrong("姓名", bad.fact, &bad.fix)).ok();
    let id_type = match text("id_type") { "" => Some(IdType::ResidentCard), other => IdType::from_label(other).or_else(|| other.parse().ok()) };
    if id_type.is_none() { wrong("证件类型", format!("不认识“{}”", text("id_type").chars().take(20).collect::<String>()), "请填居民身份证、港澳居民居住证等，空着按居民身份证"); }
    let number = text("id_number");
    let scientific = number.contains(['e', 'E']) && number.contains('.');
    if scientific { wrong("证件号码", "号码被表格软件改成了科学计数，后几位已丢失".into(), "请把这一列设为“文本”格式，重新填写完整号码"); }
    let document = match id_type { Some(kind) if !scientific => IdDocument::parse(kind, number, today, allow_synthetic).map_err(|bad| wrong("证件号码", bad.fact(), &bad.fix())).ok(), _ => None };
    let phone = match text("phone") { "" => None, given => given.parse::<Phone>().map_err(|bad| wrong("联系电话", bad.fact, &bad.fix)).ok() };
    let category = match text("category") { "" => Some(PersonCategory::Other), given => PersonCategory::from_label(given).or_else(|| given.parse().ok()) };
    if category.is_none() { wrong("人员类别", format!("不认识“{}”", text("category").chars().take(20).collect::<String>()), "请按模板里的类别填写，空着按“其他城乡劳动者”"); }
    let education = text("education");
    if !education.is_empty() && Education::from_label(education).is_none() { wrong("文化程度", format!("不认识“{}”", education.chars().take(20).collect::<String>()), "请按模板里的说法填写，也可以空着"); }
    if let Some(document) = &document {
        let key = crate::index_text(document);
        if let Some(first) = seen.get(&key) { wrong("证件号码", format!("与第 {first} 行是同一个人"), "请删去重复的一行"); } else { seen.insert(key, row); }
    }
    if let (true, Some(name), Some(document), Some(category)) = (file.errors.len() == before, name, document, category) {
        file.persons.push(RosterPerson { row, name, document, phone, category, education: education.to_owned() });
    }
}

/// The template that clerks download: heads, one line of explanation per column.
pub fn template() -> Result<Vec<u8>, Refusal> {
    let broken = |_| whole("模板没有生成", "请稍后再试");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let text = rust_xlsxwriter::Format::new().set_num_format("@");
    let bold = rust_xlsxwriter::Format::new().set_bold();
    for (at, (head, width)) in [("姓名", 12.0), ("证件类型", 16.0), ("证件号码", 24.0), ("联系电话", 16.0), ("人员类别", 22.0), ("文化程度", 16.0)].into_iter().enumerate() {
        let column = u16::try_from(at).unwrap_or(0);
        sheet.write_with_format(0, column, head, &bold).map_err(broken)?;
        sheet.set_column_width(column, width).map_err(broken)?;
        sheet.set_column_format(column, &text).map_err(broken)?;
    }
    book.save_to_buffer().map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> Date { chrono::NaiveDate::from_ymd_opt(2026, 11, 2).unwrap() }
    fn id(n: u16) -> String { foundation::id_number::synthetic(chrono::NaiveDate::from_ymd_opt(1974, 3, 7).unwrap(), n).unwrap() }

    #[test]
    fn m7_1_good_rows_stay_and_every_error_is_told_at_once() {
        let text = format!("\u{feff}晋江市安海职业培训学校花名册\n\n序号,学员姓名,身份证号,手机号,人员类别\n1,林玉珍,{},13800001234,农村转移就业劳动者\n2,黄*,35019919740307001,138,外星人\n3,吴小凯,{},,\n4,吴小凯,{},,\n", id(1), id(2), id(2));
        let file = read("名册.csv", text.as_bytes(), today(), true).unwrap();
        assert_eq!(file.persons.len(), 2, "{:?}", file.errors);
        assert_eq!(file.persons[0].row, 4);
        let columns: Vec<(usize, &str)> = file.errors.iter().map(|e| (e.row, e.column.as_str())).collect();
        assert!(columns.contains(&(5, "证件号码")) && columns.contains(&(5, "联系电话")) && columns.contains(&(5, "人员类别")) && columns.contains(&(7, "证件号码")), "{columns:?}");
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
