//! A mail address that can only be valid, in one canonical spelling that is compared, stored and used in `RCPT TO`.
//!
//! Promises: what is inside an [`Address`] is one mailbox of RFC 5321 section 4.1.2 with a dot-string local part (or an
//! RFC 6531 one) and a domain name as lower-case A-labels; ASCII letters of the local part are lower-case. No Unicode
//! folding is ever applied to the local part, so look-alikes stay different people.
//! Excludes: quoted local parts, address literals, comments, display names (see [`Mailbox`]).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Longest local part, in octets (RFC 5321 section 4.5.3.1.1).
const LOCAL_MAX: usize = 64;
/// Longest address that fits a path of 256 octets with its angle brackets (RFC 5321 section 4.5.3.1.3).
const ADDRESS_MAX: usize = 254;

/// A canonical, valid mail address. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(Arc<str>);

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// There is no `@`, or one side of it is empty.
    #[error("an address looks like name@example.org")]
    Shape,
    /// A character that no mailbox may hold: a space, a control, a quote, a bracket.
    #[error("the part before the @ holds a character that a mailbox may not have")]
    Local,
    /// The part after the `@` is no domain name.
    #[error("the part after the @ is no domain name")]
    Domain,
    /// Longer than RFC 5321 allows.
    #[error("the address is too long")]
    Long,
}

impl Address {
    /// Reads an address as written (without display name or brackets); surrounding spaces are ignored.
    pub fn parse(text: &str) -> Result<Address, AddressFault> {
        let (local, domain) = text.trim_matches(' ').rsplit_once('@').ok_or(AddressFault::Shape)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressFault::Shape);
        }
        let local = canonical_local(local)?;
        let domain = canonical_domain(domain)?;
        if local.len() > LOCAL_MAX || local.len() + 1 + domain.len() > ADDRESS_MAX {
            return Err(AddressFault::Long);
        }
        Ok(Address(format!("{local}@{domain}").into()))
    }

    /// The whole address, canonical.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.split().0
    }

    /// The domain, as lower-case A-labels.
    pub fn domain(&self) -> &str {
        self.split().1
    }

    /// The address without its `+tag`, and the tag (RFC 5233 subaddressing): `a+b@c` gives `a@c` and `b`.
    pub fn without_tag(&self) -> (Address, Option<&str>) {
        let (local, domain) = self.split();
        match local.split_once('+') {
            Some((base, tag)) if !base.is_empty() => (Address(format!("{base}@{domain}").into()), Some(tag)),
            _ => (self.clone(), None),
        }
    }

    /// The same mailbox with `+tag` added to its local part. Fails when that grows over the limits.
    pub fn with_tag(&self, tag: &str) -> Result<Address, AddressFault> {
        let (local, domain) = self.split();
        Address::parse(&format!("{local}+{tag}@{domain}"))
    }

    /// True when every character is ASCII, so that no SMTPUTF8 is needed.
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    fn split(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or((&self.0, ""))
    }
}

/// Dot-string of RFC 5321 (atext and single dots), with UTF-8 as RFC 6531 allows; ASCII is lowered, nothing else.
fn canonical_local(local: &str) -> Result<String, AddressFault> {
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if dots || !local.chars().all(is_local_char) {
        return Err(AddressFault::Local);
    }
    Ok(local.to_ascii_lowercase())
}

fn is_local_char(c: char) -> bool {
    match c {
        '.' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c),
        // Full-width forms (among them U+FF20, a second at-sign), invisible and bidi characters only deceive.
        c => c.is_alphanumeric() && !('\u{FF00}'..='\u{FFEF}').contains(&c),
    }
}

/// A host name of at least two labels, as A-labels; only ASCII dots separate them.
fn canonical_domain(domain: &str) -> Result<String, AddressFault> {
    if domain.chars().any(|c| matches!(c, '\u{3002}' | '\u{FF0E}' | '\u{FF61}' | '@') || c.is_control()) {
        return Err(AddressFault::Domain);
    }
    let ascii = match domain.is_ascii() {
        true => domain.to_ascii_lowercase(),
        false => unicode_domain(domain)?,
    };
    let labels_ok = ascii.split('.').all(is_label);
    (labels_ok && ascii.contains('.')).then_some(ascii).ok_or(AddressFault::Domain)
}

