//! What the templates see: plain values, all of them always there.

use crate::web::agents::views::ButtonView;
use serde::Serialize;

use super::forms::WayView;
use crate::knowledge::{self, Article};
use crate::mail::Limits;
use crate::notifications::names;
use crate::web::sanitise::sanitise;

/// What every page has around its own.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Frame {
    /// ISO 639-1.
    pub language: String,
    /// What people call the desk.
    pub desk: String,
    /// Where people write to.
    pub address: String,
    /// Window title: never a person, a subject or a number.
    pub title: String,
    /// Path in front of all paths.
    pub prefix: String,
    /// The style sheet's version.
    pub style: String,
    /// Whose link it is, masked; empty on pages without.
    pub you: String,
    /// `#123`; empty on pages without.
    pub number: String,
    /// The ticket's one line.
    pub subject: String,
    /// What was just done, or why not.
    pub notices: Vec<Notice>,
    /// Who is signed in, and where they may go.
    pub bar: Option<Bar>,
    /// The page needs room.
    pub wide: bool,
}

/// What stands above the pages of somebody signed in.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Bar {
    pub who: String,
    pub agent: bool,
    pub links: Vec<BarLink>,
    /// Where searches go, and the present one.
    pub search: String,
    pub query: String,
    pub new: String,
    pub preferences: String,
    pub mine: String,
    pub sign_out: String,
    pub nonce: String,
    /// A proxy signed them in: there is nothing to sign out of.
    pub by_proxy: bool,
}

/// A list, and how much is on it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BarLink {
    pub url: String,
    pub label: String,
    pub count: String,
    pub current: bool,
}

/// A page: its frame and its own.
#[derive(Debug, Serialize)]
pub struct View<T: Serialize> {
    #[serde(flatten)]
    pub frame: Frame,
    #[serde(flatten)]
    pub own: T,
}

/// A line on top.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    /// `good` or `bad`.
    pub tone: &'static str,
    pub text: String,
}

/// The page of what goes on after commands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ConfirmView {
    pub heading: String,
    pub hint: String,
    pub button: String,
    /// What will be done, in the words of a mail; empty for an undoing.
    pub text: String,
    pub form: FormView,
}

/// A form with one button.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FormView {
    /// Where it goes.
    pub action: String,
    /// Its button's value.
    pub press: String,
    pub nonce: String,
    /// What was written before something went wrong.
    pub text: String,
    /// What is wrong; empty when nothing is.
    pub error: String,
    /// Largest file, and all files, as people read it.
    pub file_max: String,
    pub all_max: String,
}

/// Words of somebody, or something that happened.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Entry {
    /// One line about what happened; empty for words.
    pub fact: String,
    pub who: String,
    /// `you`, `agent` or empty.
    pub role: &'static str,
    pub role_label: String,
    /// For agents alone.
    pub inside: bool,
    /// As people read it.
    pub at: String,
    /// As machines do.
    pub iso: String,
    /// Why these words were written, when they are no plain message: a question, a solution, a reason.
    pub label: String,
    pub text: String,
    /// The same words as safe HTML, when they came so; empty otherwise.
    pub html: String,
    pub images: Vec<FileView>,
    pub files: Vec<FileView>,
    /// Pictures of the signature.
    pub folded: Vec<FileView>,
    /// How many images of other sites were left out, as a sentence; empty when none were.
    pub left_out: String,
}

/// A file to look at or to download.
#[derive(Debug, Clone, Serialize)]
pub struct FileView {
    pub url: String,
    pub name: String,
    pub size: String,
}

/// Approve or refuse.
#[derive(Debug, Serialize)]
pub struct ClosureView {
    pub entry: Entry,
    pub approve: FormView,
    pub refuse: FormView,
    /// The mail's "no" was followed: that form comes first.
    pub refuse_first: bool,
    /// Days in which the ticket may be reopened.
    pub days: String,
}

