//! How each mail reads: headers that matter and the text part, in both languages.

use guichet::mail::Outgoing;

use crate::gallery::gallery;

/// What a person and a mail program see of a mail.
fn shown(mail: &Outgoing) -> String {
    let name = |mailbox: &guichet::address::Mailbox| format!("{} <{}>", mailbox.name.as_deref().unwrap_or("-"), mailbox.address);
    let marks = format!("{:?}{}", mail.auto, if mail.unsubscribe.is_some() { ", List-Unsubscribe" } else { "" });
    format!("From: {}\nTo: {}\nSubject: {}\nMarks: {marks}\n\n{}", name(&mail.from), name(&mail.to), mail.subject, mail.text)
}

#[test]
fn each_mail_reads_well() {
    for picture in gallery() {
        let both = [picture.written("fr"), picture.written("en")].map(|written| shown(&written.mail));
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(picture.notice.kind.word(), both.join("\n\n===== English =====\n\n"));
        });
    }
}
