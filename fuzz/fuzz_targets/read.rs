//! Any bytes are read, twice the same way, and every attachment can be fetched.
#![no_main]

use guichet::mail::{Limits, read};

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    let mail = read(raw, &Limits::default());
    assert!(mail.text.is_empty() || !mail.reply.is_empty());
    for file in &mail.attachments {
        let _ = guichet::mail::read::part(raw, file.part);
    }
});
