//! Mails that people write.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// How the receiving server judged a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    Pass,
    Fail,
    Nothing,
}

/// A mail that somebody writes.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub subject: String,
    pub text: String,
    pub id: Option<String>,
    pub checked: Checked,
    pub headers: Vec<(String, String)>,
    pub date: Option<i64>,
    pub body: Option<String>,
}

static NUMBER: AtomicI64 = AtomicI64::new(0);

impl Mail {
    pub fn from(person: &str) -> Mail {
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let domain = person.trim_end_matches('>').rsplit('@').next().unwrap_or("x.test").to_owned();
        Mail {
            from: person.to_owned(),
            to: vec![],
            cc: vec![],
            subject: "Imprimante en panne".into(),
            text: "Bonjour, l'imprimante du deuxième étage ne répond plus depuis ce matin.".into(),
            id: Some(format!("m{number}@{domain}")),
            checked: Checked::Pass,
            headers: vec![],
            date: None,
            body: None,
        }
    }

    /// From somebody to the desk.
    pub fn new(person: &str) -> Mail {
        Mail::from(person).to("support@desk.test")
    }

    pub fn to(mut self, address: &str) -> Mail {
        self.to.push(address.to_owned());
        self
    }

    pub fn cc(mut self, address: &str) -> Mail {
        self.cc.push(address.to_owned());
        self
    }

    pub fn subject(mut self, subject: &str) -> Mail {
        self.subject = subject.to_owned();
        self
    }

    pub fn text(mut self, text: &str) -> Mail {
        self.text = text.to_owned();
        self
    }

    pub fn id(mut self, id: &str) -> Mail {
        self.id = Some(id.to_owned());
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Mail {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Content headers, blank line and body, instead of plain text.
    pub fn body(mut self, body: &str) -> Mail {
        self.body = Some(body.to_owned());
        self
    }

    pub fn unproven(mut self) -> Mail {
        self.checked = Checked::Nothing;
        self
    }

    pub fn failing(mut self) -> Mail {
        self.checked = Checked::Fail;
        self
    }

    pub fn reply_to_id(self, id: &str) -> Mail {
        self.header("In-Reply-To", &format!("<{id}>")).header("References", &format!("<{id}>"))
    }

    pub fn domain(&self) -> String {
        self.from.trim_end_matches('>').rsplit('@').next().unwrap_or_default().to_owned()
    }

    pub fn raw(&self, now: i64) -> String {
        let date =
            jiff::fmt::rfc2822::to_string(&Timestamp::from_second(self.date.unwrap_or(now)).unwrap().to_zoned(jiff::tz::TimeZone::UTC))
                .unwrap();
        let mut head = String::new();
        match self.checked {
            Checked::Pass => head += &format!("Authentication-Results: mx.desk.test; dmarc=pass header.from={}\n", self.domain()),
            Checked::Fail => head += &format!("Authentication-Results: mx.desk.test; dmarc=fail header.from={}\n", self.domain()),
            Checked::Nothing => {}
        }
        head += &format!("From: {}\nTo: {}\n", self.from, self.to.join(", "));
        if !self.cc.is_empty() {
            head += &format!("Cc: {}\n", self.cc.join(", "));
        }
        if let Some(id) = &self.id {
            head += &format!("Message-ID: <{id}>\n");
        }
        head += &format!("Date: {date}\nSubject: {}\nMIME-Version: 1.0\n", self.subject);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\n");
        }
        match &self.body {
            Some(body) => format!("{head}{body}"),
            None => format!("{head}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}\n", self.text),
        }
    }
}
