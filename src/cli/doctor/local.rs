//! What lies on this machine: the database and its disk, backups, the daemon, and what waits in the desk.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::Finding;
use crate::cli::control;
use crate::config::Settings;
use crate::store::Reads;
use crate::store::sqlite::Reader;

/// Larger databases are not looked through: that takes minutes, and `guichet backup` does it with each copy.
const LOOKED_THROUGH: u64 = 4 << 30;
/// A write-ahead log that is larger is not brought home: something reads for ever.
const WAL_MAX: u64 = 512 << 20;
/// Free space below which mails may soon be refused.
const FREE_MIN: u64 = 1 << 30;
/// … and below which it is a matter of hours.
const FREE_LEAST: u64 = 100 << 20;
/// A backup that is older is too old.
const BACKUP: SignedDuration = SignedDuration::from_hours(8 * 24);
/// How long a letter may be overdue.
const LATE: SignedDuration = SignedDuration::from_mins(15);
/// How long a mailbox may be silent.
const SILENT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Everything of this machine.
pub fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![daemon(settings), disk(settings), backup(settings)];
    if !settings.database.exists() {
        findings.push(Finding::look("database", "there is none yet", "`guichet run` makes it"));
        return findings;
    }
    match Reader::open(&settings.database) {
        Ok(reader) => {
            findings.push(file(settings, &reader));
            findings.extend(waiting(settings, &reader).unwrap_or_else(|fault| vec![unreadable(&fault.to_string())]));
        }
        Err(fault) => findings.push(unreadable(&fault.to_string())),
    }
    findings
}

fn unreadable(fault: &str) -> Finding {
    Finding::broken("database", fault, "run this as the daemon's own user; if the file is damaged, restore a backup")
}

fn daemon(settings: &Settings) -> Finding {
    match control::is_up(settings) {
        true => Finding::well("daemon", "it runs"),
        false => Finding::look("daemon", "none runs here, or it is another user's", "start it: systemctl start guichet, or `guichet run`"),
    }
}

fn disk(settings: &Settings) -> Finding {
    let place = settings.state.ancestors().find(|place| place.exists()).unwrap_or(Path::new("/"));
    let Ok(disk) = rustix::fs::statvfs(place) else {
        return Finding::look("disk", format!("nothing is known of {}", place.display()), "see that the state folder's disk is there");
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let said = format!("{} MiB free under {}", free >> 20, place.display());
    let advice = "make room, or see [retention]: when the disk is full, mails stay on their server";
    match free {
        ..FREE_LEAST => Finding::broken("disk", said, advice),
        FREE_LEAST..FREE_MIN => Finding::look("disk", said, advice),
        _ => Finding::well("disk", said),
    }
}

fn backup(settings: &Settings) -> Finding {
    let made = fs::read_to_string(settings.last_backup()).ok().and_then(|text| text.trim().parse::<Timestamp>().ok());
    let advice = "call `guichet backup FILE` every night, keep the copy elsewhere, and the signing key with it";
    match made {
        Some(at) if Timestamp::now().duration_since(at) <= BACKUP => Finding::well("backup", format!("the last one was made at {at}")),
        Some(at) => Finding::look("backup", format!("the last one was made at {at}"), advice),
        None => Finding::look("backup", "none was made by `guichet backup`", advice),
    }
}

fn file(settings: &Settings, reader: &Reader) -> Finding {
    let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let (bytes, wal) = (size(&settings.database), size(&settings.database.with_extension("db-wal")));
    let said = format!("{} MiB, and {} MiB on their way into it", bytes >> 20, wal >> 20);
    if wal > WAL_MAX {
        return Finding::look("database", said, "a program reads it without end: look for one, or start the daemon again");
    }
    if bytes > LOOKED_THROUGH {
        return Finding::look("database", format!("{said}; not looked through, for its size"), "`guichet backup` checks its copy whole");
    }
    match reader.verify() {
        Ok(()) => Finding::well("database", format!("{said}; undamaged")),
        Err(fault) => Finding::broken("database", fault.to_string(), "stop the daemon, keep the file, restore a backup"),
    }
}

/// Letters that do not leave, mails that wait for a person, mailboxes that are silent, a clock that went back.
fn waiting(settings: &Settings, reader: &Reader) -> anyhow::Result<Vec<Finding>> {
    let now = Timestamp::now();
    let count = reader.count(None)?;
    let mut findings = vec![letters(reader.next_due()?.map(|due| now.duration_since(due)))];
    findings.push(match count.held {
        0 => Finding::well("held mails", "none waits for a decision"),
        held => Finding::look("held mails", format!("{held} wait for a decision"), "agents decide at /desk/held, or `guichet held list`"),
    });
    findings.push(match count.parked {
        0 => Finding::well("parked mails", "every mail could be handled"),
        parked => Finding::look(
            "parked mails",
            format!("{parked} could not be handled"),
            "`guichet why --parked` tells why; `guichet replay` tries again",
        ),
    });
    for mailbox in settings.mailboxes() {
        findings.push(silence(&mailbox, reader.last_arrival(&mailbox)?, now));
    }
    let (lately, vanished) = reader.lately_vanished()?;
    findings.push(alone(lately, vanished));
    if reader.last_written()?.is_some_and(|at| at > now + SignedDuration::from_mins(5)) {
        findings.push(Finding::broken("clock", "mails were written later than now", "set the clock: until it is right nothing is due"));
    }
    Ok(findings)
}

/// Mails that are gone before they can be fetched: somebody else empties the mailbox (CASEBOOK H24).
fn alone(lately: u64, vanished: u64) -> Finding {
    match vanished * 20 > lately {
        true => {
            let said = format!("{vanished} of the last {lately} mails were gone before they could be fetched");
            Finding::broken("mailboxes", said, "another program reads them, too (an old help desk, a rule, a phone that archives): stop it")
        }
        false => Finding::well("mailboxes", "nobody else takes mails out of them"),
    }
}

fn letters(overdue: Option<SignedDuration>) -> Finding {
    match overdue {
        Some(late) if late > LATE => {
            let said = format!("the first is overdue by {} min", late.as_mins());
            Finding::broken("outgoing mails", said, "see the relay below, and the log of the daemon")
        }
        Some(_) => Finding::well("outgoing mails", "some are on their way"),
        None => Finding::well("outgoing mails", "all have left"),
    }
}

fn silence(mailbox: &str, last: Option<Timestamp>, now: Timestamp) -> Finding {
    let about = format!("mailbox {mailbox}");
    match last {
        Some(at) if now.duration_since(at) <= SILENT => Finding::well(&about, format!("the last mail came at {at}")),
        Some(at) => {
            Finding::look(&about, format!("the last mail came at {at}"), "if that is unusual, write one and look whether it arrives")
        }
        None => Finding::look(&about, "no mail has come yet", "write one to the desk and look whether it arrives"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn h24_whoever_else_empties_the_mailbox_is_noticed_from_a_twentieth_on() {
        for (lately, vanished, state) in [(0, 0, State::Well), (100, 5, State::Well), (100, 6, State::Broken), (1, 1, State::Broken)] {
            assert_eq!(alone(lately, vanished).state, state, "{vanished} of {lately}");
        }
    }
}