/// An article to read.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ArticleView {
    pub heading: String,
    pub number: String,
    /// Where it belongs, and for whom it is; may be empty.
    pub hint: String,
    /// Its words as safe HTML; empty where they cannot be made safe: then `text` is shown.
    pub html: String,
    pub text: String,
    /// Where it is changed; empty for whoever may not.
    pub edit: String,
    /// Says that it helped, behind a mailed link.
    pub form: Option<FormView>,
}

impl ArticleView {
    /// The words of an article.
    pub fn of(article: &Article) -> ArticleView {
        let safe = sanitise(&knowledge::html(&article.text), &Limits::default());
        ArticleView {
            heading: names::title(&article.title),
            number: article.number.to_string(),
            html: safe.map(|safe| safe.with_images(|_| None).html).unwrap_or_default(),
            text: knowledge::plain(&article.text),
            ..ArticleView::default()
        }
    }
}

/// Articles to choose from.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ArticlesView {
    pub heading: String,
    pub intro: String,
    /// Where the search goes, and the present one.
    pub search: String,
    pub query: String,
    pub articles: Vec<WayView>,
    /// Said when there is none.
    pub empty: String,
    /// Where one is written; empty for whoever may not.
    pub new: String,
}

/// A question, and its answer.
#[derive(Debug, Serialize)]
pub struct AnswerView {
    pub entry: Entry,
    pub form: FormView,
}

/// Two rows of marks.
#[derive(Debug, Serialize)]
pub struct RateView {
    pub form: FormView,
    pub delay: Vec<Mark>,
    pub answers: Vec<Mark>,
    /// It was rated before.
    pub rated: bool,
}

/// One radio button.
#[derive(Debug, Serialize)]
pub struct Mark {
    pub n: u8,
    pub checked: bool,
}

/// The ticket.
#[derive(Debug, Serialize)]
pub struct TicketView {
    pub status: StatusView,
    /// Names and values beside the status.
    pub details: Vec<Detail>,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// Where the whole conversation is, when this is only its end.
    pub whole: String,
    /// How many entries are left out.
    pub earlier: String,
    pub reply: Option<FormView>,
    /// The reply is the answer to a question.
    pub asked: bool,
    pub reopen: Option<FormView>,
    pub cancel: Option<FormView>,
    pub leave: Option<FormView>,
    /// What waits for the reader's decision.
    pub decide: Vec<WayView>,
    /// Forms of more actions.
    pub ways: Vec<WayView>,
    /// A closure waits for the reader: they can have the mail with its buttons again.
    pub fresh: Option<FormView>,
    /// Mails all of it to its reader, where they are signed in.
    pub mail: Option<ButtonView>,
    /// Everything, one line each.
    pub history: Vec<Line>,
}

/// Where the ticket stands.
#[derive(Debug, Clone, Serialize)]
pub struct StatusView {
    /// Stable word, for the colour.
    pub word: &'static str,
    pub label: String,
    /// What is waited for, and from whom.
    pub sentence: String,
}

/// A name and a value.
#[derive(Debug, Serialize)]
pub struct Detail {
    pub name: String,
    pub value: String,
}

/// A line of the history.
#[derive(Debug, Serialize)]
pub struct Line {
    pub at: String,
    pub iso: String,
    pub text: String,
}

/// A link that is over.
#[derive(Debug, Serialize)]
pub struct OverView {
    pub heading: String,
    /// What happened since.
    pub sentences: Vec<String>,
    /// What was decided, in the words of who did.
    pub quote: String,
    /// Where it stands; none for whoever has no part in it any more.
    pub status: Option<StatusView>,
    /// What was written and could not be taken; empty otherwise.
    pub draft: String,
    pub fresh: FormView,
}

/// One message.
#[derive(Debug, Serialize)]
pub struct MessageView {
    pub heading: String,
    pub text: String,
    /// Where one may go from here.
    pub ways: Vec<WayView>,
}

/// Kinds of requests to choose from.
#[derive(Debug, Default, Serialize)]
pub struct ChooseView {
    pub heading: String,
    pub intro: String,
    pub places: Vec<PlaceView>,
    /// Where one signs in; empty for whoever is.
    pub sign_in: String,
}

/// A service, and what it can be asked.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PlaceView {
    pub name: String,
    pub ways: Vec<WayView>,
}
