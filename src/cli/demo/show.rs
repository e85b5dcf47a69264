//! How the demo looks in a terminal.

use std::path::Path;

use super::post::Seen;
use super::story::{Step, Villager};

/// Columns of a mail as shown.
const WIDTH: usize = 92;

/// Who lives here, and where the pages are.
pub fn welcome(base: &str, folder: &Path, people: &[Villager]) {
    println!("A mail village on loopback: nothing leaves this machine.\n");
    for person in people {
        println!("  {:<9} {} <{}>", person.role, person.name, person.address);
    }
    println!("  desk      Support <support@village.test>\n");
    println!("Pages:     {base}\nMailboxes: {}", folder.display());
}

/// What happens next.
pub fn step(number: usize, of: usize, step: &Step) {
    println!("\n── {number}/{of} ── {} {}", step.title, "─".repeat(WIDTH.saturating_sub(step.title.chars().count() + 12)));
    if !step.text.trim().is_empty() {
        for line in step.text.trim().lines() {
            println!("   {line}");
        }
    }
}

/// A mail that arrived.
pub fn mail(seen: &Seen) {
    println!("\n  ┌ To {}   From {}", seen.to, seen.from);
    println!("  │ {}", seen.subject);
    if !seen.files.is_empty() {
        println!("  │ 📎 {}", seen.files.join(", "));
    }
    println!("  ├{}", "─".repeat(WIDTH));
    for line in seen.text.trim().lines() {
        println!("  │ {line}");
    }
    println!("  └{}", "─".repeat(WIDTH));
}

/// Where the ticket stands.
pub fn status(status: &str) {
    println!("\n  ticket #1: {status}");
}

/// Something was not as told.
pub fn differs(fault: &anyhow::Error) {
    eprintln!("\nThe story went differently: {fault:#}");
}

/// The end of the story.
pub fn end(balanced: &str) {
    println!("\n── The end ──\n{balanced}");
}

/// The village stays open.
pub fn stays(visitors: &str, base: &str, view: Option<&str>) {
    println!("\nThe village stays open. Be anybody in it, read and write their mails: {visitors}");
    println!("The agents' desk: {base}/desk    A new request: {base}/new");
    if let Some(path) = view {
        println!("Alice's ticket page: {base}{path}");
    }
    println!("Press Ctrl-C to close it.");
}
