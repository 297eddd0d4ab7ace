//! What only people can see (M3.1): asked of the officer, with what the machine noticed on the way.

use super::Run::Judge;
use super::people::shared_phones;
use super::{Case, Judged, check, some};

check! { MATERIALS in Completeness "教材和考核方案适用", "H01", "M3.1", "经办人核对", "请退回机构补正", Judge(|_| Judged::ask("")) }

check! { ORIGINALS in Authenticity "教师证书原件与本人一致", "H02", "M3.1", "经办人核对", "请退回机构补正", Judge(|_| Judged::ask("")) }

check! { PHONED in Authenticity "电话抽核：本人知情并自愿参加", "H03", "M3.1", "经办人核对", "请退回机构补正", Judge(phoned) }

/// How many are to be phoned; C01: one phone of three or more.
fn phoned(case: &Case<'_>) -> Judged {
    let count = u64::try_from(case.roster.len()).unwrap_or(0);
    let sample = (count * u64::try_from(case.policy.phone_sample_pct()).unwrap_or(0)).div_ceil(100);
    let shared = some(&shared_phones(&case.people)).map_or_else(String::new, |who| format!("；注意 C01：{who}"));
    Judged::ask(format!("至少抽 {sample} 人{shared}"))
}

check! { PHOTOS in Authenticity "场地照片与实地核实一致", "H04", "M3.1", "经办人核对", "请退回机构补正", Judge(|_| Judged::ask("")) }
