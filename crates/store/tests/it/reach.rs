//! Reach: no scope sees or changes a row outside it, whatever the caller asks for (house.md §4).

use foundation::{DistrictCode, Fault, InstitutionId, ManagementPath, OrganisationId, PersonId, Scope, Stop};
use store::query::*;
use store::tables::needs::needs_item;
use store::tables::notices::task;

use crate::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn for_many_scopes_and_rows_the_list_lies_within_reach() {
    let house = house().await;
    let ids = ids();
    let mine: OrganisationId = ids.make(noon());
    let (rival, person): (OrganisationId, PersonId) = (ids.make(noon()), ids.make(noon()));
    let districts: Vec<DistrictCode> = DistrictCode::all().collect();
    let mut rows = Vec::new();
    for (n, district) in districts.iter().enumerate() {
        let mut row = task(&ids, *district, &format!("{n}"));
        row.organisation = [None, Some(mine.clone()), Some(rival.clone())][n % 3].clone();
        row.person = (n % 5 == 0).then(|| person.clone());
        rows.push(row);
    }
    let all = rows.clone();
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add_many::<task::Entity>(rows).await }))
        .await
        .unwrap();
    let mut scopes: Vec<Scope> = districts.iter().map(|d| Scope::Below(d.management_path())).collect();
    scopes.push(Scope::PersonAt(person.clone(), vec![InstitutionId::from(&mine)]));
    scopes.extend([
        Scope::Own(mine.clone()),
        Scope::Called(mine),
        Scope::Own(rival),
        Scope::Person(person),
        Scope::Open,
    ]);
    for scope in scopes {
        let expected: Vec<&task::Model> = all.iter().filter(|row| within(&scope, row)).collect();
        let reader = house.db.read(scope.clone()).await.unwrap();
        // A caller's own OR cannot widen it.
        let seen = reader
            .list::<task::Entity>(|q| {
                q.filter(Condition::any().add(task::Column::Title.is_not_null()).add(Expr::val(1).eq(1)))
            })
            .await
            .unwrap();
        assert_eq!(seen.len(), expected.len(), "{scope:?}");
        assert!(seen.iter().all(|row| within(&scope, row)), "{scope:?}");
        assert_eq!(reader.count::<task::Entity>(|q| q).await.unwrap(), expected.len() as u64);
    }
}

fn within(scope: &Scope, row: &task::Model) -> bool {
    match scope {
        Scope::Everything => true,
        Scope::Below(path) => path.covers(&row.path),
        Scope::Own(id) | Scope::Called(id) => row.organisation.as_ref() == Some(id),
        Scope::Person(id) => row.person.as_ref() == Some(id),
        Scope::PersonAt(id, at) => {
            row.person.as_ref() == Some(id)
                && row
                    .organisation
                    .as_ref()
                    .is_some_and(|one| at.iter().any(|other| OrganisationId::from(other) == *one))
        }
        Scope::Open => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fuzhou_does_not_reach_pingtan_and_the_province_does() {
    let house = house().await;
    let row = task(&ids(), district("350128"), "平潭");
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<task::Entity>(row).await }))
        .await
        .unwrap();
    let count = async |path: ManagementPath| {
        house.db.read(Scope::Below(path)).await.unwrap().count::<task::Entity>(|q| q).await.unwrap()
    };
    assert_eq!(count(district("350100").management_path()).await, 0);
    assert_eq!(count(ManagementPath::province()).await, 1);
    assert_eq!(count(district("350128").management_path()).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_neighbour_cannot_add_change_or_remove() {
    let house = house().await;
    let ids = ids();
    let (jinjiang, shishi) = (district("350582"), district("350581"));
    let row = needs_item(&ids, jinjiang, "缝纫工");
    let neighbour = Scope::Below(shishi.management_path());
    let copy = row.clone();
    let added = house
        .db
        .write(neighbour.clone(), move |work| Box::pin(async move { work.add::<needs_item::Entity>(copy).await }))
        .await;
    assert!(matches!(added, Err(Stop::Fault(Fault::Gone))), "{added:?}");
    let copy = row.clone();
    house
        .db
        .write(Scope::Below(jinjiang.management_path()), move |work| {
            Box::pin(async move { work.add::<needs_item::Entity>(copy).await })
        })
        .await
        .unwrap();
    let copy = row.clone();
    let saved = house
        .db
        .write(neighbour.clone(), move |work| {
            Box::pin(async move {
                work.save::<needs_item::Entity>(
                    &copy,
                    needs_item::ActiveModel { name: Set("改".into()), ..Default::default() },
                )
                .await
            })
        })
        .await;
    assert!(matches!(saved, Err(Stop::Fault(Fault::Stale))), "{saved:?}");
    let removed = house
        .db
        .write(neighbour, move |work| {
            Box::pin(async move { work.remove_all::<needs_item::Entity>(needs_item::Column::Name.is_not_null()).await })
        })
        .await
        .unwrap();
    assert_eq!(removed, 0);
}

/// Wall 3: with a predicate forgotten, PostgreSQL itself shows only what the scope reaches.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_row_level_security_stands_behind_the_type() {
    if !has_postgres() {
        assert_ne!(
            std::env::var("JINBU_TEST_DB").as_deref(),
            Ok("postgres"),
            "the PostgreSQL lane needs JINBU_TEST_PG"
        );
        return;
    }
    let house = postgres().await;
    let ids = ids();
    let rows: Vec<_> = ["350582", "350581", "350181"].iter().map(|code| task(&ids, district(code), code)).collect();
    house
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add_many::<task::Entity>(rows).await }))
        .await
        .unwrap();
    for (scope, expected) in [
        (Scope::Everything, 3),
        (Scope::Below(district("350582").management_path()), 1),
        (Scope::Below(district("350500").management_path()), 2),
        (Scope::Open, 0),
    ] {
        assert_eq!(
            store::db::count_without_predicate(&house.db, scope.clone(), "task").await.unwrap(),
            expected,
            "{scope:?}"
        );
    }
}
