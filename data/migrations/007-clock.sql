-- When time has something to do with a ticket, and when the nearest promise about it ends: both follow from the ticket, the
-- organisation and the site's rules.
DROP INDEX tickets_wake;
ALTER TABLE tickets ADD COLUMN wake_at INTEGER;
ALTER TABLE tickets ADD COLUMN due_at INTEGER;
CREATE INDEX tickets_wake ON tickets (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX tickets_due ON tickets (service, due_at) WHERE due_at IS NOT NULL;

-- Whose turn it was last, where tickets are given in turns: a service and its category, and the agent.
CREATE TABLE turns (place TEXT PRIMARY KEY, person TEXT NOT NULL) STRICT, WITHOUT ROWID;
