//! Mails of the desk, as their readers have them.

use mail_parser::{MessageParser, MimeHeaders};

use super::Mail;

/// A mail that the desk sent, as its reader has it.
#[derive(Debug, Clone)]
pub struct Sent {
    pub to: String,
    pub from: String,
    pub cc: Vec<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub message_id: String,
    pub in_reply_to: String,
    pub references: Vec<String>,
    pub reply_to: String,
    pub envelope_from: String,
    pub auto: Option<String>,
    /// Tokens of links, in order of appearance.
    pub links: Vec<String>,
    /// `mailto:` twins: addresses with a `y` or `n` tag.
    pub decisions: Vec<String>,
    pub raw: String,
}

impl Sent {
    /// Names and texts of its attachments.
    pub fn contents(&self) -> Vec<(String, String)> {
        let message = MessageParser::default().parse(self.raw.as_bytes()).unwrap();
        let file = |part: &mail_parser::MessagePart| {
            let content = String::from_utf8_lossy(part.contents()).into_owned();
            (part.attachment_name().unwrap_or_default().to_owned(), content)
        };
        message.attachments().map(file).collect()
    }

    pub fn read(letter: &guichet::mail::Letter) -> Sent {
        let message = MessageParser::default().parse(&letter.bytes).unwrap();
        let list = |addresses: Option<&mail_parser::Address>| -> Vec<String> {
            addresses.map(|list| list.iter().filter_map(|one| one.address().map(str::to_owned)).collect()).unwrap_or_default()
        };
        let text = message.body_text(0).map(|text| text.into_owned()).unwrap_or_default();
        let find = |pattern: &str| -> Vec<String> {
            regex::Regex::new(pattern).unwrap().captures_iter(&text).map(|found| found[1].to_owned()).collect()
        };
        let mut links = find(r"/l/([A-Za-z0-9_-]{43})");
        links.dedup();
        Sent {
            to: letter.envelope_to.to_string(),
            from: message
                .from()
                .and_then(|from| from.first())
                .map(|from| format!("{} <{}>", from.name().unwrap_or(""), from.address().unwrap_or("")))
                .unwrap_or_default(),
            cc: list(message.cc()),
            subject: message.subject().unwrap_or_default().to_owned(),
            html: message.body_html(0).map(|html| html.into_owned()).unwrap_or_default(),
            message_id: letter.message_id.clone(),
            in_reply_to: message.in_reply_to().as_text().unwrap_or_default().to_owned(),
            references: message.references().as_text_list().unwrap_or_default().iter().map(|id| id.to_string()).collect(),
            reply_to: list(message.reply_to()).first().cloned().unwrap_or_default(),
            envelope_from: letter.envelope_from.as_ref().map(|address| address.to_string()).unwrap_or_default(),
            auto: message.header_raw("Auto-Submitted").map(|value| value.trim().to_owned()),
            decisions: find(r"([A-Za-z0-9._]+\+[yn][0-9a-z.]+@[a-z.]+)"),
            links,
            text,
            raw: String::from_utf8_lossy(&letter.bytes).into_owned(),
        }
    }

    pub fn files(&self) -> Vec<String> {
        let message = MessageParser::default().parse(self.raw.as_bytes()).unwrap();
        message.attachments().filter_map(|part| part.attachment_name().map(str::to_owned)).collect()
    }

    /// An answer to this mail, to its Reply-To only, as a mail client writes it.
    pub fn answered_by(&self, person: &str, text: &str) -> Mail {
        let quoted: String = self.text.lines().map(|line| format!("> {line}\n")).collect();
        Mail::from(person)
            .to(&self.reply_to)
            .subject(&format!("Re: {}", self.subject))
            .header("In-Reply-To", &format!("<{}>", self.message_id))
            .header("References", &format!("<{}>", self.message_id))
            .text(&format!("{text}\n\nLe lundi 5 janvier 2026 à 09:00, Support <support@desk.test> a écrit :\n{quoted}"))
    }
}
