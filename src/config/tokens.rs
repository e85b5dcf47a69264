//! Bearer tokens (XOAUTH2): from a program, or from an OAuth2 endpoint.

use std::sync::Arc;

use super::connections::Fetching;
use super::written::OAuth;
use crate::delivery;
use crate::intake::oauth::{CommandSource, EndpointSource, Grant, RefreshFile, TokenSource};

/// How an account without password is proven, as written.
#[derive(Debug, Clone, Copy)]
pub struct Tokens<'a> {
    /// A program and its arguments.
    pub command: Option<&'a [String]>,
    /// An endpoint.
    pub oauth: Option<&'a OAuth>,
}

impl Fetching<'_> {
    /// The source of an account's tokens; faults are noted below `section`.
    pub(super) fn tokens(&mut self, section: &str, tokens: Tokens<'_>) -> Option<Arc<dyn TokenSource>> {
        match (tokens.command.and_then(<[String]>::split_first), tokens.oauth) {
            (Some((program, arguments)), _) => Some(Arc::new(CommandSource::new(program, arguments.to_vec()))),
            (None, Some(oauth)) => Some(Arc::new(self.endpoint(&format!("{section}.oauth"), oauth)?)),
            (None, None) => None,
        }
    }

    fn endpoint(&mut self, section: &str, oauth: &OAuth) -> Option<EndpointSource> {
        let grant = match &oauth.refresh_token_file {
            Some(path) => Grant::Refresh(self.refresh_file(&format!("{section}.refresh_token_file"), path)?),
            None => Grant::ClientCredentials,
        };
        let source = EndpointSource::new(&oauth.token_url, &oauth.client_id, grant).map_err(|fault| fault.to_string());
        let mut source = self.noted(&format!("{section}.token_url"), source)?;
        if let Some(secret) = &oauth.client_secret {
            source = source.with_secret(self.secret(&format!("{section}.client_secret"), secret)?);
        }
        Some(oauth.scope.iter().fold(source, |source, scope| source.with_scope(scope)))
    }

    /// The file is read once, so that one that is missing is told now.
    fn refresh_file(&mut self, key: &str, path: &std::path::Path) -> Option<RefreshFile> {
        let path = self.folder().join(path);
        let file = RefreshFile::new(&path);
        let readable = file.read().map_err(|error| format!("the refresh token cannot be read: {}: {error}", path.display()));
        self.noted(key, readable).map(|_| file)
    }
}

/// The same source as delivery takes it.
pub fn for_delivery(source: Arc<dyn TokenSource>) -> delivery::TokenSource {
    Arc::new(move || {
        let source = source.clone();
        Box::pin(async move { source.token().await.map_err(|fault| fault.to_string()) })
    })
}
