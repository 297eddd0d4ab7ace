//! Pages of the institution directory (M2, M3.7): register, dossier, forms, the clerk's own page; API.

mod dossier;
mod inside;
mod mine;
mod office_forms;
mod own_forms;
mod payee;
mod payee_register;
mod register;

use axum::response::Response;
use desk::{Desk, Pairs, Routes};
use foundation::{Date, Function, Permission, Right, Stop};
use ui::{Button, Form, FormState, Markup, form, html, page_head};

use crate::acts::contact::EditInstitutionContact;
use crate::acts::directory::{AddDirectoryItem, ListInstitution};
use crate::acts::payee::{ConfirmPayeeAccount, DeclinePayeeAccount, ProposePayeeAccount, WithdrawPayeeAccount};
use crate::acts::sites::{AddRoom, AddSite, RecordSiteVerification};
use crate::acts::standing::{RemoveInstitution, RestoreInstitution, SuspendInstitution};
use crate::acts::teachers::{AddTeacher, EditTeacher, VerifyTeacherCertificate};

/// Navigation of the public directory.
const NAV: &str = "/institutions";
/// Navigation of the clerk's own page.
const MINE: &str = "/my-institution";

const OWN: Permission = Permission::Of(Function::DirectoryApplication, Right::Create);
const PUBLISH: Permission = Permission::Of(Function::DirectoryPublication, Right::Publish);
const DECIDE: Permission = Permission::Of(Function::DirectoryPublication, Right::Approve);
/// Whoever sees what is paid sees to which account, masked; rows by reach.
const PAYS: Permission = Permission::Of(Function::ClaimReview, Right::Read);
const INSPECT: Permission = Permission::Of(Function::SiteVerification, Right::Inspect);

desk::reads! {
    /// The public register.
    InstitutionRegister = "institution-register", Permission::Public, "M2.4";
    /// One institution.
    InstitutionPage = "institution-page", Permission::Public, "M2.4";
    /// Form of a new institution.
    NewInstitutionPage = "new-institution-page", PUBLISH, "M2.4";
    /// Form of a directory line.
    NewDirectoryItemPage = "new-directory-item-page", PUBLISH, "M2.3", "发布目录的人写它的内容";
    /// Form of the payee's account.
    PayeeAccountPage = "payee-account-page", PUBLISH, "M8.9", "账户登记在机构目录里，决定的是补贴付到哪里";
    /// Corrections of payees' accounts.
    PayeeChangeRegister = "payee-change-register", PAYS, "M8.9";
    /// One of them.
    PayeeChangePage = "payee-change-page", PAYS, "M8.9";
    /// Form of a verification.
    SiteVerificationPage = "site-verification-page", INSPECT, "M3.7";
    /// The clerk's page.
    MyInstitutionPage = "my-institution-page", OWN, "M2.1";
    /// Form of a site.
    NewSitePage = "new-site-page", OWN, "M2.1";
    /// Form of a room.
    NewRoomPage = "new-room-page", OWN, "M2.1";
    /// Form of a new teacher.
    NewTeacherPage = "new-teacher-page", OWN, "M2.1";
    /// Form of a teacher.
    TeacherPage = "teacher-page", OWN, "M2.1";
    /// Form of contact and telephone.
    ContactPage = "institution-contact-page", OWN, "M2.1";
    /// Institutions as JSON.
    InstitutionsResource = "institutions-resource", Permission::Public, "M2.4";
    /// One institution as JSON.
    InstitutionResource = "institution-resource", Permission::Public, "M2.4";
}

