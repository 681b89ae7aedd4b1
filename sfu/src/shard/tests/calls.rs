//! Whole calls: what comes to whom.

use super::stage::Stage;
use super::wire::VP8;
use crate::api::{Cause, Keys, Level, MemberId, Offer, PeerEvent, RoomId, Source};
use crate::packet::{HeaderWriter, rtcp, vp8};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Whether a picture of `mid` is whole from `from` on: each number once, and the picture ids without a jump.
fn assert_seamless(stage: &Stage, n: usize, mid: &str) {
    let got = &stage.people[n].wire.got;
    let mut all: Vec<_> = got.iter().filter(|got| got.mid == mid && !got.is_rtx).collect();
    let first = all[0].sequence;
    all.sort_by_key(|got| got.sequence.wrapping_sub(first));
    for pair in all.windows(2) {
        assert_eq!(pair[1].sequence.wrapping_sub(pair[0].sequence), 1, "a number is missing");
        let id = |at: usize| vp8::Descriptor::parse(&pair[at].payload).unwrap().picture_id().unwrap();
        let step = id(1).wrapping_sub(id(0)) & 0x7fff;
        assert!(step <= 1, "a picture is missing");
        assert_eq!(step == 1, pair[0].marker, "a picture ends with the marker");
        let passed = pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32;
        assert!(passed >= 0 && (passed == 0) == (step == 0), "time goes on with the pictures: {passed}");
    }
}

#[test]
fn everybody_gets_the_layer_that_fits_the_size() {
    let mut stage = Stage::new();
    let (a, b, c) = (stage.join(2), stage.join(2), stage.join(2));
    stage.publish(a, true, false);
    stage.view(b, &[("c0", 720)]);
    stage.view(c, &[("c0", 100)]);
    stage.run(12 * SECOND);
    stage.layers_of(b, "c0");
    stage.layers_of(c, "c0");
    stage.run(2 * SECOND);
    let (large, small) = (stage.layers_of(b, "c0"), stage.layers_of(c, "c0"));
    assert!(large[2] > 300 && large[..2] == [0, 0], "{large:?}");
    assert!(small[0] > 50 && small[1..] == [0, 0], "{small:?}");
    // To send the largest and the smallest means all three to the sender.
    assert_eq!(stage.people[a].layers, 3);
    stage.view(b, &[("c0", 200)]);
    stage.run(3 * SECOND);
    assert_eq!(stage.people[a].layers, 2);
    stage.view(b, &[]);
    stage.run(3 * SECOND);
    assert_eq!(stage.people[a].layers, 1);
    stage.view(c, &[]);
    stage.run(3 * SECOND);
    assert_eq!(stage.people[a].layers, 0);
    stage.people[b].wire.got.clear();
    stage.view(b, &[("c0", 720)]);
    stage.run(SECOND / 2);
    assert!(!stage.people[b].wire.got.is_empty(), "it comes back at once");
}

#[test]
fn on_a_good_path_the_best_picture_is_there_within_three_seconds() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, false);
    stage.run(SECOND / 2);
    assert!(stage.layers_of(b, "c0").iter().sum::<usize>() > 10, "the first picture is there at once");
    stage.run(5 * SECOND / 2);
    stage.layers_of(b, "c0");
    stage.run(SECOND);
    let layers = stage.layers_of(b, "c0");
    assert!(layers[2] > 100 && layers[..2] == [0, 0], "{layers:?}");
}

#[test]
fn changes_of_the_layer_leave_no_seam() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, false);
    stage.run(6 * SECOND);
    stage.people[b].wire.got.clear();
    for height in [720, 100, 300, 720, 100] {
        stage.view(b, &[("c0", height)]);
        stage.run(3 * SECOND);
    }
    assert_seamless(&stage, b, "c0");
    let layers = stage.layers_of(b, "c0");
    assert!(layers.iter().all(|count| *count > 50), "{layers:?}");
}

