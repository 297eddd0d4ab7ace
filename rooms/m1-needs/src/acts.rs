//! Acts of the needs catalogue: draft, edit, file, publish, delist (M1.2–M1.5).

use desk::procedure::{Procedure, Taking, begin, take};
use desk::{Act, Before, Desk, Done, Example, FactDraft, Hands};
use foundation::{DistrictCode, Fault, Function, NeedsItemId, Permission, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::{ColumnTrait, Condition};
use store::tables::needs::needs_item::{ActiveModel, Column, Entity, Model};
use store::{Reader, Writer};

use crate::declared::{FILE, NeedsItems, Step};
use crate::refusals::TWICE;
use crate::rules::{self, Limits, NeedsItemFields};

/// An item outside the occupation classification, of 合格证: within its periods and the cap of its online share.
const ITEM: &str = r#"{"year": 2026, "training_type": "JY", "name": "育婴员", "level": "H", "certificate_type": "HG",
    "periods_min": 20, "periods_max": 80, "online_cap_pct": 40}"#;

/// The same of a name that no county has yet.
const OTHER: &str = r#"{"year": 2026, "training_type": "JY", "name": "社区助餐服务", "level": "H",
    "certificate_type": "HG", "periods_min": 20, "periods_max": 80, "online_cap_pct": 40}"#;

/// An item that nobody has filed yet.
const DRAFTED: Before = Before::by::<AddNeedsItem>("jinjiang-officer").with(OTHER).making("item");

/// The item that was written.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct NeedsItemWritten {
    /// Its id.
    pub item: NeedsItemId,
}

/// Drafts an item for the actor's own district (M1.2).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddNeedsItem {
    /// What it says.
    #[serde(flatten)]
    pub fields: NeedsItemFields,
}

/// The limits for a district today.
pub async fn limits(desk: &Desk, reader: &Reader, district: DistrictCode) -> Result<Limits, Stop> {
    Ok(Limits::of(&desk::policy::common(reader, district, desk.today()).await?))
}

impl Act for AddNeedsItem {
    const NAME: &'static str = "add-needs-item";
    const PERMISSION: Permission = Permission::Of(Function::NeedsDraft, Right::Create);
    const TITLE: &'static str = "起草需求指导目录项目";
    const EXAMPLE: Example = Example::NONE.with(ITEM);
    type Outcome = NeedsItemWritten;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<NeedsItemWritten>, Stop> {
        let district = desk.actor.office.district().ok_or(Stop::Forbidden)?;
        let row =
            rules::draft(&self.fields, &limits(desk, work, district).await?, desk.new_id(), district, desk.now())?;
        refuse_twin(work, &row, None).await?;
        let fact = fact("NeedsItemDrafted", &row, format!("起草目录项目“{}”", row.name));
        let item = row.id.clone();
        let made = begin::<NeedsItems>(desk, work, row, Step::Draft, Taking::new(ActiveModel::default()), fact).await?;
        Ok(Done::new(NeedsItemWritten { item }, made.ok_or(Fault::Stale)?))
    }
}

/// One district has one line per year, name, level and certificate (annex table 1).
async fn refuse_twin(work: &Writer, row: &Model, own: Option<&NeedsItemId>) -> Result<(), Stop> {
    let same = Condition::all()
        .add(Column::District.eq(row.district))
        .add(Column::Year.eq(row.year))
        .add(Column::Name.eq(row.name.as_str()))
        .add(Column::Level.eq(row.level))
        .add(Column::CertificateType.eq(row.certificate_type));
    match work.find::<Entity>(same).await? {
        Some(twin) if Some(&twin.id) != own => Err(TWICE
            .refuse(format!(
                "{}{}年目录里已经有“{}”（{}，{}）",
                row.district.name(),
                row.year,
                row.name,
                row.level.label(),
                row.certificate_type.label()
            ))
            .at("name")
            .into()),
        _ => Ok(()),
    }
}

/// Changes a draft; a filed one must be filed again (M1.2).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EditNeedsItem {
    /// Which.
    pub item: NeedsItemId,
    /// What it says now.
    #[serde(flatten)]
    pub fields: NeedsItemFields,
}

impl Act for EditNeedsItem {
    const NAME: &'static str = "edit-needs-item";
    const PERMISSION: Permission = Permission::Of(Function::NeedsDraft, Right::Create);
    const TITLE: &'static str = "修改需求指导目录项目";
    const EXAMPLE: Example = Example::NONE.with(OTHER).after(&[DRAFTED]);
    type Outcome = NeedsItemWritten;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<NeedsItemWritten>, Stop> {
        let row = own(work, &self.item).await?;
        let limits = limits(desk, work, row.district).await?;
        let change = rules::edit(&row, &self.fields, &limits, desk.today())?;
        let after = rules::draft(&self.fields, &limits, row.id.clone(), row.district, desk.now())?;
        refuse_twin(work, &after, Some(&row.id)).await?;
        let again = if row.filing_no.is_empty() { "" } else { "，原备案号作废" };
        save(
            desk,
            work,
            &row,
            (Step::Edit, Taking::new(change).titled(NeedsItems::title(&after, &FILE))),
            fact("NeedsItemEdited", &after, format!("修改目录项目“{}”{again}", after.name)),
        )
        .await
    }
}

