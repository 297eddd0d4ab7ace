//! Rules of the institution directory (M2.1–M2.5, M3.7): pure, all refusals at once.

use chrono::Months;
use desk::procedure::after;
use foundation::codes::{NeedsState, ReviewResult};
use foundation::limits::{LINE_CHARS, TEXT_CHARS};
use foundation::{AccountNumber, Date, IdDocument, IdType, PersonName, Refusal, Uscc};
use m1_needs::doorway::NeedsItem;
use store::query::Set;
use store::tables::institutions::{institution, site, site_verification, teacher};

use crate::procedures::standing::{Standing, Step};
use crate::refusals::{
    ACCOUNT_NUMBER, CAPACITY, CHECKED_ALREADY, CHECKED_ON, DOCUMENT, IN_DIRECTORY, LICENCE, ON_SITE, PERSON_NAME,
    REQUIRED, SAME_DISTRICT, SEATS, SITE_OF, TELEPHONE, TWO_INSPECTORS, USCC, VALIDITY,
};

/// The eight measures, as refusals quote them.
pub const SOURCE: &str = "《进一步强化技能培训八条措施》第二条";
const MOST_SEATS: i32 = 500;
const MOST_CAPACITY: i32 = 2000;

/// A one-line text that must be there and short.
pub fn line(field: &str, label: &str, text: &str, clause: &str) -> Option<Refusal> {
    text_of(field, label, text, clause, LINE_CHARS)
}

fn text_of(field: &str, label: &str, text: &str, clause: &str, most: usize) -> Option<Refusal> {
    let length = text.trim().chars().count();
    let (fact, fix) = match length {
        0 => (format!("没有填写{label}"), format!("请填写{label}")),
        _ if length > most => (format!("{label}有 {length} 个字"), format!("请不要超过 {most} 个字")),
        _ => return None,
    };
    Some(REQUIRED.refuse(fact).fix(fix).under(clause).at(field))
}

/// A published office telephone: digits with area code or a mobile number.
pub fn telephone(field: &str, text: &str) -> Option<Refusal> {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if (7..=16).contains(&digits)
        && text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | ' ' | '(' | ')' | '+' | '—'))
    {
        return None;
    }
    Some(TELEPHONE.refuse("联系电话不像电话号码").at(field))
}

/// What a listing needs beyond plain texts.
pub struct Listing {
    /// Checked code.
    pub uscc: Uscc,
    /// Checked account.
    pub account: AccountNumber,
}

/// A new institution as it was filled in.
pub struct Filled<'a> {
    /// 统一社会信用代码.
    pub uscc: &'a str,
    /// Account that subsidies go to.
    pub account: &'a str,
    /// Published telephone.
    pub phone: &'a str,
    /// Last day of the licence.
    pub licence_until: Date,
    /// The other lines: field, what people call it, what was filled in.
    pub lines: [(&'static str, &'static str, &'a str); 7],
}

/// A new institution's form. Errors: everything wrong at once.
pub fn listing(filled: &Filled<'_>, today: Date) -> Result<Listing, Vec<Refusal>> {
    let lines = filled.lines.into_iter();
    let mut no: Vec<Refusal> = lines.filter_map(|(field, label, text)| line(field, label, text, "M2.1")).collect();
    let uscc = filled.uscc.parse::<Uscc>().map_err(|bad| no.push(bad.refusal(&USCC).at("uscc"))).ok();
    let account =
        filled.account.parse::<AccountNumber>().map_err(|bad| no.push(bad.refusal(&ACCOUNT_NUMBER).at("account"))).ok();
    no.extend(telephone("phone", filled.phone));
    if filled.licence_until < today {
        no.push(
            LICENCE
                .refuse(format!("办学许可证已于{}到期", foundation::dates::full_day(filled.licence_until)))
                .at("licence_until"),
        );
    }
    match (uscc, account) {
        (Some(uscc), Some(account)) if no.is_empty() => Ok(Listing { uscc, account }),
        _ => Err(no),
    }
}

/// A room's or site's texts.
pub fn place(name: &str, address: Option<&str>, seats: Option<i32>) -> Vec<Refusal> {
    let mut no: Vec<Refusal> = line("name", "名称", name, "M2.1").into_iter().collect();
    if let Some(address) = address {
        no.extend(line("address", "地址", address, "M2.1"));
    }
    if let Some(seats) = seats.filter(|seats| !(1..=MOST_SEATS).contains(seats)) {
        no.push(
            SEATS
                .refuse(format!("座位数填了 {seats}"))
                .fix(format!("请填写 1 到 {MOST_SEATS} 之间的座位数"))
                .at("seats"),
        );
    }
    no
}

/// What two inspectors saw at a site.
pub struct Visit<'a> {
    /// Both by name.
    pub inspectors: (&'a str, &'a str),
    /// When.
    pub verified_on: Date,
    /// Whether it passes.
    pub conclusion: ReviewResult,
    /// What is to be said of it.
    pub note: &'a str,
}

