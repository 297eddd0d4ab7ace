//! 机构在目录里的状态 (M2.4–M2.7; domain §3.3): an institution's standing, one row a step.

use desk::matter::Matter;
use desk::procedure::{Change, Model, Procedure, Row, by};
use desk::subject::Subject;
use foundation::codes::DirectoryState;
use foundation::{Date, DistrictCode, Fen, InstitutionId, Stop};
use store::query::Set;
use store::tables::institutions::institution;

use crate::acts::directory::ListInstitution;
use crate::acts::standing::{RemoveInstitution, RestoreInstitution, SuspendInstitution};
use crate::declared::INSTITUTION;

desk::steps! {
    /// What can happen to an institution's standing.
    Step of DirectoryState, ROWS {
        List [] => Listed, "列入目录", by::<ListInstitution>(),
            Clear, Nothing, Nobody, Nowhere, ["InstitutionListed"], "机构目录";
        Suspend [Listed | Warned | Rectifying] => Suspended, "暂停承训", by::<SuspendInstitution>(), Clear, Nothing, Nobody,
            Form("暂停承训", "suspend", "暂停后不能申请新班，正在上的班继续。确定暂停吗？"), ["InstitutionSuspended"];
        Restore [Suspended | Warned | Rectifying] => Listed, "恢复承训", by::<RestoreInstitution>(), Clear, Nothing, Nobody,
            Form("恢复承训", "restore", "恢复后可以申请新班。确定恢复吗？"), ["InstitutionRestored"];
        Remove [Listed | Warned | Rectifying | Suspended | Expired] => Removed, "移出目录", by::<RemoveInstitution>(),
            Clear, Nothing, Nobody, Form("移出目录", "remove", "移出后不能再承担补贴性培训，正在上的班继续。确定移出吗？"), ["InstitutionRemoved"];
    }
}

/// How an institution came in is not done here yet.
const SELECTION: &str = "遴选、公示、备案还没有办理步骤";

/// The course of an institution's standing.
pub enum Standing {}

impl Procedure for Standing {
    type State = DirectoryState;
    type Step = Step;
    type Table = institution::Entity;

    const NAME: &'static str = "institution";
    const TITLE: &'static str = "补贴性培训机构目录：机构";
    const NOUN: &'static str = "机构";
    const SOURCE: &'static str = "机构目录记录";
    const TAG: Option<&'static str> = None;
    const SUBJECT: &'static Subject = &INSTITUTION;
    const ROWS: &'static [Row<DirectoryState, Step>] = ROWS;
    const ENDS: &'static [DirectoryState] = &[DirectoryState::Removed];
    const WAITS: &'static [(DirectoryState, &'static str)] = &[
        (DirectoryState::Applying, SELECTION),
        (DirectoryState::FormalCheck, SELECTION),
        (DirectoryState::OnSiteCheck, SELECTION),
        (DirectoryState::Scoring, SELECTION),
        (DirectoryState::Publicity, SELECTION),
        (DirectoryState::Filing, SELECTION),
        (DirectoryState::Warned, "警示还没有办理步骤"),
        (DirectoryState::Rectifying, "限期整改还没有办理步骤"),
        (DirectoryState::Left, "自愿退出还没有办理步骤"),
        (DirectoryState::Expired, "到期还没有定时步骤"),
    ];

    fn state(row: &Model<Self>) -> Result<DirectoryState, Stop> {
        Ok(row.state)
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: DirectoryState, _: Option<Option<Date>>) {
        change.state = Set(state);
    }
    fn due(_: &Model<Self>) -> Option<Date> {
        None
    }
    fn title(row: &Model<Self>, _: &Matter) -> String {
        row.name.clone()
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(row: &Model<Self>) -> Option<InstitutionId> {
        Some(row.id.clone())
    }
    fn money(_: &Model<Self>) -> Fen {
        Fen::ZERO
    }
}
