//! Pages of the funds: claims, publicity, payment (M7.1, M8.9; domain §7.4).

pub mod bank;
mod batch;
mod batch_settle;
pub mod batch_undo;
mod batches;
mod claim_acts;
mod claim_parts;
mod claim_resource;
pub mod claims;
pub mod funds;
pub mod objections;
mod public_objections;
pub mod publicity;
pub mod register;
mod register_query;

use desk::Routes;

use crate::acts::bank_file::{RemakeBankFile, TakeBankFile};
use crate::acts::decide::DecideObjection;
use crate::acts::draft::RedraftClaim;
use crate::acts::fund::SetFundBudget;
use crate::acts::objection::{RaiseObjection, ReadObjectionContact};
use crate::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch};
use crate::acts::review::{
    ExplainClaimCorrection, FirstReviewClaim, PublishClaim, ReturnClaim, SecondReviewClaim, SubmitClaim,
};
use crate::acts::settle::TakeBankReturn;
use crate::acts::withdraw::{RefusePaymentBatch, WithdrawPaymentBatch};

/// The room's routes.
pub fn routes() -> Routes {
    Routes::new()
        .read::<claims::ClaimRegister, _, _>("/claims", register::register)
        .post::<register::ClaimBulk, _, _>("/claims/bulk", register::bulk)
        .read::<claims::ClaimPage, _, _>("/claims/{id}", claims::show)
        .read::<claims::ClaimRegister, _, _>("/api/v1/claims", claim_resource::resource)
        .act::<SubmitClaim, _, _>("/claims/{id}/submit", claim_acts::submit)
        .act::<ExplainClaimCorrection, _, _>("/claims/{id}/explain", claim_acts::explain)
        .act::<RedraftClaim, _, _>("/claims/{id}/redraft", claim_acts::redraft)
        .act::<FirstReviewClaim, _, _>("/claims/{id}/first-review", claim_acts::first_review)
        .act::<SecondReviewClaim, _, _>("/claims/{id}/second-review", claim_acts::second_review)
        .act::<ReturnClaim, _, _>("/claims/{id}/return", claim_acts::send_back)
        .act::<PublishClaim, _, _>("/claims/{id}/publish", claim_acts::publish)
        .act::<MakePaymentBatch, _, _>("/claims/{id}/batch", claim_acts::batch)
        .read::<public_objections::PublicObjections, _, _>("/public/objections/new", public_objections::new)
        .act::<RaiseObjection, _, _>("/public/objections/new", public_objections::raise)
        .read::<public_objections::PublicObjections, _, _>("/public/objections", public_objections::answer)
        .read::<objections::ObjectionPages, _, _>("/objections", objections::list)
        .read::<objections::ObjectionPages, _, _>("/objections/{id}", objections::show)
        .act::<DecideObjection, _, _>("/objections/{id}/decide", objections::decide)
        .act::<ReadObjectionContact, _, _>("/objections/{id}/contact", objections::contact)
        .read::<publicity::PublicityList, _, _>("/publicity", publicity::list)
        .read::<publicity::PublicityList, _, _>("/publicity/{claim}", publicity::one)
        .read::<funds::FundAccounts, _, _>("/fund-accounts", funds::list)
        .act::<SetFundBudget, _, _>("/fund-accounts", funds::set)
        .read::<batches::BatchList, _, _>("/payment-batches", batches::list)
        .read::<batches::BatchList, _, _>("/payment-batches/{id}", batch::show)
        .act::<TakeBankFile, _, _>("/payment-batches/{id}/file", bank::file)
        .api_act::<RemakeBankFile>()
        .read::<bank::SampleReturn, _, _>("/payment-batches/{id}/sample-return", bank::sample_return)
        .act::<TakeBankReturn, _, _>("/payment-batches/{id}/return", bank::take_return)
        .act::<ApprovePaymentBatch, _, _>("/payment-batches/{id}/approve", batch::approve)
        .act::<WithdrawPaymentBatch, _, _>("/payment-batches/{id}/withdraw", batch_undo::withdraw)
        .act::<RefusePaymentBatch, _, _>("/payment-batches/{id}/refuse", batch_undo::refuse)
        .act::<SettlePaymentBatch, _, _>("/payment-batches/{id}/settle", batch_settle::settle)
}
