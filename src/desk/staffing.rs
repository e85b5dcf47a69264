//! What whoever manages a service changes by page: its agents, what they may do, whether they are there, its permanent guests.
//!
//! Promises: each change says the whole of its matter, so that it may be made twice, and a later one about the same matter takes
//! its place; a service keeps somebody who manages it.
//! Excludes: who may (see `privileges`), and what becomes of an agent's tickets (see `gateway::staffing`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::organisation::{Agent, Membership, Organisation, Privilege};
use super::privileges;
use crate::address::Address;

/// A change of a service's staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Staffing {
    /// Somebody is an agent of the service from now on.
    Joins {
        /// Who.
        agent: Address,
        /// What people read; whoever is an agent elsewhere keeps their name.
        name: String,
        /// What they may do.
        may: Vec<Privilege>,
    },
    /// An agent may do this from now on, and nothing else.
    May {
        /// Who.
        agent: Address,
        /// What they may do.
        may: Vec<Privilege>,
        /// What they may do no longer: for whoever is told.
        lost: Vec<Privilege>,
    },
    /// An agent is none of this service any more.
    Leaves {
        /// Who.
        agent: Address,
    },
    /// An agent is away until then; none: is here.
    Away {
        /// Who.
        agent: Address,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// These follow every new ticket.
    Guests {
        /// Of which category; empty: of the whole service.
        category: String,
        /// All of them.
        guests: Vec<Address>,
    },
}

/// Why a change of staff cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is so already.
    Unchanged,
    /// They are an agent of the service already.
    Already,
    /// They are no agent of the service.
    NoAgent,
    /// The organisation's file says that they left.
    Disabled,
    /// This is the desk's own address: it would write to itself.
    Own,
    /// The organisation's file names them as head of the service.
    Head,
    /// Nobody would manage the service any more.
    LastManager,
    /// A ticket cannot go to whom it was given.
    Successor,
}

impl Unfit {
    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            Unfit::Unchanged => "unchanged",
            Unfit::Already => "already",
            Unfit::NoAgent => "no_agent",
            Unfit::Disabled => "disabled",
            Unfit::Own => "own",
            Unfit::Head => "head",
            Unfit::LastManager => "last_manager",
            Unfit::Successor => "successor",
        }
    }
}

impl Staffing {
    /// Whom it is about; a list of guests is about nobody alone.
    pub fn agent(&self) -> Option<&Address> {
        match self {
            Staffing::Joins { agent, .. } | Staffing::May { agent, .. } | Staffing::Leaves { agent } | Staffing::Away { agent, .. } => {
                Some(agent)
            }
            Staffing::Guests { .. } => None,
        }
    }

    /// Who follows from now on; nobody where it is about an agent.
    pub fn guests(&self) -> &[Address] {
        if let Staffing::Guests { guests, .. } = self { guests } else { &[] }
    }

    /// The same for people: a category by its name.
    pub fn named(&self, service: &str, organisation: &Organisation) -> Staffing {
        match self {
            Staffing::Guests { category, guests } => {
                let name = organisation.category(service, category).map_or(category, |known| &known.name);
                Staffing::Guests { category: name.clone(), guests: guests.clone() }
            }
            other => other.clone(),
        }
    }

    /// Puts it into the organisation; whoever is nowhere an agent any more is none, and stands in for nobody.
    pub fn apply(&self, service: &str, organisation: &mut Organisation) {
        match self {
            Staffing::Joins { agent, name, may } => joins(organisation, service, (agent, name, may)),
            Staffing::May { agent, may, .. } => {
                let memberships = organisation.agents.iter_mut().filter(|one| one.address == *agent).flat_map(|one| &mut one.memberships);
                memberships.filter(|member| member.service == service).for_each(|member| member.may.clone_from(may));
            }
            Staffing::Leaves { agent } => leaves(organisation, service, agent),
            Staffing::Away { .. } => {}
            Staffing::Guests { category, guests } => {
                if let Some(kept) = permanent_guests(organisation, service, category) {
                    kept.clone_from(guests);
                }
            }
        }
    }

