//! The public list of dated policy parameters (M8.1, M8.2): every rate, window and limit with its district, dates and
//! document, so that anybody can see what a class was reckoned under.

use axum::response::Response;
use desk::{Desk, Query, Read};
use foundation::limits::PAGE_ROWS;
use foundation::{DistrictCode, Fen, Permission, Scope, Stop};
use maud::html;
use reckoning::policy::{DESIGN_DEFAULT, key};
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder};
use store::tables::funds::policy_parameter;
use ui::{Column, Filter, Register, Row, tag};

/// The parameters.
pub struct PolicyRegister;
impl Read for PolicyRegister {
    const NAME: &'static str = "policy-register";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.2";
}

/// What each scheme pays for.
const SCHEMES: [(&str, &str); 2] = [("completion_certificate", "合格证班"), ("on_certificate", "取证补贴（个人见证）")];

desk::filters! {
    /// The filters of the register.
    pub Filters {
        /// What it pays for.
        scheme,
        /// District code.
        district,
        /// Whether a document stands behind it.
        source,
    }
}

impl Filters {
    fn condition(&self) -> Condition {
        use policy_parameter::Column as P;
        let mut all = Condition::all();
        if SCHEMES.iter().any(|(scheme, _)| *scheme == self.scheme) {
            all = all.add(P::Scheme.eq(self.scheme.as_str()));
        }
        if let Ok(district) = self.district.parse::<DistrictCode>() {
            all = all.add(P::District.eq(district));
        }
        match self.source.as_str() {
            "document" => all.add(P::Document.ne(DESIGN_DEFAULT)),
            "design" => all.add(P::Document.eq(DESIGN_DEFAULT)),
            _ => all,
        }
    }
}

/// `/policy`.
pub async fn register(desk: Desk, Query(filters): Query<Filters>) -> Response {
    listed(&desk, &filters).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn listed(desk: &Desk, filters: &Filters) -> Result<Response, Stop> {
    use policy_parameter::Column as P;
    let found = desk
        .read()
        .await?
        .page::<policy_parameter::Entity>(filters.page_number(), PAGE_ROWS, |q| {
            q.filter(filters.condition())
                .order_by_asc(P::Scheme)
                .order_by_asc(P::District)
                .order_by_asc(P::Name)
                .order_by_desc(P::EffectiveFrom)
        })
        .await?;
    let today = desk.today();
    let register = Register {
        title: "政策参数".into(),
        note: "每个标准、期限、比例都有生效日期和依据；班级批准开班时按当天生效的参数核算，之后不变".into(),
        path: "/policy".into(),
        query: filters.pairs(),
        filters: vec![
            Filter::choice("scheme", "补贴", SCHEMES),
            desk::filters::districts(&Scope::Everything),
            Filter::choice("source", "依据", [("document", "有文件依据"), ("design", "系统默认，各地可另定")]),
        ],
        columns: vec![
            Column::text("参数"),
            Column::text("补贴"),
            Column::text("地区"),
            Column::number("数值"),
            Column::text("生效"),
            Column::text("依据"),
        ],
        rows: found.rows.iter().map(|one| line(one, today)).collect(),
        total: found.total,
        page: found.number,
        per_page: found.size,
        empty: "还没有装入政策参数。系统管理员可在服务器上用 jinbu load-policy 装入。".into(),
        ..Register::default()
    };
    Ok(desk.page("政策参数", "/policy", html! { (register) }))
}

fn line(one: &policy_parameter::Model, today: foundation::Date) -> Row {
    let scheme =
        SCHEMES.iter().find(|(scheme, _)| *scheme == one.scheme).map_or(one.scheme.as_str(), |(_, label)| label);
    let until = one.effective_to.map_or_else(|| "至今".to_owned(), |last| format!("至 {}", ui::dates::full_day(last)));
    let state = if one.effective_from > today {
        Some(tag::look("未生效"))
    } else if one.effective_to.is_some_and(|last| last < today) {
        Some(tag::neutral("已失效"))
    } else {
        None
    };
    Row::plain(vec![
        html! { (label(&one.name)) },
        html! { (scheme) },
        html! { (one.district.full_name()) },
        html! { (value_text(&one.name, &one.unit, one.value)) },
        html! { (ui::dates::full_day(one.effective_from)) " " (until) @if let Some(state) = state { " " (state) } },
        html! {
            @if one.document == DESIGN_DEFAULT { span class="jb-faint" { "系统默认，各地可另定" } } @else { (one.document) }
        },
    ])
}

/// The parameter's Chinese name.
fn label(name: &str) -> String {
    if let Some(known) = key(name) {
        return known.label.to_owned();
    }
    let level = |code: &str| match code {
        "5" => "五级（初级工）",
        "4" => "四级（中级工）",
        "3" => "三级（高级工）",
        "2" => "二级（技师）",
        "1" => "一级（高级技师）",
        "specific" => "专项职业能力",
        _ => "其他",
    };
    match name {
        "multiplier_bp_six_groups" => "六类人员上浮系数".into(),
        "multiplier_bp_shortage" => "急需紧缺上浮系数".into(),
        "multiplier_bp_shortage_services" => "急需紧缺（综合服务类）上浮系数".into(),
        "multiplier_bp_shortage_manufacturing" => "急需紧缺（生产制造类）上浮系数".into(),
        other => other
            .strip_prefix("base_fen_level_")
            .map_or_else(|| other.to_owned(), |code| format!("基础标准：{}", level(code))),
    }
}

/// The value as people say it: yuan, days of the calendar, multiples.
fn value_text(name: &str, unit: &str, value: i64) -> String {
    match unit {
        "年月日" => format!("{}年{}月{}日", value / 10_000, value / 100 % 100, value % 100),
        "万分之一" => format!("{}.{:02} 倍", value / 10_000, value % 10_000 / 100),
        // 分 is also what an exam is marked in: only a name says that it is money.
        unit if name.split('_').any(|part| part == "fen") => {
            format!(
                "{} 元{}",
                ui::money::text(Fen(value)).trim_start_matches(['¥', ' ']),
                unit.strip_prefix('分').unwrap_or_default()
            )
        }
        "月" => format!("{} 个月", value),
        unit => format!("{} {unit}", value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_not_money() {
        let of = |name: &str, unit: &str, value: i64| value_text(name, unit, value);
        assert_eq!(of("exam_pass_line", "分", 60), "60 分");
        assert_eq!(of("fen_per_period", "分/课时", 2500), "25 元/课时");
        assert_eq!(of("base_fen_level_5", "分", 100_000), "1,000 元");
        assert_eq!(of("claim_months", "月", 12), "12 个月");
        assert_eq!(of("multiplier_bp_shortage", "万分之一", 13_000), "1.30 倍");
        assert_eq!(of("counted_from", "年月日", 20_231_220), "2023年12月20日");
    }
}
