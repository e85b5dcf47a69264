//! Tokens from programs and endpoints.

use std::sync::{Arc, Mutex};

use guichet::intake::oauth::{CommandSource, EndpointSource, Grant, RefreshFile, TokenFault, TokenSource};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A token endpoint on loopback that gives these answers in turn, and remembers the forms.
async fn endpoint(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token?v=2", listener.local_addr().unwrap());
    let forms = Arc::new(Mutex::new(Vec::new()));
    let kept = forms.clone();
    tokio::spawn(async move {
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let (mut length, mut line) = (0, String::new());
            while stream.read_line(&mut line).await.unwrap() > 2 {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut form = vec![0; length];
            stream.read_exact(&mut form).await.unwrap();
            kept.lock().unwrap().push(String::from_utf8(form).unwrap());
            stream.get_mut().write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, forms)
}

/// An answer with a length.
fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// An answer in two chunks.
fn chunked(body: &str) -> String {
    let (a, b) = body.split_at(body.len() / 2);
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{a}\r\n{:x}\r\n{b}\r\n0\r\n\r\n", a.len(), b.len())
}

fn text(token: Result<SecretString, TokenFault>) -> String {
    token.unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn a_refresh_token_is_rotated_before_it_is_used() {
    let (url, forms) = endpoint(vec![
        answer("200 OK", r#"{"access_token":"one","token_type":"Bearer","refresh_token":"second one"}"#),
        chunked(r#"{"access_token":"two","expires_in":"3600","more":[1]}"#),
    ])
    .await;
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("refresh");
    std::fs::write(&file, "first\n").unwrap();
    let source = EndpointSource::new(&url, "guichet", Grant::Refresh(RefreshFile::new(&file))).unwrap().with_scope("a b");
    assert_eq!(text(source.token().await), "one");
    assert_eq!(text(source.token().await), "one", "kept until refused");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "second one\n");
    source.refused().await;
    assert_eq!(text(source.token().await), "two");
    let forms = forms.lock().unwrap();
    assert_eq!(forms[0], "grant_type=refresh_token&refresh_token=first&client_id=guichet&scope=a%20b");
    assert_eq!(forms[1], "grant_type=refresh_token&refresh_token=second%20one&client_id=guichet&scope=a%20b");
}

#[tokio::test]
async fn client_credentials_are_enough_for_an_application() {
    let (url, forms) = endpoint(vec![answer("200 OK", r#"{"access_token":"app","expires_in":60}"#)]).await;
    let source =
        EndpointSource::new(&url, "guichet", Grant::ClientCredentials).unwrap().with_secret(SecretString::from("s&cret".to_owned()));
    assert_eq!(text(source.token().await), "app");
    assert_eq!(*forms.lock().unwrap(), ["grant_type=client_credentials&client_id=guichet&client_secret=s%26cret"]);
}

#[tokio::test]
async fn refusals_and_rubbish_are_told_apart() {
    let (url, _) = endpoint(vec![
        answer("400 Bad Request", r#"{"error":"invalid_grant","error_description":"token\r\nrevoked"}"#),
        answer("200 OK", "<html></html>"),
        answer("302 Found", "{}"),
        "rubbish\r\n\r\n".into(),
        String::new(),
    ])
    .await;
    let source = EndpointSource::new(&url, "guichet", Grant::ClientCredentials).unwrap();
    let refused = source.token().await.unwrap_err();
    assert!(matches!(&refused, TokenFault::Refused(words) if words == "invalid_grant token\\r\\nrevoked"), "{refused}");
    for _ in 0..4 {
        let fault = source.token().await.unwrap_err();
        assert!(matches!(fault, TokenFault::Endpoint(_)), "{fault}");
    }
}

#[tokio::test]
async fn an_endpoint_must_be_https_or_loopback() {
    for (url, why) in [("ftp://127.0.0.1/", "not https"), ("/token", "no host")] {
        let fault = EndpointSource::new(url, "guichet", Grant::ClientCredentials).unwrap().token().await.unwrap_err();
        assert!(fault.to_string().contains(why), "{fault}");
    }
}

#[tokio::test]
async fn a_command_gives_the_first_line_and_is_run_again_when_refused() {
    let dir = TempDir::new().unwrap();
    let count = dir.path().join("count");
    let script = format!("echo x >> '{0}'; echo token$(wc -l < '{0}'); echo more", count.display());
    let source = CommandSource::new("/bin/sh", vec!["-c".into(), script]);
    assert_eq!(text(source.token().await), "token1");
    assert_eq!(text(source.token().await), "token1");
    source.refused().await;
    assert_eq!(text(source.token().await), "token2");
}

#[tokio::test]
async fn a_command_that_fails_gives_no_token_and_shows_none() {
    for script in ["echo secret; exit 3", "echo", "printf 'two words'", "true"] {
        let fault = CommandSource::new("/bin/sh", vec!["-c".into(), script.into()]).token().await.unwrap_err();
        assert!(!fault.to_string().contains("secret") && !fault.to_string().contains("words"), "{fault}");
    }
    assert!(CommandSource::new("/nowhere/token", vec![]).token().await.is_err());
}
