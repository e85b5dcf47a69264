//! Signed carriers: Message-IDs, reply addresses, closure addresses and envelope senders (VERP) that only we can have made.
//!
//! What travels is a number (of a conversation), a random part, and a MAC of 96 bits over number, person and purpose:
//! HMAC-SHA-256, truncated (RFC 2104 section 5). A carrier names a thread; together with a matching `From` it also
//! proves the person that it was mailed to. Everything is lower-case base32: local parts lose their case on the way.
//! Excludes: what the number points at, and whether that person still belongs there.

use data_encoding::{Encoding, Specification};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::address::Address;

/// Bytes of a MAC in a carrier: 96 bits (CASEBOOK A20 and A28 ask for 80 at least).
const MAC_BYTES: usize = 12;

/// The signing keys of a site, newest first; older ones only verify. Each has a one-letter id that travels along.
#[derive(Clone)]
pub struct Keys {
    keys: Vec<(char, Vec<u8>)>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.keys.len())
    }
}

/// What a carrier says of itself before anybody's MAC is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// What it was made for.
    pub purpose: Purpose,
    /// The number that it carries: a conversation, or for [`Purpose::Envelope`] a letter.
    pub number: u64,
    key: char,
    salt: String,
    mac: Vec<u8>,
}

/// What a carrier is for; part of what is signed, so none can pass as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A Message-ID of ours.
    MessageId,
    /// A reply address: `support+t…@`; its salt says whose answer it takes, see [`Voice`].
    Reply,
    /// The mailto twin of "approve": `support+y…@`; its salt is the number of the closure request.
    Approve,
    /// The mailto twin of "refuse": `support+n…@`.
    Refuse,
    /// An envelope sender: `support+b…@`; the person is the recipient.
    Envelope,
}

/// In whose part somebody answers a mail of ours: their reply address says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Their part in the conversation, whichever it is.
    Own = 0,
    /// An agent's, and it stays among agents (CASEBOOK B03).
    Note = 1,
    /// An agent's, though the request is their own (CASEBOOK D12).
    Agent = 2,
}

impl Purpose {
    const ADDRESSES: [Purpose; 4] = [Purpose::Reply, Purpose::Approve, Purpose::Refuse, Purpose::Envelope];

    fn letter(self) -> char {
        match self {
            Purpose::MessageId => 'g',
            Purpose::Reply => 't',
            Purpose::Approve => 'y',
            Purpose::Refuse => 'n',
            Purpose::Envelope => 'b',
        }
    }
}

impl Keys {
    /// Keys of at least 32 bytes each, newest first; the id of each is a lower-case letter of the site's choice.
    pub fn new(keys: Vec<(char, Vec<u8>)>) -> Keys {
        Keys { keys }
    }

    /// A Message-ID (without brackets) for one mail to one person; `random` is 12 fresh bytes.
    pub fn message_id(&self, number: u64, person: &Address, random: &[u8; 12], domain: &str) -> String {
        format!("{}@{domain}", self.token(Purpose::MessageId, number, &base32().encode(random), person))
    }

    /// The tag of a signed address (`support+TAG@…`): for [`Purpose::Approve`] and [`Purpose::Refuse`] `request` is the
    /// closure request's number, for [`Purpose::Reply`] a [`Voice`].
    pub fn tag(&self, purpose: Purpose, number: u64, request: u64, person: &Address) -> String {
        self.token(purpose, number, &request.to_string(), person)
    }

    /// True when `carrier` was made for `person` with one of our keys. Constant time in the MAC.
    pub fn made_for(&self, carrier: &Carrier, person: &Address) -> bool {
        let keys = self.keys.iter().filter(|(id, _)| *id == carrier.key);
        keys.into_iter().any(|(_, key)| {
            let mac = sign(key, carrier.purpose, carrier.number, &carrier.salt, person);
            carrier.mac.len() == MAC_BYTES && bool::from(mac.ct_eq(&carrier.mac))
        })
    }

    /// True when the four characters of a subject tag were made by one of our keys for that conversation. They are
    /// no proof of anything (20 bits, shown to everybody): a hint for mails that lost their headers.
    pub fn checks(&self, number: u64, check: &str) -> bool {
        self.keys.iter().any(|(_, key)| subject_check(key, number) == check)
    }

