-- What a letter takes from kept mails: bytes [first, past) of a raw mail belong before byte `at` of the letter. A mail that a letter
-- needs cannot be deleted.
CREATE TABLE excerpts (
  letter INTEGER NOT NULL REFERENCES letters ON DELETE CASCADE, number INTEGER NOT NULL, at INTEGER NOT NULL,
  raw INTEGER NOT NULL REFERENCES raws, first INTEGER NOT NULL, past INTEGER NOT NULL,
  PRIMARY KEY (letter, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX excerpts_raw ON excerpts (raw);
