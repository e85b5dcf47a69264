//! A number for each form that was shown, without remembering any: when, chance, and a keyed hash over both, the link
//! and the button. A form pressed twice carries the same number, so it acts once (CASEBOOK C04, C18).

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use crate::site::Site;
use crate::store::TokenHash;

/// How long a form may lie open before it is pressed.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How far a clock may go back between showing and pressing.
const BACK: SignedDuration = SignedDuration::from_hours(3);

/// Seconds of the epoch, chance, hash.
const SECONDS: usize = 8;
const CHANCE: usize = 16;
const HASH: usize = 16;

/// Makes and checks the numbers of forms.
pub struct Nonces {
    /// Newest first; older ones only check.
    keys: Vec<[u8; 32]>,
}

/// Why a number is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonceFault {
    /// Not made for this link and button.
    Forged,
    /// The form lay open for too long.
    Old,
}

impl Nonces {
    /// By keys derived from the site's own.
    pub fn of(site: &Site) -> Nonces {
        Nonces { keys: site.keys.derived("form") }
    }

    /// A number for one form that is shown now. Without chance there is none, and the form will not be taken.
    pub fn fresh(&self, link: &TokenHash, button: &str, now: Timestamp) -> String {
        let mut chance = [0; CHANCE];
        match getrandom::fill(&mut chance) {
            Ok(()) => self.make(link, button, now, chance),
            Err(_) => String::new(),
        }
    }

    /// A number for one form, by that chance.
    pub fn make(&self, link: &TokenHash, button: &str, now: Timestamp, chance: [u8; CHANCE]) -> String {
        let mut bytes = now.as_second().to_be_bytes().to_vec();
        bytes.extend(chance);
        let key = self.keys.first().copied().unwrap_or_default();
        let hash = sign(&key, link, button, &bytes);
        bytes.extend(hash);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Was it made for this form, not too long ago?
    pub fn check(&self, link: &TokenHash, button: &str, now: Timestamp, nonce: &str) -> Result<(), NonceFault> {
        let bytes = BASE64URL_NOPAD.decode(nonce.as_bytes()).map_err(|_| NonceFault::Forged)?;
        let (said, hash) = bytes.split_at_checked(SECONDS + CHANCE).ok_or(NonceFault::Forged)?;
        let ours = self.keys.iter().any(|key| bool::from(sign(key, link, button, said)[..].ct_eq(hash)));
        let second = said.first_chunk::<SECONDS>().map(|bytes| i64::from_be_bytes(*bytes));
        let made = second.filter(|_| ours).and_then(|second| Timestamp::from_second(second).ok()).ok_or(NonceFault::Forged)?;
        let age = now.duration_since(made);
        if age < LIFE && age > -BACK { Ok(()) } else { Err(NonceFault::Old) }
    }
}

fn sign(key: &[u8; 32], link: &TokenHash, button: &str, said: &[u8]) -> [u8; HASH] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(link).update(said).update(button.as_bytes());
    let mut hash = [0; HASH];
    hasher.finalize_xof().fill(&mut hash);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c18_a_number_is_good_for_its_form_alone() {
        let nonces = Nonces { keys: vec![[1; 32], [2; 32]] };
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let hours = |n| now + SignedDuration::from_hours(n);
        let nonce = nonces.make(&[7; 32], "approve", now, [9; CHANCE]);
        assert_eq!(nonces.check(&[7; 32], "approve", hours(23), &nonce), Ok(()));
        assert_eq!(nonces.check(&[7; 32], "approve", hours(-2), &nonce), Ok(()));
        assert_eq!(nonces.check(&[7; 32], "approve", hours(24), &nonce), Err(NonceFault::Old));
        assert_eq!(nonces.check(&[7; 32], "cancel", now, &nonce), Err(NonceFault::Forged));
        assert_eq!(nonces.check(&[8; 32], "approve", now, &nonce), Err(NonceFault::Forged));
        for none in ["", "AAAA", &nonce[1..], &format!("{nonce}AA"), &"A".repeat(500)] {
            assert_eq!(nonces.check(&[7; 32], "approve", now, none), Err(NonceFault::Forged), "{none}");
        }
        let rotated = Nonces { keys: vec![[3; 32], [1; 32]] };
        assert_eq!(rotated.check(&[7; 32], "approve", now, &nonce), Ok(()));
        assert_ne!(nonce, nonces.make(&[7; 32], "approve", now, [8; CHANCE]));
    }
}
