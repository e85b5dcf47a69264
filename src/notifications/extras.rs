//! What a mail tells besides the events, as templates see it: commands, mails that wait or did not arrive, bursts and outages.

use serde::Serialize;

use super::language::Words;
use super::{Burst, Extra, Hints, Notice, Scene, blocks, names, refusals};
use crate::site::Site;

/// What commands did and did not.
#[derive(Debug, Serialize)]
pub struct Commands {
    /// Done, one line each.
    pub done: Vec<String>,
    /// Not done, and why, one line each.
    pub refused: Vec<String>,
    /// The text that waits, behind a border; empty when none does.
    pub draft: String,
    /// The same as HTML.
    pub draft_html: String,
    /// Who got the ticket is away; empty otherwise.
    pub away: String,
    /// Asks for the time that it took; empty otherwise.
    pub time: String,
}

/// A mail that waits.
#[derive(Debug, Serialize)]
pub struct Held {
    /// Row in the ledger.
    pub instance: u64,
    /// Why, in words.
    pub reason: String,
    /// As its sender writes themselves.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Its beginning, behind a border; may be empty.
    pub excerpt: String,
    /// The same as HTML.
    pub excerpt_html: String,
    /// Whom its author probably is, of those who take part; may be empty.
    pub likely: String,
    /// That more follow, and wait together with it; may be empty.
    pub together: String,
    /// The reader hears of no more within the hour.
    pub last: bool,
    /// Where agents decide, behind their sign-in.
    pub url: String,
}

/// A mail that did not arrive.
#[derive(Debug, Serialize)]
pub struct Bounced {
    /// Whose.
    pub recipient: String,
    /// What their server said.
    pub diagnostic: String,
    /// No retry will help.
    pub permanent: bool,
}

/// A burst of like requests.
#[derive(Debug, Serialize)]
pub struct BurstView {
    /// Service and category.
    pub place: String,
    /// How many people.
    pub people: String,
    /// Within how many minutes.
    pub minutes: String,
    /// How many tickets are usual.
    pub usual: String,
    /// Where the first of them is declared an outage, behind the sign-in.
    pub url: String,
    /// The first of them.
    pub first: String,
}

/// A known outage.
#[derive(Debug, Serialize)]
pub struct OutageView {
    /// Number of its ticket: for agents alone.
    pub number: String,
    /// What everybody is told, behind a border.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// A burst, where the mail tells of one.
pub fn burst(site: &Site, extra: &Extra) -> Option<BurstView> {
    let Extra::Burst(Burst { place, people, minutes, usual, rows }) = extra else { return None };
    let first = rows.first().map_or(0, |row| row.id);
    Some(BurstView {
        place: names::title(place),
        people: people.to_string(),
        minutes: minutes.to_string(),
        usual: usual.to_string(),
        url: format!("{}/desk/t/{first}/do/outage", site.base_url),
        first: first.to_string(),
    })
}

/// Known outages, where the mail tells of some.
pub fn outages(extra: &Extra) -> Vec<OutageView> {
    let Extra::Hints(Hints { outages, .. }) = extra else { return vec![] };
    let view = |(id, text): &(u64, String)| OutageView { number: id.to_string(), text: blocks::bordered(text), html: blocks::html(text) };
    outages.iter().map(view).collect()
}

/// What commands did, where the mail tells of it.
pub fn commands(words: &Words, scene: &Scene<'_>, notice: &Notice) -> Option<Commands> {
    let Extra::Commands { done, refused, draft, ways } = &notice.extra else { return None };
    let away = ways.away.as_ref().map(|(who, until)| {
        let values = [("who", names::label(scene, who)), ("until", words.date(*until, &scene.site.zone))];
        words.say("receipt.away", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    });
    Some(Commands {
        done: done.iter().map(|verb| words.term("done", verb).to_owned()).collect(),
        refused: refused.iter().map(|refused| refusals::sentence(words, scene, refused)).collect(),
        draft: if draft.is_empty() { String::new() } else { blocks::bordered(draft) },
        draft_html: blocks::html(draft),
        away: away.unwrap_or_default(),
        time: if ways.time { words.say("receipt.time", &[]) } else { String::new() },
    })
}

/// A mail that waits, where the mail tells of one.
pub fn held(words: &Words, site: &Site, extra: &Extra) -> Option<Held> {
    let Extra::Held { instance, reason, from, subject, excerpt, likely, many, last } = extra else { return None };
    Some(Held {
        instance: *instance,
        reason: words.term("held", reason).to_owned(),
        from: names::title(from),
        subject: names::title(subject),
        excerpt: if excerpt.is_empty() { String::new() } else { blocks::bordered(excerpt) },
        excerpt_html: blocks::html(excerpt),
        likely: names::title(likely),
        together: if *many { words.term("together", reason).to_owned() } else { String::new() },
        last: *last,
        url: format!("{}/desk/held#m{instance}", site.base_url),
    })
}

/// A mail that did not arrive, where the mail tells of one.
pub fn bounced(extra: &Extra) -> Option<Bounced> {
    let Extra::Bounced { recipient, diagnostic, permanent } = extra else { return None };
    Some(Bounced { recipient: recipient.to_string(), diagnostic: names::title(diagnostic), permanent: *permanent })
}
