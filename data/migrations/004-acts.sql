-- Tickets that come back by the clock, senders who are blocked, and what a mailed button would do.

-- Postponed tickets by their date: UTC times of one form, so that their order is that of their letters.
CREATE INDEX tickets_wake ON tickets (json_extract(state, '$.status.until')) WHERE status = 'postponed';

-- Nothing of theirs becomes a ticket.
ALTER TABLE people ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;

-- What the owner of a link is offered to do by it, in the words of a mail of theirs.
CREATE TABLE offers (hash BLOB PRIMARY KEY REFERENCES links, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
