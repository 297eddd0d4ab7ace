//! Counting wrong answers (M8.9; domain §12.3). A try is counted *before* the answer is looked at, in one statement
//! that the lock itself guards: however many guess at once, nobody gets more than the allowed tries out of a lock's
//! time. An honest try is given back.

use chrono::Duration;
use desk::Desk;
use desk::password::{LOCK_AFTER, LOCK_MINUTES};
use foundation::{AccountId, Instant, Scope, Stop};
use store::db::Guarded;
use store::query::{ColumnTrait, Condition, Set};
use store::tables::identity::account;

use crate::acts::own::NoteSignInLocked;

/// A try that was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    account: AccountId,
    /// It was the last one: the account is locked unless the answer is right.
    pub is_last: bool,
}

/// Counts a try; None while the account is locked.
pub async fn count(desk: &Desk, id: &AccountId) -> Result<Option<Counted>, Stop> {
    let now = desk.premises.clock.real_now();
    let account = id.clone();
    let counted = desk
        .premises
        .db
        .write_guarded(Guarded::ByKeys, Scope::Everything, move |work| {
            Box::pin(async move { count_in(work, account, now).await })
        })
        .await?;
    Ok(counted.map(|is_last| Counted { account: id.clone(), is_last }))
}

async fn count_in(work: &store::Writer, id: AccountId, now: Instant) -> Result<Option<bool>, Stop> {
    let this = || Condition::all().add(account::Column::Id.eq(id.clone()));
    let over = this().add(account::Column::LockedUntil.lte(now));
    let fresh = account::ActiveModel { failed_count: Set(0), locked_until: Set(None), ..Default::default() };
    work.change_all::<account::Entity>(over, fresh).await?;
    let open = this().add(account::Column::LockedUntil.is_null()).add(account::Column::FailedCount.lt(LOCK_AFTER));
    if work.count_by::<account::Entity>(open, account::Column::FailedCount, 1).await? == 0 {
        return Ok(None);
    }
    // This transaction holds the row now: the last try sets the lock before anybody else can count.
    let last = this().add(account::Column::FailedCount.gte(LOCK_AFTER));
    let lock =
        account::ActiveModel { locked_until: Set(Some(now + Duration::minutes(LOCK_MINUTES))), ..Default::default() };
    Ok(Some(work.change_all::<account::Entity>(last, lock).await? == 1))
}

/// The answer was wrong: when that was the last try, the lock becomes a fact.
pub async fn was_wrong(desk: &Desk, counted: &Counted) -> Result<(), Stop> {
    if counted.is_last {
        desk.as_system("sign-in").perform(NoteSignInLocked { account: counted.account.clone() }).await?;
    }
    Ok(())
}

/// The answer was right, though more may be asked: this one try is given back, and the lock that it set.
pub async fn was_right(desk: &Desk, counted: &Counted) -> Result<(), Stop> {
    let (id, is_last) = (counted.account.clone(), counted.is_last);
    write(desk, move |work| {
        Box::pin(async move {
            let this = Condition::all().add(account::Column::Id.eq(id)).add(account::Column::FailedCount.gt(0));
            work.count_by::<account::Entity>(this.clone(), account::Column::FailedCount, -1).await?;
            if is_last {
                let open = account::ActiveModel { locked_until: Set(None), ..Default::default() };
                let this = this.add(account::Column::FailedCount.eq(LOCK_AFTER - 1));
                work.change_all::<account::Entity>(this, open).await?;
            }
            Ok(())
        })
    })
    .await
}

/// Everything was right: the count begins anew.
pub async fn forget(desk: &Desk, id: &AccountId) -> Result<(), Stop> {
    let id = id.clone();
    write(desk, move |work| {
        Box::pin(async move {
            let fresh = account::ActiveModel { failed_count: Set(0), locked_until: Set(None), ..Default::default() };
            work.change_all::<account::Entity>(account::Column::Id.eq(id), fresh).await.map(|_| ())
        })
    })
    .await
}

/// Takes a code's step, in one statement: of two that bring the same code at once only one gets in.
pub async fn take_step(desk: &Desk, id: &AccountId, step: i64) -> Result<bool, Stop> {
    let id = id.clone();
    write(desk, move |work| {
        Box::pin(async move {
            let later = Condition::all().add(account::Column::Id.eq(id)).add(account::Column::TotpLastStep.lt(step));
            let change = account::ActiveModel { totp_last_step: Set(step), ..Default::default() };
            Ok(work.change_all::<account::Entity>(later, change).await? == 1)
        })
    })
    .await
}

async fn write<T, F>(desk: &Desk, body: F) -> Result<T, Stop>
where
    T: Send + 'static,
    F: for<'w> FnOnce(&'w store::Writer) -> futures::future::BoxFuture<'w, Result<T, Stop>> + Send + 'static,
{
    desk.premises.db.write_guarded(Guarded::ByKeys, Scope::Everything, body).await
}
