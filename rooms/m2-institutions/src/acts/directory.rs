//! Listing an institution and the lines of its directory (M2.1, M2.4; annex table 2).

use desk::procedure::{Taking, begin};
use desk::{Act, Before, Desk, Done, Example, Hands};
use foundation::codes::{DirectoryState, InstitutionKind, SelectionRoute};
use foundation::{Date, DirectoryItemId, Fault, Function, InstitutionId, NeedsItemId, Permission, Right, SiteId, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::seal::Purpose;
use store::tables::institutions::{directory_item, institution};

use super::{fact, managed};
use crate::procedures::standing::{Standing, Step};
use crate::refusals::{SERIAL, TWICE};
use crate::rules::{self, DirectoryContext, Filled, SOURCE};

/// Serials have four digits in class and certificate numbers.
const LAST_SERIAL: i32 = 9999;

/// Lists an institution in the actor's own district (M2.4).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListInstitution {
    /// 统一社会信用代码.
    pub uscc: String,
    /// Name.
    pub name: String,
    /// 办学性质.
    pub kind: InstitutionKind,
    /// 办学许可证号.
    pub licence_no: String,
    /// Last day of the licence.
    pub licence_until: Date,
    /// 法定代表人.
    pub legal_person: String,
    /// Address.
    pub address: String,
    /// 联系人.
    pub contact: String,
    /// Published telephone.
    pub phone: String,
    /// 开户银行.
    pub bank: String,
    /// Account that subsidies go to; sealed at once.
    pub account: String,
    /// 列入目录的文号.
    pub document: String,
    /// 遴选方式.
    pub route: SelectionRoute,
}

/// The institution that was listed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct InstitutionListed {
    /// Its id.
    pub institution: InstitutionId,
    /// Its serial in the district.
    pub serial: i32,
}

impl ListInstitution {
    /// As the rule reads it.
    pub fn filled(&self) -> Filled<'_> {
        Filled {
            uscc: &self.uscc,
            account: &self.account,
            phone: &self.phone,
            licence_until: self.licence_until,
            lines: [
                ("name", "机构名称", &self.name),
                ("licence_no", "办学许可证号", &self.licence_no),
                ("legal_person", "法定代表人", &self.legal_person),
                ("address", "地址", &self.address),
                ("contact", "联系人", &self.contact),
                ("bank", "开户银行", &self.bank),
                ("document", "列入目录的文号", &self.document),
            ],
        }
    }
}

impl Act for ListInstitution {
    const NAME: &'static str = "list-institution";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Publish);
    const TITLE: &'static str = "列入机构目录";
    const HANDS: Hands = Hands::One("列入目录后，每个班仍要审核、批准，是两个人");
    const EXAMPLE: Example = Example::NONE
        .with(r#"{"uscc": "91350100M000100Y43", "licence_until": "2028-12-31", "account": "6228480018012399904"}"#);
    type Outcome = InstitutionListed;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<InstitutionListed>, Stop> {
        let district = desk.actor.office.district().ok_or(Stop::Forbidden)?;
        let checked = rules::listing(&self.filled(), desk.today())?;
        if let Some(twin) =
            work.find::<institution::Entity>(institution::Column::Uscc.eq(checked.uscc.as_str())).await?
        {
            return Err(TWICE
                .refuse(format!("这个信用代码已经列入目录：{}（{}）", twin.name, twin.district.name()))
                .source("机构目录")
                .fix("请核对信用代码；已在目录里的机构不用再列")
                .at("uscc")
                .into());
        }
        let last = work
            .list::<institution::Entity>(|q| {
                q.filter(institution::Column::District.eq(district)).order_by_desc(institution::Column::Serial).limit(1)
            })
            .await?;
        let serial = last.first().map_or(0, |row| row.serial) + 1;
        if serial > LAST_SERIAL {
            return Err(SERIAL.refuse(format!("{}的机构序号已用完", district.name())).into());
        }
        let id: InstitutionId = desk.new_id();
        let keyring = &desk.premises.keyring;
        let plain = checked.account.reveal();
        let text = |text: &str| text.trim().to_owned();
        let row = institution::Model {
            account: Some(keyring.seal(Purpose::Account, &id.to_string(), plain, desk.premises.ids.bytes())),
            account_index: Some(keyring.index(Purpose::Account, plain)),
            account_masked: checked.account.masked(),
            id,
            uscc: checked.uscc,
            name: text(&self.name),
            kind: self.kind,
            serial,
            licence_no: text(&self.licence_no),
            licence_until: self.licence_until,
            legal_person: text(&self.legal_person),
            address: text(&self.address),
            contact: text(&self.contact),
            phone: text(&self.phone),
            bank: text(&self.bank),
            state: DirectoryState::Listed,
            listed_on: Some(desk.today()),
            document: text(&self.document),
            path: district.management_path(),
            district,
            created_at: desk.now(),
            version: 1,
        };
        let summary = format!("{}列入机构目录（{}），{}", row.name, self.route.label(), row.document);
        let fact = fact("InstitutionListed", &row, summary)
            .with("uscc", row.uscc.as_str())
            .with("name", row.name.as_str())
            .with("kind", row.kind.code())
            .with("serial", serial)
            .with("route", self.route.code())
            .with("document", row.document.as_str());
        let outcome = InstitutionListed { institution: row.id.clone(), serial };
        let quiet = Taking::new(institution::ActiveModel::default());
        let fact = begin::<Standing>(desk, work, row, Step::List, quiet, fact).await?.ok_or(Fault::Stale)?;
        Ok(Done::new(outcome, fact))
    }
}

/// An item of the needs catalogue that no county has yet.
const OTHER_ITEM: &str = r#"{"year": 2026, "training_type": "JY", "name": "社区助餐服务", "level": "H",
    "certificate_type": "HG", "periods_min": 20, "periods_max": 80, "online_cap_pct": 40}"#;

