//! Which claims the register shows (M8.9; domain §7.4): whose turn it is, what is searched or filtered for, and what
//! comes first.

use desk::Desk;
use desk::procedure::{self, Row as Way};
use foundation::codes::ClaimState;
use foundation::{Permission, Stop};
use store::Reader;
use store::query::{ColumnTrait, Condition, Expr, ExprTrait, QueryFilter, QueryOrder, Select};
use store::tables::funds::claim;
use ui::Filter;

use crate::procedures::claims::{Claims, Step as Taken};

desk::filters! {
    /// The register's address.
    pub Asked {
        /// Words.
        q,
        /// State code.
        state,
        /// Whose turn it is.
        step,
    }
}

/// Several states at once, as the cards of the queue count them (rooms/notices/src/cards.rs).
const REVIEWING: &str = "reviewing";
const PUBLIC: &str = "public";

/// A step that an officer does on many claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    First,
    Second,
    Publish,
    Pay,
}

impl Step {
    const ALL: [Self; 4] = [Self::First, Self::Second, Self::Publish, Self::Pay];

    /// The row of the claim's table that it takes.
    fn row(self) -> &'static Way<ClaimState, Taken> {
        procedure::row::<Claims>(match self {
            Self::First => Taken::FirstReview,
            Self::Second => Taken::SecondReview,
            Self::Publish => Taken::Publish,
            Self::Pay => Taken::MakeBatch,
        })
    }
    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::First => "first-review",
            Self::Second => "second-review",
            Self::Publish => "publish",
            Self::Pay => "pay",
        }
    }
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.slug() == text)
    }
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::First => "待初审",
            Self::Second => "待复审",
            Self::Publish => "待公示",
            Self::Pay => "待拨付",
        }
    }
    /// What the button under the table says: the step's own word, for what was picked.
    pub(super) fn verb(self) -> String {
        match (self, self.row().press.word()) {
            // Many claims become one batch.
            (Self::Pay, _) | (_, "") => "选中的列入一个拨付批次".to_owned(),
            (_, word) => format!("选中的{word}"),
        }
    }
    fn states(self) -> &'static [ClaimState] {
        self.row().from
    }
    fn permission(self) -> Permission {
        self.row().by.permission
    }
}

/// How many wait at each step that this office may do; none for those who only look.
pub(super) async fn counts(desk: &Desk, reader: &Reader) -> Result<Vec<(Step, u64)>, Stop> {
    let mut all = Vec::new();
    for step in Step::ALL.into_iter().filter(|one| desk.may(one.permission())) {
        // A second review of one's own first is nobody's to do here.
        let others = match (&desk.actor.account, step) {
            (Some(me), Step::Second) => Condition::any()
                .add(claim::Column::FirstReviewedBy.is_null())
                .add(claim::Column::FirstReviewedBy.ne(me.clone())),
            _ => Condition::all(),
        };
        all.push((
            step,
            reader
                .count::<claim::Entity>(|q| {
                    q.filter(claim::Column::State.is_in(step.states().iter().copied())).filter(others)
                })
                .await?,
        ));
    }
    Ok(all)
}

/// The step asked for; without one, the first at which something waits. Whoever searches or filters sees all.
pub(super) fn chosen(asked: &Asked, counts: &[(Step, u64)]) -> Option<Step> {
    if asked.step.is_empty() && asked.q.is_empty() && asked.state.is_empty() {
        return counts.iter().find(|(_, count)| *count > 0).map(|(step, _)| *step);
    }
    Step::parse(&asked.step).filter(|step| counts.iter().any(|(one, _)| one == step))
}

/// The most urgent first where something is to be done, else the newest.
pub(super) fn ordered(q: Select<claim::Entity>, step: Option<Step>) -> Select<claim::Entity> {
    match step {
        // What has no deadline comes last, on both databases.
        Some(_) => q
            .order_by_asc(Expr::col((claim::Entity, claim::Column::DueOn)).is_null())
            .order_by_asc(claim::Column::DueOn)
            .order_by_desc(claim::Column::Total)
            .order_by_asc(claim::Column::Id),
        None => q.order_by_desc(claim::Column::DraftedAt).order_by_asc(claim::Column::Id),
    }
}

pub(super) fn filtered(mut q: Select<claim::Entity>, asked: &Asked, step: Option<Step>) -> Select<claim::Entity> {
    if let Some(step) = step {
        q = q.filter(claim::Column::State.is_in(step.states().iter().copied()));
    }
    if step.is_none() {
        let states = match asked.state.as_str() {
            REVIEWING => {
                vec![ClaimState::Submitted, ClaimState::Accepted, ClaimState::FirstReviewed, ClaimState::SecondReviewed]
            }
            PUBLIC => vec![ClaimState::Published, ClaimState::UnderObjection],
            one => one.parse::<ClaimState>().into_iter().collect(),
        };
        if !states.is_empty() {
            q = q.filter(claim::Column::State.is_in(states));
        }
    }
    let words = asked.q.trim();
    if !words.is_empty() {
        q = q.filter(
            Condition::any()
                .add(claim::Column::ClassTitle.contains(words))
                .add(claim::Column::InstitutionName.contains(words)),
        );
    }
    q
}

pub(super) fn query(asked: &Asked, step: Option<Step>) -> Vec<(String, String)> {
    let mut all = Asked { step: step.map_or("all", Step::slug).to_owned(), ..asked.clone() }.pairs();
    all.extend((!asked.page.is_empty()).then(|| ("page".to_owned(), asked.page.clone())));
    all
}

pub(super) fn filters(step: Option<Step>) -> Vec<Filter> {
    let mut all = vec![Filter::text("q", "班级或机构")];
    if step.is_none() {
        let several = [(REVIEWING, "待审（提交到复审通过）"), (PUBLIC, "公示中（含异议核查）")];
        all.push(Filter::choice(
            "state",
            "状态",
            several.into_iter().chain(ClaimState::all().iter().map(|s| (s.code(), s.label()))),
        ));
    }
    all
}
