//! Forms by which whoever manages a service changes its staff: somebody joins, may do something else, is away, leaves; permanent guests.
//!
//! Promises: nothing changes without a pressed form of ours; a form that was made from an older organisation comes back with what
//! happened since, and with what was filled in. Excludes: what is possible (see `gateway::staffing`).

mod filled;

use std::collections::HashMap;

use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;

use super::inside::{Inside, enter};
use super::preferences::{last_day, posted};
use super::service::changed;
use crate::address::Address;
use crate::desk::{Agent, Privilege, Service, Staffing, Ticket, privileges};
use crate::gateway::Managed;
use crate::notifications::{Words, names};
use crate::store::{Order, Shelf, Staffed};
use crate::web::desk::{Desk, Web};
use crate::web::fields::Fields;
use crate::web::links::{not_found, percent, prefix, unavailable};
use crate::web::pages::{ChoiceView, Entry, FieldView, FormPage, Notice, field};
use crate::web::sign_in::see_other;
use crate::web::visitor::Visitor;

/// Open tickets that are asked about one by one; what there is more goes where all others go.
const TICKETS: usize = 60;
/// Changes that a form tells which was made before them.
const CHANGES: usize = 5;
/// Where a ticket goes that nobody gets.
const POOL: &str = "pool";

/// What a form is for.
#[derive(Debug, Clone, PartialEq)]
enum Task {
    Join,
    May(Address),
    Leave(Address),
    Guests,
}

/// A form of a service.
#[derive(Debug, Clone)]
struct Sheet {
    service: String,
    task: Task,
}

/// What the path names.
type Named = Path<HashMap<String, String>>;

impl Sheet {
    fn of(path: &HashMap<String, String>) -> Option<Sheet> {
        let agent = path.get("agent").map(|agent| Address::parse(agent)).transpose().ok()?;
        let task = match (path.get("task")?.as_str(), agent) {
            ("join", None) => Task::Join,
            ("guests", None) => Task::Guests,
            ("may", Some(agent)) => Task::May(agent),
            ("leave", Some(agent)) => Task::Leave(agent),
            _ => return None,
        };
        Some(Sheet { service: path.get("service")?.clone(), task })
    }

    fn word(&self) -> &'static str {
        match self.task {
            Task::Join => "join",
            Task::May(_) => "may",
            Task::Leave(_) => "leave",
            Task::Guests => "guests",
        }
    }

    fn agent(&self) -> Option<&Address> {
        match &self.task {
            Task::May(agent) | Task::Leave(agent) => Some(agent),
            Task::Join | Task::Guests => None,
        }
    }

    fn path(&self) -> String {
        let agent = self.agent().map(|agent| format!("/{}", percent(agent.as_str()))).unwrap_or_default();
        format!("/desk/services/{}/{}{agent}", self.service, self.word())
    }
}

/// The service as the form is made from it.
struct Seen {
    version: u64,
    /// Until when its agent is away.
    away: Option<Timestamp>,
    /// The leaver's open tickets, oldest first.
    tickets: Vec<Ticket>,
    /// The last changes, newest first.
    staffed: Vec<Staffed>,
}

async fn load<D: Desk>(web: &Web<D>, by: (&Visitor, &HeaderMap), sheet: &Sheet) -> Result<(Inside, Seen), Response> {
    let wanted = sheet.clone();
    let found = enter(web, by, move |reads, inside| {
        let away = match wanted.agent() {
            Some(agent) => reads.preferences(agent)?.away_until.filter(|until| inside.now < *until),
            None => None,
        };
        let tickets = match &wanted.task {
            Task::Leave(agent) => {
                reads.shelf(&Shelf { order: Order::Oldest, limit: TICKETS + 1, ..Shelf::in_charge(&wanted.service, agent) })?
            }
            _ => vec![],
        };
        Ok(Seen { version: reads.organisation_version()?, away, tickets, staffed: reads.staffed(&wanted.service, CHANGES)? })
    });
    let (inside, seen) = found.await?;
    let known = sheet.agent().is_none_or(|agent| inside.organisation.membership(agent, &sheet.service).is_some());
    match known && privileges::manages(&inside.organisation, &inside.person, &sheet.service) {
        true => Ok((inside, seen)),
        false => Err(not_found(web, by.1)),
    }
}

/// A form, as the service is now.
pub async fn show<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, path: Named, headers: HeaderMap) -> Response {
    let Some(sheet) = Sheet::of(&path) else { return not_found(&web, &headers) };
    match load(&web, (&visitor, &headers), &sheet).await {
        Ok((inside, seen)) => Shown { web: &web, visitor: &visitor, inside: &inside, sheet: &sheet, seen: &seen }.page(None, vec![]),
        Err(response) => response,
    }
}

