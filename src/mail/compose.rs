//! Outgoing → bytes: which headers a mail of ours has, and how its parts are nested.
//!
//! Promises: the bytes are 7-bit; every line ends with CR LF, holds 76 octets (998 where one token cannot be folded) and
//! never begins with a dot, so that neither a relay nor a client that forgets to stuff dots can cut the mail in two
//! (CASEBOOK I07). Nothing foreign reaches a header unless cleaned and encoded (G13). The same [`Outgoing`] gives the
//! same bytes. Our own builder, not lettre's: that one panics on a name with a line end, and leaves bare line ends
//! and leading dots in bodies.
//! Excludes: addresses outside ASCII, which show as text only: whether they can be reached is delivery's matter.

mod body;
mod header;

use header::Head;

use super::outgoing::{Auto, Content, Excerpt, File, Letter, Outgoing};

/// Why a mail could not be written: a fault of the caller, never of what strangers wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeFault {
    /// `Message-ID` is empty, too long, or holds spaces, brackets or characters outside ASCII.
    #[error("the Message-ID {0:?} cannot be written")]
    MessageId(String),
    /// `Date` is no time of the years 0 to 9999.
    #[error("{0} is no date that a mail can have")]
    Date(i64),
}

/// The final bytes of a mail: 7-bit, CR LF, every part quoted-printable or base64. Malformed foreign values (ids,
/// languages, media types) are left out or replaced; only our own can fail.
pub fn compose(mail: &Outgoing) -> Result<Letter, ComposeFault> {
    if !header::fits_brackets(&mail.message_id) {
        return Err(ComposeFault::MessageId(mail.message_id.clone()));
    }
    let mut head = Head::with_capacity(size_guess(mail));
    head.field("Date").word(&header::date(mail.date).ok_or(ComposeFault::Date(mail.date))?).end();
    people(&mut head, mail);
    head.field("Subject").text(&mail.subject).end();
    thread(&mut head, mail);
    marks(&mut head, mail);
    head.field("MIME-Version").word("1.0").end();
    let mut out = Out { bytes: head.into_bytes(), excerpts: Vec::new() };
    parts(&mut out, mail);
    let Out { bytes, excerpts } = out;
    let envelope_from = mail.envelope_from.clone();
    Ok(Letter { message_id: mail.message_id.clone(), envelope_from, envelope_to: mail.to.address.clone(), bytes, excerpts })
}

/// Room for the whole mail, so that writing never moves it.
fn size_guess(mail: &Outgoing) -> usize {
    let bodies = mail.text.len() + mail.html.as_ref().map_or(0, String::len);
    let files: usize = mail.files.iter().map(|file| 512 + file.content.room()).sum();
    4096 + bodies + bodies / 4 + files
}

/// A mail as far as it is written.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    excerpts: Vec<(usize, Excerpt)>,
}

impl Content {
    /// Bytes that it takes in a mail that is being written.
    fn room(&self) -> usize {
        match self {
            Content::Bytes(bytes) => bytes.len() * 3 / 2,
            Content::Excerpt(_) => 0,
        }
    }
}

fn people(head: &mut Head, mail: &Outgoing) {
    head.field("From").mailboxes(std::slice::from_ref(&mail.from)).end();
    if let Some(address) = &mail.reply_to {
        head.field("Reply-To").address(address).end();
    }
    head.field("To").mailboxes(std::slice::from_ref(&mail.to)).end();
    if !mail.shown_cc.is_empty() {
        head.field("Cc").mailboxes(&mail.shown_cc).end();
    }
}

fn thread(head: &mut Head, mail: &Outgoing) {
    head.field("Message-ID").id(&mail.message_id).end();
    if let Some(id) = mail.in_reply_to.as_deref().filter(|id| header::fits_brackets(id)) {
        head.field("In-Reply-To").id(id).end();
    }
    let references = header::references(&mail.references);
    if !references.is_empty() {
        head.field("References").ids(&references).end();
    }
    if let Some(index) = mail.thread_index.as_deref().filter(|index| header::is_base64(index)) {
        head.field("Thread-Index").word(index).end();
    }
}

/// What tells machines who speaks, in which language, and how to leave (RFC 3834, RFC 3282, RFC 2369, RFC 8058).
fn marks(head: &mut Head, mail: &Outgoing) {
    let auto = match mail.auto {
        Auto::Human => None,
        Auto::Replied => Some("auto-replied"),
        Auto::Generated => Some("auto-generated"),
    };
    if let Some(auto) = auto {
        head.field("Auto-Submitted").word(auto).end();
        head.field("X-Auto-Response-Suppress").word("All").end();
    }
    if header::is_language(&mail.language) {
        head.field("Content-Language").word(&mail.language).end();
    }
    if let Some(target) = mail.unsubscribe.as_deref().filter(|target| header::fits_brackets(target)) {
        head.field("List-Unsubscribe").id(target).end();
        if target.starts_with("https://") {
            head.field("List-Unsubscribe-Post").word("List-Unsubscribe=One-Click").end();
        }
    }
}

/// `mixed` around `alternative` around `related`, each only where it holds more than one part (RFC 2046, RFC 2387).
fn parts(out: &mut Out, mail: &Outgoing) {
    let (inline, attached): (Vec<&File>, Vec<&File>) = mail.files.iter().partition(|file| is_inline(file, mail));
    if attached.is_empty() {
        return readable(out, mail, &inline);
    }
    let mixed = body::Multipart::open(out, "mixed", 'm', &mail.message_id);
    mixed.next(out);
    readable(out, mail, &inline);
    for file in attached {
        mixed.next(out);
        body::file(out, file, false);
    }
    mixed.close(out);
}

fn readable(out: &mut Out, mail: &Outgoing, inline: &[&File]) {
    let Some(html) = &mail.html else { return body::text(out, "plain", &mail.text) };
    let alternative = body::Multipart::open(out, "alternative", 'a', &mail.message_id);
    alternative.next(out);
    body::text(out, "plain", &mail.text);
    alternative.next(out);
    match inline {
        [] => body::text(out, "html", html),
        images => related(out, mail, html, images),
    }
    alternative.close(out);
}

fn related(out: &mut Out, mail: &Outgoing, html: &str, images: &[&File]) {
    let related = body::Multipart::open(out, "related", 'r', &mail.message_id);
    related.next(out);
    body::text(out, "html", html);
    for image in images {
        related.next(out);
        body::file(out, image, true);
    }
    related.close(out);
}

fn is_inline(file: &File, mail: &Outgoing) -> bool {
    mail.html.is_some() && file.content_id.as_deref().is_some_and(header::fits_brackets)
}

#[cfg(test)]
mod tests;
