//! What threads a mail: Message-IDs (RFC 5322 section 3.6.4), Thread-Index, and the claimed date.

use super::fields::{Fields, unfold};
use super::transfer::base64;

/// Longest id: a line of RFC 5322 section 2.1.1.
const ID_MAX: usize = 998;
/// Bytes of a Thread-Index that name the conversation ([MS-OXOMSG] section 2.2.1.3).
const THREAD_INDEX_MIN: usize = 22;

/// The ids of all fields of that name, in order, each once; of a flood `max`, half of them from each end.
pub(super) fn of(fields: &Fields, name: &str, max: usize) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for value in fields.all(name) {
        in_value(value, &mut ids);
    }
    if ids.len() > max {
        let last = max.div_ceil(2);
        ids.drain(max - last..ids.len() - last);
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    ids
}

/// `Message-ID`, when it is one: an id with brackets, or a bare word with an `@`.
pub(super) fn message_id(fields: &Fields) -> Option<String> {
    of(fields, "Message-ID", 2).into_iter().next()
}

/// Ids found in a field value.
pub(super) fn in_value(value: &[u8], ids: &mut Vec<String>) {
    let text = unfold(value);
    let before = ids.len();
    let mut rest = &text[..];
    while let Some((_, tail)) = rest.split_once('<') {
        let Some((id, tail)) = tail.split_once('>') else { break };
        // A second bracket: the first one was never closed.
        let id = id.rsplit('<').next().unwrap_or_default();
        ids.extend(tidy(id));
        rest = tail;
    }
    if ids.len() == before && !text.contains('<') {
        ids.extend(text.split_whitespace().filter(|word| word.contains('@')).filter_map(tidy));
    }
}

/// White space inside comes from folding by careless relays.
fn tidy(id: &str) -> Option<String> {
    let id: String = id.chars().filter(|c| !c.is_whitespace()).collect();
    (!id.is_empty() && id.len() <= ID_MAX && id != "@").then_some(id)
}

/// Microsoft's Thread-Index, decoded, when it is long enough to name a conversation.
pub(super) fn thread_index(fields: &Fields) -> Option<Vec<u8>> {
    fields.first("Thread-Index").map(base64).filter(|bytes| bytes.len() >= THREAD_INDEX_MIN)
}

/// `Date` in seconds of the epoch; `None` when it names no moment between 1970 and 2100.
pub(super) fn date(fields: &Fields) -> Option<i64> {
    let text = fields.plain("Date").filter(|text| names_month(text) && zone_is_sane(text))?;
    let date = super::guarded(|| mail_parser::DateTime::parse_rfc822(&text)).flatten()?;
    let sane = date.is_valid() && (1970..=2100).contains(&date.year) && date.tz_hour <= 14 && date.tz_minute < 60;
    let days = match date.month {
        2 if date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (sane && date.day <= days).then(|| date.to_timestamp())
}

/// The parser takes any word for a month.
fn names_month(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.to_ascii_lowercase();
    MONTHS.iter().any(|month| lower.contains(month))
}

/// No place on earth is more than 14 hours away from Greenwich.
fn zone_is_sane(text: &str) -> bool {
    let zone = text.rsplit(['+', '-']).next().filter(|zone| zone.len() < text.len()).unwrap_or_default();
    let digits: String = zone.chars().take_while(char::is_ascii_digit).collect();
    digits.len() != 4 || digits.parse::<u32>().is_ok_and(|zone| zone <= 1400)
}

#[cfg(test)]
mod tests {
    use super::super::fields::{Room, split};
    use super::*;

    fn fields(raw: &str) -> Fields<'_> {
        split(raw.as_bytes(), Room::of(1 << 16)).0
    }

    #[test]
    fn ids_as_written_by_careless_programs() {
        for (raw, want) in [
            ("<a@b> <c@d>", vec!["a@b", "c@d"]),
            ("<a@b>,<a@b>\r\n <c@d>", vec!["a@b", "c@d"]),
            ("<a@\r\n b>", vec!["a@b"]),
            ("a@b", vec!["a@b"]),
            ("<>", vec![]),
            ("", vec![]),
            ("Your message of Monday <a@b>", vec!["a@b"]),
            ("<never <a@b>", vec!["a@b"]),
        ] {
            assert_eq!(of(&fields(&format!("References: {raw}\n\n")), "references", 100), want, "{raw:?}");
        }
        let flood = (0..500).map(|n| format!("<{n}@x>")).collect::<String>();
        let ids = of(&fields(&format!("References: {flood}\n\n")), "references", 100);
        assert_eq!((ids.len(), ids[0].as_str(), ids[99].as_str()), (100, "0@x", "499@x"));
    }

    #[test]
    fn f19_dates() {
        let at = |text: &str| date(&fields(&format!("Date: {text}\n\n")));
        assert_eq!(at("Tue, 1 Jul 2003 10:52:37 +0200"), Some(1_057_049_557));
        assert_eq!(at("1 Jul 2003 08:52:37 GMT (summer)"), Some(1_057_049_557));
        for bad in [
            "",
            "yesterday",
            "31 Feb 2020 10:00:00 +0000",
            "1 Foo 2020 10:00:00 +0000",
            "1 Jan 9999 00:00:00 +0000",
            "1 Jan 2020 10:00:00 +9999",
        ] {
            assert_eq!(at(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn thread_indexes() {
        assert_eq!(thread_index(&fields("Thread-Index: AdWxyz==\n\n")), None);
        assert_eq!(thread_index(&fields("Thread-Index: AQHTS1+cEwYvTkqg4UGs7yPCtcZ0kg==\n\n")).map(|b| b.len()), Some(22));
    }
}
