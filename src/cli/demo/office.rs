//! The village in a browser: anybody's mail program, on the same Maildirs as the story, and the ways to the real pages.
//! Demo only: whoever opens it may be everybody, so it listens on loopback and nowhere else.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use handlebars::Handlebars;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::mailbox::{self, Mail};
use super::post::{Draft, Post};
use super::story::Villager;
use crate::address::{Address, Mailbox};
use crate::mail::{Content, File};

/// What the village's pages may load: their own sheet and mails; mails bring their own styles.
const POLICY: &str =
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'";
/// Bytes of a written mail.
const MAIL_MAX: usize = 30_000_000;

/// The village's post office.
pub struct Office {
    root: PathBuf,
    post: Post,
    people: Vec<Villager>,
    /// Start of the real pages.
    base: String,
    host: String,
    texts: Handlebars<'static>,
    words: Value,
}

impl Office {
    /// Over the folder of all mailboxes; the listener is where it will be served.
    pub fn new(root: PathBuf, (post, people): (Post, Vec<Villager>), base: &str, listener: &TcpListener) -> anyhow::Result<Office> {
        let mut texts = Handlebars::new();
        texts.set_strict_mode(true);
        for (name, text) in [
            ("top", include_str!("../../../data/demo/top.html")),
            ("village", include_str!("../../../data/demo/village.html")),
            ("mailbox", include_str!("../../../data/demo/mailbox.html")),
            ("mail", include_str!("../../../data/demo/mail.html")),
            ("write", include_str!("../../../data/demo/write.html")),
        ] {
            texts.register_template_string(name, text).with_context(|| format!("data/demo/{name}.html"))?;
        }
        let words = toml::from_str(include_str!("../../../data/demo/words.toml")).context("data/demo/words.toml")?;
        let host = listener.local_addr()?.to_string();
        Ok(Office { root, post, people, base: base.to_owned(), host, texts, words })
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("http://{}", self.host)
    }

