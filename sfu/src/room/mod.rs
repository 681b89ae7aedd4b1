//! Who is in a room, what they publish, and which slot of which member carries it. Pure.

mod assign;
#[cfg(test)]
mod tests;

use crate::api::{MemberId, Publishing, Slot, Source};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that can be forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stream {
    pub(crate) member: MemberId,
    pub(crate) source: Source,
}

/// A recvonly m-line of a member and what it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SlotLine {
    pub(crate) mid: String,
    pub(crate) source: Source,
    pub(crate) carries: Option<Stream>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the room is full")]
pub(crate) struct Full;

#[derive(Debug, Default)]
struct Seat {
    offers: BTreeSet<Source>,
    publishing: Publishing,
    /// Position in the order in which screens were shared; 0 while this one is not. The newest sharer is shown.
    share_order: u64,
    lines: Vec<SlotLine>,
}

impl Seat {
    fn sends(&self, source: Source) -> bool {
        self.offers.contains(&source) && self.publishing.has(source)
    }
}

/// Invariant after every public call: each line carries a stream of its own sort that is sent by *another* member, no
/// stream is carried twice to one member, and a line keeps its stream as long as that stream is wanted.
#[derive(Debug)]
pub(crate) struct Room {
    seats: BTreeMap<MemberId, Seat>,
    max_members: usize,
    shares: u64,
}

impl Room {
    pub(crate) const fn new(max_members: usize) -> Self {
        Self { seats: BTreeMap::new(), max_members, shares: 0 }
    }

    /// Gives `member` a fresh seat, replacing one it may have had; it sends nothing yet.
    pub(crate) fn join(
        &mut self,
        member: MemberId,
        publish: impl IntoIterator<Item = Source>,
        receive: impl IntoIterator<Item = (String, Source)>,
    ) -> Result<(), Full> {
        if !self.has_place_for(member) {
            return Err(Full);
        }
        let lines = receive.into_iter().map(|(mid, source)| SlotLine { mid, source, carries: None }).collect();
        let seat = Seat { offers: publish.into_iter().collect(), lines, ..Seat::default() };
        self.seats.insert(member, seat);
        self.assign();
        Ok(())
    }

    pub(crate) fn has_place_for(&self, member: MemberId) -> bool {
        self.seats.contains_key(&member) || self.seats.len() < self.max_members
    }

    pub(crate) fn leave(&mut self, member: MemberId) {
        self.seats.remove(&member);
        self.assign();
    }

    pub(crate) fn set_publishing(&mut self, member: MemberId, publishing: Publishing) {
        let Some(seat) = self.seats.get_mut(&member) else { return };
        if publishing.screen && !seat.publishing.screen {
            self.shares += 1;
            seat.share_order = self.shares;
        }
        seat.publishing = publishing;
        self.assign();
    }

    /// The lines of `member` in the order of its offer; empty for a stranger.
    pub(crate) fn lines(&self, member: MemberId) -> &[SlotLine] {
        self.seats.get(&member).map_or(&[], |seat| &seat.lines)
    }

    /// What `member` is to be told.
    pub(crate) fn slots(&self, member: MemberId) -> Vec<Slot> {
        self.lines(member)
            .iter()
            .filter_map(|line| {
                let stream = line.carries?;
                Some(Slot { mid: line.mid.clone(), member: stream.member, source: stream.source })
            })
            .collect()
    }

    #[cfg(test)]
    pub(crate) fn members(&self) -> impl Iterator<Item = MemberId> + '_ {
        self.seats.keys().copied()
    }
}
