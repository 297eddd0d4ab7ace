//! Rules of the needs catalogue (M1.1–M1.5, M5.1): pure, all refusals at once.

use crate::refusals::{
    DOCUMENT_NO, FILED_FIRST, FILING, LEVEL, NAME, OCCUPATION, ONLINE, PERIODS, RATE, REQUIRED, STATE, YEAR,
};
use chrono::Datelike;
use foundation::codes::{CertificateType, NeedsState, ShortageClass, TrainingType};
use foundation::limits::{LINE_CHARS, TEXT_CHARS};
use foundation::{
    Date, DistrictCode, Instant, NeedsItemId, OccupationCode, Periods, Refusal, Rule, SkillLevel, occupation,
};
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::Set;
use store::tables::needs::needs_item;

/// The eight measures, as refusals quote them.
pub const SOURCE: &str = "《进一步强化技能培训八条措施》第一条";
const ONLINE_SOURCE: &str = "《进一步强化技能培训八条措施》第五条";
const MOST_PERIODS: i32 = 1000;

/// What is written about an item of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NeedsItemFields {
    /// Year of the catalogue.
    pub year: i32,
    /// 培训类型.
    pub training_type: TrainingType,
    /// None for items outside the occupation classification.
    #[serde(default)]
    pub occupation: Option<OccupationCode>,
    /// 职业(工种)名称; empty takes the occupation's own name.
    #[serde(default)]
    pub name: String,
    /// 等级.
    pub level: SkillLevel,
    /// 证书类型.
    pub certificate_type: CertificateType,
    /// Fewest periods of a class.
    pub periods_min: i32,
    /// Most periods of a class.
    pub periods_max: i32,
    /// Most online periods, in per cent of all (at most the policy's 40).
    pub online_cap_pct: i32,
    /// 急需紧缺类别; none when the item is not short.
    #[serde(default)]
    pub shortage_class: Option<ShortageClass>,
    /// What the public reads about the subsidy; ignored for 合格证, whose rate the policy gives.
    #[serde(default)]
    pub rate_text: String,
}

/// What the policy in force says about items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Upper limit of the online share, per cent.
    pub online_cap_pct: i32,
    /// `每课时25元，20—80课时`.
    pub completion_rate: String,
    /// Document of the cap.
    pub online_document: String,
}

impl Limits {
    /// From the policy in force.
    pub fn of(policy: &Policy) -> Self {
        Self {
            online_cap_pct: policy.online_cap_pct(),
            completion_rate: format!(
                "每课时{}元，{}—{}课时",
                policy.fen_per_period(),
                policy.min_payable_periods(),
                policy.max_payable_periods()
            ),
            online_document: policy.document("online_cap_pct").to_owned(),
        }
    }
}

impl NeedsItemFields {
    /// The name as it will be published.
    pub fn published_name(&self) -> String {
        let typed = self.name.trim();
        match (&self.occupation, typed) {
            (Some(code), "") => occupation::lookup(code).map(|one| one.name.clone()).unwrap_or_default(),
            _ => typed.to_owned(),
        }
    }
}

/// Everything wrong with an item, at once.
pub fn check(fields: &NeedsItemFields, limits: &Limits, today: Date) -> Vec<Refusal> {
    let mut no = Vec::new();
    let mut refuse = |rule: &Rule, field: &str, fact: String, source: &str, fix: String| {
        no.push(rule.refuse(fact).source(source).fix(fix).at(field))
    };
    if !(today.year() - 1..=today.year() + 1).contains(&fields.year) {
        refuse(
            &YEAR,
            "year",
            format!("目录年度填了 {}", fields.year),
            SOURCE,
            format!("请填写 {} 到 {} 之间的年度", today.year() - 1, today.year() + 1),
        );
    }
    if let Some(code) = fields.occupation.as_ref().filter(|code| occupation::lookup(code).is_none()) {
        refuse(
            &OCCUPATION,
            "occupation",
            format!("职业编码 {code} 不在职业字典里"),
            "《中华人民共和国职业分类大典》",
            "请从列表中选择职业".into(),
        );
    }
    let name = fields.published_name();
    if name.is_empty() {
        refuse(
            &NAME,
            "name",
            "没有填写职业（工种）或项目名称".into(),
            SOURCE,
            "请选择职业，或者填写专项、创业等项目的名称".into(),
        );
    } else if name.chars().count() > LINE_CHARS {
        refuse(
            &NAME,
            "name",
            format!("名称有 {} 个字", name.chars().count()),
            "填写说明",
            format!("请不要超过 {LINE_CHARS} 个字"),
        );
    }
    periods(fields, &mut refuse);
    if !(0..=limits.online_cap_pct).contains(&fields.online_cap_pct) {
        let source = format!("{ONLINE_SOURCE}；{}", limits.online_document);
        refuse(
            &ONLINE,
            "online_cap_pct",
            format!("线上课时占比上限填了 {}%，规定不得超过 {}%", fields.online_cap_pct, limits.online_cap_pct),
            &source,
            format!("请填写 0 到 {} 之间的整数", limits.online_cap_pct),
        );
    }
    certificate(fields, &mut refuse);
    no
}

