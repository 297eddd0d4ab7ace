//! The spine's tables: everything one subsidised class needs from directory to payment.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use super::schema;

/// First migration.
pub struct Spine;

impl MigrationName for Spine {
    fn name(&self) -> &str {
        "m0001_spine"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Spine {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::create(manager, include_str!("m0001_spine.txt")).await
    }
}
