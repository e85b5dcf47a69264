//! Answers to questions by mail, in words: lists of tickets, the commands, what was noted.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::language::Words;
use super::{Extra, Suggested, names, staffed};
use crate::address::Address;
use crate::desk::catalogue::{self, Spec, everything};
use crate::desk::{Profile, Role, Staffing, TicketId};
use crate::mail::{Content, File};

/// An answer to a question by mail.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Some tickets.
    Tickets {
        /// Which: key of its heading, `answers.<word>`.
        list: String,
        /// Those.
        rows: Vec<Row>,
        /// There are more.
        more: bool,
    },
    /// Articles that were found.
    Articles(Vec<Suggested>),
    /// What a batch did to a ticket: verbs of the catalogue.
    Done(Row, Vec<String>),
    /// There is no such ticket for this reader.
    NoTicket(String),
    /// The commands that somebody in that role may write.
    Help(Role),
    /// Away until then; none: back.
    Absent(Option<jiff::Timestamp>),
    /// Lines that give tickets of theirs to whoever stands in for them, by name and address; none: back to the pool.
    HandOver(Vec<TicketId>, Option<(String, Address)>),
    /// Reports come at these hours, perhaps also on days off; none: never.
    ReportAt(Vec<i8>, bool),
    /// So much they hear of tickets that are not theirs, from now on.
    Hears(Profile),
    /// Mails are in that language from now on.
    Language(String),
    /// That mailbox is asked whether its owner is theirs, too.
    SameAsked(Address),
    /// No other address is theirs any more.
    SameEnded,
    /// A service's staff changed.
    Staffed {
        /// The service's name.
        service: String,
        /// Who changed it, by name.
        by: String,
        /// What changed.
        what: Vec<Staffing>,
        /// The names of the agents that it is about, in that order.
        names: Vec<String>,
        /// Tickets that became somebody else's; none: free.
        handed: Vec<(TicketId, Option<String>)>,
    },
    /// Everything of theirs, in files of the mail.
    Data(Personal),
}

/// What somebody may see of themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Personal {
    /// How many tickets.
    pub tickets: usize,
    /// Older ones were left out.
    pub more: bool,
    /// Everything, as JSON.
    pub json: String,
    /// The words alone.
    pub text: String,
}

/// Files of a mail that answers.
pub fn files(extra: &Extra) -> Vec<File> {
    let Extra::Answers { answers, .. } = extra else { return vec![] };
    let file = |name: &str, content_type: &str, content: &str| File {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        content_id: None,
        content: Content::Bytes(content.as_bytes().to_vec()),
    };
    let of = |answer: &Answer| match answer {
        Answer::Data(data) => vec![file("data.txt", "text/plain", &data.text), file("data.json", "application/json", &data.json)],
        _ => vec![],
    };
    answers.iter().flat_map(of).collect()
}

/// A ticket in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number.
    pub id: TicketId,
    /// Its title.
    pub title: String,
    /// Its status' stable word.
    pub status: String,
    /// In charge, by name; may be empty.
    pub assignee: String,
    /// When it was opened.
    pub opened_at: jiff::Timestamp,
    /// It is urgent.
    pub urgent: bool,
}

/// One answer as templates see it.
#[derive(Debug, Default, Serialize)]
pub struct Section {
    /// What it is.
    pub heading: String,
    /// One line each.
    pub lines: Vec<String>,
    /// What can be done with them; may be empty.
    pub hint: String,
}

fn hand_over(words: &Words, language: &str, tickets: &[TicketId], deputy: Option<&(String, Address)>) -> Section {
    let (verb, whom, heading) = match deputy {
        Some((name, address)) => ("assign", format!(" {address}"), words.say("answers.hand_over", &[("who", &names::title(name))])),
        None => ("release", String::new(), words.say("answers.hand_back", &[])),
    };
    let verb = catalogue::spec(verb).map_or(verb, |spec| spec.teach(language));
    Section { heading, lines: tickets.iter().map(|ticket| format!("#{ticket} {verb}{whom}")).collect(), ..Section::default() }
}

