//! What a server answers (RFC 5321 section 4.2). Pure.

/// A reply: its code, and the text of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits.
    pub code: u16,
    /// The text of each line, without code.
    pub lines: Vec<String>,
}

/// Octets of a reply that agents are shown (`Verdict::reply`).
const SHOWN_MAX: usize = 200;

impl Reply {
    /// 2xx.
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 5xx.
    pub fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }

    /// True when the enhanced status code (RFC 3463) is `status`, as `5.4.5`.
    pub fn has_status(&self, status: &str) -> bool {
        self.lines.iter().any(|line| line.split(' ').next() == Some(status))
    }

    /// The whole reply as one line of printable text.
    pub fn one_line(&self) -> String {
        one_line(&format!("{} {}", self.code, self.lines.join(" ")))
    }
}

/// Text on one line, without controls, 200 octets at most.
pub fn one_line(text: &str) -> String {
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shown[..shown.floor_char_boundary(SHOWN_MAX)].trim_end().to_owned()
}

/// One line of a reply: its code, whether it is the last, and its text. `None` when it is no such line.
pub fn line(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(3)?;
    let code = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    let (last, text) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return None,
    };
    (200..600).contains(&code).then(|| (code, last, String::from_utf8_lossy(text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_replies() {
        assert_eq!(line(b"250-SIZE 100\r\n"), Some((250, false, "SIZE 100".into())));
        assert_eq!(line(b"250 ok\n"), Some((250, true, "ok".into())));
        assert_eq!(line(b"354\r\n"), Some((354, true, String::new())));
        for bad in ["250ok\r\n", "25\r\n", "\r\n", "+50 ok\r\n", "999 x\r\n", "250 cut", "HTTP/1.1 400\r\n"] {
            assert_eq!(line(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn one_line_for_agents() {
        let reply = Reply { code: 550, lines: vec!["5.4.5 daily\u{7} limit".into(), "é".repeat(300)] };
        assert!(reply.one_line().starts_with("550 5.4.5 daily  limit éé"));
        assert!(reply.one_line().len() <= 200 && reply.has_status("5.4.5") && !reply.has_status("5.4"));
    }
}
