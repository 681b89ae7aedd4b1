//! How much the path to one subscriber carries, from its transport-wide feedback
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01). Pure.
//!
//! ```text
//! feedback ─┬─▶ Groups ─▶ Trend      is the queue in the network growing?   draft-ietf-rmcat-gcc-02 § 5.3–5.4
//!           ├─▶ Queue                is it long, though it does not grow?
//!           ├─▶ Delivered            what arrives at all                    § 5.5
//!           ├─▶ Loss                 lost because of us, or anyway?
//!           ├─▶ Prober               what a short burst of padding proved
//!           └─▶ Silence              does anything answer at all?
//!                    └────────────▶ Estimate: one target; Credit: what of it may be sent again
//! ```
//!
//! Not `rtc_interceptor::Gcc`, which is public and usable alone. In the plans of `tests/` ten per cent of random loss
//! took it down to its floor for good (no picture in 84 of 90 s): it backs off above ten per cent and climbs below two
//! only. On 400 kbit/s it settled at 450–550 with a full queue, which grows no more (pictures stood still for 75 of
//! 90 s). On a good path it climbed to its ceiling whatever the path carried, as a sender that is limited by its media
//! meets no congestion. And it cannot be told what a probe proved. A forwarder, which can only choose among the layers
//! there are, is always limited by its media: here the target grows by what was proven, and hardly otherwise.

mod credit;
mod delivered;
mod estimate;
mod groups;
mod loss;
mod probe;
mod queue;
mod rate;
mod silence;
#[cfg(test)]
mod tests;
mod trend;

use std::time::{Duration, Instant};

pub(crate) use estimate::Estimate;
pub(crate) use probe::Probe;
pub(crate) use rate::DataRate;

/// What became of one packet that we sent, in the order of the transport-wide numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acked {
    pub(crate) sent: Instant,
    /// Bytes on the wire, IP and UDP headers included: on audio they are a fifth.
    pub(crate) size: usize,
    /// On the receiver's clock, whose origin does not matter but must not wrap. `None`: lost.
    pub(crate) arrival: Option<Duration>,
    /// The [`Probe::id`] that was running when the packet was sent, media and padding alike; 0 outside.
    pub(crate) probe: u16,
}
