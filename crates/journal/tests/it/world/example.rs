//! App. B example 1 of domain.md (56 periods, 34 offline and 22 online; 陈 gets 30 + 22 credited, 50 payable,
//! 1,250 yuan), a second trainee by roll-call, one absent (M3.11, M8.9).

use chrono::TimeDelta;
use foundation::{ClaimId, EnrolmentId, Fen, Periods};
use journal::facts::{ClaimedItem, ClassOpeningApproved, ClassOpeningSubmitted};
use reckoning::hours::Kind;

use super::{World, policy, start};

/// App. B example 1 as it should be.
pub fn example_1() -> World {
    example_1_claiming(|items| items)
}

/// App. B example 1 with the claim that `claimed` makes of the honest lines.
pub fn example_1_claiming(claimed: impl Fn(Vec<ClaimedItem>) -> Vec<ClaimedItem>) -> World {
    example_1_told(claimed, |_, _, items| items)
}

/// App. B example 1 with what `then` makes of the published claim.
pub fn example_1_then(then: impl Fn(&mut World, &ClaimId, Vec<ClaimedItem>) -> Vec<ClaimedItem>) -> World {
    example_1_told(|items| items, then)
}

fn example_1_told(
    claimed: impl Fn(Vec<ClaimedItem>) -> Vec<ClaimedItem>,
    then: impl Fn(&mut World, &ClaimId, Vec<ClaimedItem>) -> Vec<ClaimedItem>,
) -> World {
    let mut world = World::new();
    // Another class's fact stands in the same log and in no bundle of this one.
    let (class, other) = (world.class.clone(), world.id());
    world.class = other;
    world.fact("ClassOpeningRefused", serde_json::json!({"小数": "没有"}), start(), &[]);
    (world.class, world.rows.class.facts) = (class.clone(), 0);
    let who: Vec<EnrolmentId> = (0..3).map(|_| world.id()).collect();
    let sessions = world.plan(&who);
    let submitted = ClassOpeningSubmitted {
        class: class.clone(),
        sessions: sessions.clone(),
        enrolments: who.clone(),
        periods_total: Periods(56),
        periods_online: Periods(22),
    };
    let before = start() - TimeDelta::days(9);
    world.typed(&submitted, (Some("A10"), None), before, &[("institution", "01ARZ3NDEKTSV4RRFFQ69G5FAV".into())]);
    world.typed(
        &ClassOpeningApproved {
            class: class.clone(),
            policy: policy(),
            regime: foundation::codes::Regime::FullProcess,
        },
        (Some("A30"), None),
        before,
        &[],
    );
    world.rows.class.policy = Some(policy());
    for (nth, session) in sessions.iter().enumerate() {
        // The first trainee misses one offline meeting of four periods.
        if nth != 3 {
            world.attend(&class, session, &who[0], Kind::SignIn);
            world.attend(&class, session, &who[0], Kind::SignOut);
        }
        // The second was marked by roll-call, once only after a dispute.
        world.attend(&class, session, &who[1], if nth == 5 { Kind::Correction } else { Kind::RollCall });
    }
    world.finish_training(&who[..2]);
    let full = ClaimedItem {
        enrolment: who[1].clone(),
        credited_offline: Periods(34),
        credited_online: Periods(22),
        payable: Periods(56),
        amount_fen: Fen(140_000),
    };
    world.claim_and_pay_after(claimed(vec![honest(who[0].clone()), full]), then);
    world
}

/// What the claim says for the first trainee.
fn honest(enrolment: EnrolmentId) -> ClaimedItem {
    ClaimedItem {
        enrolment,
        credited_offline: Periods(30),
        credited_online: Periods(22),
        payable: Periods(50),
        amount_fen: Fen(125_000),
    }
}
