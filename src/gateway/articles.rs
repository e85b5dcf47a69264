//! Articles where they meet tickets: suggested with the acknowledgement, sent as a solution, found by whoever asks, written by page.
//!
//! Promises: a suggestion never delays a ticket, for it is a part of its first mail; internal articles reach agents alone.
//! Excludes: which articles fit (see `knowledge`), and the pages that show them.

use super::Gateway;
use super::effects::Fault;
use crate::address::Address;
use crate::desk::{Action, Organisation, Ticket, Why, Words};
use crate::knowledge::{self, Article, Filed, Known, Subject};
use crate::notifications::Suggested;
use crate::store::{Access, Backend, Cause, Change, CommitFault, Reads, Store};

/// Articles that one mail suggests.
pub const SUGGESTED_MAX: usize = 3;
/// Articles that are judged for one subject.
const LOOKS: usize = 50;

/// Articles that may answer a request, the likeliest first; none where its category wants none.
pub fn suggested(reads: &(impl Reads + ?Sized), organisation: &Organisation, subject: Subject<'_>) -> Result<Vec<Article>, Backend> {
    if organisation.category(subject.service, subject.category).is_some_and(|category| category.without_articles) {
        return Ok(vec![]);
    }
    let near = reads.articles_like(&knowledge::words(subject.title), LOOKS)?;
    Ok(knowledge::best(subject, &near, SUGGESTED_MAX).into_iter().cloned().collect())
}

/// Articles with these words that somebody may read: all for agents, public ones for everybody.
pub fn found(reads: &(impl Reads + ?Sized), words: &str, agent: bool) -> Result<Vec<Article>, Backend> {
    let mut found = reads.articles_like(&knowledge::words(words), LOOKS)?;
    found.retain(|article| agent || !article.internal);
    Ok(found)
}

/// An article as mails tell of it.
pub fn told(article: &Article) -> Suggested {
    Suggested { number: article.number, title: article.title.clone(), answer: article.answer(), whole: article.is_short() }
}

/// What an agent wrote of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// It becomes this; number 0 is a new one.
    Write(Box<Article>),
    /// It goes.
    Drop(u64),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// Done: the article's number.
    Done(u64),
    /// The agent may not write articles of that service.
    NotAllowed,
}

impl<S: Store> Gateway<S> {
    /// Takes over articles from files.
    pub fn apply_articles(&mut self, filed: &[Filed]) -> Result<(), Backend> {
        let now = self.clock.now();
        self.store.apply_articles(filed, now)
    }

    /// The proposal that an article makes: its text, then the agent's own words.
    pub(super) fn article_for(&self, ticket: &Ticket, written: &str, words: Words) -> Result<Result<Action, Why>, Fault> {
        let number = written.trim().trim_start_matches('#').parse().unwrap_or(0);
        let known = self.store.article(number)?.map(|known| known.article);
        Ok(match known.filter(|article| !article.internal) {
            Some(article) => Ok(Action::ProposeClosure(Words { text: said(&article, &words.text), ..words })),
            None => Err(Why::NoSuchArticle { text: written.trim().to_owned(), near: self.near(ticket, written)? }),
        })
    }

    /// Articles that may have been meant: by the words that were written, else by the ticket's.
    fn near(&self, ticket: &Ticket, written: &str) -> Result<Vec<(u64, String)>, Backend> {
        let mut near = found(&self.store, written, false)?;
        if near.is_empty() {
            near = found(&self.store, &ticket.title, false)?;
        }
        Ok(near.into_iter().take(SUGGESTED_MAX).map(|article| (article.number, article.title)).collect())
    }

    /// Writes an article, or lets it go, for an agent who may.
    pub fn edit_article(&mut self, editor: &Address, edit: Edit, nonce: &str) -> Result<Edited, Backend> {
        let number = match &edit {
            Edit::Write(article) => article.number,
            Edit::Drop(number) => *number,
        };
        let before = self.store.article(number)?.map(|known| known.article);
        let after = if let Edit::Write(article) = &edit { Some(&**article) } else { None };
        if ![before.as_ref(), after].into_iter().flatten().all(|article| self.may_write(editor, article)) {
            return Ok(Edited::NotAllowed);
        }
        let mut change = Change::new(Cause::Named(format!("form/{nonce}")), self.clock.now());
        let number = match edit {
            Edit::Write(article) => {
                let number = if article.number == 0 { self.next_article()? } else { article.number };
                change.access.push(Access::Wrote(editor.clone(), Box::new(Article { number, ..*article })));
                number
            }
            Edit::Drop(number) => {
                change.access.push(Access::Dropped(number));
                number
            }
        };
        match self.store.commit(&change) {
            Ok(()) | Err(CommitFault::AlreadyDone) => Ok(Edited::Done(number)),
            Err(fault) => Err(Backend(fault.to_string())),
        }
    }

    fn may_write(&self, editor: &Address, article: &Article) -> bool {
        self.organisation.may_write_articles(editor, &article.service)
    }

    fn next_article(&self) -> Result<u64, Backend> {
        Ok(self.store.articles()?.last().map_or(1, |Known { article, .. }| article.number + 1))
    }
}

fn said(article: &Article, own: &str) -> String {
    let text = knowledge::plain(&article.text);
    [article.title.as_str(), &text, own.trim()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}
