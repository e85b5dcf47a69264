//! From a host name to a protected stream with a greeting on it. No fallback: a mailbox that is to be protected is
//! protected or not read (RFC 8314). Knows no accounts.

use std::net::IpAddr;
use std::time::Duration;

use async_imap::imap_proto::{Response, Status};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::fault::Fault;
use super::guard::{Caps, Guard};
use super::{ImapMailbox, Security};
use crate::intake::said::said;

/// A TCP or TLS stream.
pub type Wire = Box<dyn Stream>;

/// What a wire must do.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug> Stream for S {}

type Client<S> = async_imap::Client<Guard<S>>;

/// Connects, protects, and reads the greeting.
pub async fn connect(mailbox: &ImapMailbox) -> Result<Client<Wire>, Fault> {
    let tcp = dial(mailbox).await?;
    match mailbox.security {
        Security::Plain { allow_remote } => {
            let peer = tcp.peer_addr().map_err(|e| Fault::io(&e))?.ip();
            if !allow_remote && !is_loopback(peer) {
                return Err(Fault::Unprotected("plaintext is allowed to loopback only".to_owned()));
            }
            greeted::<Wire>(Box::new(tcp)).await
        }
        Security::Implicit => greeted(protect(mailbox, tcp).await?).await,
        Security::StartTls => {
            let mut client = greeted(tcp).await?;
            client.run_command_and_check_ok("STARTTLS", None).await.map_err(|e| Fault::Unprotected(Fault::library(&e).to_string()))?;
            // The client's buffer goes with it: what was injected in clear after the OK is never read (CVE-2011-0411).
            let wire = protect(mailbox, client.into_inner().into_inner()).await?;
            Ok(async_imap::Client::new(Guard::new(wire, Caps::default())))
        }
    }
}

async fn dial(mailbox: &ImapMailbox) -> Result<TcpStream, Fault> {
    let tcp = TcpStream::connect((mailbox.host.as_str(), mailbox.port)).await.map_err(|e| Fault::Lost(said(&e.to_string())))?;
    tcp.set_nodelay(true).map_err(|e| Fault::io(&e))?;
    let socket = socket2::SockRef::from(&tcp);
    let probe = socket2::TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(20)).with_retries(3);
    socket.set_tcp_keepalive(&probe).map_err(|e| Fault::io(&e))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(mailbox.pace.step)).map_err(|e| Fault::io(&e))?;
    Ok(tcp)
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

async fn protect(mailbox: &ImapMailbox, tcp: TcpStream) -> Result<Wire, Fault> {
    let unprotected = |e: &dyn std::fmt::Display| Fault::Unprotected(said(&e.to_string()));
    let config = crate::tls::client_config(mailbox.ca_file.as_deref()).map_err(|e| unprotected(&e))?;
    let host = crate::tls::server_name(&mailbox.host).map_err(|e| unprotected(&e))?;
    let tls = TlsConnector::from(config).connect(host, tcp).await.map_err(|e| unprotected(&e))?;
    Ok(Box::new(tls))
}

async fn greeted<S: Stream>(stream: S) -> Result<Client<S>, Fault> {
    let mut client = async_imap::Client::new(Guard::new(stream, Caps::default()));
    let greeting = client.read_response().await.map_err(|e| Fault::io(&e))?;
    match greeting.as_ref().map(|g| g.parsed()) {
        Some(Response::Data { status: Status::Ok, .. }) => Ok(client),
        // PREAUTH would skip STARTTLS and login (CVE-2020-12398): nobody we know uses it over TCP.
        Some(Response::Data { status: Status::PreAuth, .. }) => Err(Fault::Unusable("the server says we are known already".to_owned())),
        Some(Response::Data { outcome, .. }) => Err(Fault::Lost(said(outcome.information.as_deref().unwrap_or("no greeting")))),
        Some(_) => Err(Fault::Unusable("no greeting".to_owned())),
        None => Err(Fault::Lost("closed before the greeting".to_owned())),
    }
}
