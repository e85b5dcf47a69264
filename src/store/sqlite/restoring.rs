//! A backup in the place of the database (CASEBOOK J10).
//!
//! Promises: what was there is set aside, not lost; the database is whole or as it was, whenever it ends; what the copy promised to people
//! before, nobody can redeem: a link that was used since would be unused again. Excludes: mails that came since (see `intake`).

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::params;

use super::values::At;
use super::{Sqlite, lock, open};
use crate::store::Backend;

/// What was ended because the database is one of yesterday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Links, mailed keys and sessions.
    pub tokens: usize,
    /// Letters that were on their way when the copy was made, and news that waited for more: they have left since.
    pub letters: usize,
}

/// Puts a copy of `backup`, brought up to date and with its promises ended, in the place of `database`, which must be nobody's at the
/// moment. Answers also where the one before is, if there was one.
pub fn replace(database: &Path, backup: &Path, at: Timestamp) -> Result<(Restored, Option<PathBuf>), Backend> {
    let _lock = lock::Lock::take(database)?;
    let part = lock::beside(database, "part");
    let fault = |fault: std::io::Error| Backend(format!("{}: {fault}", database.display()));
    let mut copy = open::private_file(&part)?;
    copy.set_len(0).and_then(|()| std::io::copy(&mut File::open(backup)?, &mut copy)).map_err(fault)?;
    let mut copied = Sqlite::open(&part)?;
    let restored = copied.restored(at)?;
    // Closed, its log is played into it, and gone.
    drop(copied);
    if with(&part, "-wal").exists() {
        return Err(Backend(format!("{}: its log could not be played into it", part.display())));
    }
    copy.sync_all().and_then(|()| fs::remove_file(lock::beside(&part, "lock"))).map_err(fault)?;
    let aside = lock::beside(database, "before-restore");
    let was_there = database.exists();
    put(&part, database, &aside).map_err(fault)?;
    Ok((restored, was_there.then_some(aside)))
}

/// One database in the other's place, which goes aside.
fn put(part: &Path, database: &Path, aside: &Path) -> std::io::Result<()> {
    // The log first: beside another database it would be played into that one.
    for ending in ["-wal", "-shm", ""] {
        let (from, to) = (with(database, ending), with(aside, ending));
        match from.exists() {
            true => fs::rename(&from, &to)?,
            false if to.exists() => fs::remove_file(&to)?,
            false => {}
        }
    }
    fs::rename(part, database)?;
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

impl Sqlite {
    /// Ends what the copy had promised: every link, key and session; letters that it had still to send, and news that waited.
    pub fn restored(&mut self, at: Timestamp) -> Result<Restored, Backend> {
        let scope = self.connection.transaction()?;
        let mut tokens = 0;
        for table in ["links", "gates", "sessions"] {
            tokens += scope.execute(&format!("UPDATE {table} SET ended_at = ?1 WHERE ended_at IS NULL"), [At(at)])?;
        }
        let mut letters = scope.execute("DELETE FROM put_off", [])?;
        letters += scope.execute(
            "UPDATE outbox SET state = 'suppressed', reply = ?1 WHERE state IN ('queued', 'sending', 'unknown')",
            params!["on its way when the backup was made"],
        )?;
        scope.commit()?;
        Ok(Restored { tokens, letters })
    }
}
