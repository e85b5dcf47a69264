//! Our own check of signatures, with keys from a table instead of the world's names.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use guichet::gateway::Handle;
use guichet::ports::{Arrival, Keeper, Origin};
use guichet::signatures::{Answer, Checker, Names};
use guichet::site::{Site, Trust};
use guichet::store::{Disposition, Handled};
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;

use crate::world::{Mail, Sent, World, is, site};

const ALL: [&str; 5] = ["From", "To", "Subject", "Date", "Message-ID"];

/// The names of the world: what each says, and how often anybody asked.
#[derive(Clone, Default)]
struct Table {
    says: Arc<Mutex<BTreeMap<String, Answer>>>,
    asked: Arc<AtomicUsize>,
    silent: bool,
}

impl Names for Table {
    async fn texts(&self, name: &str) -> (Answer, Duration) {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.silent {
            pending::<()>().await;
        }
        let answer = self.says.lock().unwrap().get(name).cloned().unwrap_or(Answer::Nothing);
        (answer, Duration::from_secs(300))
    }
}

/// Somebody who signs for a domain.
struct Signer {
    key: Vec<u8>,
    domain: &'static str,
}

impl Signer {
    /// A new key, published.
    fn publishes(table: &Table, domain: &'static str) -> Signer {
        let key = Ed25519Key::generate_pkcs8().unwrap();
        let public = Ed25519Key::from_pkcs8_der(&key).unwrap().public_key();
        let record = format!("v=DKIM1; k=ed25519; p={}", base64::engine::general_purpose::STANDARD.encode(public));
        table.says.lock().unwrap().insert(format!("s1._domainkey.{domain}."), Answer::Texts(vec![record.into_bytes()]));
        Signer { key, domain }
    }

    fn signs(&self, raw: &str, headers: &[&str]) -> String {
        let wire = raw.replace('\n', "\r\n");
        let signer = DkimSigner::from_key(Ed25519Key::from_pkcs8_der(&self.key).unwrap());
        let signer = signer.domain(self.domain).selector("s1").headers(headers.iter().copied());
        let signature = signer.sign(wire.as_bytes()).unwrap().to_header();
        format!("{}{raw}", signature.replace("\r\n", "\n"))
    }
}

fn checked_site() -> Site {
    Site { trust: Trust { check_signatures: true, ..site().trust }, ..site() }
}

fn checking(table: &Table) -> World {
    let table = table.clone();
    World::with(checked_site()).checking(Arc::new(Checker::new(|| Ok(table)).unwrap()))
}

/// T1 by alice with bob, taken by ag1.
fn taken(table: &Table) -> (World, Sent) {
    let mut world = checking(table);
    world.receives(&Mail::new("alice@cust.test").cc("bob@cust.test"));
    let alert = world.sent().into_iter().find(|sent| sent.to == "ag1@desk.test").unwrap();
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre"));
    world.sent();
    (world, alert)
}

fn reply(world: &World, person: &str) -> String {
    let root = world.ticket(1).root_message_id.unwrap();
    Mail::new(person).reply_to_id(&root).text("Elle fume encore.").unproven().raw(world.now())
}

fn told(handled: &Handled) -> String {
    format!("{} {}", handled.trace["level"], handled.trace["evidence"])
}

#[test]
fn p33_a_signature_of_the_authors_domain_proves_them() {
    let table = Table::default();
    let signer = Signer::publishes(&table, "cust.test");
    let (mut world, _) = taken(&table);
    let asked = table.asked.load(Ordering::SeqCst);
    let handled = world.receives_raw(&signer.signs(&reply(&world, "alice@cust.test"), &ALL));
    assert!(is(&handled, Disposition::Attached, "reply"), "{}", told(&handled));
    assert!(told(&handled).starts_with("\"proven\"") && told(&handled).contains("dkim=pass header.d=cust.test header.s=s1"));
    assert!(world.recipients().contains(&"bob@cust.test".to_owned()));
    // A domain above speaks for those below; the answer is remembered.
    let root = world.ticket(1).root_message_id.unwrap();
    let below = Mail::new("bob@paris.cust.test").reply_to_id(&root).unproven().raw(world.now());
    let handled = world.receives_raw(&signer.signs(&below, &ALL));
    assert!(told(&handled).starts_with("\"proven\""), "{}", told(&handled));
    assert_eq!((asked, table.asked.load(Ordering::SeqCst)), (0, 1), "mails that are decided ask nobody, and each name is asked once");
}

