//! Rows of the directories and the registry as the room's tests know them.

use foundation::codes::{CertificateType, DirectoryState, InstitutionKind, NeedsState, TrainingType};
use foundation::ids::TypedId;
use foundation::{IdDocument, IdType, InstitutionId, NeedsItemId, Periods, SkillLevel, TeacherId};
use store::seal::Purpose;
use store::tables::institutions::{institution, teacher};
use store::tables::needs::needs_item;
use store::tables::registry::person;
use testkit::{JINJIANG, district};

use super::{NAMES, day, document, person_id};

pub fn needs(id: NeedsItemId, name: &str) -> needs_item::Model {
    needs_item::Model {
        id,
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
        year: 2026,
        training_type: TrainingType::Employment,
        occupation: None,
        name: name.into(),
        level: SkillLevel::all()[0],
        certificate_type: CertificateType::Completion,
        periods_min: Periods(20),
        periods_max: Periods(80),
        online_cap_pct: 40,
        shortage: false,
        shortage_class: None,
        rate_text: "每课时25元，20—80课时".into(),
        state: NeedsState::Published,
        filing_no: "晋人社备〔2026〕1号".into(),
        document: "晋人社〔2026〕12号".into(),
        published_on: Some(day(2026, 1, 20)),
        created_at: testkit::start_of_tests(),
        version: 1,
    }
}

pub fn listed(desk: &desk::Desk, id: InstitutionId, name: &str, serial: i32) -> institution::Model {
    let (keyring, account) = (&desk.premises.keyring, format!("95588014080001{serial:05}"));
    let sealed = keyring.seal(Purpose::Account, id.as_str(), &account, desk.premises.ids.bytes());
    institution::Model {
        id,
        uscc: uscc(serial),
        name: name.into(),
        kind: InstitutionKind::PrivateTrainingSchool,
        serial,
        licence_no: format!("人社民35058243000{serial:02}号"),
        licence_until: day(2028, 6, 30),
        legal_person: "李雪梅".into(),
        address: "晋江市安海镇成功东路1号".into(),
        contact: "李雪梅".into(),
        phone: "0595-85780001".into(),
        bank: "泉州银行晋江支行".into(),
        account: Some(sealed),
        account_index: Some(keyring.index(Purpose::Account, &account)),
        account_masked: format!("****{serial:04}"),
        state: DirectoryState::Listed,
        listed_on: Some(day(2026, 1, 20)),
        document: "晋人社〔2026〕15号".into(),
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
        created_at: desk.now(),
        version: 1,
    }
}

/// A credit code that passes both its checks.
pub fn uscc(serial: i32) -> foundation::Uscc {
    let inner = format!("MJB{serial:05}");
    let first = format!("52350582{inner}{}", foundation::uscc::inner_check(&inner).unwrap());
    format!("{first}{}", foundation::uscc::outer_check(&first).unwrap()).parse().unwrap()
}

pub fn teaches(desk: &desk::Desk, id: TeacherId, of: InstitutionId, name: &str, serial: u16) -> teacher::Model {
    let number = foundation::id_number::synthetic(day(1980, 1, 1), serial).unwrap();
    let paper = IdDocument::restore(IdType::ResidentCard, &number).unwrap();
    let keyring = &desk.premises.keyring;
    teacher::Model {
        id_number: keyring.seal(Purpose::IdNumber, id.as_str(), paper.reveal(), desk.premises.ids.bytes()),
        id_number_index: keyring.index(Purpose::IdNumber, &paper.index_text()),
        id_number_masked: paper.masked(),
        id,
        institution: of,
        name: name.into(),
        qualification: "育婴员 二级/技师".into(),
        certificate_no: "S000035058200001".into(),
        certificate_verified_on: Some(day(2026, 9, 1)),
        full_time: true,
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
        created_at: desk.now(),
        version: 1,
    }
}

pub fn registered(desk: &desk::Desk, n: usize) -> person::Model {
    let (id, paper, keyring) = (person_id(n), document(n), &desk.premises.keyring);
    let phone: foundation::Phone = format!("138050{n:05}").parse().unwrap();
    person::Model {
        name: NAMES[n].into(),
        id_type: IdType::ResidentCard,
        id_number: keyring.seal(Purpose::IdNumber, id.as_str(), paper.reveal(), desk.premises.ids.bytes()),
        id_number_index: keyring.index(Purpose::IdNumber, &paper.index_text()),
        id_number_masked: paper.masked(),
        sex: paper.sex().map_or("", |one| one.label()).into(),
        birth: paper.birth().unwrap(),
        phone: Some(keyring.seal(Purpose::Phone, id.as_str(), phone.reveal(), desk.premises.ids.bytes())),
        phone_index: Some(keyring.index(Purpose::Phone, phone.reveal())),
        phone_masked: phone.masked(),
        education: "初中".into(),
        id,
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
        created_at: desk.now(),
        version: 1,
    }
}
