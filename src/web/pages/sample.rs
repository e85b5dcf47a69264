//! Every page in every language, once with everything and once with as little as there can be: a site's own template
//! that cannot be filled is found by `check`, not by a reader.
//!
//! Excludes: whether pages are right (see the tests); these are only complete.

use super::texts::Texts;
use super::views::*;
use crate::notifications::TemplateFault;

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

fn pages(texts: &Texts, frame: &Frame, full: bool) -> [Result<String, TemplateFault>; 7] {
    let frame = || frame.clone();
    let closure = ClosureView { entry: entry(full), approve: form(full), refuse: form(full), refuse_first: full, days: "14".into() };
    [
        texts.render("closure", &View { frame: frame(), own: closure }),
        texts.render("answer", &View { frame: frame(), own: AnswerView { entry: entry(full), form: form(full) } }),
        texts.render("rate", &View { frame: frame(), own: rate(full) }),
        texts.render("ticket", &View { frame: frame(), own: ticket(full) }),
        texts.render(
            "confirm",
            &View { frame: frame(), own: ConfirmView { text: some("Sample", full), form: form(full), ..ConfirmView::default() } },
        ),
        texts.render("over", &View { frame: frame(), own: over(full) }),
        texts.render("message", &View { frame: frame(), own: MessageView { heading: "Sample".into(), text: "Sample".into() } }),
    ]
}

fn frame(language: &str, full: bool) -> Frame {
    let notice = |tone| Notice { tone, text: "Sample".into() };
    Frame {
        language: language.to_owned(),
        you: some("s…@example.org", full),
        number: some("#123", full),
        subject: some("Sample", full),
        notices: if full { vec![notice("good"), notice("bad")] } else { vec![] },
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
        left_out: "Sample".into(),
        ..Entry::default()
    }
}

fn form(full: bool) -> FormView {
    FormView { error: some("Sample", full), text: some("Sample", full), ..FormView::default() }
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