/// It comes back.
pub async fn save<D: Desk>(State(web): State<Web<D>>, Extension(visitor): Extension<Visitor>, path: Named, request: Request) -> Response {
    let headers = request.headers().clone();
    let by = (&visitor, &headers);
    let Some(sheet) = Sheet::of(&path) else { return not_found(&web, &headers) };
    let fields = match posted(&web, by, request, sheet.word()).await {
        Ok((_, fields)) => fields,
        Err(response) => return response,
    };
    let (inside, seen) = match load(&web, by, &sheet).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let shown = Shown { web: &web, visitor: &visitor, inside: &inside, sheet: &sheet, seen: &seen };
    let form = match shown.read(&fields) {
        Ok(form) => form,
        Err(word) => return shown.page(Some(&fields), vec![word]),
    };
    let left = form.what.iter().any(|what| matches!(what, Staffing::Leaves { agent } if *agent == inside.person));
    match web.desk.change(move |gateway| gateway.manage(&form)).await {
        Ok(Managed::Done) if left => see_other(&web, "/desk/preferences?done=staffed"),
        Ok(Managed::Done) => see_other(&web, &format!("/desk/services/{}?done=staffed", sheet.service)),
        Ok(Managed::Changed) => shown.page(Some(&fields), vec!["changed"]),
        Ok(Managed::Refused(unfit)) => shown.page(Some(&fields), vec![unfit.word()]),
        Ok(Managed::NotAllowed) => not_found(&web, &headers),
        Err(_) => unavailable(&web, &headers),
    }
}

/// A form as somebody sees it.
struct Shown<'a, D> {
    web: &'a Web<D>,
    visitor: &'a Visitor,
    inside: &'a Inside,
    sheet: &'a Sheet,
    seen: &'a Seen,
}

