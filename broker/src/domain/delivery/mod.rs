//! The way of one message to one person, channel by channel.
//!
//! [`Course`] is told the time and what came back, and says what to send and when to ask again. Whoever drives it writes
//! it down (compare-and-set) *before* it sends: a crash in between repeats an attempt, never a decision.
//!
//! Invariants, held by `tests`: a channel is begun at most once; a state never goes back; there is a next deadline or
//! nothing left to do; the next channel begins at most [`PATIENCE_SECONDS`] after the last one when nothing was delivered.

mod leg;
mod message;
mod told;

pub use leg::{Leg, how_far};
pub use message::{Body, Message, TEST_SECONDS, wakes_the_coordinator};
pub use told::Handed;

use schemas::{
    UnixMillis,
    delivery::{Channel, DeliveryFault, DeliveryState},
};
use serde::{Deserialize, Serialize};

/// Nothing was delivered for so long: the next channel begins. More lets a doctor sleep while a dead telephone is waited
/// for; less sends an SMS to everybody whose browser takes a moment to wake.
pub const PATIENCE_SECONDS: i64 = 15;
/// An open page must have got the ring by then. More delays the second channel of somebody without a page or a device;
/// less fails the pages of a node that finds the ring by its poll, once a second.
const APP_SECONDS: i64 = 3;
/// An attempt that nobody told the end of is made again after this long: its node died. Beyond any time-out of a sender.
pub const ATTEMPT_SECONDS: i64 = 20;
/// The first pause after a failed attempt; it doubles up to [`LONGEST_PAUSE_SECONDS`]. More loses time of a ring that is
/// over in a minute; less hammers a push service that asks for quiet.
const FIRST_PAUSE_SECONDS: i64 = 2;
const LONGEST_PAUSE_SECONDS: i64 = 60;

/// The course of one message. Stored as JSON: a field that is added later needs a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The message is of no use from then on.
    pub until: UnixMillis,
    /// `false`: the channels are not chosen yet.
    planned: bool,
    /// Channels that have not begun, in groups that begin together.
    waiting: Vec<Vec<Channel>>,
    legs: Vec<Leg>,
    /// When the next group begins unless something is delivered before.
    next_group_at: Option<UnixMillis>,
    is_over: bool,
    /// The answer, or that there is none, was taken note of.
    is_closed: bool,
}

impl Course {
    /// Of a message whose channels are chosen by the first who works on it.
    pub const fn new(until: UnixMillis) -> Self {
        Self {
            until,
            planned: false,
            waiting: vec![],
            legs: vec![],
            next_group_at: None,
            is_over: false,
            is_closed: false,
        }
    }

    pub const fn is_planned(&self) -> bool {
        self.planned
    }

    /// Chooses the channels, once. `order` is the person's; the open app and Web Push begin together.
    pub fn plan(&mut self, order: &[Channel], now: UnixMillis) {
        if self.planned {
            return;
        }
        self.planned = true;
        let at_once = |channel: &Channel| matches!(channel, Channel::App | Channel::Push);
        let mut seen = Vec::new();
        for channel in order {
            // A page may have told of the ring before anybody worked on it.
            if !seen.contains(channel) && self.leg(*channel).is_none() {
                seen.push(*channel);
            }
        }
        let first: Vec<Channel> = seen.iter().copied().filter(at_once).collect();
        let later = seen.into_iter().filter(|channel| !at_once(channel)).map(|channel| vec![channel]);
        self.waiting = std::iter::once(first).filter(|group| !group.is_empty()).chain(later).collect();
        self.next_group_at = Some(now);
    }

    /// Everything that is to be sent now. Those attempts are under way from here on.
    pub fn due(&mut self, now: UnixMillis) -> Vec<Channel> {
        if self.until <= now {
            self.end(now);
        }
        self.begin_what_is_due(now);
        let mut sends = Vec::new();
        for leg in &mut self.legs {
            match leg.channel {
                // Nobody sends it: whoever has a page open takes it from the log.
                Channel::App => leg.give_up_at(now, DeliveryFault::NoAddress),
                _ if leg.is_due(now) && self.is_over => leg.fail(DeliveryFault::TimedOut),
                channel if leg.is_due(now) => {
                    leg.attempt(now);
                    sends.push(channel);
                }
                _ => {}
            }
        }
        // An app that nobody had open may have been the last thing that was waited for.
        if sends.is_empty() && self.all_failed() && !self.waiting.is_empty() && !self.is_over {
            self.next_group_at = Some(now);
            return self.due(now);
        }
        sends
    }

    fn begin_what_is_due(&mut self, now: UnixMillis) {
        let may = self.planned && !self.is_over && !self.is_delivered();
        if !may || self.waiting.is_empty() || self.next_group_at.is_none_or(|at| at > now) {
            return;
        }
        for channel in self.waiting.remove(0) {
            self.legs.push(Leg::begun(channel, now));
        }
        self.next_group_at = (!self.waiting.is_empty()).then(|| now.plus_seconds(PATIENCE_SECONDS));
    }

    /// The message is of no use any more: answered, over, too late. What is under way may still tell its end.
    pub fn end(&mut self, now: UnixMillis) {
        self.is_over = true;
        self.next_group_at = None;
        self.legs.iter_mut().for_each(|leg| leg.end(now));
    }

    /// It was answered on that channel, or is over without an answer: also when its time was over before.
    pub fn close(&mut self, answered_on: Option<Channel>, now: UnixMillis) {
        self.is_closed = true;
        self.end(now);
        if let Some(channel) = answered_on {
            self.receipt(channel, DeliveryState::Answered, now);
        }
    }

    pub const fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub const fn is_over(&self) -> bool {
        self.is_over
    }

    /// When there is something to do again. `None`: nothing is left to do.
    pub fn next_deadline(&self) -> Option<UnixMillis> {
        if !self.planned && !self.is_over {
            return Some(UnixMillis(i64::MIN));
        }
        let legs = self.legs.iter().filter_map(|leg| leg.next_at);
        let group = self.next_group_at.filter(|_| !self.is_delivered() && !self.waiting.is_empty());
        let next = legs.chain(group).min();
        // Past its use nothing is begun or tried again.
        next.map(|next| if self.is_over { next } else { next.min(self.until) })
    }

    /// Some device has it.
    pub fn is_delivered(&self) -> bool {
        self.legs.iter().any(|leg| how_far(leg.state) >= how_far(DeliveryState::Delivered))
    }

    fn all_failed(&self) -> bool {
        !self.legs.is_empty() && self.legs.iter().all(|leg| leg.state == DeliveryState::Failed)
    }

    /// The channels that were begun, in their order.
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    pub fn leg(&self, channel: Channel) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.channel == channel)
    }
}

#[cfg(test)]
mod tests;
