//! Questions about articles.

use super::Backend;
use crate::knowledge::{Article, Known};

/// Who asks for articles, and who may not see some of them, is settled before.
pub trait ArticleReads {
    /// The article of that number.
    fn article(&self, number: u64) -> Result<Option<Known>, Backend>;
    /// All articles, by number.
    fn articles(&self) -> Result<Vec<Known>, Backend>;
    /// Articles that have any of these words, or words that begin so, the likeliest first.
    fn articles_like(&self, words: &[String], limit: usize) -> Result<Vec<Article>, Backend>;
}
