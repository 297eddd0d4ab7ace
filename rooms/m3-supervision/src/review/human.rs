//! What only people can see (M3.1): asked of the officer, with what the machine noticed on the way.

use super::Run::Judge;
use super::{Case, Judged, check};

check! { MATERIALS in Completeness "教材和考核方案适用", "H01", "M3.1", "经办人核对", "请退回机构补正", Office, Judge(|_| Judged::ask("")) }

check! {
    ORIGINALS in Authenticity "教师证书原件与本人一致", "H02", "M3.1", "经办人核对", "请退回机构补正", Office, Judge(|_| Judged::ask(""))
}

check! { PHONED in Authenticity "电话抽核：本人知情并自愿参加", "H03", "M3.1", "经办人核对", "请退回机构补正", Office, Judge(phoned) }

/// How many are to be phoned.
fn phoned(case: &Case<'_>) -> Judged {
    let count = u64::try_from(case.roster.len()).unwrap_or(0);
    let sample = (count * u64::try_from(case.policy.phone_sample_pct()).unwrap_or(0)).div_ceil(100);
    Judged::ask(format!("至少抽 {sample} 人"))
}

check! { PHOTOS in Authenticity "场地照片与实地核实一致", "H04", "M3.1", "经办人核对", "请退回机构补正", Office, Judge(|_| Judged::ask("")) }