/// IDNA must not fold a look-alike (long s, full-width letters) onto an ASCII name: what maps to plain ASCII is refused.
fn unicode_domain(domain: &str) -> Result<String, AddressFault> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| AddressFault::Domain)?;
    let folded = domain.split('.').zip(ascii.split('.')).any(|(was, is)| !was.is_ascii() && !is.starts_with("xn--"));
    if folded { Err(AddressFault::Domain) } else { Ok(ascii) }
}

fn is_label(label: &str) -> bool {
    let edges = label.starts_with('-') || label.ends_with('-');
    !label.is_empty() && label.len() <= 63 && !edges && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressFault;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Address::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.0.to_string()
    }
}

impl std::str::FromStr for Address {
    type Err = AddressFault;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Address::parse(text)
    }
}

/// An address with the name that its owner writes before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The display name, without control characters, never empty.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

impl Mailbox {
    /// A mailbox whose name is cleaned: controls and bidi marks out, spaces folded, 64 characters at most; a name that
    /// poses as an address (holds `@`) is dropped, so that the true address is what people see.
    pub fn new(name: Option<&str>, address: Address) -> Mailbox {
        Mailbox { name: name.map(clean_name).filter(|name| !name.is_empty() && !name.contains('@')), address }
    }

    /// The name, or the local part where there is none.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.address.local())
    }
}

/// Characters of a display name that are kept at most.
const NAME_MAX: usize = 64;

fn clean_name(name: &str) -> String {
    let visible: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_invisible(*c)).collect();
    let folded = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    folded.trim_matches(['"', '\'', ' ']).chars().take(NAME_MAX).collect()
}

/// Zero-width and bidirectional control characters (Unicode Annex 9): in names and subjects they only deceive.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}' | '\u{061C}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a15_a16_one_spelling_and_no_unicode_folding() {
        let same = |a: &str, b: &str| Address::parse(a).ok() == Address::parse(b).ok();
        assert!(same("Ag1@Desk.TEST", " ag1@desk.test "));
        assert!(!same("ag1@de\u{17f}k.test", "ag1@desk.test"));
        assert!(!same("ag\u{ff11}@desk.test", "ag1@desk.test"));
        assert!(!same("\u{131}nfo@desk.test", "info@desk.test"));
        for bad in [
            "a b@c.de",
            "a@b",
            "@b.de",
            "a@",
            "a..b@c.de",
            ".a@c.de",
            "a\u{ff20}b.de@x.de",
            "alice@cust.test\u{3002}evil.test",
            "a@b..de",
            "a@-b.de",
            "a@[127.0.0.1]",
            "\"a\"@b.de",
            "a\r\nb@c.de",
            "a>@b.de",
            "a\0@b.de",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn tags_and_domains() {
        let address = Address::parse("support+t1.k7@desk.test").unwrap();
        assert_eq!(address.without_tag().1, Some("t1.k7"));
        assert_eq!(address.without_tag().0.as_str(), "support@desk.test");
        assert_eq!(Address::parse("zoe@münchen.de").unwrap().domain(), "xn--mnchen-3ya.de");
        assert_eq!(Address::parse("support@desk.test").unwrap().with_tag("x").unwrap().as_str(), "support+x@desk.test");
    }

    #[test]
    fn a14_names_that_pose_as_addresses_are_dropped() {
        let address = Address::parse("mallory@evil.test").unwrap();
        assert_eq!(Mailbox::new(Some("ag1@desk.test"), address.clone()).name, None);
        assert_eq!(Mailbox::new(Some("Al\r\nice\u{202e} B"), address).name.as_deref(), Some("Al ice B"));
    }
}
