//! Which frames a member gets.

use crate::api::Keys;
use std::time::Instant;

/// [`Keys`] of a member, by this machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reads {
    prefix: &'static [u8],
    since: Option<Instant>,
}

impl Reads {
    /// `now`: when the offer came that says so.
    pub(crate) fn new(keys: Keys, now: Instant) -> Reads {
        match keys {
            Keys::All => Reads::default(),
            // Further back than the clock reaches: rather too little than what is not for them.
            Keys::Under { prefix, since } => {
                Reads { prefix, since: since.map(|ago| now.checked_sub(ago).unwrap_or(now)) }
            }
        }
    }

    /// Keys that the member sends and gets at all.
    pub(crate) fn covers(self, key: &[u8]) -> bool {
        key.starts_with(self.prefix)
    }

    /// `written` is absent for what is older than the clock reaches back.
    pub(crate) fn gets(self, key: &[u8], written: Option<Instant>) -> bool {
        self.covers(key) && self.since.is_none_or(|since| written.is_some_and(|written| since <= written))
    }
}
