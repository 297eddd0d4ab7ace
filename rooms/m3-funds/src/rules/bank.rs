//! The bank's file out and its answer back (M8.9; domain §7.4 S80–S90, form 18): pure text in, text and decisions out.
//! The answer is read whole: every wrong row told at once, nothing of it taken until all of it is right.

use std::collections::{BTreeMap, BTreeSet};

use crate::refusals::{BANK_RETURN, RECEIPT};
use foundation::codes::PaymentState;
use foundation::{Fen, PaymentLineId, Refusal};

/// One payee's line on its way to the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutLine {
    /// Which line; comes back in the answer.
    pub line: PaymentLineId,
    /// 户名.
    pub payee: String,
    /// The whole account.
    pub account: String,
    /// 开户行.
    pub bank: String,
    /// The money.
    pub amount: Fen,
}

/// What the house knows of a line of the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLine {
    /// Which.
    pub line: PaymentLineId,
    /// 户名, for words.
    pub payee: String,
    /// The money.
    pub amount: Fen,
    /// Waiting, paid or returned.
    pub state: PaymentState,
    /// What was said of it already.
    pub said: String,
}

/// What the bank says of one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct SettledLine {
    /// The line.
    pub line: PaymentLineId,
    /// Paid or returned.
    pub paid: bool,
    /// The bank's reference, for paid lines.
    pub reference: String,
    /// Why it came back, for returned lines.
    pub reason: String,
}

/// Columns of the answer, any order; other columns are passed over.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("行号", &["行号", "明细号"]),
    ("金额", &["金额", "交易金额"]),
    ("结果", &["结果", "交易结果", "状态"]),
    ("流水号", &["流水号", "银行流水号", "交易流水号"]),
    ("原因", &["原因", "退票原因", "失败原因"]),
];
const PAID: [&str; 4] = ["成功", "已到账", "到账", "交易成功"];
const RETURNED: [&str; 4] = ["失败", "退票", "交易失败", "已退回"];
/// Letters of a reference and of a reason.
const REFERENCE_CHARS: usize = 60;
const REASON_CHARS: usize = 100;

/// 银行代发文件: UTF-8 with a mark, amounts in yuan with two decimals, accounts as they are.
pub fn bank_file(batch_no: &str, lines: &[OutLine]) -> String {
    let mut text = String::from("\u{feff}行号,户名,账号,开户行,金额,摘要,批次号\r\n");
    for one in lines {
        let (payee, bank) = (cell(&one.payee), cell(&one.bank));
        text.push_str(&format!(
            "{},{payee},{},{bank},{},培训补贴,{batch_no}\r\n",
            one.line,
            one.account,
            yuan(one.amount)
        ));
    }
    text
}

/// A text cell: quoted, so that commas and line breaks stay inside.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace(|one: char| one.is_control(), " ").replace('"', "\"\""))
}

/// `1250.00`.
pub fn yuan(amount: Fen) -> String {
    format!("{}.{:02}", amount.0 / 100, amount.0.unsigned_abs() % 100)
}

fn no(row: usize, fact: &str, fix: &str) -> Refusal {
    BANK_RETURN.refuse(format!("第 {row} 行：{fact}")).fix(fix).at("file")
}

