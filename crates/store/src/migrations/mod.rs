//! Migrations: forward only, one line for both databases (house.md §3.6). A schema is a small text
//! (`m0001_spine.txt`) that `schema` turns into statements; later migrations add their own file.

mod m0001_spine;
mod m0002_money;
mod m0003_slips;
mod m0004_answers;
pub mod schema;

use sea_orm::{DatabaseConnection, DbErr};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// All migrations, in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_spine::Spine), Box::new(m0002_money::Money), Box::new(m0003_slips::Slips), Box::new(m0004_answers::Answers)]
    }
}

/// Brings the schema up to date.
pub async fn run(connection: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(connection, None).await
}
