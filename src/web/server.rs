//! The listener: HTTP/1.1, with bounds that a slow or hungry client runs into (CASEBOOK C30).
//!
//! Excludes: TLS, which belongs to the reverse proxy in front.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::caller::Peer;
use super::desk::{Desk, Web};
use super::router::router;

/// Connections at once; more wait in the kernel's queue. Half of what the system lets us open, if that is less: the other half is the
/// mailboxes', the relay's and the store's (CASEBOOK K06).
const CONNECTIONS_MAX: usize = 512;
/// From the first byte of a request to the end of its header, and between two requests of a connection.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// How long open requests may still take once we are asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves the pages until `shutdown`; requests that run then are finished.
pub async fn serve<D: Desk>(mut listener: TcpListener, web: Web<D>, shutdown: impl Future<Output = ()> + Send) -> std::io::Result<()> {
    let web = Web { listens: Some(listener.local_addr()?), ..web };
    let pages = router(web);
    let (room, tasks, stop) = (Arc::new(Semaphore::new(connections())), TaskTracker::new(), CancellationToken::new());
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        // Listener::accept waits and tries again when file descriptors run out.
        let next = async { (room.clone().acquire_owned().await, Listener::accept(&mut listener).await) };
        let (place, (stream, peer)) = tokio::select! {
            () = &mut shutdown => break,
            next = next => next,
        };
        let talk = talk(stream, pages.clone().layer(Extension(Peer(peer))), stop.clone());
        tasks.spawn(async move {
            talk.await;
            drop(place);
        });
    }
    stop.cancel();
    tasks.close();
    // What takes longer is dropped with the runtime.
    let _ = tokio::time::timeout(GRACE, tasks.wait()).await;
    Ok(())
}

fn connections() -> usize {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    files.map_or(CONNECTIONS_MAX, |files| usize::try_from(files / 2).unwrap_or(CONNECTIONS_MAX).clamp(1, CONNECTIONS_MAX))
}

/// One connection. Its faults are the client's.
async fn talk(stream: TcpStream, pages: Router, stop: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(64 << 10);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(pages));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stop.cancelled() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(fault) = ended {
        tracing::debug!(%fault, "connection");
    }
}
