//! Looks at a mailbox without taking anything from it: may we sign in, are the folders there, did a mail arrive.

use async_imap::imap_proto::{AttributeValue, MailboxDatum, MessageSection, Response, SectionPath};
use jiff::Timestamp;

use super::fault::Fault;
use super::listing::seen;
use super::login::login;
use super::name;
use super::session::{Done, Session};
use super::{After, ImapMailbox};

/// What a mailbox can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    /// New mail is told at once.
    pub idle: bool,
    /// Handled mails are moved in one step.
    pub moves: bool,
    /// Folders that cannot be read, with the server's words.
    pub unreadable: Vec<(String, String)>,
    /// The folder of handled mails is not there yet: it is made with the first one.
    pub no_archive: bool,
}

/// Signs in, and opens each folder.
///
/// # Errors
/// Whatever ends a connection.
pub async fn probe(mailbox: &ImapMailbox) -> Result<Probe, Fault> {
    let mut session = login(mailbox).await?;
    let mut probe = Probe { idle: session.extensions.idle, moves: session.extensions.r#move, ..Probe::default() };
    for folder in &mailbox.folders {
        match session.select(folder).await {
            Ok(selected) if selected.read_only && mailbox.after != After::Nothing => {
                probe.unreadable.push((folder.clone(), "it may only be read, so that handled mails stay where they are".to_owned()));
            }
            Ok(_) => {}
            Err(Fault::Refused { said, .. }) => probe.unreadable.push((folder.clone(), said)),
            Err(fault) => return Err(fault),
        }
    }
    if let After::Move(archive) = &mailbox.after {
        probe.no_archive = session.select(archive).await.is_err();
    }
    session.logout().await;
    Ok(probe)
}

/// A mail that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The folder where it lies.
    pub folder: String,
    /// When the server got it, by its own clock.
    pub received_at: Option<Timestamp>,
    /// Its `Authentication-Results` fields, as they stand there.
    pub results: String,
}

/// Looks for a mail by its Message-ID (without brackets), also where handled ones lie. Marks nothing as read.
///
/// # Errors
/// Whatever ends a connection.
pub async fn find(mailbox: &ImapMailbox, message_id: &str) -> Result<Option<Found>, Fault> {
    let mut session = login(mailbox).await?;
    let archive = match &mailbox.after {
        After::Move(archive) => Some(archive.as_str()),
        _ => None,
    };
    let mut found = None;
    for folder in mailbox.folders.iter().map(String::as_str).chain(archive) {
        if session.select(folder).await.is_ok() {
            found = in_folder(&mut session, folder, message_id).await?;
        }
        if found.is_some() {
            break;
        }
    }
    session.logout().await;
    Ok(found)
}

async fn in_folder(session: &mut Session, folder: &str, message_id: &str) -> Result<Option<Found>, Fault> {
    let mut uids = Vec::new();
    let search = format!("UID SEARCH HEADER Message-ID {}", name::folder(message_id));
    let done = session
        .run(&search, |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend(found.iter().copied());
            }
            true
        })
        .await?;
    if let (Done::Ok { .. }, Some(uid)) = (done, uids.last()) {
        return header(session, folder, *uid).await.map(Some);
    }
    Ok(None)
}

async fn header(session: &mut Session, folder: &str, uid: u32) -> Result<Found, Fault> {
    let mut found = Found { folder: folder.to_owned(), received_at: None, results: String::new() };
    let fetch = format!("UID FETCH {uid} (INTERNALDATE BODY.PEEK[HEADER])");
    let done = session
        .run(&fetch, |response| {
            found.received_at = found.received_at.or(seen(response).and_then(|seen| seen.date));
            let Response::Fetch(_, attributes) = response else { return true };
            for attribute in attributes {
                if let AttributeValue::BodySection { section: Some(SectionPath::Full(MessageSection::Header)), data: Some(data), .. } =
                    attribute
                {
                    found.results = results(&String::from_utf8_lossy(data));
                }
            }
            true
        })
        .await?;
    done.ok("UID FETCH").map(|()| found)
}

/// The fields of a header that tell what was checked.
fn results(header: &str) -> String {
    let (mut results, mut taking) = (String::new(), false);
    for line in header.lines() {
        taking = if line.starts_with([' ', '\t']) { taking } else { line.to_ascii_lowercase().starts_with("authentication-results:") };
        if taking {
            results.push_str(line);
            results.push('\n');
        }
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row86_only_what_was_checked_is_taken_from_a_header() {
        let header =
            "Received: x\r\n y\r\nAuthentication-Results: mx.a;\r\n dkim=pass\r\nSubject: s\r\n t\r\nauthentication-results: b\r\n";
        assert_eq!(results(header), "Authentication-Results: mx.a;\n dkim=pass\nauthentication-results: b\n");
    }
}
