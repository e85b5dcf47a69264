-- What whoever manages a service changed by page. `settled`: an organisation file was applied since, which says it or undid it.
CREATE TABLE staffing (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, person TEXT NOT NULL, service TEXT NOT NULL, body TEXT NOT NULL,
  settled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX staffing_service ON staffing (service, id);
