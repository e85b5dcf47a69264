//! What stands in a mail beside its words: MIME types, header fields, sender, envelope, addressees.

use super::super::addresses;
use super::super::fields::{Fields, unfold};
use super::super::signs::{self, fold};
use super::super::tree::Tree;
use super::{Seen, Sign};

/// What the MIME types say.
#[derive(Debug, Default)]
pub(super) struct Structure {
    pub receipt: bool,
    pub complaint: bool,
    /// TLS-RPT and DMARC reports.
    pub telemetry: bool,
    pub report: bool,
    /// A message, or its header, came along.
    pub returned: bool,
    /// Method of a calendar part (RFC 6047).
    pub calendar: Option<String>,
    pub told: Vec<String>,
}

impl Structure {
    pub fn any(&self) -> bool {
        self.receipt || self.complaint || self.telemetry || self.report || self.calendar.is_some()
    }
}

/// Looks at the types of all parts (RFC 3464, RFC 5965, RFC 8098, RFC 8460, RFC 6047).
pub(super) fn structure(tree: &Tree) -> Structure {
    let mut found = Structure::default();
    let report = tree.root.content.plain("report-type").unwrap_or_default().to_ascii_lowercase();
    match report.as_str() {
        "disposition-notification" => found.receipt = true,
        "feedback-report" => found.complaint = true,
        "tlsrpt" => found.telemetry = true,
        "delivery-status" => found.report = true,
        _ => {}
    }
    if found.any() {
        found.told.push(format!("report-type={report}"));
    }
    tree.root.walk(&mut |part| {
        let kind = part.content.value.as_str();
        match kind {
            "message/disposition-notification" => found.receipt = true,
            "message/feedback-report" => found.complaint = true,
            "application/tlsrpt+gzip" | "application/tlsrpt+json" => found.telemetry = true,
            "message/delivery-status" | "message/global-delivery-status" => found.report = true,
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/rfc822-headers" => {
                found.returned = true;
                return;
            }
            "text/calendar" => return found.invites(&part.content.plain("method").unwrap_or_default()),
            _ => return,
        }
        found.told.push(kind.to_owned());
    });
    found
}

impl Structure {
    fn invites(&mut self, method: &str) {
        let method = method.to_ascii_uppercase();
        if matches!(method.as_str(), "REQUEST" | "REPLY" | "CANCEL" | "COUNTER" | "DECLINECOUNTER" | "REFRESH" | "ADD") {
            self.told.push(format!("text/calendar {method}"));
            self.calendar = Some(method);
        }
    }
}

/// Signs in the header.
pub(super) fn fields(fields: &Fields) -> Vec<Sign> {
    let known = &signs::get().fields;
    let mut found: Vec<Sign> = Vec::new();
    for field in fields.iter() {
        let Some(list) = known.get(&field.name.to_ascii_lowercase()) else { continue };
        let value = unfold(field.value);
        let folded = fold(&value);
        for sign in list.iter().filter(|sign| sign.fits(&folded)) {
            let told = format!("{}: {}", field.name, addresses::shorten(&value).chars().take(60).collect::<String>());
            // The same said twice is said once.
            if !found.iter().any(|other| other.sense == sign.sense && other.told.split(':').next() == told.split(':').next()) {
                found.push(Sign { sense: sign.sense, weight: sign.weight, told });
            }
        }
    }
    found
}

/// Who wrote, and to whom.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// A mail system, or the person behind it.
    pub system: bool,
    /// One that hardly writes anything but reports.
    daemon: bool,
    machine: bool,
    null_path: bool,
    /// Addressed to where reports go.
    returned_to: bool,
    /// Asks machines not to answer.
    suppresses: bool,
    pub told: Vec<String>,
}

impl Marks {
    pub fn any(&self) -> bool {
        self.system || self.machine || self.null_path || self.returned_to
    }

    /// For reports.
    pub fn weight(&self) -> u32 {
        let sender = match () {
            () if self.daemon => 40,
            () if self.system => 30,
            () if self.machine => 10,
            () => 0,
        };
        sender + if self.null_path { 30 } else { 0 } + if self.returned_to { 25 } else { 0 }
    }

    /// A sender who takes no answers.
    pub fn machine(&self) -> bool {
        self.machine
    }

    /// Nothing but a sender who takes no answers.
    pub fn only_machine(&self) -> bool {
        self.machine && !self.system && !self.null_path && !self.returned_to
    }

    /// For answering machines.
    pub fn answering(&self) -> u32 {
        (if self.null_path { 30 } else { 0 }) + if self.machine || self.suppresses || self.returned_to { 30 } else { 0 }
    }

    /// For notifications.
    pub fn notifying(&self) -> u32 {
        if self.daemon || self.machine { 60 } else { 0 }
    }
}

/// Reads the marks.
pub(super) fn of(seen: &Seen) -> Marks {
    let senders = &signs::get().senders;
    let local = local_part(seen);
    let name = fold(&addresses::from_text(seen.fields));
    let named = senders.names.iter().find(|known| name.contains(known.as_str()));
    let nobody = seen.fields.plain("From").is_some_and(|from| from == "<>");
    let mut marks = Marks {
        daemon: senders.report.contains(&local) || named.is_some() || nobody,
        machine: senders.machine.contains(&local) || senders.starts.iter().any(|start| local.starts_with(start.as_str())),
        null_path: seen.return_path == &Some(None) || nobody,
        returned_to: seen.to.iter().take(3).any(|to| is_for_reports(to.address.local())),
        suppresses: seen.fields.first("X-Auto-Response-Suppress").is_some(),
        ..Marks::default()
    };
    marks.system = marks.daemon || senders.postmaster.contains(&local);
    if marks.system || marks.machine {
        marks.told.push(format!("sender {}", if local.is_empty() { named.map_or("<>", String::as_str) } else { &local }));
    }
    if marks.null_path {
        marks.told.push("Return-Path <>".to_owned());
    }
    if marks.returned_to {
        marks.told.push("written to an address for reports".to_owned());
    }
    marks
}

fn is_for_reports(local: &str) -> bool {
    let known = &signs::get().addressees;
    known.starts.iter().any(|start| local.starts_with(start.as_str()))
        || known.ends.iter().any(|end| local.ends_with(end.as_str()))
        || known.has.iter().any(|has| local.contains(has.as_str()))
}

fn local_part(seen: &Seen) -> String {
    match seen.author.address() {
        Some(address) => address.local().split('+').next().unwrap_or_default().to_owned(),
        None => {
            let text = addresses::from_text(seen.fields);
            let address = text.rsplit_once('<').map_or(&*text, |(_, address)| address);
            address.split('@').next().unwrap_or_default().trim_matches(['"', '>', ' ', '<']).to_owned()
        }
    }
}
