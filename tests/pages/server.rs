//! The listener, over real sockets.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::desk::Behind;
use crate::stories::opened;

/// Pages on a free port of loopback, until told to stop.
pub struct Served {
    pub port: u16,
    stop: Arc<Notify>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

pub async fn serve(desk: &Behind) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, stop) = (listener.local_addr().unwrap().port(), Arc::new(Notify::new()));
    let (web, stopped) = (desk.web(), stop.clone());
    let task = tokio::spawn(async move { guichet::web::serve(listener, web, async move { stopped.notified().await }).await });
    Served { port, stop, task }
}

impl Served {
    pub async fn stop(self) {
        self.stop.notify_one();
        self.task.await.unwrap().unwrap();
    }

    async fn says(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

#[tokio::test]
async fn c16_on_loopback_its_own_names_are_good_hosts() {
    let story = opened();
    let served = serve(&story.desk).await;
    let port = served.port;
    for (host, status) in [
        (format!("127.0.0.1:{port}"), "200"),
        (format!("localhost:{port}"), "200"),
        ("desk.test".into(), "200"),
        ("evil.test".into(), "421"),
        (format!("127.0.0.1:{}", port ^ 1), "421"),
    ] {
        let answer = served.says(&format!("GET {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", story.page)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
    let none = served.says("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert!(none.starts_with("HTTP/1.1 4"), "{none}");
    let two = served.says("GET / HTTP/1.1\r\nHost: desk.test\r\nHost: evil.test\r\nConnection: close\r\n\r\n").await;
    assert!(two.starts_with("HTTP/1.1 4"), "{two}");
    served.stop().await;
}

#[tokio::test]
async fn p63_a_watcher_of_this_machine_reads_the_numbers_and_nobody_else() {
    let story = opened();
    let served = serve(&story.desk).await;
    let ask = |more: &str| format!("GET /metrics HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n{more}\r\n", served.port);
    let numbers = served.says(&ask("")).await;
    assert!(numbers.starts_with("HTTP/1.1 200") && numbers.contains("\nguichet_mails{outcome=\"new\"} 1\n"), "{numbers}");
    assert!(numbers.contains("# TYPE guichet_outbox_late_seconds gauge") && !numbers.contains("cust.test"), "{numbers}");
    let through = served.says(&ask("X-Forwarded-For: 127.0.0.1\r\n")).await;
    assert!(through.starts_with("HTTP/1.1 404"), "{through}");
    served.stop().await;
}

/// Connections that say nothing, or half of something, take a place for a moment: mail goes on, and pages come back.
#[test]
fn c30_silent_connections_make_room_and_mail_goes_on() {
    use std::io::Write;
    let mut program = crate::program::Program::start();
    let connect = || std::net::TcpStream::connect(("127.0.0.1", program.port)).unwrap();
    let silent: Vec<_> = (0..300).map(|_| connect()).collect();
    let mut slow: Vec<_> = (0..260).map(|_| connect()).collect();
    slow.iter_mut().for_each(|stream| stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nA: ").unwrap());
    program.receives(crate::life::REQUEST);
    program.mail_to("alice@cust.test", "Plus de wifi au 3e");
    assert_eq!(program.request("GET", "/sign-in"), 200);
    drop((silent, slow));
}

#[tokio::test]
async fn a_stop_waits_for_nobody_who_is_idle() {
    let story = opened();
    let served = serve(&story.desk).await;
    let _idle = TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
    let home = served.says("GET / HTTP/1.1\r\nHost: desk.test\r\nConnection: close\r\n\r\n").await;
    assert!(home.contains("Support"));
    tokio::time::timeout(std::time::Duration::from_secs(8), served.stop()).await.unwrap();
}
