//! Which incoming number became which outgoing one: stretches in which the difference stays the same.

use super::continuity::Patch;
use super::incoming::StreamId;
use crate::packet::Codec;
use std::collections::VecDeque;

/// Stretches remembered. More: memory (56 bytes each, taken only when needed). Less: what was sent longer ago cannot be
/// sent again. Dropped spatial layers begin one with each picture, so these are four seconds at 30 pictures a second.
const MOST: usize = 128;

/// `first_in..=last_in` of a stream went out, or may still, as the numbers from `first_out` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) stream: StreamId,
    pub(super) codec: Codec,
    /// Highest spatial layer that goes out.
    pub(super) top: u8,
    pub(super) patch: Patch,
    pub(super) first_in: u64,
    pub(super) last_in: u64,
    pub(super) first_out: u64,
}

impl Segment {
    pub(super) fn outgoing(&self, incoming: u64) -> u64 {
        self.first_out + (incoming - self.first_in)
    }

    pub(super) fn last_out(&self) -> u64 {
        self.outgoing(self.last_in)
    }
}

/// Invariant: both the outgoing ranges and, for each stream, the incoming ranges are disjoint and grow from oldest to
/// newest. So a pair of numbers belongs to each other for ever.
#[derive(Clone, Debug, Default)]
pub(super) struct Segments {
    all: VecDeque<Segment>,
}

impl Segments {
    pub(super) fn push(&mut self, segment: Segment) {
        if self.all.len() == MOST {
            self.all.pop_front();
        }
        self.all.push_back(segment);
    }

    pub(super) fn newest_mut(&mut self) -> Option<&mut Segment> {
        self.all.back_mut()
    }

    pub(super) fn newest(&self) -> Option<&Segment> {
        self.all.back()
    }

    /// The newest stretch of a stream.
    pub(super) fn newest_of(&self, stream: StreamId) -> Option<&Segment> {
        self.all.iter().rev().find(|segment| segment.stream == stream)
    }

    pub(super) fn by_incoming(&self, stream: StreamId, number: u64) -> Option<&Segment> {
        let holds = |segment: &&Segment| segment.stream == stream && segment.first_in <= number;
        self.all.iter().rev().find(holds).filter(|segment| number <= segment.last_in)
    }

    pub(super) fn by_outgoing(&self, number: u64) -> Option<&Segment> {
        let found = self.all.iter().rev().find(|segment| segment.first_out <= number);
        found.filter(|segment| number <= segment.last_out())
    }

    /// Gives numbers back that were kept for packets that did not come before the stream was left: the newest that is
    /// in use is `newest`.
    pub(super) fn end_at(&mut self, newest: u64) {
        while let Some(last) = self.all.back_mut() {
            if last.first_out <= newest {
                let most = last.first_in + (newest - last.first_out);
                last.last_in = last.last_in.min(most);
                break;
            }
            self.all.pop_back();
        }
    }

    /// Another source: what the one before sent is neither forwarded nor sent again.
    pub(super) fn clear(&mut self) {
        self.all.clear();
    }
}
