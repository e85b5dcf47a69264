//! Every page in every language, once with everything and once with as little as there can be: a site's own template
//! that cannot be filled is found by `check`, not by a reader.
//!
//! Excludes: whether pages are right (see the tests); these are only complete.

use super::forms::{ChoiceView, FieldView, FormPage, LetterView, WayView};
use super::texts::Texts;
use super::views::*;
use crate::notifications::TemplateFault;
use crate::notifications::tables::Table;
use crate::web::agents::service::{AgentView, CategoryView, ServiceView};
use crate::web::agents::views::*;

/// All faults, each once.
pub fn check(texts: &Texts) -> Vec<TemplateFault> {
    let mut faults: Vec<TemplateFault> = Vec::new();
    let languages: Vec<String> = texts.languages().map(str::to_owned).collect();
    for (language, full) in languages.iter().flat_map(|language| [(language, true), (language, false)]) {
        for fault in pages(texts, &frame(language, full), full).into_iter().filter_map(Result::err) {
            if faults.iter().all(|known| known.to_string() != fault.to_string()) {
                faults.push(fault);
            }
        }
    }
    faults
}

fn pages(texts: &Texts, frame: &Frame, full: bool) -> Vec<Result<String, TemplateFault>> {
    let frame = || frame.clone();
    let closure = ClosureView { entry: entry(full), approve: form(full), refuse: form(full), refuse_first: full, days: "14".into() };
    let mut all = vec![
        texts.render("closure", &View { frame: frame(), own: closure }),
        texts.render("answer", &View { frame: frame(), own: AnswerView { entry: entry(full), form: form(full) } }),
        texts.render("rate", &View { frame: frame(), own: rate(full) }),
        texts.render("article", &View { frame: frame(), own: article(full) }),
        texts.render("articles", &View { frame: frame(), own: articles(full) }),
        texts.render("figures", &View { frame: frame(), own: figures(full) }),
        texts.render("ticket", &View { frame: frame(), own: ticket(full) }),
        texts.render(
            "confirm",
            &View { frame: frame(), own: ConfirmView { text: some("Sample", full), form: form(full), ..ConfirmView::default() } },
        ),
        texts.render("over", &View { frame: frame(), own: over(full) }),
        texts.render(
            "message",
            &View { frame: frame(), own: MessageView { heading: "Sample".into(), text: "Sample".into(), ways: repeat(way(), full) } },
        ),
    ];
    all.extend(forms(texts, frame(), full));
    all
}

/// Pages of forms and lists.
fn forms(texts: &Texts, frame: Frame, full: bool) -> [Result<String, TemplateFault>; 7] {
    let frame = || frame.clone();
    let list = ListView {
        hint: some("Sample", full),
        ways: repeat(ChoiceLink { current: full, ..ChoiceLink::default() }, full),
        rows: repeat(
            Row { urgent: some("Sample", full), due: some("Sample", full), late: full, assignee: some("Sample", full), ..Row::default() },
            full,
        ),
        more: some("/more", full),
        ..ListView::default()
    };
    let places = repeat(PlaceView { ways: repeat(way(), full), ..PlaceView::default() }, full);
    let choose = ChooseView { places, sign_in: some("/sign-in", full), ..ChooseView::default() };
    let admit = full.then(|| AdmitView { button: ButtonView::default(), ask: "Sample".into() });
    let buttons = repeat(ButtonView::default(), full);
    let mail = HeldView {
        ticket: some("#1", full),
        likely: some("Sample", full),
        many: some("Sample", full),
        admit,
        buttons,
        ..HeldView::default()
    };
    let held = HeldListView { mails: repeat(mail, full), ..HeldListView::default() };
    let session = SessionView { here: full, ..SessionView::default() };
    let preferences = PreferencesView {
        form: form_page(full),
        report: ButtonView::default(),
        answers: form_page(full),
        services: repeat(way(), full),
        attended: repeat(way(), full),
        sessions: repeat(session, full),
    };
    [
        texts.render("form", &View { frame: frame(), own: form_page(full) }),
        texts.render("service", &View { frame: frame(), own: service(full) }),
        texts.render("list", &View { frame: frame(), own: list }),
        texts.render("choose", &View { frame: frame(), own: choose }),
        texts.render("held", &View { frame: frame(), own: held }),
        texts.render("preferences", &View { frame: frame(), own: preferences }),
        texts.render("board", &View { frame: frame(), own: board(full) }),
    ]
}

fn form_page(full: bool) -> FormPage {
    let kinds = ["line", "email", "text", "people", "select", "radio", "check", "checks", "date", "number", "hidden"];
    let field = |kind: &'static str| FieldView {
        kind,
        hint: some("Sample", full),
        choices: repeat(ChoiceView { chosen: full, hint: some("Sample", full), ..ChoiceView::default() }, full),
        must: full,
        error: some("Sample", full),
        ..FieldView::default()
    };
    FormPage {
        intro: repeat("Sample".to_owned(), full),
        changes: if full { vec![entry(true), Entry { fact: "Sample".into(), ..Entry::default() }] } else { vec![] },
        letters: repeat(LetterView { to: some("Sample", full), ..LetterView::default() }, full),
        near: repeat(way(), full),
        asks: kinds.into_iter().map(field).collect(),
        version: some("3", full),
        grave: full,
        files: full,
        preview: some("Sample", full),
        back: some("/back", full),
        ..FormPage::default()
    }
}

