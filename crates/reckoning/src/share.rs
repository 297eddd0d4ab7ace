//! The online share (M5.1: at most 40 % of all periods may be online; domain.md §6.1).
//! Whole numbers only: `online × 100 ≤ cap × total`.

use foundation::{Periods, Refusal};

use crate::policy::Policy;
use crate::refusals::ONLINE_SHARE;

/// True when `online` of `total` periods is within `cap_pct` percent. More online than total is not.
pub fn online_share_ok(online: Periods, total: Periods, cap_pct: i32) -> bool {
    online.0 >= 0 && online.0 <= total.0 && i64::from(online.0) * 100 <= i64::from(cap_pct) * i64::from(total.0)
}

/// The most online periods that a class of `total` periods may have.
pub fn most_online(total: Periods, cap_pct: i32) -> Periods {
    let most = i64::from(total.0.max(0)) * i64::from(cap_pct.clamp(0, 100)) / 100;
    Periods(i32::try_from(most).unwrap_or(i32::MAX))
}

/// How many more of `total` periods may be moved online; zero when the share is used up.
pub fn online_room_left(online: Periods, total: Periods, cap_pct: i32) -> Periods {
    Periods(most_online(total, cap_pct).0.saturating_sub(online.0).max(0))
}

/// The plan check and the change check: none when the plan keeps the share.
pub fn check_plan(online: Periods, total: Periods, policy: &Policy) -> Option<Refusal> {
    if online_share_ok(online, total, policy.online_cap_pct()) {
        return None;
    }
    let most = most_online(total, policy.online_cap_pct());
    let cap = policy.online_cap_pct();
    Some(
        ONLINE_SHARE
            .refuse(format!("总课时{total}，其中线上{online}课时，超过{cap}%的上限（最多{most}课时）"))
            .source(policy.document("online_cap_pct"))
            .fix(format!("请把线上课时减到{most}课时以内，或增加线下课时"))
            .at("online"),
    )
}
