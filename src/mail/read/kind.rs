//! Person or machine: signs with weights, and the rules by which they are believed. Names and values are compared
//! without case; unknown tokens are no signs. What people write is never enough: words count beside a machine's marks.
//!
//! Excludes: what follows from it (see `routing`): a kind never drops a mail.

mod marks;
mod words;

use super::bounce::events;
use super::fields::Fields;
use super::signs::Sense;
use super::tree::Tree;
use crate::address::Mailbox;
use crate::mail::incoming::{Author, Kind, Nature};

/// What is looked at.
pub(super) struct Seen<'a> {
    pub fields: &'a Fields<'a>,
    pub tree: &'a Tree<'a>,
    pub subject: &'a str,
    /// The whole text.
    pub text: &'a str,
    /// The new words of it.
    pub own: &'a str,
    pub author: &'a Author,
    pub to: &'a [Mailbox],
    /// `Some(None)` is the null path.
    pub return_path: &'a Option<Option<String>>,
}

/// What was judged.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Verdict {
    pub kind: Kind,
    pub nature: Nature,
    /// Each sign, strongest first.
    pub evidence: Vec<String>,
}

/// Weight from which signs are believed.
const ENOUGH: u32 = 60;
/// … for reports in words: their sender is a mail system,
const ENOUGH_FROM_SYSTEM: u32 = 70;
/// … or is only said to be none of the usual ones.
const ENOUGH_FROM_OTHERS: u32 = 90;

/// One reason to believe something.
#[derive(Debug, Clone, PartialEq)]
struct Sign {
    sense: Sense,
    weight: u32,
    told: String,
}

/// The kind, and each sign that led to it.
pub(super) fn of(seen: &Seen) -> Verdict {
    let structure = marks::structure(seen.tree);
    let marks = marks::of(seen);
    let mut signs = marks::fields(seen.fields);
    words::subject(seen.subject, &mut signs);
    if !signs.is_empty() || marks.any() || structure.any() {
        words::texts(seen, &mut signs);
    }
    let case = Case { seen, structure, marks, signs };
    let rules = [Case::structured, Case::report, Case::answer, Case::other];
    rules.iter().find_map(|rule| rule(&case)).unwrap_or_default()
}

struct Case<'a> {
    seen: &'a Seen<'a>,
    structure: marks::Structure,
    marks: marks::Marks,
    signs: Vec<Sign>,
}

