//! The needs catalogue of the demo, made by the acts of its offices (M1.2–M1.4): what the schools teach
//! towards a completion certificate, the certificate items that the cities pay by level, and some that
//! still wait for filing or publication.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use anyhow::{Result, anyhow};
use chrono::Datelike;
use foundation::codes::{CertificateType, ShortageClass, TrainingType};
use foundation::occupation::Occupation;
use foundation::{Actor, DistrictCode, NeedsItemId, SkillLevel};
use m1_needs::acts::{AddNeedsItem, FileNeedsItem, PublishNeedsItem};
use m1_needs::rules::NeedsItemFields;
use testkit::Persona;

use crate::offices::Offices;
use crate::schools::SEATS;
use crate::stage::Stage;

/// Where each item of each county ended up.
pub type Items = BTreeMap<(DistrictCode, &'static str), NeedsItemId>;

/// How far an item has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Drafted,
    Filed,
    Published,
}

/// Items for a level certificate: the province's base rate times the shortage's multiplier (闽人社发〔2024〕3号).
const BY_LEVEL: [(&str, &str, ShortageClass); 14] = [
    ("350100", "电工", ShortageClass::Manufacturing),
    ("350100", "家政服务员", ShortageClass::Service),
    ("350200", "半导体芯片制造工", ShortageClass::Manufacturing),
    ("350200", "养老护理员", ShortageClass::Service),
    ("350300", "制鞋工", ShortageClass::Manufacturing),
    ("350400", "健康照护师", ShortageClass::Service),
    ("350500", "缝纫工", ShortageClass::Manufacturing),
    ("350500", "互联网营销师", ShortageClass::Service),
    ("350600", "食用菌生产工", ShortageClass::Manufacturing),
    ("350700", "茶艺师", ShortageClass::Service),
    ("350800", "挖掘铲运和桩工机械司机", ShortageClass::Manufacturing),
    ("350900", "电池制造工", ShortageClass::Manufacturing),
    ("350900", "评茶师", ShortageClass::Manufacturing),
    ("350128", "民宿管家", ShortageClass::Service),
];
/// Level, base rate in yuan, fewest periods.
const LEVELS: [(SkillLevel, i64, i32); 3] =
    [(SkillLevel::Five, 700, 40), (SkillLevel::Four, 1000, 56), (SkillLevel::Three, 1500, 56)];
/// Next year's proposals: they wait in somebody's queue.
const WAITING: [(&str, &str, Came); 9] = [
    ("350582", "中式烹调师", Came::Drafted),
    ("350582", "无人机驾驶员", Came::Drafted),
    ("350582", "保育师", Came::Filed),
    ("350581", "电子商务师", Came::Drafted),
    ("350581", "物流服务师", Came::Filed),
    ("350500", "人工智能训练师", Came::Drafted),
    ("350500", "健康管理师", Came::Filed),
    ("350500", "消防设施操作员", Came::Filed),
    ("350500", "工业机器人系统运维员", Came::Filed),
];

/// Makes the catalogue: this year's was published long ago, next year's is on its way.
pub async fn make(stage: &Stage, schools: usize, offices: &Offices) -> Result<Items> {
    let mut items = Items::new();
    let today = foundation::clock::day_of(stage.curtain());
    for seat in &SEATS[..schools] {
        let district = testkit::district(seat.district);
        for name in seat.items {
            if let Entry::Vacant(place) = items.entry((district, *name)) {
                place.insert(
                    item(stage, &offices.drafter(district)?, completion(name, today.year()), Came::Published).await?,
                );
            }
        }
    }
    for (code, name, shortage) in BY_LEVEL {
        for (level, base, periods) in LEVELS {
            item(
                stage,
                &offices.drafter(testkit::district(code))?,
                by_level(name, today.year(), shortage, (level, base, periods)),
                Came::Published,
            )
            .await?;
        }
    }
    stage.travel_to(stage.curtain() - chrono::Duration::days(6));
    for (code, name, came) in WAITING {
        item(stage, &offices.drafter(testkit::district(code))?, completion(name, today.year() + 1), came).await?;
    }
    Ok(items)
}

fn completion(name: &str, year: i32) -> NeedsItemFields {
    let known = Occupation::named(name);
    NeedsItemFields {
        year,
        training_type: TrainingType::Employment,
        occupation: known.and_then(|one| one.code.clone()),
        name: name.into(),
        level: SkillLevel::Completion,
        certificate_type: CertificateType::Completion,
        periods_min: 20,
        periods_max: 80,
        online_cap_pct: 40,
        shortage_class: Some(
            if known.and_then(|one| one.code.as_ref()).is_some_and(|code| code.as_str().starts_with('6')) {
                ShortageClass::Manufacturing
            } else {
                ShortageClass::Service
            },
        ),
        rate_text: String::new(),
    }
}

fn by_level(
    name: &str,
    year: i32,
    shortage: ShortageClass,
    (level, base, periods): (SkillLevel, i64, i32),
) -> NeedsItemFields {
    let per_cent = if shortage == ShortageClass::Manufacturing { 130 } else { 120 };
    NeedsItemFields {
        year,
        training_type: TrainingType::Post,
        occupation: Occupation::named(name).and_then(|one| one.code.clone()),
        name: name.into(),
        level,
        certificate_type: CertificateType::SkillLevel,
        periods_min: periods,
        periods_max: 120,
        online_cap_pct: 40,
        shortage_class: Some(shortage),
        rate_text: format!(
            "每人{}元（基础标准{base}元×{}.{}，演示推算）",
            base * per_cent / 100,
            per_cent / 100,
            per_cent % 100 / 10
        ),
    }
}

async fn item(stage: &Stage, officer: &Actor, fields: NeedsItemFields, came: Came) -> Result<NeedsItemId> {
    let year = fields.year;
    let item = stage.by(officer, AddNeedsItem { fields }).await?.item;
    if came == Came::Drafted {
        return Ok(item);
    }
    let district = officer.office.district().ok_or_else(|| anyhow!("an office without a district drafts nothing"))?;
    stage
        .by(
            &Persona::ProvinceOfficer.actor(),
            FileNeedsItem { item: item.clone(), filing_no: format!("闽人社培备〔{year}〕演示{district}号") },
        )
        .await?;
    if came == Came::Published {
        stage
            .by(
                officer,
                PublishNeedsItem {
                    item: item.clone(),
                    document: format!("{}〔{year}〕演示3号", district.authority_name()),
                },
            )
            .await?;
    }
    Ok(item)
}
