//! What a roster file is, for `desk::sheet` (M7.1).

use desk::reading::Going;
pub use desk::sheet::HEADER_ROWS;
use desk::sheet::Wanted;
use foundation::Refusal;
use foundation::limits::ROSTER_ROWS;

pub(crate) const ROSTER: Wanted = Wanted {
    rule: &crate::refusals::ROSTER,
    noun: "名册",
    most: ROSTER_ROWS,
    split: "请按班级分开上传，并删去多余的空行",
};

/// The file's rows, as long as somebody waits. Errors: a refusal at field `file` when it cannot be read as a whole.
pub fn rows(name: &str, bytes: &[u8], going: &Going) -> Result<Vec<Vec<String>>, Refusal> {
    desk::sheet::rows_while(name, bytes, &ROSTER, going)
}

/// A refusal of the whole file.
pub fn whole(fact: &str, fix: &str) -> Refusal {
    ROSTER.whole(fact, fix)
}