/// The room's routes.
pub fn routes() -> Routes {
    Routes::new()
        .read::<InstitutionRegister, _, _>("/institutions", register::show)
        .read::<NewInstitutionPage, _, _>("/institutions/new", office_forms::new_institution)
        .act::<ListInstitution, _, _>("/institutions/new", office_forms::list_institution)
        .read::<InstitutionPage, _, _>("/institutions/{id}", dossier::show)
        .act::<SuspendInstitution, _, _>("/institutions/{id}/suspend", dossier::suspend)
        .act::<RestoreInstitution, _, _>("/institutions/{id}/restore", dossier::restore)
        .act::<RemoveInstitution, _, _>("/institutions/{id}/remove", dossier::remove)
        .read::<NewDirectoryItemPage, _, _>("/institutions/{id}/items/new", office_forms::new_item)
        .act::<AddDirectoryItem, _, _>("/institutions/{id}/items/new", office_forms::add_item)
        .read::<PayeeAccountPage, _, _>("/institutions/{id}/payee", payee::show)
        .act::<ProposePayeeAccount, _, _>("/institutions/{id}/payee", payee::propose)
        .read::<PayeeChangeRegister, _, _>("/payee-changes", payee_register::show)
        .read::<PayeeChangePage, _, _>("/payee-changes/{id}", payee::one)
        .act::<ConfirmPayeeAccount, _, _>("/payee-changes/{id}/confirm", payee::confirm)
        .act::<DeclinePayeeAccount, _, _>("/payee-changes/{id}/decline", payee::decline)
        .act::<WithdrawPayeeAccount, _, _>("/payee-changes/{id}/withdraw", payee::withdraw)
        .read::<SiteVerificationPage, _, _>("/sites/{id}/verification", office_forms::new_verification)
        .act::<RecordSiteVerification, _, _>("/sites/{id}/verification", office_forms::verify)
        .act::<VerifyTeacherCertificate, _, _>("/teachers/{id}/verify-certificate", office_forms::verify_certificate)
        .read::<MyInstitutionPage, _, _>("/my-institution", mine::show)
        .read::<NewSitePage, _, _>("/my-institution/sites/new", own_forms::new_site)
        .act::<AddSite, _, _>("/my-institution/sites/new", own_forms::add_site)
        .read::<NewRoomPage, _, _>("/my-institution/sites/{id}/rooms/new", own_forms::new_room)
        .act::<AddRoom, _, _>("/my-institution/sites/{id}/rooms/new", own_forms::add_room)
        .read::<NewTeacherPage, _, _>("/my-institution/teachers/new", own_forms::new_teacher)
        .act::<AddTeacher, _, _>("/my-institution/teachers/new", own_forms::add_teacher)
        .read::<TeacherPage, _, _>("/my-institution/teachers/{id}", own_forms::teacher)
        .act::<EditTeacher, _, _>("/my-institution/teachers/{id}", own_forms::edit_teacher)
        .read::<ContactPage, _, _>("/my-institution/contact", own_forms::contact)
        .act::<EditInstitutionContact, _, _>("/my-institution/contact", own_forms::edit_contact)
        .read::<InstitutionsResource, _, _>("/api/v1/institutions", register::resource)
        .read::<InstitutionResource, _, _>("/api/v1/institutions/{id}", register::one)
}

/// A page that is one form.
struct FormPage<'a> {
    title: &'a str,
    note: &'a str,
    action: String,
    submit: &'a str,
    back: String,
    current: &'static str,
}

impl FormPage<'_> {
    /// The page with what was typed and what is wrong (422) or fresh (200).
    fn draw(&self, desk: &Desk, state: &FormState, fields: Markup) -> Response {
        let status = if state.is_clean() { 200 } else { 422 };
        let options = Form { action: self.action.clone(), submit: self.submit.into(), ..Form::default() };
        desk.page_status(
            status,
            self.title,
            self.current,
            html! {
                (page_head(self.title, self.note, &[Button::link("返回", self.back.clone())]))
                (form(&options, state, fields))
            },
        )
    }
}

/// Done → `path` with a message; refused → the form again; everything else → its page.
async fn settle<T>(
    desk: &Desk,
    result: Result<T, Stop>,
    state: FormState,
    path: &str,
    message: &str,
    again: impl FnOnce(&FormState) -> Response,
) -> Response {
    desk.answer(result, |_| (path.to_owned(), message.to_owned()), async |no| again(&state.refused(no))).await
}

/// A day of a form, or an error at its field and `instead`.
fn day(pairs: &Pairs, state: &mut FormState, name: &str, label: &str, instead: Date) -> Date {
    pairs.value(name).parse().unwrap_or_else(|_| {
        state.error(name, format!("请填写{label}"));
        instead
    })
}

/// A whole number of a form, or an error at its field.
fn number(pairs: &Pairs, state: &mut FormState, name: &str, label: &str) -> i32 {
    pairs.value(name).parse().unwrap_or_else(|_| {
        state.error(name, format!("{label}请填写整数"));
        1
    })
}

/// Refusals about fields that could be read, beside the errors of those that could not.
fn all_at_once(state: FormState, no: Vec<foundation::Refusal>) -> FormState {
    let more: Vec<_> =
        no.into_iter().filter(|no| no.field.as_deref().is_none_or(|field| state.error_at(field).is_none())).collect();
    state.refused(more)
}
