//! One target out of delay, loss and probes.

use super::credit::Credit;
use super::delivered::Delivered;
use super::groups::Groups;
use super::loss::Loss;
use super::probe::{Probe, Prober};
use super::queue::Queue;
use super::silence::Silence;
use super::trend::{Trend, Usage};
use super::{Acked, DataRate};
use crate::alloc::Wanted;
use std::time::{Duration, Instant};

/// Before anything is known. More: a weak path starts with a queue. Less: the first seconds look worse than they must;
/// with this one the voices and a few small pictures go out at once.
const START: f64 = 800_000.0;
/// Never less: the voices of a consult go out anyway.
const LEAST: f64 = 50_000.0;
/// What voices and the smallest picture are taken for at least: its rate changes by the second, and a picture that is
/// switched off for it is gone for longer. Measured: over 150 ± 30 ms with losses the picture was dark. More: a path
/// narrower than this fills its queue until it loses packets.
const PICTURE: f64 = 250_000.0;
/// Never more: nobody wishes for as much, and arithmetic stays sane.
const MOST: f64 = 50_000_000.0;
/// Part of what arrives that is kept while the queue grows (draft-ietf-rmcat-gcc-02 § 5.5). Less: the queue drains
/// faster, and a false alarm costs more.
const BACK_OFF: f64 = 0.85;
/// Between two reductions: a round trip and a feedback, so that each rests on what the one before did.
const BETWEEN: Duration = Duration::from_millis(250);
/// A delay that grows is a queue only when it is this long as well, or jitter of tens of milliseconds is one. More: voices
/// are late for longer. Less: jitter is taken for a queue.
const SHORT: Duration = Duration::from_millis(40);
/// A queue that is that long needs not grow any more to be too much when this part of the packets is lost beyond the
/// path's own: it is full. Routers keep 100 to 200 ms.
const OVERFLOW: f64 = 0.03;
/// A queue so long leaves no room to grow. Less: the delay of a route that became longer keeps the target down.
const LONG: Duration = Duration::from_millis(80);
/// After a reduction for delay, what is lost was lost in the full queue for so long; longer leaves a policer unnoticed.
const DRAINED: Duration = Duration::from_secs(1);
/// Growth without proof, per second (§ 5.5), and up to where above what arrives, less by what is lost. More of either: an
/// estimate nobody has tested, and a layer switched on that does not fit.
const GROWTH: f64 = 1.08;
const UNPROVEN: f64 = 1.1;
/// How long after a probe the delays are its own echo, and not looked at. Longer: blind to real congestion.
const ECHO: Duration = Duration::from_millis(150);

/// What the path to one subscriber carries.
#[derive(Debug)]
pub(crate) struct Estimate {
    target: f64,
    wanted: f64,
    /// A growing delay alone never takes the target below: the voices and the smallest picture. On a path too narrow for
    /// them the queue outlasts that, what it loses counts from then on, and losses go down to [`LEAST`].
    least: f64,
    groups: Groups,
    trend: Trend,
    queue: Queue,
    delivered: Delivered,
    loss: Loss,
    prober: Prober,
    /// The last reduction for delay.
    queued: Option<Instant>,
    answered: Option<Instant>,
    credit: Credit,
    silence: Silence,
    /// Delays of packets sent in between are a probe's own.
    blind: Option<(Instant, Instant)>,
}

impl Default for Estimate {
    fn default() -> Self {
        Self {
            target: START,
            wanted: 0.0,
            least: 0.0,
            groups: Groups::default(),
            trend: Trend::default(),
            queue: Queue::default(),
            delivered: Delivered::default(),
            loss: Loss::default(),
            prober: Prober::default(),
            queued: None,
            answered: None,
            credit: Credit::default(),
            silence: Silence::default(),
            blind: None,
        }
    }
}

impl Estimate {
    /// What may go out to this subscriber, retransmissions and padding included.
    pub(crate) fn target(&self) -> DataRate {
        DataRate::from_f64(self.target)
    }

    /// What may be allocated to media: the target without the part that retransmissions will need.
    pub(crate) fn budget(&self) -> DataRate {
        DataRate::from_f64(self.target * self.kept())
    }

    /// Part of the packets lost on the way, 0 to 1, smoothed.
    pub(crate) fn loss(&self) -> f64 {
        self.loss.average()
    }

    /// What would be sent with bandwidth without end, margins included, where probes stop; and what goes out at least.
    pub(crate) fn want(&mut self, wanted: Wanted) {
        let rate = |media: DataRate| media.as_bits() as f64 / self.kept();
        (self.wanted, self.least) = (rate(wanted.all).min(MOST), rate(wanted.least).clamp(PICTURE, START));
    }

    /// The path answers again after it did not for a while: what its client has of pictures is of no use. Said once.
    pub(crate) fn came_back(&mut self) -> bool {
        self.silence.came_back()
    }

    /// Something with a transport-wide number went out.
    pub(crate) fn sent(&mut self, now: Instant) {
        self.silence.sent(now);
    }

    /// Whether `size` bytes may be sent again now; if so they are counted.
    pub(crate) fn may_resend(&mut self, now: Instant, size: usize) -> bool {
        self.credit.take(now, size, self.target, self.loss.own())
    }

