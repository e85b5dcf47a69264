//! One program per database (CASEBOOK J11): a lock on `<database>.lock` that the system drops when the program ends.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::open::private_file;
use crate::store::Backend;

/// Held as long as the value lives.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub fn take(database: &Path) -> Result<Lock, Backend> {
        let path = beside(database, "lock");
        let mut file = private_file(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(database, &mut file)),
            Err(TryLockError::Error(fault)) => return Err(Backend(format!("{}: no locks on this file system: {fault}", path.display()))),
        }
        // Who has it is a courtesy: the lock holds without it.
        let noted = file.rewind().and_then(|()| file.set_len(0)).and_then(|()| write!(file, "{}", std::process::id()));
        if let Err(fault) = noted {
            tracing::warn!(%fault, "the lock file could not be written");
        }
        Ok(Lock { file })
    }
}

impl Drop for Lock {
    /// Explicitly: a child that was begun a moment ago still has this file open, and would keep the lock until it runs.
    fn drop(&mut self) {
        if let Err(fault) = self.file.unlock() {
            tracing::warn!(%fault, "the lock of the database ends with the program");
        }
    }
}

fn taken(database: &Path, file: &mut File) -> Backend {
    let mut holder = String::new();
    let holder = match file.read_to_string(&mut holder) {
        Ok(1..) => format!("process {}", holder.trim()),
        _ => "another process".into(),
    };
    Backend(format!("{}: {holder} has this database open", database.display()))
}

/// The path of the database with a further ending.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
