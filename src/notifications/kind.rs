//! The kinds of mails: each is a pair of templates in each language.

/// Which text; each is a pair of templates in each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MailKind {
    /// To the requester of a new ticket: number, what happens next.
    Acknowledgement,
    /// The same to an unproven sender: fixed words, nothing of theirs (CASEBOOK B08, B09).
    AcknowledgementUnproven,
    /// To agents: a new ticket.
    NewTicket,
    /// New words, or a change worth telling.
    Update,
    /// To agents: words for agents only.
    Note,
    /// To the requester: somebody works on it.
    Taken,
    /// To the new assignee.
    Assigned,
    /// To the agents of the service: it is free again.
    Released,
    /// To the requester: a question; answer by reply or link.
    Question,
    /// To the requester: a solution, with approve and refuse.
    ClosureApproval,
    /// It is over.
    Closed,
    /// To the assignee: not solved, and why.
    ClosureRefused,
    /// Back from its end.
    Reopened,
    /// To agents: taken back.
    Cancelled,
    /// To a new guest: why, what they see, how to leave.
    Invitation,
    /// To agents: a stranger holds a pointer.
    JoinRequest,
    /// To an agent: what the commands did, and the new state.
    Receipt,
    /// To an agent: nothing was done, and why; the text waits.
    CommandRefused,
    /// To an agent who passed a mail on: whose request it may be.
    Forwarded,
    /// To a requester: what they asked for by mail could not be done, and what is possible.
    NotPossible,
    /// To agents: a mail waits for a decision.
    HeldMail,
    /// To agents: a mail of ours did not arrive.
    BounceNotice,
    /// To an administrator: a mail could not be handled.
    Parked,
    /// A fresh link, asked for on a page.
    FreshLink,
    /// To participants: the service does not do this, and why.
    Refused,
    /// To the requester: work goes on at a date.
    Postponed,
    /// To whoever should act: a postponed ticket is back.
    Recalled,
    /// To the requester and to the new service: others handle it.
    Transferred,
    /// To participants: it goes on with another ticket.
    Merged,
    /// To somebody for whom a request was made.
    Beneficiary,
    /// To whoever asked by mail: lists, states, the commands.
    Answers,
    /// To whoever asked: everything of a ticket that they may see.
    History,
    /// To an agent, at the hours that they chose: what waits for them.
    DailyReport,
    /// It ended because no answer came.
    Expired,
    /// To agents: a promise is nearly broken.
    SlaWarning,
    /// To agents, and to the head of the service: a promise is broken.
    SlaBreach,
    /// To whoever manages a service, and whom it is about: its staff changed.
    ServiceChanged,
    /// To the head of a service: its figures of the while that is over.
    Figures,
    /// A key to sign in with.
    SignIn,
    /// A request was filled in: its author proves it.
    RequestProof,
    /// A key that confirms a mail that waits.
    HeldProof,
    /// To agents: many people ask for the same kind of thing at once.
    Burst,
    /// To the head of a service: what came into its "other" category.
    OtherDigest,
    /// To an agent whose mailbox says that they are away: shall the desk know it?
    AbsenceProposed,
    /// To an address that somebody calls theirs, too: is it?
    SamePerson,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [MailKind; 45] = [
        MailKind::Acknowledgement,
        MailKind::AcknowledgementUnproven,
        MailKind::NewTicket,
        MailKind::Update,
        MailKind::Note,
        MailKind::Taken,
        MailKind::Assigned,
        MailKind::Released,
        MailKind::Question,
        MailKind::ClosureApproval,
        MailKind::Closed,
        MailKind::ClosureRefused,
        MailKind::Reopened,
        MailKind::Cancelled,
        MailKind::Invitation,
        MailKind::JoinRequest,
        MailKind::Receipt,
        MailKind::CommandRefused,
        MailKind::Forwarded,
        MailKind::NotPossible,
        MailKind::HeldMail,
        MailKind::BounceNotice,
        MailKind::Parked,
        MailKind::FreshLink,
        MailKind::Refused,
        MailKind::Postponed,
        MailKind::Recalled,
        MailKind::Transferred,
        MailKind::Merged,
        MailKind::Beneficiary,
        MailKind::Answers,
        MailKind::History,
        MailKind::DailyReport,
        MailKind::Expired,
        MailKind::SlaWarning,
        MailKind::SlaBreach,
        MailKind::ServiceChanged,
        MailKind::Figures,
        MailKind::SignIn,
        MailKind::RequestProof,
        MailKind::HeldProof,
        MailKind::Burst,
        MailKind::OtherDigest,
        MailKind::AbsenceProposed,
        MailKind::SamePerson,
    ];

    /// Whatever answers such a mail stays among agents (CASEBOOK B03): its reply address says so, and so may the letter's
    /// kind where addresses carry no tags.
    pub fn is_internal(self) -> bool {
        matches!(self, MailKind::Note | MailKind::HeldMail | MailKind::BounceNotice | MailKind::Parked)
    }

    /// Written to somebody as an agent, even about a request of their own (CASEBOOK D12).
    pub fn is_for_agents(self) -> bool {
        let work =
            matches!(self, MailKind::NewTicket | MailKind::Assigned | MailKind::JoinRequest | MailKind::Receipt | MailKind::CommandRefused);
        work || self.is_internal()
    }

    /// Its texts show what happened on a ticket and what people wrote, so that it can tell more of it; others answer, or say one thing.
    pub fn tells_events(self) -> bool {
        matches!(
            self,
            MailKind::NewTicket
                | MailKind::Update
                | MailKind::Note
                | MailKind::Taken
                | MailKind::Assigned
                | MailKind::Released
                | MailKind::Question
                | MailKind::ClosureApproval
                | MailKind::Closed
                | MailKind::ClosureRefused
                | MailKind::Reopened
                | MailKind::Cancelled
                | MailKind::JoinRequest
                | MailKind::Refused
                | MailKind::Postponed
                | MailKind::Recalled
                | MailKind::Transferred
                | MailKind::Merged
                | MailKind::Beneficiary
                | MailKind::Expired
        )
    }

    /// Mere news, which its reader may hear a little later.
    pub fn is_news(self) -> bool {
        self == MailKind::Taken || MailKind::SPOKEN.contains(&self)
    }

    /// News after which more of it waits. That somebody works on it delays nobody's words.
    pub const SPOKEN: [MailKind; 2] = [MailKind::Update, MailKind::Note];

    /// A stable word: template name, `kind` of the outbox row, word of the trace.
    pub fn word(self) -> &'static str {
        match self {
            MailKind::Acknowledgement => "acknowledgement",
            MailKind::AcknowledgementUnproven => "acknowledgement_unproven",
            MailKind::NewTicket => "new_ticket",
            MailKind::Update => "update",
            MailKind::Note => "note",
            MailKind::Taken => "taken",
            MailKind::Assigned => "assigned",
            MailKind::Released => "released",
            MailKind::Question => "question",
            MailKind::ClosureApproval => "closure_approval",
            MailKind::Closed => "closed",
            MailKind::ClosureRefused => "closure_refused",
            MailKind::Reopened => "reopened",
            MailKind::Cancelled => "cancelled",
            MailKind::Invitation => "invitation",
            MailKind::JoinRequest => "join_request",
            MailKind::Receipt => "receipt",
            MailKind::CommandRefused => "command_refused",
            MailKind::Forwarded => "forwarded",
            MailKind::NotPossible => "not_possible",
            MailKind::HeldMail => "held_mail",
            MailKind::BounceNotice => "bounce_notice",
            MailKind::Parked => "parked",
            MailKind::FreshLink => "fresh_link",
            MailKind::Refused => "refused",
            MailKind::Postponed => "postponed",
            MailKind::Recalled => "recalled",
            MailKind::Transferred => "transferred",
            MailKind::Merged => "merged",
            MailKind::Beneficiary => "beneficiary",
            MailKind::Answers => "answers",
            MailKind::History => "history",
            MailKind::DailyReport => "daily_report",
            MailKind::Expired => "expired",
            MailKind::SlaWarning => "sla_warning",
            MailKind::SlaBreach => "sla_breach",
            MailKind::ServiceChanged => "service_changed",
            MailKind::Figures => "figures",
            MailKind::SignIn => "sign_in",
            MailKind::RequestProof => "request_proof",
            MailKind::HeldProof => "held_proof",
            MailKind::Burst => "burst",
            MailKind::OtherDigest => "other_digest",
            MailKind::AbsenceProposed => "absence_proposed",
            MailKind::SamePerson => "same_person",
        }
    }
}
