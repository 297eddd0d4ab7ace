//! Who may administer which account, and what a login looks like (M8.4; domain §1.3 row 36: 下级、自身). Pure.

use crate::refusals::{ACCOUNT_NAME, ACCOUNT_REACH, HOLDER_NAME};
use foundation::organisation::Minder;
use foundation::{DistrictCode, Office, OrganisationKind, PersonName, Refusal};

const OF_ITSELF: &str = "请由该单位自己的系统管理员办理，首个账号请省级系统管理员建立";
const SOURCE: &str = "职责分工表第 36 行（账号/组织/审计日志）";
/// Shortest and longest login.
const LOGIN: std::ops::RangeInclusive<usize> = 3..=40;

/// Whether an administrator of `own` administers accounts of `other`, which sits in `district`. The province and
/// the bureau that runs the system administer every office; cities and counties their own HR offices and
/// everything that answers to these, but neither finance, industry nor audit: who pays and who audits must not
/// owe the account to whom he checks (`Minder::Itself`). The assessment centre minds assessment bodies. Everybody else
/// administers his own office.
pub fn administers(own: &Office, other: &Office, district: DistrictCode) -> bool {
    match (own, other) {
        (_, Office::Trainee { .. } | Office::Public | Office::System { .. }) => false,
        (Office::System { .. } | Office::Province | Office::EmploymentBureau, _) => true,
        (Office::AssessmentCentre, Office::AssessmentCentre) => true,
        (
            Office::City { district: own } | Office::County { district: own },
            Office::City { .. } | Office::County { .. },
        ) => own.management_path().covers(&district.management_path()),
        (Office::Finance { district: own }, Office::Finance { district: other }) => own == other,
        (Office::Organisation { organisation: own }, Office::Organisation { organisation: other }) => {
            own.kind == other.kind && own.id == other.id
        }
        (_, Office::Organisation { organisation }) => administers_kind(own, organisation.kind, district),
        (
            Office::AssessmentCentre
            | Office::City { .. }
            | Office::County { .. }
            | Office::Finance { .. }
            | Office::Organisation { .. }
            | Office::TechnicalEducationCentre
            | Office::Audit { .. }
            | Office::Trainee { .. }
            | Office::Public,
            _,
        ) => false,
    }
}

/// Whether an administrator of `own` opens accounts for organisations of this kind that sit in `district`.
pub fn administers_kind(own: &Office, kind: OrganisationKind, district: DistrictCode) -> bool {
    match own {
        Office::System { .. } | Office::Province | Office::EmploymentBureau => true,
        Office::AssessmentCentre => kind == OrganisationKind::AssessmentBody,
        Office::City { district: own } | Office::County { district: own } => {
            kind.of().minder == Minder::Superiors && own.management_path().covers(&district.management_path())
        }
        _ => false,
    }
}

/// The refusal of an account that somebody else must administer.
pub fn not_yours(own: &Office, other: &Office) -> Refusal {
    let fix = match other {
        Office::Finance { .. } => OF_ITSELF,
        Office::Organisation { organisation } if organisation.kind.of().minder == Minder::Itself => OF_ITSELF,
        Office::Audit { .. } | Office::TechnicalEducationCentre => "请联系省级系统管理员",
        Office::Trainee { .. } => "学员账号随登录条建立，请在班级页发登录条",
        _ => "请联系该单位或其上级的系统管理员",
    };
    ACCOUNT_REACH
        .refuse(format!("{}的系统管理员不能管理这个{}的账号", own.kind_label(), other.kind_label()))
        .source(SOURCE)
        .fix(fix)
        .at("office")
}

/// A login as it is stored, and every problem of login and name.
///
/// # Errors
/// What is wrong with either.
pub fn new_account(login: &str, name: &str) -> Result<(String, String), Vec<Refusal>> {
    let login = login.trim().to_lowercase();
    let mut no = Vec::new();
    let plain = login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'));
    if !plain || !LOGIN.contains(&login.len()) || !login.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        no.push(ACCOUNT_NAME.refuse("账号名不合要求").at("login"));
    } else if looks_like_a_document(&login) {
        no.push(
            ACCOUNT_NAME
                .refuse("账号名像证件号码或手机号")
                .source("个人信息保护")
                .fix("请换一个不含个人信息的账号名，例如 anhai-clerk")
                .at("login"),
        );
    }
    let name = match name.parse::<PersonName>() {
        Ok(name) => name.as_str().to_owned(),
        Err(bad) => {
            no.push(bad.refusal(&HOLDER_NAME).at("name"));
            String::new()
        }
    };
    if no.is_empty() { Ok((login, name)) } else { Err(no) }
}

fn looks_like_a_document(login: &str) -> bool {
    login.len() >= 11 && login.bytes().filter(u8::is_ascii_digit).count() >= 11
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(code: &str) -> DistrictCode {
        code.parse().expect("a district")
    }

    fn of(kind: OrganisationKind, district: DistrictCode) -> Office {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id");
        Office::Organisation { organisation: foundation::Organisation { kind, id, district } }
    }

    #[test]
    fn m8_4_administrators_reach_their_own_office_and_what_answers_to_it() {
        let (jinjiang, shishi, quanzhou) = (at("350582"), at("350581"), at("350500"));
        let county = |district| Office::County { district };
        let city = Office::City { district: quanzhou };
        assert!(administers(&county(jinjiang), &county(jinjiang), jinjiang));
        assert!(!administers(&county(jinjiang), &county(shishi), shishi), "not the neighbour's");
        assert!(!administers(&county(jinjiang), &city, quanzhou), "not the superior's");
        assert!(administers(&city, &county(jinjiang), jinjiang));
        let pingtan = at("350128");
        assert!(
            !administers(&Office::City { district: at("350100") }, &county(pingtan), pingtan),
            "Pingtan answers to the province"
        );
        assert!(administers(&Office::Province, &county(pingtan), pingtan));
        for other in [
            Office::Finance { district: jinjiang },
            Office::Audit { district: jinjiang },
            of(OrganisationKind::IndustryDepartment, jinjiang),
        ] {
            assert!(
                !administers(&county(jinjiang), &other, jinjiang),
                "who pays or audits owes nothing to whom he checks"
            );
            assert!(!administers(&city, &other, jinjiang));
            assert!(administers(&Office::EmploymentBureau, &other, jinjiang));
        }
        assert!(administers(
            &Office::Finance { district: jinjiang },
            &Office::Finance { district: jinjiang },
            jinjiang
        ));
        assert!(!administers(
            &Office::Finance { district: quanzhou },
            &Office::Finance { district: jinjiang },
            jinjiang
        ));
    }

    #[test]
    fn logins_are_plain_and_hold_no_personal_data() {
        assert_eq!(new_account(" Anhai-Clerk ", "李雪梅").unwrap(), ("anhai-clerk".into(), "李雪梅".into()));
        for bad in ["", "ab", "-x-", "有汉字", "a b", "13800138000", "35058219900101001x", &"x".repeat(41)] {
            assert!(new_account(bad, "李雪梅").is_err(), "{bad}");
        }
        assert_eq!(new_account("x", "").unwrap_err().len(), 2, "both at once");
    }
}
