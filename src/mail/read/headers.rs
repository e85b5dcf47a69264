//! The block of From, Sent, To and Subject that Outlook and others put above an earlier mail, in all languages.

use super::phrases::{self, DATE, FROM, OTHER, SUBJECT, TO};

/// Lines in which a block shows its fields.
const LINES: usize = 10;
/// Lines of a block that show no field at most: values that were folded.
const MISSES: usize = 3;
/// Longest name of a field, in bytes.
const NAME_MAX: usize = 45;

/// Where a block begins whose first field is at `at`: there, or above it where Notes puts name and date.
pub(super) fn begins(folded: &[String], at: usize) -> Option<usize> {
    let first = kind(&folded[at])?;
    let block = Block::read(&folded[at..]);
    let kinds = block.kinds;
    let others = (kinds & !FROM).count_ones();
    if first & !OTHER != 0 && (kinds & FROM != 0 && others >= 2 || block.is_short_but_sure()) || inline(&folded[at]) {
        return Some(at);
    }
    (kinds & TO != 0 && kinds & SUBJECT != 0 && kinds.count_ones() >= 3).then(|| signed_above(folded, at)).flatten()
}

#[derive(Default)]
struct Block {
    kinds: u8,
    /// Of the first two lines: whether they hold an address and a date.
    address: bool,
    dated: bool,
    /// Nothing else stands in its paragraph.
    alone: bool,
}

impl Block {
    fn read(folded: &[String]) -> Block {
        let alone = folded.get(2).is_none_or(|third| third.is_empty() || kind(third).is_some());
        let (mut block, mut misses) = (Block { alone, ..Block::default() }, 0);
        for (at, line) in folded.iter().take(LINES).enumerate() {
            let Some(kind) = kind(line) else {
                misses += usize::from(!line.is_empty());
                if misses > MISSES {
                    break;
                }
                continue;
            };
            block.kinds |= if block.kinds & kind == kind { kind } else { fresh(kind, block.kinds) };
            if at < 2 {
                block.address |= kind & (FROM | TO) != 0 && line.contains('@');
                block.dated |= kind & DATE != 0 && line.bytes().filter(u8::is_ascii_digit).count() >= 3;
            }
        }
        block
    }

    /// Two lines are enough when they name an address and a day.
    fn is_short_but_sure(&self) -> bool {
        self.address && self.dated && self.alone
    }
}

/// Some names mean different fields in different languages: such a line tells one that was not told yet.
fn fresh(kind: u8, known: u8) -> u8 {
    let unknown = kind & !known;
    1 << unknown.trailing_zeros()
}

/// All of them on one line, as some gateways fold it.
fn inline(folded: &str) -> bool {
    let mut kinds = 0u8;
    let mut rest = folded;
    while let Some((before, after)) = rest.split_once(':') {
        let last = before.rsplit(' ').find(|word| !word.is_empty()).unwrap_or_default();
        kinds |= named(last).unwrap_or(0);
        rest = after;
    }
    kinds & FROM != 0 && kinds & SUBJECT != 0 && (kinds & !FROM).count_ones() >= 2
}

/// Notes shows the author and the moment above, without names of fields.
fn signed_above(folded: &[String], at: usize) -> Option<usize> {
    let near = at.saturating_sub(4)..at;
    let moment = |line: &str| line.len() <= 80 && line.contains(':') && line.bytes().filter(u8::is_ascii_digit).count() >= 8;
    let dated = near.rev().find(|&line| moment(&folded[line]))?;
    let signed = dated.checked_sub(1).filter(|&above| !folded[above].is_empty() && folded[above].split(' ').count() <= 6);
    Some(signed.unwrap_or(dated))
}

/// Which fields a line may show, as bits.
fn kind(folded: &str) -> Option<u8> {
    let (name, _) = folded.split_once(':')?;
    named(name)
}

fn named(name: &str) -> Option<u8> {
    let name = name.trim_matches(|c: char| " >_|[\"".contains(c));
    if name.len() > NAME_MAX {
        return None;
    }
    phrases::get().headers.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::super::marks::fold;
    use super::*;

    fn at(text: &str) -> Option<usize> {
        let folded: Vec<String> = text.lines().map(fold).collect();
        (0..folded.len()).find_map(|at| begins(&folded, at))
    }

    #[test]
    fn of_many_languages() {
        for text in [
            "From: Jean <j@x.test>\nSent: Monday, 3 March 2025 10:12\nTo: Support\nSubject: Re: x",
            "*De :* Jean\n*Envoyé :* lundi 3 mars\n*À :* Support\n*Objet :* imprimante",
            "Gesendet: Montag, 03. März 2025 um 10:12 Uhr\nVon: \"Jean\" <j@x.test>\nAn: support@desk.test\nBetreff: Drucker",
            "Da: Jean\nInviato: lunedì 3 marzo 2025 10:12\nA: Supporto\nOggetto: stampante",
            "Lähettäjä: Jean\nLähetetty: maanantai 3. maaliskuuta 2025 10:12\nVastaanottaja: Tuki\nAihe: tulostin",
            "差出人: Jean\n送信日時: 2025年3月3日 10:12\n宛先: Support\n件名: プリンター",
            "보낸 사람: Jean\n보낸 날짜: 2025년 3월 3일\n받는 사람: Support\n제목: 프린터",
            "发件人： Jean\n发送时间： 2025年3月3日\n收件人： Support\n主题： 打印机",
            "Kimden: Jean\nGönderildi: 3 Mart 2025 Pazartesi 10:12\nKime: Destek\nKonu: yazıcı",
            "Date: Wed, 16 May 2012 00:15:02 -0600\nTo: j@x.test",
            "De : Jean Envoyé : lundi 3 mars À : Support Objet : imprimante",
        ] {
            assert_eq!(at(text), Some(0), "{text}");
        }
        assert_eq!(
            at("Jean Dupont/VILLE\n03/03/2025 10:12\n\n        Pour :  Support\n        cc :\n        Objet :  imprimante"),
            Some(0)
        );
    }

    #[test]
    fn forms_and_sentences_are_none() {
        for text in [
            "Date : 3 mars\nObjet : panne\nSalle : 12",
            "From: the beginning it failed",
            "Nom : Jean\nDate : 3 mars 2025\nTéléphone : 01 02 03",
            "De : Jean\nObjet : panne",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
