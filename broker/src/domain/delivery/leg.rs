//! One channel's way.

use super::{APP_SECONDS, ATTEMPT_SECONDS, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS};
use schemas::{
    UnixMillis,
    delivery::{Channel, ChannelStatus, DeliveryFault, DeliveryState},
};
use serde::{Deserialize, Serialize};

/// A channel that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    pub channel: Channel,
    pub state: DeliveryState,
    pub fault: Option<DeliveryFault>,
    pub queued_at: UnixMillis,
    pub sent_at: Option<UnixMillis>,
    pub delivered_at: Option<UnixMillis>,
    pub seen_at: Option<UnixMillis>,
    pub answered_at: Option<UnixMillis>,
    pub attempts: u32,
    /// When it is tried (again), or an attempt counts as lost; only while queued.
    pub(super) next_at: Option<UnixMillis>,
    /// An attempt is under way.
    under_way: bool,
}

/// States in their order. A receipt of a device outranks a failure: the device is right.
pub const fn how_far(state: DeliveryState) -> u8 {
    match state {
        DeliveryState::Queued => 0,
        DeliveryState::Sent => 1,
        DeliveryState::Failed => 2,
        DeliveryState::Delivered => 3,
        DeliveryState::Seen => 4,
        DeliveryState::Answered => 5,
    }
}

impl Leg {
    pub(super) fn begun(channel: Channel, now: UnixMillis) -> Self {
        let app = channel == Channel::App;
        Self {
            channel,
            state: DeliveryState::Queued,
            fault: None,
            queued_at: now,
            sent_at: None,
            delivered_at: None,
            seen_at: None,
            answered_at: None,
            attempts: 0,
            next_at: Some(if app { now.plus_seconds(APP_SECONDS) } else { now }),
            under_way: false,
        }
    }

    pub(super) fn is_due(&self, now: UnixMillis) -> bool {
        self.state == DeliveryState::Queued && self.next_at.is_some_and(|at| at <= now)
    }

    pub(super) fn attempt(&mut self, now: UnixMillis) {
        self.attempts = self.attempts.saturating_add(1);
        self.under_way = true;
        self.next_at = Some(now.plus_seconds(ATTEMPT_SECONDS));
    }

    pub(super) fn give_up_at(&mut self, now: UnixMillis, fault: DeliveryFault) {
        if self.is_due(now) {
            self.fail(fault);
        }
    }

    pub(super) fn fail(&mut self, fault: DeliveryFault) {
        if how_far(self.state) >= how_far(DeliveryState::Sent) {
            return;
        }
        self.state = DeliveryState::Failed;
        self.fault = Some(fault);
        self.settle();
    }

    /// Tried again after `pause` (the other side's wish) or ours, the longer one.
    pub(super) fn pause(&mut self, pause_seconds: Option<i64>, now: UnixMillis) {
        let doubled = FIRST_PAUSE_SECONDS.saturating_mul(1 << self.attempts.saturating_sub(1).min(10));
        let own = doubled.min(LONGEST_PAUSE_SECONDS);
        self.under_way = false;
        self.next_at = Some(now.plus_seconds(own.max(pause_seconds.unwrap_or(0))));
    }

    pub(super) fn end(&mut self, now: UnixMillis) {
        if self.state != DeliveryState::Queued {
            return;
        }
        // The attempt's end is told, or counts as lost when its time is over.
        if !self.under_way || self.is_due(now) {
            self.fail(DeliveryFault::TimedOut);
        }
    }

    /// At least as far as `state`. Times of what it implies are filled in where they are missing.
    pub(super) fn reach(&mut self, state: DeliveryState, now: UnixMillis) {
        if state == DeliveryState::Failed || how_far(state) == 0 {
            return;
        }
        let reached = how_far(state);
        for (time, of) in [
            (&mut self.sent_at, DeliveryState::Sent),
            (&mut self.delivered_at, DeliveryState::Delivered),
            (&mut self.seen_at, DeliveryState::Seen),
            (&mut self.answered_at, DeliveryState::Answered),
        ] {
            if reached >= how_far(of) {
                time.get_or_insert(now);
            }
        }
        if reached > how_far(self.state) {
            self.state = state;
            self.fault = None;
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.next_at = None;
        self.under_way = false;
    }

    pub fn status(&self) -> ChannelStatus {
        ChannelStatus {
            channel: self.channel,
            state: self.state,
            fault: self.fault,
            queued_at: self.queued_at,
            sent_at: self.sent_at,
            delivered_at: self.delivered_at,
            seen_at: self.seen_at,
            answered_at: self.answered_at,
            attempts: self.attempts,
        }
    }
}
