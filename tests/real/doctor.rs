//! `guichet doctor` before a real Dovecot and an SMTP server that hands over what it gets.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;

use crate::{Desk, USER, stop};

fn doctor(desk: &Desk, more: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, .. } = desk.command(&[&["doctor", "--no-dns"], more].concat()).output().unwrap();
    (status.code(), String::from_utf8_lossy(&stdout).into_owned())
}

#[test]
fn row86_everything_is_well_beside_a_running_daemon() {
    let desk = Desk::new();
    let child = desk.run();
    let (code, said) = doctor(&desk, &[]);
    stop(child);
    assert_eq!(code, Some(0), "{said}");
    for line in
        ["ok     daemon:", "ok     IMAP support: signed in", "IDLE", "ok     relay: signed in", "ok     pages:", "undamaged", "0 broken"]
    {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn row86_what_is_broken_is_said_with_what_to_do() {
    let desk = Desk::new();
    let file = desk.folder.path().join("guichet.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("password = \"sesame\"", "password = \"other\"");
    std::fs::write(&file, text.replace(&format!("port = {}\nsecurity", desk.sink.port), "port = 1\nsecurity")).unwrap();
    let (code, said) = doctor(&desk, &[]);
    assert_eq!(code, Some(1), "{said}");
    for line in ["BROKEN IMAP support: login refused", "BROKEN relay: 127.0.0.1:1", "BROKEN pages:", "-> see user and password"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let (_, json) = doctor(&desk, &["--json"]);
    let findings: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(findings.iter().any(|finding| finding["about"] == "relay" && finding["state"] == "broken"), "{json}");
}

/// One mail by SMTP; its octets.
fn takes(listener: &TcpListener) -> Vec<u8> {
    loop {
        let (mut stream, _) = listener.accept().unwrap();
        if let Some(mail) = serves(&mut stream) {
            return mail;
        }
    }
}

/// None: whoever connected sent nothing.
fn serves(stream: &mut TcpStream) -> Option<Vec<u8>> {
    stream.write_all(b"220 relay\r\n").unwrap();
    let (mut mail, mut data) = (None::<Vec<u8>>, false);
    for line in BufReader::new(stream.try_clone().unwrap()).split(b'\n').map_while(Result::ok) {
        let line = [line.as_slice(), b"\n"].concat();
        let said: &[u8] = match line.get(..4) {
            _ if data && line == b".\r\n" => {
                data = false;
                b"250 ok\r\n"
            }
            _ if data => {
                mail.get_or_insert_default().extend_from_slice(&line);
                continue;
            }
            Some(b"DATA") => {
                data = true;
                b"354 go\r\n"
            }
            Some(b"QUIT") => {
                stream.write_all(b"221 bye\r\n").unwrap();
                break;
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(said).unwrap();
    }
    mail
}

#[test]
fn l16_row86_a_mail_that_comes_back_tells_of_tags_and_of_forged_verdicts() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let file = desk.folder.path().join("guichet.toml");
    let port = listener.local_addr().unwrap().port();
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replace(&format!("port = {}\nsecurity", desk.sink.port), &format!("port = {port}\nsecurity"));
    std::fs::write(&file, text.replace("[trust]\n", "[trust]\nauthserv_ids = [\"mx.desk.test\"]\n")).unwrap();
    desk.command(&["ticket", "list"]).output().unwrap();
    // The key is made with the state.
    assert!(desk.command(&["org", "apply"]).output().unwrap().status.success());
    let trip = desk.command(&["doctor", "--no-dns", "--round-trip"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mail = takes(&listener);
    let text = String::from_utf8_lossy(&mail).into_owned();
    assert!(text.contains("To: <support+doctor@desk.test>") || text.contains("support+doctor@desk.test"), "{text}");
    assert!(text.starts_with("Authentication-Results: mx.desk.test; dkim=pass"), "{text}");
    desk.server.deliver(USER, &mail);
    let said = String::from_utf8_lossy(&trip.wait_with_output().unwrap().stdout).into_owned();
    assert!(said.contains("ok     round trip: a mail to the desk arrived in INBOX, at an address with a tag"), "{said}");
    assert!(said.contains("BROKEN trust: a forged Authentication-Results field arrived"), "{said}");
}