/// A verification by two inspectors; gives its last valid day. Errors: all refusals.
pub fn verification(visit: &Visit<'_>, valid_months: i32, today: Date) -> Result<Date, Vec<Refusal>> {
    let mut no = Vec::new();
    let (first, second) = (visit.inspectors.0.trim(), visit.inspectors.1.trim());
    no.extend(line("inspector_1", "第一名核实人员", first, "M3.7"));
    no.extend(line("inspector_2", "第二名核实人员", second, "M3.7"));
    if !first.is_empty() && first == second {
        no.push(TWO_INSPECTORS.refuse("两名核实人员填的是同一个人").at("inspector_2"));
    }
    if visit.verified_on > today {
        no.push(CHECKED_ON.refuse("核实日期在今天之后").at("verified_on"));
    }
    if visit.conclusion != ReviewResult::Pass {
        no.extend(text_of("note", "不通过或需补正的情况说明", visit.note, "M3.7", TEXT_CHARS));
    }
    if visit.note.chars().count() > TEXT_CHARS && visit.conclusion == ReviewResult::Pass {
        no.extend(text_of("note", "说明", visit.note, "M3.7", TEXT_CHARS));
    }
    if !no.is_empty() {
        return Err(no);
    }
    if visit.conclusion != ReviewResult::Pass {
        return Ok(visit.verified_on);
    }
    Ok(u32::try_from(valid_months)
        .ok()
        .and_then(|months| visit.verified_on.checked_add_months(Months::new(months)))
        .unwrap_or(visit.verified_on))
}

/// What stands around a new line of the directory.
pub struct DirectoryContext<'a> {
    /// The institution.
    pub institution: &'a institution::Model,
    /// The item of the needs catalogue.
    pub item: &'a NeedsItem,
    /// The site.
    pub site: &'a site::Model,
    /// The site's valid verification.
    pub verified: Option<&'a site_verification::Model>,
}

/// A new line of the directory (M2.1, M3.7). Errors: all refusals.
pub fn directory_item(
    capacity: i32,
    (valid_from, valid_until): (Date, Date),
    around: &DirectoryContext<'_>,
) -> Result<(), Vec<Refusal>> {
    let DirectoryContext { institution, item, site, verified } = around;
    let mut no = Vec::new();
    if !institution.state.may_open_classes() {
        no.push(
            IN_DIRECTORY
                .refuse(format!("{}现在是“{}”", institution.name, institution.state.label()))
                .fix("请先恢复机构，再增加培训项目"),
        );
    }
    if item.state != NeedsState::Published {
        no.push(
            m1_needs::refusals::IN_DIRECTORY
                .refuse(format!("“{}”{}，不在现行的需求指导目录里", item.name, item.state.label()))
                .at("needs_item"),
        );
    } else if !item.path.covers(&institution.path) {
        no.push(
            SAME_DISTRICT
                .refuse(format!(
                    "“{}”是{}的目录项目，机构在{}",
                    item.name,
                    item.district.name(),
                    institution.district.name()
                ))
                .at("needs_item"),
        );
    }
    if site.institution != institution.id {
        no.push(SITE_OF.refuse("选的场地不属于这个机构").at("site"));
    } else if verified.is_none() {
        no.push(ON_SITE.refuse(format!("场地“{}”没有有效的实地核实", site.name)).at("site"));
    }
    if !(1..=MOST_CAPACITY).contains(&capacity) {
        no.push(
            CAPACITY
                .refuse(format!("同时培训人数填了 {}", capacity))
                .fix(format!("请填写 1 到 {MOST_CAPACITY} 之间的人数"))
                .at("capacity"),
        );
    }
    if valid_from > valid_until {
        no.push(VALIDITY.refuse("有效期的结束早于开始").at("valid_until"));
    } else if valid_until > institution.licence_until {
        let fact = format!(
            "有效期到{}，办学许可证{}就到期",
            foundation::dates::full_day(valid_until),
            foundation::dates::full_day(institution.licence_until)
        );
        no.push(LICENCE.refuse(fact).fix("请把有效期定在许可证到期之前").at("valid_until"));
    }
    if no.is_empty() { Ok(()) } else { Err(no) }
}

/// What a teacher's form gives.
pub struct CheckedTeacher {
    /// Checked name.
    pub name: PersonName,
    /// Checked identity, for a new teacher.
    pub id_number: Option<IdDocument>,
}

/// A teacher's texts; `id_number` only for a new one. Errors: all refusals.
pub fn teacher(
    name: &str,
    id_number: Option<&str>,
    qualification: &str,
    certificate_no: &str,
    today: Date,
    demo: bool,
) -> Result<CheckedTeacher, Vec<Refusal>> {
    let mut no = Vec::new();
    let name = name.parse::<PersonName>().map_err(|bad| no.push(bad.refusal(&PERSON_NAME).at("name"))).ok();
    let id_number = id_number.map(|text| {
        IdDocument::parse(IdType::ResidentCard, text, today, demo)
            .map_err(|bad| no.push(bad.refusal(&DOCUMENT).at("id_number")))
    });
    no.extend(line("qualification", "职称或职业技能等级", qualification, "M2.1"));
    no.extend(line("certificate_no", "证书编号", certificate_no, "M2.1"));
    match (name, id_number.transpose()) {
        (Some(name), Ok(id_number)) if no.is_empty() => Ok(CheckedTeacher { name, id_number }),
        _ => Err(no),
    }
}

/// The county has checked a teacher's certificate. Errors: refusals.
pub fn verify_certificate(row: &teacher::Model, today: Date) -> Result<teacher::ActiveModel, Vec<Refusal>> {
    match row.certificate_verified_on {
        Some(day) => Err(vec![CHECKED_ALREADY.refuse(format!("这本证书{}已经核过", foundation::dates::full_day(day)))]),
        None => Ok(teacher::ActiveModel { certificate_verified_on: Set(Some(today)), ..Default::default() }),
    }
}

/// Suspension, restoration, removal with a reason (M2.7). Errors: refusals.
pub fn standing(row: &institution::Model, step: Step, reason: &str) -> Result<(), Vec<Refusal>> {
    let mut no = Vec::new();
    no.extend(after::<Standing>(row.state, step).err());
    no.extend(line("reason", "原因", reason, "M2.7"));
    if no.is_empty() { Ok(()) } else { Err(no) }
}
