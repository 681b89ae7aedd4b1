//! Nothing is allocated for a packet.

use super::stage::Stage;
use std::time::Duration;

#[test]
fn a_packet_to_fifty_subscribers_allocates_nothing() {
    let mut stage = Stage::new();
    let publisher = stage.join(1);
    stage.publish(publisher, true, true);
    stage.people[publisher].talks = Some(30);
    for _ in 0..50 {
        stage.join(1);
    }
    stage.run(Duration::from_secs(8));
    stage.allocated = (0, 0);
    let forwarded = stage.shard.counters.forwarded.get();
    stage.run(Duration::from_secs(2));
    let forwarded = stage.shard.counters.forwarded.get() - forwarded;
    let (allocations, packets) = stage.allocated;
    assert!(forwarded > 20_000 && packets > 2_000, "{forwarded} of {packets}");
    assert_eq!(allocations, 0, "for {packets} packets in and {forwarded} out");
}