    /// Keys for another use, one for each of ours, newest first: whoever learns one of them learns nothing of ours.
    pub fn derived(&self, name: &str) -> Vec<[u8; 32]> {
        let derive = |(_, key): &(char, Vec<u8>)| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
            mac.update(format!("derived\n{name}").as_bytes());
            Some(mac.finalize().into_bytes().into())
        };
        self.keys.iter().filter_map(derive).collect()
    }

    fn token(&self, purpose: Purpose, number: u64, salt: &str, person: &Address) -> String {
        let (id, key) = self.keys.first().map(|(id, key)| (*id, key.as_slice())).unwrap_or(('0', &[]));
        let mac = base32().encode(&sign(key, purpose, number, salt, person));
        format!("{}{number}.{salt}.{id}{mac}", purpose.letter())
    }
}

impl Carrier {
    /// Recognises a Message-ID of our shape (without brackets). The domain is not looked at: the MAC decides.
    pub fn in_message_id(id: &str) -> Option<Carrier> {
        Carrier::in_token(id.split_once('@')?.0, Purpose::MessageId)
    }

    /// Recognises the tag of an address of our shape.
    pub fn in_tag(tag: &str) -> Option<Carrier> {
        Purpose::ADDRESSES.into_iter().find_map(|purpose| Carrier::in_token(tag, purpose))
    }

    /// The request that an approve or refuse address was made for; 0 for the others.
    pub fn request(&self) -> u64 {
        match self.purpose {
            Purpose::Approve | Purpose::Refuse => self.salt.parse().unwrap_or(0),
            _ => 0,
        }
    }

    /// In whose part somebody speaks who answers to this reply address.
    pub fn voice(&self) -> Voice {
        match (self.purpose, self.salt.as_str()) {
            (Purpose::Reply, "1") => Voice::Note,
            (Purpose::Reply, "2") => Voice::Agent,
            _ => Voice::Own,
        }
    }

    fn in_token(token: &str, purpose: Purpose) -> Option<Carrier> {
        let token = token.to_ascii_lowercase();
        let mut fields = token.strip_prefix(purpose.letter())?.splitn(3, '.');
        let (number, salt, mac) = (fields.next()?, fields.next()?, fields.next()?);
        let key = mac.chars().next().filter(char::is_ascii)?;
        let mac = base32().decode(&mac.as_bytes()[1..]).ok()?;
        Some(Carrier { purpose, number: number.parse().ok()?, key, salt: salt.to_owned(), mac })
    }
}

/// Characters of the check in a subject tag.
const CHECK_LEN: usize = 4;

/// The tag that our subjects carry: `[#123-k7q9]`.
pub fn subject_tag(keys: &Keys, ticket: u64) -> String {
    let check = keys.keys.first().map(|(_, key)| subject_check(key, ticket)).unwrap_or_default();
    format!("[#{ticket}-{check}]")
}

/// Number and check of the first `[#123-k7q9]` in a subject; see [`Keys::checks`] before believing it.
pub fn read_subject_tag(subject: &str) -> Option<(u64, String)> {
    subject.split("[#").skip(1).find_map(|rest| {
        let (number, check) = rest.split_once(']')?.0.split_once('-')?;
        let plain = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
        let check_ok = check.len() == CHECK_LEN && check.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (plain && check_ok).then(|| Some((number.parse().ok()?, check.to_ascii_lowercase()))).flatten()
    })
}

fn subject_check(key: &[u8], ticket: u64) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(format!("subject\n{ticket}").as_bytes());
    let mut text = base32().encode(&mac.finalize().into_bytes()[..MAC_BYTES]);
    text.truncate(CHECK_LEN);
    text
}

fn sign(key: &[u8], purpose: Purpose, number: u64, salt: &str, person: &Address) -> Vec<u8> {
    // HMAC takes keys of any length, so this cannot fail; an empty MAC would match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(format!("{}\n{number}\n{salt}\n{person}", purpose.letter()).as_bytes());
    mac.finalize().into_bytes()[..MAC_BYTES].to_vec()
}

/// RFC 4648 base32, lower case, no padding.
fn base32() -> Encoding {
    static BASE32: std::sync::OnceLock<Encoding> = std::sync::OnceLock::new();
    BASE32
        .get_or_init(|| {
            let mut spec = Specification::new();
            spec.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
            spec.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
        })
        .clone()
}

