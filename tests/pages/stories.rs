//! How tickets come to where a page is looked at.

use crate::desk::Behind;
use crate::world::{Mail, Sent, World};

/// Alice's printer, with bob in Cc; karim has it. Alice's ticket link.
pub struct Story {
    pub desk: Behind,
    /// Alice's link to her ticket.
    pub page: String,
    /// The alert that karim answers.
    pub alert: Sent,
}

pub fn opened() -> Story {
    let mut world = World::new();
    world.receives(&Mail::from("Alice Martin <alice@cust.test>").to("support@desk.test").cc("bob@cust.test"));
    let sent = world.sent();
    let to = |person: &str| sent.iter().find(|sent| sent.to == person).unwrap().clone();
    let (ack, alert) = (to("alice@cust.test"), to("ag1@desk.test"));
    world.receives(&alert.answered_by("ag1@desk.test", "#prendre\nBonjour Alice, je regarde tout de suite."));
    world.sent();
    Story { desk: Behind::new(world), page: path(&ack.links[0]), alert }
}

pub fn path(token: &str) -> String {
    format!("/l/{token}")
}

/// A solution waits: the paths of "yes" and "no".
pub fn proposed() -> (Story, String, String) {
    let story = opened();
    let (yes, no) = story.propose("La cartouche est changée, et le bac nettoyé.");
    (story, yes, no)
}

/// A question waits: its path.
pub fn asked() -> (Story, String) {
    let story = opened();
    let mut world = story.desk.world();
    world.receives(&story.alert.answered_by("ag1@desk.test", "#info\nQuel modèle d'imprimante est-ce ?"));
    let question = world.letter_to_any("alice@cust.test");
    drop(world);
    (story, path(&question.links[0]))
}

impl Story {
    pub fn propose(&self, text: &str) -> (String, String) {
        let mut world = self.desk.world();
        world.receives(&self.alert.answered_by("ag1@desk.test", &format!("#clore\n{text}")));
        let approval = world.letter_to_any("alice@cust.test");
        (path(&approval.links[0]), path(&approval.links[1]))
    }

    pub fn status(&self) -> &'static str {
        self.desk.world().status(1)
    }

    pub fn happened(&self, word: &str) -> usize {
        self.desk.world().happened(1).into_iter().filter(|happened| *happened == word).count()
    }
}

impl Story {
    /// A ticket link of somebody, minted as a fresh one would be.
    pub fn link_of(&self, person: &str) -> String {
        use guichet::desk::Purpose;
        use guichet::store::{Cause, Change, Link, Store};
        let token = [person.len() as u8; 32];
        let mut world = self.desk.world();
        let now = jiff::Timestamp::from_second(world.now()).unwrap();
        let mut change = Change::new(Cause::Named(format!("test/{person}")), now);
        change.links.push(Link {
            hash: guichet::gateway::effects::token_hash(&token),
            purpose: Purpose::View,
            person: crate::world::address(person),
            ticket: 1,
            request: 0,
            issued_at: now,
            expires_at: now + jiff::SignedDuration::from_hours(24 * 30),
            ended_at: None,
        });
        world.gateway.store_mut().commit(&change).unwrap();
        path(&guichet::mail::carrier::encode_token(&token))
    }
}
