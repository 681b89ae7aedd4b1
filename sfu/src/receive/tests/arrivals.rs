use super::{origin, trace};
use crate::packet::rtcp::{Feedback, feedbacks};
use crate::packet::transport_wide::Report;
use crate::receive::Arrivals;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What a sender would learn: for each number the time of its arrival, in ticks, or that it was called lost.
#[derive(Default)]
struct Learned {
    by_index: BTreeMap<u64, Option<i64>>,
    reports: Vec<Instant>,
    bytes: Vec<u8>,
}

impl Learned {
    /// Takes all reports that are due. Numbers are told apart by being nearest to `newest`.
    fn take(&mut self, now: Instant, arrivals: &mut Arrivals, start: u16, newest: u64) -> Result<(), TestCaseError> {
        loop {
            self.bytes.clear();
            if !arrivals.feedback(now, &mut self.bytes) {
                prop_assert!(self.bytes.is_empty());
                prop_assert!(arrivals.deadline().is_none_or(|deadline| deadline > now), "no busy loop");
                return Ok(());
            }
            prop_assert!(self.bytes.len() <= 1_200);
            let Some(Feedback::TransportWide(packet)) = feedbacks(&self.bytes).next() else { panic!("no feedback") };
            let report = Report::parse(packet).unwrap();
            prop_assert_eq!(report.count, self.reports.len() as u8);
            self.reports.push(now);
            for (number, time) in report.packets() {
                let behind = start.wrapping_add(newest as u16).wrapping_sub(number);
                let index = newest - u64::from(behind);
                let known = self.by_index.entry(index).or_insert(time);
                prop_assert!(known.is_none() || *known == time, "a time never changes");
                *known = time;
            }
        }
    }
}

proptest! {
    #[test]
    fn the_sender_learns_of_each_arrival_in_time(
        start: u16, trace in trace(200, 100), gaps in prop::collection::vec(0..12_000u64, 1..50),
    ) {
        let begin = origin();
        let (mut arrivals, mut learned) = (Arrivals::new(1), Learned::default());
        let (mut now, mut newest) = (begin, 0);
        let (mut truth, mut epoch) = (BTreeMap::new(), None);
        for (index, gap) in trace.iter().zip(gaps.iter().cycle()) {
            let next = now + Duration::from_micros(*gap);
            while let Some(deadline) = arrivals.deadline().filter(|deadline| *deadline <= next) {
                learned.take(deadline.max(now), &mut arrivals, start, newest)?;
            }
            now = next;
            newest = newest.max(*index);
            arrivals.arrived(now, start.wrapping_add(*index as u16), 5);
            let epoch = *epoch.get_or_insert(now);
            truth.entry(*index).or_insert((now - epoch).as_micros() as i64 / 250);
        }
        learned.take(now + Duration::from_millis(100), &mut arrivals, start, newest)?;
        for (index, time) in &learned.by_index {
            prop_assert_eq!(*time, truth.get(index).copied(), "number {}", index);
        }
        let told = learned.by_index.values().flatten().count();
        prop_assert_eq!(told, truth.len());
    }
}

#[test]
fn a_slow_sender_hears_after_100_ms_and_a_fast_one_after_50() {
    let begin = origin();
    let mut arrivals = Arrivals::new(1);
    assert_eq!(arrivals.deadline(), None);
    arrivals.arrived(begin, 0, 5);
    assert_eq!(arrivals.deadline(), Some(begin + Duration::from_millis(100)));
    (1..10).for_each(|number| arrivals.arrived(begin, number, 5));
    assert_eq!(arrivals.deadline(), Some(begin + Duration::from_millis(50)));
    assert!(!arrivals.feedback(begin + Duration::from_millis(49), &mut vec![]));
    (10..250).for_each(|number| arrivals.arrived(begin, number, 5));
    let mut bytes = vec![];
    assert!(arrivals.feedback(begin, &mut bytes));
    assert_eq!(arrivals.deadline(), None);
    assert_eq!(bytes[4..12], [0, 0, 0, 1, 0, 0, 0, 5]);
}

#[test]
fn what_left_the_window_before_its_report_is_not_told_and_costs_nothing() {
    let begin = origin();
    let mut arrivals = Arrivals::new(1);
    for number in [0, 5_000, 10_000, 40_000] {
        arrivals.arrived(begin, number, 5);
    }
    let mut bytes = vec![];
    assert!(arrivals.feedback(begin + Duration::from_secs(1), &mut bytes));
    assert_eq!(Report::parse(&bytes).unwrap().packets().collect::<Vec<_>>(), [(40_000, Some(0))]);
    assert!(!arrivals.feedback(begin + Duration::from_secs(1), &mut bytes));
}

#[test]
fn after_an_outage_the_sender_hears_of_what_came_since() {
    let begin = origin();
    let mut arrivals = Arrivals::new(1);
    let mut bytes = vec![];
    arrivals.arrived(begin, 0, 5);
    let later = begin + Duration::from_secs(20);
    arrivals.arrived(later, 3_000, 5);
    // The first is still waiting, 20 s and a gap lie between: two reports.
    assert!(arrivals.feedback(later, &mut bytes));
    assert_eq!(Report::parse(&bytes).unwrap().packets().collect::<Vec<_>>(), [(0, Some(0))]);
    bytes.clear();
    assert!(arrivals.feedback(later, &mut bytes));
    assert_eq!(Report::parse(&bytes).unwrap().packets().collect::<Vec<_>>(), [(3_000, Some(80_000))]);
    assert!(!arrivals.feedback(later, &mut bytes));
}