/// A link's 32 bytes as they stand in its address: 43 characters of base64url (RFC 4648 section 5, no padding).
pub fn encode_token(token: &[u8; 32]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(token)
}

/// The bytes of a link's token; `None` unless it is exactly 43 characters of base64url.
pub fn decode_token(text: &str) -> Option<[u8; 32]> {
    data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn a20_a28_only_ours_and_only_for_that_person() {
        let keys = Keys::new(vec![('a', vec![7; 32])]);
        let alice = person("alice@cust.test");
        let id = keys.message_id(42, &alice, &[1; 12], "desk.test");
        let carrier = Carrier::in_message_id(&id).unwrap();
        assert_eq!(carrier.number, 42);
        assert!(keys.made_for(&carrier, &alice));
        assert!(!keys.made_for(&carrier, &person("mallory@evil.test")));
        for forged in
            ["42.1.deadbeef@desk.test", "g42@desk.test", "g42.x.@desk.test", &id.replace("g42", "g43"), &id[..id.find('@').unwrap() - 1]]
        {
            let carrier = Carrier::in_message_id(&format!("{}@desk.test", forged.trim_end_matches("@desk.test")));
            assert!(carrier.is_none_or(|carrier| !keys.made_for(&carrier, &alice)), "{forged}");
        }
    }

    #[test]
    fn c11_purposes_do_not_mix_and_case_is_forgiven() {
        let keys = Keys::new(vec![('a', vec![7; 32])]);
        let alice = person("alice@cust.test");
        let tag = keys.tag(Purpose::Approve, 42, 3, &alice);
        let carrier = Carrier::in_tag(&tag.to_uppercase()).unwrap();
        assert_eq!((carrier.purpose, carrier.request()), (Purpose::Approve, 3));
        assert!(keys.made_for(&carrier, &alice));
        let other = Carrier::in_tag(&tag.replacen('y', "n", 1)).unwrap();
        assert!(!keys.made_for(&other, &alice));
        assert!(tag.len() <= 40, "{tag}");
    }

    #[test]
    fn a19_subject_tags_have_a_check_of_their_own() {
        let keys = Keys::new(vec![('a', vec![7; 32])]);
        let tag = subject_tag(&keys, 123);
        let (number, check) = read_subject_tag(&format!("RE : [EXTERNAL] TR: {} Imprimante [#9]", tag.to_uppercase())).unwrap();
        assert_eq!(number, 123);
        assert!(keys.checks(123, &check) && !keys.checks(124, &check));
        let rotated = Keys::new(vec![('b', vec![8; 32]), ('a', vec![7; 32])]);
        assert!(rotated.checks(123, &check));
        for none in ["", "#123", "[#123]", "[#-k7q9]", "[#+12-k7q9]", "[#123-k7q]", "[#123-k7q9é]", "[#99999999999999999999999-abcd]"] {
            assert_eq!(read_subject_tag(none), None, "{none}");
        }
    }

    #[test]
    fn b03_reply_addresses_tell_whether_the_answer_stays_inside() {
        let keys = Keys::new(vec![('a', vec![7; 32])]);
        let alice = person("alice@cust.test");
        let inside = Carrier::in_tag(&keys.tag(Purpose::Reply, 4, 1, &alice)).unwrap();
        let outside = Carrier::in_tag(&keys.tag(Purpose::Reply, 4, 0, &alice)).unwrap();
        assert_eq!((inside.voice(), outside.voice()), (Voice::Note, Voice::Own));
        assert!(keys.made_for(&inside, &alice) && keys.made_for(&outside, &alice));
    }

    #[test]
    fn l08_old_keys_still_verify() {
        let alice = person("alice@cust.test");
        let old = Keys::new(vec![('a', vec![7; 32])]);
        let tag = old.tag(Purpose::Reply, 9, 0, &alice);
        let rotated = Keys::new(vec![('b', vec![8; 32]), ('a', vec![7; 32])]);
        assert!(rotated.made_for(&Carrier::in_tag(&tag).unwrap(), &alice));
        assert!(!Keys::new(vec![('b', vec![8; 32])]).made_for(&Carrier::in_tag(&tag).unwrap(), &alice));
    }
}
