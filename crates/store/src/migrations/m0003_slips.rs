//! Third migration: a trainee's sign-in reaches no further than whoever gave him the slip (M7.1, M3.3).

use sea_orm::ConnectionTrait;
use sea_orm_migration::prelude::*;

/// Third migration.
pub struct Slips;

impl MigrationName for Slips {
    fn name(&self) -> &str {
        "m0003_slips"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Slips {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for change in ["ALTER TABLE \"sign_in\" ADD COLUMN \"institutions\" text", "ALTER TABLE \"one_time_link\" ADD COLUMN \"institution\" text"] {
            manager.get_connection().execute_unprepared(change).await?;
        }
        Ok(())
    }
}
