//! Letters into Maildirs, one for each recipient: for trials and the demo, and where a folder is the destination.
//!
//! Promises: a letter that was `Sent` is on the disk, whole, under a name of its own; nothing is written outside the folder,
//! whatever the recipient is called.
//! Excludes: reading them (see `intake`).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::address::Address;
use crate::mail::Letter;

/// Tells apart what this process writes.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// Writes a letter into `folder/<recipient>/new`, with `Return-Path` and `Delivered-To` before its own header. Blocks.
pub fn deliver(folder: &Path, letter: &Letter) -> io::Result<PathBuf> {
    let maildir = folder.join(folder_name(&letter.envelope_to));
    for sub in ["tmp", "new", "cur"] {
        fs::create_dir_all(maildir.join(sub))?;
    }
    let name = unique_name();
    let (draft, place) = (maildir.join("tmp").join(&name), maildir.join("new").join(&name));
    let written = write(&draft, letter).and_then(|()| fs::rename(&draft, &place));
    if let Err(error) = written {
        // What is left of it would only be in the way; the error that matters is the first.
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    Ok(place)
}

/// The recipient as one harmless path component: an address may hold slashes.
pub fn folder_name(recipient: &Address) -> String {
    recipient.as_str().replace('%', "%25").replace('/', "%2F")
}

fn write(path: &Path, letter: &Letter) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let from = letter.envelope_from.as_ref().map_or("", |from| from.as_str());
    write!(file, "Return-Path: <{from}>\r\nDelivered-To: {}\r\n", letter.envelope_to)?;
    file.write_all(&letter.bytes)?;
    file.sync_data()
}

/// `seconds.M<microseconds>P<process>Q<count>.guichet`, by the convention of Maildir.
fn unique_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}.M{:06}P{}Q{count}.guichet", now.as_secs(), now.subsec_micros(), std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_lies_in_its_recipients_maildir() {
        let folder = tempfile::tempdir().unwrap();
        let letter = Letter {
            message_id: "1@desk.test".into(),
            envelope_from: Some(Address::parse("support+b@desk.test").unwrap()),
            envelope_to: Address::parse("alice@cust.test").unwrap(),
            bytes: b"Subject: x\r\n\r\ny\r\n".to_vec(),
            excerpts: vec![],
        };
        let place = deliver(folder.path(), &letter).unwrap();
        assert!(place.starts_with(folder.path().join("alice@cust.test/new")));
        let text = fs::read_to_string(&place).unwrap();
        assert_eq!(text, "Return-Path: <support+b@desk.test>\r\nDelivered-To: alice@cust.test\r\nSubject: x\r\n\r\ny\r\n");
        assert_ne!(deliver(folder.path(), &letter).unwrap(), place);
        assert_eq!(fs::read_dir(folder.path().join("alice@cust.test/tmp")).unwrap().count(), 0);
    }

    #[test]
    fn i16_no_recipient_leads_out_of_the_folder() {
        for text in ["/etc/cron@x.test", "a/b@x.test", "%2f@x.test"] {
            let name = folder_name(&Address::parse(text).unwrap());
            assert!(!name.contains('/') && Path::new(&name).components().count() == 1, "{name}");
        }
    }
}
