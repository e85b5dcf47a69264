//! Forms of actions: what a page asks for, and what becomes of it. Pages are made of the catalogue's fields, and post
//! them back here: there is no second way from a form to an action.
//!
//! Promises: a filled form becomes exactly one [`Action`], or says what is wrong with it in the desk's own words.
//! Excludes: how fields look, files (given as [`Words`]), and whether the ticket allows it (see `decide`).

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::action::{Action, Transfer};
use super::catalogue::spec;
use super::details::{Attention, Property};
use super::event::Words;
use super::priority::RequestKind;
use super::ticket::{Rating, Status, Ticket, Urgency};
use super::why::{Refused, Why};
use crate::address::Address;

/// The hour at which a day begins for a postponed ticket, on the desk's own clock.
pub const MORNING: i8 = 8;

/// One field of a form. Its label is `field.<name>` of `words.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Stable word: key of its label, and its name in the posted form.
    pub name: &'static str,
    /// What it takes.
    pub input: Input,
    /// Without it the action makes no sense.
    pub must: bool,
}

/// What a field takes. What may be chosen besides fixed words comes from the organisation and the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// One line.
    Line,
    /// Words, with files where the action says them.
    Text,
    /// One agent of the ticket's service: an address.
    Agent,
    /// Anybody: an address; empty is nobody.
    Person,
    /// Anybody: addresses, separated by commas, spaces or lines.
    People,
    /// One guest of the ticket: an address.
    Guest,
    /// A service, or a category of one: `service` or `service/category`, by their keys.
    Place,
    /// A category of the ticket's service, by its key; empty is "to sort".
    Category,
    /// A day, `2026-10-15`, perhaps with a time, `2026-10-15T14:30`, of the desk's clock.
    Date,
    /// One of these words; the label of each is `choice.<field>.<word>`.
    Choice(&'static [&'static str]),
    /// A ticket's number, with or without `#`.
    Ticket,
    /// A prepared answer, by its key.
    Answer,
    /// An article, by its number.
    Article,
    /// A line of the template of the ticket's category, by its key.
    Field,
    /// One of the ticket's events, by its number; empty is the last words of a participant.
    Message,
    /// Yes when there is anything.
    Check,
}

impl Field {
    /// A field that must be filled.
    pub const fn must(name: &'static str, input: Input) -> Field {
        Field { name, input, must: true }
    }

    /// A field that may stay empty.
    pub const fn may(name: &'static str, input: Input) -> Field {
        Field { name, input, must: false }
    }
}

/// A form as it came back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filled {
    /// Names and values, as posted.
    pub pairs: Vec<(String, String)>,
    /// Files that came along, kept already; their words are filled in here.
    pub words: Words,
}

impl Filled {
    /// The trimmed value of a field; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    fn words(&self, name: &str) -> Words {
        Words { text: self.get(name).to_owned(), ..self.words.clone() }
    }

    fn address(&self, name: &str) -> Result<Address, Why> {
        Address::parse(self.get(name)).map_err(|_| Why::NotAnAddress { text: self.get(name).to_owned() })
    }

    fn people(&self, name: &str) -> Result<Vec<Address>, Why> {
        let words = self.get(name).split([',', ';', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty());
        words.map(|word| Address::parse(word).map_err(|_| Why::NotAnAddress { text: word.to_owned() })).collect()
    }

    fn mark(&self, name: &str) -> Result<u8, Why> {
        self.get(name).parse().map_err(|_| Why::BadMark)
    }

    fn ticket(&self, name: &str) -> Result<u64, Why> {
        let number = self.get(name).trim_start_matches('#');
        number.parse().map_err(|_| Why::NoSuchTicket { text: self.get(name).to_owned() })
    }

    fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
}

/// Who fills a form, about what.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Who.
    pub person: &'a Address,
    /// The ticket as it stands.
    pub ticket: &'a Ticket,
    /// The desk's own clock, for dates.
    pub zone: &'a TimeZone,
}

