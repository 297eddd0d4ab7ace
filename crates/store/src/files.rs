//! Files by hash in an object store (house.md §11): a local folder by default, S3-compatible by
//! setting. Never public: only a `stored_file` row in reach leads to one.

use std::path::Path;
use std::sync::Arc;

use foundation::{Fault, Stop, Trouble};
use futures::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

/// What became of a file that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It is what was kept.
    Whole,
    /// It is not there.
    Missing,
    /// Something else is there.
    Damaged,
}

/// The file store of one installation.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

impl Files {
    /// A folder on this machine, made if missing. What is kept there is on the disk, its folder too, before the act
    /// that names it can be answered.
    pub fn folder(path: &Path) -> Result<Self, Fault> {
        let broken = |error: std::io::Error| {
            Fault::Upstream(format!("文件夹 {} 用不了（{error}）。请检查属主、权限和磁盘", path.display()))
        };
        if !path.is_dir() {
            std::fs::create_dir_all(path).map_err(broken)?;
            // A folder made just now is an entry of the one above.
            let above = path.parent().filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new("."));
            std::fs::File::open(above).and_then(|one| one.sync_all()).map_err(broken)?;
        }
        let store = LocalFileSystem::new_with_prefix(path)
            .map_err(|error| Fault::Upstream(error.to_string()))?
            .with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// The files of a house that is only looked at: of a folder that is not there, no file is.
    pub fn there(path: &Path) -> Self {
        match LocalFileSystem::new_with_prefix(path) {
            Ok(store) => Self { store: Arc::new(store) },
            Err(_) => Self { store: Arc::new(object_store::memory::InMemory::new()) },
        }
    }

    /// An S3-compatible bucket; credentials come from the environment (`AWS_*`).
    pub fn bucket(name: &str, endpoint: &str, region: &str) -> Result<Self, Fault> {
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(name)
            .with_endpoint(endpoint)
            .with_region(region)
            .build()
            .map_err(|error| Fault::Upstream(error.to_string()))?;
        Ok(Self { store: Arc::new(store) })
    }

    /// Keeps bytes; returns their SHA-256 in hex, which is their address. Keeping twice is harmless. When this returns
    /// they are on the disk (a bucket has answered): call it before the row that names them is written.
    /// Errors: `Unavailable` when the disk is full or fails; `Upstream` for a bucket's.
    pub async fn keep(&self, bytes: Vec<u8>) -> Result<String, Stop> {
        let hash = hex::encode(Sha256::digest(&bytes));
        self.store.put(&address(&hash), bytes.into()).await.map_err(unkept)?;
        Ok(hash)
    }

    /// How what was kept at an address stands now. Errors: the store cannot be asked.
    pub async fn state(&self, hash: &str) -> Result<FileState, Stop> {
        let got = match self.store.get(&address(hash)).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Ok(FileState::Missing),
            Err(other) => return Err(Fault::Upstream(other.to_string()).into()),
        };
        let mut digest = Sha256::new();
        let mut bytes = got.into_stream();
        while let Some(some) = bytes.next().await {
            digest.update(some.map_err(|error| Fault::Upstream(error.to_string()))?);
        }
        Ok(if hex::encode(digest.finalize()) == hash { FileState::Whole } else { FileState::Damaged })
    }

    /// The bytes at an address. Errors: `Gone`; `Upstream` when what is there is not what was kept.
    pub async fn fetch(&self, hash: &str) -> Result<Vec<u8>, Stop> {
        let got = self.store.get(&address(hash)).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => Fault::Gone,
            other => Fault::Upstream(other.to_string()),
        })?;
        let bytes = got.bytes().await.map_err(|error| Fault::Upstream(error.to_string()))?.to_vec();
        if hex::encode(Sha256::digest(&bytes)) != hash {
            return Err(Fault::Upstream(format!("file {hash} was altered")).into());
        }
        Ok(bytes)
    }
}

/// Why nothing was kept: a disk that is full or broken is told as the database's is.
fn unkept(error: object_store::Error) -> Fault {
    let is_ours = matches!(error, object_store::Error::Generic { store: "LocalFileSystem", .. });
    let mut cause: Option<&(dyn std::error::Error + 'static)> = if is_ours { Some(&error) } else { None };
    while let Some(one) = cause {
        if let Some(disk) = one.downcast_ref::<std::io::Error>() {
            let is_full = matches!(disk.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
            return Fault::Unavailable(
                if is_full { Trouble::DiskFull } else { Trouble::NotWritten },
                error.to_string(),
            );
        }
        cause = one.source();
    }
    Fault::Upstream(error.to_string())
}

fn address(hash: &str) -> object_store::path::Path {
    object_store::path::Path::from(format!("{}/{}", hash.get(..2).unwrap_or("00"), hash))
}
