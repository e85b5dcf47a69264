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

/// The different words, sorted.
fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
    words.sort_unstable();
    words.dedup();
    words
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
}
