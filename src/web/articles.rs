//! Public articles for everybody: a list with a search, and each to read. Agents have their own pages of them.

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::desk::{Desk, Web};
use super::links::{self, not_found, prefix, unavailable};
use super::pages::{ArticleView, ArticlesView, Frame, Maker, Outside, View, WayView};
use super::tickets::own_bar;
use super::visitor::Visitor;
use crate::gateway::articles::found;
use crate::knowledge::Article;
use crate::notifications::Words;
use crate::store::{Backend, Reads};

/// Articles on one page.
const ROWS: usize = 100;
/// Characters of a search that are looked at.
const QUERY_MAX: usize = 200;
/// Characters of an article's beginning in a list.
const EXCERPT: usize = 140;

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    q: Option<String>,
}

impl Question {
    /// What is looked for; empty: everything.
    pub fn words(&self) -> String {
        self.q.as_deref().unwrap_or_default().trim().chars().take(QUERY_MAX).collect()
    }
}

/// Articles by title, or those with some words.
pub fn listed(reads: &dyn Reads, words: &str, agent: bool) -> Result<Vec<Article>, Backend> {
    let mut articles = match words {
        "" => reads.articles()?.into_iter().map(|known| known.article).filter(|article| agent || !article.internal).collect(),
        words => found(reads, words, agent)?,
    };
    articles.truncate(ROWS);
    Ok(articles)
}

/// The list under a path.
pub fn view(words: &Words, path: &str, (query, articles): (&str, &[Article])) -> ArticlesView {
    let way = |article: &Article| WayView {
        url: format!("{path}/{}", article.number),
        label: article.title.clone(),
        hint: article.answer().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(EXCERPT).collect(),
    };
    ArticlesView {
        heading: words.say("page.articles.heading", &[]),
        search: path.to_owned(),
        query: query.to_owned(),
        articles: articles.iter().map(way).collect(),
        empty: words.say(if query.is_empty() { "page.articles.none" } else { "page.search.empty" }, &[]),
        ..ArticlesView::default()
    }
}

/// What there is to read.
pub async fn list<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    question: Query<Question>,
    headers: HeaderMap,
) -> Response {
    let (query, asked) = (question.words(), question.words());
    let found = web.desk.look(move |reads| listed(reads, &asked, false)).await;
    let Ok(Ok(mut articles)) = found else { return unavailable(&web, &headers) };
    let outside = Outside::new(&web, &visitor);
    // Those in the reader's language come first.
    articles.sort_by_key(|article| article.language != outside.language);
    let view = view(outside.words(), &format!("{}/articles", prefix(&web.desk.site().base_url)), (&query, &articles));
    let frame = frame(&outside, &view.heading);
    links::rendered(&web, StatusCode::OK, web.texts.render("articles", &View { frame, own: view }))
}

/// One of them.
pub async fn read<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Ok(number) = number.parse() else { return not_found(&web, &headers) };
    let article = match web.desk.look(move |reads| reads.article(number)).await {
        Ok(Ok(Some(known))) if !known.article.internal => known.article,
        Ok(Ok(_)) => return not_found(&web, &headers),
        _ => return unavailable(&web, &headers),
    };
    let outside = Outside::new(&web, &visitor);
    let frame = frame(&outside, &outside.words().say("page.article.title", &[]));
    links::rendered(&web, StatusCode::OK, web.texts.render("article", &View { frame, own: ArticleView::of(&article) }))
}

fn frame<D: Desk>(outside: &Outside<'_, D>, title: &str) -> Frame {
    let bar = outside.visitor.person.is_some().then(|| own_bar(outside.web, outside.visitor));
    Frame { bar, ..Maker::of(outside.web).frame(outside.language.clone(), title.to_owned()) }
}
