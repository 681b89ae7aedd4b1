//! What came back.

use super::{Course, Leg};
use schemas::{
    UnixMillis,
    delivery::{Channel, DeliveryFault, DeliveryState},
};

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// Push service, mail server or gateway has taken it.
    Sent,
    /// Not now: a server error, a connection refused. `after_seconds` is the other side's wish (`Retry-After`).
    Again { after_seconds: Option<i64> },
    /// Never.
    Failed(DeliveryFault),
}

impl Course {
    /// An attempt has ended.
    pub fn handed(&mut self, channel: Channel, handed: Handed, now: UnixMillis) {
        let (over, until) = (self.is_over, self.until);
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.channel == channel) else { return };
        if leg.state != DeliveryState::Queued {
            // A receipt was faster, or the attempt was repeated: at most the time of sending is news.
            if handed == Handed::Sent {
                leg.reach(DeliveryState::Sent, now);
            }
            return;
        }
        match handed {
            Handed::Sent => leg.reach(DeliveryState::Sent, now),
            Handed::Failed(fault) => leg.fail(fault),
            Handed::Again { .. } if over => leg.fail(DeliveryFault::TimedOut),
            Handed::Again { after_seconds } => {
                leg.pause(after_seconds, now);
                if leg.next_at.is_none_or(|at| at >= until) {
                    leg.fail(DeliveryFault::TimedOut);
                }
            }
        }
        self.hurry(now);
    }

    /// A device, page or person tells how far it got. Repeats, and receipts in any order, are harmless.
    pub fn receipt(&mut self, channel: Channel, state: DeliveryState, now: UnixMillis) {
        if state == DeliveryState::Failed {
            if let Some(leg) = self.legs.iter_mut().find(|leg| leg.channel == channel)
                && leg.state == DeliveryState::Sent
            {
                // The gateway took it, and the telephone network gave it back.
                leg.state = DeliveryState::Failed;
                leg.fault = Some(DeliveryFault::Refused);
            }
            return self.hurry(now);
        }
        if !self.legs.iter().any(|leg| leg.channel == channel) {
            // It came back on a way that was never begun here: a page that was opened late. Nothing begins it again.
            self.waiting.iter_mut().for_each(|group| group.retain(|waiting| *waiting != channel));
            self.waiting.retain(|group| !group.is_empty());
            self.legs.push(Leg::begun(channel, now));
        }
        self.legs.iter_mut().filter(|leg| leg.channel == channel).for_each(|leg| leg.reach(state, now));
    }

    /// When everything that was begun has failed, the next channel is not waited for.
    fn hurry(&mut self, now: UnixMillis) {
        if !self.is_over && self.all_failed() && !self.waiting.is_empty() {
            self.next_group_at = Some(now);
        }
    }
}
