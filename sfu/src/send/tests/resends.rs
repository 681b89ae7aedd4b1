use super::*;

#[test]
fn a_missed_packet_is_sent_again_with_its_own_bytes() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &vp8(1, 10, 0, true, true, 1)).unwrap();
    out.want(Some(layer(2, 0)));
    let second = vp8(2, 70_000, 9, true, true, 900);
    let left = pass(&mut out, now, &second).unwrap();
    pass(&mut out, now, &vp8(2, 70_001, 3_009, false, true, 901)).unwrap();

    let resend = out.resend(now, millis(50), 2).unwrap();
    assert_eq!((resend.stream, resend.extended), (StreamId(2), 70_000));
    let mut arena = [0; 64];
    let again = resend.write(second.timestamp, second.marker, &second.payload, &mut arena).unwrap();
    assert_eq!(arena[..2], [0, 2]);
    assert_eq!(arena[2..again.length], left.payload);
    assert_eq!((again.timestamp, again.marker), (left.header.timestamp, left.header.marker));
    assert_eq!(resend.write(9, false, &second.payload, &mut [0; 8]), None);
    assert_eq!((out.next_rtx(), out.next_rtx()), (1, 2));
    assert_eq!((out.ssrc, out.rtx_ssrc, out.newest_timestamp()), (7, Some(8), left.header.timestamp + 3_000));
}

#[test]
fn a_packet_is_repeated_once_a_round_trip() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    for number in 0..300 {
        pass(&mut out, now, &opus(1, number, number as u32 * 960)).unwrap();
    }
    let mut repeated = 0;
    for time in (0..400).step_by(10) {
        repeated += usize::from(out.resend(now + millis(time), millis(100), 17).is_some());
    }
    assert_eq!(repeated, 4);
}

#[test]
fn what_never_went_out_is_not_sent_again() {
    let (mut out, now) = (outgoing(), origin());
    assert!(out.resend(now, millis(50), 0).is_none());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &opus(1, 5, 0)).unwrap();
    for sequence in [0, 2, 0x8001, 0xffff] {
        assert!(out.resend(now, millis(50), sequence).is_none(), "{sequence}");
    }
}

#[test]
fn what_is_asked_for_in_vain_needs_a_key_frame() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    (0..3).for_each(|number| drop(pass(&mut out, now, &opus(1, number, number as u32 * 960))));
    for (time, in_vain) in [(0, false), (300, false), (899, false), (900, true)] {
        out.resend(now + millis(time), millis(300), 2);
        assert_eq!(out.asked_in_vain(), in_vain, "after {time} ms");
    }
    assert!(!out.asked_in_vain());
}
