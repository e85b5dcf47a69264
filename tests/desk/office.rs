//! A small office: who works where, and a ticket that remembers its events.

use guichet::address::Address;
use guichet::desk::{
    Action, Actor, Door, Event, Opening, Organisation, Outcome, Policy, Rules, Ticket, Urgency, Why, Words, decide_all, fold,
};
use guichet::proof::Level;
use jiff::{SignedDuration, Timestamp};

const ORGANISATION: &str = r#"
[[service]]
key = "dsi"
name = "Support DSI"
permanent_guests = ["watch@desk.test", "bob@cust.test"]
[[service.category]]
key = "reseau"
name = "Réseau"
field = [{ key = "salle", name = "Salle" }]
[[service]]
key = "logistique"
name = "Logistique"
permanent_guests = ["stock@desk.test"]
[[service.category]]
key = "colis"
name = "Colis"

[[answer]]
key = "vpn"
title = "Le VPN"
text = "Redémarrez le client VPN."

[[agent]]
address = "karim@desk.test"
name = "Karim Benali"
member = [{ service = "dsi" }]
[[agent]]
address = "marie@desk.test"
name = "Marie Leroy"
member = [{ service = "dsi", may = ["take_free", "take_assigned", "assign", "reopen", "refuse", "transfer", "manage_properties"] }]
[[agent]]
address = "nina@desk.test"
name = "Nina Petit"
member = [{ service = "dsi", may = [] }]
[[agent]]
address = "jo@desk.test"
name = "Jo Martin"
member = [{ service = "logistique" }]
[[agent]]
address = "dora@desk.test"
name = "Dora Roux"
member = [{ service = "dsi" }]
disabled = true
"#;

pub fn address(text: &str) -> Address {
    Address::parse(&if text.contains('@') { text.to_owned() } else { format!("{text}@{}", domain(text)) }).unwrap()
}

fn domain(name: &str) -> &'static str {
    if ["karim", "marie", "nina", "jo", "dora"].contains(&name) { "desk.test" } else { "cust.test" }
}

pub fn words(text: &str) -> Words {
    Words { text: text.into(), ..Words::default() }
}

pub fn person(name: &str) -> Actor {
    Actor::person(address(name), None, Door::Mail, Level::Proven)
}

pub fn at_level(name: &str, level: Level) -> Actor {
    Actor { level, ..person(name) }
}

pub fn organisation() -> Organisation {
    toml::from_str(ORGANISATION).unwrap()
}

/// Alice asks for Ben, Bob follows; `dsi` handles it.
pub fn opening() -> Opening {
    Opening {
        id: 42,
        title: "Imprimante en panne".into(),
        service: "dsi".into(),
        category: "reseau".into(),
        requester: address("alice"),
        beneficiary: Some(address("ben")),
        guests: vec![address("bob"), address("alice"), address("bob"), address("ben")],
        language: "fr".into(),
        urgency: Urgency::Medium,
        words: words("Elle ne répond plus."),
        related: None,
        late: false,
        told: Default::default(),
    }
}

pub struct Office {
    pub organisation: Organisation,
    pub policy: Policy,
    pub now: Timestamp,
    pub ticket: Option<Ticket>,
    pub events: Vec<Event>,
}

impl Office {
    /// Nothing happened yet.
    pub fn empty() -> Office {
        let now = Timestamp::from_second(1_767_600_000).unwrap();
        Office { organisation: organisation(), policy: Policy::default(), now, ticket: None, events: vec![] }
    }

    /// Alice's ticket, free.
    pub fn with_ticket() -> Office {
        let mut office = Office::empty();
        office.does("alice", Action::Open(Box::new(opening())));
        office
    }

    /// The same ticket, in Karim's hands where the status has any; a request is open where the status says so.
    pub fn at(status: &str) -> Office {
        let mut office = Office::with_ticket();
        match status {
            "free" => {}
            "cancelled" => office.does("alice", Action::Cancel),
            "in_progress" => office.does("karim", Action::Take),
            "waiting_for_information" => office.does("karim", Action::Ask(words("Laquelle ?"))),
            "awaiting_approval" => office.does("karim", Action::ProposeClosure(words("Changée."))),
            "approved" => {
                office.does("karim", Action::ProposeClosure(words("Changée.")));
                office.does("alice", Action::Approve(1));
            }
            "merged" => office.does("alice", Action::Continue { into: 7 }),
            "postponed" => office.does("karim", Action::Postpone(office.now + SignedDuration::from_hours(24), words(""))),
            "refused" => office.does("marie", Action::Refuse(words("Pas ici."))),
            other => panic!("no way to {other}"),
        }
        assert_eq!(office.status(), status);
        office
    }

    pub fn ticket(&self) -> &Ticket {
        self.ticket.as_ref().unwrap()
    }

    pub fn status(&self) -> &'static str {
        self.ticket().status.word()
    }

    pub fn later(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    /// Decides without keeping anything.
    pub fn tries(&self, actor: &Actor, actions: Vec<Action>) -> Outcome {
        decide_all(self.ticket.as_ref(), actions, actor, Rules { organisation: &self.organisation, policy: &self.policy }, self.now)
    }

    /// Decides, and keeps what came of it; the fold of all events must be the ticket, each time.
    pub fn acts(&mut self, actor: &Actor, actions: Vec<Action>) -> Outcome {
        let outcome = self.tries(actor, actions);
        self.ticket = outcome.ticket.clone();
        self.events.extend(outcome.done.iter().cloned());
        assert_eq!(fold(&self.events), self.ticket);
        outcome
    }

    /// One action of a proven person that must be done.
    pub fn does(&mut self, name: &str, action: Action) {
        let outcome = self.acts(&person(name), vec![action]);
        assert!(outcome.all_done(), "{:?}", outcome.refused);
    }

    /// One action of a proven person that must be refused, and change nothing.
    pub fn refuses(&self, name: &str, action: Action) -> Why {
        let outcome = self.tries(&person(name), vec![action.clone()]);
        assert!(outcome.done.is_empty() && outcome.ticket == self.ticket, "{action:?} was done");
        assert_eq!(outcome.refused[0].action, action.word());
        outcome.refused[0].why.clone()
    }

    /// Stable words of what happened since the opening.
    pub fn happened(&self) -> Vec<&'static str> {
        self.events.iter().skip(1).map(|event| event.what.word()).collect()
    }
}
