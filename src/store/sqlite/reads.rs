//! The questions, answered by whoever has a connection: the writer, or a reader beside it.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    Sqlite, access, articles, change, erasing, figures, finding, ids, keep, ledger, links, lists, outbox, people, put_off, reader::Reader,
    staffing, sweeping, tickets, waking,
};
use crate::address::Address;
use crate::desk::figures::Fact;
use crate::desk::{Event, Organisation, Preferences, Ticket, TicketId};
use crate::knowledge::{Article, Known};
use crate::mail::Letter;
use crate::ports::Mark;
use crate::store::{
    ArticleReads, Backend, Disposition, FigureReads, Found, Gate, Instance, KnownId, LedgerCount, LetterRow, Link, Overdue, PageReads,
    Person, PutOff, Reads, RetentionReads, Search, Session, Shelf, Staffed, StaffingReads, Swept, Thread, TicketQuery, TokenHash,
};

/// Has a connection to ask.
trait Connected {
    fn connection(&self) -> &Connection;
}

impl Connected for Sqlite {
    fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Connected for Reader {
    fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl<T: Connected> Reads for T {
    fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, Backend> {
        Ok(tickets::one(self.connection(), id)?)
    }

    fn was_done(&self, cause: &str) -> Result<bool, Backend> {
        Ok(change::was_done(self.connection(), cause)?)
    }

    fn waking(&self, now: Timestamp, limit: usize) -> Result<Vec<TicketId>, Backend> {
        Ok(waking::waking(self.connection(), now, limit)?)
    }

    fn turn(&self, place: &str) -> Result<Option<Address>, Backend> {
        Ok(waking::turn(self.connection(), place)?)
    }

    fn last_written(&self) -> Result<Option<Timestamp>, Backend> {
        Ok(waking::last_written(self.connection())?)
    }

    fn outages(&self) -> Result<Vec<Ticket>, Backend> {
        Ok(tickets::outages(self.connection())?)
    }

    fn tickets(&self, query: &TicketQuery) -> Result<Vec<Ticket>, Backend> {
        Ok(tickets::list(self.connection(), query)?)
    }

    fn events(&self, ticket: TicketId) -> Result<Vec<Event>, Backend> {
        Ok(tickets::events(self.connection(), ticket)?)
    }

    fn known(&self, ids: &[String]) -> Result<Vec<KnownId>, Backend> {
        Ok(ids::known(self.connection(), ids)?)
    }

    fn threads(&self, root: &[u8]) -> Result<Vec<TicketId>, Backend> {
        Ok(ids::threads(self.connection(), root)?)
    }

    fn twins(&self, message_id: &str) -> Result<Vec<Instance>, Backend> {
        Ok(ledger::twins(self.connection(), message_id)?)
    }

    fn thread(&self, ticket: TicketId, person: &Address) -> Result<Thread, Backend> {
        Ok(ids::thread(self.connection(), ticket, person)?)
    }

    fn person(&self, address: &Address) -> Result<Option<Person>, Backend> {
        Ok(people::one(self.connection(), address)?)
    }

    fn link(&self, hash: &TokenHash) -> Result<Option<Link>, Backend> {
        Ok(links::one(self.connection(), hash)?)
    }

    fn offer(&self, hash: &TokenHash) -> Result<Option<String>, Backend> {
        Ok(links::offer(self.connection(), hash)?)
    }

    fn links(&self, ticket: TicketId) -> Result<Vec<Link>, Backend> {
        Ok(links::of(self.connection(), ticket)?)
    }

    fn organisation(&self) -> Result<Organisation, Backend> {
        Ok(people::organisation(self.connection())?)
    }

    fn auto_since(&self, person: Option<&Address>, since: Timestamp) -> Result<u32, Backend> {
        Ok(outbox::auto_since(self.connection(), person, since)?)
    }

    fn from_since(&self, from: &Address, reason: Option<&str>, since: Timestamp) -> Result<u32, Backend> {
        Ok(ledger::from_since(self.connection(), from, reason, since)?)
    }

    fn last_letter(&self, ticket: TicketId, person: &Address) -> Result<Option<Timestamp>, Backend> {
        Ok(outbox::last_letter(self.connection(), ticket, person)?)
    }

    fn last_of(&self, ticket: TicketId, person: &Address, kinds: [&str; 2]) -> Result<Option<Timestamp>, Backend> {
        Ok(outbox::last_of(self.connection(), (ticket, person), kinds)?)
    }

    fn put_off(&self, ticket: TicketId, person: &Address) -> Result<Vec<PutOff>, Backend> {
        Ok(put_off::of(self.connection(), ticket, person)?)
    }

    fn put_off_until(&self, now: Timestamp, limit: usize) -> Result<Vec<(TicketId, Address)>, Backend> {
        Ok(put_off::until(self.connection(), now, limit)?)
    }

    fn instance(&self, id: u64) -> Result<Option<Instance>, Backend> {
        Ok(ledger::one(self.connection(), id)?)
    }

    fn find_instances(&self, what: &str) -> Result<Vec<Instance>, Backend> {
        Ok(ledger::find(self.connection(), what)?)
    }

    fn instances(&self, disposition: Option<Disposition>, limit: usize) -> Result<Vec<Instance>, Backend> {
        Ok(ledger::of(self.connection(), disposition, limit)?)
    }

    fn raw(&self, instance: u64) -> Result<Option<Vec<u8>>, Backend> {
        Ok(ledger::raw(self.connection(), instance)?)
    }

    fn count(&self, mailbox: Option<&str>) -> Result<LedgerCount, Backend> {
        Ok(ledger::count(self.connection(), mailbox)?)
    }

    fn lately_vanished(&self) -> Result<(u64, u64), Backend> {
        Ok(keep::lately_vanished(self.connection())?)
    }

    fn last_arrival(&self, mailbox: &str) -> Result<Option<Timestamp>, Backend> {
        Ok(keep::last_arrival(self.connection(), mailbox)?)
    }

    fn letters(&self, ticket: Option<TicketId>, limit: usize) -> Result<Vec<LetterRow>, Backend> {
        Ok(outbox::list(self.connection(), ticket, limit)?)
    }

    fn letter(&self, id: u64) -> Result<Option<LetterRow>, Backend> {
        Ok(outbox::one(self.connection(), id)?)
    }

    fn letter_of(&self, message_id: &str) -> Result<Option<LetterRow>, Backend> {
        Ok(outbox::by_message_id(self.connection(), message_id)?)
    }

    fn letter_bytes(&self, id: u64) -> Result<Option<Letter>, Backend> {
        Ok(outbox::bytes(self.connection(), id)?)
    }

    fn next_due(&self) -> Result<Option<Timestamp>, Backend> {
        Ok(outbox::next_due(self.connection(), outbox::ALL)?)
    }

    fn mark(&self, mailbox: &str, folder: &str) -> Result<Option<Mark>, Backend> {
        Ok(keep::mark(self.connection(), mailbox, folder)?)
    }

    fn unsettled(&self, mailbox: &str, folder: &str, epoch: u32) -> Result<Vec<u32>, Backend> {
        Ok(keep::unsettled(self.connection(), (mailbox, folder), epoch)?)
    }

    fn accounted(&self, mailbox: &str, folder: &str, epoch: u32) -> Result<Vec<u32>, Backend> {
        Ok(keep::accounted(self.connection(), (mailbox, folder), epoch)?)
    }
}

impl<T: Connected> PageReads for T {
    fn gate(&self, hash: &TokenHash) -> Result<Option<Gate>, Backend> {
        Ok(access::gate(self.connection(), hash)?)
    }

    fn waiting_bytes(&self) -> Result<u64, Backend> {
        Ok(access::waiting_bytes(self.connection())?)
    }

    fn session(&self, hash: &TokenHash) -> Result<Option<Session>, Backend> {
        Ok(access::session(self.connection(), hash)?)
    }

    fn sessions(&self, person: &Address) -> Result<Vec<Session>, Backend> {
        Ok(access::sessions(self.connection(), person)?)
    }

    fn preferences(&self, person: &Address) -> Result<Preferences, Backend> {
        Ok(access::preferences(self.connection(), person)?)
    }

    fn has_tickets(&self, person: &Address) -> Result<bool, Backend> {
        Ok(lists::has_any(self.connection(), person)?)
    }

    fn shelf(&self, shelf: &Shelf) -> Result<Vec<Ticket>, Backend> {
        Ok(lists::shelf(self.connection(), shelf)?)
    }

    fn shelf_count(&self, shelf: &Shelf, most: usize) -> Result<usize, Backend> {
        Ok(lists::count(self.connection(), shelf, most)?)
    }

    fn tickets_of(&self, person: &Address, below: Option<TicketId>, limit: usize) -> Result<Vec<Ticket>, Backend> {
        Ok(lists::of_person(self.connection(), person, below, limit)?)
    }

    fn attended(&self, person: &Address) -> Result<Vec<Ticket>, Backend> {
        Ok(lists::attended(self.connection(), person)?)
    }

    fn search(&self, search: &Search) -> Result<Found, Backend> {
        Ok(finding::search(self.connection(), search)?)
    }

    fn people_like(&self, start: &str, limit: usize) -> Result<Vec<Person>, Backend> {
        Ok(finding::like(self.connection(), start, limit)?)
    }
}

impl<T: Connected> ArticleReads for T {
    fn article(&self, number: u64) -> Result<Option<Known>, Backend> {
        Ok(articles::one(self.connection(), number)?)
    }

    fn articles(&self) -> Result<Vec<Known>, Backend> {
        Ok(articles::all(self.connection())?)
    }

    fn articles_like(&self, words: &[String], limit: usize) -> Result<Vec<Article>, Backend> {
        Ok(articles::like(self.connection(), words, limit)?)
    }
}

impl<T: Connected> FigureReads for T {
    fn opened(&self, place: (&str, &str), between: [Timestamp; 2]) -> Result<usize, Backend> {
        Ok(figures::opened(self.connection(), place, between)?)
    }

    fn asked(&self, place: (&str, &str), between: [Timestamp; 2]) -> Result<Vec<(String, Address)>, Backend> {
        Ok(figures::asked(self.connection(), place, between)?)
    }

    fn facts(&self, services: &[String], since: Timestamp) -> Result<Vec<Fact>, Backend> {
        Ok(figures::facts(self.connection(), services, since)?)
    }
}

impl<T: Connected> RetentionReads for T {
    fn purged(&self, ticket: TicketId) -> Result<Option<Timestamp>, Backend> {
        Ok(sweeping::purged(self.connection(), ticket)?)
    }

    fn was_link(&self, hash: &TokenHash) -> Result<bool, Backend> {
        Ok(sweeping::was_link(self.connection(), hash)?)
    }

    fn mails_from(&self, person: &Address, above: u64, limit: usize) -> Result<Vec<u64>, Backend> {
        Ok(erasing::mails_from(self.connection(), person, above, limit)?)
    }

    fn overdue(&self, overdue: &Overdue) -> Result<Swept, Backend> {
        Ok(sweeping::overdue(self.connection(), overdue)?)
    }
}

impl<T: Connected> StaffingReads for T {
    fn declared(&self) -> Result<Organisation, Backend> {
        Ok(staffing::declared(self.connection())?)
    }

    fn organisation_version(&self) -> Result<u64, Backend> {
        Ok(staffing::version(self.connection())?)
    }

    fn staffed(&self, service: &str, limit: usize) -> Result<Vec<Staffed>, Backend> {
        Ok(staffing::of_service(self.connection(), service, limit)?)
    }

    fn staffed_since_file(&self) -> Result<Vec<Staffed>, Backend> {
        Ok(staffing::since_file(self.connection())?)
    }
}
