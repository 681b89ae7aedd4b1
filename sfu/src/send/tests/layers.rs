//! Voices and simulcast layers: what is shown when, and how numbers go on.

use super::*;

#[test]
fn a_slot_shows_nothing_before_a_key_frame() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    assert_eq!(pass(&mut out, now, &vp8(1, 10, 0, false, true, 1)), Err(Verdict::NeedsKeyFrame));
    assert_eq!(pass(&mut out, now, &vp8(1, 11, 0, true, false, 2)), Err(Verdict::NeedsKeyFrame));
    assert_eq!(out.awaits_key_frame(), Some(StreamId(1)));
    assert!(pass(&mut out, now, &vp8(1, 12, 0, true, true, 3)).is_ok());
    assert!(pass(&mut out, now, &vp8(1, 13, 0, false, true, 4)).is_ok());
    assert_eq!(pass(&mut out, now, &vp8(1, 11, 0, true, false, 2)), Err(Verdict::Stale));
    assert_eq!(out.awaits_key_frame(), None);
    assert_eq!(out.key_frame_stream(), Some(StreamId(1)));
}

#[test]
fn a_key_frame_start_that_comes_late_starts_nothing() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    assert_eq!(pass(&mut out, now, &vp8(1, 11, 0, true, false, 2)), Err(Verdict::NeedsKeyFrame));
    assert_eq!(pass(&mut out, now, &vp8(1, 10, 0, true, true, 2)), Err(Verdict::NeedsKeyFrame));
}

#[test]
fn the_old_layer_goes_on_until_the_new_one_has_a_key_frame() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    let first = pass(&mut out, now, &vp8(1, 10, 5_000, true, true, 100)).unwrap();
    out.want(Some(layer(2, 0)));
    assert_eq!(out.shown(), Some(layer(1, 0)));
    assert_eq!(out.awaits_key_frame(), Some(StreamId(2)));
    assert_eq!(pass(&mut out, now, &vp8(2, 900, 77, false, true, 9)), Err(Verdict::NeedsKeyFrame));
    let second = pass(&mut out, now + millis(33), &vp8(1, 11, 8_000, false, true, 101)).unwrap();
    let third = pass(&mut out, now + millis(66), &vp8(2, 903, 3_077, true, true, 11)).unwrap();
    assert_eq!(pass(&mut out, now + millis(66), &vp8(1, 12, 11_000, false, true, 102)), Err(Verdict::NotChosen));
    assert_eq!(out.shown(), Some(layer(2, 0)));

    let sequences = [&first, &second, &third].map(|left| left.header.sequence);
    assert_eq!(sequences, [1, 2, 3]);
    assert_eq!([&first, &second, &third].map(|left| left.header.timestamp), [5_000, 8_000, 8_000 + 33 * 90]);
    let pictures = [&first, &second, &third].map(|left| left.picture(Codec::Vp8));
    assert_eq!(pictures, [(Some(100), Some(100)), (Some(101), Some(101)), (Some(102), Some(102))]);
}

#[test]
fn what_the_old_layer_lost_is_still_filled_in_after_the_switch() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &vp8(1, 10, 0, true, true, 1)).unwrap();
    pass(&mut out, now, &vp8(1, 12, 3_000, false, false, 2)).unwrap();
    out.want(Some(layer(2, 0)));
    pass(&mut out, now, &vp8(2, 50, 9, true, true, 1)).unwrap();
    assert_eq!(pass(&mut out, now, &vp8(1, 11, 3_000, false, true, 2)).unwrap().header.sequence, 2);
    assert_eq!(pass(&mut out, now, &vp8(1, 11, 3_000, false, true, 2)), Err(Verdict::Stale), "only once");
}

#[test]
fn another_source_ends_the_one_before_at_once() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &vp8(1, 10, 0, true, true, 1)).unwrap();
    pass(&mut out, now, &vp8(1, 12, 3_000, false, false, 2)).unwrap();
    out.change_source();
    out.want(Some(layer(2, 0)));
    for late in [11, 13] {
        assert_eq!(pass(&mut out, now, &vp8(1, late, 3_000, true, true, 3)), Err(Verdict::NotChosen));
    }
    assert!(out.resend(now, millis(50), 1).is_none());
    assert_eq!(pass(&mut out, now, &vp8(2, 5, 9, true, true, 3)).unwrap().header.sequence, 4);
}

#[test]
fn time_that_passed_between_sources_shows_in_the_timestamp() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    assert_eq!(pass(&mut out, now, &opus(1, 5, 777)).unwrap().header.timestamp, 777);
    out.change_source();
    out.want(Some(layer(2, 0)));
    let second = pass(&mut out, now + millis(2_000), &opus(2, 9, 4)).unwrap();
    assert_eq!(second.header.timestamp, 777 + 2 * 48_000);
}

#[test]
fn after_a_pause_a_picture_begins_with_a_key_frame() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &vp8(1, 10, 0, true, true, 1)).unwrap();
    out.want(None);
    assert_eq!(pass(&mut out, now, &vp8(1, 11, 3_000, false, true, 2)), Err(Verdict::NotChosen));
    out.want(Some(layer(1, 0)));
    assert_eq!(pass(&mut out, now, &vp8(1, 12, 6_000, false, true, 3)), Err(Verdict::NeedsKeyFrame));
    let again = pass(&mut out, now + millis(100), &vp8(1, 13, 9_000, true, true, 4)).unwrap();
    assert_eq!((again.header.sequence, again.header.timestamp), (2, 9_000), "the stream's own clock goes on");
    assert_eq!(again.picture(Codec::Vp8).0, Some(2));
}

#[test]
fn padding_of_the_publisher_is_left_out_without_a_gap() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &vp8(1, 10, 0, true, true, 1)).unwrap();
    for padding in [11, 12] {
        let padding = Made { payload: Vec::new(), ..vp8(1, padding, 0, false, false, 1) };
        assert_eq!(pass(&mut out, now, &padding), Err(Verdict::NotChosen));
    }
    assert_eq!(pass(&mut out, now, &vp8(1, 13, 3_000, false, true, 2)).unwrap().header.sequence, 2);
    assert_eq!(pass(&mut out, now, &vp8(1, 15, 6_000, false, true, 3)).unwrap().header.sequence, 4);
}

#[test]
fn behind_a_gap_that_nobody_can_fill_the_stream_begins_anew() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &vp8(1, 10, 0, true, true, 1)).unwrap();
    assert_eq!(pass(&mut out, now, &vp8(1, 1_012, 3_000, false, true, 2)), Err(Verdict::NeedsKeyFrame));
    assert_eq!(pass(&mut out, now, &vp8(1, 1_013, 6_000, true, true, 3)).unwrap().header.sequence, 2);
    assert_eq!(pass(&mut out, now, &vp8(1, 2_013, 9_000, false, true, 4)).unwrap().header.sequence, 1_002);
}

#[test]
fn a_payload_that_does_not_fit_the_arena_is_left_out() {
    let (mut out, now) = (outgoing(), origin());
    out.want(Some(layer(1, 0)));
    pass(&mut out, now, &opus(1, 5, 777)).unwrap();
    let large = Made { payload: vec![1; 65], ..opus(1, 6, 800) };
    assert_eq!(pass(&mut out, now, &large), Err(Verdict::NotChosen));
    assert_eq!(pass(&mut out, now, &opus(1, 7, 900)).unwrap().header.sequence, 2);
}
