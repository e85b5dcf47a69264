//! Command lines in the new words of a mail: `#verb arguments`, in the first or the last run of lines, in any of the ways that
//! people and mail clients spell them. Only finds; what a verb means is the desk's catalogue.

/// A command as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The word after `#`, folded.
    pub word: String,
    /// What follows it, trimmed.
    pub args: String,
}

/// Commands found, and the text without their lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    /// In order.
    pub lines: Vec<CommandLine>,
    /// Everything else, unchanged but for blank lines at its ends.
    pub rest: String,
}

/// Finds the commands of a mail's new text.
pub fn find(text: &str) -> Commands {
    let lines: Vec<&str> = text.lines().collect();
    let parsed: Vec<Option<Vec<CommandLine>>> = lines.iter().map(|line| parse(line)).collect();
    let blank = |index: &usize| lines[*index].trim().is_empty();
    let first = (0..lines.len()).take_while(|index| parsed[*index].is_some() || blank(index)).count();
    let last = (first..lines.len()).rev().take_while(|index| parsed[*index].is_some() || blank(index)).count();
    let kept = first..lines.len() - last;
    let commands = parsed.iter().enumerate().filter(|(index, _)| !kept.contains(index)).filter_map(|(_, line)| line.clone()).flatten();
    Commands { lines: commands.collect(), rest: lines[kept.clone()].join("\n").trim_matches(['\n', ' ']).to_owned() }
}

/// One line as commands; `None` when it is anything else.
fn parse(line: &str) -> Option<Vec<CommandLine>> {
    let line: String = line.chars().filter(|c| !crate::address::is_invisible(*c)).map(plain).collect();
    let line = line.trim().trim_start_matches(['-', '•', '·', '–']).trim_start();
    let line = line.trim_matches('*').trim();
    let mut commands = Vec::new();
    for part in line.strip_prefix('#')?.split(" #") {
        let part = part.trim_start().trim_matches('*');
        let (word, args) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        let word = fold(word.trim_end_matches(['.', ':', '!', '*', ',']));
        let is_word = word.chars().next().is_some_and(char::is_alphabetic) && word.chars().all(|c| c.is_alphanumeric() || c == '-');
        if !is_word {
            return None;
        }
        commands.push(CommandLine { word, args: args.trim().trim_end_matches(['.', '*']).to_owned() });
    }
    Some(commands)
}

/// Full-width number signs and every kind of space become the plain ones.
fn plain(c: char) -> char {
    match c {
        '＃' => '#',
        c if c.is_whitespace() => ' ',
        c => c,
    }
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
            '\u{300}'..='\u{36f}' => {}
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        find(text).lines.into_iter().map(|line| format!("{} {}", line.word, line.args).trim().to_owned()).collect()
    }

    #[test]
    fn commands_are_found_however_they_are_spelt() {
        for line in [
            "#prendre",
            "# prendre",
            "＃prendre",
            "#\u{a0}Prendre.",
            "- #PRENDRE",
            "* #prendre*",
            "**#prendre**",
            "#pren\u{200b}dre",
            "#prendre :",
        ] {
            assert_eq!(
                words(&format!("{line}\n\nBonjour")).first().map(|word| word.trim_end_matches(" :").to_owned()),
                Some("prendre".into()),
                "{line:?}"
            );
        }
        assert_eq!(words("#assigner Marie Leroy\n#note"), ["assigner Marie Leroy", "note"]);
        assert_eq!(words("#prendre #urgent\ntexte"), ["prendre", "urgent"]);
        assert_eq!(words("Voilà.\n\n#Libérer"), ["liberer"]);
    }

    #[test]
    fn prose_numbers_and_headings_are_text() {
        for text in ["voir #123", "#123", "Bonjour\n#clore\nsuite du texte", "## Titre", "le #hashtag du jour", "#1 priorité", "> #close"]
        {
            assert_eq!(words(text), Vec::<String>::new(), "{text:?}");
        }
        let text = "Bonjour,\n\n  deux  espaces\n#clore";
        assert_eq!(find(text).rest, "Bonjour,\n\n  deux  espaces");
    }
}
