//! Whose mail somebody passed on (PRODUCT P36): proposals, never identities. Whoever forwards may have written anything, so an
//! agent confirms before anybody is written to (CASEBOOK D06).

use super::fields::says_from;
use crate::address::{Address, Mailbox};
use crate::mail::commands::fold;
use crate::mail::{Incoming, PartKind};

/// Authors that are proposed at most.
const PROPOSED_MAX: usize = 3;
/// Lines of a forwarded part that may be its header.
const HEADER_LINES: usize = 12;

/// Authors of what a mail passes on: of attached messages (`inner`, read before), then by the header in the text. Robots, and
/// whoever `is_own` says, are nobody.
pub fn authors(mail: &Incoming, inner: &[Incoming], is_own: impl Fn(&Address) -> bool) -> Vec<Mailbox> {
    let attached = inner.iter().filter_map(|mail| match &mail.from {
        crate::mail::Author::One(mailbox) => Some(mailbox.clone()),
        _ => None,
    });
    let mut found: Vec<Mailbox> = Vec::new();
    for mailbox in attached.chain(in_text(mail)) {
        let new = found.iter().all(|known| known.address != mailbox.address);
        if new && !is_own(&mailbox.address) && !super::newcomers::is_robot(&mailbox.address) && found.len() < PROPOSED_MAX {
            found.push(mailbox);
        }
    }
    found
}

/// Does it pass something on?
pub fn is_forward(mail: &Incoming) -> bool {
    let attached = mail.attachments.iter().any(|file| file.content_type == "message/rfc822");
    attached || mail.parts.iter().any(|part| part.kind == PartKind::Forwarded) || crate::mail::read::is_forward(&mail.subject)
}

fn in_text(mail: &Incoming) -> Vec<Mailbox> {
    let marked: Vec<&str> = mail.parts.iter().filter(|part| part.kind == PartKind::Forwarded).map(|part| part.text.as_str()).collect();
    // A forward whose mark nobody knows was folded as quoted, or not at all: its header stands there.
    let texts = if marked.is_empty() { vec![mail.text.as_str()] } else { marked };
    texts.into_iter().flat_map(header).collect()
}

/// The authors that header lines name: the first lines of the text, or those after a line of dashes.
fn header(text: &str) -> Vec<Mailbox> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim().trim_start_matches(['>', ' ', '*', '|'])).collect();
    let begins = lines.iter().position(|line| author(line).is_some()).unwrap_or(lines.len());
    lines[begins..].iter().take(HEADER_LINES).filter_map(|line| author(line)).collect()
}

/// `De : Marie Dupont <marie@x.fr>`, `*From:* marie@x.fr`, `Von: Marie [mailto:marie@x.fr]`.
fn author(line: &str) -> Option<Mailbox> {
    let (word, value) = line.split_once([':', '：'])?;
    if !says_from(fold(word.trim_matches(['*', '_', ' ', '\u{a0}'])).trim()) {
        return None;
    }
    let value = value.trim_start_matches(['*', '_', ' ', '\u{a0}']);
    let mut words = value.split([' ', '<', '>', '[', ']', '(', ')', ',', ';', '"']).map(|word| word.trim_start_matches("mailto:"));
    let address = words.find_map(|word| Some(word).filter(|word| word.contains('@')).and_then(|word| Address::parse(word).ok()))?;
    let name = value.split(['<', '[', '(']).next().unwrap_or_default().trim_matches(['"', '\'', '*', ' ']);
    Some(Mailbox::new(Some(name).filter(|name| !name.is_empty() && !name.contains('@')), address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Limits, read};

    fn proposed(text: &str) -> Vec<String> {
        let raw = format!("From: ag1@desk.test\nTo: support@desk.test\nSubject: TR : Panne\n\n{text}");
        let own = |who: &Address| who.domain() == "desk.test";
        authors(&read(raw.as_bytes(), &Limits::default()), &[], own).into_iter().map(|who| who.address.to_string()).collect()
    }

    #[test]
    fn p36_headers_of_forwarded_mails_name_authors() {
        let outlook = "Pour vous.\n\n________________________________\nDe : Marie Dupont <marie@cust.test>\nEnvoyé : lundi 5 janvier 2026 09:00\nÀ : Karim <ag1@desk.test>\nObjet : Panne\n\nRien ne marche.";
        assert_eq!(proposed(outlook), ["marie@cust.test"]);
        let gmail = "---------- Forwarded message ---------\nFrom: Marie <marie@cust.test>\nDate: Mon, Jan 5, 2026\nSubject: Panne\nTo: <ag1@desk.test>\n\nHelp";
        assert_eq!(proposed(gmail), ["marie@cust.test"]);
        assert_eq!(
            proposed("-----Ursprüngliche Nachricht-----\nVon: Marie [mailto:marie@cust.test]\nBetreff: x\n\nHallo"),
            ["marie@cust.test"]
        );
        assert_eq!(proposed("Bonjour, rien de transmis."), [""; 0]);
        assert_eq!(proposed("De : support@desk.test\nDe : noreply@x.test\n"), [""; 0], "nobody to open a request for");
    }

    #[test]
    fn d06_several_authors_are_all_proposed() {
        let text = "-----Message d'origine-----\nDe : Marie <marie@cust.test>\nFrom: mallory@evil.test\nDe : [mailto:eve@evil.test]\nObjet : x\n\nBonjour";
        assert_eq!(proposed(text), ["marie@cust.test", "mallory@evil.test", "eve@evil.test"]);
    }
}
