//! One HTTPS POST of a form. Plain HTTP to loopback alone. No redirects: an endpoint is where the configuration says.

use std::path::Path;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::TokenFault;
use crate::intake::said::said;

/// Bytes of an answer that are read.
const ANSWER: usize = 64 * 1024;

/// Sends the form, and returns the answer with its status.
pub async fn post(endpoint: &Uri, ca_file: Option<&Path>, form: SecretString) -> Result<(StatusCode, Bytes), TokenFault> {
    let fault = |e: &dyn std::fmt::Display| TokenFault::Endpoint(said(&e.to_string()));
    let host = endpoint.host().ok_or_else(|| fault(&"its address names no host"))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let secure = match endpoint.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(fault(&"its address is not https")),
    };
    let port = endpoint.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let tcp = TcpStream::connect((bare, port)).await.map_err(|e| fault(&e))?;
    if secure {
        let config = crate::tls::client_config(ca_file).map_err(|e| fault(&e))?;
        let name = crate::tls::server_name(bare).map_err(|e| fault(&e))?;
        let tls = TlsConnector::from(config).connect(name, tcp).await.map_err(|e| fault(&e))?;
        return exchange(tls, endpoint, form).await;
    }
    let peer = tcp.peer_addr().map_err(|e| fault(&e))?;
    if !peer.ip().to_canonical().is_loopback() {
        return Err(fault(&"plain http is for loopback only"));
    }
    exchange(tcp, endpoint, form).await
}

async fn exchange<S>(stream: S, endpoint: &Uri, form: SecretString) -> Result<(StatusCode, Bytes), TokenFault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let fault = |e: &dyn std::fmt::Display| TokenFault::Endpoint(said(&e.to_string()));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|e| fault(&e))?;
    let path = endpoint.path_and_query().map_or("/", |p| p.as_str());
    let authority = endpoint.authority().map_or("", |a| a.as_str());
    let request = Request::post(path)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .header(header::CONNECTION, "close")
        .body(Full::new(Bytes::from(form.expose_secret().to_owned())))
        .map_err(|e| fault(&e))?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(|e| fault(&e))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER).collect().await.map_err(|e| fault(&e))?;
        Ok((status, body.to_bytes()))
    };
    // The connection must be driven for the answer to come, and may end with it.
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        biased;
        done = &mut answer => done,
        broken = connection => match broken {
            Ok(()) => answer.await,
            Err(e) => Err(fault(&e)),
        },
    }
}
