//! Where a database is at home: a copy of it that is started on another machine would mail customers, and take mails from
//! the mailboxes, beside the true one (CASEBOOK L11).
//!
//! Promises: the machine's name and the file's own number stand beside the database; when neither fits any more, nothing is
//! started until somebody says that it lives here now. One of them may change: containers get new names, restored files
//! new numbers.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::Unusable;
use crate::config::Settings;

/// Where a database is at home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Home {
    /// The database's own name.
    instance: String,
    /// The machine's; empty where it is not known.
    host: String,
    /// The file's inode.
    file: u64,
}

/// Makes sure that the database called `instance` is at home here, or has moved here on purpose.
pub fn claim(settings: &Settings, instance: String, moved: bool) -> anyhow::Result<()> {
    let place = settings.state.join("home.json");
    let host = fs::read_to_string("/proc/sys/kernel/hostname").map(|name| name.trim().to_owned()).unwrap_or_default();
    let now = Home { instance, host, file: fs::metadata(&settings.database)?.ino() };
    let known = known(&place).with_context(|| place.display().to_string())?;
    if let Some(before) = known.as_ref().filter(|before| !moved && is_a_copy(before, &now)) {
        let said = format!(
            "this database was at home on {}: two programs that work on copies of it would answer the same mails twice. \
             If it lives here now, start once with `guichet run --moved`; if this is a trial, give it mailboxes of its own first",
            before.host
        );
        return Err(Unusable(said).into());
    }
    match known.as_ref() == Some(&now) {
        true => Ok(()),
        false => fs::write(&place, serde_json::to_vec(&now)?).with_context(|| place.display().to_string()),
    }
}

fn known(place: &Path) -> anyhow::Result<Option<Home>> {
    match fs::read(place) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// Another machine and another file; a database that was made anew is nobody's copy.
fn is_a_copy(before: &Home, now: &Home) -> bool {
    let named = !before.host.is_empty() && !now.host.is_empty();
    before.instance == now.instance && named && before.host != now.host && before.file != now.file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(instance: &str, host: &str, file: u64) -> Home {
        Home { instance: instance.into(), host: host.into(), file }
    }

    #[test]
    fn l11_another_machine_with_another_file_has_a_copy() {
        let before = home("a", "desk", 7);
        assert!(is_a_copy(&before, &home("a", "trial", 9)));
        for (now, why) in [
            (home("a", "desk", 9), "restored here"),
            (home("a", "c0ffee", 7), "a container's new name"),
            (home("b", "trial", 9), "made anew"),
            (home("a", "", 9), "a machine without a name"),
        ] {
            assert!(!is_a_copy(&before, &now), "{why}");
        }
    }
}
