-- Tickets about which an outage was declared, or ended: few of many.
CREATE INDEX events_outage ON events (id) WHERE kind = 'outage_changed';
