//! What the room declares: its things, its matters, and how an item of the catalogue moves (M1.2–M1.5; domain §2.3).

use desk::matter::{Ends, Matter};
use desk::procedure::{Change, Model, Procedure, Row, by};
use desk::subject::{Audience, Subject};
use foundation::codes::NeedsState;
use foundation::{Date, DistrictCode, Fen, InstitutionId, Permission, Stop};
use store::query::Set;
use store::tables::needs::needs_item;

use crate::acts::{AddNeedsItem, DelistNeedsItem, EditNeedsItem, FileNeedsItem, PublishNeedsItem};

/// 需求指导目录项目.
pub static NEEDS_ITEM: Subject =
    Subject { kind: "needs_item", formerly: "", called: "目录项目", folder: "/needs", read: Permission::Public };

/// The room's subjects.
pub static SUBJECTS: &[&Subject] = &[&NEEDS_ITEM];

const fn matter(kind: &'static str, called: &'static str, audience: Audience, opens: &'static str) -> Matter {
    Matter {
        kind,
        called,
        audience,
        about: &NEEDS_ITEM,
        opens,
        at: "",
        quick: None,
        ends: Ends::ByStep,
        not_his: None,
        in_workdays: false,
    }
}
/// 目录备案.
pub static FILE: Matter = matter("file-needs-item", "目录备案", Audience::Province, "去备案");
/// 目录发布.
pub static PUBLISH: Matter = matter("publish-needs-item", "目录发布", Audience::Keeper, "去发布");

/// The room's matters.
pub static MATTERS: &[&Matter] = &[&FILE, &PUBLISH];

/// What is asked before an item is published, and before it is taken out.
const PUBLISHES: &str = "发布后所有人都能看到，要撤下只能移出目录。确定发布吗？";
const DELISTS: &str = "移出后不能再按这个项目申请开班，已准予的班不受影响。确定移出吗？";

desk::steps! {
    /// What can happen to an item.
    Step of NeedsState, ROWS {
        Draft [] => Draft, "起草", by::<AddNeedsItem>(), Clear, Nothing, Ask(&FILE), Nowhere, ["NeedsItemDrafted"];
        Edit [Draft] => Draft, "修改", by::<EditNeedsItem>(),
            Clear, Asked, Ask(&FILE), Page("修改", "edit"), ["NeedsItemEdited"];
        File [Draft] => Draft, "备案", by::<FileNeedsItem>(),
            Clear, Asked, Ask(&PUBLISH), Form("给予备案", "file", ""), ["NeedsItemFiled"];
        Publish [Draft] => Published, "发布", by::<PublishNeedsItem>(),
            Clear, Asked, Nobody, Form("发布", "publish", PUBLISHES), ["NeedsItemPublished"], "需求指导目录";
        Delist [Published] => Delisted, "移出目录", by::<DelistNeedsItem>(),
            Clear, Asked, Nobody, Form("移出目录", "delist", DELISTS), ["NeedsItemDelisted"];
    }
}

/// The course of an item of the needs catalogue.
pub enum NeedsItems {}

impl Procedure for NeedsItems {
    type State = NeedsState;
    type Step = Step;
    type Table = needs_item::Entity;

    const NAME: &'static str = "needs-item";
    const TITLE: &'static str = "需求指导目录项目";
    const NOUN: &'static str = "目录项目";
    const SOURCE: &'static str = "目录项目记录";
    const TAG: Option<&'static str> = None;
    const SUBJECT: &'static Subject = &NEEDS_ITEM;
    const ROWS: &'static [Row<NeedsState, Step>] = ROWS;
    const ENDS: &'static [NeedsState] = &[NeedsState::Delisted];

    fn state(row: &Model<Self>) -> Result<NeedsState, Stop> {
        Ok(row.state)
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: NeedsState, _: Option<Option<Date>>) {
        change.state = Set(state);
    }
    fn due(_: &Model<Self>) -> Option<Date> {
        None
    }
    fn title(row: &Model<Self>, _: &Matter) -> String {
        format!("{} · {}（{}）{}年", row.district.name(), row.name, row.level.label(), row.year)
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(_: &Model<Self>) -> Option<InstitutionId> {
        None
    }
    fn money(_: &Model<Self>) -> Fen {
        Fen::ZERO
    }
}
