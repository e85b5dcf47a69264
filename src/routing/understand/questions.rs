//! Commands that ask for an answer by mail and change no ticket: `#status`, `#list`, `#search`, `#absent until monday`.

use jiff::Timestamp;

use super::when::{Moment, moment};
use crate::address::Address;
use crate::desk::catalogue::Spec;
use crate::desk::{Profile, TicketId, Why};
use crate::mail::commands::{CommandLine, fold};

/// What somebody wants to know, or wants us to know of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// How a ticket stands: that one, or the one that the mail is on.
    Status(Option<TicketId>),
    /// Everything of a ticket that they may see: that one, or the one that the mail is on.
    History(Option<TicketId>),
    /// A list of tickets.
    List(Listing),
    /// Everything of theirs that they may see.
    Data,
    /// That address is theirs, too; none: no other is any more.
    Same(Option<Address>),
    /// The day's report.
    Report,
    /// The report at these hours from now on, perhaps also on days off; none: never.
    ReportAt(Vec<i8>, bool),
    /// Tickets with all these words.
    Search(String),
    /// Away until then; none: back.
    Absent(Option<Timestamp>),
    /// So much they want to hear of tickets that are not theirs.
    Hears(Profile),
    /// ISO 639-1 of the mails that they get from now on.
    Language(String),
    /// The commands.
    Help,
}

/// Which tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// In one's own charge.
    Mine,
    /// Of these, those that wait for somebody's answer.
    Waiting,
    /// In the common pool.
    Free,
    /// What was promised is not kept.
    Late,
    /// What was promised for today.
    Today,
    /// Nothing was promised, and nobody has answered for a day.
    Unanswered,
    /// All open ones of the service.
    Service,
    /// Urgent ones among these.
    Urgent,
}

impl Listing {
    /// A stable word: key of its heading in `words.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Listing::Mine => "mine",
            Listing::Waiting => "waiting",
            Listing::Free => "free",
            Listing::Late => "late",
            Listing::Today => "today",
            Listing::Unanswered => "unanswered",
            Listing::Service => "service",
            Listing::Urgent => "urgent",
        }
    }
}

/// What a command of the catalogue's questions asks.
pub fn question(spec: &Spec, line: &CommandLine, at: Moment<'_>) -> Result<Question, Why> {
    let folded = fold(&line.args);
    let words = folded.trim();
    let not = || Why::NotAValue { text: line.args.clone() };
    Ok(match spec.verb {
        "status" => Question::Status(number(words, line)?),
        "history" => Question::History(number(words, line)?),
        "list" => Question::List(match words {
            "" | "tickets" | "mes" | "mes tickets" | "moi" | "mine" | "my" | "my tickets" | "me" => Listing::Mine,
            "attente" | "en attente" | "waiting" => Listing::Waiting,
            "libres" | "libre" | "pot commun" | "free" | "pool" => Listing::Free,
            "retard" | "en retard" | "late" | "overdue" => Listing::Late,
            "jour" | "du jour" | "aujourd'hui" | "today" | "due" => Listing::Today,
            "sans reponse" | "unanswered" => Listing::Unanswered,
            "service" | "equipe" | "tous" | "tout" | "team" | "all" => Listing::Service,
            "urgent" | "urgents" | "urgence" | "urgences" => Listing::Urgent,
            _ => return Err(not()),
        }),
        "data" => Question::Data,
        "same" if matches!(words, "non" | "no" | "fin" | "off") => Question::Same(None),
        "same" => Question::Same(Some(Address::parse(line.args.trim()).map_err(|_| not())?)),
        "report" if words.is_empty() => Question::Report,
        "report" => hours(words).ok_or_else(not)?,
        "search" if words.is_empty() => return Err(Why::TextMissing),
        "search" => Question::Search(line.args.clone()),
        "absent" if matches!(words, "non" | "no" | "fin" | "off" | "retour" | "back") => Question::Absent(None),
        "absent" => Question::Absent(Some(moment(&line.args, at)?.0)),
        "monitoring" => Question::Hears(monitoring(words).ok_or_else(not)?),
        "language" => Question::Language(match words {
            "fr" | "francais" | "french" => "fr".to_owned(),
            "en" | "anglais" | "english" => "en".to_owned(),
            _ => return Err(not()),
        }),
        _ => Question::Help,
    })
}

/// A profile by the words that people write.
fn monitoring(words: &str) -> Option<Profile> {
    Some(match words {
        "rien" | "aucune" | "jamais" | "non" | "nothing" | "none" | "never" | "off" => Profile::None,
        "minimale" | "minimum" | "minimal" => Profile::Minimal,
        "moyenne" | "creation" | "nouveaux" | "normale" | "medium" | "new" | "normal" => Profile::Medium,
        "libres" | "libre" | "pot commun" | "free" | "pool" => Profile::Free,
        "assidue" | "assidu" | "assiduous" => Profile::Assiduous,
        "complete" | "tout" | "totale" | "toujours" | "all" | "everything" | "full" | "always" => Profile::Full,
        _ => return None,
    })
}

/// The ticket that is meant; none: the one that the mail is on.
fn number(words: &str, line: &CommandLine) -> Result<Option<TicketId>, Why> {
    if words.is_empty() {
        return Ok(None);
    }
    let number = words.trim_start_matches('#').parse();
    number.map(Some).map_err(|_| Why::NoSuchTicket { text: line.args.clone() })
}

/// Hours that one person may choose.
const HOURS_MAX: usize = 2;

/// `8`, `8h 14h`, `8 et 14 tous les jours`; `non` for never.
fn hours(words: &str) -> Option<Question> {
    if matches!(words, "non" | "no" | "jamais" | "never" | "off") {
        return Some(Question::ReportAt(vec![], false));
    }
    let (mut hours, mut every_day) = (Vec::new(), false);
    for word in words.split([' ', ',', ';']).filter(|word| !word.is_empty()) {
        match word.trim_end_matches(":00").trim_end_matches("h00").trim_end_matches('h').parse::<i8>() {
            Ok(hour) if (0..24).contains(&hour) && hours.len() < HOURS_MAX => hours.push(hour),
            Ok(_) => return None,
            Err(_) if matches!(word, "week-end" | "weekend" | "weekends" | "tous" | "every" | "daily") => every_day = true,
            Err(_) if matches!(word, "a" | "et" | "at" | "and" | "les" | "jours" | "day" | "le" | "the" | "avec" | "with") => {}
            Err(_) => return None,
        }
    }
    (!hours.is_empty()).then_some(Question::ReportAt(hours, every_day))
}
