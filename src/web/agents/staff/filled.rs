//! What a filled-in form about a service's staff says.
//!
//! Promises: what is not changed is not said; what is wrong has a stable word. Excludes: whether it can be done (see `gateway::staffing`).

use std::collections::BTreeMap;

use super::{POOL, Shown, Task, guests_field};
use crate::address::Address;
use crate::desk::{Privilege, Staffing};
use crate::gateway::{Heirs, Manage};
use crate::notifications::names;
use crate::web::agents::preferences::day_after;
use crate::web::desk::Desk;
use crate::web::fields::Fields;

/// Characters of a name.
const NAME_MAX: usize = 120;
/// Permanent guests of one place.
const GUESTS_MAX: usize = 100;

impl<D: Desk> Shown<'_, D> {
    /// What the form says, or the stable word of what is wrong with it.
    pub(super) fn read(&self, fields: &Fields) -> Result<Manage, &'static str> {
        let what = match &self.sheet.task {
            Task::Join => vec![Staffing::Joins { agent: self.joining(fields)?, name: name_of(fields)?, may: may_of(fields) }],
            Task::May(agent) => self.may(agent, fields)?,
            Task::Leave(agent) => vec![Staffing::Leaves { agent: agent.clone() }],
            Task::Guests => self.guests_of(fields)?,
        };
        Ok(Manage {
            by: self.inside.person.clone(),
            service: self.sheet.service.clone(),
            seen: fields.raw("version").parse().unwrap_or(0),
            nonce: fields.raw("nonce").to_owned(),
            what,
            heirs: self.inherit(fields)?,
        })
    }

    fn joining(&self, fields: &Fields) -> Result<Address, &'static str> {
        Address::parse(&fields.text("address")).map_err(|_| "address")
    }

    /// What changes of what an agent may do, and of when they are there.
    fn may(&self, agent: &Address, fields: &Fields) -> Result<Vec<Staffing>, &'static str> {
        let until = match fields.text("away") {
            none if none.is_empty() => None,
            day => Some(day_after(&day, self.web).filter(|until| self.web.now() < *until).ok_or("away")?),
        };
        let may = may_of(fields);
        let known = self.inside.organisation.membership(agent, &self.sheet.service).map_or(&[][..], |member| &member.may);
        let lost: Vec<Privilege> = Privilege::ALL.into_iter().filter(|one| known.contains(one) && !may.contains(one)).collect();
        let same = lost.is_empty() && may.iter().all(|one| known.contains(one));
        let may = Staffing::May { agent: agent.clone(), may, lost };
        let away = Staffing::Away { agent: agent.clone(), until };
        Ok((!same).then_some(may).into_iter().chain((until != self.seen.away).then_some(away)).collect())
    }

    fn guests_of(&self, fields: &Fields) -> Result<Vec<Staffing>, &'static str> {
        let mut what = Vec::new();
        for (category, _, known) in self.places() {
            let guests = addresses(&fields.text(&guests_field(&category)))?;
            if guests != known {
                what.push(Staffing::Guests { category, guests });
            }
        }
        Ok(what)
    }

    fn inherit(&self, fields: &Fields) -> Result<Heirs, &'static str> {
        let heir = |name: &str| match fields.text(name).as_str() {
            "" => Ok(None),
            POOL => Ok(Some(None)),
            who => Address::parse(who).map(|who| Some(Some(who))).map_err(|_| "successor"),
        };
        let mut each = BTreeMap::new();
        for ticket in &self.seen.tickets {
            if let Some(heir) = heir(&format!("heir-{}", ticket.id))? {
                each.insert(ticket.id, heir);
            }
        }
        Ok(Heirs { usual: heir("heir")?.flatten(), each })
    }
}

fn may_of(fields: &Fields) -> Vec<Privilege> {
    Privilege::ALL.into_iter().filter(|one| fields.raw(&format!("may-{}", one.word())) == "1").collect()
}

fn name_of(fields: &Fields) -> Result<String, &'static str> {
    let name: String = names::title(&fields.text("name")).chars().take(NAME_MAX).collect();
    if name.trim().is_empty() { Err("name") } else { Ok(name) }
}

/// Addresses as people list them, each once.
fn addresses(text: &str) -> Result<Vec<Address>, &'static str> {
    let mut all: Vec<Address> = Vec::new();
    for part in text.split([',', ';', ' ', '\n', '\t']).filter(|part| !part.is_empty()) {
        let address = Address::parse(part.trim_matches(['<', '>'])).map_err(|_| "guests")?;
        if !all.contains(&address) {
            all.push(address);
        }
    }
    if all.len() <= GUESTS_MAX { Ok(all) } else { Err("guests") }
}
