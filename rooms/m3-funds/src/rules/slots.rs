//! Which counted subsidies a person has, and which place the next one takes (M3.9; domain §7.3 rules 1 and 2; risk
//! rules E11, E12). Everything handed in counts, not only what was paid: the rest is in `reckoning::eligibility`.

use foundation::{Date, SkillLevel};

/// One counted subsidy of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its place in the person's count.
    pub place: i32,
    /// What it is paid for.
    pub subject: String,
    /// When the claim was handed in.
    pub on: Date,
    /// The class it is for.
    pub class_no: String,
}

/// What is paid for once: the occupation (or, outside the classification, the item's name) and the level.
pub fn subject(occupation: Option<&str>, item_name: &str, level: SkillLevel) -> String {
    format!("{}·{}", occupation.unwrap_or(item_name).trim(), level.code())
}

/// How many count since the policy's first day.
pub fn count(taken: &[Taken], since: Date) -> i32 {
    i32::try_from(taken.iter().filter(|one| one.on >= since).count()).unwrap_or(i32::MAX)
}

/// The class in which the same subject is already counted.
pub fn same_subject(taken: &[Taken], subject: &str) -> Option<String> {
    taken.iter().find(|one| one.subject == subject).map(|one| one.class_no.clone())
}

/// The lowest free place: two claims handed in at once ask for the same one, and the database's key lets one have it.
pub fn next_place(taken: &[Taken]) -> i32 {
    (1..).find(|place| taken.iter().all(|one| one.place != *place)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(n: i64) -> Date {
        Date::from_ymd_opt(2023, 12, 1).unwrap() + chrono::Duration::days(n)
    }

    #[test]
    fn e12_the_same_occupation_counts_whatever_the_item_is_called() {
        assert_eq!(
            subject(Some("4-10-01-05"), "养老护理员（基础）", SkillLevel::Completion),
            subject(Some("4-10-01-05"), "养老护理员", SkillLevel::Completion)
        );
        assert_ne!(
            subject(None, "母婴生活护理", SkillLevel::Completion),
            subject(None, "家政服务", SkillLevel::Completion)
        );
    }

    proptest! {
        /// However claims come and go, places stay unique and the count never passes the limit.
        #[test]
        fn e11_places_are_unique_and_the_count_keeps_its_limit(
            acts in proptest::collection::vec((any::<bool>(), 0usize..5, 0i64..900), 0..60), most in 0i32..5
        ) {
            let since = day(19);
            let mut taken: Vec<Taken> = Vec::new();
            let mut now = 0;
            for (takes, which, step) in acts {
                now += step % 40;
                if takes && count(&taken, since) < most {
                    let place = next_place(&taken);
                    prop_assert!(place >= 1 && taken.iter().all(|one| one.place != place));
                    prop_assert!(place <= i32::try_from(taken.len()).unwrap() + 1, "the lowest free place");
                    taken.push(Taken { place, subject: which.to_string(), on: day(now), class_no: String::new() });
                } else if !taken.is_empty() {
                    taken.remove(which % taken.len());
                }
                prop_assert!(count(&taken, since) <= most);
            }
        }
    }
}
