//! The authenticity and completeness review (真实性完备性审核; M3.1, domain §4.1, risk rules of §10.4): a list of
//! checks, each with a rule, its own read and its own verdict. A new line is one check in one file and its name in
//! `CHECKS`.

pub mod human;
pub mod people;
pub mod places;
pub mod plan;

use std::collections::HashSet;
use std::sync::OnceLock;

use desk::Desk;
use foundation::codes::ReviewResult;
use foundation::{Date, Refusal, Rule, Stop, Verdict};
use futures::future::BoxFuture;
use m1_needs::doorway::NeedsItem;
use m2_institutions::doorway::{Institution, Teacher, teachers_among};
use m7_registry::doorway::Person;
use reckoning::policy::Policy;
use store::Reader;
use store::tables::supervision::{class_session, enrolment, training_class};

use crate::hours;

/// Which of the two lists a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// 完备性.
    Completeness,
    /// 真实性.
    Authenticity,
}

impl List {
    /// As rows and pages write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Completeness => "completeness",
            Self::Authenticity => "authenticity",
        }
    }
}

/// One line of the review.
pub struct Check {
    /// Its rule: the id is the line's code; `W…` of the application's own completeness, a risk rule's id, `H…` for
    /// what only people can see.
    pub rule: &'static Rule,
    /// Where it stands.
    pub list: List,
    /// What is checked.
    pub title: &'static str,
    /// Where the institution puts it right.
    pub mend: Mend,
    /// How.
    pub run: Run,
}

/// Where the institution puts a line right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// The roster.
    Roster,
    /// The timetable.
    Timetable,
    /// The plan.
    Plan,
    /// Its own data in the directory.
    Institution,
    /// Nowhere by itself: the office looks at it.
    Office,
}

/// How a check comes to its verdict.
pub enum Run {
    /// From what every check is given.
    Judge(fn(&Case<'_>) -> Judged),
    /// After reading what only it needs.
    Read(for<'c> fn(&'c Case<'c>) -> BoxFuture<'c, Result<Judged, Stop>>),
}

/// A verdict, and where its limit stands when that is not the rule's usual source (a parameter's document).
pub struct Judged {
    /// What it comes to.
    pub verdict: Verdict,
    /// The document.
    pub source: Option<String>,
}

impl Judged {
    /// Blocks for the reason given, else passes with what is so.
    pub fn of(bad: Option<String>, good: impl Into<String>) -> Self {
        Self { verdict: bad.map_or_else(|| Verdict::Pass(good.into()), Verdict::Block), source: None }
    }
    /// Tells what is remarkable, else passes with what is so. Nobody waits for it; it stands where the reviewer looks.
    pub fn tell(odd: Option<String>, good: impl Into<String>) -> Self {
        Self { verdict: odd.map_or_else(|| Verdict::Pass(good.into()), Verdict::Tell), source: None }
    }
    /// A human must answer; what the machine noticed on the way is said.
    pub fn ask(hint: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ask(hint.into()), source: None }
    }
    /// The document that sets the limit.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// The application under review: what every check may look at.
pub struct Case<'a> {
    /// Who asks, and when.
    pub desk: &'a Desk,
    /// The asker's reach.
    pub reader: &'a Reader,
    /// Looks across districts for clashes and payments; only masked sentences come back from it.
    pub system: &'a Reader,
    /// The class.
    pub class: &'a training_class::Model,
    /// The policy in force today.
    pub policy: &'a Policy,
    /// Its roster.
    pub roster: Vec<enrolment::Model>,
    /// Its timetable.
    pub sessions: Vec<class_session::Model>,
    /// The roster's persons.
    pub people: Vec<Person>,
    /// Those who teach in it.
    pub teachers: Vec<Teacher>,
    /// The institution.
    pub issuer: Institution,
    /// What is taught.
    pub item: NeedsItem,
    /// What several checks read, read once.
    pub kept: Kept,
}

/// What several checks read, once each.
#[derive(Default)]
pub struct Kept {
    paid: OnceLock<people::Paid>,
    clashes: OnceLock<places::Clashes>,
    capacity: OnceLock<Option<(i64, i64)>>,
}

/// What is kept, read now where nobody has yet.
async fn once<T>(kept: &OnceLock<T>, read: impl Future<Output = Result<T, Stop>>) -> Result<&T, Stop> {
    match kept.get() {
        Some(known) => Ok(known),
        None => {
            let read = read.await?;
            Ok(kept.get_or_init(|| read))
        }
    }
}

impl<'a> Case<'a> {
    async fn open(
        desk: &'a Desk,
        (reader, system): (&'a Reader, &'a Reader),
        class: &'a training_class::Model,
        policy: &'a Policy,
    ) -> Result<Self, Stop> {
        let (roster, sessions) = (hours::roster(reader, &class.id).await?, hours::sessions(reader, &class.id).await?);
        let people = m7_registry::doorway::people(system, roster.iter().map(|one| one.person.clone())).await?;
        let teaching: HashSet<_> = sessions.iter().map(|one| one.teacher.clone()).collect();
        let teachers = teachers_among(reader, &class.institution, &teaching).await?;
        let issuer = reader.get(&class.institution).await?;
        let item = reader.get(&class.needs_item).await?;
        Ok(Self {
            desk,
            reader,
            system,
            class,
            policy,
            roster,
            sessions,
            people,
            teachers,
            issuer,
            item,
            kept: Kept::default(),
        })
    }
    /// Today.
    pub fn today(&self) -> Date {
        self.desk.today()
    }
    /// Names of the teachers for whom something holds, masked, as one text; none where it holds for nobody.
    pub fn teachers_who(&self, holds: impl Fn(&Teacher) -> bool) -> Option<String> {
        some(
            &self
                .teachers
                .iter()
                .filter(|one| holds(one))
                .map(|one| crate::acts::attendance::masked(&one.name))
                .collect::<Vec<_>>(),
        )
    }
}

/// The review's lines, in their order.
pub static CHECKS: &[&Check] = &[
    &plan::ROSTER,
    &plan::PERIODS,
    &plan::ONLINE,
    &plan::COVERS,
    &plan::DAILY,
    &plan::TAUGHT,
    &plan::TEACHERS,
    &plan::MATERIALS,
    &plan::EXAM,
    &plan::SAFETY,
    &plan::PLEDGE,
    &plan::TRAINEES_PLEDGES,
    &plan::EARLY,
    &people::IDENTITY,
    &people::AGE,
    &people::OFTEN,
    &people::BEFORE,
    &people::CLASHES,
    &people::PHONES,
    &places::TEACHER_CLASHES,
    &places::ROOM,
    &places::ACCOUNT,
    &places::CERTIFICATES,
    &places::DIRECTORY,
    &places::CAPACITY,
    &places::LICENCE,
    &places::VERIFIED,
    &human::MATERIALS,
    &human::ORIGINALS,
    &human::PHONED,
    &human::PHOTOS,
];

/// One answered or open line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `completeness` or `authenticity`.
    pub list: &'static str,
    /// Its rule.
    pub rule: &'static Rule,
    /// What is checked.
    pub title: &'static str,
    /// False: a human must answer.
    pub by_machine: bool,
    /// None: open.
    pub result: Option<ReviewResult>,
    /// What is so.
    pub fact: String,
    /// Where it is from.
    pub source: String,
    /// How to fix.
    pub fix: String,
}

