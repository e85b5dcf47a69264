//! The configuration as an administrator meets it: the real program, its words and its exit codes.

#![allow(clippy::unwrap_used)]

mod documented;
mod faults;
mod first_steps;
mod keys;
mod meaning;
mod tools;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder with a configuration in it.
struct Place {
    folder: TempDir,
}

/// A configuration without faults, and what its keys refer to.
const GOOD: &str = r#"[site]
address = "support@desk.test"
state = "state"
[web]
base_url = "https://desk.test"
[[imap]]
name = "support"
host = "imap.desk.test"
user = "support@desk.test"
password = { file = "password" }
[smtp]
host = "smtp.desk.test"
user = "support@desk.test"
password = { file = "password" }
"#;

impl Place {
    /// A good configuration, changed by replacing pieces of text.
    fn with(changes: &[(&str, &str)]) -> Place {
        let mut text = GOOD.to_owned();
        for (old, new) in changes {
            assert!(text.contains(old), "{old:?}");
            text = text.replacen(old, new, 1);
        }
        let place = Place { folder: tempfile::tempdir().unwrap() };
        place.write("guichet.toml", &text);
        place.write("password", "hunter2\n");
        place.chmod("password", 0o600);
        std::fs::create_dir(place.path("state")).unwrap();
        place.write("state/signing.key", &format!("a {}\n", "07".repeat(32)));
        place
    }

    fn empty() -> Place {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn chmod(&self, name: &str, mode: u32) {
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs the program in this folder, without a terminal.
    fn guichet(&self, arguments: &[&str]) -> Told {
        self.guichet_with(arguments, &[])
    }

    fn guichet_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Told {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guichet"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("GUICHET_CONFIG").env_remove("CREDENTIALS_DIRECTORY");
        command.envs(environment.iter().copied()).stdin(std::process::Stdio::null());
        Told::from(command.output().unwrap())
    }
}

/// What the program said.
#[derive(Debug)]
struct Told {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Told {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Told { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
