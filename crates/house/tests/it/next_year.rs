//! The house on other days: a demo told on any day of the year loads, and the journey runs in a year whose holiday
//! notice is not out yet, its deadlines flagged as uncertain instead of guessed (RTT's "run it next year").

use foundation::codes::FullProcessState;
use store::tables::supervision::training_class;
use testkit::web::Web;
use testkit::{Persona, TestHouse};

fn at(year: i32, month: u32, day: u32) -> foundation::Instant {
    foundation::clock::at_local(foundation::Date::from_ymd_opt(year, month, day).unwrap().and_hms_opt(9, 0, 0).unwrap())
}

/// Before and after the long holidays, at the year's ends, on a leap day, years ahead.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_can_be_told_on_any_day() {
    for (year, month, day) in [(2026, 2, 26), (2026, 10, 9), (2027, 2, 10), (2028, 2, 29)] {
        let house = TestHouse::at(at(year, month, day)).await;
        province::load(&house.premises, province::Size::Small)
            .await
            .unwrap_or_else(|error| panic!("on {year}-{month}-{day}: {error}"));
        house::tick(&house.system()).await.unwrap();
        let reader = house.system().read().await.unwrap();
        let classes = reader.list::<training_class::Entity>(|q| q).await.unwrap();
        assert!(
            classes.iter().any(|one| one.state == FullProcessState::InTraining)
                && classes.iter().any(|one| one.state == FullProcessState::Archived)
        );
        let report = house::evidence::verify_database(&house.premises).await.unwrap();
        assert!(report.is_clean(), "on {year}-{month}-{day}: {}", report.render());
        drop(reader);
        provisional(&house, year > 2026).await;
        house.discard().await;
    }
}

/// Deadlines counted in working days of a year without a holiday notice say so wherever they are shown; others don't.
async fn provisional(house: &TestHouse, expected: bool) {
    let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
    for path in ["/", "/classes", "/publicity"] {
        let page = web.get(Some(Persona::JinjiangOfficer), path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.text.contains("暂定"), expected, "{path} on {}", house.premises.clock.today());
    }
}
