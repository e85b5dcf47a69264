//! Names of attachments that are safe to show, to store and to download.

use std::collections::HashSet;

use super::fields::{Room, split};
use super::inner::File;
use super::tree::Part;
use super::words;

/// Characters of a name at most.
const NAME_MAX: usize = 150;
/// Names that Windows keeps for devices.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "lpt1", "lpt2", "lpt3"];

/// Names given so far in one mail.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: HashSet<String>,
}

impl Names {
    /// The name, or the name with a number when it was given before.
    pub fn unique(&mut self, name: String) -> String {
        let mut candidate = name.clone();
        let mut number = 2;
        while !self.given.insert(candidate.to_lowercase()) {
            let (stem, extension) = parts(&name);
            candidate = format!("{stem} ({number}){extension}");
            number += 1;
        }
        candidate
    }
}

/// The name that a part declares, as it is: to be shown, never to be used.
pub(super) fn declared(part: &Part) -> Option<String> {
    let written = part.disposition.text("filename").or_else(|| part.content.text("name")).or_else(|| part.content.text("filename"));
    written.map(|name| words::one_line(&name))
}

/// The name of a part: as declared, or after its content.
pub(super) fn of(part: &Part) -> String {
    let name = declared(part).map(|name| safe(&name)).filter(|name| !name.is_empty());
    name.or_else(|| subject(part)).unwrap_or_else(|| format!("{}{}", stem(&part.content.value), extension(&part.content.value)))
}

/// What a nameless part is called.
fn stem(content_type: &str) -> &'static str {
    match content_type {
        "text/calendar" | "application/ics" => "invitation",
        "text/vcard" | "text/x-vcard" => "contact",
        "message/delivery-status" => "delivery-report",
        "message/disposition-notification" => "receipt",
        "message/rfc822" | "message/global" => "message",
        _ => "attachment",
    }
}

/// The name of a file inside a part.
pub(super) fn of_inner(file: &File, content_type: &str) -> String {
    let name = safe(&file.name);
    if name.is_empty() { format!("attachment{}", extension(content_type)) } else { name }
}

/// The type of a file inside a part: as told, or after its name.
pub(super) fn content_type(file: &File) -> String {
    if !file.content_type.is_empty() {
        return file.content_type.clone();
    }
    let ending = file.name.rsplit_once('.').map(|(_, ending)| format!(".{}", ending.to_ascii_lowercase())).unwrap_or_default();
    let known = TYPES.iter().find(|(_, extension)| *extension == ending);
    known.map_or("application/octet-stream", |(content_type, _)| content_type).to_owned()
}

/// An attached message is called by its subject.
fn subject(part: &Part) -> Option<String> {
    if part.content.value != "message/rfc822" {
        return None;
    }
    let subject = words::decode(split(part.body, Room::of(16 << 10)).0.first("Subject")?);
    Some(safe(&format!("{}.eml", safe(&subject)))).filter(|name| name != ".eml" && name != "eml")
}

/// No path, no control, no leading or trailing dot, never a device.
fn safe(name: &str) -> String {
    let name = words::one_line(name);
    let plain: String = name.chars().map(|c| if "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let trimmed = plain.trim_matches(['.', ' ']);
    let (stem, extension) = parts(trimmed);
    let short: String = stem.chars().take(NAME_MAX - extension.chars().count()).collect();
    match DEVICES.contains(&stem.to_lowercase().as_str()) {
        true => format!("_{short}{extension}"),
        false => short + extension,
    }
}

/// Stem, and extension with its dot when it is a short one.
fn parts(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= 10 => name.split_at(dot),
        _ => (name, ""),
    }
}

fn extension(content_type: &str) -> &'static str {
    TYPES.iter().find(|(known, _)| *known == content_type).map_or(".bin", |(_, extension)| extension)
}

/// Types and their usual endings; the first of an ending is its type.
const TYPES: &[(&str, &str)] = &[
    ("text/plain", ".txt"),
    ("text/html", ".html"),
    ("text/calendar", ".ics"),
    ("application/ics", ".ics"),
    ("text/vcard", ".vcf"),
    ("text/x-vcard", ".vcf"),
    ("text/csv", ".csv"),
    ("message/rfc822", ".eml"),
    ("message/global", ".eml"),
    ("text/rfc822-headers", ".eml"),
    ("message/delivery-status", ".dsn"),
    ("message/disposition-notification", ".mdn"),
    ("image/png", ".png"),
    ("image/jpeg", ".jpg"),
    ("image/jpeg", ".jpeg"),
    ("image/jpg", ".jpg"),
    ("image/pjpeg", ".jpg"),
    ("image/gif", ".gif"),
    ("image/webp", ".webp"),
    ("image/heic", ".heic"),
    ("image/tiff", ".tif"),
    ("image/svg+xml", ".svg"),
    ("audio/mpeg", ".mp3"),
    ("video/mp4", ".mp4"),
    ("application/pdf", ".pdf"),
    ("application/zip", ".zip"),
    ("application/gzip", ".gz"),
    ("application/json", ".json"),
    ("application/xml", ".xml"),
    ("application/msword", ".doc"),
    ("application/vnd.ms-excel", ".xls"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
    ("application/vnd.oasis.opendocument.text", ".odt"),
    ("application/rtf", ".rtf"),
    ("application/pgp-signature", ".asc"),
    ("application/pgp-encrypted", ".asc"),
    ("application/pkcs7-signature", ".p7s"),
    ("application/x-pkcs7-signature", ".p7s"),
    ("application/pkcs7-mime", ".p7m"),
    ("application/x-pkcs7-mime", ".p7m"),
    ("application/ms-tnef", ".dat"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f21_names() {
        let long = "\u{1f600}".repeat(300) + ".pdf";
        for (name, want) in [
            ("a/b.txt", "a_b.txt"),
            ("..", ""),
            ("C:\\x\\y.doc", "C__x_y.doc"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("report.", "report"),
            ("0", "0"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
        ] {
            assert_eq!(safe(name), want, "{name:?}");
        }
        assert_eq!(safe(&long).chars().count(), NAME_MAX);
        assert!(safe(&long).ends_with(".pdf"));
    }

    #[test]
    fn f21_equal_names_are_numbered() {
        let mut names = Names::default();
        let given: Vec<String> = ["a.png", "A.png", "a.png"].into_iter().map(|name| names.unique(name.into())).collect();
        assert_eq!(given, ["a.png", "A (2).png", "a (3).png"]);
    }
}
