//! What the domain name system says of the desk's domain: who takes its mail, and who may send it.

use super::{Finding, PATIENCE};
use crate::config::Settings;
use crate::signatures::{Answer, Dns, Names};

/// What may be said of the domain.
pub async fn examine(settings: &Settings, selector: Option<&str>) -> Vec<Finding> {
    let domain = settings.domain();
    let dns = match Dns::of_system() {
        Ok(dns) => dns,
        Err(fault) => return vec![Finding::look("names", fault.to_string(), "see /etc/resolv.conf")],
    };
    let mut findings = vec![exchangers(&dns, domain).await];
    findings.push(spf(&texts(&dns, domain).await));
    findings.push(dmarc(&texts(&dns, &format!("_dmarc.{domain}")).await));
    findings.push(match selector {
        Some(selector) => dkim(selector, &texts(&dns, &format!("{selector}._domainkey.{domain}")).await),
        None => Finding::look("DKIM", "not looked at", "name the selector that your relay signs with: --selector NAME"),
    });
    findings
}

async fn exchangers(dns: &Dns, domain: &str) -> Finding {
    match tokio::time::timeout(PATIENCE, dns.exchangers(domain)).await {
        Ok(Ok(hosts)) if hosts.is_empty() => {
            Finding::look("MX", format!("{domain} names no server for its mail"), "publish one, or mail from outside does not come")
        }
        Ok(Ok(hosts)) => Finding::well("MX", format!("mail to {domain} goes to {}", hosts.join(", "))),
        Ok(Err(fault)) => Finding::look("MX", fault, "see whether this machine's name servers answer"),
        Err(_) => Finding::look("MX", "no name server answers", "see /etc/resolv.conf"),
    }
}

/// TXT records; none: nobody can tell.
async fn texts(dns: &Dns, name: &str) -> Option<Vec<String>> {
    match tokio::time::timeout(PATIENCE, dns.texts(name)).await {
        Ok((Answer::Texts(texts), _)) => Some(texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()),
        Ok((Answer::Nothing, _)) => Some(vec![]),
        Ok((Answer::Later, _)) | Err(_) => None,
    }
}

fn unknown(about: &str) -> Finding {
    Finding::look(about, "nobody can tell now", "see whether this machine's name servers answer")
}

/// RFC 7208 section 3: one record says who may send.
fn spf(texts: &Option<Vec<String>>) -> Finding {
    let Some(texts) = texts else { return unknown("SPF") };
    let is_spf = |text: &&String| text.split_whitespace().next().is_some_and(|version| version.eq_ignore_ascii_case("v=spf1"));
    let found: Vec<&String> = texts.iter().filter(is_spf).collect();
    match found.as_slice() {
        [] => Finding::look("SPF", "the domain does not say who may send", "publish \"v=spf1 include:YOUR-RELAY ~all\""),
        [one] if one.contains("+all") => {
            Finding::look("SPF", one.as_str(), "\"+all\" lets everybody send as you: write \"~all\" or \"-all\"")
        }
        [one] => Finding::well("SPF", format!("{one} (see that it names your relay)")),
        _ => Finding::broken("SPF", "there are several records", "make them one: with two, receivers take none (RFC 7208 section 4.5)"),
    }
}

/// RFC 7489 section 6.3.
fn dmarc(texts: &Option<Vec<String>>) -> Finding {
    let Some(texts) = texts else { return unknown("DMARC") };
    match texts.iter().find(|text| text.starts_with("v=DMARC1")) {
        Some(text) => Finding::well("DMARC", text.as_str()),
        None => Finding::look(
            "DMARC",
            "the domain has no policy",
            "publish \"v=DMARC1; p=none; rua=mailto:…\" at _dmarc, and look at the reports",
        ),
    }
}

/// RFC 6376 section 3.6.1.
fn dkim(selector: &str, texts: &Option<Vec<String>>) -> Finding {
    let Some(texts) = texts else { return unknown("DKIM") };
    let key = |text: &String| text.split(';').filter_map(|tag| tag.trim().strip_prefix("p=")).any(|key| !key.trim().is_empty());
    match texts.iter().any(key) {
        true => Finding::well("DKIM", format!("the key of {selector} is published")),
        false => Finding::broken(
            "DKIM",
            format!("there is no key of {selector}"),
            "publish the key that your relay signs with, or name another selector",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn said(texts: &[&str]) -> Option<Vec<String>> {
        Some(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn row86_what_a_domain_publishes_is_judged() {
        for (texts, state) in [
            (said(&["v=spf1 include:_spf.relay.test ~all", "google-site-verification=x"]), State::Well),
            (said(&["v=spf1 +all"]), State::Look),
            (said(&["v=spf10 x"]), State::Look),
            (said(&["v=spf1 a", "V=SPF1 mx"]), State::Broken),
            (None, State::Look),
        ] {
            assert_eq!(spf(&texts).state, state, "{texts:?}");
        }
        assert_eq!(dmarc(&said(&["v=DMARC1; p=none"])).state, State::Well);
        assert_eq!(dmarc(&said(&["x"])).state, State::Look);
        assert_eq!(dkim("s", &said(&["v=DKIM1; k=rsa; p=MIIB"])).state, State::Well);
        assert_eq!(dkim("s", &said(&["v=DKIM1; p="])).state, State::Broken);
    }
}
