//! Figures of a service: how much came, how soon it was answered and solved, how people judged it (PRODUCT P63).
//!
//! Promises: times are medians and ninetieth percentiles, for means hide what a few long ones do; what ended by silence is told apart
//! from what was approved; marks are shown of nobody who has few of them. Excludes: where the facts come from, and who may see whose.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::ticket::{End, Rating, TicketId};
use crate::address::Address;

/// Marks that a person must have before their mean is shown (CAPABILITIES row 59).
pub const MARKS_MIN: usize = 5;
/// Tickets that a mailed figure is made of at least: fewer tell of single people.
pub const SAMPLE_MIN: usize = 5;
/// Ages of open tickets, in days: up to each of these, and beyond the last.
const AGES: [i64; 4] = [1, 3, 7, 30];

/// How often figures of a service are mailed to its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Monday to Sunday.
    Weekly,
    /// From the first on.
    Monthly,
}

impl Rhythm {
    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            Rhythm::Weekly => "weekly",
            Rhythm::Monthly => "monthly",
        }
    }

    /// The first day of the last while that is over.
    pub fn last(self, today: Date) -> Date {
        self.before(match self {
            Rhythm::Weekly => today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days()),
            Rhythm::Monthly => today.first_of_month(),
        })
    }

    /// The first day of the while before the one that begins then.
    pub fn before(self, from: Date) -> Date {
        match self {
            Rhythm::Weekly => from.saturating_sub(7.days()),
            Rhythm::Monthly => from.saturating_sub(1.month()),
        }
    }

    /// The first day of the while after the one that begins then.
    pub fn after(self, from: Date) -> Date {
        match self {
            Rhythm::Weekly => from.saturating_add(7.days()),
            Rhythm::Monthly => from.saturating_add(1.month()),
        }
    }
}

/// What figures are made of: one ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Its number.
    pub id: TicketId,
    /// Key of the service.
    pub service: String,
    /// Key of the category; empty is "to sort".
    pub category: String,
    /// In charge, now or last.
    pub assignee: Option<Address>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When the first agent answered.
    pub first_response_at: Option<Timestamp>,
    /// How and when it ended; none: it is open.
    pub ended: Option<(End, Timestamp)>,
    /// It ended because nobody said no to a solution.
    pub tacit: bool,
    /// How often it was reopened.
    pub reopened: u32,
    /// How often a solution was refused.
    pub refusals: u32,
    /// How it was judged.
    pub rating: Option<Rating>,
}

/// Figures of a while.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// All tickets that were opened in it.
    pub all: Counts,
    /// Opened on each day, the first one first.
    pub days: Vec<(Date, usize)>,
    /// By key of the service.
    pub services: Vec<Group>,
    /// By keys of service and category, with a slash between.
    pub categories: Vec<Group>,
    /// By address of the agent in charge.
    pub agents: Vec<Group>,
    /// Open tickets, whenever they began, by age: up to so many days, none is beyond.
    pub ages: Vec<(Option<i64>, usize)>,
}

impl Figures {
    /// The same for a mail that is passed on: of agents with few tickets nothing is told, and of few tickets no times and no marks.
    pub fn discreet(mut self) -> Figures {
        self.agents.retain(|group| group.counts.opened >= SAMPLE_MIN);
        let groups = [&mut self.services, &mut self.categories, &mut self.agents].into_iter().flatten().map(|group| &mut group.counts);
        for counts in groups.chain([&mut self.all]) {
            counts.marks = counts.marks.filter(|marks| marks.n >= MARKS_MIN);
            for times in [&mut counts.response, &mut counts.resolution] {
                *times = if times.n >= SAMPLE_MIN { *times } else { Times::default() };
            }
        }
        self
    }

    /// A line for all tickets, and for each group (RFC 4180); times are in seconds, what is not known is empty.
    pub fn csv(&self) -> String {
        let head = "of,key,opened,open,approved,tacit,unanswered,other,reopened,refused_solutions,first_response_median,first_response_p90,\
                    resolution_median,resolution_p90,marks,delay_mean,answers_mean\r\n";
        let all = [("all", "", &self.all)].into_iter();
        let kinds = [("service", &self.services), ("category", &self.categories), ("agent", &self.agents)];
        let grouped = kinds.iter().flat_map(|(what, groups)| groups.iter().map(|group| (*what, group.key.as_str(), &group.counts)));
        all.chain(grouped).fold(head.to_owned(), |csv, (what, key, counts)| csv + &row(what, key, counts))
    }
}

fn row(what: &str, key: &str, counts: &Counts) -> String {
    let Counts { opened, open, approved, tacit, unanswered, other, reopened, refusals, response, resolution, marks } = counts;
    let time = |times: &Times, seconds: i64| if times.n == 0 { String::new() } else { seconds.to_string() };
    let mark = |mean: fn(&Marks) -> f64| marks.as_ref().map(|marks| format!("{:.2}", mean(marks))).unwrap_or_default();
    let n = marks.map(|marks| marks.n.to_string()).unwrap_or_default();
    let times = [
        time(response, response.median),
        time(response, response.p90),
        time(resolution, resolution.median),
        time(resolution, resolution.p90),
    ];
    format!(
        "{what},{},{opened},{open},{approved},{tacit},{unanswered},{other},{reopened},{refusals},{},{n},{},{}\r\n",
        cell(key),
        times.join(","),
        mark(|marks| marks.delay),
        mark(|marks| marks.answers)
    )
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let harmless = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", harmless.replace('"', "\"\""))
}