/// The action that a filled form of that verb means.
pub fn action(verb: &str, filled: &Filled, about: About<'_>) -> Result<Action, Refused> {
    let refused = |why| Refused { action: verb.to_owned(), why };
    let Some(fields) = spec(verb).and_then(|spec| spec.form) else { return Err(refused(Why::NotAllowed)) };
    if let Some(missing) = fields.iter().find(|field| field.must && !filled.has(field.name))
        && !(missing.input == Input::Text && filled.words.source.is_some())
    {
        return Err(refused(if missing.input == Input::Text { Why::TextMissing } else { Why::NotAValue { text: String::new() } }));
    }
    handled(verb, filled, about).or_else(|| sorted(verb, filled, about.zone)).unwrap_or(Err(Why::NotAllowed)).map_err(refused)
}

/// Words, and what moves a ticket.
fn handled(verb: &str, filled: &Filled, about: About<'_>) -> Option<Result<Action, Why>> {
    let ticket = about.ticket;
    Some(Ok(match verb {
        "reply" => Action::Reply(filled.words("text")),
        "note" => Action::Note(filled.words("text")),
        "answer" if matches!(ticket.status, Status::WaitingForInformation { .. }) => Action::Answer(filled.words("text")),
        "answer" => Action::Reply(filled.words("text")),
        "canned" => Action::Canned { key: filled.get("answer").to_owned(), words: filled.words("text") },
        "faq" => Action::Faq { article: filled.get("article").to_owned(), words: filled.words("text") },
        "broadcast" => Action::Broadcast(filled.words("text")),
        "outage" => Action::Outage(filled.words("text")),
        "outage_over" => Action::OutageOver,
        "take" => Action::Take,
        "release" => Action::Release,
        "recall" => Action::Recall,
        "ask" => Action::Ask(filled.words("text")),
        "close" => Action::ProposeClosure(filled.words("text")),
        "refuse" => Action::Refuse(filled.words("reason")),
        "back" => Action::Back(filled.words("reason")),
        "approve" => Action::Approve(ticket.requests),
        "refuse_closure" => Action::RefuseClosure(ticket.requests, filled.words("reason")),
        "reopen" => Action::Reopen(filled.words("reason")),
        "cancel" => Action::Cancel,
        "leave" => Action::Leave(about.person.clone()),
        "spam" => Action::Spam,
        "undo" => Action::Undo(None),
        "follow" => Action::Attend(Attention::Following),
        "mute" => Action::Attend(Attention::Muted),
        "unmute" => Action::Attend(Attention::Usual),
        _ => return None,
    }))
}

/// What names people, places, dates and other tickets.
fn sorted(verb: &str, filled: &Filled, zone: &TimeZone) -> Option<Result<Action, Why>> {
    let text = |name: &str| filled.get(name).to_owned();
    Some(match verb {
        "assign" => filled.address("agent").map(Action::Assign),
        "invite" => filled.people("people").map(Action::Invite),
        "remove" => filled.address("person").map(Action::Remove),
        "postpone" => date(filled.get("until"), zone).map(|until| Action::Postpone(until, filled.words("note"))),
        "transfer" => Ok(transfer(filled)),
        "spend" => minutes(filled.get("time")).map(Action::Spend),
        "title" => Ok(Action::Set(Property::Title(text("title")))),
        "phone" => Ok(Action::Set(Property::Phone(text("phone")))),
        "equipment" => Ok(Action::Set(Property::Equipment(text("equipment")))),
        "category" => Ok(Action::Set(Property::Category(text("category")))),
        "urgency" => urgency(filled.get("urgency")).map(|urgency| Action::Set(Property::Urgency(urgency))),
        "impact" => urgency(filled.get("impact")).map(|impact| Action::Set(Property::Impact(Some(impact)))),
        "kind" => {
            let kind = RequestKind::of(filled.get("kind")).ok_or_else(|| Why::NotAValue { text: text("kind") });
            kind.map(|kind| Action::Set(Property::Kind(Some(kind))))
        }
        "beneficiary" => {
            let who = if filled.has("beneficiary") { filled.address("beneficiary").map(Some) } else { Ok(None) };
            who.map(|who| Action::Set(Property::Beneficiary(who)))
        }
        "field" => Ok(Action::Set(Property::Field { key: text("field"), value: text("value") })),
        "requester" => filled.address("requester").map(|who| Action::Set(Property::Requester(who))),
        "link" => filled.ticket("ticket").map(|to| Action::Link { to }),
        "merge" => filled.ticket("ticket").map(|into| Action::Merge {
            into,
            whose: None,
            confirmed: filled.has("confirmed"),
            with_people: filled.has("with_people"),
        }),
        "parent" if filled.has("ticket") => filled.ticket("ticket").map(|to| Action::Parent { to: Some(to) }),
        "parent" => Ok(Action::Parent { to: None }),
        "split" => Ok(Action::Split { seq: filled.get("message").parse().ok(), into: 0 }),
        "rate" => filled.mark("delay").and_then(|delay| {
            let answers = filled.mark("answers")?;
            Ok(Action::Rate(Rating { delay, answers, comment: text("comment") }))
        }),
        _ => return None,
    })
}

