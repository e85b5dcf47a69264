//! Who hears of what happened: the table of PRODUCT P52, event by event, then one mail per person.
//!
//! Promises: whoever must decide something always hears of it; whoever wrote, or has the words already, does not hear
//! them again; what only agents may see goes to agents only.
//! Excludes: brakes and failing addresses (see `gateway`), and words (see [`super::write`]).

use super::{Because, Extra, MailKind, Notice, Scene};
use crate::address::Address;
use crate::desk::{Agent, Attention, Door, Event, Membership, Monitoring, Property, Stage, Status, Urgency, Visibility, What};
use crate::proof::Level;

/// The mails that the events of one cause call for: at most one per person, in a stable order.
pub fn notices(scene: &Scene<'_>) -> Vec<Notice> {
    let mut chosen: Vec<Call<'_>> = Vec::new();
    for call in scene.done.iter().flat_map(|event| calls(scene, event)) {
        if scene.site.is_own(call.to) || (!call.firm && (has_it(scene, call.to) || is_muted(scene, call.to))) {
            continue;
        }
        match chosen.iter_mut().find(|other| other.to == call.to) {
            Some(other) if call.rank < other.rank => *other = call,
            Some(_) => {}
            None => chosen.push(call),
        }
    }
    chosen.into_iter().map(|call| Notice { to: call.to.clone(), kind: call.kind, because: call.because, extra: Extra::None }).collect()
}

/// One reason to write to somebody.
struct Call<'a> {
    to: &'a Address,
    kind: MailKind,
    because: Because,
    /// Lower wins when one cause calls somebody for several reasons.
    rank: u8,
    /// Also to those who have the words already: it asks or gives them something.
    firm: bool,
}

/// They want to hear of nothing that they need not decide.
fn is_muted(scene: &Scene<'_>, person: &Address) -> bool {
    scene.ticket.attention(person) == Attention::Muted
}

/// They stood in To or Cc of the mail that all this came with.
fn has_it(scene: &Scene<'_>, person: &Address) -> bool {
    scene.done.iter().any(|event| event.reached().contains(person))
}

fn calls<'a>(scene: &Scene<'a>, event: &'a Event) -> Vec<Call<'a>> {
    let mut audience = Audience { scene: *scene, event, calls: Vec::new() };
    match &event.what {
        What::Opened { guests, .. } => audience.opened(guests),
        What::Replied { .. } | What::Answered { .. } => audience.conversation(MailKind::Update).pool(MailKind::Update),
        What::Unverified => audience.handlers(MailKind::Update).always(MailKind::Update),
        What::Noted => audience.assignee(MailKind::Note).always(MailKind::Note),
        What::Joined { guests } => audience.joined(guests),
        What::Refused { .. } => audience.participants(MailKind::Refused).assignee(MailKind::Refused).always(MailKind::Refused),
        What::Postponed { .. } => audience.owners(MailKind::Postponed).assignee(MailKind::Update).always(MailKind::Update),
        What::Reminded => audience.reminded(),
        What::Alerted { stage: Stage::Soon, .. } => audience.handlers(MailKind::SlaWarning),
        What::Alerted { stage: Stage::Late, .. } => audience.handlers(MailKind::SlaBreach).head(MailKind::SlaBreach),
        What::Away { .. } => audience.handlers(MailKind::Update),
        What::Expired => audience.participants(MailKind::Expired).assignee(MailKind::Expired).always(MailKind::Expired),
        What::Recalled { .. } => audience.handlers(MailKind::Recalled).always(MailKind::Recalled),
        What::Transferred { assignee, guests, .. } => audience.transferred(assignee.as_ref(), guests),
        What::Changed { after, .. } => audience.changed(after),
        What::Merged { .. } => audience.participants(MailKind::Merged).assignee(MailKind::Update).always(MailKind::Update),
        What::Undone { first, acts, .. } => audience.undone(*first, acts),
        What::Spammed | What::Attended { .. } | What::Spent { .. } | What::PassedOn { .. } => &mut audience,
        What::ChildSpoke { .. } => audience.assignee(MailKind::Update),
        What::Linked { .. } | What::Split { .. } | What::ParentChanged { .. } | What::ChildChanged { .. } | What::OutageChanged { .. } => {
            audience.assignee(MailKind::Update).always(MailKind::Update)
        }
        What::Filed | What::Left { .. } | What::Rated(_) | What::Absorbed { .. } | What::Rerooted { .. } => {
            audience.assignee(MailKind::Update)
        }
        What::JoinRequested { .. } => audience.handlers(MailKind::JoinRequest).firmly(),
        What::Taken { before } => audience.owners(MailKind::Taken).agent(before.as_ref(), MailKind::Update).always(MailKind::Update),
        What::Assigned { to, before } => audience.assigned(to, before.as_ref()),
        What::Released { before } => audience.creation(MailKind::Released).agent(before.as_ref(), MailKind::Released),
        What::InformationRequested { .. } => audience.asked(MailKind::Question),
        What::ClosureProposed { .. } => audience.asked(MailKind::ClosureApproval),
        What::ClosureApproved { .. } => audience.closed(),
        What::Ended { .. } => audience.conversation(MailKind::Closed),
        What::Solved { .. } => audience.closed().handlers(MailKind::Closed),
        What::ClosureRefused { .. } => {
            audience.participants(MailKind::Update).handlers(MailKind::ClosureRefused).always(MailKind::ClosureRefused)
        }
        What::Reopened { .. } => audience.participants(MailKind::Reopened).handlers(MailKind::Reopened).always(MailKind::Reopened),
        What::Cancelled => audience.participants(MailKind::Cancelled).handlers(MailKind::Cancelled).always(MailKind::Cancelled),
    };
    audience.calls
}