    /// One feedback's packets, in the order of their numbers.
    pub(crate) fn on_feedback(&mut self, now: Instant, packets: &[Acked]) {
        if packets.is_empty() {
            return;
        }
        if let Some(before) = self.silence.ends(now) {
            self.begin_again(now, before);
        }
        self.prober.started(now);
        let usual_loss = self.loss.average();
        let mut proven = None;
        for packet in packets {
            proven = proven.or(self.prober.acked(now, packet, usual_loss));
            let Some(arrival) = packet.arrival else {
                self.queue.lost();
                continue;
            };
            self.delivered.arrived(arrival, packet.size);
            self.delay(packet, arrival);
            if self.queue.arrived(packet.sent, arrival) {
                self.another_route(now);
            }
        }
        if self.queue.outlasts(now, SHORT) {
            self.another_route(now);
        }
        let is_lost = |packet: &&Acked| packet.arrival.is_none() && self.silence.counts(packet);
        let lost = packets.iter().filter(is_lost).count();
        let delivered = self.delivered.rate();
        if let Some(limit) =
            self.loss.counted(now, (lost, packets.len()), delivered.unwrap_or(self.target), self.queueing(now))
        {
            self.reduce(now, limit);
        }
        let usage = self.usage();
        let lost = lost as f64 / packets.len() as f64;
        let overflows = self.queue.length() > SHORT && lost - self.loss.own() > OVERFLOW;
        let full = overflows && usage == Usage::Normal;
        if (usage == Usage::Over || full)
            && let Some(delivered) = delivered
        {
            self.overused(now, delivered);
        } else if let Some(rate) = proven {
            self.target = self.target.max(rate).min(MOST);
        } else if usage == Usage::Normal && self.queue.length() < LONG {
            self.grow(now, delivered.unwrap_or(0.0));
        }
        self.answered = Some(now);
    }

    /// A receiver report's part of lost packets (RFC 3550 § 6.4.1), 0 to 1: for subscribers that send no transport-wide
    /// feedback. With such feedback it says nothing new.
    pub(crate) fn on_loss_report(&mut self, now: Instant, lost: f64) {
        if self.answered.is_some() {
            return;
        }
        // As if of a hundred packets: reports come about once a second.
        let of_hundred = (lost.clamp(0.0, 1.0) * 100.0).round() as usize;
        if let Some(limit) =
            self.loss.counted(now, (of_hundred, 100), self.target * (1.0 - lost.clamp(0.0, 1.0)), false)
        {
            self.reduce(now, limit);
        }
    }

    /// To be asked when [`Estimate::deadline`] has come, or more often.
    pub(crate) fn probe_due(&mut self, now: Instant) -> Option<Probe> {
        self.target = self.silence.lowered(now, self.target, START);
        if self.silence.lasts() {
            return None;
        }
        let probe = self.prober.due(now, self.target, self.wanted)?;
        self.blind = Some((now, now + probe.duration + ECHO));
        Some(probe)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        let probe = self.prober.deadline(self.target, self.wanted).filter(|_| !self.silence.lasts());
        self.silence.deadline().into_iter().chain(probe).min()
    }

    /// After a silence the path may be another one.
    fn begin_again(&mut self, now: Instant, target: f64) {
        self.target = self.target.max(target);
        self.queue = Queue::default();
        self.another_route(now);
    }

    fn another_route(&mut self, now: Instant) {
        self.restart();
        self.prober.anew(now);
    }

    /// What the delay says, where the queue is long enough for it to say anything.
    fn usage(&self) -> Usage {
        match self.trend.usage() {
            Usage::Over if self.queue.length() <= SHORT => Usage::Normal,
            usage => usage,
        }
    }

    fn delay(&mut self, packet: &Acked, arrival: Duration) {
        if let Some((from, until)) = self.blind
            && packet.sent >= from
        {
            if packet.sent < until {
                return;
            }
            self.blind = None;
            self.restart();
        }
        if let Some(delta) = self.groups.arrived(packet.sent, arrival) {
            self.trend.measured(delta);
        }
    }

    fn queueing(&self, now: Instant) -> bool {
        self.usage() == Usage::Over || self.queue.length() > SHORT || self.queued.is_some_and(|at| now < at + DRAINED)
    }

    /// The delays before and those to come are not of a piece.
    fn restart(&mut self) {
        self.groups = Groups::default();
        self.trend.restart();
    }

    fn overused(&mut self, now: Instant, delivered: f64) {
        let due = self.queued.is_none_or(|at| now >= at + BETWEEN);
        if due {
            self.queued = Some(now);
            let limit = (delivered * BACK_OFF).max(self.least);
            self.reduce(now, limit);
            if limit == self.least {
                self.queue.resisted(now);
            }
        }
    }

    fn reduce(&mut self, now: Instant, limit: f64) {
        self.prober.congested(now);
        self.target = self.target.min(limit.max(LEAST));
    }

    fn grow(&mut self, now: Instant, delivered: f64) {
        let elapsed = self.answered.map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64()).min(1.0);
        let grown = (self.target * GROWTH.powf(elapsed)).min(delivered * (UNPROVEN - self.loss.average())).min(MOST);
        self.target = self.target.max(grown);
    }

    /// Part of what is sent that arrives when all is well; what is missing is sent again.
    fn kept(&self) -> f64 {
        1.0 - self.loss.own()
    }
}
