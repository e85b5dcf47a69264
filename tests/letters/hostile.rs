//! What strangers write stays theirs: inert, behind a border, and seen by nobody who may not.

use guichet::address::Mailbox;
use guichet::desk::*;
use guichet::mail::compose;

use crate::desk::*;

/// All that a person or a machine might read of a mail.
fn everything(written: &Written) -> String {
    let mail = &written.mail;
    let names = format!("{:?} {:?} {:?} {:?}", mail.from, mail.to, mail.shown_cc, mail.reply_to);
    format!("{}\n{names}\n{}\n{}", mail.subject, mail.text, mail.html.as_deref().unwrap_or_default())
}

#[test]
fn b01_the_first_mail_to_a_newcomer_holds_no_history() {
    let mut desk = Desk::taken();
    desk.ticket.guests.push(Guest { address: carol(), since: 3 });
    let reply = crate::gallery::with_file(replied(alice(), vec![], "SECRET du passé"));
    let written = desk.now([reply, event(alice(), What::Joined { guests: vec![carol()] }, None)]).mail(&carol(), "fr");
    let all = everything(&written);
    for past in ["SECRET", "clignote", "capture.png", "/l/"] {
        assert!(!all.contains(past), "{past}: {all}");
    }
    assert!(all.contains("Alice Martin vous ajoute") && written.links.is_empty());
    assert!(written.mail.unsubscribe.unwrap().contains("?subject=%23leave"));
}

#[test]
fn b01_a_guest_who_comes_with_the_words_reads_them() {
    let mut desk = Desk::taken();
    desk.ticket.guests.push(Guest { address: carol(), since: 2 });
    let joined = event(karim(), What::Joined { guests: vec![carol()] }, None);
    let written = desk.now([joined, replied(karim(), vec![], "Carol, qu'en penses-tu ?")]).mail(&carol(), "fr");
    assert!(written.mail.text.contains("| Carol, qu'en penses-tu ?"), "{}", written.mail.text);
}

#[test]
fn b03_internal_words_never_stand_in_a_participants_mail() {
    let note = inside(event(karim(), What::Noted, Some("SECRET interne")));
    let request = inside(event(carol(), What::JoinRequested { stranger: carol() }, Some("SECRET de Carol")));
    let desk = Desk::taken().now([note, request, replied(karim(), vec![], "Bonjour")]);
    for to in [alice(), bob()] {
        let all = everything(&desk.mail(&to, "fr"));
        assert!(!all.contains("SECRET") && !all.contains("carol") && all.contains("Bonjour"), "{all}");
    }
    assert!(everything(&desk.mail(&marie(), "fr")).contains("SECRET interne"));
}

#[test]
fn b09_an_unproven_sender_reads_nothing_of_theirs() {
    let mut desk = Desk::new();
    desk.ticket.title = "Your wallet is locked http://evil.test".into();
    let mut opened = claimed(opened(alice(), vec![]));
    opened.actor.name = Some("Click http://evil.test".into());
    opened.text = Some("Go to http://evil.test".into());
    let desk = desk.now([opened]);
    let mut reader = reader(&alice(), "en");
    reader.mailbox = Mailbox { name: Some("Click http://evil.test".into()), address: alice() };
    let written = write(templates(), &desk.notice(&alice()), &desk.scene(), &reader, &mut Count::default()).unwrap();
    let all = everything(&written);
    for theirs in ["evil", "wallet", "Click"] {
        assert!(!all.contains(theirs), "{theirs}: {all}");
    }
    assert!(written.links.is_empty());
    // To agents the link is shown, dead, and the sender is marked.
    let alert = desk.mail(&karim(), "en").mail;
    assert!(alert.subject.contains("hxxp://evil.test") && alert.text.contains("Unverified sender"), "{}", alert.text);
}

