//! What a spec says to the relay: one JSON value a line. Unknown words are refused: a condition that is misspelt would
//! otherwise be a good network.

use serde::Deserialize;

/// The state of one direction. Nothing said: a perfect network.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Conditions {
    /// Per cent of the packets.
    pub(crate) loss: f64,
    /// Packets that are lost together, on average; 1: each by itself.
    pub(crate) burst: f64,
    pub(crate) delay_ms: f64,
    /// Up to so much more or less than `delay_ms`, evenly.
    pub(crate) jitter_ms: f64,
    /// Jitter also changes the order. Most real networks keep it.
    pub(crate) reorder: bool,
    /// Of the narrow place, headers included; absent: none.
    pub(crate) rate_kbps: Option<u64>,
    /// What waits before the narrow place longer than this is dropped.
    pub(crate) queue_ms: u64,
}

impl Default for Conditions {
    fn default() -> Self {
        // 300 ms: a home router's or access point's queue; longer ones exist, and hurt more.
        Self { loss: 0.0, burst: 1.0, delay_ms: 0.0, jitter_ms: 0.0, reorder: false, rate_kbps: None, queue_ms: 300 }
    }
}

/// Seen from the clients.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    Up,
    Down,
    #[default]
    Both,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Sets all of the conditions, of everybody, now or later.
    Network {
        #[serde(default)]
        direction: Direction,
        #[serde(default)]
        after_ms: u64,
        set: Conditions,
    },
    /// Each client reaches the server from another port from now on, as behind a NAT that forgot; what the server sends
    /// to the old one is gone.
    Rebind,
    /// Whether TCP connections are passed on. `false` ends those that there are.
    Tcp { open: bool },
    /// Nothing but the answer, which every command gets.
    Counts,
}

pub(crate) fn parse(line: &str) -> Result<Command, String> {
    serde_json::from_str(line).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_a_perfect_network() {
        let set = Conditions { loss: 5.0, ..Conditions::default() };
        let line = r#"{"do":"network","set":{"loss":5}}"#;
        assert_eq!(parse(line), Ok(Command::Network { direction: Direction::Both, after_ms: 0, set }));
        let line = r#"{"do":"network","direction":"down","after_ms":2000,"set":{"rate_kbps":400}}"#;
        let set = Conditions { rate_kbps: Some(400), ..Conditions::default() };
        assert_eq!(parse(line), Ok(Command::Network { direction: Direction::Down, after_ms: 2_000, set }));
        assert_eq!(parse(r#"{"do":"tcp","open":false}"#), Ok(Command::Tcp { open: false }));
    }

    #[test]
    fn misspelt_words_are_refused() {
        for line in [r#"{"do":"network","set":{"los":5}}"#, r#"{"do":"nothing"}"#, r#"{"do":"tcp"}"#, "", "5"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
