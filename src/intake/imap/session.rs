//! A session with an IMAP server: commands and what comes back, with a deadline on each step and a budget for what was
//! not asked for. Every refusal and every end of the stream is an error or a value here; the library's collecting
//! calls, which hide both, are not used. Knows neither folders' meaning nor mails.

use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, RequestId, Response, ResponseCode, Status};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::connect::Wire;
use super::fault::Fault;
use super::guard::Guard;
use super::name;
use crate::intake::said::said;

/// Responses to one command that the command did not ask for: beyond it, the server floods us.
const UNASKED: usize = 10_000;

/// What the server says it can do, as far as we use it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extensions {
    /// RFC 2177.
    pub idle: bool,
    /// RFC 6851.
    pub r#move: bool,
    /// RFC 4315.
    pub uidplus: bool,
}

impl Extensions {
    pub fn from_names<'a>(names: impl Iterator<Item = &'a str>) -> Extensions {
        let mut known = Extensions::default();
        for name in names {
            match name.to_ascii_uppercase().as_str() {
                "IDLE" => known.idle = true,
                "MOVE" => known.r#move = true,
                "UIDPLUS" => known.uidplus = true,
                _ => {}
            }
        }
        known
    }
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    Ok { read_only: bool },
    No { try_create: bool, said: String },
    Bad { said: String },
}

impl Done {
    /// An error unless the command was served.
    pub fn ok(self, command: &'static str) -> Result<(), Fault> {
        match self {
            Done::Ok { .. } => Ok(()),
            Done::No { said, .. } | Done::Bad { said } => Err(Fault::Refused { command, said }),
        }
    }
}

/// What SELECT says of a folder. Zero and missing are the same: unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Selected {
    pub uid_validity: Option<u32>,
    pub uid_next: Option<u32>,
    pub read_only: bool,
}

/// Why waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// There may be new mail.
    News,
    /// The time is up.
    Time,
    /// We are to stop.
    Stop,
}

#[derive(Debug)]
pub struct Session {
    imap: async_imap::Session<Guard<Wire>>,
    step: Duration,
    pub extensions: Extensions,
    /// EXISTS came since [`Session::listening`].
    news: bool,
}

impl Session {
    pub fn new(imap: async_imap::Session<Guard<Wire>>, step: Duration) -> Session {
        Session { imap, step, extensions: Extensions::default(), news: false }
    }

    /// Writes a command; several may be under way.
    pub async fn send(&mut self, command: &str) -> Result<RequestId, Fault> {
        let sent = timeout(self.step, self.imap.run_command(command)).await.map_err(|_| Fault::Silent(self.step))?;
        sent.map_err(|e| Fault::library(&e))
    }