    /// Serves it until told to stop.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let pages = Router::new()
            .route("/", get(village))
            .route("/style.css", get(style))
            .route("/{who}", get(inbox))
            .route("/{who}/write", get(write))
            .route("/{who}/send", post(send))
            .route("/{who}/mail/{name}", get(show))
            .route("/{who}/mail/{name}/html", get(body))
            .route("/{who}/mail/{name}/file/{number}", get(file))
            .layer(DefaultBodyLimit::max(MAIL_MAX))
            .with_state(Arc::new(self));
        let served = axum::serve(listener, pages).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(fault) = served.await {
            tracing::error!(%fault, "the village's pages ended");
        }
    }

    fn villager(&self, who: &str) -> Option<&Villager> {
        self.people.iter().find(|person| person.address.as_str() == who)
    }

    fn page(&self, name: &str, headers: &HeaderMap, own: Value) -> Response {
        let french = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).is_some_and(|wanted| wanted.starts_with("fr"));
        let language = if french { "fr" } else { "en" };
        let view = json!({"language": language, "say": self.words[language], "base": self.base, "own": own});
        match self.texts.render(name, &view) {
            Ok(html) => guarded(Html(html).into_response()),
            Err(fault) => {
                tracing::error!(%fault, name, "a page of the village could not be written");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

type Shared = State<Arc<Office>>;

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../../data/style.css")).into_response()
}

async fn village(State(office): Shared, headers: HeaderMap) -> Response {
    let person = |person: &Villager| {
        let mails = mailbox::list(&office.root.join(person.address.as_str())).unwrap_or_default();
        let arrived = mails.iter().filter(|mail| !mail.sent).count();
        json!({"name": person.name, "address": person.address, "agent": person.role == "agent", "role": person.role, "mails": arrived})
    };
    let people: Vec<Value> = office.people.iter().map(person).collect();
    office.page("village", &headers, json!({"people": people}))
}

async fn inbox(State(office): Shared, Path(who): Path<String>, headers: HeaderMap) -> Response {
    let Some(person) = office.villager(&who) else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(mails) = mailbox::list(&office.root.join(&who)) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let line = |mail: &Mail| {
        let to: Vec<&str> = mail.to.iter().map(Address::as_str).collect();
        json!({"name": mail.name, "sent": mail.sent, "who": if mail.sent { to.join(", ") } else { mail.from.clone() },
               "subject": mail.subject, "at": at(mail.date), "files": mail.files.len()})
    };
    let mails: Vec<Value> = mails.iter().map(line).collect();
    office.page("mailbox", &headers, json!({"person": of(person), "mails": mails}))
}

fn of(person: &Villager) -> Value {
    json!({"name": person.name, "address": person.address, "agent": person.role == "agent"})
}

fn at(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default().to_zoned(jiff::tz::TimeZone::system());
    time.strftime("%d/%m %H:%M").to_string()
}

async fn show(State(office): Shared, Path((who, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let (Some(person), Ok(Some(mail))) = (office.villager(&who), mailbox::one(&office.root.join(&who), &name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let list = |people: &[Address]| people.iter().map(Address::as_str).collect::<Vec<_>>().join(", ");
    let files: Vec<Value> = (0..).zip(&mail.files).map(|(number, (name, _)): (usize, _)| json!({"number": number, "name": name})).collect();
    let own = json!({"person": of(person), "name": mail.name, "sent": mail.sent, "from": mail.from, "to": list(&mail.to), "cc": list(&mail.cc),
                     "subject": mail.subject, "at": at(mail.date), "html": mail.html.is_some(), "text": mail.text, "files": files});
    office.page("mail", &headers, own)
}

/// The HTML of a mail, in a frame of its own where nothing runs; its links open the real pages beside.
async fn body(State(office): Shared, Path((who, name)): Path<(String, String)>) -> Response {
    let mail = office.villager(&who).and_then(|_| mailbox::one(&office.root.join(&who), &name).ok().flatten());
    let Some(html) = mail.and_then(|mail| mail.html) else { return StatusCode::NOT_FOUND.into_response() };
    let linked = html.replace("href=\"mailto:", &format!("href=\"/{who}/write?mailto="));
    let framed = linked.replacen("<head>", "<head><base target=\"_blank\">", 1);
    let mut response = guarded(Html(framed).into_response());
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox";
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

async fn file(State(office): Shared, Path((who, name, number)): Path<(String, String, usize)>) -> Response {
    let mail = office.villager(&who).and_then(|_| mailbox::one(&office.root.join(&who), &name).ok().flatten());
    let Some((name, bytes)) = mail.and_then(|mail| mail.files.into_iter().nth(number)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
    let headers =
        [(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    guarded((headers, bytes).into_response())
}

/// How a mail is begun: anew, or as an answer.
#[derive(Debug, Default, Deserialize)]
struct Begin {
    answers: Option<String>,
    all: Option<String>,
    mailto: Option<String>,
    subject: Option<String>,
    body: Option<String>,
}

async fn write(State(office): Shared, Path(who): Path<String>, Query(begin): Query<Begin>, headers: HeaderMap) -> Response {
    let Some(person) = office.villager(&who) else { return StatusCode::NOT_FOUND.into_response() };
    let answered = begin.answers.as_ref().and_then(|name| mailbox::one(&office.root.join(&who), name).ok().flatten());
    let desk = office.post.desk().address.to_string();
    let others: Vec<&Villager> = office.people.iter().filter(|other| other.address != person.address).collect();
    let own = match answered {
        Some(mail) => {
            let to = mail.reply_to.as_ref().filter(|_| !mail.sent).or(mail.to.first()).map_or(desk, ToString::to_string);
            let rest =
                mail.to.iter().chain(&mail.cc).filter(|other| begin.all.is_some() && **other != person.address && other.as_str() != to);
            let cc: Vec<&str> = rest.map(Address::as_str).collect();
            let subject = if mail.subject.starts_with("Re:") { mail.subject.clone() } else { format!("Re: {}", mail.subject) };
            let quoted: String = mail.text.lines().map(|line| format!("> {line}\n")).collect();
            let text = format!("\n\nLe {}, {} a écrit :\n{quoted}", at(mail.date), mail.from);
            json!({"person": of(person), "to": to, "cc": cc.join(", "), "subject": subject, "text": text, "answers": mail.message_id})
        }
        None => {
            let (to, subject) = (begin.mailto.unwrap_or(desk), begin.subject.unwrap_or_default());
            // `mailto=x?subject=…`: the question mark belongs to the address.
            let (to, rest) = to.split_once('?').map_or((to.as_str(), ""), |(to, rest)| (to, rest));
            // A plus sign in a query means a space; no address has one.
            let to = to.replace(' ', "+");
            let subject = rest.strip_prefix("subject=").map_or(subject, str::to_owned);
            json!({"person": of(person), "to": to, "cc": "", "subject": subject, "text": begin.body.unwrap_or_default(), "answers": ""})
        }
    };
    let names: Vec<Value> = others.iter().map(|other| json!(other.address)).collect();
    let mut own = own;
    own["others"] = Value::Array(names);
    office.page("write", &headers, own)
}

/// A mail as it was written.
#[derive(Default)]
struct Written {
    to: String,
    cc: String,
    subject: String,
    text: String,
    answers: String,
    files: Vec<File>,
}

async fn send(State(office): Shared, Path(who): Path<String>, headers: HeaderMap, form: Multipart) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    // Other sites' pages may not write for the villagers.
    if text(HOST) != office.host || !(text(ORIGIN).is_empty() || text(ORIGIN) == office.address()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(person) = office.villager(&who) else { return StatusCode::NOT_FOUND.into_response() };
    let sent = match read(form).await {
        Ok(written) => dispatch(&office, person, written),
        Err(fault) => Err(fault),
    };
    match sent {
        Ok(()) => Redirect::to(&format!("/{who}")).into_response(),
        Err(fault) => (StatusCode::BAD_REQUEST, format!("{fault:#}")).into_response(),
    }
}

async fn read(mut form: Multipart) -> anyhow::Result<Written> {
    let mut written = Written::default();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let (name, content_type) =
                (field.file_name().unwrap_or_default().to_owned(), field.content_type().unwrap_or_default().to_owned());
            let bytes = field.bytes().await?.to_vec();
            if !name.is_empty() {
                written.files.push(File { name, content_type, content_id: None, content: Content::Bytes(bytes) });
            }
            continue;
        }
        let text = field.text().await?.replace("\r\n", "\n");
        match name.as_str() {
            "to" => written.to = text,
            "cc" => written.cc = text,
            "subject" => written.subject = text,
            "text" => written.text = text,
            "answers" => written.answers = text,
            _ => {}
        }
    }
    Ok(written)
}

/// To the desk through its Maildir, to other villagers through theirs, and a copy for oneself.
fn dispatch(office: &Office, person: &Villager, written: Written) -> anyhow::Result<()> {
    let people = |text: &str| -> anyhow::Result<Vec<Address>> {
        let words = text.split([',', ';', ' ', '\n']).filter(|word| !word.is_empty());
        words.map(|word| Address::parse(word).with_context(|| format!("{word} is no address"))).collect()
    };
    let (to, mut cc) = (people(&written.to)?, people(&written.cc)?);
    let (first, rest) = to.split_first().context("a mail needs somebody to go to")?;
    cc.extend(rest.iter().cloned());
    let draft = Draft {
        from: Mailbox::new(Some(&person.name), person.address.clone()),
        to: first.clone(),
        cc,
        subject: written.subject.trim(),
        text: &written.text,
        answers: Some(written.answers.as_str()).filter(|id| !id.is_empty()),
        files: &written.files,
    };
    office.post.dispatch(&draft)
}
