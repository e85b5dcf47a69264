//! `format=flowed` (RFC 3676): lines that a program broke, as paragraphs again.

/// Paragraphs of `format=flowed` (RFC 3676 section 4): a line that ends with a space goes on in the next one.
pub(super) fn unflow(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')) {
        let depth = line.bytes().take_while(|&b| b == b'>').count();
        let words = line[depth..].strip_prefix(' ').unwrap_or(&line[depth..]);
        let goes_on = words.ends_with(' ') && words != "-- ";
        match open == Some(depth) && words != "-- " {
            true => out.push_str(words),
            false => {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(&">".repeat(depth));
                if depth > 0 {
                    out.push(' ');
                }
                out.push_str(words);
            }
        }
        if goes_on && delete_space {
            out.pop();
        }
        open = goes_on.then_some(depth);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowed_text() {
        assert_eq!(unflow("a \r\nb\r\n> c \r\n> d\r\n-- \r\nme", false), "a b\n> c d\n-- \nme");
        assert_eq!(unflow("ab \ncd", true), "abcd");
        assert_eq!(unflow("a \n> b", false), "a \n> b");
    }
}
