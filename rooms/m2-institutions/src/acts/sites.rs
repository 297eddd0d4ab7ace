//! Sites, rooms, and their verification by two inspectors on the spot (M2.1, M3.7).

use desk::{Act, Desk, Done, Example, Hands};
use foundation::codes::{DirectoryState, ReviewResult};
use foundation::{Date, Fault, Function, Permission, Right, RoomId, SiteId, SiteVerificationId, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition};
use store::tables::institutions::{institution, room, site, site_verification};

use super::{fact, managed, own};
use crate::refusals::{IN_DIRECTORY, TWICE};
use crate::rules::{self, Visit};

/// Adds a training site of the actor's own institution (M2.1).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddSite {
    /// `安海校区`.
    pub name: String,
    /// Address.
    pub address: String,
}

/// The site that was added.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SiteAdded {
    /// Its id.
    pub site: SiteId,
}

/// Institutions out of the directory do not go on growing.
pub fn refuse_gone(row: &institution::Model) -> Result<(), Stop> {
    match row.state {
        DirectoryState::Removed | DirectoryState::Left | DirectoryState::Expired => {
            Err(IN_DIRECTORY.refuse(format!("本机构已“{}”", row.state.label())).fix("请重新申报列入目录后再办").into())
        }
        _ => Ok(()),
    }
}

impl Act for AddSite {
    const NAME: &'static str = "add-site";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryApplication, Right::Create);
    const TITLE: &'static str = "增加培训场地";
    type Outcome = SiteAdded;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<SiteAdded>, Stop> {
        let own = own(desk, work).await?;
        refuse_gone(&own)?;
        let no = rules::place(&self.name, Some(&self.address), None);
        if !no.is_empty() {
            return Err(no.into());
        }
        let name = self.name.trim();
        if work
            .find::<site::Entity>(
                Condition::all().add(site::Column::Institution.eq(own.id.to_string())).add(site::Column::Name.eq(name)),
            )
            .await?
            .is_some()
        {
            return Err(TWICE.refuse(format!("已经有一个叫“{name}”的场地")).at("name").into());
        }
        let row = site::Model {
            id: desk.new_id(),
            institution: own.id.clone(),
            name: name.into(),
            address: self.address.trim().into(),
            district: own.district,
            path: own.path.clone(),
            version: 1,
        };
        let fact = fact("SiteAdded", &own, format!("增加培训场地“{name}”"))
            .about(&crate::declared::SITE, &row.id)
            .with("name", name)
            .with("address", row.address.as_str());
        let outcome = SiteAdded { site: row.id.clone() };
        work.add::<site::Entity>(row).await?;
        Ok(Done::new(outcome, fact))
    }
}

/// Adds a room to a site of the actor's own institution (M2.1; rule T05 counts its seats).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddRoom {
    /// Which site.
    pub site: SiteId,
    /// `实训楼 302`.
    pub name: String,
    /// Seats.
    pub seats: i32,
}

/// The room that was added.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RoomAdded {
    /// Its id.
    pub room: RoomId,
}

impl Act for AddRoom {
    const NAME: &'static str = "add-room";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryApplication, Right::Create);
    const TITLE: &'static str = "增加教室";
    type Outcome = RoomAdded;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<RoomAdded>, Stop> {
        let own = own(desk, work).await?;
        refuse_gone(&own)?;
        let site = work.get(&self.site).await?;
        if site.institution != own.id {
            return Err(Fault::Gone.into());
        }
        let no = rules::place(&self.name, None, Some(self.seats));
        if !no.is_empty() {
            return Err(no.into());
        }
        let name = self.name.trim();
        if work
            .find::<room::Entity>(
                Condition::all().add(room::Column::Site.eq(site.id.to_string())).add(room::Column::Name.eq(name)),
            )
            .await?
            .is_some()
        {
            return Err(TWICE.refuse(format!("“{}”里已经有“{name}”", site.name)).at("name").into());
        }
        let row = room::Model {
            id: desk.new_id(),
            site: site.id.clone(),
            institution: own.id.clone(),
            name: name.into(),
            seats: self.seats,
            district: site.district,
            path: site.path.clone(),
            version: 1,
        };
        let fact = fact("RoomAdded", &own, format!("“{}”增加教室“{name}”，{} 座", site.name, self.seats))
            .about(&crate::declared::SITE, &site.id)
            .with("name", name)
            .with("seats", self.seats);
        let outcome = RoomAdded { room: row.id.clone() };
        work.add::<room::Entity>(row).await?;
        Ok(Done::new(outcome, fact))
    }
}

/// Records what two inspectors saw at a site (M3.7); valid as long as the policy says.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecordSiteVerification {
    /// Which site.
    pub site: SiteId,
    /// The day they were there.
    pub verified_on: Date,
    /// First inspector.
    pub inspector_1: String,
    /// Second inspector.
    pub inspector_2: String,
    /// What they concluded.
    pub conclusion: ReviewResult,
    /// What they saw; needed unless it passed.
    #[serde(default)]
    pub note: String,
}

/// The verification that was recorded.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SiteVerified {
    /// Its id.
    pub verification: SiteVerificationId,
    /// Last day it is valid.
    pub valid_until: Date,
}

impl RecordSiteVerification {
    /// As the rule reads it.
    pub fn visit(&self) -> Visit<'_> {
        Visit {
            inspectors: (&self.inspector_1, &self.inspector_2),
            verified_on: self.verified_on,
            conclusion: self.conclusion,
            note: &self.note,
        }
    }
}

impl Act for RecordSiteVerification {
    const NAME: &'static str = "record-site-verification";
    const PERMISSION: Permission = Permission::Of(Function::SiteVerification, Right::Inspect);
    const TITLE: &'static str = "登记实地核实";
    const HANDS: Hands = Hands::One("登记的是两名核实人；第二名由登记人填写，还没有由他本人确认");
    const EXAMPLE: Example = Example::NONE.with(
        r#"{"verified_on": "2026-11-01", "inspector_1": "林国栋", "inspector_2": "周志明", "conclusion": "PASS"}"#,
    );
    type Outcome = SiteVerified;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<SiteVerified>, Stop> {
        let site = work.get(&self.site).await?;
        let institution = managed(work, &site.institution).await?;
        let policy = desk::policy::common(work, site.district, desk.today()).await?;
        let valid_until = rules::verification(&self.visit(), policy.site_valid_months(), desk.today())?;
        let (first, second) = (self.inspector_1.trim(), self.inspector_2.trim());
        let row = site_verification::Model {
            id: desk.new_id(),
            site: site.id.clone(),
            institution: institution.id.clone(),
            verified_on: self.verified_on,
            valid_until,
            inspectors: format!("{first}、{second}"),
            conclusion: self.conclusion,
            note: self.note.trim().into(),
            district: site.district,
            path: site.path.clone(),
            created_at: desk.now(),
        };
        let until = if self.conclusion == ReviewResult::Pass {
            format!("，有效至{}", ui::dates::full_day(valid_until))
        } else {
            String::new()
        };
        let fact = fact(
            "SiteVerified",
            &institution,
            format!("场地“{}”实地核实{}{until}", site.name, self.conclusion.label()),
        )
        .about(&crate::declared::SITE, &site.id)
        .with("conclusion", self.conclusion.code())
        .with("verified_on", self.verified_on.to_string())
        .with("valid_until", valid_until.to_string());
        let outcome = SiteVerified { verification: row.id.clone(), valid_until };
        work.add::<site_verification::Entity>(row).await?;
        Ok(Done::new(outcome, fact))
    }
}
