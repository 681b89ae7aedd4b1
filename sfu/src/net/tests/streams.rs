//! Clients over TCP on this machine; the time is ours.

use crate::net::arena::Arena;
use crate::net::clock;
use crate::net::port::Port;
use crate::net::route::Route;
use crate::net::wake::Bell;
use crate::stats::Counters;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A port whose peers are those whose packets begin with 1.
struct Stage {
    port: Port,
    counters: Arc<Counters>,
    bell: Bell,
    now: Instant,
    received: Vec<(Route, Vec<u8>)>,
}

impl Stage {
    fn new() -> Stage {
        let counters = Arc::new(Counters::default());
        let port = Port::bind("127.0.0.1:0".parse().unwrap(), true, counters.clone()).unwrap();
        Stage { port, counters, bell: Bell::new().unwrap(), now: clock::now(), received: Vec::new() }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.port.local_addr()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// Reads until the condition holds.
    fn until(&mut self, what: &str, condition: impl Fn(&Stage) -> bool) {
        let start = clock::now();
        while !condition(self) {
            assert!(start.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
            if self.port.sleep(&self.bell, Duration::from_millis(100)) {
                let received = &mut self.received;
                self.port.read_streams(self.now, |from, packet| {
                    received.push((from, packet.to_vec()));
                    packet[0] == 1
                });
            }
        }
    }

    fn connections(&mut self, count: u64) {
        self.until("connections", |stage| stage.counters.tcp_connections.get() == count);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.port.sweep(self.now);
    }

    /// A client that belongs to a peer, and the route to it.
    fn guest(&mut self) -> (TcpStream, Route) {
        let (mut client, before) = (self.connect(), self.received.len());
        client.write_all(&frame(&[1])).unwrap();
        self.until("the first packet", |stage| stage.received.len() > before);
        (client, self.received[before].0)
    }
}

fn frame(packet: &[u8]) -> Vec<u8> {
    [&(packet.len() as u16).to_be_bytes(), packet].concat()
}

fn read_frame(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut packet).unwrap();
    packet
}

/// The server has closed: nothing but the end, or a reset if something was under way.
fn assert_closed(stream: &mut TcpStream) {
    assert!(matches!(stream.read(&mut [0; 16]), Ok(0) | Err(_)));
}

#[test]
fn packets_survive_any_cuts_in_both_directions() {
    let packets = proptest::collection::vec((1usize..=1500, any::<u8>()), 1..12);
    let cuts = proptest::collection::vec(1usize..2_000, 1..40);
    let config = Config { cases: 24, ..Config::default() };
    let check = |(packets, cuts): (Vec<(usize, u8)>, Vec<usize>)| {
        let mut stage = Stage::new();
        let packets: Vec<Vec<u8>> = packets
            .into_iter()
            .map(|(length, byte)| {
                let mut packet = vec![byte; length];
                packet[0] = 1;
                packet
            })
            .collect();
        let (mut client, mut sent) = (stage.connect(), 0);
        client.set_nodelay(true).unwrap();
        let bytes: Vec<u8> = packets.iter().flat_map(|packet| frame(packet)).collect();
        for cut in cuts.iter().cycle() {
            let part = &bytes[sent..bytes.len().min(sent + cut)];
            client.write_all(part).unwrap();
            sent += part.len();
            // Every part is a read of its own.
            let whole = || {
                let ends = packets.iter().scan(0, |end, packet| {
                    *end += 2 + packet.len();
                    Some(*end)
                });
                ends.filter(|end| *end <= sent).count()
            };
            stage.until("whole packets", |stage| stage.received.len() == whole());
            if sent == bytes.len() {
                break;
            }
        }
        let mut out = Arena::default();
        for (route, packet) in &stage.received {
            out.push(packet, *route);
        }
        stage.port.flush(stage.now, &mut out);
        for packet in &packets {
            prop_assert_eq!(&read_frame(&mut client), packet);
        }
        prop_assert_eq!(stage.counters.send_failed.get(), 0);
        Ok(())
    };
    TestRunner::new(config).run(&(packets, cuts), check).unwrap();
}

#[test]
fn strangers_and_garbage_are_shown_the_door() {
    let mut stage = Stage::new();
    for bytes in [&frame(&[2, 2])[..], b"GET / HTTP/1.1\r\n\r\n", &[0xff; 4]] {
        let mut client = stage.connect();
        client.write_all(bytes).unwrap();
        let refused = stage.counters.tcp_refused.get();
        stage.until("a refusal", |stage| stage.counters.tcp_refused.get() > refused);
        assert_closed(&mut client);
    }
    let mut silent = stage.connect();
    stage.connections(1);
    stage.pass(Duration::from_secs(2));
    assert_eq!(stage.counters.tcp_connections.get(), 1);
    stage.pass(Duration::from_secs(4));
    assert_closed(&mut silent);
    assert_eq!(stage.port.next_closed(), None, "no peer has lost anything");
}

#[test]
fn a_peer_that_turns_to_garbage_or_falls_silent_or_leaves_is_closed_and_told_of() {
    let mut stage = Stage::new();
    let (mut spoilt, route) = stage.guest();
    spoilt.write_all(&[0xff, 0xff]).unwrap();
    stage.connections(0);
    assert_eq!(stage.port.next_closed(), Some(route));

    let (mut silent, route) = stage.guest();
    stage.pass(Duration::from_secs(20));
    assert_eq!(stage.port.next_closed(), None);
    stage.pass(Duration::from_secs(11));
    assert_eq!(stage.port.next_closed(), Some(route));
    assert_closed(&mut silent);

    let (leaving, route) = stage.guest();
    leaving.shutdown(Shutdown::Both).unwrap();
    stage.connections(0);
    assert_eq!(stage.port.next_closed(), Some(route));
    // Its place is used again, its name is not.
    let (_other, other) = stage.guest();
    assert_ne!(route, other);
    let mut out = Arena::default();
    out.push(b"late", route);
    stage.port.flush(stage.now, &mut out);
    assert_eq!((stage.counters.send_failed.get(), stage.counters.packets_out.get()), (1, 0));
}

#[test]
fn a_slow_reader_loses_whole_packets_and_a_stuck_one_its_connection() {
    let mut stage = Stage::new();
    let (mut client, route) = stage.guest();
    let mut out = Arena::default();
    let mut sent = 0u32;
    // Much more than all buffers together.
    while stage.counters.send_failed.get() < 100 {
        let mut packet = [1; 1_400];
        packet[..4].copy_from_slice(&sent.to_be_bytes());
        out.push(&packet, route);
        stage.port.flush(stage.now, &mut out);
        sent += 1;
        assert!(sent < 100_000, "nothing bounds what is kept");
    }
    let kept = stage.counters.packets_out.get();
    let mut last = None;
    for _ in 0..kept {
        let reader = std::thread::scope(|scope| {
            let reader = scope.spawn(|| read_frame(&mut client));
            while !reader.is_finished() {
                stage.port.sleep(&stage.bell, Duration::from_millis(1));
                stage.port.read_streams(stage.now, |_, _| true);
            }
            reader.join().unwrap()
        });
        assert_eq!(reader.len(), 1_400);
        let number = u32::from_be_bytes(*reader.first_chunk().unwrap());
        assert!(last.is_none_or(|last| number > last));
        last = Some(number);
    }
    // Reads again, then no more.
    while stage.counters.send_failed.get() < 200 {
        out.push(&[1; 1_400], route);
        stage.port.flush(stage.now, &mut out);
    }
    stage.pass(Duration::from_secs(9));
    assert_eq!(stage.port.next_closed(), None);
    stage.pass(Duration::from_secs(2));
    assert_eq!(stage.port.next_closed(), Some(route));
}

#[test]
fn one_address_cannot_take_all_connections() {
    let mut stage = Stage::new();
    let clients: Vec<TcpStream> = (0..40).map(|_| stage.connect()).collect();
    stage.until("some are refused", |stage| stage.counters.tcp_refused.get() == 8);
    assert_eq!(stage.counters.tcp_connections.get(), 32);
    drop(clients);
    stage.connections(0);
    let guests: Vec<_> = (0..128).map(|_| stage.guest()).collect();
    let mut one_too_many = stage.connect();
    stage.until("it is refused", |stage| stage.counters.tcp_refused.get() == 9);
    assert_closed(&mut one_too_many);
    assert_eq!(stage.counters.tcp_connections.get(), guests.len() as u64);
    let elsewhere: SocketAddr = ([127, 0, 0, 2], 0).into();
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&elsewhere.into()).unwrap();
    socket.connect(&stage.port.local_addr().into()).unwrap();
    stage.connections(guests.len() as u64 + 1);
}
