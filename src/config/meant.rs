//! The settings as meant: paths resolved, values checked beside each other, the site ready for the rooms.
//!
//! [`load`] needs no secret, so that commands which only look at the store run without any; [`Settings::site`] reads
//! the signing keys, [`Settings::connections`](super::Connections) fetches the other secrets.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::accounts;
use super::base_url;
use super::fault::{Fault, Faults, Places};
use super::key;
use super::network::Network;
use super::read::read;
use super::secret::{Secret, readable_by_others};
use super::written::{Log, Recipients, Written};
use crate::address::{Address, Mailbox};
use crate::site::{Retention, SharedSite, Site, Trust};

/// Everything that `guichet.toml` says, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder of the database, the lock and the signing keys.
    pub state: PathBuf,
    /// The database.
    pub database: PathBuf,
    /// The file of signing keys.
    pub key_file: PathBuf,
    /// The organisation file; it need not exist.
    pub organisation: PathBuf,
    /// ISO 639-1 of people who have not shown any language.
    pub language: String,
    /// Folder of templates that replace built-in ones.
    pub templates: Option<PathBuf>,
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// The header in which they name whoever they have signed in.
    pub sso_header: Option<String>,
    /// What is logged, and how.
    pub log: Log,
    /// All addresses that are the desk itself, without tags.
    pub own: Vec<Address>,
    /// What is no fault, but should be looked at.
    pub warnings: Vec<Fault>,
    pub(super) written: Written,
    pub(super) places: Places,
    pub(super) folder: PathBuf,
    base_url: String,
    trust: Trust,
}

/// Reads and checks a configuration file. Nothing is started, created or connected to.
pub fn load(file: &Path) -> Result<Settings, Faults> {
    let refuse = |error| Fault::of_file(&shown(file), format!("the configuration cannot be read: {error}"));
    understand(file, &fs::read_to_string(file).map_err(refuse)?)
}

/// The same for a text that is in the file, or will be.
pub fn understand(file: &Path, text: &str) -> Result<Settings, Faults> {
    let (written, places) = read::<Written>(&shown(file), text)?;
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let mut check = Check { places: &places, folder: &folder, faults: vec![], warnings: vec![] };
    let base_url = check.site(&written);
    let trust = check.trust(&written.trust);
    accounts::check(&mut check, &written);
    check.limits(&written);
    check.retention(&written);
    let own = own_addresses(&written);
    check.open_secrets(file, &written);
    let Check { mut faults, warnings, .. } = check;
    if !faults.is_empty() {
        faults.sort_by_key(|fault| (fault.line, fault.column));
        return Err(Faults(faults));
    }
    let state = folder.join(&written.site.state);
    Ok(Settings {
        database: state.join("guichet.db"),
        key_file: written.site.key_file.as_ref().map_or_else(|| state.join("signing.key"), |path| folder.join(path)),
        state,
        organisation: folder.join(&written.site.organisation),
        templates: written.site.templates.as_ref().map(|path| folder.join(path)),
        language: written.site.language.clone(),
        listen: written.web.listen,
        trusted_proxies: written.web.trusted_proxies.clone(),
        sso_header: written.web.sso_header.clone(),
        log: written.log,
        own,
        warnings,
        base_url,
        trust,
        written,
        places,
        folder,
    })
}

/// A file's name as faults show it.
pub(super) fn shown(file: &Path) -> String {
    file.strip_prefix("./").unwrap_or(file).display().to_string()
}

impl Settings {
    /// The site for the rooms, with its signing keys.
    pub fn site(&self) -> Result<SharedSite, Faults> {
        let keys = key::read(&self.key_file).map_err(|reason| self.places.fault("site.key_file", reason))?;
        let site = &self.written.site;
        Ok(Arc::new(Site {
            name: site.name.trim().to_owned(),
            desk: Mailbox::new(Some(&site.name), site.address.clone()),
            own: self.own.clone(),
            base_url: self.base_url.clone(),
            plus_addressing: site.plus_addressing,
            visible: site.recipients == Recipients::Visible,
            language: self.language.clone(),
            zone: site.zone.clone(),
            trust: self.trust.clone(),
            policy: self.written.policy.clone(),
            limits: self.written.limits.meant(),
            brakes: self.written.brakes,
            retention: self.written.retention,
            redirect_to: self.redirect_to(),
            keys,
        }))
    }

