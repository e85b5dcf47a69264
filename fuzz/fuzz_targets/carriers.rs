//! No bytes pass as a carrier of ours for somebody.
#![no_main]

use guichet::address::Address;
use guichet::mail::{Carrier, Keys};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let keys = Keys::new(vec![('a', vec![7; 32])]);
    let _ = Address::parse(text);
    let Ok(alice) = Address::parse("alice@cust.test") else { return };
    for carrier in Carrier::in_tag(text).into_iter().chain(Carrier::in_message_id(text)) {
        assert!(!keys.made_for(&carrier, &alice));
    }
});
