//! Bytes from strangers: everything that parses them gets mutated real ones (flipped, cut, doubled, spliced, numbers
//! made huge), on a fixed seed and within bounds of time. Nothing may panic, nothing may be taken for genuine that
//! was changed, and whatever is refused is refused in words.

mod requests;
pub mod sheets;

use std::time::{Duration, Instant};

use foundation::{Date, IdDocument, IdType};
use testkit::{Persona, TestHouse};

/// Small, quick and reproducible: xorshift64*.
pub struct Luck(u64);

impl Luck {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { usize::try_from(self.next() % n as u64).unwrap() }
    }
    /// One to eight changes of real bytes.
    pub fn mutated(&mut self, real: &[u8]) -> Vec<u8> {
        let mut bytes = real.to_vec();
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len());
            match self.below(9) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                1 if !bytes.is_empty() => bytes[at] = [0, 0xff, b'"', b'{', b'\n', 0x80, b'-', b'9'][self.below(8)],
                2 => bytes.truncate(at),
                3 => bytes.insert(at, u8::try_from(self.below(256)).unwrap()),
                4 => {
                    let piece = bytes[at..(at + 1 + self.below(64)).min(bytes.len())].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, piece);
                }
                5 => bytes.extend_from_slice(&real[self.below(real.len())..]),
                6 if !bytes.is_empty() => _ = bytes.remove(at),
                7 => bytes.splice(at..at, *b"99999999999999999999").for_each(drop),
                _ => bytes.splice(at..at, "\u{202e}\u{0}𠮷".bytes()).for_each(drop),
            }
        }
        bytes
    }
}

fn today() -> Date {
    Date::from_ymd_opt(2026, 11, 2).unwrap()
}

/// No single input may take longer than this, debug build and a busy machine included.
const LONGEST: Duration = Duration::from_secs(10);

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let out = run();
    assert!(began.elapsed() < LONGEST, "{what} took {:?}", began.elapsed());
    out
}

#[test]
fn identity_numbers_of_mutated_bytes() {
    let mut luck = Luck::new(3);
    let real = foundation::id_number::synthetic(Date::from_ymd_opt(1980, 5, 6).unwrap(), 20).unwrap();
    for _ in 0..200_000 {
        let text = String::from_utf8_lossy(&luck.mutated(real.as_bytes())).into_owned();
        for kind in IdType::all() {
            if let Ok(document) = IdDocument::parse(*kind, &text, today(), true) {
                assert!(!document.masked().contains(&real[6..14]), "a mask shows the birthday");
            }
        }
    }
}

/// Evidence: a changed byte is either no bundle at all or one that does not verify; never a panic, never clean.
#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_mutated_bytes_is_never_clean() {
    let house = TestHouse::new().await.join(house::routes());
    let class = testkit::fixtures::approved_class(&house).await;
    let desk = house.desk(Persona::JinjiangOfficer);
    desk.perform(house::evidence::ExportEvidence { class: class.class.clone() }).await.unwrap();
    house::tick(&house.system()).await.unwrap();
    let reader = house.system().read().await.unwrap();
    let good = house::evidence::export(&house.premises, &reader, &reader, &class.class).await.unwrap();
    let keys = house::evidence::keys(&house.premises).verifier_keys();
    let real = good.to_json().unwrap();
    let same =
        |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok() == serde_json::from_slice(&real).ok();
    let mut luck = Luck::new(11);
    for n in 0..400 {
        let bytes = luck.mutated(&real);
        let clean = timed("a bundle", || {
            journal::Bundle::from_json(&bytes).is_ok_and(|bundle| journal::verify(&bundle, Some(&keys)).is_clean())
        });
        assert!(!clean || same(&bytes), "mutation {n} passes for genuine");
    }
    let deep = "[".repeat(200_000);
    assert!(timed("a deep file", || journal::Bundle::from_json(deep.as_bytes()).is_err()));
    drop(reader);
    house.discard().await;
}

/// Checkpoints, verifier keys, tile addresses and entry bundles.
#[test]
fn the_journals_formats_of_mutated_bytes() {
    let mut serial = 0u8;
    let keys = journal::note::Keys::generate("jinbu.test/journal", || {
        serial += 1;
        [serial; 32]
    })
    .unwrap();
    let verifier = keys.verifier_keys();
    let note = journal::sign_checkpoint("jinbu.test/journal", 9, journal::tree::Hash([7; 32]), &keys).unwrap();
    let bundle = journal::tiles::entry_bundle(&[vec![1u8; 300], vec![2; 5]]).unwrap();
    let mut luck = Luck::new(5);
    for _ in 0..3000 {
        let changed = luck.mutated(note.as_bytes());
        let text = String::from_utf8_lossy(&changed).into_owned();
        if let Ok(checkpoint) = journal::note::verify_checkpoint(&text, &verifier) {
            assert!(
                note.starts_with(text.split("\n\n").next().unwrap()),
                "{checkpoint:?} passes although it was changed: {text}"
            );
        }
        let _ = journal::VerifierKeys::parse(&String::from_utf8_lossy(&luck.mutated(verifier.to_string().as_bytes())));
        let _ = String::from_utf8_lossy(&luck.mutated(b"tile/0/x001/234.p/17")).parse::<journal::tiles::TilePath>();
        let _ = journal::tiles::read_entry_bundle(&luck.mutated(&bundle));
    }
}