#[test]
fn a_narrow_path_gets_a_small_picture_and_a_wider_one_a_large_one_again() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, true);
    stage.people[a].talks = Some(30);
    stage.people[b].rate = 4_000_000;
    stage.run(10 * SECOND);
    stage.layers_of(b, "c0");
    stage.run(SECOND);
    let wide = stage.layers_of(b, "c0");
    assert!(wide[2] > 100, "{wide:?}");
    stage.people[b].rate = 400_000;
    stage.run(8 * SECOND);
    stage.layers_of(b, "c0");
    stage.run(4 * SECOND);
    let voice = stage.people[b].wire.got.iter().filter(|got| got.mid == "m0").count();
    assert!(voice >= 190, "the voice has gaps: {voice}");
    let narrow = stage.layers_of(b, "c0");
    assert!(narrow[0] > 60 && narrow[2] == 0, "{narrow:?}");
    assert!(
        stage.people[b]
            .events
            .iter()
            .any(|event| { matches!(event, PeerEvent::Quality(all) if all.iter().any(|(id, ..)| *id == MemberId(0))) })
    );
    stage.people[b].rate = 4_000_000;
    stage.run(15 * SECOND);
    stage.layers_of(b, "c0");
    stage.run(SECOND);
    let wide = stage.layers_of(b, "c0");
    assert!(wide[2] > 100, "{wide:?}");
    assert!(stage.shard.counters.probes.get() > 0);
}

#[test]
fn who_talks_is_told_what_is_lost_on_the_whole_way() {
    let mut stage = Stage::new();
    let (a, b, _) = (stage.join(1), stage.join(1), stage.join(1));
    stage.publish(a, true, true);
    stage.people[a].talks = Some(30);
    stage.run(4 * SECOND);
    assert_eq!(stage.people[a].voice_lost, (0, 0));
    stage.people[b].loses = |n| n % 10 == 0;
    stage.run(10 * SECOND);
    let (fraction, count) = stage.people[a].voice_lost;
    assert!((15..40).contains(&fraction) && count == 0, "{fraction} of 256, {count} packets");
    // A tenth before the SFU and a tenth behind it.
    stage.people[a].loses_sent = |n| n % 10 == 0;
    stage.run(10 * SECOND);
    let (fraction, count) = stage.people[a].voice_lost;
    assert!((30..75).contains(&fraction) && count > 20, "{fraction} of 256, {count} packets");
}

#[test]
fn what_is_lost_on_either_side_comes_again() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, false);
    stage.view(b, &[("c0", 720)]);
    stage.run(8 * SECOND);
    stage.people[b].wire.got.clear();
    stage.people[a].loses_sent = |n| n % 20 == 0;
    stage.run(5 * SECOND);
    stage.people[a].loses_sent = super::stage::never;
    stage.run(SECOND);
    assert_seamless(&stage, b, "c0");
    let counters = stage.shard.counters.clone();
    let (asked, came) = (counters.nack_sent.get(), counters.rtx_received.get());
    assert!(came > 50 && asked < came * 2, "{asked} questions for {came} packets");
    // The other side: the subscriber asks.
    let sent = stage.people[b].wire.got.iter().rfind(|got| !got.is_rtx).map(|got| (got.sequence, got.payload.clone()));
    let (sequence, payload) = sent.unwrap();
    let (ssrc, mut compound) = (stage.people[b].wire.ssrc_of("c0"), Vec::new());
    rtcp::nack(&mut compound, 9, ssrc, &[sequence]);
    stage.people[b].wire.send_rtcp(&compound);
    stage.run(SECOND / 5);
    let again: Vec<_> = stage.people[b].wire.got.iter().filter(|got| got.is_rtx && !got.payload.is_empty()).collect();
    assert_eq!(again.len(), 1);
    assert_eq!((&again[0].payload[..2], &again[0].payload[2..]), (&sequence.to_be_bytes()[..], &payload[..]));
}

#[test]
fn after_an_outage_picture_and_sound_are_back_at_once() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, true);
    stage.people[a].talks = Some(30);
    for (who, seconds) in [(a, 3), (b, 3), (a, 12), (b, 12)] {
        stage.run(8 * SECOND);
        (stage.people[who].loses, stage.people[who].loses_sent) = (|_| true, |_| true);
        stage.run(seconds * SECOND);
        (stage.people[who].loses, stage.people[who].loses_sent) = (super::stage::never, super::stage::never);
        stage.people[b].wire.got.clear();
        stage.run(SECOND / 2);
        let got = &stage.people[b].wire.got;
        let begins = |payload: &[u8]| vp8::Descriptor::parse(payload).is_some_and(|found| found.starts_key_frame);
        assert!(
            got.iter().any(|got| got.mid == "c0" && begins(&got.payload)),
            "no picture after {who} lost {seconds} s"
        );
        let voice = got.iter().filter(|got| got.mid == "m0").count();
        assert!(voice >= 18, "{voice} of 25 packets of the voice after {who} lost {seconds} s");
    }
}

