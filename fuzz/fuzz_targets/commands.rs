//! Command lines are found in any text, and redaction leaves no token of ours.
#![no_main]

use guichet::desk::catalogue;
use guichet::mail::commands;
use guichet::routing::redact::redact;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let found = commands::find(text, |word| catalogue::find(word).is_some());
    let _ = found.rest.len();
    let (clean, tokens) = redact(text, "[x]");
    for token in tokens {
        assert!(!clean.contains(&format!("/l/{token}")));
    }
});
