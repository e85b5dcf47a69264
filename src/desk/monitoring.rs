//! How much agents hear of tickets that are not theirs: of all of a service, and of the categories that are theirs especially.
//!
//! Promises: whoever hears so much of a service hears no less of a category of theirs. Excludes: tickets that somebody has in charge,
//! which they hear of whatever they chose (but see [`super::Attention`]), and what each level is told (see `notifications`).

use serde::{Deserialize, Serialize};

use super::organisation::Membership;

/// How much an agent hears of tickets that are not theirs. Each level hears all that the one before it does: more of new tickets than of
/// free ones, and more of these than of colleagues'.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitoring {
    /// Nothing.
    Never,
    /// New ones, and ones that become free.
    #[default]
    Creation,
    /// These, and everything on tickets that nobody has.
    Pool,
    /// Everything.
    Always,
}

impl Monitoring {
    /// Every level, least first.
    pub const ALL: [Monitoring; 4] = [Monitoring::Never, Monitoring::Creation, Monitoring::Pool, Monitoring::Always];

    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            Monitoring::Never => "never",
            Monitoring::Creation => "creation",
            Monitoring::Pool => "pool",
            Monitoring::Always => "always",
        }
    }
}

/// A usual pair of levels, chosen by one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Nothing.
    None,
    /// New tickets of their categories.
    Minimal,
    /// New tickets.
    Medium,
    /// These, and everything on free ones.
    Free,
    /// New tickets, and everything of their categories.
    Assiduous,
    /// Everything.
    Full,
}

impl Profile {
    /// Every profile, least first.
    pub const ALL: [Profile; 6] = [Profile::None, Profile::Minimal, Profile::Medium, Profile::Free, Profile::Assiduous, Profile::Full];

    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            Profile::None => "none",
            Profile::Minimal => "minimal",
            Profile::Medium => "medium",
            Profile::Free => "free",
            Profile::Assiduous => "assiduous",
            Profile::Full => "full",
        }
    }

    /// What it hears of a service, and of the categories of theirs in it.
    pub fn levels(self) -> (Monitoring, Monitoring) {
        match self {
            Profile::None => (Monitoring::Never, Monitoring::Never),
            Profile::Minimal => (Monitoring::Never, Monitoring::Creation),
            Profile::Medium => (Monitoring::Creation, Monitoring::Creation),
            Profile::Free => (Monitoring::Pool, Monitoring::Pool),
            Profile::Assiduous => (Monitoring::Creation, Monitoring::Always),
            Profile::Full => (Monitoring::Always, Monitoring::Always),
        }
    }
}

impl Membership {
    /// What they hear of the categories that are theirs.
    pub fn hears_theirs(&self) -> Monitoring {
        self.hears_categories.map_or(self.hears, |theirs| theirs.max(self.hears))
    }

    /// What they hear of tickets of that category.
    pub fn hears_of(&self, category: &str) -> Monitoring {
        if self.categories.iter().any(|theirs| theirs == category) { self.hears_theirs() } else { self.hears }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row64_no_less_is_heard_of_ones_own_categories() {
        for service in Monitoring::ALL {
            for theirs in Monitoring::ALL {
                let categories = vec!["vpn".to_owned()];
                let member = Membership { hears: service, categories, hears_categories: Some(theirs), ..Membership::default() };
                assert_eq!((member.hears_of("vpn"), member.hears_of("wifi")), (service.max(theirs), service));
            }
        }
        let unsaid = Membership { hears: Monitoring::Never, categories: vec!["vpn".into()], ..Membership::default() };
        assert_eq!(unsaid.hears_of("vpn"), Monitoring::Never);
    }

    #[test]
    fn row64_each_profile_hears_what_the_one_before_hears_of_ones_own_categories() {
        let words: Vec<&str> = Profile::ALL.iter().map(|profile| profile.word()).collect();
        assert_eq!(words, ["none", "minimal", "medium", "free", "assiduous", "full"]);
        for profile in Profile::ALL {
            let (service, theirs) = profile.levels();
            assert!(service <= theirs, "{profile:?}");
        }
        assert!(Profile::ALL.windows(2).all(|two| two[0].levels().1 <= two[1].levels().1));
    }
}
