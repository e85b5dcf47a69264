//! The file of signing keys: a line per key, newest first, `<letter> <64 hex digits>`. Older keys only verify.
//!
//! Excludes: what is signed (see `mail::carrier`).

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use data_encoding::HEXLOWER_PERMISSIVE;

use crate::mail::Keys;

/// Bytes of a key: as many as the hash gives out (RFC 2104 section 3).
const KEY_BYTES: usize = 32;

/// Reads the keys. The error says what is wrong with the file, without its content.
pub fn read(path: &Path) -> Result<Keys, String> {
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("there is no signing key at {}; `guichet init` makes one", path.display()),
        _ => format!("the signing key cannot be read: {}: {error}", path.display()),
    })?;
    let keys = text.lines().filter(|line| !line.trim().is_empty()).map(key);
    let keys: Option<Vec<_>> = keys.collect();
    match keys {
        Some(keys) if !keys.is_empty() => Ok(Keys::new(keys)),
        _ => Err(format!("{} is no file of signing keys: each line is a letter, a space and {} hex digits", path.display(), 2 * KEY_BYTES)),
    }
}

fn key(line: &str) -> Option<(char, Vec<u8>)> {
    let (id, hex) = line.trim().split_once(' ')?;
    let mut letters = id.chars();
    let letter = letters.next().filter(char::is_ascii_lowercase)?;
    let bytes = HEXLOWER_PERMISSIVE.decode(hex.trim().as_bytes()).ok()?;
    (letters.next().is_none() && bytes.len() == KEY_BYTES).then_some((letter, bytes))
}

/// Makes a file with one key of these bytes, readable by its owner alone. Fails when the file is there.
pub fn create(path: &Path, fresh: &[u8; KEY_BYTES]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "a {}", HEXLOWER_PERMISSIVE.encode(fresh))?;
    file.sync_all()
}

/// Makes a folder that only its owner may enter, with those above it. One that is there stays as it is.
pub fn create_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn l12_a_new_key_is_its_owners_alone_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("a/state");
        create_folder(&state).unwrap();
        let path = state.join("signing.key");
        create(&path, &[7; 32]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(format!("{:?}", read(&path).unwrap()), "Keys(1)");
        assert!(create(&path, &[8; 32]).is_err(), "a key is never overwritten");
    }

    #[test]
    fn l08_several_keys_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        let hex = "0A".repeat(32);
        fs::write(&path, format!("b {hex}\na {hex}\n")).unwrap();
        assert_eq!(format!("{:?}", read(&path).unwrap()), "Keys(2)");
        for bad in ["", "\n", "a 00ff", &hex, &format!("A {hex}"), &format!("ab {hex}"), &format!("a {hex}\nrubbish")] {
            fs::write(&path, bad).unwrap();
            let told = read(&path).unwrap_err();
            assert!(told.contains("no file of signing keys") && !told.contains(&hex), "{told}");
        }
    }
}
