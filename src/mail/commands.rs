//! Command lines in the new words of a mail: `#verb arguments`, in the first or the last run of such lines, in any of the
//! ways that people and mail clients spell them.
//!
//! Promises: the command lines leave the text, nothing else does; a line inside the text is text, however it begins, and
//! so is a number, a heading, a quote.
//! Excludes: what a verb means (the desk's catalogue), quotes and signatures (not in the new words), the subject.

/// A command as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The word after `#`, folded.
    pub word: String,
    /// What follows it on its line, trimmed.
    pub args: String,
    /// Line of the new text, from 1.
    pub line: usize,
}

/// Commands found, and the text without their lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    /// In order.
    pub lines: Vec<CommandLine>,
    /// Lines inside the text that would be commands at one of its ends.
    pub inside: Vec<CommandLine>,
    /// Everything else, unchanged but for blank lines at its ends.
    pub rest: String,
}

/// Finds the commands of a mail's new text. A word with a space before it may be a heading (`# Title`): `known` says
/// whether such a folded word is, or nearly is, a command.
pub fn find(text: &str, known: impl Fn(&str) -> bool) -> Commands {
    let lines: Vec<&str> = text.lines().collect();
    let parsed: Vec<Option<Vec<CommandLine>>> = lines.iter().enumerate().map(|(at, line)| parse(line, at + 1, &known)).collect();
    let of_run = |at: &usize| parsed[*at].is_some() || is_blank(lines[*at]);
    let first = (0..lines.len()).take_while(of_run).count();
    let last = (first..lines.len()).rev().take_while(of_run).count();
    let kept = first..lines.len() - last;
    let (inside, outside): (Vec<_>, Vec<_>) = parsed.into_iter().flatten().flatten().partition(|line| kept.contains(&(line.line - 1)));
    Commands { lines: outside, inside, rest: without_blank_ends(&lines[kept]) }
}

fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

fn without_blank_ends(lines: &[&str]) -> String {
    let first = lines.iter().take_while(|line| is_blank(line)).count();
    let last = lines[first..].iter().rev().take_while(|line| is_blank(line)).count();
    lines[first..lines.len() - last].join("\n")
}

/// One line as commands; `None` when it is anything else.
fn parse(line: &str, at: usize, known: impl Fn(&str) -> bool) -> Option<Vec<CommandLine>> {
    let line: String = line.chars().filter(|c| !is_invisible(*c)).map(plain).collect();
    let line = line.trim().trim_start_matches(['-', '•', '·', '–', '*', '_', '◦', '▪', ' ']);
    let mut commands: Vec<CommandLine> = Vec::new();
    for part in line.strip_prefix('#')?.split(" #") {
        match (command(part, at, &known), commands.last_mut()) {
            (Some(command), _) => commands.push(command),
            (None, None) => return None,
            // `#note see #123`: no verb, so it belongs to what stands before it.
            (None, Some(before)) => before.args = format!("{} #{}", before.args, part.trim_end_matches(DECORATION)).trim().to_owned(),
        }
    }
    Some(commands)
}

/// What ends a line in a client that writes bold as stars.
const DECORATION: [char; 3] = ['*', '_', ' '];

fn command(part: &str, at: usize, known: impl Fn(&str) -> bool) -> Option<CommandLine> {
    let undecorated = part.trim_start_matches(DECORATION);
    let end = undecorated.find(|c: char| !(c.is_alphanumeric() || c == '-' || is_mark(c))).unwrap_or(undecorated.len());
    let (word, args) = undecorated.split_at(end);
    let word = fold(word);
    let begins = word.chars().next().is_some_and(char::is_alphabetic);
    // An address, a path, a name with a dot or an underscore: `#page.html`, `#tag@example.org`.
    let goes_on = args.starts_with(['@', '/', '_', '\'', '’', '=', '+', '#'])
        || args.strip_prefix('.').is_some_and(|more| more.starts_with(char::is_alphanumeric));
    let heading = undecorated.len() < part.len() && !known(&word);
    let args = args.trim_start_matches(['.', ':', ',', ';', '!', '*', '_', ' ']).trim_end_matches(DECORATION);
    (begins && !goes_on && !heading).then(|| CommandLine { word, args: args.to_owned(), line: at })
}