#[test]
fn a33_a_signature_that_broke_on_its_way_proves_nothing_and_disproves_nothing() {
    let table = Table::default();
    let signer = Signer::publishes(&table, "cust.test");
    let (mut world, _) = taken(&table);
    let signed = signer.signs(&reply(&world, "alice@cust.test"), &ALL);
    // A list added its footer.
    let handled = world.receives_raw(&format!("{signed}\n-- \nListe des utilisateurs\n"));
    assert!(is(&handled, Disposition::Attached, "unverified"), "{}", told(&handled));
    assert!(told(&handled).contains("claimed") && told(&handled).contains("dkim=neutral header.d=cust.test"), "{}", told(&handled));
    world.sent();
    // Where our own server says that it failed, no signature is asked for: it waits, and one press lets it in.
    let before = table.asked.load(Ordering::SeqCst);
    let root = world.ticket(1).root_message_id.unwrap();
    let failing = Mail::new("alice@cust.test").reply_to_id(&root).text("Par la liste.").failing().raw(world.now());
    assert!(is(&world.receives_raw(&signer.signs(&failing, &ALL)), Disposition::Held, "sender-check-failed"));
    assert!(world.recipients().iter().all(|to| to.ends_with("@desk.test")));
    assert_eq!(table.asked.load(Ordering::SeqCst), before);
}

#[test]
fn a01_others_signatures_and_altered_words_prove_nobody() {
    let table = Table::default();
    let (ours, evil) = (Signer::publishes(&table, "cust.test"), Signer::publishes(&table, "evil.test"));
    let below = Signer::publishes(&table, "www.cust.test");
    let (mut world, _) = taken(&table);
    let plain = |world: &World| reply(world, "alice@cust.test");
    let cases = [
        evil.signs(&plain(&world), &ALL),
        below.signs(&plain(&world), &ALL),
        ours.signs(&plain(&world), &ALL).replace("Subject: ", "Subject: Urgent "),
        ours.signs(&plain(&world), &ALL).replace("alice@cust.test\n", "bob@cust.test\n"),
        ours.signs(&plain(&world), &ALL).replace("Elle fume", "Payez"),
        ours.signs(&plain(&world), &ALL).replace("; a=ed25519-sha256", "; l=5; a=ed25519-sha256"),
    ];
    for raw in cases {
        let handled = world.receives_raw(&raw.replace("Message-ID: <m", &format!("Message-ID: <n{}", world.now())));
        assert!(!told(&handled).contains("proven"), "{}\n{raw}", told(&handled));
    }
    assert!(world.recipients().iter().all(|to| to.ends_with("@desk.test")));
}

#[test]
fn a32_d08_a_signature_that_leaves_something_out_is_enough_for_a_comment_and_not_for_an_agent() {
    let table = Table::default();
    let (cust, desk) = (Signer::publishes(&table, "cust.test"), Signer::publishes(&table, "desk.test"));
    let (mut world, _) = taken(&table);
    let handled = world.receives_raw(&cust.signs(&reply(&world, "alice@cust.test"), &["From", "Date"]));
    assert!(is(&handled, Disposition::Attached, "reply") && told(&handled).contains("leaves something out"), "{}", told(&handled));
    let half = desk.signs(&reply(&world, "ag1@desk.test"), &["From", "Date"]);
    assert!(is(&world.receives_raw(&half), Disposition::Held, "agent-not-proven"));
    world.sent();
    // One more subject in front of the signed one.
    let twice = format!("Subject: #clore\n{}", desk.signs(&reply(&world, "ag1@desk.test"), &ALL));
    assert!(is(&world.receives_raw(&twice), Disposition::Held, "agent-not-proven"));
    let whole = desk.signs(&reply(&world, "ag1@desk.test"), &ALL);
    assert!(is(&world.receives_raw(&whole), Disposition::Attached, "reply"));
    assert!(world.recipients().contains(&"alice@cust.test".to_owned()));
}