/// Collects the calls of one event; each method adds a circle of people, and leaves out who may not see the event.
struct Audience<'a> {
    scene: Scene<'a>,
    event: &'a Event,
    calls: Vec<Call<'a>>,
}

impl<'a> Audience<'a> {
    fn call(&mut self, to: &'a Address, because: Because, kind: MailKind) {
        if self.event.actor.person.as_ref() != Some(to) {
            self.call_even_author(to, because, kind);
        }
    }

    fn call_even_author(&mut self, to: &'a Address, because: Because, kind: MailKind) {
        let firm = matches!(
            kind,
            MailKind::Acknowledgement
                | MailKind::AcknowledgementUnproven
                | MailKind::Question
                | MailKind::ClosureApproval
                | MailKind::Assigned
                | MailKind::Beneficiary
        );
        self.calls.push(Call { to, kind, because, rank: rank(kind, self.event), firm });
    }

    /// What was called so far is told also to those who have the words.
    fn firmly(&mut self) -> &mut Self {
        self.calls.iter_mut().for_each(|call| call.firm = true);
        self
    }

    fn is_public(&self) -> bool {
        self.event.visibility == Visibility::Public
    }

    /// Requester and beneficiary.
    fn owners(&mut self, kind: MailKind) -> &mut Self {
        let ticket = self.scene.ticket;
        if self.is_public() {
            self.call(&ticket.requester, Because::Requester, kind);
            if let Some(beneficiary) = ticket.beneficiary.as_ref().filter(|who| **who != ticket.requester) {
                self.call(beneficiary, Because::Beneficiary, kind);
            }
        }
        self
    }

    /// Those who follow, each from their own beginning on.
    fn guests(&mut self, kind: MailKind) -> &mut Self {
        let (ticket, event) = (self.scene.ticket, self.event);
        let public = self.is_public();
        for guest in ticket.guests.iter().filter(|guest| public && guest.since <= event.seq && !ticket.is_owner(&guest.address)) {
            self.call(&guest.address, Because::Guest, kind);
        }
        self
    }

    fn participants(&mut self, kind: MailKind) -> &mut Self {
        self.owners(kind).guests(kind)
    }

    /// The agent in charge, unless they left the house.
    fn assignee(&mut self, kind: MailKind) -> &mut Self {
        if let Some(assignee) = self.in_charge() {
            self.call(assignee, Because::Assignee, kind);
        }
        self
    }

    /// An agent who had it, or who had nothing to do with it.
    fn agent(&mut self, who: Option<&'a Address>, kind: MailKind) -> &mut Self {
        if let Some(agent) = who.and_then(|who| self.scene.organisation.agent(who)) {
            self.call(&agent.address, Because::Monitoring, kind);
        }
        self
    }

