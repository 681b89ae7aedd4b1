//! Short bursts of padding that prove more room: the only way for a forwarder, whose media comes in steps, to learn
//! that the next step fits before a viewer pays for the mistake.

use super::{Acked, DataRate};
use std::time::{Duration, Instant};

/// Longer: more of a queue if the room is not there (the excess of one probe is this long at most). Shorter: frames and
/// jitter of tens of milliseconds decide.
const DURATION: Duration = Duration::from_millis(150);
/// How far above the target a probe goes, and how far after one that proved nothing. More climbs in fewer steps and
/// queues more where there is no room.
const REACH: f64 = 2.0;
const CAREFUL_REACH: f64 = 1.5;
/// Between probes: after one that proved something; after the first that did not; at most. Shorter: queues for nothing.
/// Longer: after a bad time the good layers come back later (they must within 15 s).
const AGAIN: Duration = Duration::from_millis(100);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long the path must have been free of congestion.
const QUIET: Duration = Duration::from_millis(1_500);
/// Congestion this soon after a raise is the raise's fault.
const BLAME: Duration = Duration::from_secs(5);
/// A raise by less is none. Smaller: every probe at the path's limit proves a little and is repeated at once.
const WORTHWHILE: f64 = 1.05;
/// How far above what is wanted a probe goes at most, so that it is a raise however little is missing. More: padding for
/// nothing. Less: what arrives a little slower than it was sent proves too little, and the last layer is never shown.
const ENOUGH_ABOVE: f64 = 1.15;
/// Feedback on a probe that has not come after this is lost.
const PATIENCE: Duration = Duration::from_secs(1);
/// Packets that make a rate.
const ENOUGH: usize = 5;
/// Arriving slower than this part of the sending means that the probe met the path's limit; then a little less than
/// what arrived is believed, so that the queue drains.
const KEPT_UP: f64 = 0.9;
const BELIEVED: f64 = 0.95;

/// Part of the packets that may be lost beyond what is usual by chance: three deviations at a hundred packets of which
/// a tenth is lost. More: a policer's limit is overlooked.
const CHANCE: f64 = 0.1;

/// For `duration` send media and padding-only RTX packets so that together they make `rate`, in steps of 5 ms or finer;
/// never padding on the media's own SSRC. Tell [`Acked::probe`] of all packets sent meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// Never 0.
    pub(crate) id: u16,
    pub(crate) rate: DataRate,
    pub(crate) duration: Duration,
}

#[derive(Debug)]
struct Cluster {
    id: u16,
    ends: Instant,
    target: f64,
    packets: usize,
    lost: usize,
    bytes: usize,
    /// Time and size of the extremes.
    first_sent: Instant,
    last_sent: (Instant, usize),
    first_arrival: (Duration, usize),
    last_arrival: Duration,
}

#[derive(Debug)]
pub(super) struct Prober {
    running: Option<Cluster>,
    next: Option<Instant>,
    wait: Duration,
    reach: f64,
    last_id: u16,
    raised: Option<Instant>,
}

impl Default for Prober {
    fn default() -> Self {
        Self { running: None, next: None, wait: FIRST_WAIT, reach: REACH, last_id: 0, raised: None }
    }
}

impl Prober {
    /// A probe is sent only while somebody would use what it may prove: `wanted` above `target`, bits per second.
    pub(super) fn due(&mut self, now: Instant, target: f64, wanted: f64) -> Option<Probe> {
        if self.running.as_ref().is_some_and(|cluster| now > cluster.ends + PATIENCE) {
            self.failed(now);
        }
        if self.deadline(target, wanted).is_none_or(|at| now < at) || self.running.is_some() {
            return None;
        }
        let rate = (target * self.reach).min(wanted * ENOUGH_ABOVE);
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        self.running = Some(Cluster {
            id: self.last_id,
            ends: now + DURATION,
            target,
            packets: 0,
            lost: 0,
            bytes: 0,
            first_sent: now,
            last_sent: (now, 0),
            first_arrival: (Duration::MAX, 0),
            last_arrival: Duration::ZERO,
        });
        Some(Probe { id: self.last_id, rate: DataRate::from_f64(rate), duration: DURATION })
    }

