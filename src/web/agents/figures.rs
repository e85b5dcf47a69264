//! Figures at the agents' desk: charts without script, tables, and the same as CSV. One's own come first; colleagues' are for those
//! who manage agents.

use axum::extract::{Extension, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::Deserialize;

use super::inside::{Inside, enter};
use super::views::{BarView, ChartView, ChoiceLink, FiguresView, TableView};
use crate::desk::Privilege;
use crate::desk::figures::{Counts, Figures, Group, Times, While, figures};
use crate::notifications::Words;
use crate::web::desk::{Desk, Web};
use crate::web::links::{self, prefix};
use crate::web::pages::View;
use crate::web::visitor::Visitor;

/// Whiles to choose from, in days; the second is the usual one.
const DAYS: [i64; 4] = [7, 30, 90, 365];
/// Size of the chart in its own units: its bars share the width.
const CHART: (f64, f64) = (720.0, 120.0);

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    days: Option<String>,
}

impl Asked {
    /// What is asked for oddly counts as not asked.
    fn days(&self) -> i64 {
        self.days.as_deref().and_then(|days| days.parse().ok()).filter(|days| DAYS.contains(days)).unwrap_or(DAYS[1])
    }
}

/// The page.
pub async fn show<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let (inside, found) = match counted(&web, (&visitor, &headers), asked.days()).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let view = view(&web, &inside, (&found, asked.days()));
    let frame = inside.frame(&web, &visitor, ("figures", &view.heading));
    links::rendered(&web, StatusCode::OK, web.texts.render("figures", &View { frame, own: view }))
}

/// The same for a spreadsheet.
pub async fn csv<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    asked: Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let found = match counted(&web, (&visitor, &headers), asked.days()).await {
        Ok((_, found)) => found,
        Err(response) => return response,
    };
    let mut response = found.csv().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"guichet.csv\""));
    response
}

/// The figures of the agent's services, as far as they may see them.
async fn counted<D: Desk>(web: &Web<D>, who: (&Visitor, &HeaderMap), days: i64) -> Result<(Inside, Figures), Response> {
    let now = web.now();
    let since = now - SignedDuration::from_hours(24 * days);
    let (inside, facts) = enter(web, who, move |reads, inside| reads.facts(&inside.services, since)).await?;
    let mut found = figures(&facts, &While { since, now, zone: &web.desk.site().zone });
    if !manages(&inside) {
        found.agents.retain(|group| group.key == inside.person.as_str());
    }
    // One's own come first.
    found.agents.sort_by_key(|group| group.key != inside.person.as_str());
    Ok((inside, found))
}

fn manages(inside: &Inside) -> bool {
    let agent = inside.organisation.agent(&inside.person);
    agent.is_some_and(|agent| agent.memberships.iter().any(|member| member.may.contains(&Privilege::ManageAgents)))
}

fn view<D: Desk>(web: &Web<D>, inside: &Inside, (found, days): (&Figures, i64)) -> FiguresView {
    let (words, start) = (inside.words(web), format!("{}/desk/figures", prefix(&web.desk.site().base_url)));
    let way = |n: i64| ChoiceLink {
        url: format!("{start}?days={n}"),
        label: words.say("page.figures.days", &[("n", &n.to_string())]),
        current: n == days,
    };
    let place = |key: &str| place(inside, words, key);
    let person = |key: &str| crate::address::Address::parse(key).map_or_else(|_| key.to_owned(), |who| inside.name(&who));
    let all = [Group { key: words.say("page.figures.all", &[]), counts: found.all.clone() }];
    FiguresView {
        heading: words.say("page.figures.heading", &[]),
        ways: DAYS.map(way).to_vec(),
        chart: chart(words, found),
        tables: vec![
            table(words, "all", &all, str::to_owned),
            table(words, "agents", &found.agents, person),
            table(words, "services", &found.services, place),
            table(words, "categories", &found.categories, place),
            ages(words, found),
        ],
        csv: format!("{start}.csv?days={days}"),
    }
}

