//! An answer to a mailed list: a line for each ticket, `#12 prendre`, `#13 #clore Toner changé.`. Numbers lead anywhere only
//! here: whose list it was is known by the mail that is answered.

use crate::desk::TicketId;

/// Tickets and what is written for each, in order, as the text of a mail on that ticket; `None` when any line is anything else.
pub fn lines(text: &str) -> Option<Vec<(TicketId, String)>> {
    let mut found: Vec<(TicketId, String)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let line = line.trim_start_matches(['-', '•', '*', '·', '–', ' ', '\u{a0}']);
        let rest = line.strip_prefix(['#', '＃'])?.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: TicketId = rest[..end].parse().ok()?;
        let said = rest[end..].trim_start_matches([':', ',', ';', ' ', '\u{a0}', '-', '–']).trim();
        let said = if said.starts_with(['#', '＃']) { said.to_owned() } else { format!("#{said}") };
        match found.iter_mut().find(|(known, _)| *known == number) {
            Some((_, whole)) => *whole = format!("{whole}\n{said}"),
            None => found.push((number, said)),
        }
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_ticket_and_nothing_else() {
        let found = lines("#12 prendre\n\n- #13 : #clore Toner changé.\n# 14 note à voir\n#12 #urgent").unwrap();
        assert_eq!(found, [(12, "#prendre\n#urgent".into()), (13, "#clore Toner changé.".into()), (14, "#note à voir".into())]);
        for text in ["", "Bonjour\n#12 prendre", "#prendre", "#12 prendre\nMerci"] {
            assert_eq!(lines(text), None, "{text:?}");
        }
    }
}
