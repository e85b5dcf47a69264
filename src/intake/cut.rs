//! What is kept of a mail that is larger than the site allows.

/// Bytes of the body that are kept of an oversized mail.
pub const KEPT_BODY: usize = 64 * 1024;

/// How many bytes of an oversized mail are kept: its headers and the first 64 KiB after them. Headers that do not end
/// within what we hold count as body.
pub fn kept_length(start: &[u8]) -> usize {
    let headers = start.windows(2).enumerate().find_map(|(at, pair)| match pair {
        b"\n\n" => Some(at + 2),
        b"\n\r" if start.get(at + 2) == Some(&b'\n') => Some(at + 3),
        _ => None,
    });
    (headers.unwrap_or(0) + KEPT_BODY).min(start.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_kept_and_64_kib_of_body() {
        for gap in ["\r\n\r\n", "\n\n"] {
            let head = format!("Subject: x{gap}");
            let mail = [head.as_bytes(), &vec![b'.'; KEPT_BODY * 2]].concat();
            assert_eq!(kept_length(&mail), head.len() + KEPT_BODY);
        }
    }

    #[test]
    fn endless_headers_do_not_grow_it() {
        assert_eq!(kept_length(&vec![b'h'; KEPT_BODY * 2]), KEPT_BODY);
        assert_eq!(kept_length(b"short"), 5);
    }
}
