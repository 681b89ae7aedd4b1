//! Outgoing timestamps over changes of the stream: they go on as the time does, and where it can be known, exactly.

use super::incoming::StreamId;
use super::reports::Reports;
use std::time::{Duration, Instant};

/// How far the exact place of a new stream may be from where its first packet's arrival puts it. More: the clocks of
/// two publishers may be taken for one, and the receiver waits for the difference. Less: layers whose packets travel
/// differently long are not matched, and lips leave the voice until the next sender report.
const PLAUSIBLE: Duration = Duration::from_millis(200);
/// Silence that shows in the timestamp at most. More: past 2^31 ticks, six hours of video, time seems to run backwards.
/// Less: a receiver sees a longer pause as a delay.
const LONGEST: Duration = Duration::from_secs(3_600);

/// A stretch that went out: its stream and what was added to the timestamps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) stream: StreamId,
    pub(super) offset: u32,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timeline {
    /// Timestamp and time of the newest packet that went out.
    last: Option<(u32, Instant)>,
}

impl Timeline {
    pub(super) fn sent(&mut self, timestamp: u32, now: Instant) {
        self.last = Some((timestamp, now));
    }

    /// Timestamp of the newest packet that went out.
    pub(super) fn newest(&self) -> u32 {
        self.last.map_or(0, |(timestamp, _)| timestamp)
    }

    /// What to add to the timestamps of a stream that begins with `timestamp`, so that it comes behind what went out.
    /// `before`: the stretch that ends here; `again`: the newest earlier one of the same stream.
    pub(super) fn offset(
        &self,
        now: Instant,
        stream: StreamId,
        timestamp: u32,
        clock_rate: u32,
        (before, again): (Option<Placed>, Option<Placed>),
        reports: &Reports,
    ) -> u32 {
        let Some((last, at)) = self.last else { return 0 };
        let passed = now.saturating_duration_since(at).min(LONGEST);
        let by_arrival = last.wrapping_add(ticks(passed, clock_rate).max(1));
        let is_good = |offset: &u32| {
            let here = timestamp.wrapping_add(*offset);
            let is_behind = here.wrapping_sub(last) as i32 > 0;
            is_behind && (here.wrapping_sub(by_arrival) as i32).unsigned_abs() <= ticks(PLAUSIBLE, clock_rate)
        };
        let by_clock = before
            .and_then(|before| Some(before.offset.wrapping_add(reports.between(before.stream, stream, clock_rate)?)));
        let as_before = again.map(|again| again.offset);
        let exact = by_clock.filter(is_good).or(as_before.filter(is_good));
        exact.unwrap_or(by_arrival.wrapping_sub(timestamp))
    }
}

/// Ticks of an RTP clock; comes round like the timestamp.
pub(super) fn ticks(passed: Duration, clock_rate: u32) -> u32 {
    (passed.as_micros() as u64).wrapping_mul(u64::from(clock_rate)).wrapping_div(1_000_000) as u32
}
