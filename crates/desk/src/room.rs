//! Room: what a room brings to the house, said in one manifest (M8.9; house.md §1). The house joins manifests and knows
//! nothing else of a room: its addresses and things, its timed acts, its places in navigation, home page, search and
//! public page, its rows in a class's evidence, and the questions of lower rooms that it answers.

use foundation::{ClassId, DistrictCode, Rule, Stop};
use futures::future::BoxFuture;
use store::Reader;
use ui::StatCard;

use crate::declared::Declared;
use crate::matter::Matter;
use crate::premises::NavEntry;
use crate::procedure::Table;
use crate::question::{Answer, Question};
use crate::subject::Subject;
use crate::turns::Told;
use crate::{Desk, Routes};

/// A timed act: done every minute as the system.
pub type Turn = for<'a> fn(&'a Desk) -> BoxFuture<'a, Result<(), Stop>>;

/// A room's timed acts, under the name by which their trouble is told.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// `m3-funds`.
    pub name: &'static str,
    /// What is done.
    pub turn: Turn,
}

/// A number above the queue, or on the public page, and its place there: small ones first.
pub type Placed = (u16, StatCard);

/// What a room counts for whoever is at his queue; nothing where he may not read it.
pub type Cards = for<'a> fn(&'a Desk) -> BoxFuture<'a, Result<Vec<Placed>, Stop>>;

/// A hit of the search: where it opens, what it is called, a word about it.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its page.
    pub href: String,
    /// Its name or number.
    pub name: String,
    /// What tells it from others.
    pub what: String,
}

/// Hits of one kind that are shown.
pub const HITS: u64 = 20;

/// What a room finds.
#[derive(Debug, Clone, Copy)]
pub struct Finder {
    /// What its hits are, `班级`.
    pub title: &'static str,
    /// Its place among the others.
    pub place: u16,
    /// Whether it is asked when a whole document or telephone number was typed.
    pub numbers: bool,
    /// Whether it is asked when anything else was typed.
    pub words: bool,
    /// Finds at most `HITS`, within the reader's reach; nothing where the asker may not read them.
    pub find: Find,
}

/// Looks for words.
pub type Find = for<'a> fn(&'a Desk, &'a Reader, &'a str) -> BoxFuture<'a, Result<Vec<Hit>, Stop>>;

/// What the province counts in public: no row is smaller than a city's sum.
#[derive(Default)]
pub struct Counted {
    /// Numbers, each with its place.
    pub figures: Vec<Placed>,
    /// A word under one of the public page's doors, by the door's address: `12 家机构在目录内`.
    pub doors: Vec<(&'static str, String)>,
    /// Sums by district, drawn by city.
    pub charts: Vec<ByDistrict>,
}

/// One sum, district by district.
pub struct ByDistrict {
    /// Its place among the charts.
    pub place: u16,
    /// `各地参加培训`.
    pub title: &'static str,
    /// The series' name.
    pub called: &'static str,
    /// `人次`.
    pub unit: &'static str,
    /// How many of what was counted make one of the unit: 100 fen a yuan.
    pub parts: i64,
    /// What was counted; a city's is that of all below it.
    pub sums: Vec<(DistrictCode, i64)>,
}

/// What a room counts for the public. The reader reaches everything.
pub type PublicNumbers = for<'a> fn(&'a Reader) -> BoxFuture<'a, Result<Counted, Stop>>;

/// A room's rows in a class's evidence (M3.11).
#[derive(Debug, Clone, Copy)]
pub struct Evidence {
    /// Puts them in.
    pub fill: Fill,
    /// Which of them cannot be read, `table 表 id`: asked when filling failed.
    pub unreadable: Unreadable,
    /// The classes that have evidence; of the room that holds classes, none of the others.
    pub classes: Option<Classes>,
}

store::picked! {
    /// A class that was ever approved: its id as it stands there, spoilt or not, and its number.
    #[derive(Debug)]
    pub struct ClassNamed {
        /// Its id.
        pub id: String,
        /// Its number.
        pub class_no: String,
    }
}

/// Tells which classes were ever approved, by number.
pub type Classes = for<'a> fn(&'a Reader) -> BoxFuture<'a, Result<Vec<ClassNamed>, Stop>>;

