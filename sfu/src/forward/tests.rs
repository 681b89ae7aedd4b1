use super::*;
use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A fixed origin: pure code only ever sees differences.
fn origin() -> Instant {
    crate::net::clock::now()
}

fn vp8(key: bool, start: bool, picture: u16, layer_zero: u8) -> Bytes {
    let [high, low] = (picture & 0x7fff).to_be_bytes();
    let first = 0x80 | if start { 0x10 } else { 0 };
    Bytes::from(vec![first, 0xe0, high | 0x80, low, layer_zero, 0x20, u8::from(!key), 1, 2, 3])
}

fn numbers(payload: &[u8]) -> (u16, u8) {
    (u16::from_be_bytes([payload[2] & 0x7f, payload[3]]), payload[4])
}

#[test]
fn a_slot_shows_nothing_before_a_key_frame() {
    let (mut rewriter, now) = (Rewriter::new(Media::Video, 0), origin());
    assert_eq!(rewriter.rewrite(now, 1, 10, 0, &vp8(false, true, 1, 1)), Verdict::NeedsKeyFrame);
    assert_eq!(rewriter.rewrite(now, 1, 11, 0, &vp8(true, false, 2, 2)), Verdict::NeedsKeyFrame);
    assert!(matches!(rewriter.rewrite(now, 1, 12, 0, &vp8(true, true, 3, 3)), Verdict::Forward { .. }));
    assert!(matches!(rewriter.rewrite(now, 1, 13, 0, &vp8(false, true, 4, 4)), Verdict::Forward { .. }));
    assert_eq!(rewriter.rewrite(now, 1, 11, 0, &vp8(true, false, 2, 2)), Verdict::Stale);
}

#[test]
fn a_key_frame_start_that_comes_late_starts_nothing() {
    let (mut rewriter, now) = (Rewriter::new(Media::Video, 0), origin());
    assert_eq!(rewriter.rewrite(now, 1, 11, 0, &vp8(true, false, 2, 2)), Verdict::NeedsKeyFrame);
    assert_eq!(rewriter.rewrite(now, 1, 10, 0, &vp8(true, true, 2, 2)), Verdict::NeedsKeyFrame);
}

#[test]
fn time_that_passed_between_sources_shows_in_the_timestamp() {
    let (mut rewriter, now) = (Rewriter::new(Media::Audio, 0), origin());
    let opus = Bytes::from_static(b"opus");
    let Verdict::Forward { timestamp: first, .. } = rewriter.rewrite(now, 1, 5, 777, &opus) else { panic!() };
    assert_eq!(first, 777);
    let later = now + Duration::from_secs(2);
    let Verdict::Forward { timestamp, .. } = rewriter.rewrite(later, 2, 9, 4, &opus) else { panic!() };
    assert_eq!(timestamp, 777 + 2 * 48_000);
}

#[test]
fn requests_of_many_become_one() {
    let (mut requests, now) = (KeyframeRequests::default(), origin());
    for _ in 0..7 {
        requests.want(now);
    }
    assert!(requests.poll(now) && !requests.poll(now));
    requests.want(now);
    assert_eq!(requests.deadline(), Some(now + Duration::from_millis(250)));
    assert!(!requests.poll(now + Duration::from_millis(249)));
    assert!(requests.poll(now + Duration::from_millis(250)));
    requests.still_want(now + Duration::from_millis(251));
    assert!(!requests.poll(now + Duration::from_millis(700)));
    assert!(requests.poll(now + Duration::from_millis(750)));
}

/// A source that sends `frames` frames of two packets each, key frame first, starting at any numbers.
#[derive(Clone, Debug)]
struct Run {
    ssrc: u32,
    seq: u16,
    timestamp: u32,
    picture: u16,
    layer_zero: u8,
    frames: u16,
    /// Swaps neighbouring packets after the first frame at these positions.
    swaps: Vec<u16>,
}

fn run() -> impl Strategy<Value = Run> {
    let numbers = (any::<u32>(), any::<u16>(), any::<u32>(), any::<u16>(), any::<u8>());
    (numbers, 1..40u16, vec(any::<u16>(), 0..6)).prop_map(|(n, frames, swaps)| Run {
        ssrc: n.0,
        seq: n.1,
        timestamp: n.2,
        picture: n.3,
        layer_zero: n.4,
        frames,
        swaps,
    })
}

