//! Who calls, as far as the connection tells: the peer, the client behind a proxy of ours, its cookies.
//!
//! Promises: a forwarded address or name is believed from trusted proxies alone, and only the last one that they wrote
//! (CASEBOOK L09, C16); what a client claims itself is never a key of a limit.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::http::header::{COOKIE, HOST};
use axum::http::{HeaderMap, HeaderName};

use crate::address::Address;
use crate::site::Site;

/// The other end of the connection, put into each request by the listener.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// What stands in front of the pages.
#[derive(Clone, Default)]
pub struct Front {
    /// Is this address a proxy of ours? Nobody is, when unknown.
    pub trusts: Option<Arc<dyn Fn(IpAddr) -> bool + Send + Sync>>,
    /// The header in which such a proxy names whoever it has signed in.
    pub sso: Option<HeaderName>,
}

impl Front {
    /// Proxies by their addresses, and the header in which they name whoever they have signed in.
    pub fn new(trusts: impl Fn(IpAddr) -> bool + Send + Sync + 'static, sso: Option<&str>) -> Front {
        Front { trusts: Some(Arc::new(trusts)), sso: sso.and_then(|name| name.parse().ok()) }
    }

    fn trusts(&self, peer: Option<Peer>) -> bool {
        match (peer, &self.trusts) {
            (Some(Peer(peer)), Some(trusts)) => trusts(peer.ip()),
            _ => false,
        }
    }

    /// The key of the client's limits: its address, an IPv6 one cut to its network of 64 bits.
    pub fn client(&self, peer: Option<Peer>, headers: &HeaderMap) -> IpAddr {
        let direct = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |Peer(peer)| peer.ip());
        let forwarded = || {
            let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
            let hops = last.rsplit(',').map(|hop| hop.trim().parse::<IpAddr>().ok());
            // The last one that is no proxy of ours; beyond what cannot be read nothing is believed.
            let hops = hops.take_while(Option::is_some).flatten();
            hops.into_iter().find(|hop| self.trusts.as_ref().is_none_or(|trusts| !trusts(*hop)))
        };
        let client = if self.trusts(peer) { forwarded().unwrap_or(direct) } else { direct };
        network(client)
    }

    /// Whom a proxy of ours has signed in.
    pub fn signed_in(&self, peer: Option<Peer>, headers: &HeaderMap) -> Option<Address> {
        let name = self.sso.as_ref().filter(|_| self.trusts(peer))?;
        let mut values = headers.get_all(name).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        Address::parse(value.to_str().ok()?.trim()).ok()
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

/// Names and properties of our cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jar {
    secure: bool,
}

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// Tells one browser from another, before and beside any session.
    Browser,
    /// The session.
    Session,
}

impl Jar {
    /// Cookies go over TLS alone, except where this machine is asked by one of its own names.
    pub fn of(site: &Site, headers: &HeaderMap) -> Jar {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let ours = site.base_url.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or(rest));
        Jar { secure: ours.is_some_and(|ours| ours.eq_ignore_ascii_case(host)) }
    }

    fn name(self, cookie: Cookie) -> &'static str {
        match (self.secure, cookie) {
            (true, Cookie::Browser) => "__Host-guichet-browser",
            (true, Cookie::Session) => "__Host-guichet",
            (false, Cookie::Browser) => "guichet-browser",
            (false, Cookie::Session) => "guichet",
        }
    }

    /// The value of a cookie, when it comes once.
    pub fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
        let name = self.name(cookie);
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut values = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
            let (known, value) = pair.trim().split_once('=')?;
            (known == name).then_some(value)
        });
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }

    /// A `Set-Cookie` (RFC 6265 section 4.1); `days` is 0 to forget it. `Lax`: a link in a mail may lead to a page of the
    /// signed-in, a form of another site may not.
    pub fn write(self, cookie: Cookie, value: &str, days: u32) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", self.name(cookie), u64::from(days) * 86_400)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front() -> Front {
        Front { trusts: Some(Arc::new(|ip: IpAddr| ip.is_loopback())), sso: Some(HeaderName::from_static("remote-email")) }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn peer(text: &str) -> Option<Peer> {
        Some(Peer(text.parse().unwrap()))
    }

    #[test]
    fn l09_only_a_trusted_proxy_forwards() {
        let forged = headers(&[("x-forwarded-for", "1.2.3.4, 198.51.100.7")]);
        let client = |from: &str, headers: &HeaderMap| front().client(peer(from), headers).to_string();
        assert_eq!(client("127.0.0.1:9", &forged), "198.51.100.7");
        assert_eq!(client("203.0.113.9:9", &forged), "203.0.113.9");
        assert_eq!(client("127.0.0.1:9", &headers(&[("x-forwarded-for", "1.2.3.4, junk")])), "127.0.0.1");
        assert_eq!(client("[2001:db8::1:2:3:4]:9", &HeaderMap::new()), "2001:db8::");
        let named = headers(&[("remote-email", "karim@desk.test")]);
        assert_eq!(front().signed_in(peer("127.0.0.1:9"), &named).unwrap().as_str(), "karim@desk.test");
        assert_eq!(front().signed_in(peer("203.0.113.9:9"), &named), None);
        assert_eq!(Front::default().signed_in(peer("127.0.0.1:9"), &named), None);
        let mut twice = named.clone();
        twice.append("remote-email", "root@desk.test".parse().unwrap());
        assert_eq!(front().signed_in(peer("127.0.0.1:9"), &twice), None);
    }

    #[test]
    fn a_cookie_counts_when_it_comes_once() {
        let jar = Jar { secure: false };
        assert_eq!(jar.read(&headers(&[("cookie", "a=b; guichet=x")]), Cookie::Session), Some("x"));
        assert_eq!(jar.read(&headers(&[("cookie", "guichet=x; guichet=y")]), Cookie::Session), None);
        assert_eq!(jar.read(&headers(&[("cookie", "__Host-guichet=x")]), Cookie::Session), None);
        assert!(
            Jar { secure: true }
                .write(Cookie::Session, "x", 1)
                .starts_with("__Host-guichet=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400; Secure")
        );
    }
}
