//! What our links begin with, and which hosts are this machine.

use std::net::{IpAddr, Ipv6Addr};

/// The base of all links, without a slash at the end. TLS is demanded, except for this machine.
pub fn check(text: &str) -> Result<String, String> {
    let looks = || "a base URL looks like \"https://desk.example.org\", without user, ? and #".to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(looks)?;
    let plain = rest.bytes().all(|b| b.is_ascii_graphic() && !b"?#@\\\"<>".contains(&b));
    let host = host(rest.split('/').next().unwrap_or_default()).filter(|_| plain).ok_or_else(looks)?;
    match scheme {
        "https" => {}
        "http" if is_loopback(host) => {}
        "http" => return Err("links carry rights: https:// is needed, http:// is for this machine only".to_owned()),
        _ => return Err(looks()),
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// The host of `host`, `host:port` or `[v6]:port`, when it may be one (RFC 3986 section 3.2.2).
fn host(authority: &str) -> Option<&str> {
    let at = authority.rfind(':').filter(|at| !authority[*at..].contains(']'));
    let (host, port) = at.map_or((authority, None), |at| (&authority[..at], Some(&authority[at + 1..])));
    let name = |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let v6 =
        |host: &str| host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(|host| host.parse::<Ipv6Addr>().is_ok());
    let port_ok = port.is_none_or(|port| port.parse::<u16>().is_ok());
    ((name(host) || v6(host)) && port_ok).then_some(host)
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
            "https://desk.example.org:port",
            "https://[desk]",
            "https://ex\u{e4}mple.org",
            "https://a b/",
            "https://desk.example.org?x=1",
            "https://desk.example.org/#x",
            "https://user@desk.example.org",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
