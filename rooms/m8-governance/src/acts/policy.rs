//! Loading dated policy parameters (M8.1, M8.2; house.md §0.3): rows of a file with their documents and dates, added
//! and never changed. A real installation begins with the project's own file; later documents come as later rows.

use crate::refusals::PARAMETERS;
use desk::{Act, Desk, Done, FactDraft};
use foundation::{DistrictCode, Permission, Stop};
use reckoning::policy::{ParameterRow, key};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition};
use store::tables::funds::policy_parameter;

/// Loads the rows of a parameters file (`policy/parameters.csv` shows its eight columns).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LoadPolicy {
    /// The file's text.
    pub text: String,
}

impl Act for LoadPolicy {
    const NAME: &'static str = "load-policy";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M8.2";
    const TITLE: &'static str = "装入政策参数";
    /// How many rows are new.
    type Outcome = u64;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<u64>, Stop> {
        let no = |fact: String, fix: &str| Stop::from(PARAMETERS.refuse(fact).fix(fix));
        let rows = reckoning::policy::read_parameters(&self.text)
            .map_err(|bad| no(bad.to_string(), "请按示例文件的八列改好再装"))?;
        let (mut fresh, mut facts) = (Vec::new(), Vec::new());
        for row in rows {
            if let Some(known) = key(&row.key).filter(|known| row.value < known.range.0 || row.value > known.range.1) {
                let (least, most) = known.range;
                return Err(no(
                    format!("“{}”为 {}，合理范围是 {least} 到 {most}", known.label, row.value),
                    "请核对文件",
                ));
            }
            match stands(work, &row).await? {
                None => {
                    facts.push(fact(&row));
                    fresh.push(stored(desk, row));
                }
                Some(known) if known.value == row.value && known.document == row.document => {}
                Some(known) => {
                    let fact = format!(
                        "{} {} 自 {} 起已经是 {}（{}）",
                        row.district.name(),
                        row.key,
                        row.effective_from,
                        known.value,
                        known.document
                    );
                    return Err(no(fact, "参数不能改写；新文件的标准请另写一行，用新的生效日期"));
                }
            }
        }
        let count = fresh.len() as u64;
        if count == 0 {
            return Ok(Done::Repeat(0));
        }
        work.add_many::<policy_parameter::Entity>(fresh).await?;
        Ok(Done::Written { outcome: count, facts })
    }
}

async fn stands(work: &Writer, row: &ParameterRow) -> Result<Option<policy_parameter::Model>, Stop> {
    let same = Condition::all()
        .add(policy_parameter::Column::District.eq(row.district))
        .add(policy_parameter::Column::Scheme.eq(row.scheme.as_str()))
        .add(policy_parameter::Column::Name.eq(row.key.as_str()))
        .add(policy_parameter::Column::EffectiveFrom.eq(row.effective_from));
    work.find::<policy_parameter::Entity>(same).await
}

fn stored(desk: &Desk, row: ParameterRow) -> policy_parameter::Model {
    policy_parameter::Model {
        id: desk.new_id(),
        path: row.district.management_path(),
        district: row.district,
        scheme: row.scheme,
        name: row.key,
        value: row.value,
        unit: row.unit,
        effective_from: row.effective_from,
        effective_to: row.effective_to,
        document: row.document,
        version: 1,
    }
}

fn fact(row: &ParameterRow) -> FactDraft {
    let label = key(&row.key).map_or(row.key.as_str(), |known| known.label);
    let district: DistrictCode = row.district;
    FactDraft::new(
        "PolicyParameterSet",
        district,
        format!("{}{label} {}{}，自 {} 起，{}", district.name(), row.value, row.unit, row.effective_from, row.document),
    )
    .about(&crate::declared::POLICY, format!("{}:{}", row.scheme, row.key))
    .with("scheme", row.scheme.as_str())
    .with("key", row.key.as_str())
    .with("value", row.value)
    .with("effective_from", row.effective_from.to_string())
    .with("document", row.document.as_str())
}