/// Runs every check on a class as it is now. `readers`: the asker's reach, and the system's.
pub async fn lines(
    desk: &Desk,
    readers: (&Reader, &Reader),
    class: &training_class::Model,
    policy: &Policy,
) -> Result<Vec<Line>, Stop> {
    let case = Case::open(desk, readers, class, policy).await?;
    let mut lines = Vec::with_capacity(CHECKS.len());
    for check in CHECKS {
        let judged = match check.run {
            Run::Judge(judge) => judge(&case),
            Run::Read(read) => read(&case).await?,
        };
        lines.push(line(check, judged));
    }
    Ok(lines)
}

fn line(check: &Check, Judged { verdict, source }: Judged) -> Line {
    let (result, fact) = match verdict {
        Verdict::Pass(fact) => (Some(ReviewResult::Pass), fact),
        Verdict::Tell(fact) => (Some(ReviewResult::Noted), fact),
        Verdict::Ask(fact) => (None, fact),
        Verdict::Block(fact) => (Some(ReviewResult::Fail), fact),
    };
    Line {
        list: check.list.code(),
        rule: check.rule,
        title: check.title,
        by_machine: result.is_some(),
        result,
        fact,
        source: source.unwrap_or_else(|| check.rule.source.to_owned()),
        fix: check.rule.fix.to_owned(),
    }
}

/// The rule of a kept line. One that an earlier version had and this one has not is refused under the review's own.
pub fn rule_of(code: &str) -> &'static Rule {
    CHECKS.iter().find(|one| one.rule.id == code).map_or(&crate::refusals::BY_HAND, |one| one.rule)
}

/// Where a kept line is put right.
pub fn mended_at(code: &str) -> Mend {
    CHECKS.iter().find(|one| one.rule.id == code).map_or(Mend::Office, |one| one.mend)
}

/// The failed lines as refusals, for the institution.
pub fn failures(lines: &[Line]) -> Vec<Refusal> {
    lines
        .iter()
        .filter(|line| line.result == Some(ReviewResult::Fail))
        .map(|line| line.rule.refuse(format!("{}：{}", line.title, line.fact)).source(line.source.clone()))
        .collect()
}

/// A list as one text; none where it is empty.
fn some(list: &[String]) -> Option<String> {
    (!list.is_empty()).then(|| list.join("；"))
}

fn chinese(day: Date) -> String {
    ui::dates::full_day(day)
}

/// A check's declaration: `check! { NAME in List "标题", "W01", "M3.1", "来源", "怎么办", where, how }`.
macro_rules! check {
    ($name:ident in $list:ident $title:literal, $id:literal, $clause:literal, $source:literal, $fix:literal,
        $mend:ident, $run:expr) => {
        #[doc = concat!($id, " ", $title)]
        pub static $name: $crate::review::Check = $crate::review::Check {
            rule: &foundation::Rule { id: $id, clause: $clause, source: $source, fix: $fix },
            list: $crate::review::List::$list,
            title: $title,
            mend: $crate::review::Mend::$mend,
            run: $run,
        };
    };
}
use check;
