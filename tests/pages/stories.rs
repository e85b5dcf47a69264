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

/// A PNG without compression (RFC 2083): a light field, a darker body, a lamp.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let inside = |x: u32, y: u32| x > width / 5 && x < width * 4 / 5 && y > height / 3 && y < height * 4 / 5;
    let lamp = |x: u32, y: u32| x > width * 7 / 10 && x < width * 3 / 4 && y > height * 2 / 5 && y < height / 2;
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        for x in 0..width {
            rows.extend(match (lamp(x, y), inside(x, y)) {
                (true, _) => [220, 80, 60],
                (_, true) => [92, 104, 112],
                _ => [226, 232, 234],
            });
        }
    }
    let mut zlib = vec![0x78, 1];
    let mut blocks = rows.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        zlib.push(u8::from(blocks.peek().is_none()));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend_from_slice(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in &rows {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    zlib.extend((b << 16 | a).to_be_bytes());
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    for (kind, content) in [(b"IHDR", header), (b"IDAT", zlib), (b"IEND", vec![])] {
        let body = [&kind[..], &content].concat();
        file.extend((content.len() as u32).to_be_bytes());
        file.extend(&body);
        file.extend(crc(&body).to_be_bytes());
    }
    file
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    !crc
}

impl Story {
    /// Some life on the ticket page: a picture in its place, a file, a colleague.
    pub fn decorate(&self) {
        let photo = data_encoding::BASE64.encode(&png(480, 240));
        let body = format!(
            "Content-Type: multipart/mixed; boundary=M\n\n--M\nContent-Type: multipart/related; boundary=B\n\n--B\n\
             Content-Type: text/html; charset=utf-8\n\n<p>J'ai aussi ce message sur l'écran de <b>l'imprimante du couloir</b> :</p>\
             <p><img src=\"cid:shot@x\"></p><p>Le bac numéro deux reste ouvert.</p>\n\n--B\nContent-Type: image/png; name=ecran.png\n\
             Content-ID: <shot@x>\nContent-Disposition: inline; filename=ecran.png\nContent-Transfer-Encoding: base64\n\n{photo}\n--B--\n\
             --M\nContent-Type: application/pdf; name=bon.pdf\nContent-Disposition: attachment; filename=\"bon de commande.pdf\"\n\
             Content-Transfer-Encoding: base64\n\nJVBERi0xLjc=\n--M--\n"
        );
        self.desk.with(|world| {
            let root = world.ticket(1).root_message_id.unwrap();
            world.receives(&Mail::from("Bob Durand <bob@cust.test>").to("support@desk.test").reply_to_id(&root).body(&body));
        });
    }
}