/// One mail, signed with a key of each length: what is refused is the length, not the signature.
#[test]
fn d08_a_key_of_512_bits_proves_nothing() {
    let table = Table::default();
    let publish = |selector: &str, record: &str| {
        let answer = Answer::Texts(vec![record.trim_end().as_bytes().to_vec()]);
        table.says.lock().unwrap().insert(format!("{selector}._domainkey.cust.test."), answer);
    };
    publish("k512", include_str!("signed/rsa512.key"));
    publish("k1024", include_str!("signed/rsa1024.key"));
    let short = checking(&table).receives_raw(include_str!("signed/rsa512.eml"));
    assert!(!told(&short).contains("proven") && !told(&short).contains("dkim=pass"), "{}", told(&short));
    let long = checking(&table).receives_raw(include_str!("signed/rsa1024.eml"));
    assert!(told(&long).starts_with("\"proven\"") && told(&long).contains("dkim=pass"), "{}", told(&long));
}

/// The key and the signature are right: what is refused is the length of the record.
#[test]
fn k07_a_key_that_is_longer_than_any_proves_nothing() {
    for (note, proves) in [(100, true), (4_000, false)] {
        let table = Table::default();
        let record = format!("{}; n={}", include_str!("signed/rsa1024.key").trim_end(), "x".repeat(note));
        table.says.lock().unwrap().insert("k1024._domainkey.cust.test.".into(), Answer::Texts(vec![record.into_bytes()]));
        let handled = checking(&table).receives_raw(include_str!("signed/rsa1024.eml"));
        assert_eq!(told(&handled).starts_with("\"proven\""), proves, "{}", told(&handled));
    }
}

#[test]
fn a32_a_pass_by_spf_alone_is_enough_for_a_comment_and_not_for_an_agent() {
    let table = Table::default();
    let desk = Signer::publishes(&table, "desk.test");
    let (mut world, alert) = taken(&table);
    let by_way = |world: &World, person: &str, text: &str| {
        let domain = person.split_once('@').unwrap().1;
        let root = world.ticket(1).root_message_id.unwrap();
        let raw = Mail::new(person).reply_to_id(&root).text(text).unproven().raw(world.now());
        format!("Authentication-Results: mx.desk.test; spf=pass smtp.mailfrom={domain}; dkim=none; dmarc=pass header.from={domain}\n{raw}")
    };
    let comment = world.receives_raw(&by_way(&world, "alice@cust.test", "Encore en panne."));
    assert!(is(&comment, Disposition::Attached, "reply"), "{}", told(&comment));
    world.sent();
    for text in ["Voici le lien : http://evil.test", "#clore\n\nC'est fait."] {
        let handled = world.receives_raw(&by_way(&world, "ag1@desk.test", text));
        assert!(is(&handled, Disposition::Held, "agent-not-proven"), "{}", told(&handled));
    }
    assert!(!world.recipients().contains(&"alice@cust.test".to_owned()));
    assert_eq!(world.status(1), "in_progress");
    // What was mailed to this very agent proves them, and so does a signature.
    let raw = by_way(&world, "ag1@desk.test", "J'arrive.").replace("To: support@desk.test", &format!("To: {}", alert.reply_to));
    assert!(is(&world.receives_raw(&raw), Disposition::Attached, "reply"));
    let signed = desk.signs(&by_way(&world, "ag1@desk.test", "Je suis là."), &ALL);
    assert!(is(&world.receives_raw(&signed), Disposition::Attached, "reply"));
}

