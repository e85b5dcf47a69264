//! Tokens from a program of the site's choice.

use std::process::Stdio;

use secrecy::SecretString;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::{LIFE, Later, PATIENCE, Token, TokenFault, TokenSource};

/// Bytes of output that are read: Microsoft's tokens have some 3 KiB.
const OUTPUT: u64 = 64 * 1024;

/// Runs a program without a shell; the first line that it prints is the token. Kept for 45 minutes.
#[derive(Debug)]
pub struct CommandSource {
    program: String,
    arguments: Vec<String>,
    token: Mutex<Option<Token>>,
}

impl CommandSource {
    /// A program and its arguments.
    pub fn new(program: impl Into<String>, arguments: Vec<String>) -> Self {
        CommandSource { program: program.into(), arguments, token: Mutex::default() }
    }

    async fn run(&self) -> Result<SecretString, TokenFault> {
        let fault = |what: &dyn std::fmt::Display| TokenFault::Command(format!("{}: {what}", self.program));
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| fault(&e))?;
        let mut output = String::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(OUTPUT).read_to_string(&mut output).await.map_err(|e| fault(&e))?;
        }
        let status = child.wait().await.map_err(|e| fault(&e))?;
        if !status.success() {
            return Err(fault(&status));
        }
        match output.lines().next().map(str::trim) {
            Some(token) if !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic()) => Ok(SecretString::from(token.to_owned())),
            _ => Err(fault(&"its first line is no token")),
        }
    }
}

impl TokenSource for CommandSource {
    fn token(&self) -> Later<'_, Result<SecretString, TokenFault>> {
        Box::pin(async {
            let mut kept = self.token.lock().await;
            if let Some(token) = kept.as_ref().filter(|t| t.is_good()) {
                return Ok(token.secret.clone());
            }
            let late = |_| TokenFault::Command(format!("{}: no token within {PATIENCE:?}", self.program));
            let secret = timeout(PATIENCE, self.run()).await.map_err(late)??;
            *kept = Some(Token { secret: secret.clone(), good_until: Instant::now() + LIFE });
            Ok(secret)
        })
    }

    fn refused(&self) -> Later<'_, ()> {
        Box::pin(async { *self.token.lock().await = None })
    }
}