/// Some of the tickets.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Group {
    /// What they have in common.
    pub key: String,
    /// Their figures.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What is counted of some tickets.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Opened.
    pub opened: usize,
    /// Still open.
    pub open: usize,
    /// Ended with somebody's agreement.
    pub approved: usize,
    /// Ended because nobody said no to the solution.
    pub tacit: usize,
    /// Ended because a question was not answered.
    pub unanswered: usize,
    /// Cancelled, refused or merged.
    pub other: usize,
    /// Reopenings.
    pub reopened: u32,
    /// Solutions that were refused.
    pub refusals: u32,
    /// To the first answer of an agent.
    pub response: Times,
    /// To the end, by agreement or silence.
    pub resolution: Times,
    /// Means of the marks; none where they are too few.
    pub marks: Option<Marks>,
}

/// How long something took, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// Of how many.
    pub n: usize,
    /// Half of them took no longer.
    pub median: i64,
    /// Nine of ten took no longer.
    pub p90: i64,
}

/// Marks from 1 to 5.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Marks {
    /// How many judged.
    pub n: usize,
    /// Mean of the delay's.
    pub delay: f64,
    /// Mean of the answers'.
    pub answers: f64,
}

/// Which while, on which clock.
#[derive(Debug, Clone)]
pub struct While<'a> {
    /// Tickets opened at or after.
    pub since: Timestamp,
    /// Until now.
    pub now: Timestamp,
    /// Days are of this zone.
    pub zone: &'a TimeZone,
}

/// The figures of some tickets; those that were opened before count by their age alone.
pub fn figures(facts: &[Fact], span: &While<'_>) -> Figures {
    let within: Vec<&Fact> = facts.iter().filter(|fact| fact.opened_at >= span.since && fact.opened_at <= span.now).collect();
    Figures {
        all: counts(&within, 1),
        days: days(&within, span),
        services: grouped(&within, 1, |fact| Some(fact.service.clone())),
        categories: grouped(&within, 1, |fact| Some(format!("{}/{}", fact.service, fact.category))),
        agents: grouped(&within, MARKS_MIN, |fact| fact.assignee.as_ref().map(ToString::to_string)),
        ages: ages(facts, span.now),
    }
}

fn grouped(facts: &[&Fact], marks_min: usize, key: impl Fn(&Fact) -> Option<String>) -> Vec<Group> {
    let mut groups: BTreeMap<String, Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        if let Some(key) = key(fact) {
            groups.entry(key).or_default().push(fact);
        }
    }
    groups.into_iter().map(|(key, facts)| Group { key, counts: counts(&facts, marks_min) }).collect()
}

fn counts(facts: &[&Fact], marks_min: usize) -> Counts {
    let ended = |is: fn(&Fact, End) -> bool| facts.iter().filter(|fact| fact.ended.is_some_and(|(end, _)| is(fact, end))).count();
    let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs();
    let response = facts.iter().filter_map(|fact| Some(seconds(fact.opened_at, fact.first_response_at?))).collect();
    let solved =
        facts.iter().filter_map(|fact| fact.ended.filter(|(end, _)| matches!(end, End::Approved | End::Expired)).map(|(_, at)| (fact, at)));
    Counts {
        opened: facts.len(),
        open: facts.iter().filter(|fact| fact.ended.is_none()).count(),
        approved: ended(|_, end| end == End::Approved),
        tacit: ended(|fact, end| end == End::Expired && fact.tacit),
        unanswered: ended(|fact, end| end == End::Expired && !fact.tacit),
        other: ended(|_, end| matches!(end, End::Cancelled | End::Refused | End::Merged(_))),
        reopened: facts.iter().map(|fact| fact.reopened).sum(),
        refusals: facts.iter().map(|fact| fact.refusals).sum(),
        response: times(response),
        resolution: times(solved.map(|(fact, at)| seconds(fact.opened_at, at)).collect()),
        marks: marks(facts, marks_min),
    }
}

