//! Files that people hand in: rosters, workbooks with broken parts, endless sheets, the bank's returns.

use foundation::Date;

use super::{Luck, timed, today};

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
