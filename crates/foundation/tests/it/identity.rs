//! Identity documents, organisation codes, names, phones, accounts (M7; domain.md §12.7).

use foundation::codes::Sex;
use foundation::id_number::{IdError, age_on, check_letter, synthetic};
use foundation::personal::BadValue;
use foundation::uscc::{inner_check, outer_check};
use foundation::{AccountNumber, DistrictCode, IdDocument, IdType, PersonName, Phone, Uscc};
use proptest::prelude::*;
use proptest::sample::select;

use crate::{day, texts, vectors};

const TODAY: &str = "2026-03-02";

fn parse(id_type: IdType, text: &str) -> Result<IdDocument, IdError> {
    IdDocument::parse(id_type, text, day(TODAY), true)
}

fn type_of(number: &str) -> IdType {
    match &number[..6] {
        "810000" | "820000" => IdType::HkMoResidence,
        "830000" => IdType::TwResidence,
        _ => IdType::ResidentCard,
    }
}

#[test]
fn s12_7_vectors_of_gb_11643() {
    let vectors = vectors();
    let valid = texts(&vectors["gb11643_id_check"]["valid_synthetic"]);
    assert_eq!(valid.len(), 10);
    for number in valid {
        assert_eq!(parse(type_of(&number), &number).map(|id| id.reveal().to_owned()), Ok(number));
    }
    let invalid = texts(&vectors["gb11643_id_check"]["invalid"]);
    let errors: Vec<IdError> =
        invalid.iter().map(|number| parse(IdType::ResidentCard, number).expect_err(number)).collect();
    assert_eq!(
        errors,
        [
            IdError::WrongCheckDigit,
            IdError::BadDate,
            IdError::WrongLength { id_type: IdType::ResidentCard, expected: "18位", found: 17 }
        ]
    );
}

#[test]
fn m7_1_demo_numbers_are_refused_in_a_real_system() {
    let number = "350199199003070011";
    assert_eq!(IdDocument::parse(IdType::ResidentCard, number, day(TODAY), false), Err(IdError::SyntheticNotAllowed));
    assert!(IdDocument::parse(IdType::ResidentCard, "350102190001010015", day(TODAY), false).is_ok());
    assert!(parse(IdType::ResidentCard, number).expect("demo").is_synthetic());
    assert!(IdDocument::restore(IdType::ResidentCard, number).is_ok());
}

#[test]
fn s12_7_what_people_type_is_put_right() {
    for text in [
        "35019919000101009x",
        " 350199 19000101 009X ",
        "３５０１９９１９０００１０１００９ｘ",
        "'35019919000101009X",
        "350199\u{3000}19000101009Ｘ\u{200B}",
    ] {
        assert_eq!(parse(IdType::ResidentCard, text).expect(text).reveal(), "35019919000101009X");
    }
}

#[test]
fn s12_7_errors_say_what_and_how_to_fix_without_guessing() {
    let future = IdError::FutureBirth { birth: day("2027-01-01") };
    let number = synthetic(day("2027-01-01"), 1).expect("a number");
    let cases = [
        (IdType::ResidentCard, "", IdError::Empty),
        (IdType::ResidentCard, "3.50199E+17", IdError::Scientific),
        (IdType::ResidentCard, "35019919900307001A", IdError::WrongLetter { id_type: IdType::ResidentCard }),
        (IdType::ResidentCard, "350199X99003070011", IdError::WrongLetter { id_type: IdType::ResidentCard }),
        (IdType::ResidentCard, "990199199003070011", IdError::UnknownRegion),
        (
            IdType::ResidentCard,
            "810000190001010018",
            IdError::OtherKind { id_type: IdType::ResidentCard, looks_like: Some(IdType::HkMoResidence) },
        ),
        (
            IdType::TwResidence,
            "350199199003070011",
            IdError::OtherKind { id_type: IdType::TwResidence, looks_like: Some(IdType::ResidentCard) },
        ),
        (IdType::ResidentCard, "350199189912310011", IdError::BadDate),
        (IdType::ResidentCard, "350199199003070012", IdError::WrongCheckDigit),
        (IdType::ResidentCard, &number, future),
        (
            IdType::ResidentCard,
            "证号三五零一九九一九九零零三零七零零",
            IdError::WrongLetter { id_type: IdType::ResidentCard },
        ),
    ];
    for (id_type, text, expected) in cases {
        let error = parse(id_type, text).expect_err(text);
        assert_eq!(error, expected, "{text}");
        let sentence = error.sentence();
        assert!(sentence.contains("。请"), "{sentence}");
        assert!(text.len() < 6 || !sentence.contains(text), "the number must not leak: {sentence}");
        assert!(!BadValue::from(error.clone()).fact.is_empty());
        assert_eq!(error.refusal(&foundation::Rule { id: "E01", clause: "M7.1", source: "", fix: "" }).rule, "E01");
    }
    assert_eq!(IdError::WrongCheckDigit.sentence(), "证件号码校验位不对，有一位或几位写错了。请对照证件重新核对。");
}

