//! Transport security for what we connect to: one rustls configuration for IMAP, SMTP and token flows.
//!
//! Promises: the certificate and the host name of the other side are always verified, against the system's store or
//! against a site's own authorities; TLS 1.2 or newer; the ring provider is given explicitly, so that a second one in the
//! dependency tree cannot make a start panic.
//! Excludes: when to encrypt (see `intake` and `delivery`), and servers of our own: the web listens behind a proxy.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName, pem};
use tokio_rustls::rustls::{self, ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier, crypto::ring};

/// Why no configuration could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// The file of authorities cannot be read, or holds something that is no PEM certificate.
    #[error("the CA file {0} cannot be used: {1}")]
    File(PathBuf, pem::Error),
    /// The file of authorities holds no certificate.
    #[error("the CA file {0} holds no certificate")]
    Empty(PathBuf),
    /// A certificate of the file, or the system's store, is refused by the library.
    #[error("certificates cannot be used: {0}")]
    Library(#[from] rustls::Error),
}

/// A client configuration that trusts the authorities of `ca_file` alone (PEM, one or more certificates), or without a
/// file the system's. Costs a read of the file: make it once per setting, and share it.
pub fn client_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsFault> {
    let config = match ca_file {
        Some(path) => builder()?.with_root_certificates(authorities(path)?),
        None => builder()?.with_platform_verifier()?,
    };
    Ok(Arc::new(config.with_no_client_auth()))
}

/// The name that a server's certificate must be valid for: a host name, or an IP address.
pub fn server_name(host: &str) -> Result<ServerName<'static>, InvalidDnsNameError> {
    ServerName::try_from(host.to_owned())
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsFault> {
    let fault = |error| TlsFault::File(path.to_owned(), error);
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(fault)? {
        roots.add(certificate.map_err(fault)?)?;
    }
    if roots.is_empty() { Err(TlsFault::Empty(path.to_owned())) } else { Ok(roots) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_store_needs_no_file() {
        assert!(client_config(None).is_ok());
    }

    #[test]
    fn a_ca_file_without_certificates_says_so() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "no certificate here\n").unwrap();
        let fault = client_config(Some(file.path())).unwrap_err();
        assert!(fault.to_string().contains("holds no certificate"), "{fault}");
        let missing = client_config(Some(Path::new("/nowhere/ca.pem"))).unwrap_err();
        assert!(missing.to_string().contains("/nowhere/ca.pem"), "{missing}");
    }
}