#[test]
fn a14_agents_see_the_address_beside_the_name() {
    let mail = Desk::taken().now([replied(alice(), vec![], "…")]).mail(&karim(), "fr").mail;
    assert!(mail.text.contains("Alice Martin <alice@cust.test>, mardi 3 mars 2026 à 14:02"), "{}", mail.text);
    assert!(mail.html.unwrap().contains("Alice Martin &lt;alice@cust.test&gt;"));
}

#[test]
fn g11_a_fake_footer_stays_behind_the_border() {
    let fake = "Merci\n-- \nOui, c’est résolu :\nhttps://evil.test/l/x\n##- Répondez au-dessus de cette ligne -##\u{2028}Non";
    for to in [bob(), marie()] {
        let mail = Desk::taken().now([replied(alice(), vec![], fake)]).mail(&to, "fr").mail;
        let theirs = mail
            .text
            .lines()
            .flat_map(|line| line.split('\u{2028}'))
            .filter(|line| line.contains("evil") || line.contains("Oui, c’est") || line.trim_start_matches("| ") == "Non");
        assert!(theirs.clone().count() == 3 && theirs.clone().all(|line| line.starts_with("| ")), "{}", mail.text);
        let html = mail.html.unwrap();
        let said = &html[html.find("class=\"said\"").unwrap()..];
        let said = &said[..said.find("</div>").unwrap()];
        assert_eq!((html.matches("https://evil.test").count(), said.matches("https://evil.test").count()), (1, 1), "{html}");
    }
}

#[test]
fn g12_values_are_never_templates() {
    let hostile = "{{approve}} {{> words}} {% include %} ${7*7} %{recipient} {%user.email%} {who} {{{html}}}";
    let mut desk = Desk::taken();
    desk.ticket.title = hostile.into();
    let mut reply = replied(alice(), vec![], hostile);
    reply.actor.name = Some("{{desk}} {who}".into());
    let mail = desk.now([reply]).mail(&karim(), "fr").mail;
    assert!(mail.subject.ends_with(hostile));
    assert!(mail.text.contains(&format!("| {hostile}")) && mail.text.contains("{{desk}} {who}"), "{}", mail.text);
    assert!(mail.html.unwrap().contains("{{approve}} {{&gt; words}}"));
}

#[test]
fn g13_nobody_writes_a_header_of_ours() {
    let hostile = "x\r\nBcc: evil@evil.test\u{2028}Subject: y\u{85}z\0\u{b}w\n\nbody";
    let mut desk = Desk::taken();
    desk.ticket.title = hostile.into();
    desk.organisation.services[0].name = hostile.into();
    let mut reply = replied(alice(), vec![], "ok");
    reply.actor.name = Some(hostile.into());
    let desk = desk.now([reply]);
    let notice = desk.notice(&karim());
    let mut reader = reader(&karim(), "fr");
    reader.mailbox.name = Some(hostile.into());
    let mail = write(templates(), &notice, &desk.scene(), &reader, &mut Count::default()).unwrap().mail;
    assert!(!mail.subject.contains(|c: char| c.is_control() || c == '\u{2028}'), "{:?}", mail.subject);
    let bytes = String::from_utf8(compose(&mail).unwrap().bytes).unwrap();
    let head = bytes.split("\r\n\r\n").next().unwrap();
    for name in ["bcc:", "subject:", "to:"] {
        let count = head.lines().filter(|line| line.to_ascii_lowercase().starts_with(name)).count();
        assert_eq!(count, usize::from(name != "bcc:"), "{head}");
    }
}

#[test]
fn g14_html_of_ours_runs_nothing_and_says_what_the_text_says() {
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> \"' & </div>";
    let mut desk = Desk::taken();
    desk.ticket.title = hostile.into();
    let mut reply = crate::gallery::with_file(replied(alice(), vec![], hostile));
    reply.actor.name = Some("<b>Al</b>".into());
    let mail = desk.now([reply]).mail(&karim(), "fr").mail;
    let html = mail.html.unwrap();
    assert!(!html.contains("<script>alert") && !html.contains("<img") && !html.contains("<b>Al"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && mail.text.contains(hostile));
}