proptest! {
    #[test]
    fn each_packet_of_a_window_passes_once(start in any::<u16>(), steps in vec(-900..1000i64, 1..300)) {
        let (mut seen, mut model) = (Seen::default(), std::collections::HashSet::new());
        let (mut newest, mut at) = (0i64, 0i64);
        for step in std::iter::once(0).chain(steps) {
            at = newest + step;
            prop_assert_eq!(seen.first_time(start.wrapping_add(at as u16)), model.insert(at), "{}", at);
            newest = newest.max(at);
        }
        prop_assert!(!seen.first_time(start.wrapping_add(at as u16)));
    }

    #[test]
    fn output_is_continuous_over_switches_reordering_and_wrap_around(runs in vec(run(), 1..8), start in any::<u16>()) {
        let mut rewriter = Rewriter::new(Media::Video, start);
        let mut now = origin();
        let mut out: HashMap<u16, (u32, u16, u8)> = HashMap::new();
        let mut sent = Vec::new();
        for run in &runs {
            rewriter.switch();
            let mut packets: Vec<(u16, u32, Bytes)> = (0..run.frames * 2).map(|n| {
                let frame = n / 2;
                let (picture, layer_zero) = (run.picture.wrapping_add(frame), run.layer_zero.wrapping_add(frame as u8));
                let payload = vp8(frame == 0, n % 2 == 0, picture, layer_zero);
                (run.seq.wrapping_add(n), run.timestamp.wrapping_add(u32::from(frame) * 3000), payload)
            }).collect();
            for swap in &run.swaps {
                let at = 2 + usize::from(*swap) % packets.len();
                if at + 1 < packets.len() { packets.swap(at, at + 1); }
            }
            for (seq, timestamp, payload) in packets {
                now += Duration::from_millis(17);
                let verdict = rewriter.rewrite(now, run.ssrc, seq, timestamp, &payload);
                let Verdict::Forward { sequence, timestamp, payload: changed } = verdict else {
                    return Err(TestCaseError::fail("a packet of a started source is forwarded"));
                };
                let (picture, layer_zero) = numbers(changed.as_ref().unwrap_or(&payload));
                let before = out.insert(sequence, (timestamp, picture, layer_zero));
                prop_assert!(before.is_none(), "a sequence number was used twice");
                sent.push(sequence);
            }
        }
        // Read in order of the sequence numbers, everything goes forward in small steps.
        let first = (start & 0x3fff) + 1;
        let mut previous: Option<(u32, u16, u8)> = None;
        for n in 0..sent.len() as u16 {
            let here = *out.get(&first.wrapping_add(n)).expect("no gap");
            if let Some(before) = previous {
                let step = here.1.wrapping_sub(before.1) & 0x7fff;
                prop_assert!(step <= 1, "picture id {} after {}", here.1, before.1);
                prop_assert_eq!(u16::from(here.2.wrapping_sub(before.2)), step);
                prop_assert!(here.0.wrapping_sub(before.0) < 90_000 * 60, "timestamp goes back");
                prop_assert_eq!(here.0 == before.0, step == 0);
            }
            previous = Some(here);
        }
    }

    #[test]
    fn any_payload_is_survived(
        payload in vec(any::<u8>(), 0..12),
        seqs in vec((any::<u32>(), any::<u16>(), any::<u32>()), 0..30),
    ) {
        let (mut rewriter, now) = (Rewriter::new(Media::Video, 7), origin());
        let payload = Bytes::from(payload);
        for (ssrc, seq, timestamp) in seqs {
            rewriter.rewrite(now, ssrc, seq, timestamp, &payload);
        }
    }
}

#[test]
fn after_a_connection_key_frames_are_asked_for_twice() {
    let (mut requests, now) = (KeyframeRequests::default(), origin());
    let after = |millis| now + Duration::from_millis(millis);
    requests.want(now);
    requests.want_again_at(after(500));
    assert!(requests.poll(now));
    assert_eq!(requests.deadline(), Some(after(500)));
    // What others want meanwhile takes nothing from it.
    requests.want(after(100));
    assert_eq!(requests.deadline(), Some(after(250)));
    assert!(requests.poll(after(250)) && !requests.poll(after(499)));
    assert!(requests.poll(after(500)));
    assert_eq!(requests.deadline(), None);
    // Both at once are one request.
    requests.want_again_at(after(900));
    requests.want(after(900));
    assert!(requests.poll(after(900)) && !requests.poll(after(900)));
}