    /// Agents of the service who hear everything: of all tickets, of those that nobody has, or of this one.
    fn always(&mut self, kind: MailKind) -> &mut Self {
        for (who, attention) in &self.scene.ticket.details.attention {
            if *attention == Attention::Following && self.members().any(|(agent, _)| agent.address == *who) {
                self.call(who, Because::Monitoring, kind);
            }
        }
        let least = if self.scene.ticket.assignee.is_none() { Monitoring::Pool } else { Monitoring::Always };
        self.monitors(least, kind)
    }

    /// Agents of the service who hear of new and of freed tickets.
    fn creation(&mut self, kind: MailKind) -> &mut Self {
        self.monitors(Monitoring::Creation, kind)
    }

    fn monitors(&mut self, least: Monitoring, kind: MailKind) -> &mut Self {
        for (agent, membership) in self.members() {
            if membership.hears_of(&self.scene.ticket.category) >= least {
                self.call(&agent.address, Because::Monitoring, kind);
            }
        }
        self
    }

    /// Whoever should act: the assignee, else those who hear of new tickets, else the whole service: somebody must.
    fn handlers(&mut self, kind: MailKind) -> &mut Self {
        if self.in_charge().is_some() {
            return self.assignee(kind);
        }
        let heard = self.is_heard(Monitoring::Creation);
        self.monitors(if heard { Monitoring::Creation } else { Monitoring::Never }, kind)
    }

    /// Does anybody hear so much of this ticket?
    fn is_heard(&self, least: Monitoring) -> bool {
        self.members().any(|(_, membership)| membership.hears_of(&self.scene.ticket.category) >= least)
    }

    /// Whoever answers for the service, when they are one of its agents.
    fn head(&mut self, kind: MailKind) -> &mut Self {
        let head = self.scene.organisation.service(&self.scene.ticket.service).and_then(|service| service.head.as_ref());
        if let Some(head) = head.filter(|head| self.members().any(|(agent, _)| agent.address == **head)) {
            self.call(head, Because::Monitoring, kind);
        }
        self
    }

    /// Words of a participant on a free ticket that nobody follows closely: the pool hears them, or nobody would.
    fn pool(&mut self, kind: MailKind) -> &mut Self {
        let by_agent = self.event.actor.person.as_ref().is_some_and(|who| self.members().any(|(agent, _)| agent.address == *who));
        let followed = self.in_charge().is_some() || self.is_heard(Monitoring::Pool);
        if by_agent || followed { self } else { self.handlers(kind) }
    }

    /// Everybody in the conversation, and the agents who follow it.
    fn conversation(&mut self, kind: MailKind) -> &mut Self {
        self.participants(kind).assignee(kind).always(kind)
    }

    /// A question to the owners; the others see the words.
    fn asked(&mut self, kind: MailKind) -> &mut Self {
        self.owners(kind).guests(MailKind::Update).assignee(MailKind::Update).always(MailKind::Update)
    }

    /// An unproven sender might be anybody, and names anybody: beyond the fixed receipt, only the house hears.
    fn opened(&mut self, guests: &'a [Address]) -> &mut Self {
        match self.event.actor.level {
            Level::Failed => {}
            Level::Claimed => {
                self.call_even_author(&self.scene.ticket.requester, Because::Requester, MailKind::AcknowledgementUnproven);
                self.first_guests(guests, true);
            }
            Level::Proven => {
                self.call_even_author(&self.scene.ticket.requester, Because::Requester, MailKind::Acknowledgement);
                self.owners(MailKind::Acknowledgement).first_guests(guests, false);
            }
        }
        self.assignee(MailKind::NewTicket).creation(MailKind::NewTicket)
    }

    fn first_guests(&mut self, guests: &'a [Address], permanent_only: bool) {
        let (organisation, ticket) = (self.scene.organisation, self.scene.ticket);
        let is_permanent = |guest: &Address| organisation.permanent_guests(&ticket.service, &ticket.category).any(|known| known == guest);
        for guest in guests.iter().filter(|guest| !self.scene.ticket.is_owner(guest)) {
            if !permanent_only || is_permanent(guest) {
                self.call(guest, Because::Guest, MailKind::Invitation);
            }
        }
    }

    /// Newcomers learn what this is, even when they have the mail that brought them.
    fn joined(&mut self, guests: &'a [Address]) -> &mut Self {
        for guest in guests {
            self.call(guest, Because::Guest, MailKind::Invitation);
        }
        self.firmly().owners(MailKind::Update).assignee(MailKind::Update)
    }

