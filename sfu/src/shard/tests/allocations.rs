//! Nothing is allocated for a packet: neither where it comes in, nor where it is forwarded, repeated, asked for, reported
//! on or answered.

use super::stage::{Allocated, Stage};
use crate::packet::rtcp;
use std::time::Duration;

const VIEWERS: usize = 50;

/// Four of the viewers miss the last two packets.
fn miss(stage: &mut Stage, first: usize) {
    for n in (0..4).map(|n| 1 + (first + n) % VIEWERS) {
        let wire = &mut stage.people[n].wire;
        let newest = wire.got.iter().rfind(|got| got.mid == "c0" && !got.is_rtx).map(|got| got.sequence);
        wire.got.clear();
        let Some(newest) = newest else { continue };
        let mut compound = Vec::new();
        rtcp::nack(&mut compound, 9, wire.ssrc_of("c0"), &[newest.wrapping_sub(1), newest]);
        wire.send_rtcp(&compound);
    }
}

#[test]
fn a_lossy_call_with_fifty_subscribers_allocates_nothing_for_its_packets() {
    let mut stage = Stage::new();
    let publisher = stage.join(1);
    stage.publish(publisher, true, true);
    stage.people[publisher].talks = Some(30);
    for _ in 0..VIEWERS {
        stage.join(1);
    }
    stage.people[publisher].loses_sent = |n| n % 20 == 0;
    let run = |stage: &mut Stage, seconds: usize| {
        for n in 0..seconds * 100 {
            stage.run(Duration::from_millis(10));
            miss(stage, n * 4);
        }
    };
    // Until rings have the size that they need and everybody has asked once.
    run(&mut stage, 8);
    stage.allocated = Allocated::default();
    let counters = stage.shard.counters.clone();
    let count = || {
        [&counters.forwarded, &counters.rtx_sent, &counters.rtx_received, &counters.nack_received, &counters.nack_sent]
            .map(|counter| counter.get())
    };
    let before = count();
    run(&mut stage, 4);
    let done: Vec<u64> = count().iter().zip(before).map(|(after, before)| after - before).collect();
    let allocated = stage.allocated;
    assert!(done[0] > 30_000 && done[1] > 1_000 && done[2..].iter().all(|count| *count > 20), "{done:?}");
    assert!(allocated.packets > 5_000, "{allocated:?}");
    assert_eq!([allocated.media, allocated.batch_ends, allocated.timers], [0; 3], "{allocated:?}");
    // Not for packets: checks of consent are built anew every two seconds, and ten times a second small lists of who
    // shows what are.
    let people = VIEWERS as u64 + 1;
    assert!(allocated.transport < people * 4 * 20 && allocated.ticks < people * allocated.ticked * 20, "{allocated:?}");
}
