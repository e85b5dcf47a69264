-- Tickets of which somebody hears more, or less, than usual: few among many.

CREATE INDEX tickets_attended ON tickets (id) WHERE json_array_length(state, '$.details.attention') > 0;