fn board(full: bool) -> BoardView {
    let form = || full.then(|| form_page(full));
    let person = PersonView { warning: some("Sample", full), name: some("Sample", full), ..PersonView::default() };
    let letter = SentView { bad: full, reply: some("Sample", full), ..SentView::default() };
    let of_ticket = ticket(full);
    BoardView {
        heading: "Sample".into(),
        status: of_ticket.status,
        details: of_ticket.details,
        whole: of_ticket.whole,
        earlier: of_ticket.earlier,
        entries: of_ticket.entries,
        offered: offered(full),
        reply: form(),
        note: form(),
        people: repeat(person, full),
        letters: repeat(letter, full),
        history: of_ticket.history,
        mail: ButtonView::default(),
        linked: repeat(way(), full),
        parent: repeat(way(), full),
        children: repeat(way(), full),
        time: full.then(way),
    }
}

fn service(full: bool) -> ServiceView {
    let text = || "Sample".to_owned();
    let category = CategoryView {
        name: text(),
        about: some("Sample", full),
        address: some("Sample", full),
        fields: repeat(text(), full),
        guests: repeat(text(), full),
        place: text(),
    };
    let (away, change) = (some("Sample", full), some("/change", full));
    let agent = AgentView { name: text(), away, change, ..AgentView::default() };
    ServiceView {
        heading: text(),
        addresses: repeat(text(), full),
        categories: repeat(category, full),
        agents: repeat(agent, full),
        guests: repeat(text(), full),
        changes: repeat(Line { at: text(), iso: text(), text: text() }, full),
        join: some("/join", full),
        change_guests: some("/guests", full),
        ..ServiceView::default()
    }
}

fn offered(full: bool) -> Offered {
    let way = ActView { main: full, grave: full, ..ActView::default() };
    let acts = || if full { vec![way.clone(), ActView { button: Some(ButtonView::default()), ..way.clone() }] } else { vec![] };
    Offered { main: acts(), work: acts(), people: acts(), details: acts(), more: acts() }
}

fn way() -> WayView {
    WayView { url: "/sample".into(), label: "Sample".into(), hint: "Sample".into() }
}

fn repeat<T>(one: T, full: bool) -> Vec<T> {
    if full { vec![one] } else { vec![] }
}

fn bar() -> Bar {
    let link = BarLink { url: "/sample".into(), label: "Sample".into(), count: "3".into(), current: true };
    Bar { who: "Sample".into(), agent: true, links: vec![link], ..Bar::default() }
}

fn frame(language: &str, full: bool) -> Frame {
    let notice = |tone| Notice { tone, text: "Sample".into() };
    Frame {
        language: language.to_owned(),
        you: some("s…@example.org", full),
        number: some("#123", full),
        subject: some("Sample", full),
        notices: if full { vec![notice("good"), notice("bad")] } else { vec![] },
        bar: full.then(bar),
        wide: full,
        ..Frame::default()
    }
}

fn entry(full: bool) -> Entry {
    let file = || FileView { url: "/f/1/2".into(), name: "sample.png".into(), size: "1".into() };
    if !full {
        return Entry::default();
    }
    Entry {
        role: "you",
        role_label: "Sample".into(),
        label: "Sample".into(),
        text: "Sample".into(),
        html: "<p>Sample</p>".into(),
        images: vec![file()],
        files: vec![file()],
        folded: vec![file()],
        left_out: "Sample".into(),
        ..Entry::default()
    }
}

fn form(full: bool) -> FormView {
    FormView { error: some("Sample", full), text: some("Sample", full), ..FormView::default() }
}

fn article(full: bool) -> ArticleView {
    let form = full.then(|| form(full));
    ArticleView { hint: some("Sample", full), html: some("<p>Sample</p>", full), edit: some("/edit", full), form, ..ArticleView::default() }
}

fn figures(full: bool) -> FiguresView {
    let table = Table { head: vec!["Sample".into()], rows: repeat(vec!["Sample".into(), "1".into()], full), ..Table::default() };
    let chart = ChartView { bars: repeat(BarView::default(), full), ..ChartView::default() };
    FiguresView {
        ways: repeat(ChoiceLink { current: full, ..ChoiceLink::default() }, full),
        chart,
        tables: vec![table],
        ..FiguresView::default()
    }
}

fn articles(full: bool) -> ArticlesView {
    ArticlesView { intro: some("Sample", full), articles: repeat(way(), full), new: some("/new", full), ..ArticlesView::default() }
}

fn rate(full: bool) -> RateView {
    let marks = || vec![Mark { n: 1, checked: full }];
    RateView { form: form(full), delay: marks(), answers: marks(), rated: full }
}

fn ticket(full: bool) -> TicketView {
    let form = || full.then(|| form(full));
    let fact = Entry { fact: "Sample".into(), ..Entry::default() };
    TicketView {
        status: StatusView { word: "free", label: "Sample".into(), sentence: "Sample".into() },
        details: vec![Detail { name: "Sample".into(), value: "Sample".into() }],
        entries: vec![entry(full), fact],
        whole: some("/l/x?all=1", full),
        earlier: "3".into(),
        reply: form(),
        asked: full,
        reopen: form(),
        cancel: form(),
        leave: form(),
        fresh: form(),
        mail: full.then(ButtonView::default),
        decide: repeat(way(), full),
        ways: repeat(way(), full),
        history: vec![Line { at: "Sample".into(), iso: "Sample".into(), text: "Sample".into() }],
    }
}

fn over(full: bool) -> OverView {
    let status = StatusView { word: "free", label: "Sample".into(), sentence: "Sample".into() };
    OverView {
        heading: "Sample".into(),
        sentences: vec!["Sample".into()],
        quote: some("Sample", full),
        status: full.then_some(status),
        draft: some("Sample", full),
        fresh: form(full),
    }
}

fn some(text: &str, full: bool) -> String {
    if full { text.to_owned() } else { String::new() }
}
