//! A Maildir as a source.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use guichet::intake::maildir::{MaildirSource, pass, watch};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::keeper::FakeKeeper;

fn maildir() -> (TempDir, MaildirSource) {
    let dir = TempDir::new().unwrap();
    ["new", "cur", "tmp"].iter().for_each(|d| fs::create_dir(dir.path().join(d)).unwrap());
    let source = MaildirSource { poll: Duration::from_millis(5), ..MaildirSource::new("paper", dir.path()) };
    (dir, source)
}

fn files(dir: &Path, sub: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir.join(sub)).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn mails_are_kept_then_moved_as_read() {
    let (dir, source) = maildir();
    for n in 0..100 {
        fs::write(dir.path().join(format!("new/{n:03}.host")), format!("Subject: {n}\n\n")).unwrap();
    }
    fs::write(dir.path().join("new/.hidden"), "no mail").unwrap();
    let keeper = FakeKeeper::default();
    assert_eq!(pass(&source, &keeper).await.unwrap(), 100);
    let ledger = keeper.ledger();
    assert_eq!(ledger.kept()[7].raw, b"Subject: 7\n\n");
    assert_eq!((ledger.kept()[7].origin.name.as_str(), ledger.polled, ledger.calls), ("007.host", 1, 2));
    assert_eq!(files(dir.path(), "new"), [".hidden"]);
    assert_eq!(files(dir.path(), "cur")[7], "007.host:2,S");
    assert_eq!(pass(&source, &keeper).await.unwrap(), 0);
}

#[tokio::test]
async fn j05_while_the_store_is_full_nothing_is_moved() {
    let (dir, source) = maildir();
    fs::write(dir.path().join("new/1.host"), "Subject: 1\n\n").unwrap();
    let keeper = FakeKeeper::default();
    keeper.change(|l| l.full = 1);
    assert!(pass(&source, &keeper).await.is_err());
    assert_eq!(files(dir.path(), "new"), ["1.host"]);
    assert_eq!(pass(&source, &keeper).await.unwrap(), 1);
    assert_eq!(files(dir.path(), "cur"), ["1.host:2,S"]);
}

#[tokio::test]
async fn inv8_what_cannot_be_read_stops_nothing() {
    let (dir, source) = maildir();
    let source = MaildirSource { max_mail: 100_000, ..source };
    fs::create_dir(dir.path().join("new/0.folder")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("new/1.link")).unwrap();
    fs::write(dir.path().join("new/2.large"), [b"Subject: 2\n\n".as_slice(), &vec![b'.'; 200_000]].concat()).unwrap();
    fs::write(dir.path().join("new/3.host"), "Subject: 3\n\n").unwrap();
    let keeper = FakeKeeper::default();
    assert_eq!(pass(&source, &keeper).await.unwrap(), 2);
    let ledger = keeper.ledger();
    assert_eq!(ledger.kept()[0].raw.len(), 12 + 64 * 1024);
    assert_eq!(ledger.kept()[0].cut_from, Some(200_012));
}

#[tokio::test]
async fn a_mail_that_comes_later_is_seen_and_stopping_is_prompt() {
    let (dir, source) = maildir();
    let (keeper, stop) = (Arc::new(FakeKeeper::default()), CancellationToken::new());
    let task = tokio::spawn(watch(source, keeper.clone(), stop.clone()));
    keeper.until(|l| l.polled > 0).await;
    fs::write(dir.path().join("tmp/9.host"), "Subject: 9\n\n").unwrap();
    fs::rename(dir.path().join("tmp/9.host"), dir.path().join("new/9.host")).unwrap();
    keeper.until(|l| l.kept().len() == 1).await;
    stop.cancel();
    task.await.unwrap();
}
