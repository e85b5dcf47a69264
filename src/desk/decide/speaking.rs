//! Words: the request itself, replies, answers, notes.

use super::super::action::Opening;
use super::super::event::{Visibility, Words};
use super::super::fold::begun;
use super::super::privileges::Role;
use super::super::ticket::{Status, Ticket};
use super::super::what::What;
use super::super::why::Why;
use super::{Desk, must_have_content, wrong_status};
use crate::address::Address;
use crate::proof::Level;

impl Desk<'_> {
    /// A ticket begins: its guests are who stood in the mail and who follows all tickets of the service.
    pub(super) fn open(&mut self, opening: Opening) -> Result<(), Why> {
        let organisation = self.rules.organisation;
        let Opening { id, title, service, category, requester, beneficiary, guests, language, urgency, words, related, late, told } =
            opening;
        let mut everybody: Vec<Address> = Vec::new();
        for guest in guests.into_iter().chain(organisation.permanent_guests(&service, &category).cloned()) {
            if guest != requester && beneficiary.as_ref() != Some(&guest) && !everybody.contains(&guest) {
                everybody.push(guest);
            }
        }
        let root_message_id = words.source.as_ref().and_then(|source| source.message_id.clone());
        let reached = words.reached.clone();
        let guests = everybody;
        let told = Some(Box::new(told)).filter(|told| !told.is_empty());
        let what = What::Opened {
            title,
            service,
            category,
            requester,
            beneficiary,
            guests,
            language,
            urgency,
            reached,
            related,
            late,
            root_message_id,
            told,
        };
        let event = self.event((id, 1), what, words, Visibility::Public);
        self.ticket = begun(&event);
        self.done.push(event);
        Ok(())
    }

    /// Plain words: an answer when a question waits, a reopening when the ticket is over, a comment otherwise. What
    /// nobody proved is shown to agents, and has no other effect (CASEBOOK section 3, row 3).
    pub(super) fn reply(&mut self, ticket: &Ticket, role: Role, words: Words) -> Result<(), Why> {
        if self.actor.level < Level::Proven {
            return match role {
                Role::Agent => Err(Why::NotProven { needs: Level::Proven }),
                _ => self.say(What::Unverified, words, Visibility::Agents),
            };
        }
        must_have_content(&words)?;
        match (&ticket.status, role) {
            (Status::WaitingForInformation { .. }, Role::Owner | Role::Guest) => self.answer(ticket, words),
            (Status::Closed { .. }, Role::Owner) => self.reopen(ticket, role, words),
            _ => self.say(What::Replied { reached: words.reached.clone() }, words, Visibility::Public),
        }
    }

    /// A prepared answer is a reply like any other.
    pub(super) fn canned(&mut self, ticket: &Ticket, role: Role, key: &str, words: Words) -> Result<(), Why> {
        let all = self.rules.organisation.answers_of(&ticket.service, self.actor.person.as_ref());
        let Some(canned) = all.iter().find(|canned| canned.key == key) else {
            let known = all.iter().map(|canned| canned.key.clone()).collect();
            return Err(Why::NoSuchAnswer { text: key.to_owned(), known });
        };
        let text = canned.with(&words.text);
        self.reply(ticket, role, Words { text, ..words })
    }

    pub(super) fn note(&mut self, words: Words) -> Result<(), Why> {
        must_have_content(&words)?;
        self.say(What::Noted, words, Visibility::Agents)
    }

    pub(super) fn answer(&mut self, ticket: &Ticket, words: Words) -> Result<(), Why> {
        let Status::WaitingForInformation { request, .. } = ticket.status else { return Err(wrong_status(ticket)) };
        must_have_content(&words)?;
        self.say(What::Answered { request, keeps: self.keeps(ticket), reached: words.reached.clone() }, words, Visibility::Public)
    }

    pub(super) fn request_join(&mut self, words: Words) -> Result<(), Why> {
        let Some(stranger) = self.actor.person.clone() else { return Err(Why::NotAllowed) };
        self.say(What::JoinRequested { stranger }, words, Visibility::Agents)
    }
}
