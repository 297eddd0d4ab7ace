//! What the room declares: accounts and policy as things, and how an account moves (M8.4; domain §12.3).

use desk::matter::Matter;
use desk::procedure::{Change, Model, Procedure, Row, by};
use desk::subject::Subject;
use foundation::codes::AccountState;
use foundation::{Date, DistrictCode, Fen, Function, InstitutionId, Office, Permission, Right, Stop};
use store::query::Set;
use store::tables::identity::account;

use crate::acts::accounts::{DisableAccount, EnableAccount};
use crate::acts::opening::{CreateAccount, OpenFirstAccount, OpenInstitutionAccount, OpenOrganisation};
use crate::acts::slips::IssueSlips;

/// 账号.
pub static ACCOUNT: Subject = Subject {
    kind: "account",
    formerly: "",
    called: "账号",
    folder: "/accounts",
    read: Permission::Of(Function::Accounts, Right::Read),
};
/// 登记的单位.
pub static ORGANISATION: Subject = Subject {
    kind: "organisation",
    formerly: "",
    called: "单位",
    folder: "",
    read: Permission::Of(Function::Accounts, Right::Read),
};
/// 政策参数.
pub static POLICY: Subject =
    Subject { kind: "policy", formerly: "", called: "政策参数", folder: "", read: Permission::Public };

/// The room's subjects.
pub static SUBJECTS: &[&Subject] = &[&ACCOUNT, &ORGANISATION, &POLICY];

desk::steps! {
    /// What can happen to an account.
    Step of AccountState, ROWS {
        Open [] => Active, "建立账号", by::<CreateAccount>(), Clear, Nothing, Nobody, Nowhere, ["AccountCreated"];
        OpenInstitution [] => Active, "开通机构账号", by::<OpenInstitutionAccount>(),
            Clear, Nothing, Nobody, Nowhere, ["AccountCreated"];
        OpenOrganisation [] => Active, "登记单位并建立账号", by::<OpenOrganisation>(),
            Clear, Nothing, Nobody, Nowhere, ["AccountCreated"];
        OpenFirst [] => Active, "建立第一位系统管理员", by::<OpenFirstAccount>(),
            Clear, Nothing, Nobody, Nowhere, ["AccountCreated"];
        OpenTrainee [] => Active, "发登录条，建立学员账号", by::<IssueSlips>(),
            Clear, Nothing, Nobody, Nowhere, ["TraineeSlipIssued"];
        Disable [Active] => Disabled, "停用", by::<DisableAccount>(),
            Clear, Nothing, Nobody, Form("停用账号", "disable", "他会在所有设备上退出，不能再登录。确定停用吗？"), ["AccountDisabled"];
        Enable [Disabled] => Active, "启用", by::<EnableAccount>(),
            Clear, Nothing, Nobody, Form("启用账号", "enable", "启用后他可以用原来的密码登录。确定吗？"), ["AccountEnabled"];
    }
}

/// The course of an account.
pub enum Accounts {}

impl Procedure for Accounts {
    type State = AccountState;
    type Step = Step;
    type Table = account::Entity;

    const NAME: &'static str = "account";
    const TITLE: &'static str = "账号";
    const NOUN: &'static str = "账号";
    const SOURCE: &'static str = "账号登记";
    const TAG: Option<&'static str> = None;
    const SUBJECT: &'static Subject = &ACCOUNT;
    const ROWS: &'static [Row<AccountState, Step>] = ROWS;
    const ENDS: &'static [AccountState] = &[];

    fn state(row: &Model<Self>) -> Result<AccountState, Stop> {
        Ok(if row.disabled { AccountState::Disabled } else { AccountState::Active })
    }
    fn id(row: &Model<Self>) -> String {
        row.id.to_string()
    }
    fn write(change: &mut Change<Self>, state: AccountState, _: Option<Option<Date>>) {
        change.disabled = Set(state == AccountState::Disabled);
    }
    fn due(_: &Model<Self>) -> Option<Date> {
        None
    }
    fn title(row: &Model<Self>, _: &Matter) -> String {
        row.login.clone()
    }
    fn district(row: &Model<Self>) -> DistrictCode {
        row.district
    }
    fn institution(row: &Model<Self>) -> Option<InstitutionId> {
        Office::from_parts(&row.office_kind, &row.office_ref, row.district).and_then(|office| office.institution())
    }
    fn money(_: &Model<Self>) -> Fen {
        Fen::ZERO
    }
}