    /// Makes the state folder (0700) and, in a state without database, the signing key (0600) of these fresh random
    /// bytes. A database without its key is a fault: a new key would disown every mail that was sent.
    pub fn prepare(&self, fresh: &[u8; 32]) -> Result<(), Faults> {
        let refuse = |key: &str, what: String| Faults::from(self.places.fault(key, what));
        key::create_folder(&self.state)
            .map_err(|error| refuse("site.state", format!("the folder cannot be made: {}: {error}", self.state.display())))?;
        if self.key_file.exists() || self.database.exists() {
            return Ok(());
        }
        key::create(&self.key_file, fresh)
            .map_err(|error| refuse("site.key_file", format!("the key cannot be written: {}: {error}", self.key_file.display())))
    }

    /// Where every mail goes instead of to its recipient, for trials.
    pub fn redirect_to(&self) -> Option<Address> {
        self.written.delivery.as_ref().and_then(|delivery| delivery.redirect_to.clone())
    }

    /// The domain of the desk's address.
    pub fn domain(&self) -> &str {
        self.written.site.address.domain()
    }

    /// Start of every link.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Names of the mailboxes that are read.
    pub fn mailboxes(&self) -> Vec<String> {
        let imap = self.written.imap.iter().map(|mailbox| mailbox.name.clone());
        imap.chain(self.written.maildir.iter().map(|mailbox| mailbox.name.clone())).collect()
    }

    /// The file that says when the last backup was made.
    pub fn last_backup(&self) -> PathBuf {
        self.state.join("last-backup")
    }

    /// How long what is kept.
    pub fn retention(&self) -> Retention {
        self.written.retention
    }

    /// A fault at a key of this file, for what is found out later.
    pub fn fault(&self, key: &str, reason: impl Into<String>) -> Fault {
        self.places.fault(key, reason)
    }
}