#[test]
fn p33_names_that_cannot_be_asked_now_are_no_failure() {
    let table = Table::default();
    let signer = Signer::publishes(&table, "cust.test");
    table.says.lock().unwrap().insert("s1._domainkey.cust.test.".into(), Answer::Later);
    let (mut world, _) = taken(&table);
    let handled = world.receives_raw(&signer.signs(&reply(&world, "alice@cust.test"), &ALL));
    assert!(is(&handled, Disposition::Attached, "unverified") && told(&handled).contains("dkim=temperror"), "{}", told(&handled));
    // A key that was withdrawn, and one that nobody can read.
    for answer in
        [Answer::Nothing, Answer::Texts(vec![b"v=DKIM1; p=".to_vec()]), Answer::Texts(vec![vec![0xff; 300]]), Answer::Texts(vec![])]
    {
        let table = Table::default();
        let signer = Signer::publishes(&table, "cust.test");
        table.says.lock().unwrap().insert("s1._domainkey.cust.test.".into(), answer.clone());
        let (mut world, _) = taken(&table);
        let handled = world.receives_raw(&signer.signs(&reply(&world, "alice@cust.test"), &ALL));
        assert!(is(&handled, Disposition::Attached, "unverified"), "{answer:?} {}", told(&handled));
    }
}

#[test]
fn k07_a_mail_with_a_thousand_signatures_asks_for_few_names() {
    let table = Table::default();
    let (mut world, _) = taken(&table);
    let raw = reply(&world, "alice@cust.test");
    let forged = |number: usize| format!("DKIM-Signature: v=1; a=rsa-sha256; d=cust.test; s=s{number}; h=from; bh=YQ==; b=YQ==\n");
    let many: String = (0..1000).map(forged).collect();
    world.receives_raw(&format!("{many}{raw}"));
    assert!(table.asked.load(Ordering::SeqCst) <= guichet::signatures::SIGNATURES_MAX);
}

fn arrival(uid: u32, raw: &str) -> Arrival {
    let origin = Origin { mailbox: "support".into(), folder: "INBOX".into(), epoch: 1, uid, name: String::new() };
    let received_at = jiff::Timestamp::now();
    Arrival::new(origin, received_at, raw.replace('\n', "\r\n").into_bytes())
}

/// Mails that nothing else decides wait for their names; all others pass them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k07_a_silent_name_server_holds_up_nobody_else() {
    let table = Table { silent: true, ..Table::default() };
    let signer = Signer::publishes(&table, "cust.test");
    let folder = tempfile::tempdir().unwrap();
    let store = guichet::store::sqlite::Sqlite::open(&folder.path().join("guichet.db")).unwrap();
    let asked = table.asked.clone();
    let checker: Arc<dyn guichet::ports::Signatures> = Arc::new(Checker::new(|| Ok(table)).unwrap());
    let world = World::bare(checked_site(), store).checking(checker);
    let mut gateway = world.gateway;
    gateway.apply_organisation(crate::world::organisation()).unwrap();
    let readers = gateway.store().readers(1).unwrap();
    let (handle, _) = Handle::start(gateway, readers).unwrap();
    let waits = signer.signs(&Mail::new("bob@cust.test").unproven().raw(0), &ALL);
    let passes = Mail::new("alice@cust.test").raw(0);
    let kept = handle.keep(vec![arrival(1, &waits), arrival(2, &passes)]).await.unwrap();
    let handled = |at: usize| {
        let (handle, instance) = (handle.clone(), kept[at].instance);
        async move { handle.look(move |reads| reads.instance(instance).unwrap().unwrap().handled.is_some()).await.unwrap() }
    };
    let passed = async {
        while !handled(1).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(4), passed).await.expect("the mail that is decided passed the one that waits");
    assert!(!handled(0).await && asked.load(Ordering::SeqCst) <= 1);
}
