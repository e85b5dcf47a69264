//! What is in a folder, and what a FETCH response says of a mail. Fetches no mail.

use async_imap::imap_proto::{AttributeValue, Response};
use jiff::Timestamp;

use super::fault::Fault;
use super::session::Session;

/// UIDs that a folder may list: ten times the largest mailbox we know of.
const LISTED: usize = 4_000_000;

/// UIDs from `first` on, ascending. A server answers `n:*` with its last mail even when that lies below n (RFC 9051
/// section 6.4.9), so that it is left out here.
pub async fn list(session: &mut Session, first: u32) -> Result<Vec<u32>, Fault> {
    let mut uids = Vec::new();
    let done = session
        .run(&format!("UID FETCH {first}:* (UID)"), |response| match seen(response).and_then(|s| s.uid) {
            Some(uid) if uids.len() < LISTED => {
                uids.push(uid);
                true
            }
            _ => false,
        })
        .await?;
    done.ok("UID FETCH")?;
    uids.retain(|&uid| uid >= first);
    uids.sort_unstable();
    uids.dedup();
    Ok(uids)
}

/// The lowest UID that the server received then or later.
pub async fn first_since(session: &mut Session, since: Timestamp) -> Result<Option<u32>, Fault> {
    let mut first: Option<u32> = None;
    let done = session
        .run("UID FETCH 1:* (UID INTERNALDATE)", |response| {
            let Some(Seen { uid: Some(uid), date: Some(date), .. }) = seen(response) else { return false };
            if date >= since && first.is_none_or(|f| uid < f) {
                first = Some(uid);
            }
            true
        })
        .await?;
    done.ok("UID FETCH").map(|()| first)
}

/// What a FETCH response tells of a mail.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    pub uid: Option<u32>,
    pub size: Option<u32>,
    pub date: Option<Timestamp>,
    pub body: Option<&'a [u8]>,
}

/// `None` for other responses.
pub fn seen<'a>(response: &'a Response<'_>) -> Option<Seen<'a>> {
    let Response::Fetch(_, attributes) = response else { return None };
    let mut seen = Seen::default();
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(uid) => seen.uid = Some(*uid),
            AttributeValue::Rfc822Size(size) => seen.size = Some(*size),
            AttributeValue::InternalDate(text) => seen.date = internal_date(text),
            AttributeValue::BodySection { section: None, data: Some(data), .. } => seen.body = Some(data),
            _ => {}
        }
    }
    Some(seen)
}

/// `date-time` of RFC 9051 section 9: ` 7-Feb-1994 21:52:25 -0800`.
fn internal_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?.to_timestamp().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_dates_are_read() {
        let expected: Timestamp = "1994-02-08T05:52:25Z".parse().unwrap();
        for text in [" 7-Feb-1994 21:52:25 -0800", "07-Feb-1994 21:52:25 -0800", "08-Feb-1994 05:52:25 +0000"] {
            assert_eq!(internal_date(text), Some(expected), "{text}");
        }
        assert_eq!(internal_date("yesterday"), None);
    }
}