type Refuse<'a> = dyn FnMut(&Rule, &str, String, &str, String) + 'a;

fn periods(fields: &NeedsItemFields, refuse: &mut Refuse<'_>) {
    let fix = || format!("请填写 1 到 {MOST_PERIODS} 之间的课时");
    if !(1..=MOST_PERIODS).contains(&fields.periods_min) {
        refuse(&PERIODS, "periods_min", format!("最少课时填了 {}", fields.periods_min), SOURCE, fix());
    }
    if !(1..=MOST_PERIODS).contains(&fields.periods_max) {
        refuse(&PERIODS, "periods_max", format!("最多课时填了 {}", fields.periods_max), SOURCE, fix());
    } else if fields.periods_min > fields.periods_max {
        refuse(
            &PERIODS,
            "periods_max",
            format!("最多 {} 课时，比最少 {} 课时还少", fields.periods_max, fields.periods_min),
            SOURCE,
            "请让最多课时不少于最少课时".into(),
        );
    }
}

fn certificate(fields: &NeedsItemFields, refuse: &mut Refuse<'_>) {
    let needs_rank = fields.certificate_type == CertificateType::SkillLevel && fields.level.rank().is_none();
    let needs_ability =
        fields.certificate_type == CertificateType::SpecificAbility && fields.level != SkillLevel::SpecificAbility;
    if needs_rank || needs_ability {
        let fact = format!("{}对应的等级填成了“{}”", fields.certificate_type.label(), fields.level.label());
        let fix = if needs_rank {
            "请选择学徒工到首席技师中的一级"
        } else {
            "请把等级改为“专项职业能力”"
        };
        refuse(&LEVEL, "level", fact, "技能等级代码表", fix.into());
    }
    let rate = fields.rate_text.trim();
    if fields.certificate_type != CertificateType::Completion && rate.is_empty() {
        refuse(
            &RATE,
            "rate_text",
            format!("{}的补贴标准没有填写", fields.certificate_type.label()),
            SOURCE,
            "请写明每人补贴多少元，依据哪份文件".into(),
        );
    } else if rate.chars().count() > TEXT_CHARS {
        refuse(&RATE, "rate_text", "补贴标准写得太长".into(), "填写说明", format!("请不要超过 {TEXT_CHARS} 个字"));
    }
}

/// A new draft. Errors: all refusals.
pub fn draft(
    fields: &NeedsItemFields,
    limits: &Limits,
    id: NeedsItemId,
    district: DistrictCode,
    now: Instant,
) -> Result<needs_item::Model, Vec<Refusal>> {
    let no = check(fields, limits, foundation::clock::day_of(now));
    if !no.is_empty() {
        return Err(no);
    }
    Ok(needs_item::Model {
        id,
        district,
        path: district.management_path(),
        year: fields.year,
        training_type: fields.training_type,
        occupation: fields.occupation.clone(),
        name: fields.published_name(),
        level: fields.level,
        certificate_type: fields.certificate_type,
        periods_min: Periods(fields.periods_min),
        periods_max: Periods(fields.periods_max),
        online_cap_pct: fields.online_cap_pct,
        shortage: fields.shortage_class.is_some(),
        shortage_class: fields.shortage_class,
        rate_text: rate_text(fields, limits),
        state: NeedsState::Draft,
        filing_no: String::new(),
        document: String::new(),
        published_on: None,
        created_at: now,
        version: 1,
    })
}

fn rate_text(fields: &NeedsItemFields, limits: &Limits) -> String {
    if fields.certificate_type == CertificateType::Completion {
        limits.completion_rate.clone()
    } else {
        fields.rate_text.trim().to_owned()
    }
}

