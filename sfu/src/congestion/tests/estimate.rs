//! The estimate's answers to single events; what comes of them in a call is in the plans.

use crate::alloc::{Kind, Layer, Switching, Wish, wanted};
use crate::congestion::{Acked, DataRate, Estimate};
use std::time::{Duration, Instant};

const MEDIA: usize = 1_000;

/// A path without a limit, 40 ms there and back, on which `loss` of every hundred packets are lost.
struct Path {
    estimate: Estimate,
    now: Instant,
    start: Instant,
}

impl Path {
    fn new() -> Self {
        let start = crate::net::clock::now();
        Self { estimate: Estimate::default(), now: start, start }
    }

    fn after(&mut self, millis: u64) {
        self.now += Duration::from_millis(millis);
    }

    /// Ten packets in 100 ms, and their feedback. Returns the probes that were asked for.
    fn exchange(&mut self, lost: usize) -> Vec<DataRate> {
        let (mut packets, mut probes) = (Vec::new(), Vec::new());
        for n in 0..10 {
            self.after(10);
            self.estimate.sent(self.now);
            probes.extend(self.estimate.probe_due(self.now).map(|probe| probe.rate));
            let arrival = self.now - self.start + Duration::from_millis(20);
            let arrival = (n >= lost).then_some(arrival);
            packets.push(Acked { sent: self.now, size: MEDIA, arrival, probe: 0 });
        }
        self.after(40);
        self.estimate.on_feedback(self.now, &packets);
        probes
    }
}

#[test]
fn a_probe_goes_to_twice_the_target_at_most_and_only_when_something_is_wanted() {
    let mut path = Path::new();
    assert!((0..50).all(|_| path.exchange(0).is_empty()));
    assert_eq!(path.estimate.deadline(), None);
    path.estimate.want(crate::alloc::Wanted { all: DataRate::kilobits(10_000), least: DataRate::ZERO });
    let before = path.estimate.target();
    assert!(path.estimate.deadline().is_some_and(|at| at <= path.now));
    let probes = path.exchange(0);
    assert_eq!(probes.len(), 1);
    assert!(probes[0] <= before * 2.0 && probes[0] > before);
    // Its packets never come: the path carries no more, and the next is smaller.
    let later: Vec<_> = (0..50).flat_map(|_| path.exchange(0)).collect();
    assert!((1..5).contains(&later.len()), "{later:?}");
    assert!(later.iter().all(|rate| *rate <= before * 1.5 && *rate > before));
    assert!(path.estimate.target() <= before);
}

#[test]
fn what_does_not_fit_yet_is_probed_for_however_little_is_missing() {
    for rate in (300..1_200).step_by(5).map(DataRate::kilobits) {
        let mut path = Path::new();
        path.exchange(0);
        let layers = [Layer { number: 0, rate, height: 720 }];
        let wish = Wish { stream: 0, kind: Kind::Face, layers: &layers, height: 720, current: None };
        path.estimate.want(wanted(&[wish]));
        let fits = Switching::default().choose(path.now, path.estimate.budget(), &[wish])[0].layer.is_some();
        assert_ne!(fits, path.estimate.deadline().is_some(), "{rate:?}");
        let probe = path.estimate.probe_due(path.now).map(|probe| probe.rate);
        assert!(probe.is_none_or(|probe| probe > path.estimate.target() * 1.05), "{rate:?}: {probe:?}");
    }
}

#[test]
fn silence_is_no_loss_and_afterwards_the_target_is_as_at_the_beginning() {
    let mut path = Path::new();
    for _ in 0..10 {
        path.exchange(0);
    }
    let before = path.estimate.target();
    path.estimate.sent(path.now);
    let due = path.estimate.deadline().expect("waits for an answer");
    path.after(999);
    assert!(path.now < due && path.estimate.probe_due(path.now).is_none());
    path.after(1);
    assert_eq!(path.estimate.probe_due(path.now), None);
    assert_eq!(path.estimate.target(), before.min(DataRate::kilobits(800)));
    let before = path.estimate.target();
    for _ in 0..20 {
        path.after(5_000);
        path.estimate.probe_due(path.now);
    }
    assert_eq!(path.estimate.target(), DataRate::kilobits(200));
    assert!(!path.estimate.came_back());
    path.exchange(10);
    assert!(path.estimate.came_back() && !path.estimate.came_back());
    assert_eq!((path.estimate.loss(), path.estimate.target()), (0.0, before));
    // Nothing sent, nothing missed.
    let before = path.estimate.target();
    path.after(60_000);
    path.estimate.probe_due(path.now);
    assert_eq!(path.estimate.target(), before);
}

#[test]
fn receiver_reports_count_where_there_is_no_other_feedback() {
    let reports = |estimate: &mut Estimate, start: Instant| {
        for second in 0..6 {
            estimate.on_loss_report(start + Duration::from_secs(second), 0.5);
        }
    };
    let mut path = Path::new();
    let before = path.estimate.target();
    reports(&mut path.estimate, path.now);
    assert!(path.estimate.target() < before);
    let mut path = Path::new();
    path.exchange(0);
    let before = path.estimate.target();
    reports(&mut path.estimate, path.now);
    assert_eq!(path.estimate.target(), before);
}

#[test]
fn retransmissions_have_a_budget() {
    let mut path = Path::new();
    let granted = |path: &mut Path, millis: u64| {
        (0..millis)
            .filter(|_| {
                path.after(1);
                path.estimate.may_resend(path.now, MEDIA)
            })
            .count()
    };
    let target = path.estimate.target().bytes_in(Duration::from_secs(10)) as usize / MEDIA;
    let resent = granted(&mut path, 10_000);
    assert!(resent > target / 10 && resent < target / 5, "{resent} of {target}");
}

#[test]
fn any_feedback_is_survived() {
    let mut path = Path::new();
    path.estimate.want(crate::alloc::Wanted { all: DataRate::MAX, least: DataRate::ZERO });
    let odd = [Duration::ZERO, Duration::from_secs(1 << 40), Duration::from_micros(1), Duration::MAX];
    for (n, arrival) in odd.iter().cycle().take(400).enumerate() {
        path.after(n as u64 % 30);
        let sent = path.now - Duration::from_millis(n as u64 % 7 * 90);
        let packet = |probe| Acked { sent, size: n * 50, arrival: Some(*arrival), probe };
        path.estimate.on_feedback(path.now, &[packet(1), packet(0), packet(2)]);
        path.estimate.probe_due(path.now);
    }
    assert!(path.estimate.target() > DataRate::ZERO && path.estimate.budget() <= path.estimate.target());
}
