-- Events whose words the full-text index does not know yet: while mails wait, it does.
CREATE TABLE unindexed (id INTEGER PRIMARY KEY REFERENCES events) STRICT;
