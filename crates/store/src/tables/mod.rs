//! The one vocabulary: every table, foldered by room (house.md §1, §3). Plain SeaORM entities; the
//! `table!` macro only spares each file the same three derive lines and ties its key and version.
//! To add a table: a file here, its columns in `migrations/`, its line in `for_each_table!`, its reach.

pub mod funds;
pub mod identity;
pub mod institutions;
pub mod journal;
pub mod needs;
pub mod notices;
pub mod registry;
pub mod supervision;

/// What every table file needs.
pub(crate) mod prelude {
    pub(crate) use crate::reach::{Keyed, Reach, reach};
    pub(crate) use crate::seal::{BlindIndex, Sealed};
    pub(crate) use crate::tables::table;
    pub(crate) use foundation::codes::*;
    pub(crate) use foundation::{
        Date, DistrictCode, Fen, Instant, ManagementPath, OccupationCode, Periods, SkillLevel, Uscc,
    };
    pub(crate) use foundation::{IdType, ids::*};
    pub(crate) use sea_orm::entity::prelude::{
        ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
        PrimaryKeyTrait,
    };
}

/// Declares an entity: table name, its key, then its columns. `key(id: Id)`: the key's type names this table's rows and
/// no other's; `plain_key` where it is no id. `keeps(rows)`: the database refuses to change or remove a row;
/// `keeps(rows but column)`: it lets that one be filled once. `version(version: Version)`: changed by compare-and-set.
macro_rules! table {
    (
        $(#[$meta:meta])* $table:literal key($key:ident : $key_column:ident) $(keeps($($keeps:tt)+))?
        $(version($version:ident : $version_column:ident))?
        { $(#[$key_meta:meta])* $id:ident : $id_type:ty, $($rest:tt)* }
    ) => {
        table!(
            $(#[$meta])* $table plain_key($key : $key_column) $(keeps($($keeps)+))?
            $(version($version : $version_column))?
            { $(#[$key_meta])* $id : $id_type, $($rest)* }
        );
        impl crate::reach::Names for $id_type {
            type Of = Entity;
            fn value(&self) -> sea_orm::Value {
                self.clone().into()
            }
        }
    };
    (
        $(#[$meta:meta])* $table:literal plain_key($key:ident : $key_column:ident) $(keeps($($keeps:tt)+))?
        $(version($version:ident : $version_column:ident))?
        { $($(#[$field_meta:meta])* $field:ident : $type:ty),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = $table)]
        pub struct Model { $($(#[$field_meta])* pub $field: $type),* }
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
        impl crate::row::FromRow for Model {
            fn from_row(row: &crate::row::Row<'_>) -> Result<Self, sea_orm::DbErr> {
                // A selection of an entity names its columns in this order.
                let mut places = 0..;
                Ok(Self { $($field: row.at(places.next().unwrap_or_default(), stringify!($field))?),* })
            }
        }
        impl Keyed for Entity {
            const KEY: Column = Column::$key_column;
            const VERSION: Option<Column> = table!(@version $($version_column)?);
            const FIELDS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($field), stringify!($type))),*];
            const KEEPS: crate::reach::Keeps = table!(@keeps $($($keeps)+)?);
            fn key(row: &Model) -> sea_orm::Value { row.$key.clone().into() }
            fn version(_row: &Model) -> i32 { table!(@get _row $($version)?) }
        }
    };
    (@keeps) => { crate::reach::Keeps::Nothing };
    (@keeps rows) => { crate::reach::Keeps::Rows };
    (@keeps rows but $column:ident) => { crate::reach::Keeps::RowsBut(stringify!($column)) };
    (@version) => { None };
    (@version $column:ident) => { Some(Column::$column) };
    (@get $row:ident) => { 0 };
    (@get $row:ident $field:ident) => { $row.$field };
}
pub(crate) use table;

/// Calls `$do!(room table)` for every table, parents before children: copy-db, schema tests.
#[macro_export]
macro_rules! for_each_table {
    ($do:ident) => {
        $do!(funds policy_parameter);
        $do!(identity setting);
        $do!(needs needs_item);
        $do!(institutions institution);
        $do!(institutions site);
        $do!(institutions room);
        $do!(institutions directory_item);
        $do!(institutions site_verification);
        $do!(institutions teacher);
        $do!(registry person);
        $do!(registry data_view);
        $do!(identity organisation);
        $do!(identity account);
        $do!(institutions payee_change);
        $do!(identity sign_in);
        $do!(identity one_time_link);
        $do!(identity idempotency);
        $do!(supervision training_class);
        $do!(supervision class_party);
        $do!(supervision review_line);
        $do!(supervision enrolment);
        $do!(supervision class_session);
        $do!(supervision attendance);
        $do!(supervision attendance_dispute);
        $do!(supervision inspection);
        $do!(supervision completion_exam);
        $do!(supervision exam_score);
        $do!(supervision certificate);
        $do!(supervision feedback);
        $do!(supervision stored_file);
        $do!(funds fund_account);
        $do!(funds payment_batch);
        $do!(funds claim);
        $do!(funds claim_item);
        $do!(funds payment_line);
        $do!(funds subsidy_slot);
        $do!(funds objection);
        $do!(notices task);
        $do!(journal fact);
        $do!(journal journal_node);
        $do!(journal journal_subject);
        $do!(journal journal_checkpoint);
    };
}