/// An answer in words.
pub fn section(words: &Words, language: &str, zone: &TimeZone, answer: &Answer) -> Section {
    let say = |key: &str, values: &[(&str, &str)]| words.say(key, values);
    match answer {
        Answer::Tickets { list, rows, more } => Section {
            heading: words.term("answers", list).to_owned(),
            lines: match rows.is_empty() {
                true => vec![say("answers.none", &[])],
                false => rows.iter().map(|known| row(words, zone, known)).chain(more.then(|| say("answers.more", &[]))).collect(),
            },
            hint: if rows.is_empty() || ["state", "asked"].contains(&list.as_str()) { String::new() } else { say("answers.batch", &[]) },
        },
        Answer::Articles(found) => Section {
            heading: say("answers.articles", &[]),
            lines: found.iter().map(|article| article_line(words, article)).collect(),
            hint: String::new(),
        },
        Answer::Done(known, verbs) => {
            let lines = verbs.iter().map(|verb| words.term("done", verb).to_owned()).collect();
            Section { heading: row(words, zone, known), lines, hint: String::new() }
        }
        Answer::NoTicket(written) => {
            Section { heading: say("answers.no_ticket", &[("text", &names::title(written))]), ..Section::default() }
        }
        Answer::Help(role) => {
            Section { heading: say("answers.help", &[]), lines: help(words, language, *role), hint: say("answers.help_hint", &[]) }
        }
        Answer::Absent(None) => Section { heading: say("answers.back", &[]), ..Section::default() },
        Answer::Absent(Some(until)) => {
            Section { heading: say("answers.absent", &[("until", &words.date(*until, zone))]), ..Section::default() }
        }
        Answer::HandOver(tickets, deputy) => hand_over(words, language, tickets, deputy.as_ref()),
        Answer::ReportAt(hours, _) if hours.is_empty() => Section { heading: say("answers.report_off", &[]), ..Section::default() },
        Answer::ReportAt(hours, every_day) => {
            let hours = hours.iter().map(|hour| format!("{hour} h")).collect::<Vec<_>>().join(", ");
            let key = if *every_day { "answers.report_every_day" } else { "answers.report_at" };
            Section { heading: say(key, &[("hours", &hours)]), ..Section::default() }
        }
        Answer::Staffed { service, by, what, names, handed } => Section {
            heading: say("staffed.heading", &[("service", &names::title(service)), ("who", &names::title(by))]),
            lines: staffed::lines(words, zone, (what, names), handed),
            hint: String::new(),
        },
        Answer::Data(data) => Section {
            heading: say("answers.data", &[("n", &data.tickets.to_string())]),
            lines: data.more.then(|| say("answers.data_more", &[])).into_iter().collect(),
            hint: say("answers.data_hint", &[]),
        },
        Answer::SameAsked(other) => Section {
            heading: say("answers.same", &[("address", other.as_str())]),
            hint: say("answers.same_hint", &[]),
            ..Section::default()
        },
        Answer::SameEnded => Section { heading: say("answers.same_off", &[]), ..Section::default() },
        Answer::Hears(profile) => {
            let level = words.term("profile", profile.word());
            Section { heading: say("answers.hears", &[("level", level)]), ..Section::default() }
        }
        Answer::Language(code) => {
            Section { heading: say("answers.language", &[("language", words.term("tongue", code))]), ..Section::default() }
        }
    }
}

fn row(words: &Words, zone: &TimeZone, row: &Row) -> String {
    let who = if row.assignee.is_empty() { words.say("answers.nobody", &[]) } else { row.assignee.clone() };
    let number = row.id.to_string();
    let title = names::title(&row.title);
    let values = [
        ("number", &*number),
        ("title", &title),
        ("status", words.term("status", &row.status)),
        ("who", &who),
        ("date", &words.date(row.opened_at, zone)),
    ];
    words.say(if row.urgent { "answers.row_urgent" } else { "answers.row" }, &values)
}

fn article_line(words: &Words, article: &Suggested) -> String {
    let (number, title, answer) = (article.number.to_string(), names::title(&article.title), names::title(&article.answer));
    words.say("answers.article", &[("number", &number), ("title", &title), ("answer", &answer)])
}

/// The words to teach, each with what it does.
fn help(words: &Words, language: &str, role: Role) -> Vec<String> {
    // Words are known without their accents, and taught with them.
    let line = |spec: &Spec| format!("#{} : {}", words.term("spelt", spec.teach(language)), words.term("help", spec.verb));
    everything().filter(|spec| spec.commands.contains(&role)).map(line).collect()
}