    /// Does the organisation say so already? Of absences it says nothing.
    pub fn is_in(&self, service: &str, organisation: &Organisation) -> bool {
        let may_of = |agent: &Address| organisation.membership(agent, service).map(|member| &member.may);
        match self {
            Staffing::Joins { agent, may, .. } | Staffing::May { agent, may, .. } => may_of(agent).is_some_and(|known| same(known, may)),
            Staffing::Leaves { agent } => may_of(agent).is_none(),
            Staffing::Away { .. } => true,
            Staffing::Guests { category, guests } => {
                let known = match category.as_str() {
                    "" => organisation.service(service).map(|known| &known.permanent_guests),
                    key => organisation.category(service, key).map(|known| &known.permanent_guests),
                };
                known.is_none_or(|known| same(known, guests))
            }
        }
    }

    /// Can it be made of this organisation?
    pub fn fits(&self, service: &str, organisation: &Organisation) -> Result<(), Unfit> {
        let member = self.agent().is_none_or(|agent| organisation.membership(agent, service).is_some());
        let headed = organisation.service(service).and_then(|known| known.head.as_ref());
        match self {
            Staffing::Joins { agent, .. } if organisation.is_disabled(agent) => Err(Unfit::Disabled),
            Staffing::Joins { .. } if member => Err(Unfit::Already),
            Staffing::Joins { .. } => Ok(()),
            _ if !member => Err(Unfit::NoAgent),
            Staffing::Leaves { agent } if headed == Some(agent) => Err(Unfit::Head),
            Staffing::Away { .. } => Ok(()),
            _ if self.is_in(service, organisation) => Err(Unfit::Unchanged),
            _ => self.leaves_a_manager(service, organisation),
        }
    }

    fn leaves_a_manager(&self, service: &str, organisation: &Organisation) -> Result<(), Unfit> {
        let mut after = organisation.clone();
        self.apply(service, &mut after);
        if managers(&after, service).next().is_some() { Ok(()) } else { Err(Unfit::LastManager) }
    }

    fn is_about_the_same(&self, other: &Staffing) -> bool {
        let place = |one: &Staffing| if let Staffing::Guests { category, .. } = one { Some(category.clone()) } else { None };
        self.agent() == other.agent() && place(self) == place(other)
    }
}

/// Who manages a service, in the file's order.
pub fn managers<'a>(organisation: &'a Organisation, service: &'a str) -> impl Iterator<Item = &'a Agent> {
    organisation.members(service).map(|(agent, _)| agent).filter(move |agent| privileges::manages(organisation, &agent.address, service))
}

/// Of changes that were made since a file was applied, oldest first, each with its service: those that another file would undo.
pub fn undone<'a>(made: &'a [(String, Staffing)], file: &Organisation) -> Vec<&'a (String, Staffing)> {
    let last = |at: usize| {
        let (service, what) = &made[at];
        !made[at + 1..].iter().any(|(other, later)| other == service && later.is_about_the_same(what))
    };
    // A service that the file has no more takes its staff with it, and says so itself.
    let lost = |(service, what): &(String, Staffing)| file.service(service).is_some() && !what.is_in(service, file);
    let of_file = |what: &Staffing| !matches!(what, Staffing::Away { .. });
    let made_last = made.iter().enumerate().filter(|(_, (_, what))| of_file(what)).filter(|(at, _)| last(*at));
    made_last.map(|(_, one)| one).filter(|one| lost(one)).collect()
}

fn same<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.iter().all(|item| other.contains(item)) && other.iter().all(|item| one.contains(item))
}

fn permanent_guests<'a>(organisation: &'a mut Organisation, service: &str, category: &str) -> Option<&'a mut Vec<Address>> {
    let service = organisation.services.iter_mut().find(|known| known.key == service)?;
    match category {
        "" => Some(&mut service.permanent_guests),
        key => service.categories.iter_mut().find(|known| known.key == key).map(|known| &mut known.permanent_guests),
    }
}

fn joins(organisation: &mut Organisation, service: &str, (address, name, may): (&Address, &str, &[Privilege])) {
    let membership = Membership { service: service.to_owned(), may: may.to_vec(), ..Membership::default() };
    match organisation.agents.iter_mut().find(|agent| agent.address == *address) {
        Some(agent) => agent.memberships.push(membership),
        None => organisation.agents.push(Agent {
            address: address.clone(),
            name: name.to_owned(),
            language: None,
            memberships: vec![membership],
            deputy: None,
            disabled: false,
        }),
    }
}

