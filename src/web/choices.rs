//! An action's fields as a page asks for them: what may be chosen comes from the organisation and the ticket.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::pages::{ChoiceView, FieldView, field};
use super::tickets::Loaded;
use crate::desk::{Field, Input, Property, RequestKind, Service, Spec, Ticket, Urgency, Visibility};
use crate::notifications::{Words, names};

/// Characters of a message in a list to choose from.
const EXCERPT: usize = 70;
/// Messages to choose from, newest first.
const MESSAGES: usize = 50;

/// What fields are made from.
pub struct About<'a> {
    pub loaded: &'a Loaded,
    pub words: &'a Words,
    pub zone: &'a TimeZone,
    pub now: Timestamp,
    /// What was filled in before something went wrong.
    pub typed: &'a [(String, String)],
}

/// All fields of an action.
pub fn asks(about: &About<'_>, spec: &Spec) -> Vec<FieldView> {
    spec.form.unwrap_or_default().iter().map(|one| view(about, one)).collect()
}

fn view(about: &About<'_>, one: &Field) -> FieldView {
    let typed = about.typed.iter().find(|(name, _)| name == one.name).map(|(_, value)| value.clone());
    let value = typed.unwrap_or_else(|| present(&about.loaded.seen.ticket, one.name));
    let (kind, mut choices) = chosen_from(about, one);
    for choice in &mut choices {
        choice.chosen = choice.value == value;
    }
    if kind == "select" && one.must && !choices.iter().any(|choice| choice.chosen) {
        choices.insert(0, ChoiceView { label: about.words.say("page.form.choose", &[]), chosen: true, ..ChoiceView::default() });
    }
    FieldView { kind, value, choices, must: one.must, ..field(about.words, one.name, None) }
}

fn chosen_from(about: &About<'_>, one: &Field) -> (&'static str, Vec<ChoiceView>) {
    match one.input {
        Input::Line => ("line", vec![]),
        Input::Text => ("text", vec![]),
        Input::Person => ("email", vec![]),
        Input::People => ("people", vec![]),
        Input::Ticket => ("number", vec![]),
        Input::Date => ("date", vec![]),
        Input::Check => ("check", vec![]),
        Input::Agent => ("select", agents(about)),
        Input::Guest => ("select", guests(about)),
        Input::Place => ("select", places(about)),
        Input::Category => ("select", categories(about)),
        Input::Answer => ("select", answers(about)),
        Input::Article => ("select", about.loaded.articles.iter().map(|(number, title)| choice(&number.to_string(), title)).collect()),
        Input::Field => ("select", wanted(about)),
        Input::Message => ("select", messages(about)),
        Input::Choice(words) => {
            ("radio", words.iter().map(|word| choice(word, about.words.term(&format!("choice.{}", one.name), word))).collect())
        }
    }
}

fn choice(value: &str, label: &str) -> ChoiceView {
    ChoiceView { value: value.to_owned(), label: label.to_owned(), ..ChoiceView::default() }
}

/// The value that a property has now.
fn present(ticket: &Ticket, name: &str) -> String {
    let property = |like: Property| match ticket.property(&like) {
        Property::Title(text) | Property::Phone(text) | Property::Equipment(text) | Property::Category(text) => text,
        Property::Urgency(urgency) => urgency.word().to_owned(),
        Property::Impact(impact) => impact.map_or("", Urgency::word).to_owned(),
        Property::Kind(kind) => kind.map_or("", RequestKind::word).to_owned(),
        Property::Requester(who) => who.to_string(),
        Property::Field { value, .. } => value,
        Property::Beneficiary(who) => who.map(|who| who.to_string()).unwrap_or_default(),
    };
    match name {
        "title" => property(Property::Title(String::new())),
        "phone" => property(Property::Phone(String::new())),
        "equipment" => property(Property::Equipment(String::new())),
        "category" => property(Property::Category(String::new())),
        "urgency" => property(Property::Urgency(Urgency::Low)),
        "impact" => property(Property::Impact(None)),
        "kind" => property(Property::Kind(None)),
        "beneficiary" => property(Property::Beneficiary(None)),
        _ => String::new(),
    }
}

