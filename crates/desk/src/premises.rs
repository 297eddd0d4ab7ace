//! Premises: what one running installation owns; every desk stands in it.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock, OnceLock};

use foundation::{Clock, Fault, Ids, Office, Permission, WorkCalendar};
use journal::note::Keys;
use store::seal::Keyring;
use store::{Db, Files, RowCache};

use crate::declared::Declared;
use crate::gather::Gatherers;
use crate::health::Health;
use crate::memo::Memo;
use crate::reading::Reading;
use crate::session::SignIns;
use crate::tries::Tries;
use crate::turns::Turns;

/// An entry of the top navigation; shown to offices that may read it.
#[derive(Debug, Clone)]
pub struct NavEntry {
    /// Its place: small ones first.
    pub place: u16,
    /// Chinese word.
    pub label: &'static str,
    /// Address.
    pub href: &'static str,
    /// Which offices see it.
    pub permission: Permission,
    /// Of those, for whom it is.
    pub whom: Whom,
}

/// For whom an entry of the navigation is, of those that may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Everybody.
    All,
    /// Whoever works at a desk: everybody but trainees and the public.
    Desks,
    /// Offices of the state, and those that watch on their behalf.
    Officials,
    /// Training institutions.
    Institutions,
    /// Trainees.
    Trainees,
    /// Whoever has not signed in.
    Public,
}

impl Whom {
    /// Whether `office` is one of them.
    pub fn has(self, office: &Office) -> bool {
        let (trainee, public) = (matches!(office, Office::Trainee { .. }), matches!(office, Office::Public));
        match self {
            Self::All => true,
            Self::Desks => !trainee && !public,
            Self::Officials => office.is_official(),
            Self::Institutions => office.is_institution(),
            Self::Trainees => trainee,
            Self::Public => public,
        }
    }
}

/// What the settings file or the command line decided.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Persona sign-in and the movable clock: never in real use.
    pub demo: bool,
    /// Public address, for QR codes and links, without a trailing slash.
    pub base_url: String,
    /// Cookies only over https.
    pub secure_cookies: bool,
    /// Name of the journal, the first line of its checkpoints.
    pub journal_origin: String,
    /// Proxies in front of us whose `X-Forwarded-For` is believed; empty believes nobody.
    pub trusted_proxies: Vec<IpAddr>,
    /// A secret for rotating class codes and cookies; from the key file.
    pub secret: [u8; 32],
}

impl Settings {
    /// Whether people come by TLS: browsers are told to come no other way.
    pub fn is_sealed(&self) -> bool {
        self.secure_cookies || self.base_url.starts_with("https://")
    }
}

/// The journal's signing keys of a keyring. Errors: `origin` is no name of a key.
pub fn journal_keys(origin: &str, keyring: &Keyring) -> Result<Keys, Fault> {
    Keys::from_seeds(origin, keyring.secret("journal ed25519"), keyring.secret("journal sm2")).map_err(|_| {
        Fault::Upstream(format!("日志的名字“{origin}”不能用（journal_origin 不能有空格和加号），请改设置"))
    })
}

/// One installation.
pub struct Premises {
    /// The database.
    pub db: Db,
    /// The clock that every desk reads.
    pub clock: Clock,
    /// Ids and random bytes.
    pub ids: Ids,
    /// Working days.
    pub calendar: WorkCalendar,
    /// Keys of sealed fields.
    pub keyring: Arc<Keyring>,
    /// Files.
    pub files: Files,
    /// Settings.
    pub settings: Settings,
    /// What the rooms declare, set by whoever serves their routes.
    pub declared: OnceLock<Arc<Declared>>,
    /// Signed-in browsers, cached.
    pub sign_ins: SignIns,
    /// Where timed acts go on.
    pub turns: Turns,
    /// Who tried to get in how often lately.
    pub tries: Tries,
    /// Rows that thousands of acts read, kept by version.
    pub rows: RowCache,
    /// Where acts that come by the thousand wait for each other.
    pub gatherers: Gatherers,
    /// Answers for the crowd, kept a short while.
    pub memo: Memo,
    /// What troubles it now.
    pub health: Health,
    /// Whose uploaded file is being read.
    pub reading: Reading,
}

impl Premises {
    /// What the rooms declare; nothing before their routes are served.
    pub fn declared(&self) -> &Declared {
        static NOTHING: LazyLock<Declared> = LazyLock::new(Declared::default);
        self.declared.get().map_or(&NOTHING, Arc::as_ref)
    }
    /// The journal's signing keys of this installation.
    ///
    /// # Panics
    /// Where the journal's name is none of a key: the house looked when it opened.
    pub fn journal_keys(&self) -> Keys {
        journal_keys(&self.settings.journal_origin, &self.keyring).expect("checked when the house opens")
    }
    /// The navigation, in the order of an office's day.
    pub fn nav(&self) -> Vec<&NavEntry> {
        let mut all: Vec<&NavEntry> = self.declared().navigation.iter().collect();
        all.sort_by_key(|one| one.place);
        all
    }
}
