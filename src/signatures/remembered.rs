//! Answers of names, remembered for as long as they hold, within bounds.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Answer;

/// Answers that are remembered.
const ANSWERS_MAX: usize = 10_000;
/// Bytes of one answer that is remembered; a key of 4096 bits has 750.
const BYTES_MAX: usize = 8 << 10;
/// However long a name promises: a key that was withdrawn is withdrawn within the day.
const LIFE_MAX: Duration = Duration::from_secs(24 * 3600);
/// However short: a flood of mails asks once a minute.
const LIFE_MIN: Duration = Duration::from_secs(60);
/// How long "not now" is taken for an answer: a silent server does not hold up each mail.
const LATER: Duration = Duration::from_secs(30);
/// How long "no such record" holds at most (RFC 2308 section 5 advises hours; a key may just have been published).
const NOTHING_MAX: Duration = Duration::from_secs(900);

/// The memory.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<BTreeMap<String, (Answer, Instant)>>);

impl Remembered {
    /// What the name said, while that holds.
    pub fn get(&self, name: &str, now: Instant) -> Option<Answer> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).filter(|(_, until)| now < *until).map(|(answer, _)| answer.clone())
    }

    /// Remembers what it said now, and how long that holds.
    pub fn put(&self, name: &str, answer: &Answer, (now, life): (Instant, Duration)) {
        let life = match answer {
            Answer::Texts(texts) if texts.iter().map(Vec::len).sum::<usize>() > BYTES_MAX => return,
            Answer::Texts(_) => life.clamp(LIFE_MIN, LIFE_MAX),
            Answer::Nothing => life.clamp(LIFE_MIN, NOTHING_MAX),
            Answer::Later => LATER,
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ANSWERS_MAX {
            known.retain(|_, (_, until)| now < *until);
        }
        if known.len() >= ANSWERS_MAX {
            known.clear();
        }
        known.insert(name.to_owned(), (answer.clone(), now + life));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_answers_hold_as_long_as_they_say_within_bounds() {
        let (memory, now) = (Remembered::default(), Instant::now());
        let key = Answer::Texts(vec![b"v=DKIM1; p=x".to_vec()]);
        let week = Duration::from_secs(7 * 24 * 3600);
        for (answer, life, holds) in [
            (&key, Duration::from_secs(300), 300),
            (&key, Duration::ZERO, 60),
            (&key, week, 24 * 3600),
            (&Answer::Nothing, week, 900),
            (&Answer::Later, week, 30),
        ] {
            memory.put("s._domainkey.cust.test.", answer, (now, life));
            let after = |seconds| memory.get("s._domainkey.cust.test.", now + Duration::from_secs(seconds));
            assert_eq!((after(holds - 1).as_ref(), after(holds)), (Some(answer), None), "{answer:?} {life:?}");
        }
    }

    #[test]
    fn k_a_flood_of_names_does_not_fill_the_memory() {
        let (memory, now) = (Remembered::default(), Instant::now());
        for number in 0..ANSWERS_MAX + 10 {
            memory.put(&format!("s{number}._domainkey.evil.test."), &Answer::Nothing, (now, LIFE_MIN));
        }
        assert!(memory.0.lock().unwrap().len() <= ANSWERS_MAX);
        memory.put("big.", &Answer::Texts(vec![vec![b'x'; BYTES_MAX + 1]]), (now, LIFE_MIN));
        assert_eq!(memory.get("big.", now), None);
    }
}
