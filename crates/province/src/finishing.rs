//! A class's story after its last meeting: exam, certificates, feedback, and the claim to the paid yuan.

use anyhow::{Result, anyhow};
use chrono::Duration;
use foundation::{ClaimId, PaymentBatchId};
use m3_funds::acts::draft::DraftClaim;
use m3_funds::acts::objection::RaiseObjection;
use m3_funds::acts::payment::{ApprovePaymentBatch, MakePaymentBatch, SettlePaymentBatch, SettledLine};
use m3_funds::acts::review::{
    EndPublicity, FirstReviewClaim, PublishClaim, ReturnClaim, SecondReviewClaim, SubmitClaim,
};
use m3_supervision::acts::certificate::IssueCertificates;
use m3_supervision::acts::exam::{ConfirmExam, EnterScores, eligible};
use m3_supervision::acts::feedback::{FinishFeedback, GiveFeedback};
use m3_supervision::jobs::attendance::EndTraining;
use m3_supervision::rules::completion::{Marks, Sitting};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::payment_line;

use crate::plan::{self, Ending};
use crate::stage::told;
use crate::story::Teller;

/// What trainees write; most write nothing.
const WORDS: [&str; 8] = [
    "老师很有耐心，实操讲得细。",
    "学到了真本事，希望多开这样的班。",
    "实操时间再长一点就更好了。",
    "教室有点挤，其他都好。",
    "课后还帮我们介绍工作，很感谢。",
    "晚上的网课卡过两次。",
    "教材内容有点旧。",
    "时间安排合理，不耽误接送孩子。",
];

