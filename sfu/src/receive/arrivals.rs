//! When the packets of a path arrived, for its sender's congestion control
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01).

use super::{BEFORE_FIRST, extend};
use crate::packet::transport_wide::{self, TICK};
use std::time::{Duration, Instant};

/// Numbers remembered. More: memory (eight bytes each). Less: a long gap is reported as if the path had begun anew; a
/// second of all of a peer's streams fits four times.
const WINDOW: usize = 4_096;

/// Longest wait of a packet for its report. More: the sender learns of congestion later. Less: more reports.
const INTERVAL: Duration = Duration::from_millis(100);
/// The wait of a sender that has much to learn from, and how many waiting packets make it one: more than 200 a second.
const SHORT_INTERVAL: Duration = Duration::from_millis(50);
const MANY: u32 = 10;
/// A report is due at once. More: it may not fit one datagram. Less: more reports of a very fast sender.
const FULL: u32 = 250;

/// A number that did not come (yet).
const NOT_YET: i64 = i64::MIN;

pub(crate) struct Arrivals {
    /// SSRC of the reports' sender: ours.
    sender: u32,
    /// Time of each number in ticks of 250 µs since `epoch`.
    times: Box<[i64; WINDOW]>,
    path: Option<Path>,
}

#[derive(Clone, Copy)]
struct Path {
    epoch: Instant,
    /// First number that no report covers.
    base: u64,
    newest: u64,
    /// Whose packet came last; reports name one stream of the path.
    media: u32,
    /// Packets since the last report, and when the first of them came.
    waiting: u32,
    since: Instant,
    /// Number of the next report.
    count: u8,
}

impl Arrivals {
    pub(crate) fn new(sender: u32) -> Arrivals {
        Arrivals { sender, times: Box::new([NOT_YET; WINDOW]), path: None }
    }

    /// A packet of stream `media` has this transport-wide number. The first time counts.
    pub(crate) fn arrived(&mut self, now: Instant, number: u16, media: u32) {
        let Arrivals { times, path, .. } = self;
        let first = BEFORE_FIRST + u64::from(number);
        let path = path.get_or_insert(Path {
            epoch: now,
            base: first,
            newest: first - 1,
            media,
            waiting: 0,
            since: now,
            count: 0,
        });
        let extended = extend(path.newest, number);
        if extended + WINDOW as u64 <= path.newest {
            return; // too late to be told
        }
        for skipped in (path.newest + 1..=extended).rev().take(WINDOW) {
            times[slot(skipped)] = NOT_YET;
        }
        path.newest = path.newest.max(extended);
        if times[slot(extended)] != NOT_YET {
            return;
        }
        let passed = now.saturating_duration_since(path.epoch).as_micros();
        times[slot(extended)] = (passed / u128::from(TICK)) as i64;
        path.media = media;
        // Reported as lost, or not at all: the next report begins with it. What it says again the sender knows already.
        path.base = path.base.min(extended);
        // What has left the window is not known any more.
        path.base = path.base.max((path.newest + 1).saturating_sub(WINDOW as u64));
        if path.waiting == 0 {
            path.since = now;
        }
        path.waiting += 1;
    }

    /// Appends one report if one is due. Call it again until it is `false`: after a long gap there are more.
    pub(crate) fn feedback(&mut self, now: Instant, into: &mut Vec<u8>) -> bool {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return false;
        }
        let Some(path) = &mut self.path else { return false };
        let times = &self.times;
        let known = |number: u64| Some(times[slot(number)]).filter(|time| *time != NOT_YET);
        let Some(first) = (path.base..=path.newest).find(|number| known(*number).is_some()) else {
            path.waiting = 0;
            return false;
        };
        // A gap longer than a report is not worth one.
        if first - path.base >= transport_wide::MAX_STATUSES as u64 {
            path.base = first;
        }
        let arrivals = (path.base..=path.newest).map(known);
        let covered = transport_wide::write(into, self.sender, path.media, path.base as u16, path.count, arrivals);
        path.base += covered as u64;
        path.count = path.count.wrapping_add(1);
        path.waiting = (path.base..=path.newest).filter(|number| known(*number).is_some()).count() as u32;
        covered > 0
    }

    /// When the next report is due; `None` if there is nothing to tell.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let path = self.path.as_ref().filter(|path| path.waiting > 0)?;
        Some(match path.waiting {
            FULL.. => path.since,
            MANY.. => path.since + SHORT_INTERVAL,
            _ => path.since + INTERVAL,
        })
    }
}

fn slot(number: u64) -> usize {
    number as usize % WINDOW
}
