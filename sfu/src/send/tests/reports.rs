use super::*;

/// Seconds since 1900 as NTP says them.
fn ntp(millis: u64) -> u64 {
    (3_900_000_000 << 32) + (millis << 32) / 1_000
}

fn close(left: u64, right: u64) -> bool {
    left.abs_diff(right) < 1 << 16 // 15 µs
}

#[test]
fn the_publishers_wall_clock_stays_and_the_timestamp_is_translated() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &opus(1, 5, 1_000)).unwrap();
    assert_eq!(out.sender_report(now), None, "nothing is known of the publisher's clock");
    out.change_source();
    out.want(Some(layer(2, 0)));
    let left = pass(&mut out, now + millis(20), &opus(2, 5, 500_000)).unwrap();
    assert_eq!(left.header.timestamp, 1_960);
    out.heard_report(StreamId(2), ntp(0), 500_480, now + millis(30));
    assert_eq!(out.report_deadline(), Some(now + millis(30)));
    let report = out.sender_report(now + millis(130)).unwrap();
    assert!(close(report.ntp, ntp(100)));
    assert_eq!((report.rtp, report.packets, report.octets), (1_960 + 480 + 4_800, 2, 16));
    assert_eq!(out.sender_report(now + millis(131)), None);
    assert!(out.sender_report(now + millis(1_130)).is_some());
}

#[test]
fn a_layer_begins_where_its_publishers_clock_puts_it() {
    let (mut out, now) = (outgoing(), origin());
    out.heard_report(StreamId(1), ntp(0), 10_000, now);
    out.heard_report(StreamId(2), ntp(500), 4_000_000_000, now);
    out.want(Some(layer(1, 0)));
    // Captured 900 ms after the first layer's report.
    pass(&mut out, now + millis(1_000), &vp8(1, 1, 10_000 + 81_000, true, true, 1)).unwrap();
    out.want(Some(layer(2, 0)));
    // Captured at 933 ms, which arrives 25 ms later than the network usually takes.
    let second = vp8(2, 1, 4_000_000_000u32.wrapping_add(433 * 90), true, true, 1);
    let left = pass(&mut out, now + millis(1_058), &second).unwrap();
    assert!(left.header.timestamp.abs_diff(10_000 + 933 * 90) <= 1);
    let report = out.sender_report(now + millis(1_058)).expect("at once after a switch");
    let captured = report.rtp.wrapping_sub(10_000) / 90;
    assert!(close(report.ntp, ntp(u64::from(captured))) || close(report.ntp, ntp(u64::from(captured) + 1)));
}

#[test]
fn clocks_that_cannot_be_one_are_not_taken_for_one() {
    let (mut out, now) = (outgoing(), origin());
    out.heard_report(StreamId(1), ntp(0), 0, now);
    out.heard_report(StreamId(2), ntp(3_600_000), 0, now);
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &vp8(1, 1, 0, true, true, 1)).unwrap();
    out.want(Some(layer(2, 0)));
    let left = pass(&mut out, now + millis(40), &vp8(2, 1, 0, true, true, 1)).unwrap();
    assert_eq!(left.header.timestamp, 3_600);
}

#[test]
fn the_round_trip_is_measured_from_the_receivers_answer() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &opus(1, 5, 1_000)).unwrap();
    out.heard_report(StreamId(1), ntp(0), 1_000, now);
    let report = out.sender_report(now).unwrap();
    let half_a_second = 0x8000;
    let measured = out.round_trip(now + millis(580), report.middle_of_ntp(), half_a_second);
    assert_eq!(measured, Some(millis(80)));
    assert_eq!(out.round_trip(now + millis(400), report.middle_of_ntp(), half_a_second), None);
    assert_eq!(out.round_trip(now + millis(580), 1, half_a_second), None);
}
