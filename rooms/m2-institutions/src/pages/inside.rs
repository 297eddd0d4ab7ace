//! The inside of an institution (M2.1, M3.7): sites with rooms and verification, directory lines, teachers.
//! Both the authorities' dossier and the clerk's own page show these parts.

use std::collections::BTreeMap;

use foundation::at;
use foundation::codes::ReviewResult;
use foundation::{Date, InstitutionId, SiteId, Stop};
use m1_needs::doorway::NeedsItem;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::institutions::{directory_item, institution, room, site, site_verification, teacher};
use ui::{Button, Column, Markup, Row, Tag, dates, html, simple_table, tag};

use crate::queries;

/// Warn this many days before a verification or a line of the directory ends.
const WARN_DAYS: i64 = 30;
/// Licences take longer to renew.
pub const WARN_LICENCE_DAYS: i64 = 60;

/// Everything inside, within the reader's reach.
pub struct Inside {
    pub sites: Vec<site::Model>,
    pub rooms: Vec<room::Model>,
    /// Latest verification of each site.
    pub verified: BTreeMap<SiteId, site_verification::Model>,
    pub lines: Vec<directory_item::Model>,
    pub items: BTreeMap<String, NeedsItem>,
    pub teachers: Vec<teacher::Model>,
}

impl Inside {
    /// Reads all parts of an institution.
    pub async fn read(reader: &Reader, id: &InstitutionId) -> Result<Self, Stop> {
        let key = id.to_string();
        let sites = reader
            .list::<site::Entity>(|q| {
                q.filter(site::Column::Institution.eq(key.as_str())).order_by_asc(site::Column::Name)
            })
            .await?;
        let rooms = reader
            .list::<room::Entity>(|q| {
                q.filter(room::Column::Institution.eq(key.as_str())).order_by_asc(room::Column::Name)
            })
            .await?;
        let checks = reader
            .list::<site_verification::Entity>(|q| {
                q.filter(site_verification::Column::Institution.eq(key.as_str()))
                    .order_by_asc(site_verification::Column::VerifiedOn)
                    .order_by_asc(site_verification::Column::Id)
            })
            .await?;
        let lines = reader
            .list::<directory_item::Entity>(|q| {
                q.filter(directory_item::Column::Institution.eq(key.as_str())).order_by_asc(directory_item::Column::Id)
            })
            .await?;
        let items = queries::items_of(reader, &lines).await?;
        let teachers = crate::doorway::teachers(reader, id).await?;
        Ok(Self {
            sites,
            rooms,
            verified: checks.into_iter().map(|one| (one.site.clone(), one)).collect(),
            lines,
            items,
            teachers,
        })
    }

    /// Sites with rooms and verification; `act` gives the button of a site.
    pub fn sites_table(&self, today: Date, inside: bool, act: impl Fn(&site::Model) -> Option<Button>) -> Markup {
        if self.sites.is_empty() {
            return html! { p class="jb-faint" { "还没有登记培训场地。" } };
        }
        let mut columns = vec![Column::text("场地"), Column::text("地址"), Column::text("教室")];
        if inside {
            columns.extend([Column::text("实地核实"), Column::text("办理")]);
        }
        let rows: Vec<Row> = self
            .sites
            .iter()
            .map(|site| {
                let rooms: Vec<String> = self
                    .rooms
                    .iter()
                    .filter(|room| room.site == site.id)
                    .map(|room| format!("{}（{} 座）", room.name, room.seats))
                    .collect();
                let mut cells = vec![
                    html! { (site.name) },
                    html! { (site.address) },
                    html! { @if rooms.is_empty() { "—" } @else { (rooms.join("、")) } },
                ];
                if inside {
                    cells.push(html! { (verification_tag(self.verified.get(&site.id), today)) });
                    cells.push(html! { @if let Some(button) = act(site) { (button) } });
                }
                Row::plain(cells)
            })
            .collect();
        simple_table("培训场地", &columns, &rows)
    }

