//! What an uploaded workbook may unpack to (M7.1, M8.9; decisions/0015): looked at part by part before the workbook
//! reader sees it, because the reader believes what an archive says of itself.

use std::io::{Cursor, Read as _};

use foundation::Refusal;

use crate::reading::Going;
use crate::sheet::{CELLS, Wanted};

/// Bytes that a workbook may unpack to: rosters and bank files unpack to a few hundred KB.
const UNPACKED_BYTES: u64 = 8 * 1024 * 1024;
/// Parts that a workbook may have.
const PARTS: usize = 500;
/// Marks of XML in all parts together. A cell with a text has eight: two of the cell, two of its value, four of the
/// text where it stands with the others.
const MARKS: usize = 8 * CELLS;
/// Bytes looked at between two looks at whether anybody waits.
const STEP: u64 = 256 * 1024;

/// What was found: the costliest part, and what may still be spent on sheets that turn out to be empty.
#[derive(Debug)]
pub struct Found {
    largest: u64,
    most_marks: usize,
    bytes: u64,
    marks: usize,
}

impl Found {
    /// Pays for one more empty sheet; false when it is too much.
    pub fn pass(&mut self) -> bool {
        let left = (self.bytes.checked_sub(self.largest), self.marks.checked_sub(self.most_marks));
        let (Some(bytes), Some(marks)) = left else { return false };
        (self.bytes, self.marks) = (bytes, marks);
        true
    }
}

/// Unpacks every part once, counting: the sizes that a hostile archive declares may be lies.
/// Errors: a refusal in words.
pub fn check(bytes: &[u8], wanted: &Wanted, going: &Going) -> Result<Found, Refusal> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| wanted.broken())?;
    if archive.len() > PARTS {
        return Err(wanted.too_big());
    }
    let declared = (0..archive.len())
        .map(|at| archive.by_index_raw(at).map_or(0, |part| part.size()))
        .fold(0_u64, u64::saturating_add);
    if declared > UNPACKED_BYTES {
        return Err(wanted.too_big());
    }
    let mut found = Found { largest: 0, most_marks: 0, bytes: 2 * UNPACKED_BYTES, marks: 2 * MARKS };
    let (mut bytes_left, mut marks_left) = (UNPACKED_BYTES, MARKS);
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|_| wanted.broken())?;
        let is_strings = String::from_utf8_lossy(part.name_raw()).to_lowercase().ends_with("sharedstrings.xml");
        let (mut unpacked, mut marks, mut seen) = (Vec::new(), 0, 0);
        loop {
            let read =
                (&mut part).take(STEP.min(bytes_left + 1)).read_to_end(&mut unpacked).map_err(|_| wanted.broken())?;
            if read == 0 {
                break;
            }
            bytes_left = bytes_left.checked_sub(read as u64).ok_or_else(|| wanted.too_big())?;
            let more = unpacked[seen..].iter().map(|byte| usize::from(*byte == b'<')).sum::<usize>();
            marks_left = marks_left.checked_sub(more).ok_or_else(|| wanted.too_many_cells())?;
            (marks, seen) = (marks + more, unpacked.len());
            if going.is_over() {
                return Err(wanted.broken());
            }
        }
        if is_strings {
            check_strings(&unpacked, wanted)?;
        }
        (found.largest, found.most_marks) = (found.largest.max(unpacked.len() as u64), found.most_marks.max(marks));
    }
    Ok(found)
}

