//! `guichet inspect`: what is understood of a mail. Nothing is stored, sent or connected to.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Global, ui};
use crate::address::Mailbox;
use crate::mail::read::Declared;
use crate::mail::{self, Attachment, Author, Incoming, Limits};

/// Print what is understood of a mail, without storing anything
///
/// Reads a file, every file of a folder (in the order of their names), or standard input. With --json:
/// one object for a mail, one a line for a folder, with the file's name under "file".
///
/// Examples:
///   guichet inspect mail.eml
///   guichet inspect --json - < mail.eml
///   guichet inspect --json maildir/cur
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A mail, a folder of mails, or - for standard input
    #[arg(value_name = "FILE|DIR|-", default_value = "-")]
    source: PathBuf,
}

/// Exit code 0 when all could be read; mails are always understood, to some extent.
pub fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    if args.source.is_dir() {
        return folder(&args.source, global.json);
    }
    let raw = match args.source.as_os_str() == "-" {
        true => standard_input().context("standard input cannot be read")?,
        false => std::fs::read(&args.source).with_context(|| format!("{} cannot be read", args.source.display()))?,
    };
    tell(&raw, None, global.json)?;
    Ok(ExitCode::SUCCESS)
}

fn standard_input() -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    std::io::stdin().lock().read_to_end(&mut raw)?;
    Ok(raw)
}

fn folder(folder: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_file() && !hidden {
            files.push(path);
        }
    }
    files.sort();
    let mut code = ExitCode::SUCCESS;
    for path in files {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match std::fs::read(&path) {
            Ok(raw) => tell(&raw, Some(&name), json)?,
            Err(error) => {
                ui::note(format!("{}: {error}", path.display()));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn tell(raw: &[u8], file: Option<&str>, json: bool) -> anyhow::Result<()> {
    let mut mail = mail::read(raw, &Limits::default());
    for attachment in &mut mail.attachments {
        let bytes = mail::read::part(raw, attachment.part).unwrap_or_default();
        attachment.sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    }
    match json {
        true => ui::json(&as_json(&mail, &mail::read::declared(raw, &mail, &Limits::default()), file)),
        false => {
            ui::say(as_text(&mail, file));
            Ok(())
        }
    }
}

/// `subject`, `text` and names are as the mail declares them; `title`, `parts`, `reply` and `saved_as` are what people are shown.
fn as_json(mail: &Incoming, declared: &Declared, file: Option<&str>) -> Value {
    let mut value = json!({
        "kind": mail.kind,
        "nature": mail.nature,
        "returns": mail.returns,
        "evidence": mail.evidence,
        "subject": declared.subject,
        "title": mail.subject,
        "subject_core": mail.subject_core,
        "from": author(mail),
        "reply_to": mail.reply_to,
        "to": recipients(&mail.to, &declared.to_unread),
        "cc": recipients(&mail.cc, &declared.cc_unread),
        "date": date(mail),
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "language": mail.language,
        "text": declared.text,
        "other": mail.other,
        "reply": mail.reply,
        "quoted": mail.quoted,
        "signature": mail.signature,
        "parts": mail.parts,
        "attachments": mail.attachments.iter().map(|file| attachment(file, declared)).collect::<Vec<_>>(),
        "manifest": mail.manifest,
        "bounce": mail.bounce,
        "remarks": mail.remarks,
    });
    if let (Some(file), Some(object)) = (file, value.as_object_mut()) {
        object.insert("file".to_owned(), json!(file));
    }
    value
}

fn recipients(read: &[Mailbox], unread: &[String]) -> Vec<Value> {
    let unread = unread.iter().map(|told| {
        let address = told.rsplit_once('<').map_or(&**told, |(_, rest)| rest.trim_end_matches('>'));
        json!({ "name": null, "address": address.trim(), "believed": false })
    });
    read.iter().map(|mailbox| json!(mailbox)).chain(unread).collect()
}

fn attachment(file: &Attachment, declared: &Declared) -> Value {
    let mut value = json!(file);
    let written = declared.names.iter().find(|(part, _)| *part == file.part);
    if let (Some(object), Some((_, name))) = (value.as_object_mut(), written) {
        object.insert("name".to_owned(), json!(name));
    }
    if let Some(object) = value.as_object_mut() {
        object.insert("saved_as".to_owned(), json!(file.name));
    }
    value
}

/// An author that is none is shown as claimed, and marked: it identifies nobody.
fn author(mail: &Incoming) -> Value {
    let unclear = match &mail.from {
        Author::One(mailbox) => return json!(mailbox),
        Author::Ambiguous(_) => true,
        Author::Missing if mail.from_written.is_empty() => return Value::Null,
        Author::Missing => false,
    };
    let written = mail.from_written.as_str();
    let (name, address) = written.split_once('<').map_or(("", written), |(name, rest)| (name, rest.split('>').next().unwrap_or_default()));
    let name = name.trim().trim_matches('"');
    json!({ "name": (!name.is_empty()).then_some(name), "address": address.trim(), "ambiguous": unclear, "believed": false })
}

fn date(mail: &Incoming) -> Option<String> {
    jiff::Timestamp::from_second(mail.date?).ok().map(|date| date.to_string())
}

fn as_text(mail: &Incoming, file: Option<&str>) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "{name:<12}{}", ui::one_line(value));
        }
    };
    line("file", file.unwrap_or_default());
    line("kind", json!(mail.kind).as_str().unwrap_or_default());
    line("nature", json!(mail.nature).as_str().unwrap_or_default());
    line("returns", &mail.returns.map(|day| day.to_string()).unwrap_or_default());
    line("evidence", &mail.evidence.join("; "));
    line(
        "from",
        &match &mail.from {
            Author::One(mailbox) => shown(mailbox),
            Author::Ambiguous(text) => format!("ambiguous: {text}"),
            Author::Missing => "missing".to_owned(),
        },
    );
    line("to", &list(&mail.to));
    line("cc", &list(&mail.cc));
    line("subject", &mail.subject);
    line("date", &date(mail).unwrap_or_default());
    line("message-id", mail.message_id.as_deref().unwrap_or_default());
    line("in-reply-to", &mail.in_reply_to.join(" "));
    line("language", mail.language.as_deref().unwrap_or_default());
    if let Some(bounce) = &mail.bounce {
        let words = [&bounce.action, &bounce.status].map(|word| word.as_deref().unwrap_or("?"));
        line("bounce", &format!("{} {} for {}", words[0], words[1], bounce.recipients.join(", ")));
    }
    for attachment in &mail.attachments {
        let inline = if attachment.inline { ", inline" } else { "" };
        line("attachment", &format!("{} ({}, {} bytes{inline})", attachment.name, attachment.content_type, attachment.size));
    }
    for remark in &mail.remarks {
        line("remark", &format!("{} {}", remark.code, remark.about));
    }
    let other = mail.other.clone().unwrap_or_default();
    for (name, text) in [("reply", &mail.reply), ("signature", &mail.signature), ("quoted", &mail.quoted), ("other", &other)] {
        if !text.is_empty() {
            let _ = write!(out, "--- {name}\n{text}\n");
        }
    }
    out
}

fn shown(mailbox: &Mailbox) -> String {
    match &mailbox.name {
        Some(name) => format!("{name} <{}>", mailbox.address),
        None => mailbox.address.to_string(),
    }
}

fn list(mailboxes: &[Mailbox]) -> String {
    mailboxes.iter().map(shown).collect::<Vec<_>>().join(", ")
}
