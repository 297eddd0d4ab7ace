//! A fingerprint of every table: number of rows and a hash over them in key order. Equal databases have equal
//! fingerprints, whichever database they are (tests of refusals, copies and power cuts; house.md §8).

use std::collections::BTreeMap;

use foundation::{Fault, Scope, Stop};
use sea_orm::{ColumnTrait, Iterable, ModelTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};

use crate::reach::Reach;
use crate::{Db, Reader, for_each_table};

/// Rows per step: bounded memory whatever the table's size.
const STEP: u64 = 1000;

/// Table → rows and hash.
pub type Fingerprint = BTreeMap<String, (u64, String)>;

/// The fingerprint of a database, the tables named in `without` left out.
pub async fn fingerprint(db: &Db, without: &[&str]) -> Result<Fingerprint, Fault> {
    let said = |stop: Stop| match stop {
        Stop::Fault(fault) => fault,
        other => Fault::Upstream(other.to_string()),
    };
    let reader = db.snapshot(Scope::Everything).await.map_err(said)?;
    let mut all = Fingerprint::new();
    macro_rules! step {
        ($room:ident $table:ident) => {{
            let name = sea_orm::EntityName::table_name(&crate::tables::$room::$table::Entity).to_owned();
            if !without.contains(&name.as_str()) {
                all.insert(name, table::<crate::tables::$room::$table::Entity>(&reader).await.map_err(said)?);
            }
        }};
    }
    for_each_table!(step);
    Ok(all)
}

async fn table<E: Reach>(reader: &Reader) -> Result<(u64, String), Stop>
where
    E::Model: Send + Sync,
{
    let (mut rows, mut hash, mut after) = (0, Sha256::new(), None);
    loop {
        let some = reader
            .list::<E>(|q| {
                after
                    .into_iter()
                    .fold(q.order_by_asc(E::KEY).limit(STEP), |q, last: sea_orm::Value| q.filter(E::KEY.gt(last)))
            })
            .await?;
        for row in &some {
            for column in E::Column::iter() {
                hash.update(format!("{:?}\n", row.get(column)));
            }
        }
        rows += some.len() as u64;
        after = some.last().map(E::key);
        if (some.len() as u64) < STEP {
            return Ok((rows, hex::encode(hash.finalize())));
        }
    }
}

/// The tables in which two fingerprints differ, with the numbers of rows.
pub fn difference(one: &Fingerprint, other: &Fingerprint) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names
        .into_iter()
        .filter(|name| one.get(*name) != other.get(*name))
        .map(|name| format!("{name}: {} → {} 行", one.get(name).map_or(0, |t| t.0), other.get(name).map_or(0, |t| t.0)))
        .collect()
}
