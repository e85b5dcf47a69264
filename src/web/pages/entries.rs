//! A ticket's story: words of people with their images and files, and between them what happened.

use super::views::{Entry, FileView, Line};
use crate::address::Address;
use crate::desk::{Attached, Event, Visibility, What};
use crate::notifications::{Because, Extra, MailKind, Notice, Scene, Words, facts, names};
use crate::web::files::may_be_image;
use crate::web::look::{Picture, Seen};

/// Characters of one text on a page that is not the whole conversation.
const TEXT_MAX: usize = 12_000;
/// Bytes of words on such a page: with its frame it stays under 100 KB.
const PAGE_MAX: usize = 60_000;

/// Who tells, to whom, and where the files are.
pub struct Teller<'a> {
    pub words: &'a Words,
    pub scene: Scene<'a>,
    pub seen: &'a Seen,
    /// Path of the link's page.
    pub place: String,
}

/// The end of a conversation, and how many earlier entries are left out.
pub struct Story {
    pub entries: Vec<Entry>,
    pub left_out: usize,
    /// A text was cut.
    pub cut: bool,
}

impl Teller<'_> {
    /// The conversation, oldest first: all of it, or its end as far as a page has room.
    pub fn story(&self, all: bool) -> Story {
        let mut story = Story { entries: vec![], left_out: 0, cut: false };
        let mut room = PAGE_MAX;
        for event in self.seen.events.iter().rev() {
            let Some(mut entry) = self.entry(event) else { continue };
            story.cut |= !all && shorten(&mut entry);
            let size = entry.text.len().max(entry.html.len()) + 600;
            if !all && (size > room || story.left_out > 0) {
                story.left_out += 1;
                continue;
            }
            room = room.saturating_sub(size);
            story.entries.push(entry);
        }
        story.entries.reverse();
        story
    }

    /// An event as words of somebody, or as a line; none where there is nothing to tell.
    pub fn entry(&self, event: &Event) -> Option<Entry> {
        let files = event.source.as_ref().map_or(&[][..], |source| &source.attachments);
        let said = event.text.as_deref().filter(|text| !text.is_empty());
        if said.is_none() && files.is_empty() {
            let fact = self.fact(event)?;
            return Some(Entry { fact, ..self.signed(event) });
        }
        let placed = self.seen.html.get(&event.seq).map(|safe| {
            let by_id = |id: &str| files.iter().find(|file| file.content_id.as_deref() == Some(id) && may_be_image(&file.content_type));
            safe.with_images(|id| by_id(id).map(|file| self.path(event, file)))
        });
        let placed = placed.unwrap_or_default();
        let shown = |file: &&Attached| file.content_id.as_ref().is_some_and(|id| placed.ids.contains(id));
        let (images, others): (Vec<_>, Vec<_>) = files.iter().filter(|file| !shown(file)).partition(|file| is_inline_image(file));
        let view = |file: &Attached| self.file(event, file);
        let left_out = if placed.left_out == 0 { String::new() } else { self.left_out(placed.left_out) };
        let label = self.words.get(&format!("page.said.{}", event.what.word())).unwrap_or_default().to_owned();
        Some(Entry {
            label,
            text: said.unwrap_or_default().to_owned(),
            images: images.into_iter().map(view).collect(),
            files: others.into_iter().map(view).collect(),
            folded: self.folded(event),
            html: placed.html,
            left_out,
            ..self.signed(event)
        })
    }

    /// Everything that the reader may know, one line each, in order.
    pub fn history(&self) -> Vec<Line> {
        let line = |event: &Event| {
            let text = self.fact(event).or_else(|| {
                let who = self.who(event);
                let sentence = self.words.get(&format!("page.history.{}", event.what.word()))?;
                Some(sentence.replace("{who}", &who))
            })?;
            let door = self.words.get(&format!("page.door.{}", door(event))).unwrap_or_default();
            Some(Line { at: self.at(event), iso: event.at.to_string(), text: format!("{text} {door}").trim().to_owned() })
        };
        self.seen.events.iter().filter_map(line).collect()
    }

    fn signed(&self, event: &Event) -> Entry {
        let role = self.role(event);
        let inside = event.visibility == Visibility::Agents;
        let role_label = self.words.get(&format!("page.role.{role}")).unwrap_or_default().to_owned();
        Entry { who: self.who(event), role, role_label, inside, at: self.at(event), iso: event.at.to_string(), ..Entry::default() }
    }

    fn role(&self, event: &Event) -> &'static str {
        match &event.actor.person {
            Some(who) if *who == self.seen.link.person => "you",
            Some(who) if self.scene.organisation.agent(who).is_some() && !self.scene.ticket.is_participant(who) => "agent",
            _ => "",
        }
    }

    fn who(&self, event: &Event) -> String {
        let person = event.actor.person.as_ref();
        person.map_or_else(|| self.scene.site.name.clone(), |who| names::label(&self.scene, who))
    }

    fn at(&self, event: &Event) -> String {
        self.words.date(event.at, &self.scene.site.zone)
    }

    fn fact(&self, event: &Event) -> Option<String> {
        facts::fact(self.words, &self.scene, event, &reader(&self.seen.link.person))
    }

    fn file(&self, event: &Event, file: &Attached) -> FileView {
        FileView { url: self.path(event, file), name: crate::web::files::clean_name(&file.name), size: self.words.size(file.size) }
    }

    /// Pictures of the signature: there for whoever looks for them.
    fn folded(&self, event: &Event) -> Vec<FileView> {
        let pictures = self.seen.folded.get(&event.seq).map_or(&[][..], Vec::as_slice);
        let view = |picture: &Picture| FileView {
            url: format!("{}/f/{}/{}", self.place, event.seq, picture.part),
            name: crate::web::files::clean_name(&picture.name),
            size: self.words.size(picture.size),
        };
        pictures.iter().map(view).collect()
    }

    fn path(&self, event: &Event, file: &Attached) -> String {
        format!("{}/f/{}/{}", self.place, event.seq, file.part)
    }

    fn left_out(&self, n: usize) -> String {
        self.words.say("page.said.images_left_out", &[("n", &n.to_string())])
    }
}

/// Facts are told as in a mail about nothing in particular.
fn reader(person: &Address) -> Notice {
    Notice { to: person.clone(), kind: MailKind::Update, because: Because::Requester, extra: Extra::None }
}

fn is_inline_image(file: &Attached) -> bool {
    file.content_id.is_some() && may_be_image(&file.content_type)
}

fn door(event: &Event) -> &'static str {
    use crate::desk::Door;
    match (event.actor.door, &event.what) {
        (_, What::Joined { .. }) => "",
        (Door::Mail, _) => "mail",
        (Door::Link | Door::Page, _) => "page",
        (Door::Cli, _) => "cli",
        (Door::Clock, _) => "clock",
    }
}

/// Cuts a text that is too long for a page; answers whether it did.
fn shorten(entry: &mut Entry) -> bool {
    if entry.html.len() > TEXT_MAX * 2 {
        entry.html.clear();
    }
    let Some((end, _)) = entry.text.char_indices().nth(TEXT_MAX) else { return false };
    if entry.html.is_empty() {
        entry.text.truncate(end);
        entry.text.push('…');
    }
    entry.html.is_empty()
}
