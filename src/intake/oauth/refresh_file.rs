//! The file that a refresh token lives in. Endpoints may give a new one with each access token and take the old one
//! back (RFC 6749 section 6), so that it is stored before it is used.

use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

/// The file. Written with mode 0600, at once or not at all.
#[derive(Debug, Clone)]
pub struct RefreshFile(PathBuf);

impl RefreshFile {
    /// A file whose first line is a refresh token.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        RefreshFile(path.into())
    }

    /// The token.
    ///
    /// # Errors
    /// When the file cannot be read, or its first line is empty.
    pub fn read(&self) -> io::Result<SecretString> {
        let text = std::fs::read_to_string(&self.0)?;
        match text.lines().next().map(str::trim) {
            Some(token) if !token.is_empty() => Ok(SecretString::from(token.to_owned())),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "no refresh token in it")),
        }
    }

    /// Replaces the token.
    ///
    /// # Errors
    /// When it cannot be written; the old one stays.
    pub fn write(&self, token: &SecretString) -> io::Result<()> {
        let folder = self.0.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut fresh = self.0.clone().into_os_string();
        fresh.push(".new");
        // Left over from a crash, perhaps with other rights.
        match std::fs::remove_file(&fresh) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        file.write_all(token.expose_secret().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&fresh, &self.0)?;
        std::fs::File::open(folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_new_token_replaces_the_old_one_readable_by_us_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("refresh");
        std::fs::write(&path, "old\n").unwrap();
        std::fs::write(dir.path().join("refresh.new"), "left over").unwrap();
        let file = RefreshFile::new(&path);
        assert_eq!(file.read().unwrap().expose_secret(), "old");
        file.write(&SecretString::from("new".to_owned())).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new\n");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_empty_file_is_no_token() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(RefreshFile::new(file.path()).read().is_err());
    }
}
