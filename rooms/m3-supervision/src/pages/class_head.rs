//! The top of a class's dossier: its state, whose turn it is until when, the acts of each side, and the
//! steps with dates and names (M3.1; pages.md "Dossier").

use desk::Desk;
use desk::procedure::button;
use foundation::at;
use foundation::codes::{ClassState, FullProcessState};
use foundation::ids::TypedId;
use foundation::{AccountId, Instant, Stop, clock};
use store::tables::supervision::training_class;
use ui::{Button, DossierHead, Due, Step as Stage};

use super::classes::{due, number, state_tag};
use super::dossier::View;
use super::{attendance, completion};
use crate::declared::CLASS;
use crate::procedures::full_process::{FullProcess, Step};

/// Who did what, for the steps.
pub(super) struct Names {
    accepted: String,
    reviewed: String,
    decided: String,
}

impl Names {
    /// Only names are read beyond reach: institutions may know who handles their application.
    pub(super) async fn of(desk: &Desk, class: &training_class::Model) -> Result<Self, Stop> {
        let ids: Vec<AccountId> =
            [&class.accepted_by, &class.reviewed_by, &class.decided_by].into_iter().flatten().cloned().collect();
        if ids.is_empty() {
            return Ok(Self { accepted: String::new(), reviewed: String::new(), decided: String::new() });
        }
        let found = desk::accounts::names(&desk.as_system("names-of-officers").read().await?, ids).await?;
        let name = |id: &Option<AccountId>| id.as_ref().and_then(|id| found.get(id)).cloned().unwrap_or_default();
        Ok(Self {
            accepted: name(&class.accepted_by),
            reviewed: name(&class.reviewed_by),
            decided: name(&class.decided_by),
        })
    }
}