    /// Reads until a command's end. `take` gets each response before it, and says whether the command asked for it.
    pub async fn collect(&mut self, id: &RequestId, take: impl FnMut(&Response<'_>) -> bool) -> Result<Done, Fault> {
        self.collect_any(&[id], take).await.map(|(_, done)| done)
    }

    /// Reads until the end of any of these commands, and says of which. A server may serve commands side by side and
    /// mix their responses (RFC 9051 section 5.5), so that `take` must know what all of them asked for.
    pub async fn collect_any(&mut self, ids: &[&RequestId], mut take: impl FnMut(&Response<'_>) -> bool) -> Result<(usize, Done), Fault> {
        let mut unasked = 0;
        while unasked <= UNASKED {
            let heard = self.next(Instant::now() + self.step, |response| match response {
                Response::Done { tag, status, outcome } => {
                    let done = done(status, outcome.code.as_ref(), outcome.information.as_deref());
                    ids.iter().position(|id| *id == tag).map_or(Heard::Other, |which| Heard::Done(which, done))
                }
                response if take(response) => Heard::Asked,
                _ => Heard::Unasked,
            });
            match heard.await?.ok_or(Fault::Silent(self.step))? {
                Heard::Done(which, done) => return Ok((which, done)),
                Heard::Other => return Err(Fault::Unusable("an answer to no command of ours".to_owned())),
                Heard::Asked => {}
                Heard::Unasked => unasked += 1,
            }
        }
        Err(Fault::Unusable("a flood of unasked responses".to_owned()))
    }

    /// A command and its end.
    pub async fn run(&mut self, command: &str, take: impl FnMut(&Response<'_>) -> bool) -> Result<Done, Fault> {
        let id = self.send(command).await?;
        self.collect(&id, take).await
    }

    /// Opens a folder for reading and settling.
    pub async fn select(&mut self, folder: &str) -> Result<Selected, Fault> {
        let mut selected = Selected::default();
        let command = format!("SELECT {}", name::folder(folder));
        let done = self
            .run(&command, |response| {
                if let Response::Data { status: Status::Ok, outcome } = response {
                    match outcome.code {
                        Some(ResponseCode::UidValidity(n)) => selected.uid_validity = (n > 0).then_some(n),
                        Some(ResponseCode::UidNext(n)) => selected.uid_next = (n > 0).then_some(n),
                        _ => {}
                    }
                }
                true
            })
            .await?;
        if let Done::Ok { read_only } = done {
            selected.read_only = read_only;
            return Ok(selected);
        }
        done.ok("SELECT").map(|()| selected)
    }

    /// From here on, [`Session::wait`] remembers news.
    pub fn listening(&mut self) {
        self.news = false;
    }

    /// Waits for news, for a time. Whatever ends it, the caller looks for itself: IDLE is a hint.
    pub async fn wait(&mut self, most: Duration, stop: &CancellationToken) -> Result<Wake, Fault> {
        let until = Instant::now() + most;
        if self.news {
            return Ok(Wake::News);
        }
        if !self.extensions.idle {
            return Ok(tokio::select! { () = stop.cancelled() => Wake::Stop, () = tokio::time::sleep_until(until) => Wake::Time });
        }
        let id = self.send("IDLE").await?;
        if !self.idle_began(&id).await? {
            self.extensions.idle = false;
            return Ok(Wake::Time);
        }
        let wake = self.idle_until(until, stop).await?;
        timeout(self.step, self.imap.run_command_untagged("DONE"))
            .await
            .map_err(|_| Fault::Silent(self.step))?
            .map_err(|e| Fault::library(&e))?;
        self.collect(&id, |_| true).await?;
        Ok(wake)
    }

    /// Whether the server went idle, or refused to.
    async fn idle_began(&mut self, id: &RequestId) -> Result<bool, Fault> {
        let until = Instant::now() + self.step;
        loop {
            let began = self.next(until, |response| match response {
                Response::Continue(_) => Some(true),
                Response::Done { tag, .. } if tag == id => Some(false),
                _ => None,
            });
            if let Some(began) = began.await?.ok_or(Fault::Silent(self.step))? {
                return Ok(began);
            }
        }
    }

    async fn idle_until(&mut self, until: Instant, stop: &CancellationToken) -> Result<Wake, Fault> {
        while !self.news {
            let next = self.next(until, |response| matches!(response, Response::Done { .. }));
            let ended = tokio::select! { biased; () = stop.cancelled() => return Ok(Wake::Stop), ended = next => ended? };
            match ended {
                None => return Ok(Wake::Time),
                Some(true) => return Err(Fault::Unusable("IDLE ended by the server".to_owned())),
                Some(false) => {}
            }
        }
        Ok(Wake::News)
    }

    /// Says goodbye; the answer does not matter.
    pub async fn logout(mut self) {
        let polite = async {
            if let Ok(id) = self.send("LOGOUT").await {
                while self.imap.read_response().await.is_ok_and(|r| r.is_some_and(|r| r.request_id() != Some(&id))) {}
            }
        };
        // A server that does not answer is not worth waiting for.
        let _ = timeout(Duration::from_secs(1), polite).await;
    }

    /// What `read` makes of the next response; `None` when the time is up. Safe to drop: nothing read is lost.
    async fn next<R>(&mut self, until: Instant, read: impl FnOnce(&Response<'_>) -> R) -> Result<Option<R>, Fault> {
        let Ok(came) = timeout_at(until, self.imap.read_response()).await else { return Ok(None) };
        let data = came.map_err(|e| Fault::io(&e))?.ok_or_else(|| Fault::Lost("closed by the server".to_owned()))?;
        match data.parsed() {
            Response::Data { status: Status::Bye, outcome } => {
                return Err(Fault::Lost(said(outcome.information.as_deref().unwrap_or("goodbye"))));
            }
            Response::MailboxData(MailboxDatum::Exists(_)) => self.news = true,
            _ => {}
        }
        Ok(Some(read(data.parsed())))
    }
}

/// What a response is to the command that waits.
enum Heard {
    /// The end of one of the commands.
    Done(usize, Done),
    /// The end of none of them.
    Other,
    Asked,
    Unasked,
}

fn done(status: &Status, code: Option<&ResponseCode<'_>>, information: Option<&str>) -> Done {
    let words = || said(information.unwrap_or_default());
    match status {
        Status::Ok => Done::Ok { read_only: matches!(code, Some(ResponseCode::ReadOnly)) },
        Status::No => Done::No { try_create: matches!(code, Some(ResponseCode::TryCreate)), said: words() },
        _ => Done::Bad { said: words() },
    }
}
