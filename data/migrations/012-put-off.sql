-- News of tickets that their readers get a little later: events first to last, told at `due_at` at the latest.
CREATE TABLE put_off (
  ticket INTEGER NOT NULL, person TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, due_at INTEGER NOT NULL,
  PRIMARY KEY (ticket, person, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX put_off_due ON put_off (due_at);