/// Whether trainees of the class still sign in by slips.
fn takes_slips(state: ClassState) -> bool {
    use FullProcessState::{Approved, Certified, Examining, InTraining, ResultsReview, TrainingEnded};
    state.is_in(&[Approved, InTraining, TrainingEnded, Examining, ResultsReview, Certified])
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
            due: due(class)
                .map(|day| Due::on(day, self.desk.today()).certain(self.desk.premises.calendar.is_certain(day))),
            number: number(class).into(),
            owner: class.institution_name.clone(),
            buttons,
        }
    }

    /// The button of a step that can be taken now, blocked with the reason where this person may not take it.
    fn step(&self, step: Step) -> Option<Button> {
        let button = button::<FullProcess>(self.desk, self.class, step, &CLASS.address(self.class.id.as_str()))?;
        let red = |button: Button| {
            if self.failed() > 0 && button.blocked.is_none() {
                button.blocked_because(format!("还有 {} 项须处理", self.failed()))
            } else {
                button
            }
        };
        Some(match step {
            Step::Submit | Step::Resubmit => red(button.field("pledge", "1")),
            Step::Review => {
                let open = self.lines.iter().filter(|line| !line.by_machine && line.result.is_none()).count();
                let label = if open > 0 {
                    format!("{open} 项人工核对无误，{}", button.label)
                } else {
                    button.label.clone()
                };
                red(Button { label, ..button }.field("all", "1"))
            }
            Step::Approve => red(button),
            _ => button,
        })
    }

    fn own_buttons(&self) -> Vec<Button> {
        let class = self.class;
        let mut buttons: Vec<Button> = self.step(Step::Withdraw).into_iter().collect();
        if class.state.is_in(&[FullProcessState::Draft, FullProcessState::Returned]) {
            buttons.extend(
                [("教学计划", "plan"), ("名册", "roster"), ("课程表", "timetable")]
                    .map(|(word, at)| Button::link(word, self.at(at))),
            );
        } else if !class.state.is_in(&[FullProcessState::Submitted, FullProcessState::UnderReview]) {
            buttons.push(Button::link("照此再办一期", at::ClassesNew.asking(&[("from", &class.id)])));
        }
        if takes_slips(class.state) {
            buttons.push(Button::link("登录条", self.at("slips")));
        }
        buttons.extend(self.notice());
        buttons.extend(self.step(Step::Submit).or_else(|| self.step(Step::Resubmit)));
        buttons
    }

    fn office_buttons(&self) -> Vec<Button> {
        let class = self.class;
        let mut buttons = Vec::new();
        if class.state.is_in(&[FullProcessState::Submitted, FullProcessState::UnderReview]) {
            buttons.push(Button::post("重新机审", self.at("recheck")).quiet());
        }
        // One reviews, another approves.
        let next = if class.reviewed_by.is_none() { Step::Review } else { Step::Approve };
        buttons.extend(
            [Step::Return, Step::Refuse, Step::Accept, next, Step::Revoke]
                .into_iter()
                .filter_map(|step| self.step(step)),
        );
        buttons.extend(self.notice());
        buttons
    }

    /// 准予开班通知书, for a class that was approved and not taken back.
    fn notice(&self) -> Option<Button> {
        let is_ended = self.class.state.is_in(&[
            FullProcessState::Suspended,
            FullProcessState::Refused,
            FullProcessState::Withdrawn,
        ]);
        (self.class.decided_at.is_some() && !is_ended).then(|| Button::link("准予开班通知书", self.at("notice")))
    }

    pub(super) fn steps(&self, names: &Names) -> Vec<Stage> {
        let (class, today) = (self.class, self.desk.today());
        let order = ["开班申请", "受理", "审核", "批准", "培训", "结业考核", "发证", "学员评价", "补贴"];
        let limit = || match due(class) {
            Some(day) if day < today => ui::dates::near_day(day, today),
            Some(day) => format!("限 {}", ui::dates::near_day(day, today)),
            None => String::new(),
        };
        let turn = || if self.decides() { format!("你 · {}", limit()) } else { limit() };
        let ClassState::FullProcess(state) = class.state;
        let (now, note) = match state {
            FullProcessState::Draft => (0, "草稿".to_owned()),
            FullProcessState::Returned => (0, format!("补正 · {}", limit())),
            FullProcessState::Submitted => (1, turn()),
            FullProcessState::UnderReview if class.reviewed_by.is_none() => (2, turn()),
            FullProcessState::UnderReview if class.reviewed_by == self.desk.actor.account => {
                (3, format!("等另一位同事 · {}", limit()))
            }
            FullProcessState::UnderReview => (3, turn()),
            FullProcessState::Refused => (3, days_done(class.decided_at, &names.decided)),
            FullProcessState::Approved => (4, format!("{} 开班", ui::dates::day(class.starts_on))),
            FullProcessState::InTraining => (4, format!("至 {}", ui::dates::day(class.ends_on))),
            FullProcessState::Suspended => (4, "中止".into()),
            FullProcessState::TrainingEnded => (5, "待录入成绩".into()),
            FullProcessState::Examining => (5, "待第二人确认".into()),
            FullProcessState::ResultsReview => (6, "待发证".into()),
            FullProcessState::Certified => (7, "进行中".into()),
            FullProcessState::FeedbackDone | FullProcessState::Claimed => (8, "办理中".into()),
            FullProcessState::Archived => (9, String::new()),
            FullProcessState::Withdrawn => (
                if class.decided_at.is_some() { 4 } else { usize::from(class.submitted_at.is_some()) },
                "已撤销".into(),
            ),
        };
        let dates = [
            days_done(class.submitted_at, ""),
            days_done(class.accepted_at, &names.accepted),
            days_done(class.reviewed_at, &names.reviewed),
            days_done(class.decided_at, &names.decided),
            ui::dates::range(class.starts_on, class.ends_on),
        ];
        let stopped =
            class.state.is_in(&[FullProcessState::Refused, FullProcessState::Suspended, FullProcessState::Withdrawn]);
        order
            .iter()
            .enumerate()
            .map(|(at, name)| match at.cmp(&now) {
                std::cmp::Ordering::Less => Stage::done(*name, dates.get(at).cloned().unwrap_or_default()),
                std::cmp::Ordering::Equal if stopped => Stage::stopped(*name, note.clone()),
                std::cmp::Ordering::Equal => Stage::now(*name, note.clone()),
                std::cmp::Ordering::Greater => Stage::to_come(*name),
            })
            .collect()
    }
}
