//! What in a mail may point at a conversation: signed addresses, signed and other Message-IDs, the subject tag,
//! Outlook's Thread-Index. Never the body (CASEBOOK A23).

use crate::address::Address;
use crate::mail::carrier::{Purpose, read_subject_tag};
use crate::mail::{Carrier, Incoming, Keys};
use crate::site::Site;

/// Bytes of a Thread-Index that name the conversation; the rest grows by five with each reply (MS-OXOMSG 2.2.1.3).
const THREAD_ROOT: usize = 22;

/// Everything in a mail that may point at a conversation, unchecked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pointers {
    /// Carriers in tags of the desk's addresses (`To`, `Cc`, envelope recipients).
    pub tags: Vec<Carrier>,
    /// Carriers in Message-IDs of `In-Reply-To` and `References`.
    pub signed_ids: Vec<Carrier>,
    /// All ids of `In-Reply-To` and `References`, nearest first, without brackets.
    pub ids: Vec<String>,
    /// The mail's own id, as a ghost may know it.
    pub own_id: Option<String>,
    /// Number and check of the subject tag.
    pub subject: Option<(u64, String)>,
    /// First 22 bytes of Thread-Index.
    pub thread_root: Option<Vec<u8>>,
}

impl Pointers {
    /// Collects them.
    pub fn of(mail: &Incoming, site: &Site) -> Pointers {
        let ids = ids_nearest_first(mail);
        Pointers {
            tags: desk_tags(mail, site).collect(),
            signed_ids: ids.iter().filter_map(|id| Carrier::in_message_id(id)).collect(),
            ids,
            own_id: mail.message_id.clone(),
            subject: read_subject_tag(&mail.subject),
            thread_root: mail.thread_index.as_ref().filter(|index| index.len() >= THREAD_ROOT).map(|index| index[..THREAD_ROOT].to_vec()),
        }
    }

    /// Do they hold something that was mailed to this very person?
    pub fn prove(&self, keys: &Keys, person: &Address) -> bool {
        let mailed = self.tags.iter().filter(|tag| tag.purpose != Purpose::Envelope).chain(&self.signed_ids);
        mailed.into_iter().any(|carrier| keys.made_for(carrier, person))
    }

    /// Conversations that the signed carriers name, most trusted first.
    pub fn signed_numbers(&self) -> impl Iterator<Item = u64> + '_ {
        let tags = self.tags.iter().filter(|tag| tag.purpose != Purpose::Envelope);
        tags.chain(&self.signed_ids).map(|carrier| carrier.number)
    }

    /// The closure decision that a tagged address stands for.
    pub fn decision(&self) -> Option<&Carrier> {
        self.tags.iter().find(|tag| matches!(tag.purpose, Purpose::Approve | Purpose::Refuse))
    }
}

fn ids_nearest_first(mail: &Incoming) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()) {
        if !ids.contains(id) && Some(id) != mail.message_id.as_ref() {
            ids.push(id.clone());
        }
    }
    ids
}

/// Tags of our own addresses, wherever the mail was addressed to.
fn desk_tags<'a>(mail: &'a Incoming, site: &'a Site) -> impl Iterator<Item = Carrier> + 'a {
    let visible = mail.to.iter().chain(&mail.cc).map(|mailbox| &mailbox.address);
    visible.chain(&mail.delivered_to).filter_map(|address| {
        let (base, tag) = address.without_tag();
        tag.filter(|_| site.own.contains(&base)).and_then(Carrier::in_tag)
    })
}
