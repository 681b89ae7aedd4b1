//! In virtual time: hours of a network take milliseconds.

use super::*;

fn start() -> Instant {
    crate::net::now()
}

/// Sends `count` packets of `size` bytes, one each `every`; what left, with the milliseconds since its number was due.
fn run(link: &mut Link, count: u32, size: usize, every: Duration) -> Vec<(u32, f64)> {
    let start = start();
    let mut out = Vec::new();
    let mut drain = |link: &mut Link, until: Instant| {
        while let Some(at) = link.deadline().filter(|at| *at <= until) {
            let packet = link.pop(at).unwrap();
            let n = u32::from_be_bytes(*packet.first_chunk().unwrap());
            out.push((n, (at - (start + every * n)).as_secs_f64() * 1_000.0));
        }
    };
    for n in 0..count {
        let now = start + every * n;
        drain(link, now);
        let mut packet = n.to_be_bytes().to_vec();
        packet.resize(size, 0);
        link.push(now, packet);
    }
    drain(link, start + every * count + Duration::from_secs(3_600));
    out
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_perfect_network_changes_nothing() {
    let out = run(&mut Link::new(Conditions::default(), 1), 1_000, 1_100, MS);
    assert_eq!(out, (0..1_000).map(|n| (n, 0.0)).collect::<Vec<_>>());
}

#[test]
fn the_same_seed_loses_the_same_packets() {
    let bad = Conditions { loss: 10.0, burst: 3.0, delay_ms: 50.0, jitter_ms: 20.0, ..Conditions::default() };
    let of = |seed| run(&mut Link::new(bad, seed), 2_000, 100, MS);
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

#[test]
fn as_many_are_lost_as_was_said_alone_or_together() {
    for (loss, burst) in [(5.0, 1.0), (10.0, 1.0), (10.0, 4.0), (2.0, 10.0)] {
        let mut link = Link::new(Conditions { loss, burst, ..Conditions::default() }, 3);
        let out = run(&mut link, 200_000, 100, MS);
        let counts = link.counts();
        assert_eq!((counts.came, counts.left), (200_000, out.len() as u64));
        assert_eq!(counts.came, counts.left + counts.lost);
        let measured = counts.lost as f64 / 2_000.0;
        assert!((measured / loss - 1.0).abs() < 0.15, "{measured} % of {loss} %");
        let gaps = out.windows(2).filter(|pair| pair[1].0 != pair[0].0 + 1).count();
        let mean = counts.lost as f64 / gaps as f64;
        // Two that are lost each by itself may still be neighbours.
        assert!((mean / burst - 1.0).abs() < 0.2, "bursts of {mean} for {burst}");
    }
}

#[test]
fn everything_can_be_lost() {
    for burst in [1.0, 5.0] {
        let mut link = Link::new(Conditions { loss: 100.0, burst, ..Conditions::default() }, 3);
        assert_eq!(run(&mut link, 1_000, 100, MS), []);
        assert_eq!(link.counts().lost, 1_000);
    }
}

#[test]
fn delay_and_jitter_are_as_said_and_order_is_kept_unless_asked() {
    let mut bad = Conditions { delay_ms: 150.0, jitter_ms: 30.0, ..Conditions::default() };
    let apart = MS * 100;
    let out = run(&mut Link::new(bad, 5), 5_000, 100, apart);
    assert!(out.iter().all(|(_, late)| (120.0..=180.0).contains(late)));
    let mean = out.iter().map(|(_, late)| late).sum::<f64>() / 5_000.0;
    assert!((mean - 150.0).abs() < 2.0, "{mean}");
    // Close together they would overtake one another.
    let is_ordered = |out: &[(u32, f64)]| out.is_sorted_by_key(|(n, _)| *n);
    assert!(is_ordered(&run(&mut Link::new(bad, 5), 5_000, 100, MS)));
    bad.reorder = true;
    assert!(!is_ordered(&run(&mut Link::new(bad, 5), 5_000, 100, MS)));
}

#[test]
fn a_narrow_place_passes_its_rate_and_holds_its_queue() {
    // 1,000 packets a second of 1,000 bytes with headers are 8 Mbit/s; half of it passes.
    let narrow = Conditions { rate_kbps: Some(4_000), queue_ms: 200, ..Conditions::default() };
    let mut link = Link::new(narrow, 1);
    let out = run(&mut link, 10_000, 1_000 - HEADERS, MS);
    assert!((out.len() as f64 / 5_000.0 - 1.0).abs() < 0.05, "{}", out.len());
    let longest = out.iter().map(|(_, late)| *late).fold(0.0, f64::max);
    assert!((200.0..=203.0).contains(&longest), "{longest}");
    assert_eq!(link.counts().overflowed + link.counts().left, 10_000);
    // Wide enough, it costs what the bits take.
    let out = run(&mut Link::new(narrow, 1), 100, 500 - HEADERS, MS * 10);
    assert!(out.iter().all(|(_, late)| (late - 1.0).abs() < 0.001));
}

#[test]
fn a_step_of_the_rate_does_not_keep_the_old_line_busy() {
    let narrow = Conditions { rate_kbps: Some(100), queue_ms: 2_000, ..Conditions::default() };
    let mut link = Link::new(narrow, 1);
    let start = start();
    (0..20).for_each(|_| link.push(start, vec![0; 1_000]));
    link.set(Conditions { reorder: true, ..Conditions::default() });
    link.push(start + MS, vec![1; 10]);
    assert_eq!(link.pop(start + MS), Some(vec![1; 10]));
}
