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

/// Presses a button of the page at `path`, with these fields; answers with the page that it leads to, and its path.
pub async fn press(base: &str, path: &str, button: &str, fields: &[(&str, String)]) -> anyhow::Result<(Page, String)> {
    let page = get(base, path).await?;
    let form = form(&page.html, button).with_context(|| format!("no form for {button} on the page (status {})", page.status))?;
    let body: Vec<String> = form.fields(button, fields).iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let body = body.join("&");
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nOrigin: {base}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        form.action,
        host(base)?,
        body.len()
    );
    let pressed = request(base, &format!("{head}{body}")).await?;
    match &pressed.location {
        Some(next) if pressed.status == 303 => {
            let next = next.strip_prefix(base).unwrap_or(next).to_owned();
            Ok((get(base, &next).await?, next))
        }
        _ => bail!("{button} was answered with status {}: {}", pressed.status, pressed.html),
    }
}

/// Does the page have this button?
pub fn has(page: &Page, button: &str) -> bool {
    form(&page.html, button).is_some()
}

struct Form {
    action: String,
    hidden: Vec<(String, String)>,
}

impl Form {
    /// What a browser sends: hidden fields, what was filled in, and the button's own name.
    fn fields(&self, button: &str, filled: &[(&str, String)]) -> Vec<(String, String)> {
        let filled = filled.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        self.hidden.iter().cloned().chain(filled).chain([("press".to_owned(), button.to_owned())]).collect()
    }
}

fn form(html: &str, button: &str) -> Option<Form> {
    let forms = Regex::new(r#"(?s)<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>"#).ok()?;
    let hidden = Regex::new(r#"<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)""#).ok()?;
    let pressed = format!("name=\"press\" value=\"{button}\"");
    let found = forms.captures_iter(html).find(|form| form[2].contains(&pressed))?;
    let hidden = hidden.captures_iter(&found[2]).map(|field| (field[1].to_owned(), field[2].to_owned())).collect();
    Some(Form { action: found[1].to_owned(), hidden })
}

/// Percent-encoding of everything but letters and digits.
fn encode(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
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