/// Reads the rows of an answer. Errors: every wrong row with its number, all at once.
pub fn read_return(rows: &[Vec<String>], known: &[KnownLine]) -> Result<Vec<SettledLine>, Vec<Refusal>> {
    let whole = |fact: &str, fix: &str| vec![BANK_RETURN.refuse(fact).fix(fix).at("file")];
    let Some((head, at)) = header(rows) else {
        return Err(whole(
            "文件里没有找到表头",
            "第一行应有：行号、金额、结果、流水号、原因。请用银行导出的原文件，或下载样例对照",
        ));
    };
    let missing: Vec<&str> = COLUMNS.iter().filter(|(name, _)| !at.contains_key(name)).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        return Err(whole(&format!("表头缺少：{}", missing.join("、")), "请补齐这几列后再上传，顺序不限"));
    }
    let by_id: BTreeMap<String, &KnownLine> = known.iter().map(|one| (one.line.to_string(), one)).collect();
    let (mut lines, mut refusals) = (Vec::new(), Vec::new());
    let mut seen = Seen::default();
    for (place, row) in rows.iter().enumerate().skip(head + 1) {
        let field = |name: &str| at.get(name).and_then(|column| row.get(*column)).map_or("", |text| text.trim());
        if COLUMNS.iter().all(|(name, _)| field(name).is_empty()) {
            continue;
        }
        match one(place + 1, &field, &by_id, &mut seen) {
            Ok(line) => lines.push(line),
            Err(why) => refusals.extend(why),
        }
    }
    match (refusals.is_empty(), lines.is_empty()) {
        (false, _) => Err(refusals),
        (true, true) => Err(whole("表头下面没有内容", "请上传有结果的回盘文件")),
        (true, false) => Ok(lines),
    }
}

/// The first row that names a line and a result, and where its columns are.
fn header(rows: &[Vec<String>]) -> Option<(usize, BTreeMap<&'static str, usize>)> {
    rows.iter().take(12).enumerate().find_map(|(place, row)| {
        let at: BTreeMap<&'static str, usize> = COLUMNS
            .iter()
            .filter_map(|(name, words)| {
                row.iter()
                    .position(|cell| words.contains(&cell.trim().trim_start_matches('\u{feff}')))
                    .map(|column| (*name, column))
            })
            .collect();
        (at.len() >= 2).then_some((place, at))
    })
}

#[derive(Default)]
struct Seen {
    lines: BTreeSet<PaymentLineId>,
    references: BTreeSet<String>,
}

fn one<'a>(
    row: usize,
    field: &impl Fn(&str) -> &'a str,
    known: &BTreeMap<String, &KnownLine>,
    seen: &mut Seen,
) -> Result<SettledLine, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let Some(line) = known.get(field("行号")) else {
        return Err(vec![no(
            row,
            &format!("行号“{}”不属于本批次", field("行号").chars().take(40).collect::<String>()),
            "请核对是否上传了别的批次的回盘",
        )]);
    };
    if !seen.lines.insert(line.line.clone()) {
        refusals.push(no(row, &format!("{} 在文件里出现了两次", line.payee), "每一笔只能有一个结果，请删去重复的行"));
    }
    match Fen::from_yuan_text(field("金额")) {
        None => refusals.push(no(
            row,
            &format!("金额“{}”看不懂", field("金额").chars().take(20).collect::<String>()),
            "请填元，最多两位小数",
        )),
        Some(amount) if amount != line.amount => {
            refusals.push(no(
                row,
                &format!("{} 的金额是 {} 元，应为 {} 元", line.payee, yuan(amount), yuan(line.amount)),
                "请与银行核对，金额不符的不能登记",
            ));
        }
        Some(_) => {}
    }
    let (paid, returned) = (PAID.contains(&field("结果")), RETURNED.contains(&field("结果")));
    let (reference, reason) = (field("流水号").to_owned(), field("原因").to_owned());
    if !paid && !returned {
        refusals.push(no(
            row,
            &format!("结果“{}”看不懂", field("结果").chars().take(20).collect::<String>()),
            "结果应为“成功”或“失败”",
        ));
    }
    if paid && (reference.is_empty() || reference.chars().count() > REFERENCE_CHARS) {
        refusals.push(no(
            row,
            &format!("{} 成功，但没有流水号，或流水号超过 {REFERENCE_CHARS} 字", line.payee),
            "请补上银行流水号",
        ));
    }
    if paid && !reference.is_empty() && !seen.references.insert(reference.clone()) {
        refusals.push(no(
            row,
            &format!("流水号 {reference} 在文件里用了两次"),
            "每一笔到账有自己的流水号，请与银行核对",
        ));
    }
    if returned && (reason.is_empty() || reason.chars().count() > REASON_CHARS) {
        refusals.push(no(
            row,
            &format!("{} 失败，但没有写原因，或原因超过 {REASON_CHARS} 字", line.payee),
            "请补上失败原因，例如“户名不符”",
        ));
    }
    let line = SettledLine {
        line: line.line.clone(),
        paid,
        reference: if paid { reference } else { String::new() },
        reason: if returned { reason } else { String::new() },
    };
    if refusals.is_empty() { Ok(line) } else { Err(refusals) }
}

