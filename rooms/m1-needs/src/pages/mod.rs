//! Pages of the needs catalogue (M1): register, dossier, form; `/api/v1/needs`.

mod form;
mod item;
mod register;

use desk::Routes;
use foundation::{Function, Permission, Right};

use crate::acts::{AddNeedsItem, DelistNeedsItem, EditNeedsItem, FileNeedsItem, PublishNeedsItem};

/// Word of the navigation.
const NAV: &str = "/needs";

desk::reads! {
    /// The public register.
    NeedsRegister = "needs-register", Permission::Public, "M1.1";
    /// One item.
    NeedsItemPage = "needs-item-page", Permission::Public, "M1.1";
    /// The form of a new item.
    NewNeedsItemPage = "new-needs-item-page", Permission::Of(Function::NeedsDraft, Right::Create), "M1.2";
    /// The form of a draft.
    EditNeedsItemPage = "edit-needs-item-page", Permission::Of(Function::NeedsDraft, Right::Create), "M1.2";
    /// Items as JSON.
    NeedsResource = "needs-resource", Permission::Public, "M1.3";
    /// One item as JSON.
    NeedsItemResource = "needs-item-resource", Permission::Public, "M1.3";
}

/// The room's routes.
pub fn routes() -> Routes {
    Routes::new()
        .read::<NeedsRegister, _, _>("/needs", register::show)
        .read::<NewNeedsItemPage, _, _>("/needs/new", form::new)
        .act::<AddNeedsItem, _, _>("/needs/new", form::add)
        .read::<NeedsItemPage, _, _>("/needs/{id}", item::show)
        .read::<EditNeedsItemPage, _, _>("/needs/{id}/edit", form::edit)
        .act::<EditNeedsItem, _, _>("/needs/{id}/edit", form::save)
        .act::<FileNeedsItem, _, _>("/needs/{id}/file", item::file)
        .act::<PublishNeedsItem, _, _>("/needs/{id}/publish", item::publish)
        .act::<DelistNeedsItem, _, _>("/needs/{id}/delist", item::delist)
        .read::<NeedsResource, _, _>("/api/v1/needs", register::resource)
        .read::<NeedsItemResource, _, _>("/api/v1/needs/{id}", register::one)
}
