//! Pictures that say nothing: logos of signatures, spacers, and what an earlier mail of the conversation brought already.
//!
//! Promises: only pictures that the HTML shows are looked at, and a folded one stays in the manifest with the reason; what
//! somebody pasted between words stays, whatever its size. Excludes: which mails came earlier (see the gateway).

use super::lines::Line;
use crate::mail::incoming::{Attachment, Fate, Incoming, PartKind};

/// Bytes of a logo at most: a larger picture below a signature was put there on purpose.
const LOGO_MAX: u64 = 64 << 10;
/// Bytes of a spacer at most: one pixel takes 35 to 120, whatever its format, and no screenshot is that small.
const TINY_MAX: u64 = 128;

/// Folds the pictures that stand in a signature, and the tiny ones. `lines` are the HTML as rendered, with the kind of each.
pub(super) fn fold(mail: &mut Incoming, lines: &[Line], kinds: &[PartKind]) {
    let places = |id: &str| {
        let holds = |line: &Line| line.images.iter().any(|image| image == id);
        lines.iter().zip(kinds).filter(|(line, _)| holds(line)).map(|(_, kind)| *kind).collect::<Vec<_>>()
    };
    let why = |picture: &Attachment| {
        let places = places(picture.content_id.as_deref()?);
        let signed = places.iter().all(|kind| matches!(kind, PartKind::Signature | PartKind::Footer));
        match () {
            () if places.is_empty() => None,
            () if signed && picture.size <= LOGO_MAX => Some("signature-logo"),
            () => (picture.size <= TINY_MAX).then_some("tiny-picture"),
        }
    };
    fold_where(mail, why);
}

/// Folds the pictures that came before: `earlier` knows them by type and size. Answers whether there were any.
pub(in crate::mail) fn fold_repeated(mail: &mut Incoming, earlier: impl Fn(&str, u64) -> bool) -> bool {
    fold_where(mail, |picture| earlier(&picture.content_type, picture.size).then_some("repeated-picture"))
}

fn fold_where(mail: &mut Incoming, why: impl Fn(&Attachment) -> Option<&'static str>) -> bool {
    let mut folded = false;
    for picture in mail.attachments.iter().filter(|file| file.inline && file.content_type.starts_with("image/")) {
        let Some(why) = why(picture) else { continue };
        for leaf in mail.manifest.iter_mut().filter(|leaf| leaf.part == picture.part && leaf.fate == Fate::Kept) {
            (leaf.fate, leaf.why) = (Fate::Folded, why);
            folded = true;
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::mail::incoming::Limits;

    /// A mail of Outlook with two pictures: one between the words, one below the farewell.
    fn mail(shot: usize) -> Incoming {
        let picture = |id: &str, bytes: usize| {
            let body = "QUJD".repeat(bytes / 3);
            format!(
                "--b\nContent-Type: image/png; name={id}.png\nContent-Disposition: inline\nContent-ID: <{id}>\nContent-Transfer-Encoding: base64\n\n{body}\n"
            )
        };
        let html = "<p>Voici l'erreur :</p><p><img src=\"cid:shot\" alt=\"\"></p><p>Que faire ?</p><p>Cordialement,</p><p>Jeanne Martin</p>\
            <p>01 55 00 12 34</p><p><img src=\"cid:logo\"></p>";
        let text = "Voici l'erreur :\n\nQue faire ?\n\nCordialement,\n\nJeanne Martin\n01 55 00 12 34\n";
        let parts = format!(
            "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--c\nContent-Type: text/html; charset=utf-8\n\n{html}\n--c--\n"
        );
        let raw = format!(
            "From: Jeanne Martin <j@x.test>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n{parts}{}{}--b--\n",
            picture("shot", shot),
            picture("logo", 6_000)
        );
        read(raw.as_bytes(), &Limits::default())
    }

    fn fates(mail: &Incoming) -> Vec<(Fate, &'static str)> {
        mail.manifest.iter().filter(|leaf| leaf.content_type == "image/png").map(|leaf| (leaf.fate, leaf.why)).collect()
    }

    #[test]
    fn c36_a_logo_is_folded_and_a_screenshot_is_not() {
        let mail = mail(9_000);
        assert_eq!(mail.attachments.len(), 2, "both stay in reach");
        let fates = fates(&mail);
        assert_eq!((fates[0].0, fates[1]), (Fate::Kept, (Fate::Folded, "signature-logo")));
    }

    #[test]
    fn c36_between_words_only_a_spacer_is_folded() {
        assert_eq!(fates(&mail(43))[0], (Fate::Folded, "tiny-picture"));
        assert_eq!(fates(&mail(300))[0].0, Fate::Kept, "a small capture of one line of a screen");
    }

    #[test]
    fn c36_what_came_before_is_folded() {
        let mut mail = mail(9_000);
        assert!(fold_repeated(&mut mail, |_, size| size == 9_000));
        assert_eq!(fates(&mail)[0], (Fate::Folded, "repeated-picture"));
    }
}