fn agents(about: &About<'_>) -> Vec<ChoiceView> {
    let seen = &about.loaded.seen;
    let away = |who: &crate::address::Address| about.loaded.away.iter().find(|(agent, until)| agent == who && about.now < *until);
    let members =
        seen.organisation.members(&seen.ticket.service).filter(|(agent, _)| seen.ticket.assignee.as_ref() != Some(&agent.address));
    let label = |agent: &crate::desk::Agent| match away(&agent.address) {
        Some((_, until)) => about.words.say("page.form.away", &[("who", &agent.name), ("until", &about.words.date(*until, about.zone))]),
        None => agent.name.clone(),
    };
    members.map(|(agent, _)| choice(agent.address.as_str(), &label(agent))).collect()
}

/// Lines of the category's template, with what is known of each.
fn wanted(about: &About<'_>) -> Vec<ChoiceView> {
    let (ticket, organisation) = (&about.loaded.seen.ticket, &about.loaded.seen.organisation);
    let fields = organisation.fields(&ticket.service, &ticket.category);
    let label = |wanted: &crate::desk::Wanted| match ticket.details.field(&wanted.key) {
        "" => wanted.name.clone(),
        value => format!("{}: {}", wanted.name, names::title(value)),
    };
    fields.iter().map(|wanted| choice(&wanted.key, &label(wanted))).collect()
}

fn guests(about: &About<'_>) -> Vec<ChoiceView> {
    about.loaded.seen.ticket.guests.iter().map(|guest| choice(guest.address.as_str(), guest.address.as_str())).collect()
}

fn places(about: &About<'_>) -> Vec<ChoiceView> {
    let ticket = &about.loaded.seen.ticket;
    let of = |service: &Service| {
        let whole = (service.key != ticket.service).then(|| choice(&service.key, &service.name));
        let categories = service.categories.iter().filter(|category| service.key != ticket.service || category.key != ticket.category);
        let named = categories
            .map(|category| choice(&format!("{}/{}", service.key, category.key), &format!("{} / {}", service.name, category.name)));
        whole.into_iter().chain(named).collect::<Vec<_>>()
    };
    about.loaded.seen.organisation.services.iter().flat_map(of).collect()
}

fn categories(about: &About<'_>) -> Vec<ChoiceView> {
    let seen = &about.loaded.seen;
    let unsorted = choice("", &about.words.say("page.form.unsorted", &[]));
    let service = seen.organisation.service(&seen.ticket.service);
    let known = service.into_iter().flat_map(|service| &service.categories).map(|category| choice(&category.key, &category.name));
    [unsorted].into_iter().chain(known).collect()
}

fn answers(about: &About<'_>) -> Vec<ChoiceView> {
    let seen = &about.loaded.seen;
    let known = seen.organisation.answers_of(&seen.ticket.service, Some(&about.loaded.person));
    known.into_iter().map(|canned| choice(&canned.key, &canned.title)).collect()
}

fn messages(about: &About<'_>) -> Vec<ChoiceView> {
    let seen = &about.loaded.seen;
    let said = seen.events.iter().rev().filter(|event| event.visibility == Visibility::Public && event.actor.as_participant);
    let with_text = said.filter_map(|event| Some((event, event.text.as_deref()?)));
    with_text
        .take(MESSAGES)
        .map(|(event, text)| {
            let who = event.actor.name.clone().or_else(|| event.actor.person.as_ref().map(ToString::to_string)).unwrap_or_default();
            let excerpt: String = names::title(text).chars().take(EXCERPT).collect();
            choice(&event.seq.to_string(), &format!("{who} ({}): {excerpt}", about.words.date(event.at, about.zone)))
        })
        .collect()
}