#[test]
fn s12_7_other_documents() {
    for (id_type, good) in [
        (IdType::HkMoPass, "H12345678"),
        (IdType::HkMoPass, "m1234567801"),
        (IdType::TwPass, "12345678"),
        (IdType::ForeignPermanent, "USA350019900101"),
        (IdType::Passport, "EA1234567"),
    ] {
        assert!(parse(id_type, good).is_ok(), "{good}");
    }
    let first = "93584019900307001";
    let permanent = format!("{first}{}", check_letter(first).expect("digits"));
    let document = parse(IdType::ForeignPermanent, &permanent).expect("new form");
    assert_eq!((document.birth(), document.sex()), (Some(day("1990-03-07")), Some(Sex::Male)));
    for (id_type, bad) in [
        (IdType::HkMoPass, "A12345678"),
        (IdType::HkMoPass, "H1234567"),
        (IdType::TwPass, "1234567"),
        (IdType::TwPass, "1234567X"),
        (IdType::ForeignPermanent, "350199199003070011"),
        (IdType::ForeignPermanent, "US1350019900101"),
        (IdType::ForeignPermanent, "9"),
        (IdType::Passport, "A1"),
        (IdType::Passport, "护照12345"),
    ] {
        assert!(parse(id_type, bad).is_err(), "{bad}");
    }
}

#[test]
fn s12_1_documents_print_masked() {
    let document = parse(IdType::ResidentCard, "350199199003070011").expect("demo");
    assert_eq!(document.to_string(), "350199********0011");
    assert_eq!(format!("{document:?}"), "ID 350199********0011");
    assert_eq!((document.birth(), document.sex()), (Some(day("1990-03-07")), Some(Sex::Male)));
    let woman = parse(IdType::ResidentCard, "350199198512240029").expect("demo");
    assert_eq!(woman.sex(), Some(Sex::Female));
    let pass = parse(IdType::HkMoPass, "H12345678").expect("pass");
    assert_eq!((pass.masked().as_str(), pass.birth(), pass.sex()), ("H1*****78", None, None));
}

#[test]
fn s7_2_age_is_full_on_the_birthday() {
    assert_eq!(age_on(day("2010-03-02"), day("2026-03-01")), 15);
    assert_eq!(age_on(day("2010-03-02"), day("2026-03-02")), 16);
    assert_eq!(age_on(day("2008-02-29"), day("2026-02-28")), 17);
    assert_eq!(age_on(day("2008-02-29"), day("2026-03-01")), 18);
    assert_eq!(age_on(day("2027-01-01"), day("2026-01-01")), 0);
}

#[test]
fn s12_7_vectors_of_gb_32100() {
    let vectors = vectors();
    for code in texts(&vectors["gb32100_uscc_check"]["valid_synthetic"]) {
        assert_eq!(code.parse::<Uscc>().map(|uscc| uscc.to_string()), Ok(code.clone()));
        assert_eq!(code.to_ascii_lowercase().parse::<Uscc>().map(|uscc| uscc.to_string()), Ok(code));
    }
    let invalid = texts(&vectors["gb32100_uscc_check"]["invalid"]);
    let facts: Vec<String> = invalid.iter().map(|code| code.parse::<Uscc>().expect_err(code).fact).collect();
    assert!(facts[0].contains("最后一位") && facts[1].contains("“I”") && facts[2].contains("第17位"), "{facts:?}");
    assert!("9135".parse::<Uscc>().is_err());
    assert!("统一社会信用代码统一社会信用代码统一".parse::<Uscc>().is_err());
}

#[test]
fn s12_7_luhn_only_warns() {
    let vectors = vectors();
    for card in texts(&vectors["luhn_bank_card"]["valid_synthetic"]) {
        assert!(card.parse::<AccountNumber>().expect("digits").luhn_ok(), "{card}");
    }
    for card in texts(&vectors["luhn_bank_card"]["invalid"]) {
        assert!(!card.parse::<AccountNumber>().expect("digits").luhn_ok(), "{card}");
    }
    let account: AccountNumber = "6228 4800 1234 5678 903".parse().expect("blanks are fine");
    assert_eq!(
        (account.reveal(), format!("{account} {account:?}").as_str()),
        ("6228480012345678903", "****8903 ****8903")
    );
    for bad in ["1234567", "1234567890123456789012345678901", "62284800A2345678", "6.22848E+18"] {
        assert!(bad.parse::<AccountNumber>().is_err(), "{bad}");
    }
}

