//! No byte of a bundle can change unseen (M3.11): a flip is a file that does not read, or a difference.

use std::sync::LazyLock;

use journal::bundle::{BadBundle, Bundle};
use journal::{VerifierKeys, verify};
use proptest::prelude::*;

use crate::world::{example_1, keys};

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| example_1().bundle().to_json().unwrap());
static TRUSTED: LazyLock<VerifierKeys> = LazyLock::new(|| keys().verifier_keys());

/// True when the changed file is refused or its verification tells a difference.
fn seen(bytes: &[u8], trusted: bool) -> bool {
    Bundle::from_json(bytes).map_or(true, |bundle| !verify(&bundle, trusted.then_some(&*TRUSTED)).is_clean())
}

#[test]
fn the_good_bundle_is_clean() {
    assert!(!seen(&GOOD, true) && !seen(&GOOD, false));
}

#[test]
fn a_reformatted_bundle_is_refused() {
    let text = String::from_utf8(GOOD.clone()).unwrap();
    for other in [
        text.trim_end().to_owned(),
        format!(" {text}"),
        text.replacen(':', ": ", 1),
        text.replacen("{\"checkpoint\"", "{\"another\":1,\"checkpoint\"", 1),
    ] {
        assert!(matches!(Bundle::from_json(other.as_bytes()), Err(BadBundle::NotCanonical)));
    }
    let newer = text.replacen("\"format\":1", "\"format\":2", 1);
    assert!(matches!(Bundle::from_json(newer.as_bytes()), Err(BadBundle::Format(2))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_flipped_byte_is_seen(at in any::<prop::sample::Index>(), mask in 1u8..=255, trusted in any::<bool>()) {
        let mut bytes = GOOD.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        prop_assert!(seen(&bytes, trusted), "byte {at} flipped by {mask:#x} went unseen");
    }

    /// Flips that keep the file readable: a letter for a letter, a digit for a digit.
    #[test]
    fn any_exchanged_letter_or_digit_is_seen(at in any::<prop::sample::Index>(), with in any::<prop::sample::Index>()) {
        let mut bytes = GOOD.clone();
        let places: Vec<usize> = (0..bytes.len()).filter(|place| bytes[*place].is_ascii_alphanumeric()).collect();
        let place = places[at.index(places.len())];
        let letters: &[u8] = if bytes[place].is_ascii_digit() { b"0123456789" } else { b"ABCDEFGHJKabcdefghjk" };
        let letter = letters[with.index(letters.len())];
        prop_assume!(letter != bytes[place]);
        bytes[place] = letter;
        prop_assert!(seen(&bytes, true), "byte {place} exchanged for {} went unseen", letter as char);
    }

    /// A byte changed inside a fact names that fact.
    #[test]
    fn a_byte_changed_in_a_fact_names_the_fact(
        nth in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), mask in 1u8..=255
    ) {
        use base64::Engine as _;
        let mut bundle = Bundle::from_json(&GOOD).unwrap();
        let nth = nth.index(bundle.entries.len());
        let one = &mut bundle.entries[nth];
        let mut bytes = one.entry_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        one.bytes = base64::prelude::BASE64_STANDARD.encode(bytes);
        let (seq, fact) = (one.seq, one.fact.clone());
        let report = verify(&bundle, Some(&TRUSTED));
        prop_assert!(
            report.differences.iter().any(|one| one.seq == Some(seq) && one.fact == fact),
            "{}",
            report.render()
        );
    }
}
