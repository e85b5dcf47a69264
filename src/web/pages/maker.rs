//! Chooses the page of a link, and fills it.

use jiff::Timestamp;

use super::entries::Teller;
use super::forms::WayView;
use super::status::{details, status};
use super::texts::Texts;
use super::views::*;
use crate::address::Address;
use crate::desk::{Event, Purpose, Refused, Status, What};
use crate::notifications::{Scene, TemplateFault, Words, names, refusals};
use crate::site::Site;
use crate::store::TokenHash;
use crate::web::agents::views::ButtonView;
use crate::web::desk::{Desk, Web};
use crate::web::links::prefix;
use crate::web::look::Seen;
use crate::web::nonce::Nonces;
use crate::web::router::style_version;
use crate::web::standing::{Standing, may, standing};
use crate::web::token::Token;
use crate::web::upload::{ALL_MAX, FILE_MAX};

/// Everything that a page is made with.
pub struct Maker<'a> {
    pub texts: &'a Texts,
    pub site: &'a Site,
    pub nonces: &'a Nonces,
    pub now: Timestamp,
}

/// How a page is asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// What is to stand in the forms.
    pub draft: Draft,
    /// The button whose form comes back.
    pub pressed: String,
    /// What is wrong with that form: `page.error.<word>`.
    pub error: Option<&'static str>,
    /// Why it was not done.
    pub refused: Vec<Refused>,
    /// What was just done: `page.done.<word>`; a word that has no sentence says nothing.
    pub done: Option<String>,
    /// The whole conversation.
    pub all: bool,
    /// Forms of more actions.
    pub ways: Vec<WayView>,
}

/// Where the page of somebody signed in stands.
pub struct Placed {
    /// Its path.
    pub place: String,
    /// The number that its forms are bound to.
    pub key: TokenHash,
    /// The button that mails all of it.
    pub mail: Option<ButtonView>,
    /// Forms of more actions.
    pub ways: Vec<WayView>,
}

/// What was written or chosen and is not done.
#[derive(Debug, Default)]
pub struct Draft {
    pub text: String,
    pub delay: String,
    pub answers: String,
}

/// A page of one message: `page.message.<word>`.
#[derive(Debug)]
pub struct Message<'a> {
    pub word: &'static str,
    /// What the browser sent as `Accept-Language`.
    pub wanted: &'a str,
}

/// A page in the making.
struct Making<'a> {
    maker: &'a Maker<'a>,
    words: &'a Words,
    language: String,
    seen: &'a Seen,
    asked: &'a Asked,
    key: TokenHash,
    place: String,
    /// Between the page's path and a button's name.
    acts: &'static str,
}

impl<'a> Maker<'a> {
    /// With what the pages are made of.
    pub fn of<D: Desk>(web: &'a Web<D>) -> Maker<'a> {
        Maker { texts: &web.texts, site: web.desk.site(), nonces: &web.nonces, now: web.now() }
    }

    /// A participant's page of their ticket, signed in.
    pub fn own_ticket(&self, seen: &Seen, (placed, frame): (Placed, Frame), all: bool) -> Result<String, TemplateFault> {
        let asked = Asked { all, ways: placed.ways, ..Asked::default() };
        let words = self.texts.words(&frame.language);
        let (key, place, acts) = (placed.key, placed.place, "/do");
        let language = frame.language.clone();
        let own = TicketView {
            fresh: None,
            mail: placed.mail,
            ..Making { maker: self, words, language, seen, asked: &asked, key, place, acts }.ticket()
        };
        let subject = names::title(&seen.ticket.title);
        self.texts.render("ticket", &View { frame: Frame { subject, ..frame }, own })
    }

    /// The page of a link.
    pub fn link(&self, token: &Token, seen: &Seen, asked: &Asked) -> Result<String, TemplateFault> {
        let wanted = seen.language.iter().map(String::as_str).chain([&*seen.ticket.language, &*self.site.language]);
        let language = self.texts.language(wanted);
        let place = format!("{}/l/{}", prefix(&self.site.base_url), token.as_str());
        Making { maker: self, words: self.texts.words(&language), language, seen, asked, key: token.hash(), place, acts: "" }.page()
    }

    /// A page without a link.
    pub fn message(&self, message: &Message<'_>) -> Result<String, TemplateFault> {
        let accepted = message.wanted.split(',').map(|range| range.split(';').next().unwrap_or(range).trim());
        let language = self.texts.language(accepted.chain([&*self.site.language]));
        let words = self.texts.words(&language);
        let values = [("address", self.site.desk.address.as_str()), ("desk", &self.site.name)];
        let say = |part: &str| words.say(&format!("page.{}.{part}", message.word), &values);
        let ways = if message.word == "home" { self.ways(words) } else { vec![] };
        let own = MessageView { heading: say("heading"), text: say("text"), ways };
        self.texts.render("message", &View { frame: self.frame(language.clone(), own.heading.clone()), own })
    }

    /// Where whoever comes without a link may go.
    fn ways(&self, words: &Words) -> Vec<WayView> {
        let start = prefix(&self.site.base_url);
        let ways = [("new", "page.new.heading"), ("follow-up", "page.follow_up.heading"), ("my", "page.home.mine")];
        let way =
            |(path, label): (&str, &str)| WayView { url: format!("{start}/{path}"), label: words.say(label, &[]), ..WayView::default() };
        ways.map(way).to_vec()
    }

    /// What every page has around it.
    pub fn frame(&self, language: String, title: String) -> Frame {
        Frame {
            language,
            desk: self.site.name.clone(),
            address: self.site.desk.address.to_string(),
            title,
            prefix: prefix(&self.site.base_url).to_owned(),
            style: style_version(),
            ..Frame::default()
        }
    }
}

impl Making<'_> {
    fn page(&self) -> Result<String, TemplateFault> {
        let seen = self.seen;
        match (standing(seen, self.maker.now), seen.link.purpose) {
            (Standing::Live, Purpose::Approve | Purpose::RefuseClosure) => self.render("closure", self.closure()),
            (Standing::Live, Purpose::Answer) => self.render("answer", self.answer()),
            (Standing::Live, Purpose::Rate) => self.render("rate", self.rate()),
            (Standing::Live, Purpose::View) => self.render("ticket", self.ticket()),
            (Standing::Live, Purpose::Solved) => self.render("article", self.article()),
            (Standing::Live, Purpose::Sort | Purpose::Addition | Purpose::Undo | Purpose::Draft) => self.render("confirm", self.confirm()),
            (over, _) => self.render("over", self.over(over)),
        }
    }

