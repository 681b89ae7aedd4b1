mod allocations;
mod back;
mod calls;
mod client;
mod counting;
mod faults;
mod figures;
mod floods;
mod hostile;
mod layers;
mod moves;
mod stage;

use super::*;
use crate::api::PeerEvent;
use crate::net::{announce, clock};
use client::Client;
use std::time::Duration;

const ROOM: RoomId = RoomId([1; 16]);
const SERVER: ([u8; 4], u16) = ([127, 0, 0, 1], 8189);

/// A shard and its clients in virtual time.
struct World {
    now: Instant,
    shard: Shard,
    clients: Vec<Client>,
    /// Clients that send and are not reached.
    unreached: Vec<usize>,
    /// What of a client's datagrams never comes.
    loses: fn(usize, &[u8]) -> bool,
    /// Bytes that the shard has taken and not given back.
    held: i64,
}

impl World {
    fn new() -> World {
        let transport = Transport::new(announce::candidates(&[SERVER.0.into()], SERVER.1, true)).unwrap();
        let shard = Shard::new(transport, Arc::default(), crate::MAX_MEMBERS);
        World { now: clock::now(), shard, clients: Vec::new(), unreached: Vec::new(), loses: |_, _| false, held: 0 }
    }

    /// Member `n` is client `n`.
    fn join(&mut self) -> usize {
        self.join_room(ROOM)
    }

    fn join_room(&mut self, room: RoomId) -> usize {
        let n = self.clients.len();
        let (mut client, offer) = Client::new(self.now, 5_000 + n as u16);
        let answer = self.shard.offer(self.now, room, MemberId(n as u32), offer).ok().unwrap();
        client.accept(self.now, answer.sdp);
        self.clients.push(client);
        n
    }

    /// Lets time pass in steps of 10 ms; datagrams of `deaf` clients are lost both ways.
    fn pass(&mut self, time: Duration, deaf: &[usize]) {
        let end = self.now + time;
        while self.now < end {
            self.now += Duration::from_millis(10);
            for (n, client) in self.clients.iter_mut().enumerate() {
                for mut datagram in client.transmit(self.now) {
                    if !deaf.contains(&n) && !(self.loses)(n, &datagram) {
                        let before = counting::bytes();
                        self.shard.datagram(self.now, client.address.into(), &mut datagram);
                        self.held += counting::bytes() - before;
                    }
                }
            }
            let before = counting::bytes();
            self.shard.batch_done(self.now);
            self.shard.timeout(self.now);
            self.held += counting::bytes() - before;
            for (to, datagram) in self.shard.outbox.packets() {
                let there = self.clients.iter_mut().enumerate().find(|(_, client)| to == client.address.into());
                if let Some((n, client)) = there
                    && !deaf.contains(&n)
                    && !self.unreached.contains(&n)
                {
                    client.receive(self.now, SERVER.into(), datagram);
                }
            }
            self.shard.outbox.clear();
        }
    }

    fn count(&mut self, n: usize, event: &PeerEvent) -> usize {
        self.clients[n].events().iter().filter(|known| *known == event).count()
    }

    fn peers(&self) -> usize {
        self.shard.counters.peers.get() as usize
    }
}

#[test]
fn a_silent_member_is_reported_after_ten_seconds_and_welcomed_back() {
    let mut world = World::new();
    let (a, b) = (world.join(), world.join());
    world.pass(Duration::from_secs(2), &[]);
    assert_eq!((world.count(a, &PeerEvent::Connected), world.count(b, &PeerEvent::Connected)), (1, 1));
    // An idle client is heard every two seconds.
    world.pass(Duration::from_secs(7), &[a]);
    assert_eq!(world.count(a, &PeerEvent::Disconnected), 0);
    world.pass(Duration::from_secs(4), &[a]);
    assert_eq!((world.count(a, &PeerEvent::Disconnected), world.count(b, &PeerEvent::Disconnected)), (1, 0));
    world.pass(Duration::from_secs(3), &[]);
    assert_eq!(world.count(a, &PeerEvent::Connected), 1);
}

#[test]
fn a_member_who_never_connects_is_reported_and_later_forgotten() {
    let mut world = World::new();
    let (a, _) = (world.join(), world.join());
    world.pass(Duration::from_secs(11), &[a]);
    assert_eq!(world.count(a, &PeerEvent::Disconnected), 1);
    assert_eq!(world.peers(), 2);
    world.pass(Duration::from_secs(20), &[a]);
    assert_eq!((world.peers(), world.shard.routes.sizes()), (1, (1, 1)));
}

#[test]
fn a_handshake_that_stops_is_forgotten_as_soon() {
    let mut world = World::new();
    let (a, b) = (world.join(), world.join());
    // It goes on to be heard: its path works.
    world.loses = |n, datagram| n == 0 && (20..64).contains(&datagram[0]);
    world.pass(Duration::from_secs(29), &[]);
    assert_eq!((world.count(a, &PeerEvent::Disconnected), world.peers()), (0, 2));
    world.pass(Duration::from_secs(2), &[]);
    assert_eq!((world.count(a, &PeerEvent::Disconnected), world.peers()), (1, 1));
    assert_eq!(world.shard.routes.sizes(), (1, 1));
    assert_eq!((world.count(b, &PeerEvent::Connected), world.count(b, &PeerEvent::Disconnected)), (1, 0));
}

#[test]
fn a_panic_costs_its_peer_and_nobody_else() {
    let mut world = World::new();
    let (a, b) = (world.join(), world.join());
    world.pass(Duration::from_secs(2), &[]);
    world.shard.command(
        world.now,
        Command::Publishing {
            room: ROOM,
            member: MemberId(a as u32),
            publishing: Publishing { camera: true, ..Publishing::default() },
        },
    );
    assert!(world.clients[b].events().iter().any(|event| matches!(event, PeerEvent::Slots(slots) if slots.len() == 1)));
    let counters = world.shard.counters.clone();
    let live = world.shard.rooms.get_mut(&ROOM).unwrap();
    assert!(live.guarded(live.place_of(MemberId(a as u32)).unwrap(), |_| -> () { panic!("on purpose") }).is_none());
    world.pass(Duration::from_secs(1), &[]);
    assert_eq!((world.count(a, &PeerEvent::Disconnected), world.peers(), counters.panics.get()), (1, 1, 1));
    assert_eq!(world.clients[b].events(), [PeerEvent::Slots(vec![])], "its picture is gone for the others");
}

#[test]
fn an_idle_room_sleeps() {
    let mut world = World::new();
    world.join();
    world.join();
    world.pass(Duration::from_secs(3), &[]);
    let (start, mut wakes) = (world.now, 0);
    while world.now < start + Duration::from_secs(1) {
        world.now = world.shard.deadline().unwrap().max(world.now);
        world.shard.timeout(world.now);
        wakes += 1;
    }
    assert!(wakes < 100, "{wakes} wake-ups in a second");
}