/// The nearest-rank percentiles.
fn times(mut seconds: Vec<i64>) -> Times {
    seconds.sort_unstable();
    let n = seconds.len();
    let rank = |percent: usize| seconds.get((n * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
    Times { n, median: rank(50), p90: rank(90) }
}

fn marks(facts: &[&Fact], least: usize) -> Option<Marks> {
    let given: Vec<&Rating> = facts.iter().filter_map(|fact| fact.rating.as_ref()).collect();
    let mean = |mark: fn(&Rating) -> u8| given.iter().map(|rating| f64::from(mark(rating))).sum::<f64>() / given.len() as f64;
    (given.len() >= least).then(|| Marks { n: given.len(), delay: mean(|rating| rating.delay), answers: mean(|rating| rating.answers) })
}

/// Every day of the while, also those without a ticket.
fn days(facts: &[&Fact], span: &While<'_>) -> Vec<(Date, usize)> {
    let day = |at: Timestamp| at.to_zoned(span.zone.clone()).date();
    let mut opened: BTreeMap<Date, usize> = BTreeMap::new();
    for fact in facts {
        *opened.entry(day(fact.opened_at)).or_default() += 1;
    }
    let last = day(span.now);
    let next = |date: &Date| date.checked_add(1.day()).ok().filter(|date| *date <= last);
    std::iter::successors(Some(day(span.since)), next).map(|date| (date, opened.get(&date).copied().unwrap_or_default())).collect()
}

fn ages(facts: &[Fact], now: Timestamp) -> Vec<(Option<i64>, usize)> {
    let bounds = AGES.into_iter().map(Some).chain([None]);
    let days = |fact: &Fact| now.duration_since(fact.opened_at).as_secs() / SignedDuration::from_hours(24).as_secs();
    let bound = |fact: &Fact| AGES.into_iter().find(|bound| days(fact) < *bound);
    let open = |bounded: Option<i64>| facts.iter().filter(|fact| fact.ended.is_none() && bound(fact) == bounded).count();
    bounds.map(|bounded| (bounded, open(bounded))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(id: u64, hours: i64) -> Fact {
        let opened_at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * i64::try_from(id).unwrap());
        Fact {
            id,
            service: "dsi".into(),
            category: String::new(),
            assignee: Address::parse("a@x.test").ok(),
            opened_at,
            first_response_at: Some(opened_at + SignedDuration::from_hours(1)),
            ended: Some((End::Approved, opened_at + SignedDuration::from_hours(hours))),
            tacit: false,
            reopened: 0,
            refusals: 0,
            rating: Some(Rating { delay: 5, answers: 4, comment: String::new() }),
        }
    }

    fn made(facts: &[Fact]) -> Figures {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20);
        figures(facts, &While { since: Timestamp::UNIX_EPOCH, now, zone: &TimeZone::UTC })
    }

    #[test]
    fn p63_medians_and_ends_are_told_apart() {
        let mut facts: Vec<Fact> = (1..=10).map(|n| fact(n, i64::try_from(n).unwrap())).collect();
        facts[0].ended = facts[0].ended.map(|(_, at)| (End::Expired, at));
        facts[0].tacit = true;
        facts[1].ended = None;
        let figures = made(&facts);
        assert_eq!((figures.all.opened, figures.all.open, figures.all.approved, figures.all.tacit), (10, 1, 8, 1));
        assert_eq!((figures.all.resolution.median, figures.all.resolution.p90), (6 * 3600, 10 * 3600));
        assert_eq!((figures.all.response.n, figures.all.response.median), (10, 3600));
        assert_eq!((figures.days.len(), figures.days[0].1, figures.days[1].1), (21, 0, 1));
        assert_eq!(figures.ages, [(Some(1), 0), (Some(3), 0), (Some(7), 0), (Some(30), 1), (None, 0)]);
    }

    #[test]
    fn row59_a_while_is_the_last_that_is_over() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (today, week, month) in [
            ("2026-01-05", "2025-12-29", "2025-12-01"),
            ("2026-01-11", "2025-12-29", "2025-12-01"),
            ("2026-03-31", "2026-03-23", "2026-02-01"),
        ] {
            assert_eq!((Rhythm::Weekly.last(day(today)), Rhythm::Monthly.last(day(today))), (day(week), day(month)), "{today}");
        }
        assert_eq!(Rhythm::Monthly.after(day("2026-02-01")), day("2026-03-01"));
    }

    #[test]
    fn row59_mailed_figures_tell_nothing_of_few_tickets() {
        let mut facts: Vec<Fact> = (1..=9).map(|n| fact(n, 1)).collect();
        facts.iter_mut().take(4).for_each(|fact| fact.assignee = Address::parse("b@x.test").ok());
        facts.iter_mut().take(2).for_each(|fact| fact.category = "rare".into());
        let figures = made(&facts).discreet();
        assert_eq!(figures.agents.iter().map(|group| group.key.as_str()).collect::<Vec<_>>(), ["a@x.test"]);
        let rare = figures.categories.iter().find(|group| group.key.ends_with("/rare")).unwrap();
        assert_eq!((rare.counts.opened, rare.counts.response.n, rare.counts.marks), (2, 0, None));
        assert!(figures.all.response.n == 9 && figures.all.marks.is_some());
    }

    #[test]
    fn row59_few_marks_are_shown_of_nobody() {
        let facts: Vec<Fact> = (1..=4).map(|n| fact(n, 1)).collect();
        assert!(made(&facts).agents[0].counts.marks.is_none() && made(&facts).services[0].counts.marks.is_some());
        let facts: Vec<Fact> = (1..=5).map(|n| fact(n, 1)).collect();
        assert_eq!(made(&facts).agents[0].counts.marks, Some(Marks { n: 5, delay: 5.0, answers: 4.0 }));
    }
}
