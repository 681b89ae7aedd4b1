use super::*;
use crate::congestion::Acked;
use crate::packet::transport_wide;
use proptest::collection::vec;
use proptest::prelude::*;

fn report(base: u16, arrivals: &[Option<i64>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    transport_wide::write(&mut bytes, 1, 2, base, 0, arrivals.iter().copied());
    bytes
}

#[test]
fn each_fate_is_told_once() {
    let now = origin();
    let mut log = SentLog::new(now);
    for number in 0..4u16 {
        assert_eq!(log.sent(now + millis(u64::from(number)), 1_000, 3), number);
    }
    let (later, mut told) = (now + millis(100), Vec::new());
    log.acknowledged(&report(0, &[Some(400), None, Some(440)]), later, &mut told);
    let fates: Vec<_> = told.iter().map(|acked| acked.arrival.is_some()).collect();
    assert_eq!(fates, [true, false, true]);
    assert_eq!((told[2].sent, told[2].size, told[2].probe), (now + millis(2), 1_000, 3));
    assert_eq!(told[2].arrival.unwrap() - told[0].arrival.unwrap(), millis(10));

    told.clear();
    log.acknowledged(&report(0, &[Some(400), None, Some(440), Some(444)]), later, &mut told);
    assert_eq!(told.len(), 1);
    // It was only late.
    log.acknowledged(&report(1, &[Some(450)]), later, &mut told);
    assert_eq!(told.iter().map(|acked| acked.sent).collect::<Vec<_>>(), [now + millis(3), now + millis(1)]);
}

#[test]
fn the_receivers_clock_may_come_round() {
    let now = origin();
    let mut log = SentLog::new(now);
    let mut told = Vec::new();
    for arrival in [(1i64 << 32) - 40, (1 << 32) + 40] {
        let number = log.sent(now, 100, 0);
        log.acknowledged(&report(number, &[Some(arrival)]), now, &mut told);
    }
    assert_eq!(told[1].arrival.unwrap() - told[0].arrival.unwrap(), millis(20));
}

proptest! {
    #[test]
    fn only_what_was_sent_is_told_whatever_comes(
        sent in 0..200_000u64,
        base in any::<u16>(),
        fates in vec(proptest::option::of(0..500i64), 1..200),
        noise in vec(any::<u8>(), 0..80),
    ) {
        let now = origin();
        let mut log = SentLog::new(now);
        let sent = sent.min(70_000);
        for _ in 0..sent {
            log.sent(now, 50, 0);
        }
        let mut told: Vec<Acked> = Vec::new();
        log.acknowledged(&noise, now, &mut told);
        told.clear();
        log.acknowledged(&report(base, &fates), now, &mut told);
        let known = (0..fates.len() as u16).filter(|at| {
            let behind = (sent as u16).wrapping_sub(1).wrapping_sub(base.wrapping_add(*at));
            u64::from(behind) < sent.min(4_096)
        });
        prop_assert!(told.len() <= known.count());
        told.clear();
        log.acknowledged(&report(base, &fates), now, &mut told);
        prop_assert!(told.is_empty());
    }
}
