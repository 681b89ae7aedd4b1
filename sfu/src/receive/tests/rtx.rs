use super::origin;
use crate::receive::{Rate, rtx};
use proptest::prelude::*;
use std::time::Duration;

proptest! {
    #[test]
    fn a_retransmission_is_its_number_and_the_original(number: u16, original in prop::collection::vec(any::<u8>(), 1..99)) {
        let packet = [&number.to_be_bytes()[..], &original].concat();
        prop_assert_eq!(rtx::unwrap(&packet), Some((number, original.as_slice())));
    }
}

#[test]
fn padding_is_no_retransmission() {
    for payload in [&[][..], &[1], &[1, 2]] {
        assert_eq!(rtx::unwrap(payload), None);
    }
}

#[test]
fn the_rate_is_that_of_the_last_second() {
    let start = origin();
    let mut rate = Rate::default();
    assert_eq!(rate.bits_per_second(start), 0);
    for at in 0..5_000 {
        rate.add(start + Duration::from_millis(at), 125); // a megabit a second
        if at > 200 {
            let measured = rate.bits_per_second(start + Duration::from_millis(at));
            assert!((980_000..=1_020_000).contains(&measured), "{measured} after {at} ms");
        }
    }
    let later = |ms: u64| start + Duration::from_millis(5_000 + ms);
    assert!((440_000..=560_000).contains(&rate.bits_per_second(later(500))));
    assert_eq!(rate.bits_per_second(later(1_100)), 0);
    rate.add(later(900_000), 125);
    assert_eq!(rate.bits_per_second(later(900_000)), 1_111, "one packet in 0.9 s");
}
