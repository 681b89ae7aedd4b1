//! What breaks, breaks alone; who does not listen costs no more than others; and a flood of what was recorded cuts nobody
//! off.

use super::stage::Stage;
use super::*;
use std::net::SocketAddr;

const OTHER: RoomId = RoomId([9; 16]);
const SECOND: Duration = Duration::from_secs(1);
const STATE: usize = 0;

#[test]
fn a_room_that_breaks_is_closed_and_other_rooms_notice_nothing() {
    let mut world = World::new();
    let (a, b) = (world.join(), world.join());
    let (c, d) = (world.join_room(OTHER), world.join_room(OTHER));
    world.pass(2 * SECOND, &[]);
    let counters = world.shard.counters.clone();
    // What cannot be: whatever is done for this room panics, and so does dropping a peer of it.
    world.shard.rooms.get_mut(&ROOM).unwrap().uplinks.clear();
    let said: Vec<Vec<u8>> = (0..60_u8).map(|n| vec![3, 1, b'k', n]).collect();
    world.clients[d].frames.clear();
    for frame in &said {
        world.clients[c].send(world.now, STATE, frame);
        world.pass(Duration::from_millis(50), &[]);
    }
    let heard: Vec<u8> = world.clients[d].frames.iter().map(|frame| frame[frame.len() - 1]).collect();
    assert_eq!(heard, (0..60).collect::<Vec<u8>>(), "all, once, in order");
    assert_eq!([a, b, c, d].map(|n| world.count(n, &PeerEvent::Disconnected)), [1, 1, 0, 0]);
    assert!(counters.panics.get() > 0);
    assert_eq!((counters.rooms.get(), world.peers()), (1, 2));
    assert_eq!(world.shard.routes.sizes(), (2, 2));
    // Those who come back open it anew.
    let again = world.join();
    world.pass(2 * SECOND, &[]);
    assert_eq!((world.count(again, &PeerEvent::Connected), counters.rooms.get()), (1, 2));
}

#[test]
fn a_viewer_who_takes_everything_and_answers_nothing_costs_no_more_than_others() {
    let mut stage = Stage::new();
    let (a, b, deaf) = (stage.join(2), stage.join(2), stage.join(2));
    stage.publish(a, true, true);
    stage.people[a].talks = Some(30);
    stage.run(10 * SECOND);
    stage.people[deaf].is_deaf = true;
    let mut held = Vec::new();
    for _ in 0..30 {
        stage.run(SECOND);
        let layers = stage.layers_of(b, "c0");
        assert!(layers.iter().sum::<usize>() > 25, "{layers:?}");
        for person in &mut stage.people {
            (person.wire.got, person.missed) = (Vec::new(), Vec::new());
        }
        held.push(counting::bytes());
    }
    let (first, last) = (held[0], held[29]);
    assert!(last - first < 64 << 10, "{} bytes more after half a minute", last - first);
    assert!(!stage.people[b].events.contains(&PeerEvent::Disconnected));
}

#[test]
fn a_recorded_request_from_everywhere_cuts_its_client_off_from_nothing() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(b, true, true);
    stage.people[b].talks = Some(30);
    stage.run(5 * SECOND);
    let recorded = stage.people[b].nomination.clone();
    let before = (stage.shard.routes.sizes(), stage.shard.counters.unknown_address.get());
    stage.people[a].wire.got.clear();
    let mut port = 0;
    for _ in 0..1_000 {
        for _ in 0..20 {
            port += 1;
            let from = SocketAddr::from(([192, 0, 2, 99], port));
            stage.shard.datagram(stage.now, from.into(), &mut recorded.clone());
        }
        stage.step();
    }
    let (names, routes) = stage.shard.routes.sizes();
    assert!(names == before.0.0 && routes <= before.0.1 + 16, "{names} names, {routes} routes");
    assert_eq!(stage.shard.counters.unknown_address.get(), before.1, "its own packets are its own");
    let voice = stage.people[a].wire.got.iter().filter(|got| got.mid == "m0").count();
    assert!(voice > 95, "{voice} of 100 packets of its voice");
}
