//! Policy in force: dated parameters of a district's chain, as the reckoning takes them (house.md §0.3).

use foundation::{Date, DistrictCode, Fault, Refusal, Stop};
use reckoning::policy::{Parameter, Policy, depth};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::funds::policy_parameter;

/// The scheme that regime A's classes are reckoned under.
pub const SCHEME: &str = "completion_certificate";

/// The policy for a class of `district` on `day`. Errors: a refusal naming a missing parameter.
pub async fn in_force(reader: &Reader, district: DistrictCode, day: Date) -> Result<Policy, Stop> {
    let rows = reader.list::<policy_parameter::Entity>(|q| q.filter(policy_parameter::Column::Scheme.eq(SCHEME))).await?;
    let chain = rows.into_iter().filter(|row| row.path.covers(&district.management_path()));
    let parameters = chain.map(|row| Parameter {
        key: row.name,
        value: row.value,
        document: row.document,
        depth: depth(row.district),
        effective_from: row.effective_from,
        effective_to: row.effective_to,
    });
    Policy::from_parameters(parameters, day)
        .map_err(|missing| Refusal::new("政策参数", "M8.1", missing.sentence(), "政策参数表", "请由省、市人社部门补齐参数后再办").into())
}

/// A pinned policy, read back. Errors: `Db` when the stored text is not one (never silently replaced).
pub fn pinned(text: Option<&str>) -> Result<Policy, Stop> {
    let text = text.ok_or_else(|| Fault::Db("class without a pinned policy".into()))?;
    serde_json::from_str(text).map_err(|e| Fault::Db(e.to_string()).into())
}
