//! Who may talk to us, by the request's own words: the host that it names, and the page that it comes from.
//!
//! Excludes: forwarded headers. Nothing in `X-Forwarded-*` is believed (CASEBOOK C16, L09).

use std::net::SocketAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};

use crate::site::Site;

/// Does the request name this site? `base_url` decides; on loopback the listener's own names are good too.
pub fn is_our_host(site: &Site, listens: Option<SocketAddr>, uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) else { return false };
    let same = uri.authority().is_none_or(|authority| authority.as_str().eq_ignore_ascii_case(host));
    same && (authority(&site.base_url).eq_ignore_ascii_case(host) || is_loopback(listens, host))
}

/// Does a pressed button come from a page of ours (CASEBOOK C18)? Under `no-referrer` a browser sends `Origin: null` even
/// from our own pages (Fetch standard, "append a request Origin header"); then its `Sec-Fetch-Site` decides, which no
/// page can set.
pub fn is_our_page(site: &Site, listens: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let fetched_here = text("sec-fetch-site").map(|from| from == "same-origin");
    match (text(ORIGIN.as_str()), fetched_here) {
        (_, Some(false)) => false,
        (None, _) | (Some("null"), Some(true)) => true,
        (Some(origin), _) => {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            origin.eq_ignore_ascii_case(root(&site.base_url)) || (origin.starts_with("http://") && is_loopback(listens, host))
        }
    }
}

fn is_loopback(listens: Option<SocketAddr>, host: &str) -> bool {
    let Some(listens) = listens.filter(|listens| listens.ip().is_loopback()) else { return false };
    let port = listens.port();
    [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")].contains(&host.to_ascii_lowercase())
}

/// `desk.example.org:8443` of `https://desk.example.org:8443/help`.
fn authority(base_url: &str) -> &str {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// `https://desk.example.org` of `https://desk.example.org/help`.
fn root(base_url: &str) -> &str {
    let scheme = base_url.find("://").map_or(0, |at| at + 3);
    let path = base_url[scheme..].find('/').map_or(base_url.len(), |at| scheme + at);
    &base_url[..path]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_the_base_url() {
        for (url, host, origin) in [
            ("https://desk.test", "desk.test", "https://desk.test"),
            ("https://desk.test:8443/help", "desk.test:8443", "https://desk.test:8443"),
            ("http://127.0.0.1:8025", "127.0.0.1:8025", "http://127.0.0.1:8025"),
        ] {
            assert_eq!((authority(url), root(url)), (host, origin));
        }
    }
}
