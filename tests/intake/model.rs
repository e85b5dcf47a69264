//! What lies on the scripted server, and what a server that behaves answers.

use std::collections::BTreeMap;

use guichet::gateway::ports::Arrival;

use crate::keeper::FakeKeeper;

#[derive(Debug, Clone)]
pub struct Mail {
    pub raw: Vec<u8>,
    pub deleted: bool,
}

/// What lies on the server.
#[derive(Debug)]
pub struct Mailbox {
    pub validity: Option<u32>,
    pub next: u32,
    pub mails: BTreeMap<u32, Mail>,
    pub archive: Vec<Vec<u8>>,
    pub archive_exists: bool,
    pub flagged: Vec<u32>,
    pub extensions: &'static str,
    /// All commands, without tags.
    pub log: Vec<String>,
    /// Commands that no intake may send.
    pub objections: Vec<String>,
    pub connections: usize,
    pub bytes_sent: usize,
}

impl Mailbox {
    pub fn add(&mut self, raw: impl Into<Vec<u8>>) -> u32 {
        let uid = self.next;
        self.mails.insert(uid, Mail { raw: raw.into(), deleted: false });
        self.next += 1;
        uid
    }

    pub fn count(&self, prefix: &str) -> usize {
        self.log.iter().filter(|l| l.starts_with(prefix)).count()
    }
}

pub fn mail(n: usize) -> Vec<u8> {
    format!("From: a@cust.test\r\nSubject: mail {n}\r\n\r\nHello {n}.\r\n").into_bytes()
}

/// What a server that behaves says.
pub fn reply(mailbox: &mut Mailbox, keeper: &FakeKeeper, tag: &str, line: &str) -> Vec<u8> {
    let ok = |mut body: Vec<u8>| {
        body.extend(format!("{tag} OK done\r\n").into_bytes());
        body
    };
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        [""] => b"* OK ready\r\n".to_vec(),
        ["CAPABILITY"] => ok(format!("* CAPABILITY IMAP4rev1 {}\r\n", mailbox.extensions).into_bytes()),
        ["LOGIN", ..] | ["NOOP"] => ok(Vec::new()),
        ["LOGOUT"] => ok(b"* BYE goodbye\r\n".to_vec()),
        ["SELECT", ..] => ok(selected(mailbox)),
        ["CREATE", _] => {
            mailbox.archive_exists = true;
            ok(Vec::new())
        }
        ["UID", "FETCH", set, ..] if !line.contains("BODY[") => ok(fetched(mailbox, set, line)),
        ["UID", "STORE", set, "+FLAGS.SILENT", flag] => {
            stored(mailbox, keeper, set, flag);
            ok(Vec::new())
        }
        ["UID", verb @ ("MOVE" | "COPY"), set, _folder] => {
            if !mailbox.archive_exists {
                return format!("{tag} NO [TRYCREATE] no such folder\r\n").into_bytes();
            }
            archived(mailbox, keeper, set, *verb == "MOVE");
            ok(Vec::new())
        }
        ["UID", "EXPUNGE", set] => {
            for uid in uids(mailbox, set) {
                mailbox.mails.retain(|u, m| *u != uid || !m.deleted);
            }
            ok(Vec::new())
        }
        _ => {
            mailbox.objections.push(line.to_owned());
            format!("{tag} BAD never send this\r\n").into_bytes()
        }
    }
}

fn selected(mailbox: &Mailbox) -> Vec<u8> {
    let validity = mailbox.validity.map(|v| format!("* OK [UIDVALIDITY {v}] valid\r\n")).unwrap_or_default();
    format!("* {} EXISTS\r\n{validity}* OK [UIDNEXT {}] next\r\n", mailbox.mails.len(), mailbox.next).into_bytes()
}

/// UIDs of a set that exist; `n:*` has the last one even when it lies below n (RFC 9051 section 6.4.9).
fn uids(mailbox: &Mailbox, set: &str) -> Vec<u32> {
    let last = mailbox.mails.keys().last().copied().unwrap_or(0);
    let number = |text: &str| if text == "*" { last } else { text.parse().unwrap() };
    let within = |uid: u32| {
        set.split(',').any(|part| {
            let (a, b) = part.split_once(':').unwrap_or((part, part));
            let (a, b) = (number(a), number(b));
            (a.min(b)..=a.max(b)).contains(&uid)
        })
    };
    mailbox.mails.keys().copied().filter(|uid| within(*uid)).collect()
}

fn fetched(mailbox: &Mailbox, set: &str, line: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for uid in uids(mailbox, set) {
        let mail = &mailbox.mails[&uid];
        let sequence = mailbox.mails.keys().position(|u| *u == uid).unwrap() + 1;
        out.extend(format!("* {sequence} FETCH (UID {uid}").into_bytes());
        if line.contains("RFC822.SIZE") {
            out.extend(format!(" RFC822.SIZE {}", mail.raw.len()).into_bytes());
        }
        if line.contains("INTERNALDATE") {
            out.extend(b" INTERNALDATE \"21-Nov-2026 10:00:00 +0000\"");
        }
        if let Some((_, partial)) = line.split_once("BODY.PEEK[]<") {
            let (offset, length) = partial.trim_end_matches(">)").split_once('.').unwrap();
            let (offset, length): (usize, usize) = (offset.parse().unwrap(), length.parse().unwrap());
            let piece = mail.raw.get(offset..(offset + length).min(mail.raw.len())).unwrap_or_default();
            out.extend(format!(" BODY[]<{offset}> {{{}}}\r\n", piece.len()).into_bytes());
            out.extend(piece);
        }
        out.extend(b")\r\n");
    }
    out
}

/// INV1: whatever the server is told of is kept, under its very number and with its very bytes.
fn check_kept(mailbox: &mut Mailbox, keeper: &FakeKeeper, uid: u32) {
    let raw = &mailbox.mails[&uid].raw;
    // Of an oversized mail the beginning is kept.
    let same = |kept: &Arrival| kept.raw == *raw || (kept.cut_from.is_some() && raw.starts_with(&kept.raw));
    if !keeper.ledger().kept().iter().any(|a| a.origin.uid == uid && same(a)) {
        mailbox.objections.push(format!("told of {uid} before it was kept"));
    }
}

fn stored(mailbox: &mut Mailbox, keeper: &FakeKeeper, set: &str, flag: &str) {
    for uid in uids(mailbox, set) {
        check_kept(mailbox, keeper, uid);
        mailbox.mails.get_mut(&uid).unwrap().deleted |= flag == "(\\Deleted)";
        mailbox.flagged.push(uid);
    }
}

fn archived(mailbox: &mut Mailbox, keeper: &FakeKeeper, set: &str, remove: bool) {
    for uid in uids(mailbox, set) {
        check_kept(mailbox, keeper, uid);
        mailbox.archive.push(mailbox.mails[&uid].raw.clone());
        if remove {
            mailbox.mails.remove(&uid);
        }
    }
}
