//! What is nobody else's on this machine (M8.9; decisions/0015): the data folder and the SQLite file with its log.
//! New ones are made so by the process; those from before are put right at every start.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Takes the group's and everybody's rights away. A folder that others share by its nature (sticky, as `/tmp`) stays as
/// it is, and what belongs to another user is told, not refused: its owner decided so.
pub fn tighten(data: &Path, database: &str) {
    put(data, 0o700);
    let Some(path) = database.strip_prefix("sqlite:") else { return };
    let path = path.trim_start_matches("//").split('?').next().unwrap_or("");
    for end in ["", "-wal", "-shm"] {
        put(&PathBuf::from(format!("{path}{end}")), 0o600);
    }
}

fn put(path: &Path, mode: u32) {
    let Ok(known) = std::fs::metadata(path) else { return };
    if known.mode() & 0o077 == 0 || known.mode() & 0o1000 != 0 {
        return;
    }
    if let Err(error) = std::fs::set_permissions(path, Permissions::from_mode(mode)) {
        tracing::warn!(path = %path.display(), %error, "others may read this");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m8_9_what_stood_open_is_closed() {
        let folder = std::env::temp_dir().join(format!("jinbu-private-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        let file = folder.join("jinbu.db");
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o7777;
        tighten(&folder, &format!("sqlite://{}?mode=rwc", file.display()));
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        std::fs::set_permissions(&folder, Permissions::from_mode(0o1777)).unwrap();
        tighten(&folder, "postgres://127.0.0.1/x");
        assert_eq!(mode(&folder), 0o1777, "a folder that all share is not taken from them");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