fn leaves(organisation: &mut Organisation, service: &str, address: &Address) {
    for agent in organisation.agents.iter_mut().filter(|agent| agent.address == *address) {
        agent.memberships.retain(|member| member.service != service);
    }
    let left = |agent: &Agent| agent.address == *address && agent.memberships.is_empty() && !agent.disabled;
    if organisation.agents.iter().any(left) {
        organisation.agents.retain(|agent| !left(agent));
        for agent in &mut organisation.agents {
            agent.deputy.take_if(|deputy| deputy == address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[[service]]\nkey = 'dsi'\nname = 'DSI'\nhead = 'a@x.test'\n[[service.category]]\nkey = 'vpn'\nname = 'VPN'\n\
        [[agent]]\naddress = 'a@x.test'\nname = 'Ann'\nmember = [{ service = 'dsi', may = ['manage_agents', 'assign'] }]\n\
        [[agent]]\naddress = 'b@x.test'\nname = 'Bob'\ndeputy = 'c@x.test'\nmember = [{ service = 'dsi' }]\n\
        [[agent]]\naddress = 'c@x.test'\nname = 'Cem'\nmember = [{ service = 'dsi', may = ['manage_agents'] }]\n\
        [[agent]]\naddress = 'd@x.test'\nname = 'Dan'\ndisabled = true\n";

    fn who(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn file() -> Organisation {
        toml::from_str(FILE).unwrap()
    }

    #[test]
    fn row75_a_service_keeps_a_manager_and_its_head() {
        let (file, may) = (file(), |agent: &str, may: &[Privilege]| Staffing::May { agent: who(agent), may: may.to_vec(), lost: vec![] });
        let leaves = |agent: &str| Staffing::Leaves { agent: who(agent) };
        let joins = |agent: &str| Staffing::Joins { agent: who(agent), name: "N".into(), may: vec![] };
        assert_eq!(joins("b@x.test").fits("dsi", &file), Err(Unfit::Already));
        assert_eq!(joins("d@x.test").fits("dsi", &file), Err(Unfit::Disabled));
        assert_eq!(leaves("a@x.test").fits("dsi", &file), Err(Unfit::Head));
        assert_eq!(leaves("e@x.test").fits("dsi", &file), Err(Unfit::NoAgent));
        assert_eq!(may("c@x.test", &[Privilege::ManageAgents]).fits("dsi", &file), Err(Unfit::Unchanged));
        let mut without = file.clone();
        leaves("c@x.test").apply("dsi", &mut without);
        assert!(without.agent(&who("c@x.test")).is_none() && without.agent(&who("b@x.test")).unwrap().deputy.is_none());
        assert_eq!(may("a@x.test", &[]).fits("dsi", &without), Err(Unfit::LastManager));
        assert_eq!(may("a@x.test", &[]).fits("dsi", &file), Ok(()));
    }

    #[test]
    fn row75_what_a_file_would_undo_is_what_it_does_not_say() {
        let made = |what| ("dsi".to_owned(), what);
        let guests = |category: &str, guests: &[&str]| {
            made(Staffing::Guests { category: category.into(), guests: guests.iter().map(|one| who(one)).collect() })
        };
        let joined = made(Staffing::Joins { agent: who("n@x.test"), name: "Noa".into(), may: vec![Privilege::Assign] });
        let more = made(Staffing::May { agent: who("n@x.test"), may: vec![Privilege::Refuse, Privilege::Assign], lost: vec![] });
        let away = made(Staffing::Away { agent: who("b@x.test"), until: None });
        let all = [joined, guests("vpn", &["g@x.test"]), more.clone(), away, guests("", &[])];
        assert_eq!(undone(&all, &file()), [&all[1], &all[2]]);
        let mut current = file();
        all.iter().for_each(|(service, what)| what.apply(service, &mut current));
        assert_eq!(undone(&all, &current), Vec::<&(String, Staffing)>::new());
        assert_eq!(current.membership(&who("n@x.test"), "dsi").unwrap().may, [Privilege::Refuse, Privilege::Assign]);
    }
}
