//! The village's wiring: Maildirs on one side, the real gateway in the middle, real HTTP on the other.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::office::Office;
use super::post::{Draft, Post, Seen};
use super::story::{Step, Story, Villager};
use super::{browser, show};
use crate::address::{Address, Mailbox};
use crate::delivery::{self, Transport};
use crate::desk::{Agent, Membership, Monitoring, Organisation, Policy, Privilege, Service};
use crate::gateway::{Gateway, Handle, Parts, SystemClock, SystemMint};
use crate::intake::maildir::{self, MaildirSource};
use crate::mail::{Content, File, Keys, Limits};
use crate::notifications::Mint;
use crate::site::{Brakes, Retention, Site, Trust};
use crate::store::LetterState;
use crate::store::sqlite::Sqlite;
use crate::web;

/// How often the desk looks into its Maildir.
const POLL: Duration = Duration::from_millis(30);
/// How often the last verdicts are looked for.
const VERDICT_LOOKS: u32 = 300;

/// A running village.
pub struct Village {
    /// Start of every link.
    pub base: String,
    /// Where everything lies.
    pub folder: PathBuf,
    post: Post,
    people: Vec<Villager>,
    known: HashSet<PathBuf>,
    seen: Vec<Seen>,
    first: Option<(String, String)>,
    /// Where the last pressed button led: the page after an approval asks for marks.
    led_to: Option<String>,
    handle: Handle,
    gateway: JoinHandle<()>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Village {
    /// Builds the mailboxes, opens the store and starts everything.
    pub async fn open(story: &Story, folder: Option<&Path>, port: u16) -> anyhow::Result<Village> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => std::env::temp_dir().join(format!("guichet-village-{}", std::process::id())),
        };
        std::fs::create_dir_all(&folder)?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await.context("the port of the pages")?;
        let base = format!("http://{}", listener.local_addr()?);
        let site = Arc::new(site(&base)?);
        let post = Post::new(&folder.join("mail"), site.desk.clone())?;
        let database = folder.join("village.db");
        let templates = super::super::texts::load(None).map_err(|faults| anyhow::anyhow!("templates: {faults:?}"))?;
        let parts = Parts { site: site.clone(), templates: Arc::new(templates), clock: Box::new(SystemClock), mint: Box::new(SystemMint) };
        let mut gateway = Gateway::new(Sqlite::open(&database)?, parts)?;
        gateway.apply_organisation(organisation(story))?;
        let readers = gateway.store().readers(2)?;
        let texts = super::super::texts::pages(None, gateway.templates().clone()).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        let texts = Arc::new(texts);
        let (handle, thread) = Handle::start(gateway, readers)?;
        let village = Village {
            base,
            post,
            people: story.people.clone(),
            known: HashSet::new(),
            seen: vec![],
            first: None,
            led_to: None,
            handle,
            gateway: thread,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            folder,
        };
        let pages = web::Web::new(village.handle.clone(), texts);
        village.start(listener, pages);
        Ok(village)
    }

    fn start(&self, listener: TcpListener, pages: web::Web<Handle>) {
        let shared = Arc::new(self.handle.clone());
        let source = MaildirSource { poll: POLL, ..MaildirSource::new("support", self.post.desk_maildir()) };
        let (stop, keeper) = (self.stop.clone(), shared.clone());
        self.tasks.spawn(async move { maildir::watch(source, keeper, stop).await });
        let transport = Transport::Maildir(self.folder.join("mail"));
        let (stop, outbox) = (self.stop.clone(), shared.clone());
        self.tasks.spawn(async move { delivery::run(outbox, transport, stop).await });
        self.tasks.spawn(web::serve(listener, pages, self.stop.clone().cancelled_owned()));
        self.tasks.close();
    }

    /// Does one step, and sees that exactly those are told who should be.
    pub async fn play(&mut self, step: &Step) -> anyhow::Result<()> {
        if step.is_press() {
            self.press(step).await?
        } else {
            self.write(step)?
        }
        let arrived = self.post.arrive(&step.told, &mut self.known).await?;
        arrived.iter().for_each(show::mail);
        self.seen.extend(arrived);
        let status = self.status().await?;
        show::status(&status);
        if status != step.status {
            bail!("the ticket is {status}, not {}", step.status);
        }
        Ok(())
    }

    fn write(&mut self, step: &Step) -> anyhow::Result<()> {
        let from = self.mailbox(&step.by);
        let desk = Address::parse("support@village.test")?;
        let files: Vec<File> = step.file.iter().filter_map(|name| file(name)).collect();
        let first = self.first.clone();
        let answered = step.to.as_deref().map(|kind| self.answered(&step.by, kind)).transpose()?;
        let (to, subject, answers) = match (&answered, &first, step.mail.as_deref()) {
            (Some(seen), _, _) => {
                (seen.reply_to.first().cloned().unwrap_or(desk), format!("Re: {}", seen.subject), Some(seen.message_id.clone()))
            }
            (None, Some((id, subject)), Some("reply-all")) => (desk, format!("Re: {subject}"), Some(id.clone())),
            _ => (desk, step.subject.clone().unwrap_or_default(), None),
        };
        let mut cc = step.cc.clone();
        if step.mail.as_deref() == Some("reply-all") {
            cc.extend(self.people.iter().map(|person| person.address.clone()).find(|person| person != &step.by));
        }
        let quoted = answered.as_ref().map(quote).unwrap_or_default();
        let text = format!("{}\n{quoted}", step.text.trim());
        let draft = Draft { from, to, cc, subject: &subject, text: &text, answers: answers.as_deref(), files: &files };
        let id = self.post.write(&draft)?;
        self.first.get_or_insert((id, subject));
        Ok(())
    }

    /// The last mail of that kind that somebody got: alerts are recognised by their first arrival, others by their links.
    fn answered(&self, who: &Address, kind: &str) -> anyhow::Result<Seen> {
        let mut mine = self.seen.iter().filter(|seen| seen.to == *who);
        let found = if kind == "new_ticket" { mine.next() } else { mine.next_back() };
        found.cloned().with_context(|| format!("{who} has no mail of that kind"))
    }

    async fn press(&mut self, step: &Step) -> anyhow::Result<()> {
        let button = step.press.as_deref().unwrap_or_default();
        let links: Vec<String> = self.seen.iter().rev().filter(|seen| seen.to == step.by).flat_map(|seen| links(&seen.text)).collect();
        let fields: Vec<(&str, String)> = match button {
            "rate" => vec![
                ("delay", step.delay.unwrap_or(5).to_string()),
                ("answers", step.answers.unwrap_or(5).to_string()),
                ("text", step.text.trim().to_owned()),
            ],
            "refuse_closure" => vec![("text", step.text.trim().to_owned())],
            _ => vec![],
        };
        for path in self.led_to.take().into_iter().chain(links) {
            if browser::has(&browser::get(&self.base, &path).await?, button) {
                let (after, led_to) = browser::press(&self.base, &path, button, &fields).await?;
                if after.status != 200 {
                    bail!("the page after {button} has status {}", after.status);
                }
                self.led_to = Some(led_to);
                return Ok(());
            }
        }
        bail!("no mailed link of {} leads to the button {button}", step.by)
    }

    fn mailbox(&self, who: &Address) -> Mailbox {
        let name = self.people.iter().find(|person| person.address == *who).map(|person| person.name.as_str());
        Mailbox::new(name, who.clone())
    }

    async fn status(&self) -> anyhow::Result<String> {
        let ticket = self.handle.look(|reads| reads.ticket(1)).await??;
        Ok(ticket.map(|ticket| ticket.status.word().to_owned()).unwrap_or_default())
    }

    /// The ledger's balance, in one line, once every verdict is noted.
    pub async fn balance(&self) -> anyhow::Result<String> {
        let mut letters = self.letters().await?;
        for _ in 0..VERDICT_LOOKS {
            if letters.iter().all(|state| *state == LetterState::Sent) {
                break;
            }
            tokio::time::sleep(POLL).await;
            letters = self.letters().await?;
        }
        let count = self.handle.look(|reads| reads.count(None)).await??;
        let sent = letters.iter().filter(|state| **state == LetterState::Sent).count();
        let sum = count.attached + count.new + count.held + count.ignored + count.parked;
        if sum != count.all || sent != letters.len() {
            bail!("the ledger does not balance: {count:?}, {sent} of {} letters sent", letters.len());
        }
        Ok(format!("{} mails in, {sum} accounted for; {} mails out, {sent} delivered.", count.all, letters.len()))
    }

    async fn letters(&self) -> anyhow::Result<Vec<LetterState>> {
        let letters = self.handle.look(|reads| reads.letters(None, usize::MAX)).await??;
        Ok(letters.into_iter().map(|letter| letter.state).collect())
    }

    /// Opens the village's own pages, in which one may be anybody; answers where they are.
    pub async fn receive_visitors(&self, port: u16) -> anyhow::Result<String> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.context("the port of the village")?;
        let root = self.folder.join("mail");
        let office = Office::new(root, (self.post.clone(), self.people.clone()), &self.base, &listener)?;
        let address = office.address();
        tokio::spawn(office.serve(listener, self.stop.clone()));
        Ok(address)
    }

    /// The path of Alice's ticket page, from her acknowledgement.
    pub fn view_path(&self) -> Option<String> {
        self.seen.first().and_then(|seen| links(&seen.text).into_iter().next())
    }

    /// Stops everything in order.
    pub async fn close(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.tasks.wait().await;
        drop(self.handle);
        let thread = self.gateway;
        tokio::task::spawn_blocking(move || thread.join()).await?.map_err(|_| anyhow::anyhow!("the gateway's thread panicked"))
    }
}

