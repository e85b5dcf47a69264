//! The `guichet` program.

fn main() {}
