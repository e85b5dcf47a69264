#![no_main]
#![allow(missing_docs, dead_code)]

#[path = "../targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::command(bytes));
