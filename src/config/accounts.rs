//! Mailboxes and the relay, checked: one proof per account, no password in clear to another machine, no two alike.

use super::base_url::is_loopback;
use super::meant::Check;
use super::secret::Secret;
use super::written::{After, Encryption, Imap, OAuth, Smtp, Written};

/// Checks everything that says how mail comes and goes.
pub fn check(check: &mut Check<'_>, written: &Written) {
    names(check, written);
    for (index, imap) in written.imap.iter().enumerate() {
        mailbox(check, &format!("imap[{index}]"), imap);
    }
    for (index, maildir) in written.maildir.iter().enumerate() {
        let there = check.folder.join(&maildir.path).is_dir();
        check.demand(there, &format!("maildir[{index}].path"), "there is no such folder");
    }
    let delivery = written.delivery.clone().unwrap_or_default();
    if let Some(to) = &delivery.redirect_to {
        check.demand(*to != written.site.address, "delivery.redirect_to", "this is the desk itself: it would write to itself");
        check.warn("delivery.redirect_to", format!("every mail goes to {to} alone: nobody else gets any"));
    }
    match (&written.smtp, &delivery.maildir) {
        (Some(smtp), None) => relay(check, smtp),
        (None, Some(_)) => {}
        (None, None) => check.refuse("smtp", "nothing says how mails leave: a section [smtp] is needed, or [delivery] for trials"),
        (Some(_), Some(_)) => check.refuse("delivery", "[smtp] and [delivery] exclude each other"),
    }
}

/// Every secret that is written, with its key.
pub fn secrets(written: &Written) -> Vec<(String, &Secret)> {
    let mailboxes = written.imap.iter().enumerate().map(|(index, imap)| (format!("imap[{index}]"), &imap.password, &imap.oauth));
    let relay = written.smtp.iter().map(|smtp| ("smtp".to_owned(), &smtp.password, &smtp.oauth));
    mailboxes.chain(relay).flat_map(|(section, password, oauth)| account_secrets(&section, password.as_ref(), oauth.as_ref())).collect()
}

fn account_secrets<'a>(section: &str, password: Option<&'a Secret>, oauth: Option<&'a OAuth>) -> Vec<(String, &'a Secret)> {
    let all = [("password", password), ("oauth.client_secret", oauth.and_then(|oauth| oauth.client_secret.as_ref()))];
    all.into_iter().filter_map(|(key, secret)| Some((format!("{section}.{key}"), secret?))).collect()
}

/// Names are the ledger's: words, each once, and none of those that the ledger uses itself.
fn names(check: &mut Check<'_>, written: &Written) {
    let imap = written.imap.iter().enumerate().map(|(index, imap)| (format!("imap[{index}].name"), imap.name.as_str()));
    let maildir = written.maildir.iter().enumerate().map(|(index, maildir)| (format!("maildir[{index}].name"), maildir.name.as_str()));
    let mut seen: Vec<&str> = vec!["stdin", "page", "spool"];
    for (key, name) in imap.chain(maildir) {
        let word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        check.demand(word, &key, "a name is one word of a-z, 0-9, - and _");
        check.demand(!seen.contains(&name), &key, "this name is taken");
        seen.push(name);
    }
}

fn mailbox(check: &mut Check<'_>, section: &str, imap: &Imap) {
    let at = |key: &str| format!("{section}.{key}");
    check.host(section, &imap.host, imap.security, imap.allow_plaintext);
    check.ca_file(section, imap.ca_file.as_deref());
    let proofs = check.proofs(section, imap.password.is_some(), imap.token_command.as_deref(), imap.oauth.as_ref());
    check.demand(proofs == 1, &at("user"), "exactly one of password, token_command and oauth proves the account");
    let line = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
    check.demand(line(&imap.user), &at("user"), "an account is one line of text");
    check.demand(!imap.folders.is_empty() && imap.folders.iter().all(|folder| line(folder)), &at("folders"), "at least one folder is read");
    if imap.after == After::Move {
        check.demand(line(&imap.archive), &at("archive"), "after = \"move\" needs a folder");
        check.demand(!imap.folders.contains(&imap.archive), &at("archive"), "the archive may not be one of the folders that are read");
    }
    // RFC 2177: servers may drop a client that is silent for 30 minutes.
    check.demand(imap.idle.0.as_secs() <= 29 * 60, &at("idle"), "longer than 29m, when servers may hang up (RFC 2177)");
    check.demand(imap.poll.0.as_secs() >= 1, &at("poll"), "shorter than 1s");
}

fn relay(check: &mut Check<'_>, smtp: &Smtp) {
    check.host("smtp", &smtp.host, smtp.security, false);
    check.ca_file("smtp", smtp.ca_file.as_deref());
    let proofs = check.proofs("smtp", smtp.password.is_some(), smtp.token_command.as_deref(), smtp.oauth.as_ref());
    let expected = usize::from(smtp.user.is_some());
    check.demand(proofs == expected, "smtp.user", "user goes with exactly one of password, token_command and oauth, or all stay away");
    check.demand((1..=20).contains(&smtp.connections), "smtp.connections", "between 1 and 20 connections");
    let name = |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.[]:".contains(&b));
    check.demand(smtp.hello.as_ref().is_none_or(name), "smtp.hello", "a host name like \"desk.example.org\"");
}

impl Check<'_> {
    fn host(&mut self, section: &str, host: &str, security: Encryption, allow_plaintext: bool) {
        let name = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/');
        self.demand(name, &format!("{section}.host"), "a host is a name or an address, without port");
        let protected = security != Encryption::Plain || allow_plaintext || is_loopback(host);
        let reason =
            "without TLS, passwords and mails could be read on their way; use \"tls\" or \"starttls\", or say allow_plaintext = true";
        self.demand(protected, &format!("{section}.security"), reason);
    }

    fn ca_file(&mut self, section: &str, path: Option<&std::path::Path>) {
        let fault = path.and_then(|path| crate::tls::client_config(Some(&self.folder.join(path))).err());
        if let Some(fault) = fault {
            self.refuse(&format!("{section}.ca_file"), fault.to_string());
        }
    }

    /// How many proofs of the account are written; each is checked by itself.
    fn proofs(&mut self, section: &str, password: bool, command: Option<&[String]>, oauth: Option<&OAuth>) -> usize {
        if let Some(command) = command {
            let named = command.first().is_some_and(|program| !program.is_empty());
            self.demand(named, &format!("{section}.token_command"), "a program and its arguments, like [\"/usr/bin/token\", \"desk\"]");
        }
        if let Some(oauth) = oauth {
            if let Err(reason) = super::base_url::check(&oauth.token_url) {
                self.refuse(&format!("{section}.oauth.token_url"), reason);
            }
            let proven = oauth.refresh_token_file.is_some() || oauth.client_secret.is_some();
            self.demand(proven, &format!("{section}.oauth"), "a refresh_token_file or a client_secret is needed");
        }
        usize::from(password) + usize::from(command.is_some()) + usize::from(oauth.is_some())
    }
}
