-- What is deleted after the time that a site keeps it, found along indexes, and what stays of it.

-- A ticket that was deleted: its number is never given again. While `left` is 1, rows of it wait to be deleted.
CREATE TABLE purged (ticket INTEGER PRIMARY KEY, at INTEGER NOT NULL, left INTEGER NOT NULL) STRICT;
CREATE INDEX purged_left ON purged (ticket) WHERE left = 1;

-- Links that led to deleted tickets, so that whoever opens one is told.
CREATE TABLE purged_links (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Ended tickets by their last change; `mails` is 0 when no mail of theirs is kept any more.
ALTER TABLE tickets ADD COLUMN mails INTEGER NOT NULL DEFAULT 1;
CREATE INDEX tickets_ended ON tickets (mails, updated_at) WHERE status IN ('approved', 'expired', 'cancelled', 'refused', 'merged');

-- Mails of a ticket, and mails without any effect that are still kept.
CREATE INDEX ledger_ticket ON ledger (ticket) WHERE ticket IS NOT NULL;
CREATE INDEX ledger_loose ON ledger (received_at) WHERE outcome = 'ignored' AND ticket IS NULL AND raw IS NOT NULL;

-- All links of a ticket, live ones first.
DROP INDEX links_ticket;
CREATE INDEX links_ticket ON links (ticket, ended_at);

-- Without its reference to tickets: to delete one, all participants would be looked at.
CREATE TABLE taking_part (person TEXT, ticket INTEGER, PRIMARY KEY (person, ticket)) STRICT, WITHOUT ROWID;
INSERT INTO taking_part SELECT person, ticket FROM participants;
DROP TABLE participants;
ALTER TABLE taking_part RENAME TO participants;