#[test]
fn s12_7_phones() {
    for text in [
        "13859501234",
        "138 5950 1234",
        "138-5950-1234",
        "+8613859501234",
        "86 138 5950 1234",
        "１３８５９５０１２３４",
    ] {
        let phone: Phone = text.parse().expect(text);
        assert_eq!((phone.reveal(), format!("{phone}{phone:?}").as_str()), ("13859501234", "138****1234138****1234"));
    }
    for bad in ["12859501234", "1385950123", "0595-85661234", "138595012345", "手机", ""] {
        assert!(bad.parse::<Phone>().is_err(), "{bad}");
    }
    assert_eq!(
        "1385950123".parse::<Phone>().expect_err("ten").sentence(),
        "手机号应为11位，现在是10位。请填写11位手机号。"
    );
}

#[test]
fn s12_7_names() {
    for (text, name, masked) in [
        ("林秀珍", "林秀珍", "林*珍"),
        ("黄勇", "黄勇", "黄*"),
        (" 张　三 ", "张三", "张*"),
        ("欧阳秀娟", "欧阳秀娟", "欧**娟"),
        ("买买提•阿不都", "买买提·阿不都", "买****都"),
        ("迪丽・热巴", "迪丽·热巴", "迪***巴"),
        ("𠮷田", "𠮷田", "𠮷*"),
        ("John Smith Jr.", "John Smith Jr.", "J****."),
    ] {
        let parsed: PersonName = text.parse().expect(text);
        assert_eq!((parsed.as_str(), parsed.masked().as_str(), format!("{parsed:?}").as_str()), (name, masked, masked));
    }
    for bad in ["", "林", "林1珍", "·林珍", "林珍·", "林<b>", &"林".repeat(51)] {
        assert!(bad.parse::<PersonName>().is_err(), "{bad}");
    }
}

fn a_number() -> impl Strategy<Value = String> {
    (select(DistrictCode::all().collect::<Vec<_>>()), 0i64..45_000, 0u16..1000).prop_map(|(district, days, serial)| {
        let birth = day("1900-01-01") + chrono::Duration::days(days);
        let first = format!("{district}{}{serial:03}", birth.format("%Y%m%d"));
        format!("{first}{}", check_letter(&first).expect("digits"))
    })
}

proptest! {
    /// The check letter finds every single wrong letter.
    #[test]
    fn s12_7_any_single_wrong_digit_is_refused(
        number in a_number(), place in 0usize..18, letter in select("0123456789X".chars().collect::<Vec<_>>())
    ) {
        prop_assert!(parse(IdType::ResidentCard, &number).is_ok());
        let mut letters: Vec<char> = number.chars().collect();
        prop_assume!(letters[place] != letter);
        letters[place] = letter;
        let wrong: String = letters.into_iter().collect();
        prop_assert!(parse(IdType::ResidentCard, &wrong).is_err());
    }
    /// No text makes the parsers panic, and what parses once parses again to the same.
    #[test]
    fn s12_7_any_text_is_read_or_refused(text in ".{0,24}") {
        for id_type in IdType::all() {
            if let Ok(document) = parse(*id_type, &text) {
                prop_assert_eq!(IdDocument::restore(*id_type, document.reveal()), Ok(document.clone()));
                prop_assert!(document.masked().contains('*') || document.reveal().len() <= 4);
            }
        }
        let _ = (text.parse::<Uscc>(), text.parse::<Phone>(), text.parse::<AccountNumber>());
        if let Ok(name) = text.parse::<PersonName>() {
            prop_assert_eq!(name.as_str().parse::<PersonName>(), Ok(name.clone()));
        }
    }
    /// Codes built from the two check letters parse; one changed letter does not.
    #[test]
    fn s12_7_any_single_wrong_letter_of_a_uscc_is_refused(
        front in "[1-9][1-9]350[1-9]0[0-9]", organisation in "[0-9A-HJ-NPQRTUWXY]{8}", place in 0usize..18,
        letter in "[0-9A-HJ-NPQRTUWXY]"
    ) {
        let first = format!("{front}{organisation}{}", inner_check(&organisation).expect("letters"));
        let code = format!("{first}{}", outer_check(&first).expect("letters"));
        prop_assert!(code.parse::<Uscc>().is_ok());
        prop_assume!(code[place..=place] != *letter);
        let mut wrong = code;
        wrong.replace_range(place..=place, &letter);
        prop_assert!(wrong.parse::<Uscc>().is_err());
    }
}