impl<D: Desk> Shown<'_, D> {
    fn words(&self) -> &Words {
        self.inside.words(self.web)
    }

    fn service(&self) -> Option<&Service> {
        self.inside.organisation.service(&self.sheet.service)
    }

    fn name(&self) -> String {
        self.sheet.agent().map(|agent| self.inside.name(agent)).unwrap_or_default()
    }

    /// The form, perhaps with what was filled in and what is wrong with it.
    fn page(&self, typed: Option<&Fields>, wrong: Vec<&'static str>) -> Response {
        let words = self.words();
        let start = format!("{}/desk/services/{}", prefix(&self.web.desk.site().base_url), self.sheet.service);
        let service = self.service().map_or(String::new(), |service| service.name.clone());
        let (word, name) = (self.sheet.word(), self.name());
        let values = [("who", name.as_str()), ("service", service.as_str())];
        let say = |part: &str| words.say(&format!("page.staff.{word}_{part}"), &values);
        let changes = if wrong.contains(&"changed") { self.changes() } else { vec![] };
        let page = FormPage {
            heading: say("heading"),
            intro: vec![say("intro")],
            changes,
            asks: self.asks(typed),
            action: format!("{}{}", prefix(&self.web.desk.site().base_url), self.sheet.path()),
            press: word.to_owned(),
            nonce: self.web.nonces.fresh(&self.visitor.key(), word, self.web.now()),
            version: self.seen.version.to_string(),
            button: say("button"),
            grave: matches!(self.sheet.task, Task::Leave(_)),
            back: start,
            back_label: words.say("page.staff.back", &values),
            ..FormPage::default()
        };
        let told = wrong.iter().map(|word| Notice { tone: "bad", text: words.say(&format!("page.staff.error_{word}"), &values) });
        let status = match wrong.first() {
            None => StatusCode::OK,
            Some(&("address" | "name" | "away" | "guests")) => StatusCode::BAD_REQUEST,
            Some(_) => StatusCode::CONFLICT,
        };
        self.inside.form(self.web, self.visitor, (page, told.collect()), status)
    }

    fn changes(&self) -> Vec<Entry> {
        let entry = |staffed: &Staffed| Entry {
            fact: changed(self.words(), &self.web.desk.site().zone, self.inside, staffed),
            at: self.words().date(staffed.at, &self.web.desk.site().zone),
            iso: staffed.at.to_string(),
            ..Entry::default()
        };
        self.seen.staffed.iter().map(entry).collect()
    }

    fn asks(&self, typed: Option<&Fields>) -> Vec<FieldView> {
        match &self.sheet.task {
            Task::Join => vec![
                self.field("address", "email", typed.map(|fields| fields.text("address")).unwrap_or_default()),
                self.field("name", "line", typed.map(|fields| fields.text("name")).unwrap_or_default()),
                self.privileges(typed, &Privilege::usual()),
            ],
            Task::May(agent) => {
                let known = self.inside.organisation.membership(agent, &self.sheet.service).map_or(&[][..], |member| &member.may);
                let away = typed.map_or_else(|| last_day(self.seen.away, self.web), |fields| fields.text("away"));
                vec![self.privileges(typed, known), FieldView { must: false, ..self.field("away", "date", away) }]
            }
            Task::Leave(_) => self.heirs(typed),
            Task::Guests => self.guests(typed),
        }
    }

    fn field(&self, name: &'static str, kind: &'static str, value: String) -> FieldView {
        let words = self.words();
        FieldView { label: words.say(&format!("page.staff.{name}"), &[]), kind, value, must: true, ..field(words, name, None) }
    }

    fn privileges(&self, typed: Option<&Fields>, known: &[Privilege]) -> FieldView {
        let words = self.words();
        let chosen = |one: Privilege| match typed {
            Some(fields) => fields.raw(&format!("may-{}", one.word())) == "1",
            None => known.contains(&one),
        };
        let choice = |one: Privilege| ChoiceView { chosen: chosen(one), ..choice(one.word(), words.term("page.privilege", one.word())) };
        FieldView { choices: Privilege::ALL.into_iter().map(choice).collect(), must: false, ..self.field("may", "checks", String::new()) }
    }

    /// Who gets what somebody leaves behind: all of it, then ticket by ticket.
    fn heirs(&self, typed: Option<&Fields>) -> Vec<FieldView> {
        let words = self.words();
        if self.seen.tickets.is_empty() {
            return vec![];
        }
        let colleagues = || self.colleagues().map(|agent| choice(agent.address.as_str(), &agent.name));
        let pool = || choice(POOL, &words.say("page.staff.pool", &[]));
        let value = |name: &str| typed.map(|fields| fields.text(name)).unwrap_or_default();
        let chosen = |name: &str, choices: Vec<ChoiceView>| {
            let value = value(name);
            choices.into_iter().map(|one| ChoiceView { chosen: one.value == value, ..one }).collect()
        };
        let all = FieldView {
            choices: chosen("heir", [pool()].into_iter().chain(colleagues()).collect()),
            hint: words.say("page.staff.heir_hint", &[]),
            ..self.field("heir", "select", String::new())
        };
        let one = |ticket: &Ticket| {
            let name = format!("heir-{}", ticket.id);
            let usual = choice("", &words.say("page.staff.as_all", &[]));
            FieldView {
                label: format!("#{} {}", ticket.id, names::title(&ticket.title)),
                kind: "select",
                choices: chosen(&name, [usual, pool()].into_iter().chain(colleagues()).collect()),
                name,
                ..FieldView::default()
            }
        };
        std::iter::once(all).chain(self.seen.tickets.iter().take(TICKETS).map(one)).collect()
    }

    fn colleagues(&self) -> impl Iterator<Item = &Agent> {
        let members = self.inside.organisation.members(&self.sheet.service).map(|(agent, _)| agent);
        members.filter(|agent| self.sheet.agent() != Some(&agent.address))
    }

    fn guests(&self, typed: Option<&Fields>) -> Vec<FieldView> {
        let words = self.words();
        let view = |(category, label, known): (String, String, &[Address])| {
            let name = guests_field(&category);
            let kept = || known.iter().map(Address::as_str).collect::<Vec<_>>().join("\n");
            let value = typed.map_or_else(kept, |fields| fields.text(&name));
            FieldView { name, label, kind: "text", value, hint: words.say("page.staff.guests_hint", &[]), ..FieldView::default() }
        };
        self.places().into_iter().map(view).collect()
    }

    /// The service, then its categories: key, name, who follows.
    fn places(&self) -> Vec<(String, String, &[Address])> {
        let Some(service) = self.service() else { return vec![] };
        let whole =
            (String::new(), self.words().say("page.staff.guests_all", &[("service", &service.name)]), &service.permanent_guests[..]);
        let of = |category: &crate::desk::Category| self.words().say("page.staff.guests_of", &[("category", &category.name)]);
        let categories = service.categories.iter().map(|category| (category.key.clone(), of(category), &category.permanent_guests[..]));
        std::iter::once(whole).chain(categories).collect()
    }
}

fn choice(value: &str, label: &str) -> ChoiceView {
    ChoiceView { value: value.to_owned(), label: label.to_owned(), ..ChoiceView::default() }
}

/// The name of the field with a place's guests.
fn guests_field(category: &str) -> String {
    if category.is_empty() { "guests".to_owned() } else { format!("guests-{category}") }
}
