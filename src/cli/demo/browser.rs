//! The village's web browser: follows a mailed link over real HTTP on loopback, fills in the form it finds, presses its button.

use anyhow::{Context, bail};
use regex::Regex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A page as the browser got it.
#[derive(Debug)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// `Location`, when it leads on.
    pub location: Option<String>,
    /// The body.
    pub html: String,
}

/// Gets a page.
pub async fn get(base: &str, path: &str) -> anyhow::Result<Page> {
    request(base, &format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host(base)?)).await
}

/// Presses the button of the form that posts to `…/<button>` on the page at `path`, with these fields; follows to where it leads.
pub async fn press(base: &str, path: &str, button: &str, fields: &[(&str, String)]) -> anyhow::Result<Page> {
    let page = get(base, path).await?;
    let form = form(&page.html, button).with_context(|| format!("no form for {button} on the page (status {})", page.status))?;
    let body = multipart(&form.hidden, fields);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nOrigin: {base}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        form.action,
        host(base)?,
        body.len()
    );
    let pressed = request(base, &format!("{head}{body}")).await?;
    match &pressed.location {
        Some(next) if pressed.status == 303 => get(base, next.strip_prefix(base).unwrap_or(next)).await,
        _ => bail!("{button} was answered with status {}: {}", pressed.status, pressed.html),
    }
}

const BOUNDARY: &str = "village-form-boundary";

struct Form {
    action: String,
    hidden: Vec<(String, String)>,
}

fn form(html: &str, button: &str) -> Option<Form> {
    let forms = Regex::new(r#"(?s)<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>"#).ok()?;
    let hidden = Regex::new(r#"<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)""#).ok()?;
    let found = forms.captures_iter(html).find(|form| form[1].ends_with(&format!("/{button}")))?;
    let hidden = hidden.captures_iter(&found[2]).map(|field| (field[1].to_owned(), field[2].to_owned())).collect();
    Some(Form { action: found[1].to_owned(), hidden })
}

fn multipart(hidden: &[(String, String)], fields: &[(&str, String)]) -> String {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let part = |(name, value): (String, String)| format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let parts: String = hidden.iter().cloned().chain(fields).map(part).collect();
    format!("{parts}--{BOUNDARY}--\r\n")
}

fn host(base: &str) -> anyhow::Result<&str> {
    base.strip_prefix("http://").context("the demo's pages are on plain loopback")
}

async fn request(base: &str, request: &str) -> anyhow::Result<Page> {
    let mut stream = TcpStream::connect(host(base)?).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, html) = answer.split_once("\r\n\r\n").context("no answer from the demo's pages")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
    let location = head.lines().find_map(|line| line.to_ascii_lowercase().starts_with("location:").then(|| line[9..].trim().to_owned()));
    Ok(Page { status, location, html: html.to_owned() })
}
