//! Bytes from strangers: everything that parses them gets mutated real ones (flipped, cut, doubled, spliced, numbers
//! made huge), on a fixed seed and within bounds of time. Nothing may panic, nothing may be taken for genuine that
//! was changed, and whatever is refused is refused in words.

use std::time::{Duration, Instant};

use foundation::{Date, IdDocument, IdType};
use testkit::web::Web;
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

fn roster_xlsx() -> Vec<u8> {
    m7_registry::roster::template().unwrap()
}

fn roster_csv() -> Vec<u8> {
    let number = foundation::id_number::synthetic(Date::from_ymd_opt(1980, 5, 6).unwrap(), 20).unwrap();
    format!("\u{feff}姓名,证件类型,证件号码,出生日期,联系电话\n林玉珍,居民身份证,{number},1980-05-06,13905951234\n\"黄,小琴\",,{number},,\n")
        .into_bytes()
}

#[test]
fn rosters_of_mutated_bytes() {
    let mut luck = Luck::new(20_261_102);
    for (real, times) in [(roster_xlsx(), 600), (roster_csv(), 4000)] {
        for _ in 0..times {
            let bytes = luck.mutated(&real);
            for name in ["a.xlsx", "a.csv"] {
                let read = timed("a roster", || m7_registry::roster::read(name, &bytes, today(), true));
                if let Err(refusal) = read {
                    assert!(!refusal.fact.is_empty() && !refusal.fix.is_empty());
                }
            }
        }
    }
}

/// A sheet's own XML mutated inside a sound archive: the archive's checksums would stop every byte flip otherwise.
#[test]
fn workbooks_with_mutated_parts() {
    use std::io::{Cursor, Read, Write};
    let real = roster_xlsx();
    let mut archive = zip::ZipArchive::new(Cursor::new(&real)).unwrap();
    let parts: Vec<(String, Vec<u8>)> = (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            (part.name().unwrap().into_owned(), bytes)
        })
        .collect();
    let mut luck = Luck::new(7);
    for _ in 0..600 {
        let hit = luck.below(parts.len());
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (at, (name, bytes)) in parts.iter().enumerate() {
            out.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            let bytes = if at == hit { luck.mutated(bytes) } else { bytes.clone() };
            out.write_all(&bytes).unwrap();
        }
        let bytes = out.finish().unwrap().into_inner();
        let _ = timed("a workbook", || m7_registry::roster::read("a.xlsx", &bytes, today(), true));
    }
}

