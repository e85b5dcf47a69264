//! `guichet stats`: figures in a terminal, as JSON, or as CSV.

use std::process::ExitCode;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Global, Unusable, open, ui};
use crate::desk::figures::{Counts, Figures, Group, Times, While, figures};
use crate::store::{FigureReads, Reads};

/// Figures: how much came, how soon it was answered and solved, how it was judged
///
/// Counts the tickets that were opened in the last days. Times are medians and ninetieth percentiles. What ended by silence after a
/// solution (tacit) is told apart from what was approved. Marks of an agent are shown from five on.
///
/// Examples:
///   guichet stats
///   guichet stats --days 365 --service support --csv > year.csv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Days until now
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: u16,
    /// Only tickets of this service
    #[arg(long, value_name = "KEY")]
    service: Option<String>,
    /// As CSV: a line for all, for each service, category and agent
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Exit code 2 when there is no such service.
pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let reader = open::reader(&settings)?;
    let known: Vec<String> = reader.organisation()?.services.into_iter().map(|service| service.key).collect();
    let services = match &args.service {
        Some(service) if !known.contains(service) => return Err(Unusable(format!("there is no service {service}")).into()),
        Some(service) => vec![service.clone()],
        None => known,
    };
    let (now, zone) = (Timestamp::now(), settings.site()?.zone.clone());
    let since = now - SignedDuration::from_hours(24 * i64::from(args.days));
    let found = figures(&reader.facts(&services, since)?, &While { since, now, zone: &zone });
    match (global.json, args.csv) {
        (true, _) => ui::json(&json!({"days": args.days, "services": services, "figures": found}))?,
        (false, true) => ui::say(found.csv().trim_end()),
        (false, false) => tell(&found, args.days),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(found: &Figures, days: u16) {
    ui::say(format!("{days} days"));
    line("all", &found.all);
    for (what, groups) in [("services", &found.services), ("categories", &found.categories), ("agents", &found.agents)] {
        ui::say(what);
        groups.iter().for_each(|Group { key, counts }| line(key, counts));
    }
    let ages = found.ages.iter().map(|(days, n)| match days {
        Some(days) => format!("under {days} d: {n}"),
        None => format!("older: {n}"),
    });
    ui::say(format!("open          {}", ages.collect::<Vec<_>>().join("  ")));
}

fn line(key: &str, counts: &Counts) {
    let marks = counts.marks.map(|marks| format!("  marks {:.1}/{:.1} of {}", marks.delay, marks.answers, marks.n)).unwrap_or_default();
    let Counts { opened, open, approved, tacit, reopened, refusals, response, resolution, .. } = counts;
    ui::say(format!(
        "  {key:<24} {opened} opened, {open} open, {approved} approved, {tacit} tacit, {refusals} refused solutions, {reopened} reopened  \
         first answer {}  end {}{marks}",
        span(*response),
        span(*resolution)
    ));
}

/// Hours, median and ninetieth percentile.
fn span(times: Times) -> String {
    let hours = |seconds: i64| format!("{:.1} h", seconds as f64 / 3600.0);
    if times.n == 0 { "-".to_owned() } else { format!("{} / {}", hours(times.median), hours(times.p90)) }
}
