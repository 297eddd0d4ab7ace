//! Premises: what one running installation owns; every desk stands in it.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use foundation::{Clock, Ids, Permission, WorkCalendar};
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
    /// Chinese word.
    pub label: &'static str,
    /// Address.
    pub href: &'static str,
    /// Which offices see it.
    pub permission: Permission,
    /// Office kinds it is for; empty means all that may.
    pub kinds: &'static [&'static str],
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
    /// Navigation, set by the house.
    pub nav: Vec<NavEntry>,
    /// What the rooms declare, set by whoever serves their routes.
    pub declared: OnceLock<Declared>,
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
        static NOTHING: Declared = Declared::nothing();
        self.declared.get().unwrap_or(&NOTHING)
    }
}
