//! Every leaf of a mail, and what became of it: shown, kept as a file, folded, or refused. Nothing is passed over in silence.
//!
//! Excludes: which leaf is the text (see `body`).

use super::inner::{self, File};
use super::names::{self, Names};
use super::transfer::{self, Transfer};
use super::tree::Part;
use crate::mail::incoming::{Attachment, Fate, Leaf};

/// The list so far.
#[derive(Debug)]
pub(super) struct Leaves {
    names: Names,
    /// Attachments that may still be kept.
    left: usize,
    /// Some were refused.
    pub cut: bool,
    pub manifest: Vec<Leaf>,
}

impl Leaves {
    /// An empty list that will keep `max` attachments.
    pub fn new(max: usize) -> Leaves {
        Leaves { names: Names::default(), left: max, cut: false, manifest: Vec::new() }
    }

    /// Notes a leaf that is no attachment.
    pub fn note(&mut self, part: &Part, fate: Fate, why: &'static str) {
        let size = part.body.len() as u64;
        self.manifest.push(Leaf { part: part.at, content_type: part.content.value.clone(), size, fate, why });
    }

    /// Keeps a leaf as an attachment, unless there is nothing in it or there are too many.
    pub fn keep(&mut self, part: &Part, why: &'static str) -> Option<Attachment> {
        let clean = (part.transfer == Transfer::Base64).then(|| transfer::clean(part.body)).flatten();
        let size = clean.map_or_else(|| transfer::size(part.transfer, part.body), |clean| clean.size);
        if size == 0 {
            self.note(part, Fate::Folded, "empty");
            return None;
        }
        if !self.room() {
            self.note(part, Fate::Refused, "too-many-files");
            return None;
        }
        self.manifest.push(Leaf { part: part.at, content_type: part.content.value.clone(), size, fate: Fate::Kept, why });
        let from = part.body_at as u64;
        let content_id = part.fields.plain("Content-ID").map(|id| id.trim_matches(['<', '>', ' ']).to_owned());
        Some(Attachment {
            part: part.at,
            name: self.names.unique(names::of(part)),
            content_type: part.content.value.clone(),
            size,
            span: clean.map(|clean| (from, from + clean.length)),
            sha256: String::new(),
            inline: part.disposition.value == "inline" && part.is("image"),
            content_id: content_id.filter(|id| !id.is_empty()),
        })
    }

    /// Keeps the files that were inside a part.
    pub fn keep_inner(&mut self, part: &Part, files: Vec<File>, why: &'static str) -> Vec<Attachment> {
        let mut kept = Vec::new();
        for (place, file) in files.into_iter().enumerate() {
            let Some(number) = inner::number(part.at, place) else { break };
            let content_type = names::content_type(&file);
            let size = file.bytes.len() as u64;
            let fate = if self.room() { Fate::Kept } else { Fate::Refused };
            self.manifest.push(Leaf { part: number, content_type: content_type.clone(), size, fate, why });
            if fate == Fate::Kept {
                kept.push(Attachment {
                    part: number,
                    name: self.names.unique(names::of_inner(&file, &content_type)),
                    content_type,
                    size,
                    span: None,
                    sha256: String::new(),
                    inline: false,
                    content_id: file.content_id,
                });
            }
        }
        kept
    }

    fn room(&mut self) -> bool {
        self.cut |= self.left == 0;
        let room = self.left > 0;
        self.left = self.left.saturating_sub(1);
        room
    }
}