/// A check under way: what was found so far.
pub(super) struct Check<'a> {
    pub places: &'a Places,
    pub folder: &'a Path,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Check<'_> {
    /// Notes a fault at a key, unless all is well.
    pub fn demand(&mut self, well: bool, key: &str, reason: &str) {
        if !well {
            self.refuse(key, reason);
        }
    }

    /// Notes a fault at a key.
    pub fn refuse(&mut self, key: &str, reason: impl Into<String>) {
        self.faults.push(self.places.fault(key, reason));
    }

    /// Notes what is no fault, but should be looked at.
    pub fn warn(&mut self, key: &str, reason: impl Into<String>) {
        self.warnings.push(self.places.fault(key, reason));
    }

    fn site(&mut self, written: &Written) -> String {
        let site = &written.site;
        let name = site.name.trim();
        let plain = !name.is_empty() && !name.contains(['@', '<', '>']) && !name.chars().any(char::is_control);
        self.demand(plain, "site.name", "a name is some words, without @, < and >");
        let tagged = site.plus_addressing && site.address.local().contains('+');
        self.demand(!tagged, "site.address", "with plus_addressing the address itself has no +");
        let iso = site.language.len() == 2 && site.language.bytes().all(|b| b.is_ascii_lowercase());
        self.demand(iso, "site.language", "a language is two letters, like \"fr\" or \"en\"");
        if let Some(path) = &site.templates {
            let path = self.folder.join(path);
            self.demand(path.is_dir(), "site.templates", &format!("there is no folder {}", path.display()));
        }
        let token = |name: &String| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let named = written.web.sso_header.as_ref().is_none_or(token);
        self.demand(named, "web.sso_header", "a header's name is one word, like \"Remote-Email\"");
        base_url::check(&written.web.base_url).unwrap_or_else(|reason| {
            self.refuse("web.base_url", reason);
            String::new()
        })
    }

    fn trust(&mut self, trust: &Trust) -> Trust {
        let word = |id: &String| !id.is_empty() && !id.contains(|c: char| c.is_whitespace() || c.is_control() || c == ';');
        self.demand(trust.authserv_ids.iter().all(word), "trust.authserv_ids", "an authserv-id is one word, like \"mx.example.org\"");
        let domain = |name: &String| Address::parse(&format!("x@{name}")).ok().map(|address| address.domain().to_owned());
        let domains: Option<Vec<String>> = trust.internal_domains.iter().map(domain).collect();
        self.demand(domains.is_some(), "trust.internal_domains", "a domain looks like \"example.org\"");
        let authserv_ids = trust.authserv_ids.iter().map(|id| id.to_ascii_lowercase()).collect();
        Trust { authserv_ids, internal_domains: domains.unwrap_or_default(), check_signatures: trust.check_signatures }
    }

    fn limits(&mut self, written: &Written) {
        let limits = &written.limits;
        self.demand(limits.size.0 >= 64 << 10, "limits.size", "smaller than 64KiB, which no mail with a picture is");
        self.demand(limits.header.0 >= 4 << 10, "limits.header", "smaller than 4KiB, which ordinary headers are not");
        self.demand(limits.field.0 >= 1 << 10, "limits.field", "smaller than 1KiB, which ordinary fields are not");
        let beside = limits.size.0.saturating_add(8 << 20);
        self.demand(limits.memory.0 >= beside, "limits.memory", "less than limits.size and 8MiB, which reading needs");
        self.demand(
            limits.time.0 >= Duration::from_millis(100),
            "limits.time",
            "less than 100 ms, which ordinary mails take on a busy machine",
        );
        self.demand(limits.tries >= 1, "limits.tries", "each mail is tried once");
        self.demand(limits.depth >= 4, "limits.depth", "less than 4, which ordinary mails reach");
        self.demand(limits.parts >= 4, "limits.parts", "less than 4, which ordinary mails reach");
    }

    /// A ticket that may be reopened must be there.
    fn retention(&mut self, written: &Written) {
        let (days, reopen) = (i64::from(written.retention.ticket_days), i64::from(written.policy.reopen_days));
        self.demand(
            days == 0 || days > reopen,
            "retention.ticket_days",
            "not longer than policy.reopen_days: such a ticket may still be reopened",
        );
        let kept = written.retention.mail_days;
        self.demand(days == 0 || i64::from(kept) <= days, "retention.mail_days", "longer than ticket_days: the mails go with their ticket");
    }

    /// Files with secrets that others may read: told, not refused, since containers often know no owners.
    fn open_secrets(&mut self, file: &Path, written: &Written) {
        let mut warnings = Vec::new();
        for (key, secret) in accounts::secrets(written) {
            let open = match secret {
                Secret::Inline(_) => Some(file.to_owned()).filter(|file| readable_by_others(file)),
                other => other.open_to_others(self.folder),
            };
            let told = |path: PathBuf| self.places.fault(&key, format!("others may read the secret in {}; chmod 600", path.display()));
            warnings.extend(open.map(told));
        }
        self.warnings.extend(warnings);
    }
}

/// The desk itself: its address, its aliases, and the accounts that are addresses.
fn own_addresses(written: &Written) -> Vec<Address> {
    let accounts = written.imap.iter().filter_map(|imap| Address::parse(&imap.user).ok());
    let named = std::iter::once(&written.site.address).chain(&written.site.aliases).cloned();
    let mut own: Vec<Address> = Vec::new();
    for address in named.chain(accounts) {
        let bare = address.without_tag().0;
        if !own.contains(&bare) {
            own.push(bare);
        }
    }
    own
}