/// Adds what an institution may teach where (annex table 2; M2.1).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddDirectoryItem {
    /// Which institution.
    pub institution: InstitutionId,
    /// Which item of the needs catalogue.
    pub needs_item: NeedsItemId,
    /// At which site.
    pub site: SiteId,
    /// Trainees at once.
    pub capacity: i32,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_until: Date,
}

/// The line that was added.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryItemAdded {
    /// Its id.
    pub item: DirectoryItemId,
}

impl Act for AddDirectoryItem {
    const NAME: &'static str = "add-directory-item";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Publish);
    const CLAUSE: &'static str = "M2.3";
    const CLAUSE_WHY: &'static str = "发布目录的人写它的内容";
    const TITLE: &'static str = "增加可开展的培训项目";
    const HANDS: Hands = Hands::One("列入目录后，每个班仍要审核、批准，是两个人");
    const EXAMPLE: Example =
        Example::NONE.with(r#"{"capacity": 30, "valid_from": "2026-11-02", "valid_until": "2027-06-30"}"#).after(&[
            Before::of("jinjiang-officer", "add-needs-item").with(OTHER_ITEM).making("item"),
            Before::of("province-officer", "file-needs-item"),
            Before::of("jinjiang-officer", "publish-needs-item"),
        ]);
    type Outcome = DirectoryItemAdded;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<DirectoryItemAdded>, Stop> {
        let institution = managed(work, &self.institution).await?;
        let item = work.get(&self.needs_item).await?;
        let site = work.get(&self.site).await?;
        let verified = crate::site_ok(work, &self.site, desk.today()).await?;
        rules::directory_item(
            self.capacity,
            (self.valid_from, self.valid_until),
            &DirectoryContext { institution: &institution, item: &item, site: &site, verified: verified.as_ref() },
        )?;
        let same = Condition::all()
            .add(directory_item::Column::Institution.eq(institution.id.to_string()))
            .add(directory_item::Column::NeedsItem.eq(item.id.to_string()))
            .add(directory_item::Column::Site.eq(site.id.to_string()));
        if work.find::<directory_item::Entity>(same).await?.is_some() {
            return Err(TWICE
                .refuse(format!("目录里已经有“{}”在“{}”的培训", item.name, site.name))
                .source(SOURCE)
                .fix("不用再加；请换一个项目或场地")
                .at("needs_item")
                .into());
        }
        let row = directory_item::Model {
            id: desk.new_id(),
            institution: institution.id.clone(),
            needs_item: item.id.clone(),
            site: site.id.clone(),
            capacity: self.capacity,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            district: institution.district,
            path: institution.path.clone(),
            version: 1,
        };
        let summary = format!(
            "增加培训项目“{}（{}）”，场地“{}”，同时 {} 人",
            item.name,
            item.level.label(),
            site.name,
            self.capacity
        );
        let fact = fact("DirectoryItemAdded", &institution, summary)
            .about(&m1_needs::declared::NEEDS_ITEM, &item.id)
            .about(&crate::declared::SITE, &site.id)
            .with("capacity", self.capacity)
            .with("valid_from", self.valid_from.to_string())
            .with("valid_until", self.valid_until.to_string());
        let outcome = DirectoryItemAdded { item: row.id.clone() };
        work.add::<directory_item::Entity>(row).await?;
        Ok(Done::new(outcome, fact))
    }
}