fn transfer(filled: &Filled) -> Action {
    let (service, category) = filled.get("place").split_once('/').unwrap_or((filled.get("place"), ""));
    let (service, category) = (service.to_owned(), category.to_owned());
    Action::Transfer(Box::new(Transfer { service, category, follow: filled.has("follow"), words: filled.words("note") }))
}

/// Minutes of working time: `20min`, `1h30`, `1 h 30 min`, `2h`, `45`.
pub fn minutes(text: &str) -> Result<u32, Why> {
    let not = || Why::NotAValue { text: text.to_owned() };
    let bare: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let (hours, rest) = bare.split_once(['h', ':']).unwrap_or(("0", &bare));
    let rest = ["minutes", "minute", "mins", "min", "mn", "m"].into_iter().find_map(|unit| rest.strip_suffix(unit)).unwrap_or(rest);
    let number = |digits: &str| if digits.is_empty() { Ok(0) } else { digits.parse::<u32>().map_err(|_| not()) };
    let all = number(hours)?.checked_mul(60).and_then(|hours| hours.checked_add(number(rest).ok()?));
    if rest.is_empty() || number(rest).is_ok() { all.filter(|minutes| *minutes > 0).ok_or_else(not) } else { Err(not()) }
}

/// The urgency of a stable word.
pub fn urgency(word: &str) -> Result<Urgency, Why> {
    let all = [Urgency::Low, Urgency::Medium, Urgency::High];
    all.into_iter().find(|urgency| urgency.word() == word).ok_or_else(|| Why::NotAValue { text: word.to_owned() })
}

/// A day of a form, or a day and a time.
fn date(text: &str, zone: &TimeZone) -> Result<Timestamp, Why> {
    let not = || Why::NotADate { text: text.to_owned() };
    let at = match text.parse::<civil::Date>() {
        Ok(day) if !text.contains(['T', ' ']) => morning(day),
        _ => text.parse::<civil::DateTime>().map_err(|_| not())?,
    };
    at.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| not())
}

/// When a day begins.
pub fn morning(day: civil::Date) -> civil::DateTime {
    day.to_datetime(civil::Time::midnight()).saturating_add(i64::from(MORNING).hours())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row74_time_is_written_in_many_ways() {
        for (text, all) in
            [("20min", 20), ("45", 45), ("1h", 60), ("1h30", 90), ("1 h 30 min", 90), ("0:20", 20), ("2 H 5", 125), ("5 mn", 5)]
        {
            assert_eq!(minutes(text), Ok(all), "{text}");
        }
        for wrong in ["", "0", "soon", "-5", "1h30x", "99999999999", "h"] {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
    }
}
