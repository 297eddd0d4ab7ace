//! Files by hash in an object store (house.md §11): a local folder by default, S3-compatible by
//! setting. Never public: only a `stored_file` row in reach leads to one.

use std::path::Path;
use std::sync::Arc;

use foundation::{Fault, Stop};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

/// The file store of one installation.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

impl Files {
    /// A folder on this machine, made if missing.
    pub fn folder(path: &Path) -> Result<Self, Fault> {
        std::fs::create_dir_all(path).map_err(|error| Fault::Upstream(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(path).map_err(|error| Fault::Upstream(error.to_string()))?;
        Ok(Self { store: Arc::new(store) })
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

    /// Keeps bytes; returns their SHA-256 in hex, which is their address. Keeping twice is harmless.
    pub async fn keep(&self, bytes: Vec<u8>) -> Result<String, Stop> {
        let hash = hex::encode(Sha256::digest(&bytes));
        self.store.put(&address(&hash), bytes.into()).await.map_err(|error| Fault::Upstream(error.to_string()))?;
        Ok(hash)
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

fn address(hash: &str) -> object_store::path::Path {
    object_store::path::Path::from(format!("{}/{}", hash.get(..2).unwrap_or("00"), hash))
}
