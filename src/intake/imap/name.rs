//! Names and sets as IMAP commands carry them. Pure.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

/// Modified BASE64 of mailbox names (RFC 3501 section 5.1.3).
const MODIFIED: GeneralPurpose = GeneralPurpose::new(&alphabet::IMAP_MUTF7, NO_PAD);

/// A folder's name as a quoted string in modified UTF-7 (RFC 3501 section 5.1.3).
pub fn folder(name: &str) -> String {
    let mut out = String::from("\"");
    let mut foreign = Vec::new();
    for c in name.chars() {
        if !matches!(c, ' '..='~') {
            foreign.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
            continue;
        }
        shift(&mut out, &mut foreign);
        match c {
            '&' => out.push_str("&-"),
            '"' | '\\' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    shift(&mut out, &mut foreign);
    out.push('"');
    out
}

fn shift(out: &mut String, foreign: &mut Vec<u8>) {
    if !foreign.is_empty() {
        out.push('&');
        out.push_str(&MODIFIED.encode(std::mem::take(foreign)));
        out.push('-');
    }
}

/// UIDs as a sequence set: exactly these, runs of neighbours as ranges. They come in ascending order.
pub fn set(uids: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &uid in uids {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == uid => *last = uid,
            _ => runs.push((uid, uid)),
        }
    }
    let run = |&(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}:{last}") };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h21_folder_names_in_modified_utf7() {
        for (name, written) in [
            ("INBOX", "\"INBOX\""),
            ("Envoyés", "\"Envoy&AOk-s\""),
            ("A & B", "\"A &- B\""),
            ("~peter/mail/台北/日本語", "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""),
            ("a\"b\\c", "\"a\\\"b\\\\c\""),
            ("line\r\nA1 LOGOUT", "\"line&AA0ACg-A1 LOGOUT\""),
        ] {
            assert_eq!(folder(name), written);
        }
    }

    #[test]
    fn h18_a_set_names_exactly_the_uids() {
        assert_eq!(set(&[1, 2, 3, 5, 7, 8, u32::MAX]), "1:3,5,7:8,4294967295");
        assert_eq!(set(&[4]), "4");
    }
}
