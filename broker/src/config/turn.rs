//! TURN servers that browsers are told of.

use super::{ConfigError, Secret};
use std::net::Ipv6Addr;
use std::time::Duration;

/// Shorter secrets could be guessed from one user name and its password.
const SHORTEST_SECRET: usize = 16;

/// TURN servers (RFC 8656) that share a secret with us.
#[derive(Clone, Debug)]
pub struct Turn {
    /// `turn:…` or `turns:…` (RFC 7065).
    pub urls: Vec<String>,
    pub secret: TurnSecret,
    /// How long a room ticket's credentials are good. More lets somebody who kept them use the relay for longer; less
    /// fails when the same page makes a new relay later (one that is in use stays).
    pub ttl: Duration,
}

/// Where the secret is.
#[derive(Clone, Debug)]
pub enum TurnSecret {
    Text(Secret),
    /// In an environment variable, which the service has and a tool that is run from a shell has not.
    Env(String),
}

impl TurnSecret {
    /// # Errors
    /// The variable is not set, or the secret is too short.
    pub fn read(&self) -> Result<Secret, ConfigError> {
        let error = |key, message| Err(ConfigError::Value { key, message });
        let secret = match self {
            TurnSecret::Text(secret) => secret.clone(),
            TurnSecret::Env(name) => match std::env::var(name) {
                Ok(text) => Secret::new(text.trim().to_owned()),
                Err(_) => return error("turn.secret_env", format!("the environment variable {name} is not set")),
            },
        };
        if secret.expose().len() < SHORTEST_SECRET {
            let message = format!("the secret must have {SHORTEST_SECRET} characters at least: openssl rand -hex 32");
            return error("turn", message);
        }
        Ok(secret)
    }
}

/// Whether `text` is the address of a TURN server: `turn:HOST[:PORT][?transport=udp|tcp]`, or the same with `turns:`.
/// Browsers refuse the whole connection for a wrong one.
pub(super) fn is_turn_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("turns:").or_else(|| text.strip_prefix("turn:")) else { return false };
    let (authority, query) = rest.split_once('?').unwrap_or((rest, "transport=udp"));
    let (is_host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((ip, port)) => (ip.parse::<Ipv6Addr>().is_ok(), port),
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            (!host.is_empty() && host.chars().all(is_name), port)
        }
    };
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    is_host && is_port && matches!(query, "transport=udp" | "transport=tcp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_browsers_take_are_taken() {
        for good in [
            "turn:turn.example.org",
            "turn:turn.example.org?transport=udp",
            "turns:turn.example.org:443?transport=tcp",
            "turn:203.0.113.7:3478",
            "turns:[2001:db8::7]:5349?transport=tcp",
            "turn:[2001:db8::7]",
        ] {
            assert!(is_turn_url(good), "{good}");
        }
        for bad in [
            "turn.example.org",
            "stun:turn.example.org",
            "turn://turn.example.org",
            "turn:",
            "turn::3478",
            "turn:user@turn.example.org",
            "turn:turn.example.org:99999",
            "turn:turn.example.org?transport=tls",
            "turn:[2001:db8::7]3478",
            "turn:2001:db8::7",
            "https://turn.example.org",
        ] {
            assert!(!is_turn_url(bad), "{bad}");
        }
    }

    #[test]
    fn a_short_secret_and_a_missing_variable_are_refused_when_it_is_needed() {
        assert!(TurnSecret::Text(Secret::new("short".into())).read().is_err());
        assert!(TurnSecret::Env("NOT_SET_ANYWHERE".into()).read().unwrap_err().to_string().contains("NOT_SET"));
        let secret = TurnSecret::Text(Secret::new("0123456789abcdef".into()));
        assert_eq!(secret.read().unwrap().expose(), "0123456789abcdef");
        assert!(!format!("{secret:?}").contains("0123"));
    }
}
