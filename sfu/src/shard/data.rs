//! Data channels of a room: frames are relayed and kept for those who come later.

use super::live::LiveRoom;
use crate::api::MemberId;
use crate::state::{Channel, Frame, Kept, Malformed, end_of_snapshot};
use bytes::Bytes;
use std::time::Instant;

/// Unacknowledged bytes on `pointer` above which its frames are thrown away: at most a quarter of a second on a
/// 1 Mbit/s line. More: the pointer lags behind the hand. Less: it jumps on good lines.
const POINTER_BACKLOG: usize = 32 * 1024;
/// Unacknowledged bytes on `state` above which a member is cut off until it has caught up. It must exceed the largest
/// snapshot. More: memory per slow member. Less: a slow line loses ephemeral messages more often.
const STATE_BACKLOG: usize = 4 * 1024 * 1024;
/// And below which it gets a new snapshot.
pub(super) const CAUGHT_UP: usize = 64 * 1024;

impl LiveRoom {
    pub(super) fn data(&mut self, now: Instant, place: usize, channel: Channel, text: bool, data: &Bytes) {
        if text {
            return self.counters.data_malformed.add(1);
        }
        let frame = match Frame::parse(data) {
            Ok(frame) => frame,
            Err(Malformed::TooLarge) => return self.counters.data_too_large.add(1),
            Err(Malformed::Truncated | Malformed::UnknownKind) => return self.counters.data_malformed.add(1),
        };
        let Some((sender, reads)) = self.member(place).map(|member| (member.id, member.reads)) else { return };
        // Somebody who may not see the view must not move it either.
        if !reads.covers(&frame.key) {
            return self.counters.data_malformed.add(1);
        }
        let written = now.checked_sub(frame.age);
        if channel == Channel::State && self.retained.apply(sender, &frame, written) == Kept::Refused {
            self.counters.not_kept.add(1);
        }
        self.counters.data_frames.add(1);
        let relayed = frame.relay(sender);
        for other in 0..self.members.len() {
            let gets = |id: MemberId, reads: crate::state::Reads| id != sender && reads.gets(&frame.key, written);
            if self.member(other).is_some_and(|member| gets(member.id, member.reads)) {
                self.guarded(other, |room| room.send_data(now, other, channel, &relayed));
            }
        }
    }

    fn send_data(&mut self, now: Instant, place: usize, channel: Channel, frame: &Bytes) {
        let Some(member) = self.members.get_mut(place).and_then(Option::as_mut) else { return };
        let Some(backlog) = member.peer.backlog(channel) else { return };
        let limit = match channel {
            Channel::Pointer => POINTER_BACKLOG,
            Channel::State => STATE_BACKLOG,
        };
        let overrun = backlog + frame.len() > limit;
        if channel == Channel::State {
            member.behind |= overrun;
        }
        if overrun || (channel == Channel::State && member.behind) {
            return self.counters.data_backlog.add(1);
        }
        if member.peer.send_data(now, channel, frame).is_err() {
            self.counters.data_backlog.add(1);
        }
        self.stir(place);
    }

    pub(super) fn send_snapshot(&mut self, now: Instant, place: usize) {
        let Some(member) = self.members.get_mut(place).and_then(Option::as_mut) else { return };
        member.behind = false;
        for frame in self.retained.snapshot(member.reads).chain([end_of_snapshot()]) {
            if member.peer.send_data(now, Channel::State, &frame).is_err() {
                self.counters.data_backlog.add(1);
            }
        }
        self.stir(place);
    }
}