    /// Lines of the directory.
    pub fn lines_table(&self, today: Date, warn: bool) -> Markup {
        if self.lines.is_empty() {
            return html! { p class="jb-faint" { "还没有可开展的培训项目。" } };
        }
        let rows: Vec<Row> = self
            .lines
            .iter()
            .map(|line| {
                let site = self.sites.iter().find(|site| site.id == line.site).map_or("—", |site| site.name.as_str());
                let item = self.items.get(&line.needs_item.to_string());
                let until = if warn {
                    html! { (until_tag(line.valid_until, today)) }
                } else {
                    html! { (dates::full_day(line.valid_until)) }
                };
                Row::plain(vec![
                    html! {
                        @if let Some(item) = item {
                            a href=(at::NeedsItemPage(&item.id)) { (item.name) "（" (item.level.label()) "）" }
                        } @else {
                            "—"
                        }
                    },
                    html! { @if let Some(item) = item { (item.certificate_type.label()) } },
                    html! { (site) },
                    html! { (line.capacity) },
                    until,
                ])
            })
            .collect();
        simple_table(
            "可开展的培训项目",
            &[
                Column::text("培训项目"),
                Column::text("证书类型"),
                Column::text("场地"),
                Column::number("同时培训人数"),
                Column::text("有效期至"),
            ],
            &rows,
        )
    }

    /// Teachers; `act` gives the button of a teacher.
    pub fn teachers_table(&self, act: impl Fn(&teacher::Model) -> Option<Button>) -> Markup {
        if self.teachers.is_empty() {
            return html! { p class="jb-faint" { "还没有登记教师。" } };
        }
        let rows: Vec<Row> = self
            .teachers
            .iter()
            .map(|one| {
                Row::plain(vec![
                    html! { (one.name) },
                    html! { span class="jb-number" { (one.id_number_masked) } },
                    html! { (one.qualification) },
                    html! { span class="jb-number" { (one.certificate_no) } },
                    html! { (if one.full_time { "专职" } else { "兼职" }) },
                    html! { (certificate_tag(one)) },
                    html! { @if let Some(button) = act(one) { (button) } },
                ])
            })
            .collect();
        simple_table(
            "教师",
            &["姓名", "身份证号", "职称或等级", "证书编号", "用工", "证书核对", "办理"].map(Column::text),
            &rows,
        )
    }
}

fn certificate_tag(one: &teacher::Model) -> Tag {
    match one.certificate_verified_on {
        Some(day) => tag::good(format!("{}已核", dates::full_day(day))),
        None => tag::look("待核对"),
    }
}

/// What the latest verification means today.
pub fn verification_tag(latest: Option<&site_verification::Model>, today: Date) -> Tag {
    match latest {
        None => tag::act("未核实"),
        Some(one) if one.conclusion != ReviewResult::Pass => {
            tag::act(format!("{}{}", dates::day(one.verified_on), one.conclusion.label()))
        }
        Some(one) => until_tag(one.valid_until, today),
    }
}

/// A last day: calm, soon, over.
pub fn until_tag(until: Date, today: Date) -> Tag {
    let left = (until - today).num_days();
    match left {
        ..0 => tag::act(format!("{}已到期", dates::full_day(until))),
        0..=WARN_DAYS => tag::look(format!("{}到期，还有 {left} 天", dates::full_day(until))),
        _ => tag::good(format!("有效至{}", dates::full_day(until))),
    }
}

/// The facts of the directory line; the masked account only inside.
pub fn facts(row: &institution::Model, inside: bool) -> Markup {
    let mut all = vec![
        ("办学性质", row.kind.label().to_owned()),
        ("地址", row.address.clone()),
        ("联系人", row.contact.clone()),
        ("联系电话", row.phone.clone()),
        ("统一社会信用代码", row.uscc.to_string()),
        ("法定代表人", row.legal_person.clone()),
        ("办学许可证", format!("{}，{}到期", row.licence_no, dates::full_day(row.licence_until))),
        ("列入目录", format!("{} {}", row.listed_on.map(dates::full_day).unwrap_or_default(), row.document)),
    ];
    if inside {
        all.extend([("开户银行", row.bank.clone()), ("收款账号", row.account_masked.clone())]);
    }
    ui::facts_grid(&all)
}
