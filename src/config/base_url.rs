//! What our links begin with, and which hosts are this machine.

use std::net::IpAddr;

use axum::http::Uri;

/// The base of all links, without a slash at the end. TLS is demanded, except for this machine.
pub fn check(text: &str) -> Result<String, String> {
    let uri: Uri = text.parse().map_err(|_| "a base URL looks like \"https://desk.example.org\"".to_owned())?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host().filter(|host| !host.is_empty())) else {
        return Err("a base URL begins with https:// and a host".to_owned());
    };
    match scheme {
        "https" => {}
        "http" if is_loopback(host) => {}
        "http" => return Err("links carry rights: https:// is needed, http:// is for this machine only".to_owned()),
        _ => return Err("a base URL begins with https://".to_owned()),
    }
    let odd = uri.query().is_some() || text.contains('#') || uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    if odd { Err("a base URL has no user, no ? and no #".to_owned()) } else { Ok(text.trim_end_matches('/').to_owned()) }
}

/// Is this host the machine itself? Names are not looked up: only `localhost` is known.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_secure_or_local() {
        for (text, base) in [
            ("https://desk.example.org", "https://desk.example.org"),
            ("https://example.org/desk/", "https://example.org/desk"),
            ("http://localhost:8025", "http://localhost:8025"),
            ("http://127.0.0.1:8025/", "http://127.0.0.1:8025"),
            ("http://[::1]:8025", "http://[::1]:8025"),
        ] {
            assert_eq!(check(text).as_deref(), Ok(base), "{text}");
        }
        for bad in [
            "",
            "desk.example.org",
            "http://desk.example.org",
            "http://127.0.0.1.example.org",
            "ftp://desk.example.org",
            "https://",
            "https:///x",
            "https://a b/",
            "https://desk.example.org?x=1",
            "https://desk.example.org/#x",
            "https://user@desk.example.org",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
