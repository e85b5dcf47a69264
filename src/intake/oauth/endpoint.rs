//! Tokens from an OAuth 2.0 token endpoint: by a refresh token (RFC 6749 section 6), or by the client's own
//! credentials (section 4.4).

use std::path::PathBuf;
use std::time::Duration;

use hyper::{StatusCode, Uri};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::post::post;
use super::{LIFE, Later, PATIENCE, RefreshFile, Token, TokenFault, TokenSource};
use crate::intake::said::said;

/// What the endpoint is asked with.
#[derive(Debug, Clone)]
pub enum Grant {
    /// For an account that somebody consented for.
    Refresh(RefreshFile),
    /// For an application with rights of its own.
    ClientCredentials,
}

/// A token endpoint, as the configuration means it.
#[derive(Debug)]
pub struct EndpointSource {
    /// Its https address; http for loopback only.
    endpoint: Uri,
    client_id: String,
    client_secret: Option<SecretString>,
    scope: Option<String>,
    grant: Grant,
    ca_file: Option<PathBuf>,
    token: Mutex<Option<Token>>,
}

/// What an endpoint answers (RFC 6749 sections 5.1 and 5.2).
#[derive(Deserialize)]
struct Answer {
    access_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
    /// Seconds; some servers write the number as text.
    expires_in: Option<serde_json::Value>,
    error: Option<String>,
    error_description: Option<String>,
}

impl EndpointSource {
    /// An endpoint without a client secret, scope or certificates of its own.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(endpoint: &str, client_id: &str, grant: Grant) -> Result<Self, TokenFault> {
        let endpoint = endpoint.parse::<Uri>().map_err(|e| TokenFault::Endpoint(e.to_string()))?;
        let client_id = client_id.to_owned();
        Ok(EndpointSource { endpoint, client_id, client_secret: None, scope: None, grant, ca_file: None, token: Mutex::default() })
    }

    /// With the client's secret.
    #[must_use]
    pub fn with_secret(mut self, secret: SecretString) -> Self {
        self.client_secret = Some(secret);
        self
    }

    /// For a scope, such as `https://outlook.office365.com/.default`.
    #[must_use]
    pub fn with_scope(mut self, scope: &str) -> Self {
        self.scope = Some(scope.to_owned());
        self
    }

    /// Trusting the certificates (PEM) of a file instead of the system's.
    #[must_use]
    pub fn with_ca_file(mut self, ca_file: PathBuf) -> Self {
        self.ca_file = Some(ca_file);
        self
    }

    async fn ask(&self) -> Result<Token, TokenFault> {
        let (status, body) = post(&self.endpoint, self.ca_file.as_deref(), self.form()?).await?;
        let unusable = |_| TokenFault::Endpoint(format!("status {status}, and no answer of a token endpoint"));
        let answer: Answer = serde_json::from_slice(&body).map_err(unusable)?;
        if let Some(error) = answer.error {
            let words = format!("{error} {}", answer.error_description.unwrap_or_default());
            return Err(TokenFault::Refused(said(&words)));
        }
        let (StatusCode::OK, Some(secret)) = (status, answer.access_token) else {
            return Err(TokenFault::Endpoint(format!("status {status}, and no token")));
        };
        if let (Grant::Refresh(file), Some(next)) = (&self.grant, answer.refresh_token) {
            file.write(&next).map_err(TokenFault::File)?;
        }
        Ok(Token { secret, good_until: Instant::now() + good_for(answer.expires_in.as_ref()) })
    }

    fn form(&self) -> Result<SecretString, TokenFault> {
        let mut form = Form::default();
        match &self.grant {
            Grant::Refresh(file) => {
                form.add("grant_type", "refresh_token");
                form.add("refresh_token", file.read().map_err(TokenFault::File)?.expose_secret());
            }
            Grant::ClientCredentials => form.add("grant_type", "client_credentials"),
        }
        form.add("client_id", &self.client_id);
        if let Some(secret) = &self.client_secret {
            form.add("client_secret", secret.expose_secret());
        }
        if let Some(scope) = &self.scope {
            form.add("scope", scope);
        }
        Ok(SecretString::from(form.0))
    }
}

impl TokenSource for EndpointSource {
    fn token(&self) -> Later<'_, Result<SecretString, TokenFault>> {
        Box::pin(async {
            let mut kept = self.token.lock().await;
            if let Some(token) = kept.as_ref().filter(|t| t.is_good()) {
                return Ok(token.secret.clone());
            }
            let late = |_| TokenFault::Endpoint(format!("no answer within {PATIENCE:?}"));
            let token = timeout(PATIENCE, self.ask()).await.map_err(late)??;
            Ok(kept.insert(token).secret.clone())
        })
    }

    fn refused(&self) -> Later<'_, ()> {
        Box::pin(async { *self.token.lock().await = None })
    }
}

/// Nine tenths of what the endpoint says, so that a token does not end on the way.
fn good_for(expires_in: Option<&serde_json::Value>) -> Duration {
    let seconds = expires_in.and_then(|v| v.as_u64().or_else(|| v.as_str()?.parse().ok()));
    seconds.map_or(LIFE, |s| Duration::from_secs(s.min(24 * 3600)) * 9 / 10)
}

/// `application/x-www-form-urlencoded`.
#[derive(Default)]
struct Form(String);

impl Form {
    fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => self.0.push(char::from(byte)),
                _ => self.0.push_str(&format!("%{byte:02X}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded() {
        let mut form = Form::default();
        form.add("grant_type", "refresh_token");
        form.add("scope", "https://mail.google.com/ a&b=é");
        assert_eq!(form.0, "grant_type=refresh_token&scope=https%3A%2F%2Fmail.google.com%2F%20a%26b%3D%C3%A9");
    }

    #[test]
    fn a_token_is_used_for_nine_tenths_of_its_life() {
        let number = serde_json::json!(3600);
        let text = serde_json::json!("3600");
        assert_eq!(good_for(Some(&number)), Duration::from_secs(3240));
        assert_eq!(good_for(Some(&text)), Duration::from_secs(3240));
        assert_eq!(good_for(None), LIFE);
    }
}
