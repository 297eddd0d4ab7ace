//! Fourth migration: what people say is answered. Disputed attendance (M3.3), a payee's account corrected by two
//! people (M8.9), and the salt that opens the journal's commitment to an objection's words.

use sea_orm::ConnectionTrait;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

use super::schema;

/// Fourth migration.
pub struct Answers;

impl MigrationName for Answers {
    fn name(&self) -> &str {
        "m0004_answers"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Answers {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::create(manager, include_str!("m0004_answers.txt")).await?;
        // Objections from before have no commitment: no salt.
        manager.get_connection().execute_unprepared("ALTER TABLE \"objection\" ADD COLUMN \"salt\" text NOT NULL DEFAULT ''").await?;
        Ok(())
    }
}
