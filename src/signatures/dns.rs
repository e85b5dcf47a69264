//! The real domain name system, asked through the servers that this system uses.

use std::time::{Duration, Instant};

use mail_auth::hickory_resolver::TokioResolver;
use mail_auth::hickory_resolver::net::{DnsError, NetError};
use mail_auth::hickory_resolver::proto::rr::{Name, RData};

use super::{Answer, Names};

/// How long "no such record" holds, where the answer itself does not say.
const NOTHING: Duration = Duration::from_secs(300);

/// The resolver of this system.
pub struct Dns(TokioResolver);

impl Dns {
    /// Reads which servers the system asks. Must be called inside a runtime.
    pub fn of_system() -> std::io::Result<Dns> {
        let built = TokioResolver::builder_tokio().and_then(|builder| builder.build());
        built.map(Dns).map_err(|fault| std::io::Error::other(fault.to_string()))
    }
}

impl Dns {
    /// Hosts that take mail for a domain, the preferred one first; none when the domain says nothing of it (RFC 5321 section 5.1).
    /// An error: nobody can tell now.
    pub async fn exchangers(&self, domain: &str) -> Result<Vec<String>, String> {
        let name = Name::from_str_relaxed(domain).map_err(|fault| fault.to_string())?;
        match self.0.mx_lookup(name).await {
            Ok(found) => {
                let exchanger = |data: &RData| match data {
                    RData::MX(mx) => Some((mx.preference, mx.exchange.to_utf8())),
                    _ => None,
                };
                let mut hosts: Vec<_> = found.answers().iter().filter_map(|record| exchanger(&record.data)).collect();
                hosts.sort();
                Ok(hosts.into_iter().map(|(_, host)| host.trim_end_matches('.').to_owned()).collect())
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(_))) => Ok(vec![]),
            Err(fault) => Err(fault.to_string()),
        }
    }
}

impl Names for Dns {
    async fn texts(&self, name: &str) -> (Answer, Duration) {
        // What is no name has no record.
        let Ok(name) = Name::from_str_relaxed(name) else { return (Answer::Nothing, NOTHING) };
        match self.0.txt_lookup(name).await {
            Ok(found) => {
                let texts = found.answers().iter().filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(text.txt_data.concat()),
                    _ => None,
                });
                (Answer::Texts(texts.collect()), found.valid_until().saturating_duration_since(Instant::now()))
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(_))) => (Answer::Nothing, NOTHING),
            Err(_) => (Answer::Later, Duration::ZERO),
        }
    }
}
