//! The site of the stories, and who works there.

use guichet::address::Mailbox;
use guichet::desk::{Organisation, Policy};
use guichet::mail::{Keys, Limits};
use guichet::site::{Brakes, Retention, Site, Trust};

use super::address;

pub const ORGANISATION: &str = r#"
equipment = ["PC-####"]
[[service]]
key = "dsi"
name = "Support DSI"
[[service.category]]
key = "reseau"
name = "Réseau"
tag = "reseau"
field = [{ key = "prise", name = "Numéro de prise", also = ["Prise"], must = true }, { key = "phone", name = "Téléphone", must = true }]
[[service]]
key = "logistique"
name = "Logistique"

[[agent]]
address = "ag1@desk.test"
name = "Karim Benali"
language = "fr"
member = [{ service = "dsi", hears = "creation" }]
[[agent]]
address = "ag2@desk.test"
name = "Marie Leroy"
language = "fr"
member = [{ service = "dsi", hears = "creation" }]
[[answer]]
key = "vpn"
title = "Le VPN"
text = "Redémarrez le client VPN, puis réessayez."

[[agent]]
address = "ag9@desk.test"
name = "Jo Martin"
language = "en"
member = [{ service = "logistique", hears = "creation" }]
"#;

/// Nadia, who may do everything there and hears of nothing by herself.
pub const NADIA: &str = r#"
[[agent]]
address = "ag3@desk.test"
name = "Nadia Roux"
language = "fr"
member = [{ service = "dsi", may = ["take_free", "take_assigned", "assign", "refuse", "transfer", "reopen", "manage_properties"], hears = "never" }]
"#;

pub fn site() -> Site {
    Site {
        name: "Support".into(),
        desk: Mailbox::new(Some("Support"), address("support@desk.test")),
        own: vec![address("support@desk.test"), address("help@desk.test")],
        base_url: "https://desk.test".into(),
        plus_addressing: true,
        visible: false,
        language: "fr".into(),
        trust: Trust { authserv_ids: vec!["mx.desk.test".into()], ..Trust::default() },
        policy: Policy::default(),
        limits: Limits::default(),
        brakes: Brakes::default(),
        retention: Retention::default(),
        redirect_to: None,
        zone: jiff::tz::TimeZone::get("Europe/Paris").unwrap(),
        keys: Keys::new(vec![('a', vec![7; 32])]),
    }
}

pub fn organisation() -> Organisation {
    toml::from_str(ORGANISATION).unwrap()
}
