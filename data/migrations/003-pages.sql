-- What the pages need: mailed keys, sessions, what people prefer, and indexes that keep lists quick however many tickets there are.

-- Mailed keys, by SHA-256 of their token: they open a session, or prove a request that somebody filled in (`form`, with
-- its files in `raw`). `browser` is the hash of the cookie of whoever asked.
CREATE TABLE gates (
  hash BLOB PRIMARY KEY, what TEXT NOT NULL, person TEXT NOT NULL, browser BLOB NOT NULL, issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, ended_at INTEGER, form TEXT, raw BLOB
) STRICT;
CREATE INDEX gates_expires ON gates (expires_at);

-- Sessions, by SHA-256 of their cookie; `previous` is the one before its last renewal.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, previous BLOB, person TEXT NOT NULL, browser TEXT NOT NULL,
  began_at INTEGER NOT NULL, renewed_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ended_at INTEGER
) STRICT;
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_previous ON sessions (previous) WHERE previous IS NOT NULL;

CREATE TABLE preferences (person TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Lists of tickets, each with the key that its pages follow.
CREATE INDEX tickets_changed ON tickets (status, service, updated_at);
DROP INDEX tickets_assignee;
CREATE INDEX tickets_assignee ON tickets (assignee, status) WHERE assignee IS NOT NULL;
CREATE INDEX tickets_unanswered ON tickets (service)
  WHERE status IN ('free', 'in_progress') AND json_extract(state, '$.first_response_at') IS NULL;
CREATE INDEX people_name ON people (name COLLATE NOCASE) WHERE name IS NOT NULL;
