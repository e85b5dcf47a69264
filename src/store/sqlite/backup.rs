//! A consistent copy while the program works (CASEBOOK J20): `VACUUM INTO` a new file, synced, then named.

use std::fs::{self, File};
use std::path::Path;

use rusqlite::Connection;

use super::{lock, open};
use crate::store::Backend;

/// Writes the copy; an older file of that name is replaced only when the new one is whole and on the disk.
pub fn copy(connection: &Connection, to: &Path) -> Result<(), Backend> {
    let part = lock::beside(to, "part");
    let fault = |fault: std::io::Error| Backend(format!("{}: {fault}", to.display()));
    // VACUUM INTO wants an empty file or none; ours is made first so that nobody else may read it.
    open::private_file(&part)?.set_len(0).map_err(fault)?;
    connection.execute("VACUUM INTO ?1", [part.to_string_lossy()])?;
    File::open(&part).and_then(|file| file.sync_all()).map_err(fault)?;
    fs::rename(&part, to).map_err(fault)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)
}
