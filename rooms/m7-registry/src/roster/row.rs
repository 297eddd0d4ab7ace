//! One row of a roster (M7.1 凡补必进，不进不补): as it was typed or stands in a file, checked into a person or into
//! everything that is wrong with it.

use foundation::codes::{Education, PersonCategory};
use foundation::{Date, IdDocument, IdType, PersonName, Phone};

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

impl RosterRow {
    /// The person, or everything wrong with the row.
    pub fn check(&self, today: Date, allow_synthetic: bool) -> Result<RosterPerson, Vec<RowError>> {
        let mut wrong = Wrong { row: self, errors: Vec::new() };
        let name = self.name.parse::<PersonName>().map_err(|bad| wrong.tell("姓名", bad.fact, &bad.fix)).ok();
        let document = self.document(today, allow_synthetic, &mut wrong);
        let birth = document.as_ref().and_then(|paper| {
            paper
                .birth()
                .map(Ok)
                .unwrap_or_else(|| birth_of(&self.birth, today))
                .map_err(|(reason, fix)| wrong.tell("出生日期", reason.into(), fix))
                .ok()
        });
        let phone = match self.phone.trim() {
            "" => None,
            given => given.parse::<Phone>().map_err(|bad| wrong.tell("联系电话", bad.fact, &bad.fix)).ok(),
        };
        let category = self.category(&mut wrong);
        let education = self.education.trim();
        if !education.is_empty() && Education::from_label(education).is_none() {
            wrong.tell("文化程度", unknown(education), "请按模板里的说法填写，也可以空着");
        }
        match (name, document, birth, category) {
            (Some(name), Some(document), Some(birth), Some(category)) if wrong.errors.is_empty() => Ok(RosterPerson {
                row: self.row,
                name,
                document,
                birth,
                phone,
                category,
                education: education.to_owned(),
            }),
            _ => Err(wrong.errors),
        }
    }

    /// The document, of its type and with a number that no workbook program has spoilt.
    fn document(&self, today: Date, allow_synthetic: bool, wrong: &mut Wrong<'_>) -> Option<IdDocument> {
        let id_type = match self.id_type.trim() {
            "" | "身份证" | "二代身份证" => Some(IdType::ResidentCard),
            other => IdType::from_label(other).or_else(|| other.parse().ok()),
        };
        if id_type.is_none() {
            wrong.tell("证件类型", unknown(&self.id_type), "请填居民身份证、港澳居民居住证等，空着按居民身份证");
        }
        let number = self.id_number.trim();
        let scientific = number.contains(['e', 'E']) && (number.contains('.') || number.contains('+'));
        if scientific {
            wrong.tell(
                "证件号码",
                "号码被表格软件改成了科学计数，后几位已丢失".into(),
                "请把这一列设为“文本”格式，重新填写完整号码",
            );
        }
        match id_type {
            Some(kind) if !scientific => IdDocument::parse(kind, number, today, allow_synthetic)
                .map_err(|bad| wrong.tell("证件号码", bad.fact(), &bad.fix()))
                .ok(),
            _ => None,
        }
    }

    fn category(&self, wrong: &mut Wrong<'_>) -> Option<PersonCategory> {
        let category = match self.category.trim() {
            "" => Some(PersonCategory::Other),
            given => PersonCategory::from_label(given).or_else(|| given.parse().ok()),
        };
        if category.is_none() {
            wrong.tell("人员类别", unknown(&self.category), "请按模板里的类别填写，空着按“其他城乡劳动者”");
        }
        category
    }
}

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

/// What is wrong with one row, as it is found.
struct Wrong<'a> {
    row: &'a RosterRow,
    errors: Vec<RowError>,
}

impl Wrong<'_> {
    fn tell(&mut self, column: &str, reason: String, fix: &str) {
        self.errors.push(RowError {
            row: self.row.row,
            name: self.row.name.clone(),
            column: column.into(),
            reason,
            fix: fix.into(),
        });
    }
}

/// That a word is on no list of ours; only its beginning is said again.
fn unknown(text: &str) -> String {
    format!("不认识“{}”", text.trim().chars().take(20).collect::<String>())
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
