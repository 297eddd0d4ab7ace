//! 谁看过我的资料 (M7.1; domain §12.1): every look at sealed data, for the person and for supervision.

use foundation::{PersonId, Stop};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::registry::data_view;

/// The last `most` looks at a person's data, newest first; the reader's reach decides whose.
pub async fn of(reader: &Reader, person: &PersonId, most: u64) -> Result<Vec<data_view::Model>, Stop> {
    reader
        .list::<data_view::Entity>(|q| {
            q.filter(data_view::Column::Person.eq(person.clone()))
                .order_by_desc(data_view::Column::At)
                .order_by_desc(data_view::Column::Id)
                .limit(most)
        })
        .await
}

/// What was looked at, in words.
pub fn word(what: &str) -> &'static str {
    match what {
        "id_number" => "证件号码",
        "phone" => "电话",
        "account" => "银行账号",
        "roster" => "名册",
        _ => "个人资料",
    }
}
