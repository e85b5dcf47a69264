//! What the templates of the agents' desk see.

use serde::Serialize;

use crate::notifications::tables::Table;
use crate::web::pages::{Detail, Entry, FormPage, Line, StatusView, WayView};

/// A list of tickets.
#[derive(Debug, Default, Serialize)]
pub struct ListView {
    pub heading: String,
    pub hint: String,
    /// Ways to narrow or order it.
    pub ways: Vec<ChoiceLink>,
    pub rows: Vec<Row>,
    /// Where it goes on; empty at its end.
    pub more: String,
    /// Said when there is nothing.
    pub empty: String,
}

/// A link that may be the present one.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ChoiceLink {
    pub url: String,
    pub label: String,
    pub current: bool,
}

/// A ticket in a list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Row {
    pub url: String,
    pub number: String,
    pub title: String,
    pub status: String,
    pub word: String,
    pub urgent: String,
    pub requester: String,
    pub place: String,
    pub assignee: String,
    /// What is promised first and not kept yet; empty when nothing is.
    pub due: String,
    pub late: bool,
    pub at: String,
    pub iso: String,
}

/// Figures of a while.
#[derive(Debug, Default, Serialize)]
pub struct FiguresView {
    pub heading: String,
    /// Whiles to choose from.
    pub ways: Vec<ChoiceLink>,
    pub chart: ChartView,
    pub tables: Vec<Table>,
    /// The same for a spreadsheet.
    pub csv: String,
}

/// Bars in their own units: 720 wide, 120 high.
#[derive(Debug, Default, Serialize)]
pub struct ChartView {
    /// What it shows, for whoever does not see it.
    pub label: String,
    pub bars: Vec<BarView>,
}

/// One bar.
#[derive(Debug, Default, Serialize)]
pub struct BarView {
    pub x: String,
    pub y: String,
    pub width: String,
    pub height: String,
    pub title: String,
}

/// A ticket as its agents see it.
#[derive(Debug, Serialize)]
pub struct BoardView {
    pub heading: String,
    pub status: StatusView,
    pub details: Vec<Detail>,
    /// Where the whole conversation is, when this is only its end.
    pub whole: String,
    pub earlier: String,
    pub entries: Vec<Entry>,
    pub offered: Offered,
    pub reply: Option<FormPage>,
    pub note: Option<FormPage>,
    pub people: Vec<PersonView>,
    pub letters: Vec<SentView>,
    pub history: Vec<Line>,
    /// Mails all of it to its reader.
    pub mail: ButtonView,
    pub linked: Vec<WayView>,
    /// The incident that it is a part of; one at most.
    pub parent: Vec<WayView>,
    /// Tickets of this incident.
    pub children: Vec<WayView>,
    /// Where the time is told that is still missing.
    pub time: Option<WayView>,
}

/// A button with its own form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ButtonView {
    pub action: String,
    pub press: String,
    pub nonce: String,
    pub version: String,
    pub label: String,
    pub main: bool,
    pub grave: bool,
}

/// What may be done now, by where it stands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Offered {
    /// On top.
    pub main: Vec<ActView>,
    pub work: Vec<ActView>,
    pub people: Vec<ActView>,
    pub details: Vec<ActView>,
    /// Folded away.
    pub more: Vec<ActView>,
}

/// An action: a way to its form, or its button when it needs none.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ActView {
    pub url: String,
    pub label: String,
    /// The most likely one.
    pub main: bool,
    pub grave: bool,
    pub button: Option<ButtonView>,
}

/// Somebody of the ticket.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PersonView {
    pub name: String,
    pub address: String,
    pub role: String,
    /// Their mail does not arrive; empty otherwise.
    pub warning: String,
}

/// A mail of ours, and how far it came.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SentView {
    pub what: String,
    pub to: String,
    pub state: String,
    pub bad: bool,
    pub at: String,
    pub iso: String,
    pub reply: String,
}

/// Held mails.
#[derive(Debug, Default, Serialize)]
pub struct HeldListView {
    pub heading: String,
    pub hint: String,
    pub empty: String,
    pub mails: Vec<HeldView>,
}

/// A held mail.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HeldView {
    pub number: String,
    /// How many of its sender wait together with it; empty for one alone.
    pub many: String,
    pub from: String,
    pub subject: String,
    pub reason: String,
    pub at: String,
    pub iso: String,
    pub text: String,
    /// The ticket that it points at; empty otherwise.
    pub ticket: String,
    pub ticket_url: String,
    /// Whom the author probably is, of those who take part; empty otherwise.
    pub likely: String,
    /// None: it cannot be let in.
    pub admit: Option<AdmitView>,
    pub buttons: Vec<ButtonView>,
}

/// Letting a mail in.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AdmitView {
    pub button: ButtonView,
    /// Asks for the ticket, where the mail itself names none; empty otherwise.
    pub ask: String,
}

/// What somebody prefers, and where they are signed in.
#[derive(Debug, Default, Serialize)]
pub struct PreferencesView {
    pub form: FormPage,
    /// Mails a report at once.
    pub report: ButtonView,
    /// Prepared answers of their own.
    pub answers: FormPage,
    /// Services whose page they may see.
    pub services: Vec<WayView>,
    /// Tickets of which they hear less, or more, than usual; the hint says which.
    pub attended: Vec<WayView>,
    pub sessions: Vec<SessionView>,
}

/// One session.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SessionView {
    pub browser: String,
    pub began: String,
    pub used: String,
    pub here: bool,
    pub end: ButtonView,
}
