//! The claims' acts as API endpoints (M7.1, M8.9). The pages themselves are not built yet.

use desk::Routes;

use crate::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch};
use crate::acts::review::{FirstReviewClaim, PublishClaim, ReturnClaim, SecondReviewClaim, SubmitClaim};

/// The room's routes.
pub fn routes() -> Routes {
    Routes::new().api_act::<SubmitClaim>().api_act::<FirstReviewClaim>().api_act::<SecondReviewClaim>().api_act::<ReturnClaim>().api_act::<PublishClaim>()
        .api_act::<MakePaymentBatch>().api_act::<ApprovePaymentBatch>().api_act::<SettlePaymentBatch>()
}
