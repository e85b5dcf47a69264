//! How our values lie in columns, and come back.

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::address::Address;
use crate::desk::{Purpose, Visibility};
use crate::store::{Backend, Disposition, LetterState};

impl From<rusqlite::Error> for Backend {
    fn from(fault: rusqlite::Error) -> Backend {
        match fault {
            // The text of these could repeat a value, and values are mail.
            rusqlite::Error::FromSqlConversionFailure(column, ..) => Backend(format!("column {column} of a row cannot be read")),
            rusqlite::Error::ToSqlConversionFailure(_) => Backend("a value cannot be stored".into()),
            fault => Backend(fault.to_string()),
        }
    }
}

/// A moment as nanoseconds of the epoch, so that it comes back exactly; what lies before 1677 or after 2262 becomes the
/// nearest that can be stored.
pub struct At(pub Timestamp);

impl ToSql for At {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let nanoseconds = self.0.as_nanosecond().clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Ok(ToSqlOutput::from(i64::try_from(nanoseconds).unwrap_or_default()))
    }
}

impl FromSql for At {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let nanoseconds = i128::from(value.as_i64()?);
        Timestamp::from_nanosecond(nanoseconds).map(At).map_err(FromSqlError::other)
    }
}

/// A row's number. A number beyond SQLite's (out of a forged mail) is no row's.
pub struct Id(pub u64);

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(i64::try_from(self.0).unwrap_or(-1)))
    }
}

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number).map(Id).map_err(|_| FromSqlError::OutOfRange(number))
    }
}

/// An address in a column.
pub struct Who(pub Address);

impl FromSql for Who {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Address::parse(value.as_str()?).map(Who).map_err(FromSqlError::other)
    }
}

/// A value that lies in its column as a stable word.
pub trait Word: Copy + PartialEq + 'static {
    /// Each value with its word.
    const WORDS: &'static [(Self, &'static str)];
}

/// A [`Word`] in a column.
pub struct Named<T>(pub T);

impl<T: Word> ToSql for Named<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let word = T::WORDS.iter().find(|entry| entry.0 == self.0).map(|entry| entry.1);
        word.map(ToSqlOutput::from).ok_or_else(|| rusqlite::Error::ToSqlConversionFailure("a value without a word".into()))
    }
}

impl<T: Word> FromSql for Named<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        T::WORDS.iter().find(|entry| entry.1 == word).map(|entry| Named(entry.0)).ok_or(FromSqlError::InvalidType)
    }
}

impl Word for Disposition {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Disposition::Attached, "attached"),
        (Disposition::New, "new"),
        (Disposition::Held, "held"),
        (Disposition::Ignored, "ignored"),
        (Disposition::Parked, "parked"),
    ];
}

impl Word for LetterState {
    const WORDS: &'static [(Self, &'static str)] = &[
        (LetterState::Queued, "queued"),
        (LetterState::Sending, "sending"),
        (LetterState::Sent, "sent"),
        (LetterState::Refused, "refused"),
        (LetterState::Unknown, "unknown"),
        (LetterState::GivenUp, "given_up"),
        (LetterState::Suppressed, "suppressed"),
    ];
}

impl Word for Visibility {
    const WORDS: &'static [(Self, &'static str)] = &[(Visibility::Public, "public"), (Visibility::Agents, "agents")];
}

impl Word for Purpose {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Purpose::Approve, "approve"),
        (Purpose::RefuseClosure, "refuse_closure"),
        (Purpose::Answer, "answer"),
        (Purpose::Rate, "rate"),
        (Purpose::View, "view"),
        (Purpose::Undo, "undo"),
        (Purpose::Draft, "draft"),
        (Purpose::Solved, "solved"),
        (Purpose::Sort, "sort"),
        (Purpose::Addition, "addition"),
    ];
}

/// A JSON column as a value.
pub fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> rusqlite::Result<T> {
    let index = row.as_ref().column_index(column)?;
    let text = row.get_ref(index)?;
    let text = text.as_str().map_err(|fault| rusqlite::Error::FromSqlConversionFailure(index, text.data_type(), Box::new(fault)))?;
    let failed = |fault| rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(fault));
    serde_json::from_str(text).map_err(failed)
}

/// A value as JSON text.
pub fn as_json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|fault| rusqlite::Error::ToSqlConversionFailure(Box::new(fault)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_serde_and_of_the_desk() {
        for (purpose, word) in Purpose::WORDS {
            assert_eq!(purpose.word(), *word);
        }
        for (state, word) in LetterState::WORDS {
            assert_eq!(as_json(state).unwrap(), format!("{word:?}"));
        }
        for (disposition, word) in Disposition::WORDS {
            assert_eq!(as_json(disposition).unwrap(), format!("{word:?}"));
        }
        for (visibility, word) in Visibility::WORDS {
            assert_eq!(as_json(visibility).unwrap(), format!("{word:?}"));
        }
    }
}