/// Full-width number signs and every kind of space become the plain ones.
fn plain(c: char) -> char {
    match c {
        '＃' | '﹟' => '#',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

fn is_invisible(c: char) -> bool {
    crate::address::is_invisible(c)
}

/// Combining diacritical marks: accents that stand beside their letter (NFD).
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// A word in lower case without accents, for comparison.
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'â' | 'ä' | 'á' | 'ã' | 'å' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'î' | 'ï' | 'í' | 'ì' => folded.push('i'),
            'ô' | 'ö' | 'ó' | 'ò' | 'õ' => folded.push('o'),
            'û' | 'ü' | 'ù' | 'ú' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ÿ' => folded.push('y'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            '’' | 'ʼ' => folded.push('\''),
            c if is_mark(c) || is_invisible(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(word: &str) -> bool {
        matches!(word, "prendre" | "clore" | "note" | "urgent" | "assigner")
    }

    fn words(text: &str) -> Vec<String> {
        find(text, known).lines.into_iter().map(|line| format!("{} {}", line.word, line.args).trim().to_owned()).collect()
    }

    #[test]
    fn commands_are_found_however_they_are_spelt() {
        for line in [
            "#prendre",
            "# prendre",
            "＃prendre",
            "#\u{a0}Prendre.",
            "\u{a0}#prendre",
            "- #PRENDRE",
            "* #prendre*",
            "**#prendre**",
            "# **prendre**",
            "*#prendre:*",
            "• #Prendre",
            "#pren\u{200b}dre",
            "\u{feff}#prendre",
            "#prendre :",
            "#prendre\u{202f}!",
        ] {
            assert_eq!(words(&format!("{line}\n\nBonjour")), ["prendre"], "{line:?}");
            assert_eq!(words(&format!("Bonjour\n\n{line}\n")), ["prendre"], "{line:?}");
        }
        assert_eq!(words("#Libe\u{301}rer"), ["liberer"]);
        assert_eq!(words("#proposer-clôture"), ["proposer-cloture"]);
        assert_eq!(words("#assigner Marie Leroy\n\n#note"), ["assigner Marie Leroy", "note"]);
        assert_eq!(words("#prendre #urgent\ntexte"), ["prendre", "urgent"]);
    }

    #[test]
    fn a_note_is_never_mistaken_for_text() {
        assert_eq!(words("#note:secret"), ["note secret"]);
        assert_eq!(words("#note : secret"), ["note secret"]);
        assert_eq!(words("#note(secret)"), ["note (secret)"]);
        assert_eq!(words("#note voir #123 pour le contrat"), ["note voir #123 pour le contrat"]);
        assert_eq!(words("#note, voir #1 #2*"), ["note voir #1 #2"]);
    }

    #[test]
    fn prose_numbers_and_headings_are_text() {
        for text in [
            "voir #123",
            "#123",
            "#123 est réglé",
            "#1 priorité",
            "Bonjour\n#clore\nsuite du texte",
            "## Titre",
            "# Titre du jour\n\nTexte",
            "le #hashtag du jour",
            "> #clore",
            "#!/bin/sh",
            "#tag@example.org",
            "#page.html",
            "#C++",
            "#",
            "# ",
        ] {
            assert_eq!(words(text), Vec::<String>::new(), "{text:?}");
            assert_eq!(find(text, known).rest, text.trim_end_matches('\n'), "{text:?}");
        }
    }

    #[test]
    fn only_command_lines_leave_the_text() {
        let found = find("#prendre\n\n  Bonjour,\n\n#clore\n    deux  espaces \n\n- #note\n\n", known);
        assert_eq!(found.rest, "  Bonjour,\n\n#clore\n    deux  espaces ");
        assert_eq!(found.lines.iter().map(|line| (line.word.as_str(), line.line)).collect::<Vec<_>>(), [("prendre", 1), ("note", 8)]);
        assert_eq!(found.inside.iter().map(|line| (line.word.as_str(), line.line)).collect::<Vec<_>>(), [("clore", 5)]);
        assert_eq!(find("#prendre\n\n#clore", known).rest, "");
        assert_eq!(find("", known), Commands::default());
    }
}
