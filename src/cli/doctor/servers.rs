//! Mailboxes and the relay: signed in, looked at, left as they are.

use super::{Finding, PATIENCE};
use crate::config::Connections;
use crate::delivery::{self, Relay, Transport};
use crate::intake::imap::{self, Fault, ImapMailbox, Probe};

/// All servers.
pub async fn examine(connections: &Connections) -> Vec<Finding> {
    let mut findings = Vec::new();
    for mailbox in &connections.imap {
        findings.push(mailbox_of(mailbox).await);
    }
    for source in &connections.maildir {
        findings.push(Finding::well(&format!("maildir {}", source.name), "read from this machine"));
    }
    findings.push(match &connections.transport {
        Transport::Smtp(relay) => relay_of(relay).await,
        Transport::Maildir(folder) => {
            let said = format!("mails are written to {}: nothing leaves this machine", folder.display());
            Finding::look("relay", said, "for real work, write a section [smtp] instead of [delivery]")
        }
    });
    findings
}

async fn mailbox_of(mailbox: &ImapMailbox) -> Finding {
    let about = format!("IMAP {}", mailbox.name);
    match tokio::time::timeout(PATIENCE, imap::probe(mailbox)).await {
        Ok(Ok(probe)) => judged(&about, mailbox, &probe),
        Ok(Err(fault)) => Finding::broken(&about, fault.to_string(), advice(&fault)),
        Err(_) => Finding::broken(&about, format!("{} does not answer within {PATIENCE:?}", mailbox.host), "see host, port and firewall"),
    }
}

fn judged(about: &str, mailbox: &ImapMailbox, probe: &Probe) -> Finding {
    if let Some((folder, said)) = probe.unreadable.first() {
        let said = format!("folder {folder:?}: {said}");
        return Finding::broken(about, said, "name a folder that is there, or give this account the right to it");
    }
    let mut said = format!("signed in at {}, folders {}", mailbox.host, mailbox.folders.join(", "));
    said.push_str(if probe.moves { ", MOVE" } else { ", without MOVE (copied and removed)" });
    said.push_str(if probe.no_archive { ", the archive folder will be made" } else { "" });
    match probe.idle {
        true => Finding::well(about, format!("{said}, IDLE")),
        false => {
            let advice = "new mail is noticed at the poll only: set imap.poll as short as the server allows";
            Finding::look(about, format!("{said}, no IDLE"), advice)
        }
    }
}

fn advice(fault: &Fault) -> &'static str {
    match fault {
        Fault::Login(_) => "see user and password; Microsoft 365 and Google want a token instead (imap.oauth)",
        Fault::Token(_) => "see imap.oauth: address, client and scope",
        Fault::Unprotected(_) => {
            "see imap.security and host: its certificate must bear that name; imap.ca_file trusts an authority of yours"
        }
        _ => "see host, port and firewall",
    }
}

async fn relay_of(relay: &Relay) -> Finding {
    let place = format!("{}:{}", relay.host, relay.port);
    match tokio::time::timeout(PATIENCE, delivery::probe(relay)).await {
        Ok(Ok(())) => Finding::well("relay", format!("signed in at {place}; nothing was sent")),
        Ok(Err(fault)) => Finding::broken("relay", format!("{place}: {fault}"), "see [smtp]: host, port, security, user and password"),
        Err(_) => {
            Finding::broken("relay", format!("{place} does not answer within {PATIENCE:?}"), "see smtp.host, smtp.port and the firewall")
        }
    }
}
