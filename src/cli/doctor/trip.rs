//! Real mails, when they are asked for: one to somebody, or one to the desk itself and back into its mailbox.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::Finding;
use crate::address::{Address, Mailbox};
use crate::config::{Connections, Settings};
use crate::delivery;
use crate::intake::imap::{self, Found};
use crate::mail::{Auto, Letter, Outgoing, compose};
use crate::ports::Attempt;
use crate::site::Site;

/// How long a mail may take to come back.
const BACK: Duration = Duration::from_secs(90);
/// Between two looks.
const AGAIN: Duration = Duration::from_secs(2);
/// The tag of the desk's address: of no ticket.
const TAG: &str = "doctor";
/// What a forged verdict would say; nobody else writes so.
const FORGED: &str = "dkim=pass header.d=doctor.invalid";
/// How far two clocks may be apart.
const SKEW: i64 = 120;

/// One test mail to somebody.
pub async fn send_to(settings: &Settings, connections: &Connections, to: &Address) -> Finding {
    let sent = match letter(settings, to) {
        Ok(letter) => send(connections, letter).await,
        Err(reason) => Err(reason),
    };
    match sent {
        Ok(_) => Finding::well("test mail", format!("the relay took it for {to}; look whether it arrives, and not among spam")),
        Err(reason) => Finding::broken("test mail", reason, "see the relay above; its words tell why"),
    }
}

/// One mail to the desk itself, at an address with a tag.
pub async fn round(settings: &Settings, connections: &Connections) -> Vec<Finding> {
    match round_trip(settings, connections).await {
        Ok((site, sent_at, found)) => judged(&site, sent_at, &found),
        Err(finding) => vec![finding],
    }
}

async fn round_trip(settings: &Settings, connections: &Connections) -> Result<(crate::site::SharedSite, Timestamp, Found), Finding> {
    let broken = |said: String| Finding::broken("round trip", said, "see mailbox and relay above");
    let Some(mailbox) = connections.imap.first() else {
        return Err(Finding::look("round trip", "there is no IMAP mailbox", "write to the desk by hand"));
    };
    let site = settings.site().map_err(|faults| broken(faults.to_string()))?;
    let desk = &site.desk.address;
    let to = if site.plus_addressing { desk.with_tag(TAG).map_err(|fault| broken(fault.to_string()))? } else { desk.clone() };
    let letter = letter(settings, &to).map_err(broken)?;
    let (id, sent_at) = (letter.message_id.clone(), Timestamp::now());
    send(connections, forged(letter, &site)).await.map_err(broken)?;
    let deadline = Instant::now() + BACK;
    while Instant::now() < deadline {
        if let Some(found) = imap::find(mailbox, &id).await.map_err(|fault| broken(fault.to_string()))? {
            return Ok((site, sent_at, found));
        }
        tokio::time::sleep(AGAIN).await;
    }
    let said = format!("the mail to {to} is not in the mailbox {} after {} s", mailbox.name, BACK.as_secs());
    let advice = "look for it among spam and at the server; if only addresses with a tag do not arrive, set site.plus_addressing = false";
    Err(Finding::broken("round trip", said, advice))
}

/// What a mail that came back tells.
fn judged(site: &Site, sent_at: Timestamp, found: &Found) -> Vec<Finding> {
    let tag = if site.plus_addressing { ", at an address with a tag" } else { "" };
    let mut findings = vec![Finding::well("round trip", format!("a mail to the desk arrived in {}{tag}", found.folder))];
    let skew = found.received_at.map_or(0, |at| at.duration_since(sent_at).as_secs());
    if !(-SKEW..=BACK.as_secs() as i64 + SKEW).contains(&skew) {
        findings.push(Finding::look(
            "clock",
            format!("the mail server's clock is {skew} s from this one"),
            "let both set their clocks (NTP)",
        ));
    }
    findings.push(match (site.trust.authserv_ids.is_empty(), found.results.contains(FORGED)) {
        (true, _) => {
            Finding::look("trust", format!("nobody's word on senders is taken; your server wrote: {}", words(&found.results)), TRUST)
        }
        (false, true) => Finding::broken("trust", "a forged Authentication-Results field arrived: anybody can prove anything", FORGERY),
        (false, false) => Finding::well("trust", "a forged Authentication-Results field was removed on the way"),
    });
    findings
}

const TRUST: &str = "if it checks senders, put the first word of what it writes into trust.authserv_ids";
const FORGERY: &str = "let the receiving server remove such fields of its own name, or take trust.authserv_ids out of the configuration";

fn words(results: &str) -> String {
    let words = results.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "nothing".to_owned() } else { words }
}

/// A verdict in our receiving server's name, which it must remove (RFC 8601 section 5).
fn forged(letter: Letter, site: &Site) -> Letter {
    let Some(id) = site.trust.authserv_ids.first() else { return letter };
    let bytes = [format!("Authentication-Results: {id}; {FORGED}\r\n").as_bytes(), &letter.bytes].concat();
    Letter { bytes, ..letter }
}

fn letter(settings: &Settings, to: &Address) -> Result<Letter, String> {
    let site = settings.site().map_err(|faults| faults.to_string())?;
    let mut salt = [0; 12];
    getrandom::fill(&mut salt).map_err(|fault| fault.to_string())?;
    let text = "This is a test mail of guichet doctor. Nobody needs to answer it.\n";
    let mail = Outgoing {
        message_id: site.keys.message_id(0, to, &salt, site.desk.address.domain()),
        from: site.desk.clone(),
        to: Mailbox { name: None, address: to.clone() },
        shown_cc: vec![],
        reply_to: None,
        envelope_from: Some(site.desk.address.clone()),
        date: Timestamp::now().as_second(),
        subject: format!("{}: test", site.name),
        in_reply_to: None,
        references: vec![],
        thread_index: None,
        auto: Auto::Generated,
        language: "en".to_owned(),
        unsubscribe: None,
        text: text.to_owned(),
        html: None,
        files: vec![],
    };
    compose(&mail).map_err(|fault| fault.to_string())
}

async fn send(connections: &Connections, letter: Letter) -> Result<(), String> {
    match delivery::send_one(connections.transport.clone(), letter).await {
        (Attempt::Sent, _) => Ok(()),
        (end, reply) => Err(format!("{end:?}: {reply}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn states(authserv_ids: &[&str], results: &str) -> Vec<State> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("guichet.toml");
        let text = "[site]\naddress = \"support@desk.test\"\nstate = \"state\"\n[web]\nbase_url = \"http://localhost\"\n[delivery]\nmaildir = \"out\"\n";
        let settings = crate::config::understand(&file, text).unwrap();
        settings.prepare(&[7; 32]).unwrap();
        let mut site = (*settings.site().unwrap()).clone();
        site.trust.authserv_ids = authserv_ids.iter().map(|id| (*id).to_owned()).collect();
        let now = Timestamp::now();
        let found = Found { folder: "INBOX".into(), received_at: Some(now), results: results.into() };
        judged(&site, now, &found).into_iter().map(|finding| finding.state).collect()
    }

    #[test]
    fn l16_a_forged_verdict_that_arrives_is_told() {
        assert_eq!(states(&["mx.desk.test"], "Authentication-Results: mx.desk.test; dkim=none"), [State::Well, State::Well]);
        assert_eq!(states(&["mx.desk.test"], &format!("Authentication-Results: mx.desk.test; {FORGED}")), [State::Well, State::Broken]);
        assert_eq!(states(&[], "Authentication-Results: mx.desk.test; dkim=none"), [State::Well, State::Look]);
    }
}
