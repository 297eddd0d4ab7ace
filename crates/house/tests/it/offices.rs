//! Every column of the matrix has somebody who signs in (M8; domain §1.3): a persona for each office of the state and
//! for each column that organisations have; his home and everything in his navigation open.

use std::collections::BTreeSet;

use foundation::{Office, OrganisationKind};
use testkit::Persona;
use testkit::web::Web;

use crate::sweep::Ground;

#[test]
fn m8_every_column_of_the_matrix_has_a_persona() {
    let kinds: BTreeSet<&str> = Persona::all().iter().map(|one| one.actor().office.parts().0).collect();
    let state = [
        "province",
        "employment_bureau",
        "assessment_centre",
        "technical_education_centre",
        "city",
        "county",
        "finance",
        "audit",
        "trainee",
    ];
    for kind in state.into_iter().chain(OrganisationKind::all().iter().map(|one| one.code())) {
        assert!(kinds.contains(kind), "{kind}: nobody signs in for it; a persona stands in testkit/src/personas.rs");
    }
}

/// The addresses of a page's main navigation.
fn navigation(page: &str) -> BTreeSet<String> {
    let begin = page.find("aria-label=\"主菜单\"").unwrap_or(page.len());
    let end = page[begin..].find("</nav>").map_or(page.len(), |at| begin + at);
    page[begin..end].split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_everybody_gets_home_and_everywhere_his_navigation_leads() {
    let house = Ground::get().copy().await;
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    for persona in Persona::all() {
        let office = persona.actor().office;
        let home = if matches!(office, Office::Trainee { .. }) { "/me" } else { "/" };
        let page = web.get(Some(*persona), home).await;
        assert_eq!(page.status, 200, "{persona:?}'s home");
        let ways = navigation(&page.text);
        assert!(ways.len() >= 2, "{persona:?} has nowhere to go: {ways:?}");
        for way in ways {
            let there = web.get(Some(*persona), &way).await;
            assert!(matches!(there.status, 200 | 303), "{persona:?} at {way}: {}", there.status);
        }
    }
}
