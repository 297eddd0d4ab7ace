//! The one vocabulary: every table, foldered by room (house.md §1, §3). Plain SeaORM entities; the
//! `table!` macro only spares each file the same three derive lines and ties its key and version.
//! To add a table: docs/adding.md.

/// Tables of the funds (M3, domain §7): parameters, accounts, claims, payments.
pub mod funds {
    pub mod claim;
    pub mod claim_item;
    pub mod fund_account;
    pub mod objection;
    pub mod payment_batch;
    pub mod payment_line;
    pub mod policy_parameter;
    pub mod subsidy_slot;
}
/// Tables of identity (M8): accounts, sign-ins, idempotency, settings.
pub mod identity {
    pub mod account;
    pub mod idempotency;
    pub mod one_time_link;
    pub mod organisation;
    pub mod setting;
    pub mod sign_in;
}
/// Tables of the institution directory (M2) and site verification (M3).
pub mod institutions {
    pub mod directory_item;
    pub mod institution;
    pub mod payee_change;
    pub mod room;
    pub mod site;
    pub mod site_verification;
    pub mod teacher;
}
/// Tables of the journal (house.md §0.4): facts, tree nodes, running numbers, checkpoints.
pub mod journal {
    pub mod fact;
    pub mod journal_checkpoint;
    pub mod journal_node;
    pub mod journal_subject;
}
/// Tables of the needs catalogue (M1).
pub mod needs {
    pub mod needs_item;
}
/// Tables of the queue (今日待办).
pub mod notices {
    pub mod task;
}
/// Tables of the real-name registry (M7.1): persons, and who looked at their data.
pub mod registry {
    pub mod data_view;
    pub mod person;
}
/// Tables of process supervision (M3): classes, rosters, sessions, attendance, inspections, exams, certificates,
/// feedback.
pub mod supervision {
    pub mod attendance;
    pub mod attendance_dispute;
    pub mod certificate;
    pub mod class_party;
    pub mod class_session;
    pub mod completion_exam;
    pub mod enrolment;
    pub mod exam_score;
    pub mod feedback;
    pub mod inspection;
    pub mod review_line;
    pub mod stored_file;
    pub mod training_class;
}

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
