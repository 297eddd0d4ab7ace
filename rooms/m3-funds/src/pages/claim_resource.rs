//! Claims for programs (M8.9; domain §7.3): the register as a list of the API.

use axum::http::HeaderMap;
use axum::response::Response;
use desk::{Desk, Query};
use foundation::codes::ClaimState;
use foundation::{ClaimId, Stop};
use serde::Serialize;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::claim;

use super::register_query::Asked;

#[derive(Serialize)]
struct Told {
    id: ClaimId,
    claim_no: String,
    class: foundation::ClassId,
    state: &'static str,
    persons: i32,
    total_fen: i64,
}

/// `/api/v1/claims`: in the order of their ids, `after`, `limit` ≤ 100; `state`.
pub async fn resource(desk: Desk, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let run = async {
        let limit = desk::api::limit(&asked.limit);
        let rows = desk
            .read()
            .await?
            .list::<claim::Entity>(|q| {
                let mut all = Condition::all();
                if let Ok(state) = asked.state.parse::<ClaimState>() {
                    all = all.add(claim::Column::State.eq(state));
                }
                if let Ok(after) = asked.after.parse::<ClaimId>() {
                    all = all.add(claim::Column::Id.gt(after));
                }
                q.filter(all).order_by_asc(claim::Column::Id).limit(limit)
            })
            .await?;
        let last = rows.last().map(|row| row.id.to_string());
        let items: Vec<Told> = rows.into_iter().map(told).collect();
        Ok::<_, Stop>(desk::api::list(&headers, &items, limit, last))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}

fn told(one: claim::Model) -> Told {
    Told {
        id: one.id,
        claim_no: one.claim_no,
        class: one.class,
        state: one.state.code(),
        persons: one.persons,
        total_fen: one.total.0,
    }
}