fn links(text: &str) -> Vec<String> {
    let paths = text.split_whitespace().filter_map(|word| word.find("/l/").map(|start| word[start..].chars().take(46).collect::<String>()));
    paths.filter(|path| path.len() == 46).collect()
}

fn quote(seen: &Seen) -> String {
    let lines: String = seen.text.lines().map(|line| format!("> {line}\n")).collect();
    format!("\nLe 21 novembre 2026 à 09:00, {} a écrit :\n{lines}", seen.from)
}

fn file(name: &str) -> Option<File> {
    let bytes = match name {
        "capture.png" => include_bytes!("../../../data/demo/capture.png").to_vec(),
        _ => return None,
    };
    Some(File { name: name.to_owned(), content_type: "image/png".into(), content_id: None, content: Content::Bytes(bytes) })
}

fn site(base: &str) -> anyhow::Result<Site> {
    let desk = Address::parse("support@village.test")?;
    Ok(Site {
        name: "Support".into(),
        desk: Mailbox::new(Some("Support"), desk.clone()),
        own: vec![desk],
        base_url: base.to_owned(),
        plus_addressing: true,
        visible: false,
        language: "fr".into(),
        zone: jiff::tz::TimeZone::get("Europe/Paris")?,
        trust: Trust { internal_domains: vec!["village.test".into()], ..Trust::default() },
        // Whoever plays sees each mail at once.
        policy: Policy { group_minutes: 0, ..Policy::default() },
        limits: Limits::default(),
        brakes: Brakes { prompt_answers: 100, ..Brakes::default() },
        retention: Retention::default(),
        redirect_to: None,
        keys: Keys::new(vec![('a', SystemMint.token().to_vec())]),
    })
}

fn organisation(story: &Story) -> Organisation {
    let service = Service { key: "dsi".into(), name: "Support DSI".into(), ..Service::default() };
    let member = Membership { service: "dsi".into(), may: Privilege::usual(), hears: Monitoring::Creation, ..Membership::default() };
    let agent = |person: &Villager| Agent {
        address: person.address.clone(),
        name: person.name.clone(),
        language: Some("fr".into()),
        memberships: vec![member.clone()],
        deputy: None,
        disabled: false,
    };
    let agents = story.people.iter().filter(|person| person.role == "agent").map(agent).collect();
    Organisation { services: vec![service], agents, ..Organisation::default() }
}
