//! Mails handed over while a daemon has the store: a Maildir in the state folder that the daemon watches.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::Settings;
use crate::intake::maildir::MaildirSource;

/// How often the daemon looks.
const POLL: Duration = Duration::from_secs(2);

/// The spool as a source of mail.
pub fn source(settings: &Settings) -> anyhow::Result<MaildirSource> {
    let folder = folder(settings);
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(folder.join(part))?;
    }
    Ok(MaildirSource { poll: POLL, ..MaildirSource::new("spool", folder) })
}

fn folder(settings: &Settings) -> PathBuf {
    settings.state.join("spool")
}

/// Puts a mail there, durably: its bytes and its name are on disk when this returns. The same bytes are the same mail.
pub fn put(settings: &Settings, raw: &[u8]) -> anyhow::Result<()> {
    source(settings)?;
    let folder = folder(settings);
    let name = blake3::hash(raw).to_hex().to_string();
    let draft = folder.join("tmp").join(&name);
    let mut file = fs::File::create(&draft)?;
    file.write_all(raw)?;
    file.sync_all()?;
    fs::rename(&draft, folder.join("new").join(&name))?;
    Ok(fs::File::open(folder.join("new"))?.sync_all()?)
}