/// A service, or a category of it, by the names that people read.
fn place(inside: &Inside, words: &Words, key: &str) -> String {
    let (service, category) = key.split_once('/').map_or((key, None), |(service, category)| (service, Some(category)));
    let known = inside.organisation.service(service).map_or(service, |known| known.name.as_str());
    match category {
        None => known.to_owned(),
        Some("") => format!("{known} / {}", words.say("page.form.unsorted", &[])),
        Some(key) => format!("{known} / {}", inside.organisation.category(service, key).map_or(key, |category| &category.name)),
    }
}

fn table(words: &Words, word: &str, groups: &[Group], name: impl Fn(&str) -> String) -> TableView {
    let columns = ["opened", "open", "approved", "tacit", "refusals", "reopened", "response", "resolution", "marks"];
    TableView {
        caption: words.say(&format!("page.figures.{word}"), &[]),
        head: columns.iter().map(|column| words.say(&format!("page.figures.{column}"), &[])).collect(),
        rows: groups.iter().map(|group| cells(words, name(&group.key), &group.counts)).collect(),
    }
}

fn cells(words: &Words, name: String, counts: &Counts) -> Vec<String> {
    let marks = counts.marks.map(|marks| format!("{:.1} / {:.1} ({})", marks.delay, marks.answers, marks.n));
    let numbers = [counts.opened, counts.open, counts.approved, counts.tacit, counts.refusals as usize, counts.reopened as usize];
    let numbers = numbers.into_iter().map(|n| n.to_string());
    let times = [times(words, counts.response), times(words, counts.resolution), marks.unwrap_or_else(|| "–".to_owned())];
    std::iter::once(name).chain(numbers).chain(times).collect()
}

/// `2 h / 3 j`: half took no longer, nine of ten took no longer.
fn times(words: &Words, times: Times) -> String {
    let one = |seconds: i64| match seconds {
        ..3600 => words.say("page.figures.minutes", &[("n", &(seconds / 60).to_string())]),
        3600..172_800 => words.say("page.figures.hours", &[("n", &(seconds / 3600).to_string())]),
        _ => words.say("page.figures.span", &[("n", &(seconds / 86400).to_string())]),
    };
    if times.n == 0 { "–".to_owned() } else { format!("{} / {}", one(times.median), one(times.p90)) }
}

fn ages(words: &Words, found: &Figures) -> TableView {
    let label = |days: &Option<i64>| match days {
        Some(days) => words.say("page.figures.under", &[("n", &days.to_string())]),
        None => words.say("page.figures.older", &[]),
    };
    TableView {
        caption: words.say("page.figures.ages", &[]),
        head: vec![words.say("page.figures.open", &[])],
        rows: found.ages.iter().map(|(days, n)| vec![label(days), n.to_string()]).collect(),
    }
}

/// Tickets by day, as bars.
fn chart(words: &Words, found: &Figures) -> ChartView {
    let most = found.days.iter().map(|(_, n)| *n).max().unwrap_or_default().max(1);
    let width = CHART.0 / found.days.len().max(1) as f64;
    let bar = |(at, (day, n)): (usize, &(jiff::civil::Date, usize))| {
        let height = CHART.1 * *n as f64 / most as f64;
        BarView {
            x: format!("{:.1}", at as f64 * width),
            y: format!("{:.1}", CHART.1 - height),
            width: format!("{:.1}", (width * 0.85).max(0.5)),
            height: format!("{height:.1}"),
            title: format!("{day}: {n}"),
        }
    };
    let sum = found.all.opened.to_string();
    ChartView {
        label: words.say("page.figures.chart", &[("n", &sum), ("most", &most.to_string())]),
        bars: found.days.iter().enumerate().filter(|(_, (_, n))| *n > 0).map(bar).collect(),
    }
}
