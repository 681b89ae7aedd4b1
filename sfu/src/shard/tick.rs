//! What a room does ten times a second while somebody sends, and once a second otherwise: shares out bandwidth, reports,
//! says who speaks, which layers are wanted and how everybody gets here.

use super::live::LiveRoom;
use super::member::Phase;
use super::quality;
use crate::api::{MemberId, PeerEvent};
use crate::net::arena::Arena;
use crate::packet::extension::AudioLevel;
use crate::speaker::Levels;
use std::time::{Duration, Instant};

/// Between ticks while media comes. More: layers and speaker follow later. Less: more work for the same.
const BUSY: Duration = Duration::from_millis(100);
/// And otherwise.
const IDLE: Duration = Duration::from_secs(1);
/// Without media for so long a room is idle.
const STILL: Duration = Duration::from_secs(3);
/// Between measurements of what is told to people. More: they learn later. Less: it flickers.
const QUALITY: Duration = Duration::from_secs(1);

pub(super) struct Tick {
    next: Instant,
    media: Option<Instant>,
    levels: Levels,
    dominant: Option<MemberId>,
    next_quality: Instant,
    gauges: Gauges,
}

/// See [`crate::Stats`].
#[derive(Clone, Copy, Default)]
pub(super) struct Gauges {
    measured: u64,
    estimates: u64,
    round_trips: u64,
    lossy: u64,
}

impl Tick {
    pub(super) fn new(now: Instant) -> Tick {
        Tick {
            next: now + IDLE,
            media: None,
            levels: Levels::default(),
            dominant: None,
            next_quality: now + QUALITY,
            gauges: Gauges::default(),
        }
    }

    pub(super) fn media(&mut self, now: Instant) {
        self.media = Some(now);
        self.next = self.next.min(now + BUSY);
    }

    pub(super) fn heard(&mut self, now: Instant, member: MemberId, level: AudioLevel) {
        self.levels.heard(now, member, level.level, level.voice);
    }

    pub(super) fn forget(&mut self, member: MemberId) {
        self.levels.forget(member);
    }

    pub(super) fn dominant(&self) -> Option<MemberId> {
        self.dominant
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next <= now
    }

    pub(super) fn deadline(&self) -> Instant {
        self.next
    }

    fn done(&mut self, now: Instant) {
        let is_busy = self.media.is_some_and(|at| now.saturating_duration_since(at) < STILL);
        self.next = now + if is_busy { BUSY } else { IDLE };
    }
}

impl LiveRoom {
    pub(super) fn tick(&mut self, now: Instant, outbox: &mut Arena) {
        self.tick.done(now);
        for place in 0..self.members.len() {
            if self.member(place).is_some_and(|member| member.phase == Phase::Connected) {
                self.guarded(place, |room| {
                    room.allocate(now, place);
                    room.still_wanted(now, place);
                    room.reports(now, place, outbox);
                });
            }
        }
        self.uplinks.iter_mut().for_each(|uplink| uplink.rest(now));
        self.tell_wanted(now);
        self.tell_speaker(now);
        if self.tick.next_quality <= now {
            self.tick.next_quality = now + QUALITY;
            self.measure(now);
            quality::tell(self, now);
        }
    }

    /// Asks for key frames that the client needs and did not ask for (yet), and again for those that slots wait for.
    fn still_wanted(&mut self, now: Instant, place: usize) {
        let Some(member) = self.member_mut(place) else { return };
        let (came_back, slots) = (member.downlink.estimate().came_back(), member.downlink.slots.len());
        for slot in 0..slots {
            let Some(member) = self.member_mut(place) else { return };
            let slot_of = &mut member.downlink.slots[slot];
            let in_vain = slot_of.outgoing.asked_in_vain();
            let waits = slot_of.carries.is_some() && slot_of.outgoing.awaits_key_frame().is_some();
            if came_back || in_vain {
                self.request_for(now, place, slot, |requests| requests.want(now));
            } else if waits {
                self.request_for(now, place, slot, |requests| requests.still_want(now));
            }
        }
    }

    fn reports(&mut self, now: Instant, place: usize, outbox: &mut Arena) {
        let beyond = if self.uplinks[place].is_report_due(now) { self.loss_beyond(place) } else { 0.0 };
        let LiveRoom { members, uplinks, compound, counters, .. } = self;
        let Some(member) = members.get_mut(place).and_then(Option::as_mut) else { return };
        let Some((downlink, mut way)) = member.way(outbox) else { return };
        compound.clear();
        downlink.reports(now, compound);
        if !compound.is_empty() {
            way.send_rtcp(compound);
        }
        compound.clear();
        uplinks[place].report(now, beyond, compound, counters);
        if !compound.is_empty() {
            way.send_rtcp(compound);
        }
    }

    /// Part of the packets that whoever loses most of the others loses on the way from here.
    fn loss_beyond(&mut self, place: usize) -> f64 {
        let others = self.members.iter_mut().enumerate().filter(|(other, _)| *other != place);
        let listeners = others.filter_map(|(_, member)| member.as_deref_mut());
        let listeners = listeners.filter(|member| member.phase == Phase::Connected);
        listeners.map(|member| member.downlink.estimate().loss()).fold(0.0, f64::max)
    }

    fn measure(&mut self, now: Instant) {
        let mut gauges = Gauges::default();
        for (member, uplink) in self.members.iter_mut().zip(&self.uplinks) {
            let Some(member) = member.as_deref_mut().filter(|member| member.phase == Phase::Connected) else {
                continue;
            };
            if let Some(time) = member.peer.round_trip(now) {
                member.round_trip = time;
            }
            let estimate = member.downlink.estimate();
            let loss = estimate.loss().max(f64::from(uplink.loss));
            gauges.measured += 1;
            gauges.estimates += estimate.target().as_bits();
            gauges.round_trips += member.round_trip.as_micros() as u64;
            gauges.lossy += u64::from(loss > quality::LOSS);
        }
        self.count_as(gauges);
    }

    /// This room's part of the shard's sums.
    pub(super) fn count_as(&mut self, gauges: Gauges) {
        let before = std::mem::replace(&mut self.tick.gauges, gauges);
        self.counters.measured.change(before.measured, gauges.measured);
        self.counters.estimates.change(before.estimates, gauges.estimates);
        self.counters.round_trips.change(before.round_trips, gauges.round_trips);
        self.counters.lossy.change(before.lossy, gauges.lossy);
    }

    fn tell_speaker(&mut self, now: Instant) {
        let dominant = self.tick.levels.dominant(now);
        if std::mem::replace(&mut self.tick.dominant, dominant) != dominant {
            let members = self.members.iter().flatten().filter(|member| member.phase == Phase::Connected);
            members.for_each(|member| member.tell(PeerEvent::Speaker(dominant)));
        }
    }
}
