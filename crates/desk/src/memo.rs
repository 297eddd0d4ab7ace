//! What many people ask and few minutes change (the public's numbers): kept for a short while, so that a
//! crowd at the front door costs one count (M8.9; house.md §11).

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use foundation::{Instant, Stop};

type Kept = HashMap<&'static str, (Instant, Arc<dyn Any + Send + Sync>)>;

/// Answers kept by name.
#[derive(Default)]
pub struct Memo {
    kept: Mutex<Kept>,
}

impl Memo {
    /// The answer kept under `name` if it is younger than `seconds` at `now`, else a new one from `ask`.
    pub async fn get<T: Any + Send + Sync>(
        &self,
        name: &'static str,
        now: Instant,
        seconds: i64,
        ask: impl Future<Output = Result<T, Stop>>,
    ) -> Result<Arc<T>, Stop> {
        let known = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some((at, value)) = known
            && (0..seconds).contains(&(now - at).num_seconds())
            && let Ok(value) = value.downcast::<T>()
        {
            return Ok(value);
        }
        let fresh = Arc::new(ask.await?);
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, (now, Arc::clone(&fresh) as Arc<dyn Any + Send + Sync>));
        Ok(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[tokio::test]
    async fn an_answer_is_kept_for_its_seconds_and_no_longer() {
        let (memo, now) = (Memo::default(), Instant::UNIX_EPOCH);
        let asked = |value: u32| async move { Ok::<u32, Stop>(value) };
        assert_eq!(*memo.get("numbers", now, 60, asked(1)).await.unwrap(), 1);
        assert_eq!(*memo.get("numbers", now + Duration::seconds(59), 60, asked(2)).await.unwrap(), 1);
        assert_eq!(*memo.get("numbers", now + Duration::seconds(60), 60, asked(3)).await.unwrap(), 3);
        // A demo clock that went back does not keep an answer from the future.
        assert_eq!(*memo.get("numbers", now, 60, asked(4)).await.unwrap(), 4);
    }
}
