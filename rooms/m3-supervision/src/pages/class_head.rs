//! The top of a class's dossier: its state, whose turn it is until when, the acts of each side, and the
//! steps with dates and names (M3.1; pages.md "Dossier").

use desk::Desk;
use foundation::codes::{ClassState, FullProcessState};
use foundation::{AccountId, Instant, Stop, clock};
use store::query::{ColumnTrait, QueryFilter};
use store::tables::identity::account;
use store::tables::supervision::training_class;
use ui::{Button, DossierHead, Due, Step};

use super::classes::{due, number, state_tag};
use super::dossier::View;
use super::{attendance, completion};

/// Who did what, for the steps.
pub(super) struct Names {
    accepted: String,
    reviewed: String,
    decided: String,
}

impl Names {
    /// Only names are read beyond reach: institutions may know who handles their application.
    pub(super) async fn of(desk: &Desk, class: &training_class::Model) -> Result<Self, Stop> {
        let ids: Vec<AccountId> = [&class.accepted_by, &class.reviewed_by, &class.decided_by].into_iter().flatten().cloned().collect();
        if ids.is_empty() {
            return Ok(Self { accepted: String::new(), reviewed: String::new(), decided: String::new() });
        }
        let found = desk.as_system("names-of-officers").read().await?.list::<account::Entity>(|q| q.filter(account::Column::Id.is_in(ids))).await?;
        let name = |id: &Option<AccountId>| found.iter().find(|one| Some(&one.id) == id.as_ref()).map_or_else(String::new, |one| one.name.clone());
        Ok(Self { accepted: name(&class.accepted_by), reviewed: name(&class.reviewed_by), decided: name(&class.decided_by) })
    }
}

fn days_done(at: Option<Instant>, name: &str) -> String {
    at.map_or_else(String::new, |at| format!("{} {name}", ui::dates::day(clock::day_of(at))).trim_end().to_owned())
}

