//! Articles at the agents' desk: all of them to read, and forms to write them, also from the solution of a ticket.
//!
//! Promises: of a ticket its last solution alone is copied, and its editor sees it before anything is kept. Excludes: who may write
//! (see `gateway::articles`).

use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::inside::{Inside, enter};
use super::opening::places;
use super::preferences::posted;
use crate::desk::{TicketId, What};
use crate::gateway::articles::{Edit, Edited};
use crate::knowledge::Article;
use crate::store::{Backend, Reads};
use crate::web::articles::{Question, listed, view};
use crate::web::desk::{Desk, Web};
use crate::web::fields::Fields;
use crate::web::links::{self, message, not_found, prefix, unavailable};
use crate::web::pages::{ArticleView, ArticlesView, ChoiceView, FieldView, FormPage, Frame, Notice, View, field};
use crate::web::sign_in::see_other;
use crate::web::visitor::Visitor;

/// The verb of the form.
const PRESS: &str = "article";

/// What stands behind the question mark of a new article.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    from: Option<String>,
}

/// All articles, internal ones too.
pub async fn list<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    question: Query<Question>,
    headers: HeaderMap,
) -> Response {
    let (query, asked) = (question.words(), question.words());
    let (inside, articles) = match enter(&web, (&visitor, &headers), move |reads, _| listed(reads, &asked, true)).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let path = format!("{}/desk/articles", prefix(&web.desk.site().base_url));
    let new = if may_write(&inside) { format!("{path}/new") } else { String::new() };
    let view = ArticlesView { new, ..view(inside.words(&web), &path, (&query, &articles)) };
    let frame = inside.frame(&web, &visitor, ("articles", &view.heading));
    links::rendered(&web, StatusCode::OK, web.texts.render("articles", &View { frame, own: view }))
}

fn may_write(inside: &Inside) -> bool {
    inside.services.iter().any(|service| inside.organisation.may_write_articles(&inside.person, service))
}

/// One article.
pub async fn read<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Response {
    let number = number.parse().unwrap_or(0);
    let (inside, article) = match enter(&web, (&visitor, &headers), move |reads, _| reads.article(number)).await {
        Ok((inside, Some(known))) => (inside, known.article),
        Ok((_, None)) => return not_found(&web, &headers),
        Err(response) => return response,
    };
    let words = inside.words(&web);
    let may = inside.organisation.may_write_articles(&inside.person, &article.service);
    let path = format!("{}/desk/articles/{number}/edit", prefix(&web.desk.site().base_url));
    let internal = article.internal.then(|| words.say("page.article.internal", &[]));
    let hint = [Some(words.say("page.article.number", &[("number", &article.number.to_string())])), internal].into_iter().flatten();
    let view =
        ArticleView { hint: hint.collect::<Vec<_>>().join(" "), edit: if may { path } else { String::new() }, ..ArticleView::of(&article) };
    let frame = inside.frame(&web, &visitor, ("articles", &words.say("page.article.title", &[])));
    links::rendered(&web, StatusCode::OK, web.texts.render("article", &View { frame, own: view }))
}

/// A new article, perhaps with the solution of a ticket.
pub async fn new<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    from: Query<From>,
    headers: HeaderMap,
) -> Response {
    let from: Option<TicketId> = from.from.as_deref().and_then(|from| from.parse().ok());
    let found = enter(&web, (&visitor, &headers), move |reads, inside| match from {
        Some(ticket) => draft(reads, inside, ticket),
        None => Ok(Article { language: inside.language.clone(), ..Article::default() }),
    });
    match found.await {
        Ok((inside, article)) if may_write(&inside) => form(&web, &visitor, &inside, (&article, None)),
        Ok(_) => not_found(&web, &headers),
        Err(response) => response,
    }
}

/// The words of a ticket's last solution, and where it was handled; nothing of its people.
fn draft(reads: &dyn Reads, inside: &Inside, ticket: TicketId) -> Result<Article, Backend> {
    let blank = Article { language: inside.language.clone(), ..Article::default() };
    let Some(ticket) = reads.ticket(ticket)?.filter(|ticket| inside.services.contains(&ticket.service)) else { return Ok(blank) };
    let events = reads.events(ticket.id)?;
    let solution =
        events.iter().rev().filter(|event| matches!(event.what, What::ClosureProposed { .. })).find_map(|event| event.text.clone());
    Ok(Article {
        language: ticket.language,
        service: ticket.service,
        category: ticket.category,
        text: solution.unwrap_or_default(),
        ..blank
    })
}

