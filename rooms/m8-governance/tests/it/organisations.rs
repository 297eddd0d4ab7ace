//! Organisations that stand in no directory of their own (M8.4; domain §1.3 row 36; decisions/0017): who registers
//! them, whose accounts they are, and that nobody calls one kind another.

use foundation::codes::AccountRole;
use foundation::{Fault, Office, Organisation, OrganisationKind, Stop};
use m8_governance::acts::opening::{CreateAccount, OpenOrganisation};
use store::query::*;
use store::tables::identity::{account, organisation};
use store::tables::journal::fact;
use testkit::{JINJIANG, Persona, TestHouse, district};

fn opening(kind: OrganisationKind, name: &str, at: &str, login: &str) -> OpenOrganisation {
    OpenOrganisation {
        kind,
        organisation: name.into(),
        district: district(at),
        login: login.into(),
        name: "郑小明".into(),
        role: AccountRole::Administrator,
    }
}

fn is_gone<T>(done: &Result<T, Stop>) -> bool {
    matches!(done, Err(Stop::Fault(Fault::Gone)))
}

async fn registered(house: &TestHouse) -> u64 {
    house.system().read().await.unwrap().count::<organisation::Entity>(|q| q).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_4_an_organisation_is_registered_once_whatever_its_blanks() {
    let house = TestHouse::new().await;
    let admin = house.desk(Persona::JinjiangAdministrator);
    let before = registered(&house).await;
    admin.perform(opening(OrganisationKind::Enterprise, "晋江市 鸿达鞋业", JINJIANG, "hongda-1")).await.unwrap();
    admin
        .perform(opening(OrganisationKind::Enterprise, " 晋江市\u{3000}鸿达鞋业 ", JINJIANG, "hongda-2"))
        .await
        .unwrap();
    assert_eq!(registered(&house).await, before + 1, "the second account is the same organisation's");
    let reader = house.system().read().await.unwrap();
    let accounts =
        reader.list::<account::Entity>(|q| q.filter(account::Column::Login.starts_with("hongda-"))).await.unwrap();
    assert_eq!(accounts.len(), 2);
    assert_eq!(
        (&accounts[0].organisation, &accounts[0].office_ref),
        (&accounts[1].organisation, &accounts[1].office_ref)
    );
    assert!(accounts[0].organisation.is_some());
    let told =
        reader.count::<fact::Entity>(|q| q.filter(fact::Column::Fact.eq("OrganisationRegistered"))).await.unwrap();
    assert_eq!(told, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_4_who_minds_itself_or_sits_elsewhere_is_not_the_countys_to_open() {
    let house = TestHouse::new().await;
    let (admin, before) = (house.desk(Persona::JinjiangAdministrator), registered(&house).await);
    for (kind, at) in [
        (OrganisationKind::IndustryDepartment, JINJIANG),
        (OrganisationKind::Enterprise, "350581"),
        (OrganisationKind::TrainingInstitution, JINJIANG),
    ] {
        let refused = admin.perform(opening(kind, "某单位", at, "somebody")).await;
        assert!(matches!(refused, Err(Stop::Refused(_))), "{kind:?} in {at}");
    }
    assert_eq!(registered(&house).await, before, "who is refused has registered nothing");
}

/// The row says what an organisation is, not whoever asks: a department is no enterprise because a county says so.
#[tokio::test(flavor = "multi_thread")]
async fn m8_4_nobody_calls_one_kind_another() {
    let house = TestHouse::new().await;
    for (asker, theirs, called) in [
        (Persona::JinjiangAdministrator, Persona::Base, OrganisationKind::Enterprise),
        (Persona::JinjiangAdministrator, Persona::IndustryDepartment, OrganisationKind::Enterprise),
    ] {
        let own = theirs.actor().office.organisation().expect("an organisation").clone();
        let office =
            Office::Organisation { organisation: Organisation { kind: called, district: district(JINJIANG), ..own } };
        let act = CreateAccount {
            office,
            office_name: String::new(),
            login: "false-flag".into(),
            name: "郑小明".into(),
            role: AccountRole::Administrator,
        };
        assert!(is_gone(&house.desk(asker).perform(act).await), "{theirs:?} as {called:?}");
    }
}

/// Its own administrator opens accounts for his colleagues, and for nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn m8_4_an_organisation_minds_its_own_accounts() {
    let house = TestHouse::new().await;
    let admin = house.desk(Persona::JinjiangAdministrator);
    admin.perform(opening(OrganisationKind::Base, "晋江市第二实训基地", JINJIANG, "base-two")).await.unwrap();
    let reader = house.system().read().await.unwrap();
    let holder = reader.find::<account::Entity>(account::Column::Login.eq("base-two")).await.unwrap().unwrap();
    let actor = desk::session::actor_of(&holder).unwrap();
    let own = desk::Desk::of(std::sync::Arc::clone(&house.premises), actor.clone());
    let colleague = |office: &Office, login: &str| CreateAccount {
        office: office.clone(),
        office_name: String::new(),
        login: login.into(),
        name: "林小芳".into(),
        role: AccountRole::Staff,
    };
    own.perform(colleague(&actor.office, "base-two-staff")).await.unwrap();
    let other = own.perform(colleague(&Persona::Base.actor().office, "spy")).await;
    assert!(other.is_err(), "another base's accounts are not its own");
}
