//! Counted subsidies, public objections, money on its way to the bank, the bank's file.

use sea_orm::ConnectionTrait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use super::schema;

/// Second migration.
pub struct Money;

impl MigrationName for Money {
    fn name(&self) -> &str {
        "m0002_money"
    }
}

/// What both databases understand. No office can pay out of an account more than its budget: not by a bug, not by two
/// servers at once.
const CHANGES: [&str; 2] = [
    "ALTER TABLE \"fund_account\" ADD COLUMN \"batched\" bigint NOT NULL DEFAULT 0 CHECK (batched >= 0 AND reserved >= 0 AND paid >= 0 AND paid + batched <= budget)",
    "ALTER TABLE \"payment_batch\" ADD COLUMN \"file\" text",
];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Money {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::create(manager, include_str!("m0002_money.txt")).await?;
        for change in CHANGES {
            manager.get_connection().execute_unprepared(change).await?;
        }
        Ok(())
    }
}
