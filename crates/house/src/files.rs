//! Files that rows name (house.md §11; decisions/0013): at the start, hourly, and by `jinbu check` each is looked for
//! and held against its hash. What rows can make again is made again; what is lost is told until somebody has seen to
//! it.

use std::collections::BTreeMap;

use desk::Desk;
use desk::health::Finding;
use desk::room::FileKeeper;
use foundation::Stop;
use store::query::QueryOrder;
use store::tables::supervision::stored_file;
use store::{FileState, Files, Reader};

/// Under this name lost files stand in the health.
const NAME: &str = "files";

/// A file that a row names and that is not there as it was kept.
#[derive(Debug, Clone)]
pub struct Lost {
    /// The row's id.
    pub id: String,
    /// `bank-file`, `bank-return`.
    pub kind: String,
    /// Its address, SHA-256 in hex; empty where even the row is missing.
    pub hash: String,
    /// Missing or damaged.
    pub state: FileState,
    /// Who can make it again, and from what.
    pub from: Option<Again>,
}

/// How a file is made again: by which room's keeper, from what.
pub type Again = (FileKeeper, String);

/// A file that is needed.
pub(crate) type Named = (stored_file::Model, Option<Again>);

/// The files that rows need, and kind and id of those that a room needs and no row tells. A file that was made anew
/// since is needed by nobody: neither looked for nor backed up.
pub(crate) async fn named(reader: &Reader) -> Result<(Vec<Named>, Vec<(&'static str, String)>), Stop> {
    let keepers = crate::routes().declared.keepers;
    let mut wanted: BTreeMap<String, Again> = BTreeMap::new();
    for keeper in &keepers {
        wanted.extend((keeper.needed)(reader).await?.into_iter().map(|(file, from)| (file, (*keeper, from))));
    }
    let rows = reader.list::<stored_file::Entity>(|q| q.order_by_asc(stored_file::Column::Id)).await?;
    let named = rows.into_iter().map(|row| (wanted.remove(&row.id.to_string()), row)).map(|(from, row)| (row, from));
    let is_kept = |row: &stored_file::Model| keepers.iter().any(|one| one.kind == row.kind);
    let named = named.filter(|(row, from)| !is_kept(row) || from.is_some()).collect();
    Ok((named, wanted.into_iter().map(|(id, (keeper, _))| (keeper.kind, id)).collect()))
}

/// How many files were looked at, and which are lost. `reader` must reach everything.
pub async fn lost(files: &Files, reader: &Reader) -> Result<(u64, Vec<Lost>), Stop> {
    let (rows, untold) = named(reader).await?;
    let (mut seen, mut all) = (0, Vec::new());
    for (row, from) in rows {
        seen += 1;
        let state = files.state(&row.hash).await?;
        if state != FileState::Whole {
            all.push(Lost { id: row.id.to_string(), kind: row.kind, hash: row.hash, state, from });
        }
    }
    all.extend(untold.into_iter().map(|(kind, id)| Lost {
        id,
        kind: kind.into(),
        hash: String::new(),
        state: FileState::Missing,
        from: None,
    }));
    Ok((seen, all))
}

/// Looks for every file, makes again what can be made, and tells what is left.
pub async fn look(desk: &Desk) -> Result<Vec<Lost>, Stop> {
    let (_, all) = lost(&desk.premises.files, &desk.read().await?).await?;
    let mut left = Vec::new();
    for one in all {
        let remade = match &one.from {
            Some((keeper, from)) => (keeper.remake)(desk, from).await,
            None => Err(Stop::Fault(foundation::Fault::Gone)),
        };
        match remade {
            Ok(()) => {
                tracing::warn!(file = one.id, kind = one.kind, state = ?one.state,
                    "a file was lost and has been made again")
            }
            Err(stop) => {
                tracing::error!(file = one.id, kind = one.kind, state = ?one.state, %stop, "a file is lost");
                left.push(one);
            }
        }
    }
    let many = u64::try_from(left.len()).unwrap_or(u64::MAX);
    let finding = Finding::noticed("有登记过的文件丢失或损坏，请运行 jinbu check 看是哪些，从备份取回").many(many);
    desk.premises.health.tell(NAME, (many > 0).then_some(finding));
    Ok(left)
}
