//! Signed notes and checkpoints: round trips, refusals, and what other people's verifiers see.

use journal::note::{BadNote, sign_text, verify_text};
use journal::{Keys, VerifierKeys, sign_checkpoint, verify_checkpoint};
use proptest::prelude::*;

use crate::tree::Store;

const ORIGIN: &str = "jinbu.example/log";

fn keys(seed: u8) -> Keys {
    Keys::from_seeds(ORIGIN, [seed; 32], [seed; 32]).unwrap()
}

#[test]
fn checkpoints_read_back_and_have_the_c2sp_form() {
    let root = Store::of(&[b"a", b"b", b"c"]).root(3);
    let note = sign_checkpoint(ORIGIN, 3, root, &keys(7)).unwrap();
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(lines[..2], [ORIGIN, "3"]);
    assert_eq!(lines[3], "");
    assert!(
        lines[4..].len() == 2 && lines[4..].iter().all(|line| line.starts_with("\u{2014} jinbu.example/log ")),
        "{note}"
    );
    assert!(note.ends_with('\n'));
    let read = verify_checkpoint(&note, &keys(7).verifier_keys()).unwrap();
    assert_eq!((read.origin.as_str(), read.size, read.root), (ORIGIN, 3, root));
    assert_eq!(verify_checkpoint(&note, &keys(8).verifier_keys()), Err(BadNote::Unsigned("Ed25519")));
    assert_eq!(sign_checkpoint("elsewhere", 3, root, &keys(7)), Err(BadNote::NotCheckpoint));
}

#[test]
fn verifiers_written_by_others_read_the_ed25519_line_and_skip_the_sm2_line() {
    let note = sign_checkpoint(ORIGIN, 0, journal::tree::EMPTY_HASH, &keys(7)).unwrap();
    let vkey = keys(7).verifier_keys().keys()[0].to_string();
    let theirs = signed_note::StandardVerifier::new(&vkey).unwrap();
    let read = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
    let (verified, skipped) = read.verify(&signed_note::VerifierList::new(vec![Box::new(theirs)])).unwrap();
    assert_eq!((verified.len(), skipped.len()), (1, 1));
}

#[test]
fn we_read_the_published_go_note() {
    let keys = VerifierKeys::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n").unwrap();
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let note = format!(
        "{text}\n\
         — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    );
    assert_eq!(verify_text(&note, &keys).unwrap(), text);
    assert_eq!(verify_checkpoint(&note, &keys), Err(BadNote::NotCheckpoint));
}

#[test]
fn both_signatures_must_be_there() {
    let note = sign_text("文本\n", &keys(7)).unwrap();
    let lines: Vec<&str> = note.lines().collect();
    let without = |gone: usize| {
        lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(verify_text(&without(2), &keys(7).verifier_keys()), Err(BadNote::Unsigned("Ed25519")));
    assert_eq!(verify_text(&without(3), &keys(7).verifier_keys()), Err(BadNote::Unsigned("SM2")));
    let witnessed = format!("{note}\u{2014} witness.example AAAAAAAAAAAAAAAA\n");
    assert_eq!(
        verify_text(&witnessed, &keys(7).verifier_keys()).as_deref(),
        Ok("文本\n"),
        "witnesses' lines are ignored"
    );
}

#[test]
fn secret_and_public_keys_read_back() {
    let one = keys(9);
    assert_eq!(Keys::parse(&one.to_secret_text()).unwrap().verifier_keys(), one.verifier_keys());
    assert_eq!(VerifierKeys::parse(&one.verifier_keys().to_string()).unwrap(), one.verifier_keys());
    assert!(
        Keys::parse(&one.to_secret_text().replace("jinbu.example", "other.example")).is_err(),
        "the id binds the name"
    );
    assert!(Keys::from_seeds("with space", [1; 32], [1; 32]).is_err());
    assert!(
        Keys::from_seeds(ORIGIN, [1; 32], [0; 32]).is_err() && Keys::from_seeds(ORIGIN, [1; 32], [0xff; 32]).is_err()
    );
    let mut seed = 0;
    assert!(
        Keys::generate(ORIGIN, || {
            seed += 1;
            [seed; 32]
        })
        .is_ok()
    );
    assert!(!format!("{one:?}").contains("090909"), "secrets are not printed");
    assert!(VerifierKeys::parse("").is_err());
    let twice = format!("{0}{0}", one.verifier_keys());
    assert!(VerifierKeys::parse(&twice).is_err());
}

proptest! {
    #[test]
    fn a_flipped_bit_anywhere_in_a_note_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let note = sign_checkpoint(ORIGIN, 5, journal::tree::EMPTY_HASH, &keys(7)).unwrap();
        let mut bytes = note.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let refused =
            String::from_utf8(bytes).map_or(true, |text| verify_checkpoint(&text, &keys(7).verifier_keys()).is_err());
        prop_assert!(refused);
    }
}