impl Case<'_> {
    /// What the MIME types say by themselves: receipts, complaints, reports, calendar answers.
    fn structured(&self) -> Option<Verdict> {
        let structure = &self.structure;
        let challenged = self.weight(&[Sense::Challenge]) >= ENOUGH - 10;
        let event = if self.marks.machine() { events::nature(self.seen.text) } else { None };
        let answers = challenged || self.weight(&[Sense::Answer]) >= 30 && self.weight(&[Sense::Report]) == 0;
        match () {
            () if event.is_some() => event.map(|nature| self.verdict(nature, &[Sense::Notification])),
            () if structure.receipt => Some(self.verdict(Nature::Receipt, &[])),
            () if structure.complaint => Some(self.verdict(Nature::Complaint, &[Sense::Complaint])),
            () if structure.telemetry => Some(self.verdict(Nature::Notification, &[])),
            () if structure.report && answers && !self.marks.system => {
                Some(self.verdict(Nature::Challenge, &[Sense::Challenge, Sense::Answer]))
            }
            () if structure.report || self.field(Sense::Report) => Some(self.verdict(Nature::Report, &[Sense::Report])),
            () if structure.calendar.is_some() => Some(self.calendar()),
            () => None,
        }
    }

    fn calendar(&self) -> Verdict {
        let words = self.seen.own.chars().filter(|c| c.is_alphanumeric()).count();
        let reply = self.structure.calendar.as_deref() == Some("REPLY");
        let mut verdict = self.verdict(Nature::Calendar, &[]);
        if !reply && words > 0 && self.weight(&[Sense::Notification]) < ENOUGH {
            verdict.kind = Kind::Human;
        }
        verdict
    }

    /// Reports in words: a machine's mark and a report's words, from a sender who is no person.
    fn report(&self) -> Option<Verdict> {
        let words = self.weight(&[Sense::Report]);
        let marks = self.marks.weight() + if self.structure.returned { 10 } else { 0 };
        let enough = if self.marks.system { ENOUGH_FROM_SYSTEM } else { ENOUGH_FROM_OTHERS };
        let many = self.hits(Sense::Report) >= 3;
        let believed = words > 0 && marks > 0 && words + marks >= enough && (!self.marks.only_machine() || many);
        believed.then(|| self.verdict(Nature::Report, &[Sense::Report]))
    }

    /// Answering machines: by their fields, by the subjects that only they write, or by weaker words beside marks.
    fn answer(&self) -> Option<Verdict> {
        let absence = self.weight(&[Sense::Absence]);
        let answer = self.weight(&[Sense::Answer, Sense::Challenge]);
        let marks = self.marks.answering() + if self.list() >= ENOUGH && !self.field(Sense::Absence) { 0 } else { self.bulk() };
        let senses = [Sense::Absence, Sense::Answer, Sense::Challenge];
        // A title that answering machines write, or something beside the words.
        let titled = self.signs.iter().any(|sign| sign.sense == Sense::Absence && sign.weight >= 30 && !sign.told.starts_with("text"));
        let believed = absence >= ENOUGH && (titled || marks > 0)
            || self.field(Sense::Answer)
            || absence > 0 && marks > 0 && absence + marks >= ENOUGH
            || answer > 0 && marks > 0 && answer + marks >= ENOUGH;
        let nature = match () {
            () if absence >= 30 => Nature::Absence,
            () if self.weight(&[Sense::Challenge]) >= 50 => Nature::Challenge,
            () => Nature::Answer,
        };
        believed.then(|| self.verdict(nature, &senses))
    }

    /// Lists, complaints, receipts and notifications, by fields and words.
    fn other(&self) -> Option<Verdict> {
        let natures = [
            (Sense::Complaint, Nature::Complaint),
            (Sense::Receipt, Nature::Receipt),
            (Sense::List, Nature::List),
            (Sense::Notification, Nature::Notification),
        ];
        let marked = |sense: Sense| if sense == Sense::Notification { self.marks.notifying() } else { 0 };
        // `Precedence: bulk` alone makes no list of what says that a program made it.
        let made = self.list() == 0 && self.field(Sense::Notification);
        let believed = |sense: Sense| !(sense == Sense::List && made) && self.weight(&[sense]) + marked(sense) >= ENOUGH;
        let found = natures.into_iter().find(|(sense, _)| believed(*sense));
        let found = found.or_else(|| self.bare_report().then_some((Sense::Report, Nature::Notification)));
        found.map(|(sense, nature)| self.verdict(nature, &[sense]))
    }

    /// A subject that no person writes, and nothing else: not answered, and not a report that anybody could use.
    fn bare_report(&self) -> bool {
        self.signs.iter().any(|sign| sign.sense == Sense::Report && sign.weight >= ENOUGH && sign.told.starts_with("subject"))
    }

    fn weight(&self, senses: &[Sense]) -> u32 {
        self.signs.iter().filter(|sign| senses.contains(&sign.sense)).map(|sign| sign.weight).sum()
    }

    fn hits(&self, sense: Sense) -> usize {
        self.signs.iter().filter(|sign| sign.sense == sense && sign.told.starts_with("text")).count()
    }

    /// Is there a field that says so by itself?
    fn field(&self, sense: Sense) -> bool {
        let strong = |sign: &&Sign| sign.sense == sense && sign.weight >= ENOUGH && is_field(sign);
        self.signs.iter().any(|sign| strong(&sign))
    }

    /// What lists say of themselves, `Precedence` apart: many answering machines say that, too.
    fn list(&self) -> u32 {
        let named = |sign: &&Sign| sign.sense == Sense::List && !sign.told.to_ascii_lowercase().contains("precedence");
        self.signs.iter().filter(named).map(|sign| sign.weight).sum()
    }

    fn bulk(&self) -> u32 {
        if self.weight(&[Sense::List]) > 0 { 30 } else { 0 }
    }

    fn verdict(&self, nature: Nature, senses: &[Sense]) -> Verdict {
        let kind = match nature {
            Nature::Person => Kind::Human,
            Nature::Absence | Nature::Answer | Nature::Challenge => Kind::AutoReply,
            Nature::Report => Kind::Bounce,
            Nature::List => Kind::List,
            Nature::Receipt | Nature::Complaint | Nature::Calendar | Nature::Notification => Kind::System,
        };
        let mut signs: Vec<&Sign> = self.signs.iter().filter(|sign| senses.contains(&sign.sense)).collect();
        signs.sort_by_key(|sign| std::cmp::Reverse(sign.weight));
        let told = signs.into_iter().map(|sign| sign.told.clone());
        let evidence = self.structure.told.iter().cloned().chain(told).chain(self.marks.told.iter().cloned());
        Verdict { kind, nature, evidence: evidence.collect() }
    }
}

fn is_field(sign: &Sign) -> bool {
    !sign.told.starts_with("subject") && !sign.told.starts_with("text")
}