impl View<'_> {
    pub(super) fn head(&self) -> DossierHead {
        let class = self.class;
        let mut buttons = if self.own {
            self.own_buttons()
        } else if self.decides() {
            self.office_buttons()
        } else {
            Vec::new()
        };
        buttons.extend(attendance::main_buttons(self.desk, class));
        buttons.extend(completion::main_buttons(self.desk, class));
        DossierHead {
            title: class.title.clone(),
            state: Some(state_tag(class.state)),
            due: due(class).map(|day| Due::on(day, self.desk.today()).certain(self.desk.premises.calendar.is_certain(day))),
            number: number(class).into(),
            owner: class.institution_name.clone(),
            buttons,
        }
    }

    fn own_buttons(&self) -> Vec<Button> {
        let copy = Button::link("照此再办一期", format!("/classes/new?from={}", self.class.id));
        let withdraw = Button::link("撤销", self.at("withdraw"));
        let slips = Button::link("登录条", self.at("slips"));
        match self.class.state {
            ClassState::FullProcess(FullProcessState::Draft) | ClassState::FullProcess(FullProcessState::Returned) => {
                let submit = Button::post(self.submit_word(), self.at("submit")).field("pledge", "1").main();
                let submit = if self.failed() > 0 { submit.blocked_because(format!("还有 {} 项须处理", self.failed())) } else { submit };
                vec![
                    withdraw,
                    Button::link("教学计划", self.at("plan")),
                    Button::link("名册", self.at("roster")),
                    Button::link("课程表", self.at("timetable")),
                    submit,
                ]
            }
            ClassState::FullProcess(FullProcessState::Submitted) | ClassState::FullProcess(FullProcessState::UnderReview) => vec![withdraw],
            ClassState::FullProcess(FullProcessState::Approved) => vec![withdraw, copy, slips, Button::link("准予开班通知书", self.at("notice"))],
            ClassState::FullProcess(FullProcessState::Suspended)
            | ClassState::FullProcess(FullProcessState::Refused)
            | ClassState::FullProcess(FullProcessState::Withdrawn) => vec![copy],
            ClassState::FullProcess(FullProcessState::InTraining)
            | ClassState::FullProcess(FullProcessState::TrainingEnded)
            | ClassState::FullProcess(FullProcessState::Examining)
            | ClassState::FullProcess(FullProcessState::ResultsReview)
            | ClassState::FullProcess(FullProcessState::Certified) => {
                vec![copy, slips, Button::link("准予开班通知书", self.at("notice"))]
            }
            ClassState::FullProcess(FullProcessState::FeedbackDone)
            | ClassState::FullProcess(FullProcessState::Claimed)
            | ClassState::FullProcess(FullProcessState::Archived) => {
                vec![copy, Button::link("准予开班通知书", self.at("notice"))]
            }
        }
    }

    fn office_buttons(&self) -> Vec<Button> {
        let class = self.class;
        let recheck = Button::post("重新机审", self.at("recheck")).quiet();
        let (back, refuse) = (Button::link("退回补正", self.at("return")), Button::link("不予开班", self.at("refuse")).danger());
        let red = |button: Button| if self.failed() > 0 { button.blocked_because(format!("还有 {} 项须处理", self.failed())) } else { button };
        match class.state {
            ClassState::FullProcess(FullProcessState::Submitted) => vec![recheck, back, Button::post("受理", self.at("accept")).main()],
            ClassState::FullProcess(FullProcessState::UnderReview) if class.reviewed_by.is_none() => {
                let open = self.lines.iter().filter(|line| !line.by_machine && line.result.is_none()).count();
                let label = if open > 0 { format!("{open} 项人工核对无误，审核通过") } else { "审核通过".to_owned() };
                vec![recheck, back, refuse, red(Button::post(label, self.at("review")).field("all", "1").main())]
            }
            ClassState::FullProcess(FullProcessState::UnderReview) => {
                let approve = red(Button::post("准予开班", self.at("approve")).main());
                let mine = class.reviewed_by.is_some() && class.reviewed_by == self.desk.actor.account;
                vec![recheck, back, refuse, if mine { approve.blocked_because("您审核过本班，须由另一位工作人员批准") } else { approve }]
            }
            ClassState::FullProcess(FullProcessState::Approved) => {
                vec![Button::link("撤销", self.at("revoke")).danger(), Button::link("准予开班通知书", self.at("notice"))]
            }
            ClassState::FullProcess(FullProcessState::Suspended) => vec![Button::link("撤销", self.at("revoke")).danger()],
            ClassState::FullProcess(FullProcessState::Draft)
            | ClassState::FullProcess(FullProcessState::Returned)
            | ClassState::FullProcess(FullProcessState::Refused)
            | ClassState::FullProcess(FullProcessState::Withdrawn) => Vec::new(),
            ClassState::FullProcess(FullProcessState::InTraining)
            | ClassState::FullProcess(FullProcessState::TrainingEnded)
            | ClassState::FullProcess(FullProcessState::Examining)
            | ClassState::FullProcess(FullProcessState::ResultsReview)
            | ClassState::FullProcess(FullProcessState::Certified)
            | ClassState::FullProcess(FullProcessState::FeedbackDone)
            | ClassState::FullProcess(FullProcessState::Claimed)
            | ClassState::FullProcess(FullProcessState::Archived) => vec![Button::link("准予开班通知书", self.at("notice"))],
        }
    }

    pub(super) fn steps(&self, names: &Names) -> Vec<Step> {
        let (class, today) = (self.class, self.desk.today());
        let order = ["开班申请", "受理", "审核", "批准", "培训", "结业考核", "发证", "学员评价", "补贴"];
        let limit = || due(class).map_or_else(String::new, |day| format!("限 {}", ui::dates::near_day(day, today)));
        let turn = || if self.decides() { format!("你 · {}", limit()) } else { limit() };
        let (now, note) = match class.state {
            ClassState::FullProcess(FullProcessState::Draft) => (0, "草稿".to_owned()),
            ClassState::FullProcess(FullProcessState::Returned) => (0, format!("补正 · {}", limit())),
            ClassState::FullProcess(FullProcessState::Submitted) => (1, turn()),
            ClassState::FullProcess(FullProcessState::UnderReview) if class.reviewed_by.is_none() => (2, turn()),
            ClassState::FullProcess(FullProcessState::UnderReview) if class.reviewed_by == self.desk.actor.account => {
                (3, format!("等另一位同事 · {}", limit()))
            }
            ClassState::FullProcess(FullProcessState::UnderReview) => (3, turn()),
            ClassState::FullProcess(FullProcessState::Refused) => (3, days_done(class.decided_at, &names.decided)),
            ClassState::FullProcess(FullProcessState::Approved) => (4, format!("{} 开班", ui::dates::day(class.starts_on))),
            ClassState::FullProcess(FullProcessState::InTraining) => (4, format!("至 {}", ui::dates::day(class.ends_on))),
            ClassState::FullProcess(FullProcessState::Suspended) => (4, "中止".into()),
            ClassState::FullProcess(FullProcessState::TrainingEnded) => (5, "待录入成绩".into()),
            ClassState::FullProcess(FullProcessState::Examining) => (5, "待第二人确认".into()),
            ClassState::FullProcess(FullProcessState::ResultsReview) => (6, "待发证".into()),
            ClassState::FullProcess(FullProcessState::Certified) => (7, "进行中".into()),
            ClassState::FullProcess(FullProcessState::FeedbackDone) | ClassState::FullProcess(FullProcessState::Claimed) => (8, "办理中".into()),
            ClassState::FullProcess(FullProcessState::Archived) => (9, String::new()),
            ClassState::FullProcess(FullProcessState::Withdrawn) => {
                (if class.decided_at.is_some() { 4 } else { usize::from(class.submitted_at.is_some()) }, "已撤销".into())
            }
        };
        let dates = [
            days_done(class.submitted_at, ""),
            days_done(class.accepted_at, &names.accepted),
            days_done(class.reviewed_at, &names.reviewed),
            days_done(class.decided_at, &names.decided),
            ui::dates::range(class.starts_on, class.ends_on),
        ];
        let stopped = class.state.is_in(&[FullProcessState::Refused, FullProcessState::Suspended, FullProcessState::Withdrawn]);
        order
            .iter()
            .enumerate()
            .map(|(at, name)| match at.cmp(&now) {
                std::cmp::Ordering::Less => Step::done(*name, dates.get(at).cloned().unwrap_or_default()),
                std::cmp::Ordering::Equal if stopped => Step::stopped(*name, note.clone()),
                std::cmp::Ordering::Equal => Step::now(*name, note.clone()),
                std::cmp::Ordering::Greater => Step::to_come(*name),
            })
            .collect()
    }
}