/// What an answer does to a line: the same again is harmless, another one is refused. `None`: nothing to do.
pub fn settles(known: &KnownLine, said: &SettledLine) -> Result<Option<PaymentState>, Refusal> {
    let next = if said.paid { PaymentState::Paid } else { PaymentState::Returned };
    let what = if said.paid { said.reference.trim() } else { said.reason.trim() };
    if what.is_empty() {
        let fact =
            format!("{} {}", known.payee, if said.paid { "到账，但没有银行流水号" } else { "退票，但没有写原因" });
        return Err(RECEIPT.refuse(fact).source("银行回单").fix("请补齐后再登记"));
    }
    match known.state {
        PaymentState::Sent => Ok(Some(next)),
        state if state == next && known.said == what => Ok(None),
        PaymentState::Pending => {
            Err(RECEIPT.refuse(format!("{} 还没有送银行", known.payee)).fix("请先由财政部门批准本批次"))
        }
        PaymentState::Withdrawn => {
            Err(RECEIPT.refuse(format!("{} 所在的批次已经撤回", known.payee)).fix("请核对回单是哪一个批次的"))
        }
        PaymentState::Paid | PaymentState::Returned => Err(RECEIPT
            .refuse(format!(
                "{} 已登记为“{} {}”，这次却是“{} {what}”",
                known.payee,
                known.state.label(),
                known.said,
                next.label()
            ))
            .source("已登记的银行回单")
            .fix("已登记的结果不能改写，请与银行核对")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foundation::Ids;
    use proptest::prelude::*;

    fn known(count: usize) -> Vec<KnownLine> {
        let ids = Ids::seeded(7);
        let at = foundation::clock::at_local(
            foundation::Date::from_ymd_opt(2026, 12, 1).unwrap().and_hms_opt(9, 0, 0).unwrap(),
        );
        (0..count)
            .map(|n| KnownLine {
                line: ids.make(at),
                payee: format!("机构{n}"),
                amount: Fen(125_000 + i64::try_from(n).unwrap()),
                state: PaymentState::Sent,
                said: String::new(),
            })
            .collect()
    }

    fn rows(known: &[KnownLine], head: &[&str]) -> Vec<Vec<String>> {
        let mut rows = vec![vec!["代发回盘".to_owned()], head.iter().map(|one| (*one).to_owned()).collect()];
        for (n, one) in known.iter().enumerate() {
            let value = |name: &&str| match *name {
                "行号" => one.line.to_string(),
                "金额" => yuan(one.amount),
                "结果" => if n % 2 == 0 { "成功" } else { "失败" }.to_owned(),
                "流水号" if n % 2 == 0 => format!("B{n}"),
                "退票原因" if n % 2 == 1 => "户名不符".to_owned(),
                _ => String::new(),
            };
            rows.push(head.iter().map(value).collect());
        }
        rows
    }

    #[test]
    fn m8_9_an_answer_is_read_in_any_column_order() {
        let known = known(3);
        let read = read_return(&rows(&known, &["备注", "结果", "退票原因", "流水号", "行号", "金额"]), &known).unwrap();
        assert_eq!(read.iter().map(|one| one.paid).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!((read[0].reference.as_str(), read[1].reason.as_str()), ("B0", "户名不符"));
    }

    #[test]
    fn m8_9_every_wrong_row_is_told_at_once() {
        let known = known(6);
        let mut rows = rows(&known, &["行号", "金额", "结果", "流水号", "退票原因"]);
        rows[2][1] = "1250.01".into();
        rows[3][4].clear();
        rows[4][2] = "处理中".into();
        rows[5][0] = "01ARZ3NDEKTSV4RRFFQ69G5FAV".into();
        rows[6][3].clear();
        rows[7] = rows[2].clone();
        let no = read_return(&rows, &known).unwrap_err();
        for (row, words) in [
            (3, "1250.01"),
            (4, "没有写原因"),
            (5, "处理中"),
            (6, "不属于本批次"),
            (7, "没有流水号"),
            (8, "出现了两次"),
        ] {
            assert!(
                no.iter().any(|one| one.fact.starts_with(&format!("第 {row} 行")) && one.fact.contains(words)),
                "{row} {words}: {no:?}"
            );
        }
        assert!(read_return(&[], &known).unwrap_err()[0].fact.contains("没有找到表头"));
        assert!(
            read_return(&[vec!["行号".into(), "结果".into()]], &known).unwrap_err()[0]
                .fact
                .contains("金额、流水号、原因")
        );
    }

    proptest! {
        /// Whatever cells come: no panic, and what is taken names each line once with its own amount.
        #[test]
        fn m8_9_no_answer_pays_twice_or_another_sum(
            cells in proptest::collection::vec((0usize..5, 0usize..4, 0usize..4, "[A-Z0-9]{0,6}", "\\PC{0,8}"), 0..12)
        ) {
            let known = known(4);
            let head = ["行号", "金额", "结果", "流水号", "原因"].map(str::to_owned).to_vec();
            let mut rows = vec![head];
            for (line, amount, result, reference, reason) in cells {
                let id = known.get(line).map_or_else(|| "X".to_owned(), |one| one.line.to_string());
                rows.push(vec![id, yuan(known[amount].amount), ["成功", "失败", "?", ""][result].into(),
                    reference, reason]);
            }
            if let Ok(taken) = read_return(&rows, &known) {
                let unique: BTreeSet<_> = taken.iter().map(|one| one.line.clone()).collect();
                prop_assert_eq!(unique.len(), taken.len());
                for one in &taken {
                    let says = if one.paid { one.reference.trim() } else { one.reason.trim() };
                    prop_assert!(!says.is_empty());
                    let line = known.iter().find(|other| other.line == one.line).unwrap();
                    let next = settles(line, one).unwrap().unwrap();
                    let settled = KnownLine {
                        state: next,
                        said: if one.paid { one.reference.clone() } else { one.reason.clone() },
                        ..line.clone()
                    };
                    prop_assert_eq!(settles(&settled, one), Ok(None), "the same again is harmless");
                    let other =
                        SettledLine { paid: !one.paid, reference: "Z".into(), reason: "Z".into(), ..one.clone() };
                    prop_assert!(settles(&settled, &other).is_err(), "another answer is refused");
                }
            }
        }

        /// What a bank reads back from our file is what we meant.
        #[test]
        fn the_bank_reads_what_we_wrote(
            payee in "[\\PC]{1,20}", bank in "[\\PC]{0,20}", account in "[0-9]{8,30}", fen in 0i64..10_000_000_000
        ) {
            let line = known(1).remove(0).line;
            let out =
                OutLine { line: line.clone(), payee: payee.clone(), account: account.clone(), bank, amount: Fen(fen) };
            let text = bank_file("350582-20261220-001", &[out]);
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(records.len(), 2);
            prop_assert_eq!(&records[1][0], line.to_string());
            prop_assert_eq!(&records[1][1], payee.replace(|one: char| one.is_control(), " "));
            prop_assert_eq!(&records[1][2], account);
            prop_assert_eq!(Fen::from_yuan_text(&records[1][4]), Some(Fen(fen)));
        }
    }
}
