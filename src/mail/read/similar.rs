//! How much two texts say the same: words in common.

/// Words compared at most of each text.
const WORDS_MAX: usize = 1_000;

/// The share of the shorter text's different words that the other one also has, in percent; 100 when one has none.
pub(super) fn percent(one: &str, other: &str) -> usize {
    let (one, other) = (words(one), words(other));
    let smaller = one.len().min(other.len());
    match smaller {
        0 => 100,
        _ => one.iter().filter(|word| other.binary_search(word).is_ok()).count() * 100 / smaller,
    }
}

/// Do two short texts name different numbers, as "10" and "10,000" are (CASEBOOK F14)? Numbers in links are not said to anybody.
pub(super) fn numbers_differ(one: &str, other: &str) -> bool {
    numbers(one) != numbers(other)
}

/// The different numbers, sorted, their separators included.
fn numbers(text: &str) -> Vec<&str> {
    let said = text.split_whitespace().filter(|word| !word.contains("://") && !word.contains('@') && !word.contains("cid:"));
    let digits = |c: char| !(c.is_numeric() || matches!(c, '.' | ',' | '\''));
    let mut numbers: Vec<&str> = said.flat_map(|word| word.split(digits)).map(|number| number.trim_matches(['.', ',', '\''])).collect();
    numbers.retain(|number| !number.is_empty());
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The different words, as sorted numbers: comparing those takes a third of the time that comparing texts does.
fn words(text: &str) -> Vec<u64> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS_MAX);
    let mut words: Vec<u64> = words.map(|word| word.bytes().map(u64::from).fold(0, mixed)).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// FxHash, of the Rust compiler: quick and good enough, since whoever makes two words collide misleads about their own mail.
pub(super) fn mixed(sum: u64, next: u64) -> u64 {
    (sum.rotate_left(5) ^ next).wrapping_mul(0x51_7c_c1_b7_27_22_0a_95)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(percent("approve 10", "approve 10"), 100);
        assert_eq!(percent("thanks a lot", "please pay now"), 0);
        assert_eq!(percent("", "x"), 100);
    }

    #[test]
    fn f14_numbers() {
        assert!(numbers_differ("approve 10", "approve 10,000"));
        assert!(!numbers_differ("1. Approve 10.\n2. <https://x.test/7>", "1. Approve 10. 2. see <https://x.test/7>"));
    }
}
