-- Articles: the whole is `body`. `file` and `hash` say which file it was last read from, `editor` who wrote it since by page.
CREATE TABLE articles (
  number INTEGER PRIMARY KEY, body TEXT NOT NULL, file TEXT, hash TEXT, editor TEXT, changed_at INTEGER NOT NULL
) STRICT;

-- Their words under their numbers.
CREATE VIRTUAL TABLE article_words USING fts5 (
  title, words, text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='3 4'
);
