//! 大写金额: amounts in the capital numerals that payment papers use (domain.md §7.3 rule 9), after the
//! People's Bank's rules for filling in bills.

use foundation::Fen;

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];

/// `125000` fen → `壹仟贰佰伍拾元整`. Negative amounts start with 负.
pub fn in_words(amount: Fen) -> String {
    let magnitude = amount.0.unsigned_abs();
    let (yuan, jiao, fen) = (magnitude / 100, magnitude / 10 % 10, magnitude % 10);
    let mut words = String::new();
    if amount.0 < 0 {
        words.push('负');
    }
    if yuan > 0 || magnitude == 0 {
        words.push_str(&number(yuan));
        words.push('元');
    }
    if jiao > 0 {
        words.push_str(digit(jiao));
        words.push('角');
    }
    if jiao == 0 && fen > 0 && yuan > 0 {
        words.push('零');
    }
    if fen > 0 {
        words.push_str(digit(fen));
        words.push('分');
    } else {
        words.push('整');
    }
    words
}

fn digit(value: u64) -> &'static str {
    DIGITS[usize::try_from(value % 10).unwrap_or(0)]
}

/// Splits at 亿, then at 万, then at 仟、佰、拾; a gap in the digits is read as one 零.
fn number(value: u64) -> String {
    if value == 0 {
        return DIGITS[0].to_owned();
    }
    for (unit, name) in [(100_000_000, "亿"), (10_000, "万"), (1000, "仟"), (100, "佰"), (10, "拾")] {
        if value < unit {
            continue;
        }
        let (high, rest) = (value / unit, value % unit);
        let gap = if rest > 0 && rest < unit / 10 { DIGITS[0] } else { "" };
        let tail = if rest > 0 { number(rest) } else { String::new() };
        return format!("{}{name}{gap}{tail}", number(high));
    }
    digit(value).to_owned()
}