/// The province gives its filing number (M1.4).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct FileNeedsItem {
    /// Which.
    pub item: NeedsItemId,
    /// 备案号.
    pub filing_no: String,
}

impl Act for FileNeedsItem {
    const NAME: &'static str = "file-needs-item";
    const PERMISSION: Permission = Permission::Of(Function::NeedsFiling, Right::File);
    const TITLE: &'static str = "给予备案";
    const HANDS: Hands = Hands::One("省人社厅备案，市县起草、发布，已是两级");
    const EXAMPLE: Example = Example::NONE.with(r#"{"filing_no": "闽人社培备〔2026〕21号"}"#).after(&[DRAFTED]);
    type Outcome = NeedsItemWritten;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<NeedsItemWritten>, Stop> {
        let row = own(work, &self.item).await?;
        let change = rules::file(&row, &self.filing_no)?;
        let number = self.filing_no.trim();
        let taking = Taking::new(change).finding("good", format!("备案号 {number}"));
        save(
            desk,
            work,
            &row,
            (Step::File, taking),
            fact("NeedsItemFiled", &row, format!("“{}”已备案，备案号 {number}", row.name)).with("filing_no", number),
        )
        .await
    }
}

/// Publishes a filed item (M1.3).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PublishNeedsItem {
    /// Which.
    pub item: NeedsItemId,
    /// 发布文号.
    pub document: String,
}

impl Act for PublishNeedsItem {
    const NAME: &'static str = "publish-needs-item";
    const PERMISSION: Permission = Permission::Of(Function::NeedsPublication, Right::Publish);
    const TITLE: &'static str = "发布目录项目";
    const HANDS: Hands = Hands::One("须先由省人社厅备案");
    const EXAMPLE: Example = Example::NONE
        .with(r#"{"document": "晋人社〔2026〕21号"}"#)
        .after(&[DRAFTED, Before::by::<FileNeedsItem>("province-officer")]);
    type Outcome = NeedsItemWritten;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<NeedsItemWritten>, Stop> {
        let row = own(work, &self.item).await?;
        let change = rules::publish(&row, &self.document, desk.today())?;
        let document = self.document.trim();
        save(
            desk,
            work,
            &row,
            (Step::Publish, Taking::new(change)),
            fact("NeedsItemPublished", &row, format!("发布目录项目“{}”，{document}", row.name))
                .with("document", document),
        )
        .await
    }
}

/// Takes an item out of the catalogue; classes already approved go on (M1.5).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DelistNeedsItem {
    /// Which.
    pub item: NeedsItemId,
    /// Why.
    pub reason: String,
}

impl Act for DelistNeedsItem {
    const NAME: &'static str = "delist-needs-item";
    const PERMISSION: Permission = Permission::Of(Function::NeedsPublication, Right::Publish);
    const CLAUSE: &'static str = "M1.6";
    const CLAUSE_WHY: &'static str = "发布目录的人移出项目";
    const TITLE: &'static str = "移出目录";
    const HANDS: Hands = Hands::One("移出后不再开新班，已开的班照旧");
    type Outcome = NeedsItemWritten;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<NeedsItemWritten>, Stop> {
        let row = own(work, &self.item).await?;
        let change = rules::delist(&row, &self.reason)?;
        let reason = self.reason.trim();
        save(
            desk,
            work,
            &row,
            (Step::Delist, Taking::new(change)),
            fact("NeedsItemDelisted", &row, format!("“{}”移出目录：{reason}", row.name)).with("reason", reason),
        )
        .await
    }
}

/// An item within the actor's management reach. Published items are readable by all, so reach is asked here.
async fn own(work: &Writer, id: &NeedsItemId) -> Result<Model, Stop> {
    let row = work.get(&id).await?;
    if crate::queries::manages(work.scope(), &row) { Ok(row) } else { Err(foundation::Fault::Gone.into()) }
}

async fn save(
    desk: &Desk,
    work: &Writer,
    row: &Model,
    (step, taking): (Step, Taking<'_, NeedsItems>),
    fact: FactDraft,
) -> Result<Done<NeedsItemWritten>, Stop> {
    let fact = take::<NeedsItems>(desk, work, row, step, taking, fact).await?;
    Ok(Done::new(NeedsItemWritten { item: row.id.clone() }, fact))
}

fn fact(kind: &'static str, row: &Model, summary: String) -> FactDraft {
    FactDraft::new(kind, row.district, summary)
        .about(&crate::declared::NEEDS_ITEM, &row.id)
        .with("name", row.name.as_str())
        .with("year", row.year)
        .with("level", row.level.code())
        .with("certificate_type", row.certificate_type.code())
        .with("periods_min", row.periods_min.0)
        .with("periods_max", row.periods_max.0)
        .with("online_cap_pct", row.online_cap_pct)
        .with("rate_text", row.rate_text.as_str())
}