    fn assigned(&mut self, to: &'a Address, before: Option<&'a Address>) -> &mut Self {
        if self.scene.organisation.agent(to).is_some() {
            self.call(to, Because::Assignee, MailKind::Assigned);
        }
        self.owners(MailKind::Taken).agent(before, MailKind::Update).always(MailKind::Update)
    }

    /// Their new colleagues hear of it as of a new one; guests and whoever had it, that it left.
    fn transferred(&mut self, assignee: Option<&'a Address>, guests: &'a [Address]) -> &mut Self {
        self.first_guests(guests, false);
        self.owners(MailKind::Transferred).guests(MailKind::Update).agent(assignee, MailKind::Update).handlers(MailKind::Transferred)
    }

    /// Whoever must answer gets the question again; what is free, the pool.
    fn reminded(&mut self) -> &mut Self {
        match self.scene.ticket.status {
            Status::WaitingForInformation { .. } => self.owners(MailKind::Question),
            Status::AwaitingApproval { .. } => self.owners(MailKind::ClosureApproval),
            _ => self.handlers(MailKind::NewTicket),
        }
    }

    /// Whoever the change is about, and whoever works on it.
    fn changed(&mut self, after: &'a Property) -> &mut Self {
        if let Property::Beneficiary(Some(who)) = after {
            self.call(who, Because::Beneficiary, MailKind::Beneficiary);
        }
        if let Property::Requester(who) = after {
            self.call(who, Because::Requester, MailKind::Acknowledgement);
        }
        if let What::Changed { before: Property::Requester(who), .. } = &self.event.what {
            self.call(who, Because::Monitoring, MailKind::Update);
        }
        match after {
            Property::Urgency(Urgency::High) => self.handlers(MailKind::Update).always(MailKind::Update),
            _ => self.assignee(MailKind::Update).always(MailKind::Update),
        }
    }

    /// Whoever was told of the act hears that it was taken back.
    fn undone(&mut self, first: u64, acts: &[String]) -> &mut Self {
        let told = |act: &String| !matches!(act.as_str(), "changed" | "linked" | "spammed" | "attended" | "left");
        if acts.iter().any(told) {
            self.participants(MailKind::Update);
        }
        for event in self.scene.before.iter().filter(|event| event.seq >= first) {
            if let What::Assigned { to, .. } = &event.what {
                self.agent(Some(to), MailKind::Update);
            }
        }
        self.assignee(MailKind::Update).always(MailKind::Update)
    }

    /// Who agreed by mail has seen no page: they get the receipt, with the way to judge.
    fn closed(&mut self) -> &mut Self {
        let author = self.event.actor.person.as_ref().filter(|who| self.scene.ticket.is_owner(who));
        if let Some(author) = author.filter(|_| self.event.actor.door == Door::Mail) {
            self.call_even_author(author, Because::Author, MailKind::Closed);
        }
        self.firmly().conversation(MailKind::Closed)
    }

    fn in_charge(&self) -> Option<&'a Address> {
        let agent = self.scene.organisation.agent(self.scene.ticket.assignee.as_ref()?)?;
        Some(&agent.address)
    }

    fn members(&self) -> impl Iterator<Item = (&'a Agent, &'a Membership)> + use<'a> {
        self.scene.organisation.members(&self.scene.ticket.service)
    }
}

/// Which text leads when one cause calls somebody for several: questions first, words before mere facts.
fn rank(kind: MailKind, event: &Event) -> u8 {
    match kind {
        MailKind::Question | MailKind::ClosureApproval => 0,
        MailKind::Acknowledgement | MailKind::AcknowledgementUnproven => 1,
        MailKind::Invitation | MailKind::Beneficiary => 2,
        MailKind::Assigned => 3,
        MailKind::NewTicket => 4,
        MailKind::JoinRequest => 5,
        MailKind::ClosureRefused => 6,
        MailKind::Reopened => 7,
        MailKind::Closed | MailKind::Expired | MailKind::SlaWarning | MailKind::SlaBreach => 8,
        MailKind::Cancelled | MailKind::Refused | MailKind::Merged => 9,
        MailKind::Transferred => 10,
        MailKind::Released | MailKind::Recalled => 10,
        MailKind::Note => 11,
        MailKind::Update if event.text.is_some() => 12,
        MailKind::Taken => 13,
        MailKind::Postponed => 11,
        _ => 14,
    }
}
