//! How everybody gets to everybody, as a person would say it.

use super::live::LiveRoom;
use super::member::{Member, Phase};
use super::uplink::Uplink;
use crate::api::{Cause, Level, MemberId, PeerEvent};
use std::time::{Duration, Instant};

/// Silence after which nothing comes: browsers check their consent every five seconds (RFC 7675 § 5.1) and send media
/// and reports in between. More: others wonder for longer. Less: a short gap alarms.
const LOST: Duration = Duration::from_secs(6);
/// Part of the packets that may be lost, and the round trip, with which a connection is still good. More: people notice
/// before they are told. Less: they are told of what nobody notices.
pub(super) const LOSS: f64 = 0.05;
const ROUND_TRIP: Duration = Duration::from_millis(400);
/// Times in a row that a finding must be made before it is told. More: later. Less: it flickers.
const TIMES: u32 = 2;

type Finding = Vec<(MemberId, Level, Cause)>;

/// What a member was told, and what it would be told next.
#[derive(Debug, Default)]
pub(super) struct Quality {
    told: Finding,
    next: Finding,
    times: u32,
}

impl Quality {
    /// Returns what to tell.
    fn found(&mut self, finding: Finding) -> Option<Finding> {
        if finding == self.told {
            self.times = 0;
            return None;
        }
        self.times = if finding == self.next { self.times + 1 } else { 1 };
        self.next = finding;
        (self.times >= TIMES).then(|| {
            self.times = 0;
            self.told.clone_from(&self.next);
            self.told.clone()
        })
    }
}

pub(super) fn tell(room: &mut LiveRoom, now: Instant) {
    let levels: Vec<_> = room
        .members
        .iter()
        .zip(&room.uplinks)
        .filter_map(|(member, uplink)| {
            let member = member.as_deref()?;
            Some((member.id, uplink_level(now, member, uplink)))
        })
        .collect();
    for member in room.members.iter_mut().flatten().filter(|member| member.phase == Phase::Connected) {
        let finding = levels
            .iter()
            .filter_map(|(id, level)| match level {
                Level::Good => downlink_is_weak(member, *id).then_some((*id, Level::Weak, Cause::YourDownlink)),
                level => Some((*id, *level, Cause::TheirUplink)),
            })
            .collect();
        if let Some(finding) = member.quality.found(finding) {
            member.tell(PeerEvent::Quality(finding));
        }
    }
}

/// Tells a client anew: what it was told before may have been lost with its socket.
pub(super) fn tell_again(member: &Member) {
    member.tell(PeerEvent::Quality(member.quality.told.clone()));
}

fn uplink_level(now: Instant, member: &Member, uplink: &Uplink) -> Level {
    match member.phase {
        Phase::Connecting => Level::Good,
        Phase::Silent => Level::Lost,
        Phase::Connected if member.silent_for(now) >= LOST => Level::Lost,
        Phase::Connected if f64::from(uplink.loss) > LOSS || member.round_trip > ROUND_TRIP => Level::Weak,
        Phase::Connected => Level::Good,
    }
}

/// What another member sends could be better here.
fn downlink_is_weak(member: &mut Member, other: MemberId) -> bool {
    let shows = |slot: &&super::downlink::OutgoingSlot| {
        slot.carries.is_some_and(|carried| carried.stream.member == other && other != member.id)
    };
    let mut slots = member.downlink.slots.iter().filter(shows).peekable();
    let shows_any = slots.peek().is_some();
    let is_held_back = slots.any(|slot| slot.is_held_back);
    is_held_back || (shows_any && member.downlink.estimate().loss() > LOSS)
}
