use super::{origin, trace};
use crate::packet::rtcp::SenderInfo;
use crate::receive::Reception;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

proptest! {
    #[test]
    fn numbers_do_not_wrap_and_are_new_once(start: u16, trace in trace(900, 9_000)) {
        let now = origin();
        let (mut reception, mut seen) = (Reception::default(), BTreeSet::new());
        let mut offset = None;
        for index in trace {
            let arrival = reception.arrived(now, start.wrapping_add(index as u16), 0, 90_000);
            let offset = *offset.get_or_insert(arrival.extended.wrapping_sub(index));
            prop_assert_eq!(arrival.extended.wrapping_sub(offset), index);
            let too_old = seen.last().is_some_and(|newest| index + 2_048 <= *newest);
            prop_assert_eq!(arrival.is_new, !too_old && seen.insert(index));
        }
        let (report, _) = reception.report(now, 7).unwrap();
        let (first, last) = (*seen.first().unwrap(), *seen.last().unwrap());
        prop_assert_eq!(i64::from(report.cumulative_lost), (last - first + 1) as i64 - seen.len() as i64);
        prop_assert_eq!(report.highest_sequence as u16, start.wrapping_add(last as u16));
        prop_assert!(reception.report(now, 7).is_none(), "nothing came since");
    }

    #[test]
    fn a_report_counts_what_the_path_lost(lost in prop::collection::btree_set(1..999u16, 0..500), repaired: bool) {
        let now = origin();
        let mut reception = Reception::default();
        for number in 0..1000u16 {
            let sequence = number.wrapping_sub(500);
            if !lost.contains(&number) {
                prop_assert!(reception.arrived(now, sequence, 0, 90_000).is_new);
            } else if repaired {
                prop_assert!(reception.recovered(now, sequence).is_new);
            }
        }
        let (report, newly) = reception.report(now, 7).unwrap();
        prop_assert_eq!((report.cumulative_lost, newly), (lost.len() as i32, lost.len() as u64));
        prop_assert_eq!(usize::from(report.fraction_lost), lost.len() * 256 / 1000);
        prop_assert_eq!(report.ssrc, 7);
    }
}

#[test]
fn the_fraction_is_of_the_last_interval() {
    let now = origin();
    let mut reception = Reception::default();
    for number in 0..100 {
        reception.arrived(now, number * 2, 0, 90_000);
    }
    let (report, lost) = reception.report(now, 7).unwrap();
    assert_eq!((report.fraction_lost, lost), (127, 99), "99 of 199");
    for number in 199..300 {
        reception.arrived(now, number, 0, 90_000);
    }
    let (report, lost) = reception.report(now, 7).unwrap();
    assert_eq!((report.fraction_lost, report.cumulative_lost, lost), (0, 99, 0));
}

#[test]
fn jitter_is_the_mean_change_of_transit_between_pictures() {
    let start = origin();
    let mut reception = Reception::default();
    for picture in 0..500u64 {
        // 30 pictures a second at 90 kHz, every other 10 ms late; their packets spread over 20 ms do not count.
        let late = if picture % 2 == 0 { 0 } else { 10_000 };
        for packet in 0..3u64 {
            let now = start + Duration::from_micros(picture * 33_333 + late + packet * 10_000);
            reception.arrived(now, (picture * 3 + packet) as u16, picture as u32 * 3_000, 90_000);
        }
    }
    let jitter = reception.report(start, 7).unwrap().0.jitter;
    assert!((890..=910).contains(&jitter), "10 ms are 900 ticks, not {jitter}");
}

#[test]
fn a_report_answers_the_last_sender_report() {
    let start = origin();
    let mut reception = Reception::default();
    reception.arrived(start, 1, 0, 48_000);
    reception.heard_report(start, &SenderInfo { ntp: 0x1111_2222_3333_4444, ..SenderInfo::default() });
    let (report, _) = reception.report(start + Duration::from_millis(500), 7).unwrap();
    assert_eq!((report.last_sender_report, report.delay), (0x2222_3333, 32_768));
}
