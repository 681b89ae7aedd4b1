//! Data channels: the envelope around opaque messages, and what is kept for late joiners. Pure.

mod envelope;
mod reads;
mod retained;
#[cfg(test)]
mod tests;

pub(crate) use envelope::{Frame, Kind, Malformed, end_of_snapshot};
pub(crate) use reads::Reads;
pub(crate) use retained::{Kept, Retained};

/// The two channels of a member, told apart by their labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Channel {
    /// Reliable and ordered; entries are kept.
    State,
    /// Unordered, never sent twice; nothing is kept, since the last to arrive need not be the last that was sent.
    Pointer,
}

impl Channel {
    pub(crate) fn from_label(label: &str) -> Option<Channel> {
        match label {
            "state" => Some(Channel::State),
            "pointer" => Some(Channel::Pointer),
            _ => None,
        }
    }
}
