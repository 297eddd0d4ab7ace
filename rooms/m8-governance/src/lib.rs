//! M8 division of labour: sign-in, accounts, demo personas and the demo's clock (M8.9; domain §1.3, §12.3).

pub mod acts;
pub mod demo;
pub mod sign_in;

use desk::Routes;

/// The room's routes.
pub fn routes() -> Routes {
    Routes::new()
        .read::<sign_in::SignInPage, _, _>("/sign-in", sign_in::ask)
        .post::<sign_in::SignInPage, _, _>("/sign-in", sign_in::answer)
        .post::<sign_in::SignInPage, _, _>("/sign-in/code", sign_in::code)
        .post::<sign_in::SignOut, _, _>("/sign-out", sign_in::sign_out)
        .post::<sign_in::SignInPage, _, _>("/large-text", sign_in::large_text)
        .read::<sign_in::SignInPage, _, _>("/links/{token}", sign_in::link)
        .post::<sign_in::SignInPage, _, _>("/links/{token}", sign_in::use_link)
        .read::<sign_in::MyAccount, _, _>("/account", sign_in::account)
        .act::<acts::EnrolTotp, _, _>("/account/totp", sign_in::enrol)
        .read::<demo::Personas, _, _>("/personas", demo::show)
        .post::<demo::Personas, _, _>("/personas", demo::enter)
        .act::<acts::MoveDemoClock, _, _>("/demo-clock", demo::move_clock)
        .post::<sign_in::SignInPage, _, _>("/api/v1/sign-in", sign_in::api)
        .post::<demo::Personas, _, _>("/api/v1/demo-sign-in", demo::api)
}
