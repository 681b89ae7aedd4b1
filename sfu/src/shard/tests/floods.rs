//! Members who say too much, and members who do not listen, on data channels over UDP.

use super::*;

const OTHER: RoomId = RoomId([9; 16]);
const SECOND: Duration = Duration::from_secs(1);
const PUT: u8 = 1;
const EPHEMERAL: u8 = 3;
const STATE: usize = 0;
const POINTER: usize = 1;

/// A frame as a page sends it: no longer than any page sends.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[kind, 1, b'k'][..], payload].concat()
}

/// Payloads that came from member `sender`.
fn heard(world: &mut World, n: usize, sender: usize) -> Vec<Vec<u8>> {
    let from = (sender as u32).to_be_bytes();
    let frames = world.clients[n].frames.iter().filter(|frame| frame[0] < 4 && frame[1..5] == from);
    frames.map(|frame| frame[7..].to_vec()).collect()
}

/// Both channels of all are open.
fn connected(world: &mut World) {
    world.pass(2 * SECOND, &[]);
    for client in &mut world.clients {
        assert_eq!(client.frames.drain(..).count(), 1, "the end of the snapshot");
    }
}

#[test]
fn a_flood_on_the_data_channels_is_held_and_others_notice_nothing() {
    let mut world = World::new();
    let [bad, a, b] = [(); 3].map(|()| world.join());
    let [c, d] = [(); 2].map(|()| world.join_room(OTHER));
    connected(&mut world);
    let (counters, held, begun) = (world.shard.counters.clone(), world.held, world.now);
    let (mut most, mut said) = (0, 0u32);
    while world.now - begun < 20 * SECOND {
        // 6 MB/s of large ones and 1,000 small ones, at first; then as much as its own connection takes.
        if world.now - begun < 2 * SECOND {
            (0..4).for_each(|_| world.clients[bad].send(world.now, STATE, &frame(EPHEMERAL, &[0; 15_000])));
        }
        (0..10).for_each(|_| world.clients[bad].send(world.now, POINTER, &frame(EPHEMERAL, &[0; 60])));
        // The others talk on as before, thirty times a second.
        if said < (world.now - begun).as_millis() as u32 / 33 {
            said += 1;
            for n in [a, c] {
                world.clients[n].send(world.now, STATE, &frame(EPHEMERAL, &said.to_be_bytes()));
            }
        }
        world.pass(Duration::from_millis(10), &[]);
        most = most.max(world.held - held);
    }
    world.pass(SECOND, &[]);
    for (to, from) in [(b, a), (d, c)] {
        let numbers: Vec<Vec<u8>> = (1..=said).map(|n| n.to_be_bytes().to_vec()).collect();
        assert_eq!(heard(&mut world, to, from), numbers, "all, once, in order");
    }
    let relayed = heard(&mut world, b, bad);
    let (state, pointer): (Vec<_>, Vec<_>) = relayed.iter().partition(|payload| payload.len() > 60);
    let bytes: usize = state.iter().map(|payload| payload.len()).sum();
    // What may come at once, what was read with it, and a second's worth each second.
    assert!((1 << 20..(1 << 20) + (256 << 10) + 21 * (64 << 10)).contains(&bytes), "{bytes} bytes");
    assert!((100..100 * 22).contains(&pointer.len()), "{} of 20,000", pointer.len());
    assert!(counters.data_flood.get() > 10_000, "{}", counters.data_flood.get());
    assert!(most < 8 << 20, "{most} bytes");
    assert_eq!((counters.panics.get(), counters.data_backlog.get()), (0, 0));
    for n in [bad, a, b, c, d] {
        assert_eq!(world.count(n, &PeerEvent::Disconnected), 0);
    }
}

#[test]
fn nothing_on_state_is_lost_by_holding_it() {
    let mut world = World::new();
    let (a, b) = (world.join(), world.join());
    connected(&mut world);
    let numbers: Vec<Vec<u8>> = (0..400_u16).map(|n| [&n.to_be_bytes()[..], &[0; 10_000]].concat()).collect();
    for number in &numbers {
        world.clients[a].send(world.now, STATE, &frame(PUT, number));
    }
    world.pass(5 * SECOND, &[]);
    assert!(world.shard.counters.data_flood.get() > 0);
    assert!(heard(&mut world, b, a).len() < 250);
    let begun = world.now;
    while heard(&mut world, b, a).len() < numbers.len() {
        assert!(world.now - begun < 60 * SECOND, "{} of 400", heard(&mut world, b, a).len());
        world.pass(SECOND, &[]);
    }
    assert_eq!(heard(&mut world, b, a), numbers);
}

#[test]
fn one_who_does_not_read_is_cut_off_and_catches_up() {
    let mut world = World::new();
    let all = [(); 7].map(|()| world.join());
    connected(&mut world);
    let (deaf, senders) = (all[0], &all[1..]);
    world.clients[senders[0]].send(world.now, STATE, &frame(PUT, b"kept"));
    world.pass(SECOND, &[]);
    world.unreached.push(deaf);
    let held = world.held;
    // Each as much as may come at once: together more than is kept for anybody.
    for _ in 0..65 {
        for n in senders {
            world.clients[*n].send(world.now, STATE, &frame(EPHEMERAL, &[7; 15_000]));
        }
        world.pass(Duration::from_millis(20), &[]);
    }
    world.pass(SECOND, &[]);
    let counters = world.shard.counters.clone();
    assert!(counters.data_backlog.get() > 0);
    assert!(world.held - held < 8 << 20, "{} bytes", world.held - held);
    for n in senders {
        assert_eq!(heard(&mut world, *n, if *n == senders[0] { senders[1] } else { senders[0] }).len() / 65, 1);
    }
    world.unreached.clear();
    world.clients[deaf].frames.clear();
    world.pass(20 * SECOND, &[]);
    let frames = &world.clients[deaf].frames;
    let end = frames.iter().rposition(|frame| frame[0] == 4).expect("a new snapshot");
    assert!(frames[..end].iter().any(|frame| frame.ends_with(b"kept")));
    world.clients[senders[0]].send(world.now, STATE, &frame(EPHEMERAL, b"and goes on"));
    world.pass(SECOND, &[]);
    assert!(world.clients[deaf].frames.last().unwrap().ends_with(b"and goes on"));
    assert_eq!(counters.panics.get(), 0);
}
