//! Figures at the agents' desk: charts without script, tables, and the same as CSV. One's own come first; colleagues' are for those
//! who manage agents.

use axum::extract::{Extension, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::Deserialize;

use super::inside::{Inside, enter};
use super::views::{BarView, ChartView, ChoiceLink, FiguresView};
use crate::desk::Privilege;
use crate::desk::figures::{Figures, Group, While, figures};
use crate::notifications::{Words, tables};
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
    let place = |key: &str| tables::place(words, &inside.organisation, key);
    let person = |key: &str| tables::person(&inside.organisation, key);
    let table = |word: &str, groups: &[Group], name: &dyn Fn(&str) -> String| tables::table(words, (word, &tables::COLUMNS), groups, name);
    let all = [Group { key: words.say("page.figures.all", &[]), counts: found.all.clone() }];
    FiguresView {
        heading: words.say("page.figures.heading", &[]),
        ways: DAYS.map(way).to_vec(),
        chart: chart(words, found),
        tables: vec![
            table("all", &all, &str::to_owned),
            table("agents", &found.agents, &person),
            table("services", &found.services, &place),
            table("categories", &found.categories, &place),
            tables::ages(words, found),
        ],
        csv: format!("{start}.csv?days={days}"),
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
