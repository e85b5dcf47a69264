//! Source files as the rules see them: without test code, without comments.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A source file.
pub struct File {
    /// Its path from the crate's root: `src/mail/read.rs`.
    pub name: String,
    /// Everything.
    pub whole: String,
    /// What runs in production, without comments.
    pub code: String,
}

/// All Rust files below a folder of the crate, those that hold only tests left out.
pub fn files(folder: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let only_tests = path.file_stem().is_some_and(|name| name == "tests");
            if path.is_dir() && !only_tests {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !only_tests {
                let whole = fs::read_to_string(&path).unwrap();
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push(File { name, code: without_comments(without_tests(&whole)), whole });
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Tests stand at the end of a file: clippy's `items_after_test_module` sees to it.
fn without_tests(whole: &str) -> &str {
    whole.split("\n#[cfg(test)]\nmod ").next().unwrap_or(whole)
}

fn without_comments(code: &str) -> String {
    let lines = code.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line.split(" // ").next().unwrap_or(line) });
    lines.collect::<Vec<_>>().join("\n")
}

impl File {
    /// The room it belongs to: `mail` for `src/mail/read.rs`, `address` for `src/address.rs`.
    pub fn room(&self) -> &str {
        let path = self.name.strip_prefix("src/").unwrap_or(&self.name);
        path.split(['/', '.']).next().unwrap_or(path)
    }

    /// `lib.rs` and `main.rs` know everything.
    pub fn is_root(&self) -> bool {
        ["lib", "main"].contains(&self.room())
    }

    /// How many modules deep it lies: 1 for `src/mail/mod.rs`.
    pub fn depth(&self) -> usize {
        let slashes = self.name.matches('/').count();
        if self.name.ends_with("/mod.rs") { slashes - 1 } else { slashes }
    }

    /// Rooms named as `crate::room` or in `use crate::{room, …}`.
    pub fn imports(&self) -> BTreeSet<String> {
        let mut rooms = BTreeSet::new();
        for rest in self.code.split("crate::").skip(1) {
            match rest.strip_prefix('{') {
                Some(group) => rooms.extend(group_heads(group)),
                None => rooms.extend(identifier(rest)),
            }
        }
        rooms
    }

    /// Is this path named, as whole words?
    pub fn names(&self, path: &str) -> bool {
        let starts = |at: usize| !self.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let ends = |at: usize| !self.code[at + path.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        self.code.match_indices(path).any(|(at, _)| starts(at) && ends(at))
    }

    /// Lengths of all functions, in lines, by the indentation that rustfmt gives them.
    pub fn functions(&self) -> Vec<usize> {
        let lines: Vec<&str> = self.code.lines().collect();
        let starts = lines.iter().enumerate().filter(|(_, line)| is_function(line));
        starts.filter_map(|(start, line)| function_length(line, &lines[start..])).collect()
    }

    /// String literals, those of errors for administrators left out.
    pub fn texts(&self) -> Vec<String> {
        let for_administrators = ["#[error", "Fault", "fault", "assert", "panic!", "unreachable!"];
        let lines = self.code.lines().filter(|line| !for_administrators.iter().any(|mark| line.contains(mark)));
        lines.flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
    }
}

fn is_function(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub") || ["const", "async"].contains(word));
    words.next() == Some("fn")
}

fn function_length(line: &str, rest: &[&str]) -> Option<usize> {
    if line.ends_with('}') || line.ends_with(';') {
        return Some(1);
    }
    let indent = line.len() - line.trim_start().len();
    let end = format!("{}}}", " ".repeat(indent));
    rest.iter().position(|line| *line == end).map(|length| length + 1)
}

fn identifier(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The first names of a use group, at its own level.
fn group_heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(String::new()),
            c if depth == 0 => heads.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    heads.iter().filter_map(|head| identifier(head.trim())).collect()
}

#[test]
fn the_rules_see_what_they_should() {
    let file = |code: &str| File { name: "src/mail/read.rs".to_owned(), whole: String::new(), code: code.to_owned() };
    let seen: Vec<String> = file("use crate::{desk::{self, x}, store};\nfn a() { crate::web::b() }").imports().into_iter().collect();
    assert_eq!(seen, ["desk", "store", "web"]);
    assert!(file("use std::fs::read;").names("std::fs") && !file("mystd::fsx").names("std::fs"));
    assert_eq!(file("pub fn a() -> u8 {\n    1\n}\nimpl X {\n    async fn b() {}\n}").functions(), [3, 1]);
    assert_eq!(without_comments("a // b\n    // c\nd"), "a\n\nd");
    assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {}"), "a");
    assert_eq!(file("x(\"Not yet, my dear\")").texts(), ["Not yet, my dear"]);
}