/// A million rows, a hundred thousand columns, an endless line: refused quickly, in words, without laying them out.
#[test]
fn endless_sheets_are_refused_in_words() {
    let rows = {
        let mut text =
            String::from("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
        for row in 1..=1_000_000 {
            text.push_str(&format!("<row r=\"{row}\"><c r=\"A{row}\"><v>1</v></c></row>"));
        }
        text + "</sheetData></worksheet>"
    };
    for (sheet, said) in [
        (rows, "过大"),
        (
            format!(
                "<worksheet><sheetData>{}</sheetData></worksheet>",
                "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>".repeat(200_000)
            ),
            "",
        ),
    ] {
        let bytes = book_with(&sheet);
        let refusal =
            timed("an endless sheet", || m7_registry::roster::read("a.xlsx", &bytes, today(), true)).unwrap_err();
        assert!(refusal.fact.contains(said) && !refusal.fix.is_empty(), "{}", refusal.fact);
    }
    for text in [
        "姓名,证件号码\n".to_owned() + &"林玉珍,1\n".repeat(400_000),
        "姓,".repeat(2_000_000),
        "\"".repeat(1_000_001),
        "姓名,证件号码\n林\0玉珍,1\n".into(),
        "\n".repeat(3_000_000),
    ] {
        let refusal = timed("an endless text", || m7_registry::roster::read("a.csv", text.as_bytes(), today(), true))
            .unwrap_err();
        assert!(!refusal.fix.is_empty());
    }
}

pub fn book_with(sheet: &str) -> Vec<u8> {
    use std::io::{Cursor, Write};
    let real = roster_xlsx();
    let mut archive = zip::ZipArchive::new(Cursor::new(&real)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        if name == "xl/worksheets/sheet1.xml" {
            out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            out.write_all(sheet.as_bytes()).unwrap();
        } else {
            out.raw_copy_file(part).unwrap();
        }
    }
    out.finish().unwrap().into_inner()
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
    let class = crate::fixtures::approved_class(&house).await;
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

/// Cookies, tokens, form bodies, query strings, JSON: the house answers something below 500, in Chinese.
#[tokio::test(flavor = "multi_thread")]
async fn requests_of_mutated_bytes() {
    let house = TestHouse::new().await.join(house::routes());
    let class = crate::fixtures::approved_class(&house).await;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    let mut luck = Luck::new(13);
    let token = desk::session::open(&house.premises, &Persona::SchoolClerk.account(), true).await.unwrap();
    let sealed = |luck: &mut Luck, real: &str| -> Vec<u8> {
        luck.mutated(real.as_bytes()).into_iter().filter(|b| (32..127).contains(b) || *b > 127).collect()
    };
    let form = format!(
        "csrf=x&at=2026-11-02T10%3A00&login=school-clerk&name=%E6%99%8B&rows[]=1&rows[]=2&plan={}",
        class.class
    );
    let json = serde_json::json!({"class": class.class, "rows": [{"row": 1, "name": "林", "id_number": "1",
        "id_type": "", "birth": "", "phone": "", "category": "", "education": ""}], "to": "2026-11-02T02:00:00Z"})
    .to_string();
    for n in 0..400 {
        let cookie = sealed(&mut luck, &format!("{}={token}; flash=5pmL; big=1", desk::session::COOKIE));
        let answers = [
            web.raw("GET", "/", &[("cookie", cookie)], Vec::new()).await,
            web.raw("GET", "/classes", &[("authorization", sealed(&mut luck, &format!("Bearer {token}")))], Vec::new())
                .await,
            web.raw(
                "POST",
                "/demo-clock",
                &[
                    ("content-type", b"application/x-www-form-urlencoded".to_vec()),
                    ("sec-fetch-site", b"same-origin".to_vec()),
                ],
                luck.mutated(form.as_bytes()),
            )
            .await,
            web.raw(
                "POST",
                "/api/v1/acts/move-demo-clock",
                &[("authorization", format!("Bearer {token}").into_bytes())],
                luck.mutated(json.as_bytes()),
            )
            .await,
            web.raw(
                "POST",
                "/api/v1/acts/add-trainees",
                &[
                    ("authorization", format!("Bearer {token}").into_bytes()),
                    ("idempotency-key", sealed(&mut luck, "key")),
                ],
                luck.mutated(json.as_bytes()),
            )
            .await,
            web.raw(
                "POST",
                &format!("/classes/{}/roster", class.class),
                &[
                    ("cookie", format!("{}={token}", desk::session::COOKIE).into_bytes()),
                    ("content-type", sealed(&mut luck, "multipart/form-data; boundary=jinbu")),
                    ("sec-fetch-site", b"same-origin".to_vec()),
                ],
                luck.mutated(
                    b"--jinbu\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\
                    abc\r\n--jinbu--\r\n",
                ),
            )
            .await,
        ];
        for answer in answers {
            assert!(answer.status < 500, "round {n}: {} {}", answer.status, answer.text);
        }
    }
    house.discard().await;
}

/// Every act with numbers, days and texts at their ends: understood or refused, never a fault.
#[tokio::test(flavor = "multi_thread")]
async fn acts_with_extreme_values() {
    use serde_json::{Value, json};
    fn set(body: &mut Value, number: i64, day: &str, text: &str) {
        match body {
            Value::Number(_) => *body = json!(number),
            Value::String(old) if old.len() == 10 && old.starts_with("20") => day.clone_into(old),
            Value::String(old) if old.len() == 20 && old.ends_with('Z') => *old = format!("{day}T00:00:00Z"),
            Value::String(old) if !old.is_ascii() => text.clone_into(old),
            Value::Array(all) => all.iter_mut().for_each(|one| set(one, number, day, text)),
            Value::Object(fields) => fields.values_mut().for_each(|one| set(one, number, day, text)),
            _ => {}
        }
    }
    let long = "长".repeat(100_000);
    let extremes: [(i64, &str, &str); 6] = [
        (i64::from(i32::MAX), "9999-12-31", "一"),
        (i64::from(i32::MIN), "0001-01-01", ""),
        (-1, "+262142-12-31", "\0\0"),
        (0, "-262143-01-01", &long),
        (i64::MAX, "2026-02-30", "\u{202e}\u{fffd}\u{10ffff}"),
        (1_000_000, "2400-02-29", "a\nb\tc\u{1}"),
    ];
    let ground = crate::sweep::Ground::get();
    let house = ground.copy().await;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    let mut faults = Vec::new();
    for act in house::routes().acts {
        for (number, day, text) in extremes {
            let mut body = ground.body(&house, act.name, act.name);
            set(&mut body, number, day, text);
            for persona in [
                Persona::SchoolClerk,
                Persona::JinjiangReviewer,
                Persona::JinjiangInspector,
                Persona::JinjiangFinance,
                Persona::Trainee,
                Persona::ProvinceOfficer,
            ] {
                let answer = web.act(Some(persona), act.name, &body).await;
                if answer.status >= 500 {
                    faults.push(format!(
                        "{} as {persona:?} with {number} {day}: {} {}",
                        act.name,
                        answer.status,
                        answer.text.chars().take(200).collect::<String>()
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    house.discard().await;
}

/// The bank's answer: whatever is taken names lines of the batch, each once, each with its own amount.
#[test]
fn bank_returns_of_mutated_bytes() {
    use foundation::codes::PaymentState;
    use m3_funds::rules::bank::{KnownLine, read_return};
    const WANTED: desk::sheet::Wanted =
        desk::sheet::Wanted {
            rule: &m3_funds::refusals::BANK_RETURN, noun: "回盘", most: 2000, split: "请核对文件"
        };
    let known: Vec<KnownLine> = (1..=5u8)
        .map(|n| KnownLine {
            line: testkit::personas::fixed(0x900 + u128::from(n)),
            payee: format!("收款人{n}"),
            amount: foundation::Fen(125_000 + i64::from(n)),
            state: PaymentState::Sent,
            said: String::new(),
        })
        .collect();
    let mut real = String::from("行号,金额,结果,流水号,原因\n");
    for (n, one) in known.iter().enumerate() {
        real.push_str(&format!(
            "{},1250.0{},{},\"2026{n}\",{}\n",
            one.line,
            n + 1,
            if n == 2 { "失败" } else { "成功" },
            if n == 2 { "户名不符" } else { "" }
        ));
    }
    let sound = read_return(&desk::sheet::rows("回盘.csv", real.as_bytes(), &WANTED).unwrap(), &known);
    assert_eq!(sound.unwrap().len(), 5);
    let mut luck = Luck::new(17);
    for _ in 0..20_000 {
        let bytes = luck.mutated(real.as_bytes());
        let Ok(rows) = timed("a bank's file", || desk::sheet::rows("回盘.csv", &bytes, &WANTED)) else { continue };
        match read_return(&rows, &known) {
            Ok(taken) => {
                let lines: std::collections::BTreeSet<_> = taken.iter().map(|one| one.line.to_string()).collect();
                assert_eq!(lines.len(), taken.len(), "a line was taken twice");
                assert!(
                    taken.iter().all(|one| known.iter().any(|line| line.line == one.line)),
                    "a line of another batch was taken"
                );
            }
            Err(refusals) => assert!(!refusals.is_empty() && refusals.iter().all(|one| !one.fix.is_empty())),
        }
    }
}
