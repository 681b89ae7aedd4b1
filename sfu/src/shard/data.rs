//! Data channels of a room: frames are relayed and kept for those who come later.

use super::allowance::Allowance;
use super::live::LiveRoom;
use crate::api::MemberId;
use crate::state::{Channel, Frame, Kept, Malformed, end_of_snapshot};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// Unacknowledged bytes on `pointer` above which its frames are thrown away: at most a quarter of a second on a
/// 1 Mbit/s line. More: the pointer lags behind the hand. Less: it jumps on good lines.
const POINTER_BACKLOG: usize = 32 * 1024;
/// Unacknowledged bytes on `state` above which a member is cut off until it has caught up. It must exceed the largest
/// snapshot. More: memory per slow member. Less: a slow line loses ephemeral messages more often.
const STATE_BACKLOG: usize = 4 * 1024 * 1024;
/// And below which it gets a new snapshot.
pub(super) const CAUGHT_UP: usize = 64 * 1024;

/// Bytes a second that a member may send on `state`, and the time's worth of it that may come at once: 1 MiB. More: a
/// flood takes more of what the others' lines carry, their pictures included. Less: somebody who comes back with many
/// measurements (300 bytes each) waits until all have them. A page sends at most 30 frames a second.
const STATE_RATE: u64 = 64 * 1024;
const STATE_BURST: Duration = Duration::from_secs(16);
/// The same of `pointer`.
const POINTER_RATE: u64 = 32 * 1024;
const POINTER_BURST: Duration = Duration::from_secs(1);
/// What a frame costs beside its bytes: it is sealed and acknowledged for each of the others. More: small frames are
/// fewer. Less: many tiny ones take time from media.
const FRAME: usize = 256;

/// What one member may send.
#[derive(Debug)]
pub(super) struct Allowances {
    state: Allowance,
    pointer: Allowance,
    /// Its `state` channel is not read until then.
    pub(super) held_until: Option<Instant>,
}

impl Default for Allowances {
    fn default() -> Allowances {
        Allowances {
            state: Allowance::new(STATE_RATE, STATE_BURST),
            pointer: Allowance::new(POINTER_RATE, POINTER_BURST),
            held_until: None,
        }
    }
}

impl Allowances {
    /// Whether a frame may go on. Too many on `pointer` go nowhere: the next one says it better. On `state` nothing may
    /// be lost, so what was read still goes on, and no more is read for a while: SCTP's window then stops the sender.
    fn take(&mut self, now: Instant, channel: Channel, bytes: usize) -> bool {
        match channel {
            Channel::Pointer => self.pointer.spend_within(now, FRAME + bytes),
            Channel::State => {
                self.held_until = self.state.spend(now, FRAME + bytes).max(self.held_until);
                true
            }
        }
    }
}

impl LiveRoom {
    pub(super) fn data(&mut self, now: Instant, place: usize, channel: Channel, text: bool, data: &Bytes) {
        let Some(member) = self.member_mut(place) else { return };
        let was_held = member.allowances.held_until.is_some();
        let may_go_on = member.allowances.take(now, channel, data.len());
        if !was_held && let Some(until) = member.allowances.held_until {
            member.peer.hold(channel);
            self.counters.data_flood.add(1);
            self.wake_at(place, Some(until));
        }
        if !may_go_on {
            return self.counters.data_flood.add(1);
        }
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

    /// Reads on where a member sent too much.
    pub(super) fn resume_data(&mut self, now: Instant, place: usize) {
        let Some(member) = self.member_mut(place) else { return };
        if member.allowances.held_until.take_if(|until| *until <= now).is_none() {
            return;
        }
        let mut outputs = Vec::new();
        if member.peer.resume(now, &mut outputs).is_err() {
            self.counters.malformed.add(1);
        }
        self.stir(place);
        self.handle(now, place, outputs);
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
