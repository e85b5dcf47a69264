//! Foreign words in our own log lines.

/// At most 200 bytes of foreign text, without control characters.
pub fn said(text: &str) -> String {
    let mut short: String = text.chars().take(200).flat_map(char::escape_default).collect();
    short.truncate(200);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_cut_and_escaped() {
        assert_eq!(said("no\r\nsuch \u{1b}[31mthing"), "no\\r\\nsuch \\u{1b}[31mthing");
        assert_eq!(said(&"é".repeat(1000)).len(), 200);
    }
}
