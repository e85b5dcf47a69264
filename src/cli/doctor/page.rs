//! Whether links in mails lead anywhere: the pages as the world sees them, and the clock of whoever serves them.

use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Finding, PATIENCE};
use crate::config::Settings;

/// Bytes of an answer that are read.
const ANSWER: u64 = 64 << 10;
/// How far two clocks may be apart.
const SKEW: i64 = 120;

/// Asks for the page that tells of the desk's health.
pub async fn examine(settings: &Settings) -> Finding {
    let base = settings.base_url();
    let advice = "start the daemon, and see that the proxy passes this address on to web.listen (deploy/nginx.conf, deploy/Caddyfile)";
    match tokio::time::timeout(PATIENCE, ask(base)).await {
        Ok(Ok(answer)) => judged(base, &answer),
        Ok(Err(fault)) => Finding::broken("pages", format!("{base}: {fault}"), advice),
        Err(_) => Finding::broken("pages", format!("{base} does not answer within {PATIENCE:?}"), advice),
    }
}

fn judged(base: &str, answer: &str) -> Finding {
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    let ours = answer.contains("\"mailboxes\"");
    let date = answer.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("date:").map(|_| line[5..].trim().to_owned()));
    let skew = date.and_then(|date| jiff::fmt::rfc2822::parse(&date).ok()).map(|at| Timestamp::now().duration_since(at.timestamp()));
    match (status, ours) {
        (_, true) if skew.is_some_and(|skew: SignedDuration| skew.as_secs().abs() > SKEW) => Finding::look(
            "pages",
            format!("{base} answers; its clock and this one are far apart"),
            "let both machines set their clocks (NTP)",
        ),
        ("200", true) => Finding::well("pages", format!("{base} leads here")),
        (_, true) => {
            Finding::look("pages", format!("{base} leads here, and the desk says that it is not well"), "see the other lines, and the log")
        }
        _ => Finding::broken(
            "pages",
            format!("{base} answers {status}, but not as this desk"),
            "let the proxy pass the whole path on to web.listen",
        ),
    }
}

/// One GET of `/health` (RFC 9112), without redirects: links must work as they are.
async fn ask(base: &str) -> anyhow::Result<String> {
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    let (authority, path) = rest.split_once('/').map_or((rest, String::new()), |(authority, path)| (authority, format!("/{path}")));
    let secure = scheme == "https";
    let port_at = authority.rfind(':').filter(|at| !authority[*at..].contains(']'));
    let (host, port) = match port_at {
        Some(at) => (&authority[..at], authority[at + 1..].parse()?),
        None => (authority, if secure { 443 } else { 80 }),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let request = format!("GET {path}/health HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nAccept: application/json\r\n\r\n");
    let stream = TcpStream::connect((host, port)).await?;
    if !secure {
        return exchange(stream, &request).await;
    }
    let name = crate::tls::server_name(host)?;
    exchange(TlsConnector::from(crate::tls::client_config(None)?).connect(name, stream).await?, &request).await
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> anyhow::Result<String> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    // Whoever closes without a good-bye has said all the same.
    match stream.take(ANSWER).read_to_end(&mut answer).await {
        Err(fault) if answer.is_empty() => Err(fault.into()),
        _ => Ok(String::from_utf8_lossy(&answer).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn row86_only_this_desk_counts_as_an_answer() {
        let now = jiff::fmt::rfc2822::to_string(&Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let answer = |status: &str, date: &str, body: &str| format!("HTTP/1.1 {status} x\r\nDate: {date}\r\n\r\n{body}");
        let ours = "{\"ok\":true,\"mailboxes\":[]}";
        assert_eq!(judged("b", &answer("200", &now, ours)).state, State::Well);
        assert_eq!(judged("b", &answer("503", &now, ours)).state, State::Look);
        assert_eq!(judged("b", &answer("200", "Mon, 05 Jan 2026 08:00:00 +0000", ours)).state, State::Look);
        assert_eq!(judged("b", &answer("200", &now, "<h1>It works!</h1>")).state, State::Broken);
        assert_eq!(judged("b", "").state, State::Broken);
    }
}