#[test]
fn the_one_who_speaks_is_named() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, false, true);
    stage.publish(b, false, true);
    stage.people[a].talks = Some(20);
    stage.people[b].talks = Some(90);
    stage.run(2 * SECOND);
    let speaker = |id| PeerEvent::Speaker(Some(MemberId(id)));
    assert!(stage.people[b].events.contains(&speaker(0)) && !stage.people[b].events.contains(&speaker(1)));
    let levels = stage.people[b].wire.got.iter().filter(|got| got.mid == "m0");
    assert!(levels.clone().count() > 80 && levels.clone().all(|got| got.level == Some(0x80 | 20)));
    (stage.people[a].talks, stage.people[b].talks) = (Some(90), Some(20));
    stage.run(3 * SECOND);
    assert_eq!(stage.people[a].events.iter().rfind(|it| matches!(it, PeerEvent::Speaker(_))), Some(&speaker(1)));
}

#[test]
fn one_who_falls_silent_is_lost_to_the_others() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, true);
    stage.run(2 * SECOND);
    stage.people.remove(a);
    stage.run(12 * SECOND);
    let told = stage.people[b - 1].events.iter().rev().find_map(|event| match event {
        PeerEvent::Quality(all) => Some(all.clone()),
        _ => None,
    });
    assert_eq!(told, Some(vec![(MemberId(0), Level::Lost, Cause::TheirUplink)]));
}

/// Chromium offers it, and AV1, which needs it; the payload descriptors of VP8 and VP9 say enough.
#[test]
fn the_dependency_descriptor_is_not_negotiated_and_goes_to_nobody() {
    let mut stage = Stage::new();
    let sdp = include_str!("../../transport/sdp/fixtures/chromium.sdp").to_owned();
    let (publish, receive) = (vec![("1".to_owned(), Source::Camera)], vec![("4".to_owned(), Source::Camera)]);
    let events = tokio::sync::mpsc::unbounded_channel().0;
    let offer = Offer { sdp: sdp.clone(), publish, receive, restart: false, keys: Keys::All, events };
    let answer = stage.shard.offer(stage.now, RoomId([4; 16]), MemberId(0), offer).ok().unwrap().sdp;
    for what in ["dependency-descriptor", " AV1/"] {
        assert!(sdp.contains(what) && !answer.contains(what), "{what}");
    }
    assert!(answer.contains(" VP8/") && answer.contains(" VP9/"));
    // From one who sends it all the same the packet goes on without: a viewer here knows no such extension.
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, false);
    stage.run(SECOND);
    stage.view(b, &[("c0", 100)]);
    stage.run(3 * SECOND);
    stage.people[a].films = false;
    stage.run(SECOND / 5);
    let before = stage.people[b].wire.got.len();
    let header = HeaderWriter { marker: true, payload_type: VP8, sequence: 300, timestamp: 9 << 16, ssrc: 80 };
    let descriptor = Some((12, "\u{7f}\u{1}\u{2}"));
    stage.people[a].wire.send_rtp(header, 300, "cam", descriptor, None, &[0x90, 0x80, 0xff, 0xfe, 1, 0]);
    stage.run(SECOND / 5);
    assert_eq!(stage.people[b].wire.got.len() - before, 1);
}

#[test]
fn reports_reach_both_sides() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, false);
    stage.run(SECOND);
    let info = rtcp::SenderInfo { ntp: 5 << 32, rtp: 7, packets: 1, octets: 1 };
    let mut compound = Vec::new();
    rtcp::sender_report(&mut compound, 80, &info, &[]);
    (81..83).for_each(|ssrc| rtcp::sender_report(&mut compound, ssrc, &info, &[]));
    stage.people[a].wire.send_rtcp(&compound);
    stage.run(SECOND / 2);
    let ssrc = stage.people[b].wire.ssrc_of("c0");
    let report = stage.people[b].wire.rtcp.iter().flat_map(|it| rtcp::feedbacks(it)).find_map(|it| match it {
        rtcp::Feedback::SenderReport { ssrc: of, info, .. } if of == ssrc => Some(info),
        _ => None,
    });
    assert_eq!(report.map(|info| info.ntp >> 32), Some(5));
}