/// A draft's change. What was filed is filed again after a change, so the filing number goes.
pub fn edit(
    row: &needs_item::Model,
    fields: &NeedsItemFields,
    limits: &Limits,
    today: Date,
) -> Result<needs_item::ActiveModel, Vec<Refusal>> {
    let mut no = check(fields, limits, today);
    if row.state != NeedsState::Draft {
        no.insert(0, wrong_state(row, "修改", "已发布的项目不能改；如需调整，请先移出目录，再起草新的项目"));
    }
    if !no.is_empty() {
        return Err(no);
    }
    Ok(needs_item::ActiveModel {
        year: Set(fields.year),
        training_type: Set(fields.training_type),
        occupation: Set(fields.occupation.clone()),
        name: Set(fields.published_name()),
        level: Set(fields.level),
        certificate_type: Set(fields.certificate_type),
        periods_min: Set(Periods(fields.periods_min)),
        periods_max: Set(Periods(fields.periods_max)),
        online_cap_pct: Set(fields.online_cap_pct),
        shortage: Set(fields.shortage_class.is_some()),
        shortage_class: Set(fields.shortage_class),
        rate_text: Set(rate_text(fields, limits)),
        filing_no: Set(String::new()),
        ..Default::default()
    })
}

/// The province's filing number (M1.4).
pub fn file(row: &needs_item::Model, filing_no: &str) -> Result<needs_item::ActiveModel, Vec<Refusal>> {
    let mut no = Vec::new();
    if row.state != NeedsState::Draft {
        no.push(wrong_state(row, "备案", "只有起草中的项目才需要备案"));
    }
    if !row.filing_no.is_empty() {
        no.push(FILING.refuse(format!("这个项目已经备案，备案号 {}", row.filing_no)));
    }
    no.extend(number("filing_no", "备案号", filing_no, "M1.4"));
    if no.is_empty() {
        Ok(needs_item::ActiveModel { filing_no: Set(filing_no.trim().to_owned()), ..Default::default() })
    } else {
        Err(no)
    }
}

/// Publication: filed before, under a document (M1.3, M1.4).
pub fn publish(row: &needs_item::Model, document: &str, today: Date) -> Result<needs_item::ActiveModel, Vec<Refusal>> {
    let mut no = Vec::new();
    if row.state != NeedsState::Draft {
        no.push(wrong_state(row, "发布", "不用再办"));
    }
    if row.filing_no.is_empty() {
        no.push(FILED_FIRST.refuse(format!("“{}”还没有省人社厅的备案号", row.name)));
    }
    no.extend(number("document", "发布文号", document, "M1.3"));
    if !no.is_empty() {
        return Err(no);
    }
    Ok(needs_item::ActiveModel {
        document: Set(document.trim().to_owned()),
        published_on: Set(Some(today)),
        ..Default::default()
    })
}

/// Removal from the catalogue (M1.5). Classes already approved are untouched.
pub fn delist(row: &needs_item::Model, reason: &str) -> Result<needs_item::ActiveModel, Vec<Refusal>> {
    let mut no = Vec::new();
    if row.state != NeedsState::Published {
        no.push(wrong_state(row, "移出", "只有已发布的项目才能移出"));
    }
    no.extend(line("reason", "移出原因", reason, "M1.5"));
    if no.is_empty() { Ok(needs_item::ActiveModel::default()) } else { Err(no) }
}

fn wrong_state(row: &needs_item::Model, what: &str, fix: &str) -> Refusal {
    STATE.refuse(format!("“{}”现在是“{}”，不能{what}", row.name, row.state.label())).fix(fix)
}

/// A one-line text that must be there.
/// A document's number: there, short, and not a slip of the finger: it is public and cannot be taken back.
fn number(field: &str, label: &str, text: &str, clause: &str) -> Option<Refusal> {
    const FEWEST: usize = 4;
    let text = text.trim();
    if !text.is_empty() && (text.chars().count() < FEWEST || !text.chars().any(char::is_numeric)) {
        let fact = format!("{label}“{text}”不像文号");
        return Some(DOCUMENT_NO.refuse(fact).under(clause).at(field));
    }
    line(field, label, text, clause)
}

fn line(field: &str, label: &str, text: &str, clause: &str) -> Option<Refusal> {
    let length = text.trim().chars().count();
    let (fact, fix) = match length {
        0 => (format!("没有填写{label}"), format!("请填写{label}")),
        _ if length > LINE_CHARS => (format!("{label}有 {length} 个字"), format!("请不要超过 {LINE_CHARS} 个字")),
        _ => return None,
    };
    Some(REQUIRED.refuse(fact).fix(fix).under(clause).at(field))
}
