//! One line for each request, without tokens or anything else that a stranger chose (CASEBOOK L02, L03).
//!
//! Promises: a flood of requests is no flood of lines (CASEBOOK K09): of what is too much in a minute, only the number is told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::headers;
use super::token::{Token, short};

/// Lines of requests in a minute: ten each second.
const LINES_MAX: u32 = 600;

/// What was logged lately.
#[derive(Debug, Default)]
pub struct Lines(Mutex<Minute>);

#[derive(Debug, Default)]
struct Minute {
    began: Option<Instant>,
    requests: u32,
}

/// What becomes of a request's line.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    written: bool,
    /// Requests of the minute before that were not.
    left_out: u32,
}

impl Minute {
    fn next(&mut self, now: Instant) -> Line {
        let over = self.began.is_none_or(|began| now.duration_since(began).as_secs() >= 60);
        let left_out = if over { self.requests.saturating_sub(LINES_MAX) } else { 0 };
        if over {
            *self = Minute { began: Some(now), requests: 0 };
        }
        self.requests = self.requests.saturating_add(1);
        Line { written: self.requests <= LINES_MAX, left_out }
    }
}

/// Answers a request, and tells of it.
pub async fn log(State(lines): State<Arc<Lines>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let path = matched.filter(|path| !path.contains("/l/")).unwrap_or_else(|| logged(request.uri().path()));
    let mut response = next.run(request).await;
    headers::harden(response.headers_mut());
    let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis() as u64);
    let Line { written, left_out } = lines.0.lock().unwrap_or_else(PoisonError::into_inner).next(began);
    if left_out > 0 {
        tracing::warn!(requests = left_out, "more requests in a minute than are logged");
    }
    if written {
        tracing::info!(%method, path, status, ms, "request");
    }
    response
}

/// A path as it may stand in a log.
fn logged(path: &str) -> String {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let at = parts.iter().position(|part| *part == "l");
    let Some(at) = at else {
        let known = ["", "health", "metrics", "style.css", "robots.txt"].into_iter().find(|known| parts.last() == Some(known));
        return known.map_or("/?".to_owned(), |known| format!("/{known}"));
    };
    let link = parts.get(at + 1).and_then(|segment| Token::read(segment)).map_or("?".to_owned(), |token| short(&token.hash()));
    let rest = match parts.get(at + 2) {
        None => "",
        Some(&"f") => "/f",
        Some(_) => "/press",
    };
    format!("/l/{link}{rest}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::mail::carrier::encode_token;

    #[test]
    fn l02_l03_nothing_of_a_strangers_reaches_the_log() {
        let token = encode_token(&[0xA5; 32]);
        let link = logged(&format!("/l/{token}"));
        assert_eq!(link.len(), "/l/".len() + 8);
        assert!(!token.contains(&link[3..]));
        assert_eq!(logged(&format!("/help/l/{token}/approve")), format!("{link}/press"));
        assert_eq!(logged(&format!("/l/{token}/f/3/12")), format!("{link}/f"));
        for (path, line) in [("/l/x\u{1b}[2J", "/l/?"), ("/a\nb", "/?"), ("/", "/"), ("/health", "/health"), ("/l", "/l/?")] {
            assert_eq!(logged(path), line, "{path:?}");
        }
    }

    #[test]
    fn k09_a_flood_of_requests_is_no_flood_of_lines() {
        let (mut minute, began) = (Minute::default(), Instant::now());
        let flood = (0..100_000).filter(|_| minute.next(began).written).count();
        assert_eq!(flood, LINES_MAX as usize);
        let later = began + Duration::from_secs(60);
        assert_eq!(minute.next(later), Line { written: true, left_out: 100_000 - LINES_MAX });
        assert_eq!(minute.next(later), Line { written: true, left_out: 0 });
    }
}
