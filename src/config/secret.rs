//! Secrets: where each is to be found, and fetching it. None is ever printed, and none stands in an error.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::de::{self, Deserializer, MapAccess};

/// Where a secret is to be found, as written:
/// `{ file = "imap.password" }`, `{ env = "IMAP_PASSWORD" }`, `{ credential = "imap" }` (systemd), or the text itself.
#[derive(Debug, Clone)]
pub enum Secret {
    /// The text itself.
    Inline(SecretString),
    /// First line of a file; a relative path starts at the configuration's folder.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// A file of `$CREDENTIALS_DIRECTORY` (systemd's LoadCredential).
    Credential(String),
}

impl Secret {
    /// Fetches it. The error says where it was looked for. `folder` is the configuration's.
    pub fn fetch(&self, folder: &Path) -> Result<SecretString, String> {
        match self {
            Secret::Inline(secret) => Ok(secret.clone()),
            Secret::File(path) => first_line(&folder.join(path)),
            Secret::Env(name) => from_env(name),
            Secret::Credential(name) => match std::env::var_os("CREDENTIALS_DIRECTORY") {
                Some(credentials) => first_line(&Path::new(&credentials).join(name)),
                None => Err(format!(
                    "the credential {name} is missing: $CREDENTIALS_DIRECTORY is not set (systemd sets it for LoadCredential=)"
                )),
            },
        }
    }

    /// The file that holds it, when others than its owner may read that file.
    pub fn open_to_others(&self, folder: &Path) -> Option<PathBuf> {
        match self {
            Secret::File(path) => Some(folder.join(path)).filter(|path| readable_by_others(path)),
            _ => None,
        }
    }
}

/// May anybody but the owner and the group read or write this file?
pub fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o007 != 0)
}

fn from_env(name: &str) -> Result<SecretString, String> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value.into()),
        _ => Err(format!("the environment variable {name} is not set, or is empty")),
    }
}

fn first_line(path: &Path) -> Result<SecretString, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("the secret cannot be read: {}: {error}", path.display()))?;
    match text.lines().next().map(str::trim_end) {
        Some(line) if !line.is_empty() => Ok(line.into()),
        _ => Err(format!("the file of the secret is empty: {}", path.display())),
    }
}

const LOOKS: &str = "a secret is { file = \"…\" }, { env = \"…\" }, { credential = \"…\" } or text in quotes";

impl<'de> de::Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Secret;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(LOOKS)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        if text.is_empty() { Err(E::custom(LOOKS)) } else { Ok(Secret::Inline(text.into())) }
    }

    // serde's own message would repeat the value, which may be a password without quotes.
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom(LOOKS))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom(LOOKS))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        Err(E::custom(LOOKS))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Secret, A::Error> {
        let Some((key, value)) = map.next_entry::<String, String>()? else { return Err(de::Error::custom(LOOKS)) };
        if map.next_key::<String>()?.is_some() {
            return Err(de::Error::custom(LOOKS));
        }
        match key.as_str() {
            "file" => Ok(Secret::File(value.into())),
            "env" => Ok(Secret::Env(value)),
            "credential" if !value.contains('/') => Ok(Secret::Credential(value)),
            _ => Err(de::Error::custom(LOOKS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use std::collections::BTreeMap;

    fn written(text: &str) -> Result<Secret, String> {
        let mut map: BTreeMap<String, Secret> = toml::from_str(&format!("p = {text}")).map_err(|error| error.message().to_owned())?;
        map.remove("p").ok_or_else(String::new)
    }

    #[test]
    fn l05_no_secret_stands_in_an_error_or_a_dump() {
        for text in ["12345678", "true", "1234.5678", "{ fil = \"12345678\" }", "{ file = \"a\", env = \"12345678\" }"] {
            let told = written(text).unwrap_err();
            assert!(!told.contains("1234") && !told.contains("true"), "{told}");
        }
        assert!(!format!("{:?}", written("\"hunter2\"").unwrap()).contains("hunter2"));
    }

    #[test]
    fn a_file_gives_its_first_line_and_is_found_beside_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pw"), "hunter 2\r\nsecond\n").unwrap();
        let secret = written("{ file = \"pw\" }").unwrap();
        assert_eq!(secret.fetch(folder.path()).unwrap().expose_secret(), "hunter 2");
        std::fs::write(folder.path().join("pw"), "\n").unwrap();
        assert!(secret.fetch(folder.path()).unwrap_err().contains("empty"));
    }
}
