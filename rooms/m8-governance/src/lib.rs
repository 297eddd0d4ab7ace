//! M8 division of labour: sign-in, accounts, demo personas and the demo's clock (M8.4, M8.9; domain §1.3, §12.3).

pub mod account_forms;
pub mod accounts;
pub mod acts;
pub mod authenticator;
pub mod declared;
pub mod demo;
mod housekeeping;
pub mod link;
pub mod policy;
pub mod refusals;
pub mod rules;
pub mod sign_in;
pub mod slips;
pub mod tries;

use desk::procedure::table;
use desk::{NavEntry, Room, Routes, Whom};
use foundation::{Function, Permission, Right};

/// What the room brings.
pub fn room() -> Room {
    Room::new("m8-governance")
        .routes(routes())
        .rules(refusals::RULES)
        .subjects(declared::SUBJECTS)
        .procedure(table::<declared::Accounts>())
        .jobs(|desk| Box::pin(housekeeping::tick(desk)))
        .navigation(NAVIGATION)
}

const NAVIGATION: [NavEntry; 2] = [
    NavEntry { place: 110, label: "政策参数", href: "/policy", permission: Permission::Public, whom: Whom::Public },
    NavEntry {
        place: 140,
        label: "账号",
        href: "/accounts",
        permission: Permission::Of(Function::Accounts, Right::Read),
        whom: Whom::All,
    },
];

fn routes() -> Routes {
    use acts::{accounts as administer, opening};
    Routes::new()
        .read::<sign_in::SignInPage, _, _>("/sign-in", sign_in::ask)
        .post::<sign_in::SignInPage, _, _>("/sign-in", sign_in::answer)
        .post::<sign_in::SignInPage, _, _>("/sign-in/code", sign_in::code)
        .post::<sign_in::SignInPage, _, _>("/sign-in/authenticator", sign_in::enrol_first)
        .post::<sign_in::SignInPage, _, _>("/sign-in/again", sign_in::again)
        .post::<sign_in::SignOut, _, _>("/sign-out", sign_in::sign_out)
        .post::<sign_in::SignInPage, _, _>("/large-text", sign_in::large_text)
        .read::<sign_in::SignInPage, _, _>("/links/{token}", link::show)
        .post::<sign_in::SignInPage, _, _>("/links/{token}", link::follow)
        .read::<authenticator::MyAccount, _, _>("/account", authenticator::show)
        .act::<acts::own::EnrolTotp, _, _>("/account/totp", authenticator::enrol)
        .post::<authenticator::MyAccount, _, _>("/account/password", authenticator::change_password)
        .read::<accounts::AccountRegister, _, _>("/accounts", accounts::register)
        .read::<accounts::NewAccountPage, _, _>("/accounts/new", account_forms::new)
        .act::<opening::CreateAccount, _, _>("/accounts/new", account_forms::create)
        .read::<accounts::NewAccountPage, _, _>("/accounts/new/organisation", account_forms::new_organisation)
        .act::<opening::OpenOrganisation, _, _>("/accounts/new/organisation", account_forms::create_organisation)
        .read::<accounts::AccountPage, _, _>("/accounts/{id}", accounts::show)
        .act::<administer::DisableAccount, _, _>("/accounts/{id}/disable", accounts::disable)
        .act::<administer::EnableAccount, _, _>("/accounts/{id}/enable", accounts::enable)
        .act::<administer::ResetAccount, _, _>("/accounts/{id}/reset", accounts::reset)
        .act::<administer::ChangeAccountRole, _, _>("/accounts/{id}/role", accounts::role)
        .read::<accounts::InstitutionAccountPage, _, _>(
            "/institutions/{id}/account",
            account_forms::new_for_institution,
        )
        .act::<opening::OpenInstitutionAccount, _, _>(
            "/institutions/{id}/account",
            account_forms::create_for_institution,
        )
        .read::<slips::SlipsPage, _, _>("/classes/{id}/slips", slips::show)
        .act::<acts::slips::IssueSlips, _, _>("/classes/{id}/slips", slips::issue)
        .read::<policy::PolicyRegister, _, _>("/policy", policy::register)
        .read::<demo::Personas, _, _>("/personas", demo::show)
        .post::<demo::Personas, _, _>("/personas", demo::enter)
        .act::<acts::demo::MoveDemoClock, _, _>("/demo-clock", demo::move_clock)
        .post::<sign_in::SignInPage, _, _>("/api/v1/sign-in", sign_in::api)
        .post::<demo::Personas, _, _>("/api/v1/demo-sign-in", demo::api)
}
