//! The token in a link's path: what is none is refused before anything is asked, what is one is only known by its hash.

use sha2::{Digest, Sha256};

use crate::mail::carrier::decode_token;
use crate::store::TokenHash;

/// A token as it stands in the address line, in its one spelling.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// What mail programs leave hanging on a link: the end of a sentence, a bracket, a quote, a soft line break.
const TAIL: &[char] = &['.', ',', ';', ':', '!', '?', '>', ')', ']', '}', '"', '\'', '=', '»', '\u{a0}', '\u{201d}', '\u{2019}'];

impl Token {
    /// Reads a path segment; whatever hangs behind a token is forgiven, nothing else is (CASEBOOK C08, C09).
    pub fn read(segment: &str) -> Option<Token> {
        let text = segment.strip_suffix("=3D").unwrap_or(segment).trim_end_matches(TAIL);
        decode_token(text).map(|_| Token(text.to_owned()))
    }

    /// What the store knows it by. All links are spelled in base64url, and there is only one spelling of each.
    pub fn hash(&self) -> TokenHash {
        decode_token(&self.0).map(|bytes| Sha256::digest(bytes).into()).unwrap_or_default()
    }

    /// For paths of ours.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The token never shows in logs.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&short(&self.hash()))
    }
}

/// The first eight hexadecimal digits of a hash, for logs (CASEBOOK L02).
pub fn short(hash: &TokenHash) -> String {
    hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::carrier::encode_token;

    #[test]
    fn c08_nothing_but_43_characters_of_base64url_is_a_token() {
        let token = encode_token(&[0xA5; 32]);
        let (short, long) = (&token[..42], format!("{token}A"));
        for none in ["", " ", "null", "0", "\0", short, &long, &token.replace('p', "+"), &token.replace('p', "é")] {
            assert!(Token::read(none).is_none(), "{none:?}");
        }
    }

    #[test]
    fn c09_what_hangs_behind_is_forgiven_case_is_not() {
        let token = encode_token(&[0x5A; 32]);
        for tail in [".", ">", ")", ",", "=3D", "=", ").", "\u{a0}»"] {
            assert_eq!(Token::read(&format!("{token}{tail}")).unwrap().as_str(), token, "{tail}");
        }
        let other = Token::read(&token.to_ascii_lowercase()).map(|token| token.hash());
        assert_ne!(other, Some(Token::read(&token).unwrap().hash()));
        assert!(Token::read(&format!(".{token}")).is_none());
    }
}