/// The reader sets room aside for as many texts as the part says that it has: a number with twelve zeros ends the
/// process. Bytes that no XML may hold are refused, so that the number stands there as it is read.
fn check_strings(part: &[u8], wanted: &Wanted) -> Result<(), Refusal> {
    const COUNT: &[u8] = b"uniqueCount";
    if part.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return Err(wanted.broken());
    }
    for (at, _) in part.windows(COUNT.len()).enumerate().filter(|(_, some)| *some == COUNT) {
        let digits: Vec<u8> = part[at + COUNT.len()..]
            .iter()
            .copied()
            .skip_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"' | b'\'' | b'+'))
            .take_while(u8::is_ascii_digit)
            .take(20)
            .collect();
        let said = std::str::from_utf8(&digits).ok().and_then(|text| text.parse::<u64>().ok());
        if !digits.is_empty() && said.is_none_or(|said| said > CELLS as u64) {
            return Err(wanted.too_many_cells());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::io::Write as _;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::sheet::rows;

    const ROSTER: Wanted = Wanted {
        rule: &foundation::Rule { id: "花名册", clause: "M7.1", source: "花名册", fix: "" },
        noun: "名册",
        most: 500,
        split: "请分开上传",
    };

    fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            archive
                .start_file(
                    *name,
                    zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated),
                )
                .unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    /// A workbook of `sheets` that all name one part.
    fn book(sheet: &str, sheets: usize, strings: &str) -> Vec<u8> {
        let mut names = String::new();
        for n in 0..sheets {
            write!(names, "<sheet name=\"s{n}\" sheetId=\"{n}\" r:id=\"r1\"/>").unwrap();
        }
        let workbook = format!(
            "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
             <sheets>{names}</sheets></workbook>"
        );
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let root = format!(
            "<Relationships><Relationship Id=\"r0\" Type=\"{kind}/officeDocument\" \
             Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let of_book = format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"{kind}/worksheet\" \
             Target=\"worksheets/sheet1.xml\"/></Relationships>"
        );
        packed(&[
            ("_rels/.rels", root.as_bytes()),
            ("xl/workbook.xml", workbook.as_bytes()),
            ("xl/_rels/workbook.xml.rels", of_book.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
            ("xl/sharedStrings.xml", strings.as_bytes()),
        ])
    }

    fn sheet_of(cells: &str) -> String {
        format!("<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>")
    }

    /// Refused in words, quickly; the fact.
    fn refused(bytes: &[u8]) -> String {
        let mut took = Duration::MAX;
        let mut tried = 0;
        // Another program's turn is not the reader's.
        while took >= Duration::from_secs(6) && tried < 3 {
            let began = Instant::now();
            rows("a.xlsx", bytes, &ROSTER).unwrap_err();
            (took, tried) = (took.min(began.elapsed()), tried + 1);
        }
        let refusal = rows("a.xlsx", bytes, &ROSTER).unwrap_err();
        // Seconds, not the minutes it could be: this is an unoptimised build.
        assert!(took < Duration::from_secs(6), "{} bytes took {took:?}", bytes.len());
        assert!(!refusal.fix.is_empty());
        refusal.fact
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_read() {
        let bomb = packed(&[("xl/worksheets/sheet1.xml", &vec![b' '; 40 * 1024 * 1024])]);
        assert!(bomb.len() < 100_000, "it is a bomb: {} bytes", bomb.len());
        assert!(refused(&bomb).contains("过大"));
    }

    #[test]
    fn a_bomb_that_lies_about_its_size_is_refused() {
        let mut bomb = packed(&[("xl/worksheets/sheet1.xml", &vec![b' '; 40 * 1024 * 1024])]);
        let honest = u32::to_le_bytes(40 * 1024 * 1024);
        while let Some(at) = bomb.windows(4).position(|four| four == honest) {
            bomb[at..at + 4].copy_from_slice(&[10, 0, 0, 0]);
        }
        let fact = refused(&bomb);
        assert!(fact.contains("过大") || fact.contains("损坏"), "{fact}");
    }

    #[test]
    fn m7_1_a_sheet_of_empty_cells_is_refused_before_it_is_read() {
        let bomb = book(&sheet_of(&"<c/>".repeat(1_900_000)), 1, "<sst/>");
        assert!(bomb.len() < 100_000, "it is a bomb: {} bytes", bomb.len());
        assert!(refused(&bomb).contains("10 万个单元格"));
    }

    #[test]
    fn m7_1_cells_are_counted_while_they_are_read_too() {
        let one_too_many = book(&sheet_of(&"<c/>".repeat(CELLS + 1)), 1, "<sst/>");
        assert!(refused(&one_too_many).contains("10 万个单元格"));
        let just_so_many =
            book(&sheet_of(&("<c/>".repeat(CELLS - 1) + "<c r=\"A1\" t=\"str\"><v>姓名</v></c>")), 1, "<sst/>");
        assert_eq!(rows("a.xlsx", &just_so_many, &ROSTER).unwrap(), vec![vec!["姓名".to_owned()]]);
    }

    #[test]
    fn m7_1_many_sheets_that_name_one_part_cost_no_more_than_a_few() {
        let costly = sheet_of("") + &" ".repeat(7 * 1024 * 1024);
        assert!(refused(&book(&costly, 50, "<sst/>")).contains("过大"), "each empty sheet costs what the part does");
        let costly = format!("<worksheet>{}<sheetData></sheetData></worksheet>", " ".repeat(7 * 1024 * 1024));
        assert!(refused(&book(&costly, 50, "<sst/>")).contains("过大"));
        let costly = format!("<worksheet>{}<sheetData></sheetData></worksheet>", "<a/>".repeat(700_000));
        assert!(refused(&book(&costly, 50, "<sst/>")).contains("过大"));
        assert!(refused(&book(&sheet_of(""), 2000, "<sst/>")).contains("2000 张工作表"));
    }

    #[test]
    fn m7_1_a_part_that_says_it_has_a_billion_texts_does_not_end_the_process() {
        for said in [
            "uniqueCount=\"100000000000\"",
            "uniqueCount = '18446744073709551615'",
            "uniqueCount=\"99999999999999999999999\"",
        ] {
            let bomb = book(&sheet_of("<c><v>1</v></c>"), 1, &format!("<sst {said}></sst>"));
            assert!(refused(&bomb).contains("单元格"), "{said}");
        }
        let wide: String = "<sst uniqueCount=\"100000000000\"></sst>".chars().flat_map(|one| [one, '\0']).collect();
        assert!(refused(&book(&sheet_of("<c><v>1</v></c>"), 1, &wide)).contains("损坏"));
        let honest = book(
            &sheet_of("<c t=\"s\"><v>0</v></c>"),
            1,
            "<sst count=\"1\" uniqueCount=\"1\"><si><t>姓名</t></si></sst>",
        );
        assert_eq!(rows("a.xlsx", &honest, &ROSTER).unwrap(), vec![vec!["姓名".to_owned()]]);
    }

    #[test]
    fn whoever_waits_no_longer_is_not_read_for() {
        let (bytes, going) = (book(&sheet_of("<c><v>1</v></c>"), 1, "<sst/>"), Going::default());
        assert!(check(&bytes, &ROSTER, &going).is_ok());
        going.stop();
        assert!(check(&bytes, &ROSTER, &going).is_err());
    }
}