    fn render<T: serde::Serialize>(&self, name: &str, own: T) -> Result<String, TemplateFault> {
        let title = self.words.say(&format!("page.{name}.title"), &[]);
        let gone = standing(self.seen, self.maker.now) == Standing::Gone;
        let ticket = &self.seen.ticket;
        let frame = Frame {
            you: masked(&self.seen.link.person),
            number: if gone { String::new() } else { format!("#{}", ticket.id) },
            subject: if gone { String::new() } else { names::title(&ticket.title) },
            notices: self.notices(),
            ..self.maker.frame(self.language.clone(), title)
        };
        self.maker.texts.render(name, &View { frame, own })
    }

    fn scene(&self) -> Scene<'_> {
        let Seen { ticket, organisation, events, .. } = self.seen;
        Scene { site: self.maker.site, organisation, ticket, before: events, done: &[], now: self.maker.now.as_second() }
    }

    fn teller(&self) -> Teller<'_> {
        Teller { words: self.words, scene: self.scene(), seen: self.seen, place: self.place.clone() }
    }

    fn notices(&self) -> Vec<Notice> {
        let done = self.asked.done.as_deref().and_then(|word| self.words.get(&format!("page.done.{word}")));
        let good = done.map(|text| Notice { tone: "good", text: text.to_owned() });
        let refused = self.asked.refused.iter().map(|refused| refusals::sentence(self.words, &self.scene(), refused));
        let error = self.asked.error.map(|word| self.words.say(&format!("page.error.{word}"), &[]));
        good.into_iter().chain(refused.chain(error).map(|text| Notice { tone: "bad", text })).collect()
    }

    fn form(&self, press: &str) -> FormView {
        let back = self.asked.pressed == press;
        let error = self.asked.error.filter(|_| back).map(|word| self.words.say(&format!("page.error.{word}"), &[]));
        FormView {
            action: format!("{}{}/{press}", self.place, self.acts),
            press: press.to_owned(),
            nonce: self.maker.nonces.fresh(&self.key, press, self.maker.now),
            text: if back { self.asked.draft.text.clone() } else { String::new() },
            error: error.unwrap_or_default(),
            file_max: self.words.size(FILE_MAX as u64),
            all_max: self.words.size(ALL_MAX as u64),
        }
    }

    fn closure(&self) -> ClosureView {
        let refuse_first = self.seen.link.purpose == Purpose::RefuseClosure || self.asked.pressed == "refuse_closure";
        let days = self.maker.site.policy.reopen_days.to_string();
        ClosureView { entry: self.of_request(), approve: self.form("approve"), refuse: self.form("refuse_closure"), refuse_first, days }
    }

    /// What goes on after commands: nothing is done before the button is pressed.
    fn confirm(&self) -> ConfirmView {
        let word = self.seen.link.purpose.word();
        let say = |part: &str| self.words.say(&format!("page.confirm.{word}_{part}"), &[]);
        let offer = self.seen.offer.clone().unwrap_or_default();
        let category =
            self.seen.organisation.category(&self.seen.ticket.service, &offer).filter(|_| self.seen.link.purpose == Purpose::Sort);
        let text = category.map_or(offer, |category| category.name.clone());
        ConfirmView { heading: say("heading"), hint: say("hint"), button: say("button"), text, form: self.form("confirm") }
    }

    /// The article that may have solved it, with the button that says so.
    fn article(&self) -> ArticleView {
        let article = self.seen.article.clone().unwrap_or_default();
        ArticleView { form: Some(self.form("solved")), ..ArticleView::of(&article) }
    }

    fn answer(&self) -> AnswerView {
        AnswerView { entry: self.of_request(), form: self.form("answer") }
    }

    /// The words that the link is about.
    fn of_request(&self) -> Entry {
        let number = self.seen.link.request;
        let asks = |event: &&Event| match &event.what {
            What::ClosureProposed { request, .. } | What::InformationRequested { request } => *request == number,
            _ => false,
        };
        let event = self.seen.events.iter().find(asks);
        let entry = event.and_then(|event| self.teller().entry(event)).unwrap_or_default();
        Entry { label: String::new(), fact: String::new(), ..entry }
    }

    fn rate(&self) -> RateView {
        let (draft, given) = (&self.asked.draft, self.seen.ticket.rating.as_ref());
        let row = |wanted: &str, given: Option<u8>| {
            let chosen = wanted.parse().ok().or(given);
            (1..=5).map(|n| Mark { n, checked: chosen == Some(n) }).collect()
        };
        let mut form = self.form("rate");
        if form.text.is_empty() && self.asked.pressed.is_empty() {
            form.text = given.map_or(String::new(), |rating| rating.comment.clone());
        }
        let (delay, answers) = (given.map(|rating| rating.delay), given.map(|rating| rating.answers));
        RateView { form, delay: row(&draft.delay, delay), answers: row(&draft.answers, answers), rated: given.is_some() }
    }

    fn ticket(&self) -> TicketView {
        let (teller, scene, may) = (self.teller(), self.scene(), may(self.seen, self.maker.site, self.maker.now));
        let story = teller.story(self.asked.all);
        let owner = self.seen.ticket.is_owner(&self.seen.link.person);
        let form = |allowed: bool, press: &str| allowed.then(|| self.form(press));
        let awaiting = matches!(self.seen.ticket.status, Status::AwaitingApproval { .. });
        TicketView {
            status: status(self.words, &scene, &self.seen.link.person),
            details: details(self.words, &scene, owner),
            whole: if story.left_out > 0 || story.cut { format!("{}?all=1", self.place) } else { String::new() },
            earlier: story.left_out.to_string(),
            entries: story.entries,
            reply: form(may.reply, "reply"),
            asked: owner && matches!(self.seen.ticket.status, Status::WaitingForInformation { .. }),
            reopen: form(may.reopen, "reopen"),
            cancel: form(may.cancel, "cancel"),
            leave: form(may.leave, "leave"),
            fresh: form(owner && awaiting, "fresh_link"),
            decide: self.asked.ways.iter().filter(|way| decides(way)).cloned().collect(),
            ways: self.asked.ways.iter().filter(|way| !decides(way)).cloned().collect(),
            mail: None,
            history: teller.history(),
        }
    }

    fn over(&self, why: Standing<'_>) -> OverView {
        let word = match (why, self.seen.link.purpose) {
            (Standing::Settled(_), Purpose::Answer) => "answered",
            (Standing::Settled(Event { what: What::ClosureApproved { .. }, .. }), _) => "approved",
            (Standing::Settled(_), _) => "refused",
            (Standing::Superseded, _) => "superseded",
            (Standing::Moved, Purpose::Rate) if self.seen.ticket.status.is_open() => "reopened",
            (Standing::Moved | Standing::Live, _) => "moved",
            (Standing::Expired, Purpose::Undo | Purpose::Draft) if self.seen.link.ended_at.is_some() => "used",
            (Standing::Expired, _) => "expired",
            (Standing::Gone, _) => "gone",
        };
        let settled = if let Standing::Settled(event) = why { self.teller().entry(event) } else { None }.unwrap_or_default();
        let whose = if settled.role == "you" { "you" } else { "other" };
        let settled_by = matches!(why, Standing::Settled(_)).then(|| format!("page.over.{word}_{whose}"));
        let key = settled_by.unwrap_or_else(|| format!("page.over.{word}"));
        let ended = self.words.date(self.seen.link.ended_at.unwrap_or(self.seen.link.expires_at), &self.maker.site.zone);
        let at = if settled.at.is_empty() { &ended } else { &settled.at };
        let gone = why == Standing::Gone || matches!(self.seen.link.purpose, Purpose::Undo | Purpose::Draft);
        OverView {
            heading: self.words.say(&format!("page.over.{word}_heading"), &[]),
            sentences: vec![self.words.say(&key, &[("who", &settled.who), ("at", at)])],
            quote: settled.text,
            status: (!gone).then(|| status(self.words, &self.scene(), &self.seen.link.person)),
            draft: self.asked.draft.text.clone(),
            fresh: self.form("fresh_link"),
        }
    }
}

/// Is it the form of a decision that the ticket waits for?
fn decides(way: &WayView) -> bool {
    ["/do/approve", "/do/refuse_closure", "/do/rate"].iter().any(|end| way.url.ends_with(end))
}

/// Enough to recognise oneself, too little for whoever got the link by forwarding (CASEBOOK C14).
fn masked(address: &Address) -> String {
    let first: String = address.local().chars().take(1).collect();
    format!("{first}***@{}", address.domain())
}