/// An article to change.
pub async fn edit<D: Desk>(
    State(web): State<Web<D>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Response {
    let number = number.parse().unwrap_or(0);
    match enter(&web, (&visitor, &headers), move |reads, _| reads.article(number)).await {
        Ok((inside, Some(known))) if inside.organisation.may_write_articles(&inside.person, &known.article.service) => {
            form(&web, &visitor, &inside, (&known.article, None))
        }
        Ok(_) => not_found(&web, &headers),
        Err(response) => response,
    }
}

fn form<D: Desk>(web: &Web<D>, visitor: &Visitor, inside: &Inside, (article, wrong): (&Article, Option<&'static str>)) -> Response {
    let words = inside.words(web);
    let start = format!("{}/desk/articles", prefix(&web.desk.site().base_url));
    let of = |name: &'static str, kind: &'static str, value: &str| {
        let error = wrong
            .filter(|wrong| *wrong == "title_missing" && name == "article_title" || *wrong == "text_missing" && name == "article_text");
        FieldView { kind, value: value.to_owned(), must: matches!(name, "article_title"), ..field(words, name, error) }
    };
    let place = format!("{}/{}", article.service, article.category);
    let anywhere = ChoiceView { value: "/".into(), label: words.say("page.article.anywhere", &[]), ..ChoiceView::default() };
    let mut choices: Vec<ChoiceView> = [anywhere].into_iter().chain(places(&inside.organisation, &inside.services)).collect();
    choices.iter_mut().for_each(|choice| choice.chosen = choice.value == place);
    let languages = web.texts.languages().map(|code| ChoiceView {
        value: code.to_owned(),
        label: words.term("language", code).to_owned(),
        chosen: code == article.language,
        ..ChoiceView::default()
    });
    let page = FormPage {
        heading: words.say(if article.number == 0 { "page.article.new" } else { "page.article.edit" }, &[]),
        intro: vec![words.say("page.article.edit_hint", &[])],
        asks: vec![
            of("article_title", "line", &article.title),
            of("article_text", "text", &article.text),
            FieldView { choices, ..of("article_place", "select", "") },
            FieldView { choices: languages.collect(), ..of("article_language", "select", "") },
            of("article_words", "line", &article.words.join(", ")),
            of("article_internal", "check", if article.internal { "1" } else { "" }),
            of("article_drop", "check", ""),
        ],
        action: format!("{start}/{}", if article.number == 0 { "new".to_owned() } else { format!("{}/edit", article.number) }),
        press: PRESS.into(),
        nonce: web.nonces.fresh(&visitor.key(), PRESS, web.now()),
        button: words.say("page.preferences.save", &[]),
        back: start,
        back_label: words.say("page.articles.heading", &[]),
        ..FormPage::default()
    };
    let page = if article.number == 0 { without_drop(page) } else { page };
    let notices = wrong.map(|word| Notice { tone: "bad", text: words.say(&format!("page.error.{word}"), &[]) });
    let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let frame = Frame { notices: notices.into_iter().collect(), ..inside.frame(web, visitor, ("articles", &page.heading)) };
    links::rendered(web, status, web.texts.render("form", &View { frame, own: page }))
}

/// What is not there yet cannot go.
fn without_drop(page: FormPage) -> FormPage {
    FormPage { asks: page.asks.into_iter().filter(|ask| ask.name != "article_drop").collect(), ..page }
}

/// A new article comes back.
pub async fn add<D: Desk>(state: State<Web<D>>, visitor: Extension<Visitor>, request: Request) -> Response {
    keep(state.0, visitor.0, 0, request).await
}

/// A changed one comes back.
pub async fn change<D: Desk>(state: State<Web<D>>, visitor: Extension<Visitor>, Path(number): Path<u64>, request: Request) -> Response {
    keep(state.0, visitor.0, number, request).await
}

async fn keep<D: Desk>(web: Web<D>, visitor: Visitor, number: u64, request: Request) -> Response {
    let headers = request.headers().clone();
    let (inside, fields) = match posted(&web, (&visitor, &headers), request, PRESS).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let article = filled(number, &fields);
    let drop = number > 0 && fields.raw("article_drop") == "1";
    match () {
        () if drop => {}
        () if article.title.is_empty() => return form(&web, &visitor, &inside, (&article, Some("title_missing"))),
        () if article.text.is_empty() => return form(&web, &visitor, &inside, (&article, Some("text_missing"))),
        () if (Article { number: 1, ..article.clone() }).fault().is_some() => {
            return message(&web, &headers, StatusCode::BAD_REQUEST, "malformed");
        }
        () => {}
    }
    let (person, nonce) = (inside.person.clone(), fields.raw("nonce").to_owned());
    let edit = if drop { Edit::Drop(number) } else { Edit::Write(Box::new(article)) };
    match web.desk.change(move |gateway| gateway.edit_article(&person, edit, &nonce)).await {
        Ok(Edited::Done(_)) if drop => see_other(&web, "/desk/articles"),
        Ok(Edited::Done(number)) => see_other(&web, &format!("/desk/articles/{number}")),
        Ok(Edited::NotAllowed) => not_found(&web, &headers),
        Err(_) => unavailable(&web, &headers),
    }
}

fn filled(number: u64, fields: &Fields) -> Article {
    let place = fields.text("article_place");
    let (service, category) = place.split_once('/').unwrap_or((&place, ""));
    let words = fields.text("article_words");
    Article {
        number,
        title: fields.text("article_title").split_whitespace().collect::<Vec<_>>().join(" "),
        language: fields.text("article_language"),
        service: service.to_owned(),
        category: category.to_owned(),
        internal: fields.raw("article_internal") == "1",
        words: words.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        text: fields.text("article_text"),
    }
}