impl Teller<'_> {
    /// From the end of the training to the end of the feedback. False: the story ends here.
    pub async fn finish(&self) -> Result<bool> {
        let (stage, class, ending) = (self.stage, || self.class.clone(), self.plot.ending);
        stage.at(self.after_end(1), 8, 0);
        stage.job(EndTraining { class: class() }).await?;
        if ending == Ending::TrainingEnded {
            return Ok(false);
        }
        self.examine().await?;
        if ending == Ending::Examining {
            return Ok(false);
        }
        stage.at(self.after_end(plan::EXAM + 1), 10, 15);
        stage.by(self.officer(), ConfirmExam { class: class() }).await?;
        if ending == Ending::ResultsReview {
            return Ok(false);
        }
        stage.at(self.after_end(plan::EXAM + 1), 15, 0);
        stage.by(&self.school.clerk, IssueCertificates { class: class() }).await?;
        self.feedback().await?;
        if ending == Ending::Certified {
            return Ok(false);
        }
        // Where nobody answers, the policy's days must pass first.
        stage.at(self.after_end(if ending == Ending::ClaimClosed { plan::UNHEARD } else { plan::FINISH }), 0, 10);
        stage.job(FinishFeedback { class: class() }).await?;
        Ok(ending != Ending::FeedbackDone)
    }

    async fn examine(&self) -> Result<()> {
        let held_on = self.after_end(plan::EXAM);
        self.stage.at(held_on, 16, 30);
        let row = self.row().await?;
        let policy = desk::policy::pinned(row.policy.as_deref()).map_err(told)?;
        let reader = self.stage.read().await?;
        let may_sit = eligible(&reader, &row, &policy).await.map_err(told)?;
        drop(reader);
        let mark = |n: usize, part: usize, fails: bool| {
            let mark = if fails { 41 + self.chance(part + n * 4, 18) } else { 62 + self.chance(part + n * 4, 36) };
            i32::try_from(mark).unwrap_or(0)
        };
        let marks = self
            .places()
            .await?
            .into_iter()
            .enumerate()
            .filter(|(_, one)| may_sit.contains(&one.id))
            .map(|(n, one)| {
                let luck = if n < self.plot.trainees { self.chance(30_000 + n, 40) } else { 9 };
                Marks {
                    enrolment: one.id,
                    theory: mark(n, 31_000, false),
                    practice: mark(n, 32_000, luck == 0),
                    absent: luck == 1,
                }
            })
            .collect();
        let sitting = Sitting {
            held_on,
            examiner: crate::names::name(self.number * 11 + 2),
            second_examiner: crate::names::name(self.number * 11 + 3),
            method: "理论笔试＋现场操作".into(),
        };
        self.stage.by(&self.school.clerk, EnterScores { class: self.class.clone(), sitting, marks }).await
    }

    /// Nineteen of twenty answer; a class that still waits has heard from some, one that nobody can be paid for from
    /// none.
    async fn feedback(&self) -> Result<()> {
        if self.plot.ending == Ending::ClaimClosed {
            return Ok(());
        }
        self.stage.at(self.after_end(plan::EXAM + 2), 19, 5);
        let waits = self.plot.ending == Ending::Certified;
        let places = self.places().await?;
        let last = places.len().saturating_sub(1);
        for (n, place) in places.into_iter().enumerate().filter(|(_, one)| one.passed == Some(true)) {
            let persona = self.plot.personas && n + 1 >= last;
            let answers = match (persona, waits) {
                // Both are still asked about the class that waits.
                (true, waits) => !waits,
                (false, true) => self.chance(40_000 + n, 100) < 45,
                (false, false) => self.chance(40_000 + n, 100) < 95,
            };
            if answers {
                self.stage.by(&self.trainee(&place).await?, self.answer(n)).await?;
            }
        }
        Ok(())
    }

    fn answer(&self, n: usize) -> GiveFeedback {
        let mark = |part: usize| 5 - [0, 0, 0, 0, 1, 1, 2, 0][self.chance(41_000 + n * 8 + part, 8)];
        GiveFeedback {
            class: self.class.clone(),
            teacher: mark(0),
            content: mark(1),
            practice: mark(2),
            management: mark(3),
            employment_help: mark(4),
            attended_in_person: true,
            was_charged: false,
            text: if self.chance(42_000 + n, 5) == 0 {
                WORDS[self.chance(43_000 + n, WORDS.len())].into()
            } else {
                String::new()
            },
        }
    }

    /// From the drafted claim to the paid one.
    pub async fn claim(&self) -> Result<()> {
        let (stage, ending) = (self.stage, self.plot.ending);
        let claim = stage.job(DraftClaim { class: self.class.clone() }).await?;
        if matches!(ending, Ending::ClaimDrafted | Ending::ClaimClosed) {
            return Ok(());
        }
        stage.at(self.after_end(plan::SUBMIT), 9, 30);
        if !stage.by(&self.school.clerk, SubmitClaim { claim: claim.clone() }).await?.submitted {
            return Err(anyhow!("the claim changed between its draft and its submission"));
        }
        if ending == Ending::ClaimSubmitted {
            return Ok(());
        }
        if ending == Ending::ClaimReturned {
            stage.at(self.after_end(plan::SUBMIT + 2), 11, 0);
            let note = "第 3 次课的教学日志与点名人数对不上，请说明；收款账户开户许可证已过期，请换发后再报。".into();
            return stage.by(self.officer(), ReturnClaim { claim, note }).await;
        }
        stage.at(self.after_end(plan::FIRST_REVIEW), 15, 40);
        stage.by(self.officer(), FirstReviewClaim { claim: claim.clone() }).await?;
        if ending == Ending::ClaimFirstReviewed {
            return Ok(());
        }
        stage.at(self.after_end(plan::SECOND_REVIEW), 10, 10);
        stage.by(self.reviewer(), SecondReviewClaim { claim: claim.clone() }).await?;
        if ending == Ending::ClaimSecondReviewed {
            return Ok(());
        }
        stage.at(self.after_end(plan::PUBLISH), 9, 0);
        stage.by(self.officer(), PublishClaim { claim: claim.clone() }).await?;
        if ending == Ending::ClaimObjected {
            stage.at(self.after_end(plan::PUBLISH), 20, 30);
            let reason = "名单里第 3 位学员是我邻居，那几天她在外地，请核实她有没有来上课。".into();
            return stage.public(RaiseObjection { claim, reason, contact: "13950012345".into() }).await.map(|_| ());
        }
        if ending == Ending::ClaimPublished { Ok(()) } else { self.pay(claim).await }
    }

    async fn pay(&self, claim: ClaimId) -> Result<()> {
        let (stage, ending) = (self.stage, self.plot.ending);
        let row = stage.read().await?.get(&claim).await.map_err(told)?;
        let until = row.publicity_until.ok_or_else(|| anyhow!("publicity without an end"))?;
        let later = |days: i64| until + Duration::days(days);
        stage.at(later(1), 0, 10);
        stage.job(EndPublicity { claim: claim.clone() }).await?;
        if ending == Ending::ClaimNoObjection {
            return Ok(());
        }
        stage.at(later(2), 9, 15);
        let batch = stage.by(&self.school.county.officers[2], MakePaymentBatch { claims: vec![claim.clone()] }).await?;
        if ending == Ending::ClaimBatched {
            return Ok(());
        }
        stage.at(later(4), 15, 0);
        stage.by(&self.school.county.finance, ApprovePaymentBatch { batch: batch.clone() }).await?;
        if ending == Ending::ClaimPaying {
            return Ok(());
        }
        stage.at(later(6), 10, 45);
        self.settle(claim, batch, ending == Ending::Paid).await
    }

    async fn settle(&self, claim: ClaimId, batch: PaymentBatchId, paid: bool) -> Result<()> {
        let reader = self.stage.read().await?;
        let lines = reader
            .list::<payment_line::Entity>(|q| {
                q.filter(payment_line::Column::Claim.eq(claim)).order_by_asc(payment_line::Column::Id)
            })
            .await;
        drop(reader);
        let lines = lines
            .map_err(told)?
            .into_iter()
            .map(|one| SettledLine {
                line: one.id.clone(),
                paid,
                reference: if paid { format!("DEMO{}", one.id) } else { String::new() },
                reason: if paid { String::new() } else { "收款账户户名与机构名称不一致".into() },
            })
            .collect();
        self.stage.by(&self.school.county.finance, SettlePaymentBatch { batch, lines }).await
    }
}