/// Puts a room's rows of a class into its bundle.
pub type Fill = for<'a> fn(&'a Reader, &'a ClassId, &'a mut journal::Rows) -> BoxFuture<'a, Result<(), Stop>>;
/// Names rows of a class that cannot be read.
pub type Unreadable = for<'a> fn(&'a Reader, &'a ClassId) -> BoxFuture<'a, Result<Vec<String>, Stop>>;

/// Every room's timed acts, one after the other; what fails keeps the others from nothing.
///
/// # Errors
/// What failed, all of it.
pub async fn tick(jobs: &[Job], desk: &Desk) -> Result<(), Stop> {
    let mut told = Told::default();
    for job in jobs {
        told.note(job.name, (job.turn)(desk).await);
    }
    told.finish()
}

/// Files of one kind that a room's rows name, and that rows can make again (decisions/0013).
#[derive(Debug, Clone, Copy)]
pub struct FileKeeper {
    /// `bank-file`.
    pub kind: &'static str,
    /// The ids of the files of this kind that are needed, each with that by which it is made again. The others are
    /// nobody's any more.
    pub needed: Needed,
    /// Makes one again from that.
    pub remake: Remake,
}

/// Says which files are needed; the reader reaches everything.
pub type Needed = for<'a> fn(&'a Reader) -> BoxFuture<'a, Result<Vec<(String, String)>, Stop>>;
/// Makes a file again.
pub type Remake = for<'a> fn(&'a Desk, &'a str) -> BoxFuture<'a, Result<(), Stop>>;

/// What a room brings.
#[must_use = "a room that the house does not join is not there"]
pub struct Room {
    /// Its crate's name, `m3-funds`.
    pub name: &'static str,
    /// Its addresses, with everything else that it declares.
    pub routes: Routes,
}

impl Room {
    /// A room with nothing in it.
    pub fn new(name: &'static str) -> Self {
        Self { name, routes: Routes::new() }
    }
    /// With its addresses.
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }
    /// With its rules.
    pub fn rules(self, more: &[&'static Rule]) -> Self {
        self.declares(|all| all.rules(more))
    }
    /// With its things.
    pub fn subjects(self, more: &[&'static Subject]) -> Self {
        self.declares(|all| all.subjects(more))
    }
    /// With its matters.
    pub fn matters(self, more: &[&'static Matter]) -> Self {
        self.declares(|all| all.matters(more))
    }
    /// With a procedure.
    pub fn procedure(self, one: Table) -> Self {
        self.declares(|all| all.procedure(one))
    }
    /// With its timed acts.
    pub fn jobs(mut self, turn: Turn) -> Self {
        self.routes.declared.jobs.push(Job { name: self.name, turn });
        self
    }
    /// With its places in the navigation.
    pub fn navigation(mut self, entries: impl IntoIterator<Item = NavEntry>) -> Self {
        self.routes.declared.navigation.extend(entries);
        self
    }
    /// With its numbers above the queue.
    pub fn cards(mut self, cards: Cards) -> Self {
        self.routes.declared.cards.push(cards);
        self
    }
    /// With what it finds.
    pub fn search(mut self, finder: Finder) -> Self {
        self.routes.declared.finders.push(finder);
        self
    }
    /// With what it counts in public.
    pub fn public_numbers(mut self, numbers: PublicNumbers) -> Self {
        self.routes.declared.numbers.push(numbers);
        self
    }
    /// With its rows in a class's evidence.
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.routes.declared.evidence.push(evidence);
        self
    }
    /// With the files that it can make again.
    pub fn files(mut self, keeper: FileKeeper) -> Self {
        self.routes.declared.keepers.push(keeper);
        self
    }
    /// With its answer to a question of a room below.
    pub fn answers<Q: Question>(mut self, answer: Answer<Q>) -> Self {
        self.routes.declared.answers.put(answer);
        self
    }

    /// Its timed acts, now; what fails keeps the others from nothing.
    ///
    /// # Errors
    /// What failed, all of it.
    pub async fn tick(&self, desk: &Desk) -> Result<(), Stop> {
        tick(&self.routes.declared.jobs, desk).await
    }

    fn declares(mut self, with: impl FnOnce(Declared) -> Declared) -> Self {
        self.routes.declared = with(self.routes.declared);
        self
    }
}