    pub(super) fn deadline(&self, target: f64, wanted: f64) -> Option<Instant> {
        match &self.running {
            Some(cluster) => Some(cluster.ends + PATIENCE),
            None => self.next.filter(|_| wanted > target),
        }
    }

    /// The path has answered for the first time.
    pub(super) fn started(&mut self, now: Instant) {
        self.next.get_or_insert(now);
    }

    /// Returns bits per second proven, once the feedback is complete. `usual_loss`: part of the packets.
    pub(super) fn acked(&mut self, now: Instant, packet: &Acked, usual_loss: f64) -> Option<f64> {
        let cluster = self.running.as_mut()?;
        if packet.probe == cluster.id {
            cluster.count(packet);
            return None;
        }
        if packet.sent < cluster.ends {
            return None;
        }
        let (proven, target) = (cluster.proven(usual_loss), cluster.target);
        match proven.filter(|rate| *rate > target * WORTHWHILE) {
            Some(rate) => {
                (self.running, self.next) = (None, Some(now + AGAIN));
                (self.wait, self.reach, self.raised) = (FIRST_WAIT, REACH, Some(now));
                Some(rate)
            }
            None => {
                self.failed(now);
                None
            }
        }
    }

    /// The path is another one: what was learnt of the old one keeps nobody waiting.
    pub(super) fn anew(&mut self, now: Instant) {
        *self = Self { last_id: self.last_id, next: Some(now), ..Self::default() };
    }

    /// The path is too full: what is running proves nothing any more.
    pub(super) fn congested(&mut self, now: Instant) {
        self.running = None;
        if self.raised.take().is_some_and(|at| now.saturating_duration_since(at) < BLAME) {
            self.longer();
        }
        self.next = self.next.max(Some(now + QUIET.max(self.wait)));
    }

    fn failed(&mut self, now: Instant) {
        (self.running, self.next) = (None, Some(now + self.wait));
        self.longer();
    }

    fn longer(&mut self) {
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        self.reach = CAREFUL_REACH;
    }
}

impl Cluster {
    fn count(&mut self, packet: &Acked) {
        let Some(arrival) = packet.arrival else {
            self.lost += 1;
            return;
        };
        if self.packets == 0 {
            self.first_sent = packet.sent;
        }
        self.packets += 1;
        self.bytes += packet.size;
        if packet.sent >= self.last_sent.0 {
            self.last_sent = (packet.sent, packet.size);
        }
        if arrival < self.first_arrival.0 {
            self.first_arrival = (arrival, packet.size);
        }
        self.last_arrival = self.last_arrival.max(arrival);
    }

    /// Sending counts up to the last packet, arriving from the first: n packets have n − 1 intervals. Only packets that
    /// arrived count on both sides, so that loss does not look like a limit.
    fn proven(&self, usual_loss: f64) -> Option<f64> {
        if self.packets < ENOUGH {
            return None;
        }
        let sending = self.last_sent.0.saturating_duration_since(self.first_sent).as_secs_f64();
        let arriving = self.last_arrival.saturating_sub(self.first_arrival.0).as_secs_f64();
        if sending <= 0.0 || arriving <= 0.0 {
            return None;
        }
        let sent = (self.bytes - self.last_sent.1) as f64 * 8.0 / sending;
        let arrived = (self.bytes - self.first_arrival.1) as f64 * 8.0 / arriving;
        let lost = self.lost as f64 / (self.lost + self.packets) as f64;
        let limit = if arrived < sent * KEPT_UP { arrived * BELIEVED } else { arrived.min(sent) };
        // What the path loses anyway comes on top again; what it lost because of the probe does not.
        let beyond = (lost - usual_loss - CHANCE).max(0.0);
        Some(limit * (1.0 - beyond) / (1.0 - lost.min(usual_loss)))
    }
}
