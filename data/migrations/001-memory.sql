-- What Guichet remembers. Times are nanoseconds of the Unix epoch. Append-only: never edit this file, add the next one.

-- Small facts about this file: `instance`, drawn once when it was made.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE organisation (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;

-- Where mail comes from, and how far it was read (null: not begun, or no marks there).
CREATE TABLE folders (
  id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, folder TEXT NOT NULL,
  epoch INTEGER, uid INTEGER, old_until INTEGER, began_at INTEGER,
  UNIQUE (mailbox, folder)
) STRICT;

-- Raw mails, each content once; a row bears the number of the first instance that brought it.
CREATE TABLE raws (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

-- The ledger: one row per message instance; `outcome` is null while it waits.
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY, folder INTEGER NOT NULL REFERENCES folders, epoch INTEGER NOT NULL, uid INTEGER NOT NULL, name TEXT NOT NULL,
  received_at INTEGER NOT NULL, size INTEGER NOT NULL, cut INTEGER NOT NULL, old INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  hash BLOB, raw INTEGER REFERENCES raws,
  outcome TEXT, reason TEXT, ticket INTEGER, sender TEXT, message_id TEXT, date INTEGER, body_hash BLOB,
  UNIQUE (folder, epoch, uid, name)
) STRICT;
CREATE INDEX ledger_outcome ON ledger (outcome, folder);
CREATE INDEX ledger_hash ON ledger (hash) WHERE hash IS NOT NULL;
CREATE INDEX ledger_message_id ON ledger (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX ledger_sender ON ledger (sender, received_at, reason) WHERE sender IS NOT NULL;

-- Decisions in full, for `guichet why`; apart, because they are long and seldom read.
CREATE TABLE traces (instance INTEGER PRIMARY KEY REFERENCES ledger, trace TEXT NOT NULL) STRICT;

-- Kept here, but the server was not told yet.
CREATE TABLE unsettled (folder INTEGER, epoch INTEGER, uid INTEGER, PRIMARY KEY (folder, epoch, uid)) STRICT, WITHOUT ROWID;

-- Why something was written, where it was no mail.
CREATE TABLE causes (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Tickets as they stand; the columns repeat what is searched, `state` is the whole; `people` are its participants.
CREATE TABLE tickets (
  id INTEGER PRIMARY KEY, version INTEGER NOT NULL, status TEXT NOT NULL, service TEXT NOT NULL, requester TEXT NOT NULL, assignee TEXT,
  updated_at INTEGER NOT NULL, people TEXT NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE INDEX tickets_status ON tickets (status, service);
CREATE INDEX tickets_assignee ON tickets (assignee) WHERE assignee IS NOT NULL;

CREATE TABLE participants (person TEXT, ticket INTEGER REFERENCES tickets, PRIMARY KEY (person, ticket)) STRICT, WITHOUT ROWID;

-- What happened; the key is ticket * 2^20 + number, so that a ticket's events lie together without an index.
CREATE TABLE events (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, visibility TEXT NOT NULL, actor TEXT, instance INTEGER,
  text TEXT, body TEXT NOT NULL
) STRICT;

-- Words of events under the events' keys; the text itself is not stored twice, and a purge can delete rows.
CREATE VIRTUAL TABLE words USING fts5 (text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

-- Message-IDs that point at tickets; how: 0 quoted, 1 seen, 2 sent.
CREATE TABLE known (id TEXT, ticket INTEGER, how INTEGER NOT NULL, person TEXT, PRIMARY KEY (id, ticket)) STRICT, WITHOUT ROWID;

-- Thread-Index roots that point at tickets.
CREATE TABLE threads (root BLOB, ticket INTEGER, PRIMARY KEY (root, ticket)) STRICT, WITHOUT ROWID;

-- First and last mail of a conversation that a person has.
CREATE TABLE seen (ticket INTEGER, person TEXT, first TEXT NOT NULL, last TEXT NOT NULL, PRIMARY KEY (ticket, person)) STRICT, WITHOUT ROWID;

CREATE TABLE people (
  address TEXT PRIMARY KEY, name TEXT, language TEXT, failures INTEGER NOT NULL, suppressed INTEGER NOT NULL, is_list INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Capabilities, by SHA-256 of their token.
CREATE TABLE links (
  hash BLOB PRIMARY KEY, purpose TEXT NOT NULL, person TEXT NOT NULL, ticket INTEGER NOT NULL REFERENCES tickets, request INTEGER NOT NULL,
  issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX links_ticket ON links (ticket) WHERE ended_at IS NULL;

-- Mails to send. Their bytes lie apart: a change of state must not write them again.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, ticket INTEGER, person TEXT NOT NULL, kind TEXT NOT NULL, auto INTEGER NOT NULL, message_id TEXT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL, queued_at INTEGER NOT NULL, reply TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('queued', 'unknown');
CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending';
CREATE INDEX outbox_ticket ON outbox (ticket, person) WHERE ticket IS NOT NULL;
CREATE INDEX outbox_message_id ON outbox (message_id);
CREATE TABLE letters (
  id INTEGER PRIMARY KEY REFERENCES outbox, envelope_from TEXT, envelope_to TEXT NOT NULL, bytes BLOB NOT NULL
) STRICT;

-- Automatic mails per person ('': to anybody), numbered in order of time: the count since a moment is one subtraction,
-- however many there are.
CREATE TABLE autos (person TEXT, at INTEGER, n INTEGER, PRIMARY KEY (person, at, n)) STRICT, WITHOUT ROWID;
