//! The language of a mail, from its new words or its headers; `None` rather than a guess.

use whatlang::{Detector, Lang};

use super::fields::Fields;

/// Letters that are needed before a guess is worth anything.
const LETTERS_MIN: usize = 40;
/// Bytes of text that are looked at.
const TEXT_MAX: usize = 500;
/// Languages that are told apart, with their ISO 639-1 codes.
const KNOWN: [(Lang, &str); 21] = [
    (Lang::Fra, "fr"),
    (Lang::Eng, "en"),
    (Lang::Deu, "de"),
    (Lang::Spa, "es"),
    (Lang::Ita, "it"),
    (Lang::Nld, "nl"),
    (Lang::Por, "pt"),
    (Lang::Dan, "da"),
    (Lang::Swe, "sv"),
    (Lang::Fin, "fi"),
    (Lang::Pol, "pl"),
    (Lang::Ces, "cs"),
    (Lang::Hun, "hu"),
    (Lang::Ron, "ro"),
    (Lang::Tur, "tr"),
    (Lang::Ell, "el"),
    (Lang::Rus, "ru"),
    (Lang::Ara, "ar"),
    (Lang::Cmn, "zh"),
    (Lang::Jpn, "ja"),
    (Lang::Kor, "ko"),
];

/// Words that no other of the known languages has, sorted: most mails are told by them alone, at a tenth of the cost.
const FRENCH: [&str; 16] = [
    "aucun", "avec", "avez", "avons", "bonjour", "cette", "dans", "depuis", "est", "merci", "notre", "nous", "pouvez", "une", "votre",
    "vous",
];
const ENGLISH: [&str; 16] =
    ["and", "are", "been", "could", "from", "please", "should", "that", "the", "there", "this", "which", "with", "would", "you", "your"];
/// Bytes of the longest of them.
const LONGEST: usize = 7;
/// How many of them are enough, when there is none of the other language.
const TELLING: usize = 4;

/// By the text when it is long enough and clear, else by `Content-Language`, else by the first of `Accept-Language`.
pub(super) fn of(text: &str, fields: &Fields) -> Option<String> {
    by_text(text).or_else(|| ["Content-Language", "Accept-Language"].iter().find_map(|name| declared(fields, name))).map(str::to_owned)
}

fn by_text(text: &str) -> Option<&'static str> {
    let mut end = text.len().min(TEXT_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    // A character of Chinese, Japanese or Korean says as much as several letters.
    let letters: usize = text.chars().filter(|c| c.is_alphabetic()).map(|c| if c >= '\u{2e80}' { 4 } else { 1 }).sum();
    if letters < LETTERS_MIN {
        return None;
    }
    if let Some(code) = by_words(text) {
        return Some(code);
    }
    let info = Detector::with_allowlist(KNOWN.iter().map(|(lang, _)| *lang).collect()).detect(text)?;
    KNOWN.iter().find(|(lang, _)| info.is_reliable() && *lang == info.lang()).map(|(_, code)| *code)
}

fn by_words(text: &str) -> Option<&'static str> {
    let (mut french, mut english) = (0, 0);
    let mut small = [0; LONGEST];
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| (3..=LONGEST).contains(&word.len())) {
        let small = &mut small[..word.len()];
        small.copy_from_slice(word.as_bytes());
        small.make_ascii_lowercase();
        let is_in = |words: &[&str]| words.binary_search_by(|other| other.as_bytes().cmp(small)).is_ok();
        french += usize::from(is_in(&FRENCH));
        english += usize::from(is_in(&ENGLISH));
    }
    match (french, english) {
        (TELLING.., 0) => Some("fr"),
        (0, TELLING..) => Some("en"),
        _ => None,
    }
}

fn declared(fields: &Fields, name: &str) -> Option<&'static str> {
    let value = fields.plain(name)?.to_ascii_lowercase();
    let first = value.split([',', ';', '-', ' ']).next()?.to_owned();
    KNOWN.iter().find(|(_, code)| *code == first).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::super::fields::{Room, split};
    use super::*;

    #[test]
    fn long_clear_texts_only() {
        let none = Fields::default();
        let of = |text: &str| super::of(text, &none);
        assert_eq!(of("Bonjour, l'imprimante du deuxième étage ne fonctionne plus depuis ce matin."), Some("fr".into()));
        assert_eq!(of("Hello, the printer on the second floor has stopped working since this morning."), Some("en".into()));
        assert_eq!(
            of(
                "Guten Tag, der Drucker im zweiten Stock funktioniert seit heute Morgen nicht mehr. Können Sie bitte jemanden schicken? Vielen Dank."
            ),
            Some("de".into())
        );
        for (text, want) in [
            ("Привет, принтер на втором этаже не работает с сегодняшнего утра, пришлите кого-нибудь.", "ru"),
            ("おはようございます。二階のプリンターが今朝から動きません。", "ja"),
            ("您好，二楼的打印机从今天早上开始就不能用了。", "zh"),
            ("안녕하세요, 2층 프린터가 오늘 아침부터 작동하지 않습니다.", "ko"),
            ("Dzień dobry, drukarka na drugim piętrze nie działa od dzisiejszego ranka. Proszę o pomoc, bo nie możemy drukować.", "pl"),
            ("Hej, skrivaren på andra våningen har slutat fungera sedan i morse. Kan någon komma och titta på den?", "sv"),
        ] {
            assert_eq!(of(text).as_deref(), Some(want), "{text}");
        }
        assert_eq!(of("ok merci"), None);
    }

    #[test]
    fn telling_words_are_sorted_and_of_one_language() {
        assert!(FRENCH.is_sorted() && ENGLISH.is_sorted());
        assert!(FRENCH.iter().chain(&ENGLISH).all(|word| (3..=LONGEST).contains(&word.len())));
        assert!(FRENCH.iter().all(|word| !ENGLISH.contains(word)));
        assert_eq!(by_words("Bonjour, vous avez une panne dans notre bureau"), Some("fr"));
        assert_eq!(by_words("Please look at THE printer: this one there"), Some("en"));
        assert_eq!(by_words("Bonjour, avec vous: \"the file is not there\", merci, une erreur"), None);
    }

    #[test]
    fn headers_help() {
        let raw = b"Accept-Language: fr-FR, en-US\n\n";
        assert_eq!(of("ok", &split(raw, Room::of(100)).0), Some("fr".into()));
        assert_eq!(of("ok", &split(b"Content-Language: xx\n\n", Room::of(100)).0), None);
    }
}
