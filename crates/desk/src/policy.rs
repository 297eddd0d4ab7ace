//! Policy in force: dated parameters of a district's chain, as the reckoning takes them (house.md §0.3).

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::refusals::PARAMETERS;
use foundation::codes::Regime;
use foundation::{Date, DistrictCode, Fault, Stop};
pub use reckoning::policy::Scheme;
use reckoning::policy::{Parameter, Policy, depth};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::funds::policy_parameter;
use store::tables::supervision::training_class;

/// The policy of a scheme for `district` on `day`. Errors: a refusal naming a missing parameter.
pub async fn in_force(reader: &Reader, scheme: Scheme, district: DistrictCode, day: Date) -> Result<Policy, Stop> {
    let rows = reader
        .list::<policy_parameter::Entity>(|q| q.filter(policy_parameter::Column::Scheme.eq(scheme.code())))
        .await?;
    let chain = rows.into_iter().filter(|row| row.path.covers(&district.management_path()));
    let parameters = chain.map(|row| Parameter {
        key: row.name,
        value: row.value,
        document: row.document,
        depth: depth(row.district),
        effective_from: row.effective_from,
        effective_to: row.effective_to,
    });
    Policy::from_parameters(scheme, parameters, day).map_err(|missing| PARAMETERS.refuse(missing.sentence()).into())
}

/// What holds of catalogue and sites, whichever scheme their classes will be paid by: the limits that every scheme's
/// policy carries. Errors: as `in_force`.
pub async fn common(reader: &Reader, district: DistrictCode, day: Date) -> Result<Policy, Stop> {
    in_force(reader, Scheme::default(), district, day).await
}

/// What a class's regime pays by. Errors: a refusal while the regime has no scheme of its own here.
pub fn scheme_of(regime: Regime) -> Result<Scheme, Stop> {
    Scheme::of(regime).ok_or_else(|| {
        let fact = format!("{}的补贴参数还没有定义", regime.label());
        PARAMETERS.refuse(fact).fix("现在只能办理合格证类的班级").into()
    })
}

/// The policy in force for a class that is still applied for. Errors: as `in_force`, and `scheme_of`.
pub async fn applied_for(reader: &Reader, class: &training_class::Model, day: Date) -> Result<Policy, Stop> {
    in_force(reader, scheme_of(class.regime)?, class.district, day).await
}

/// The policy that a class is judged by: the one it pinned when it was approved, before that the one in force.
pub async fn of_class(reader: &Reader, class: &training_class::Model, day: Date) -> Result<Arc<Policy>, Stop> {
    match class.policy.as_deref() {
        Some(text) => pinned(Some(text)),
        None => applied_for(reader, class, day).await.map(Arc::new),
    }
}

/// Pinned policies read back lately: the classes of a county share a few.
const POLICIES_KEPT: usize = 512;

/// A pinned policy, read back. Errors: `Db` when the stored text is not one (never silently replaced).
pub fn pinned(text: Option<&str>) -> Result<Arc<Policy>, Stop> {
    static KEPT: LazyLock<Mutex<HashMap<String, Arc<Policy>>>> = LazyLock::new(Mutex::default);
    let text = text.ok_or_else(|| Fault::Db("class without a pinned policy".into()))?;
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(policy) = kept.get(text) {
        return Ok(Arc::clone(policy));
    }
    let policy: Arc<Policy> = serde_json::from_str(text).map(Arc::new).map_err(|e| Fault::Db(e.to_string()))?;
    if kept.len() >= POLICIES_KEPT {
        kept.clear();
    }
    kept.insert(text.to_owned(), Arc::clone(&policy));
    Ok(policy)
}
