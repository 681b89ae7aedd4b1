//! The one HTTP client that goes outside, and the rules that it keeps.
//!
//! Twice: the host has to stand on the allow-list, and *after* its name was resolved each address is looked at, in the
//! resolver that the client itself uses, so that nothing lies between the look and the connection (DNS rebinding).

use super::addresses::is_public;
use crate::app::Handed;
use crate::app::ports::FetchError;
use crate::config::{HostRule, Network, Outbound};
use jiff::fmt::rfc2822;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, RequestBuilder, StatusCode, Url, header, redirect::Policy};
use schemas::{UnixMillis, delivery::DeliveryFault};
use std::error::Error as StdError;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;

/// To connect, TLS included. More lets a push service that is gone hold its ring up; less fails a slow network.
const CONNECT: Duration = Duration::from_secs(5);
/// For the whole exchange: below the twenty seconds after which an attempt counts as lost.
pub(super) const WHOLE: Duration = Duration::from_secs(10);
/// Longest pause that an answer may wish for. Beyond it no ring lives.
const LONGEST_WISH: i64 = 3600;

pub(super) struct Egress {
    http: Client,
    rules: Arc<Rules>,
}

/// Where one may go.
pub(super) struct Rules {
    hosts: Vec<HostRule>,
    private: Vec<Network>,
}

/// The rules do not let it through.
#[derive(Debug, thiserror::Error)]
#[error("not on the allow-list, or a private address")]
pub(super) struct Denied;

impl Rules {
    /// The host is on the list. An address in the place of a name is looked at like a resolved one.
    fn permits(&self, url: &Url) -> bool {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
        let listed = self.hosts.iter().any(|rule| rule.matches(url.scheme(), host, port));
        let anonymous = url.username().is_empty() && url.password().is_none();
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
        listed && anonymous && literal.map_or(true, |address| self.lets_through(address))
    }

    fn lets_through(&self, address: IpAddr) -> bool {
        is_public(address) || self.private.iter().any(|network| network.contains(address))
    }

    /// Addresses of a name that may be connected to. [`Denied`] when it has none but others.
    pub(super) async fn resolve(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, Box<dyn StdError + Send + Sync>> {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
        let allowed: Vec<SocketAddr> = found.into_iter().filter(|at| self.lets_through(at.ip())).collect();
        if allowed.is_empty() { Err(Box::new(Denied)) } else { Ok(allowed) }
    }
}

struct Resolver(Arc<Rules>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let rules = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = rules.resolve(name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl Egress {
    pub(super) fn new(settings: &Outbound) -> reqwest::Result<Self> {
        // The process's choice, made once; whoever was first chose the same.
        let _ = ring::default_provider().install_default();
        let mut hosts = settings.hosts.clone();
        // What the file itself names needs no second line.
        hosts.extend(settings.gateway.as_ref().and_then(|gateway| own_rule(&gateway.url)));
        let rules = Arc::new(Rules { hosts, private: settings.private.clone() });
        let http = Client::builder()
            .user_agent("telekonsil")
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .dns_resolver(Resolver(Arc::clone(&rules)))
            .build()?;
        Ok(Self { http, rules })
    }

    pub(super) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules)
    }

    pub(super) fn permits(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| self.rules.permits(&url))
    }

    fn checked(&self, url: &str) -> Option<Url> {
        Url::parse(url).ok().filter(|url| self.rules.permits(url))
    }

    pub(super) async fn post(
        &self,
        url: &str,
        now: UnixMillis,
        request: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Handed {
        let Some(url) = self.checked(url) else { return Handed::Failed(DeliveryFault::NotAllowed) };
        match request(self.http.post(url)).send().await {
            Ok(answer) => handed(answer.status(), answer.headers().get(header::RETRY_AFTER), now),
            Err(error) if is_denied(&error) => Handed::Failed(DeliveryFault::NotAllowed),
            // Not the error: it names the address, which is a capability.
            Err(_) => Handed::Again { after_seconds: None },
        }
    }

    pub(super) async fn fetch(&self, url: &str, most: usize) -> Result<Vec<u8>, FetchError> {
        let parsed = Url::parse(url).map_err(|_| FetchError::NotAnAddress)?;
        let url = Some(parsed).filter(|url| self.rules.permits(url)).ok_or(FetchError::NotAllowed)?;
        let failed = |error: reqwest::Error| match is_denied(&error) {
            true => FetchError::NotAllowed,
            false => FetchError::Unreachable,
        };
        let mut answer = self.http.get(url).send().await.map_err(failed)?;
        if !answer.status().is_success() {
            return Err(FetchError::Status(answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > most {
                return Err(FetchError::TooLarge(most));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn own_rule(url: &str) -> Option<HostRule> {
    let url = Url::parse(url).ok()?;
    Some(HostRule {
        scheme: url.scheme().to_owned(),
        name: url.host_str()?.to_ascii_lowercase(),
        port: url.port_or_known_default()?,
    })
}

fn is_denied(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(at) = cause {
        if at.is::<Denied>() {
            return true;
        }
        cause = at.source();
    }
    false
}

/// What an answer says of the message. A redirect is a refusal: nobody is sent elsewhere.
fn handed(status: StatusCode, retry_after: Option<&header::HeaderValue>, now: UnixMillis) -> Handed {
    match status.as_u16() {
        200..=299 => Handed::Sent,
        404 | 410 => Handed::Failed(DeliveryFault::Gone),
        408 | 425 | 429 | 500..=599 => Handed::Again { after_seconds: wish(retry_after, now) },
        _ => Handed::Failed(DeliveryFault::Refused),
    }
}

/// `Retry-After` (RFC 9110 § 10.2.3): seconds or a date.
fn wish(value: Option<&header::HeaderValue>, now: UnixMillis) -> Option<i64> {
    let text = value?.to_str().ok()?.trim();
    let seconds = match text.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => rfc2822::parse(text).ok()?.timestamp().as_second() - now.0.div_euclid(1000),
    };
    Some(seconds.clamp(0, LONGEST_WISH))
}

#[cfg(test)]
mod tests;
