//! Packets through real sockets of this machine.

use crate::net::arena::{Arena, SLOT};
use crate::net::clock;
use crate::net::port::Port;
use crate::net::route::Route;
use crate::net::wake::Bell;
use crate::stats::Counters;
use proptest::prelude::*;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

fn bind(address: &str) -> std::io::Result<(Port, Arc<Counters>)> {
    let counters = Arc::new(Counters::default());
    Ok((Port::bind(address.parse().unwrap(), true, counters.clone())?, counters))
}

fn to(port: u16) -> Route {
    SocketAddr::from(([192, 0, 2, 7], port)).into()
}

#[test]
fn a_batch_crosses_the_loopback_and_a_bell_wakes() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let (Ok((mut here, _)), Ok((mut there, counters))) = (bind(address), bind(address)) else {
            continue; // a machine without IPv6
        };
        let mut out = Arena::default();
        for n in 0..100u8 {
            out.push(&[n, n], here.local_addr());
        }
        there.flush(clock::now(), &mut out);
        assert!(out.is_empty());
        assert_eq!((counters.packets_out.get(), counters.bytes_out.get(), counters.send_failed.get()), (100, 200, 0));
        let bell = Bell::new().unwrap();
        let mut received = Vec::new();
        while received.len() < 100 {
            here.sleep(&bell, Duration::from_secs(5));
            here.read_datagrams();
            for n in 0..here.datagrams() {
                let (from, datagram) = here.datagram(n).unwrap();
                received.push((from, datagram.to_vec()));
            }
        }
        let from = Route::Udp(there.local_addr());
        assert!(received.iter().enumerate().all(|(n, (sender, data))| *sender == from && data == &[n as u8; 2]));
        bell.ring();
        here.sleep(&bell, Duration::from_secs(3600));
    }
}

#[test]
fn an_ipv6_port_takes_ipv4_too() {
    let Ok((mut port, _)) = bind("[::]:0") else { return };
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    client.send_to(b"hello", ("127.0.0.1", port.local_addr().port())).unwrap();
    port.sleep(&Bell::new().unwrap(), Duration::from_secs(5));
    port.read_datagrams();
    let (from, _) = port.datagram(0).unwrap();
    assert_eq!(from, Route::Udp(client.local_addr().unwrap()), "spelt as IPv4");
    let mut out = Arena::default();
    out.push(b"back", client.local_addr().unwrap());
    port.flush(clock::now(), &mut out);
    let mut buffer = [0; 8];
    assert_eq!(client.recv(&mut buffer).unwrap(), 4);
}

#[test]
fn a_port_in_use_is_refused() {
    let (port, _) = bind("127.0.0.1:0").unwrap();
    let again = bind(&port.local_addr().to_string());
    assert_eq!(again.err().map(|error| error.kind()), Some(ErrorKind::AddrInUse));
}

#[test]
fn what_does_not_fit_a_slot_is_dropped() {
    let mut arena = Arena::default();
    assert!(!arena.push(&[1; SLOT + 1], to(1)));
    assert!(arena.push(&[1; SLOT], to(1)));
    assert_eq!(arena.packets().count(), 1);
}

#[derive(Clone, Debug)]
enum Step {
    /// Fill a slot and give it up.
    Abandon(u8),
    Commit(Vec<u8>, u16),
    Push(Vec<u8>, u16),
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let packet = || (proptest::collection::vec(any::<u8>(), 0..40), any::<u16>());
    prop_oneof![
        2 => any::<u8>().prop_map(Step::Abandon),
        8 => packet().prop_map(|(bytes, port)| Step::Commit(bytes, port)),
        8 => packet().prop_map(|(bytes, port)| Step::Push(bytes, port)),
        1 => Just(Step::Clear),
    ]
}

proptest! {
    #[test]
    fn the_arena_sends_exactly_what_was_committed(steps in proptest::collection::vec(step(), 0..300)) {
        let (mut arena, mut model) = (Arena::default(), Vec::new());
        for step in steps {
            match step {
                Step::Abandon(byte) => arena.slot().fill(byte),
                Step::Commit(bytes, port) => {
                    arena.slot()[..bytes.len()].copy_from_slice(&bytes);
                    arena.commit(bytes.len(), to(port));
                    model.push((to(port), bytes));
                }
                Step::Push(bytes, port) => {
                    prop_assert!(arena.push(&bytes, to(port)));
                    model.push((to(port), bytes));
                }
                Step::Clear => {
                    arena.clear();
                    model.clear();
                }
            }
            prop_assert_eq!(arena.is_full(), model.len() >= 64);
        }
        let sent: Vec<_> = arena.packets().map(|(to, packet)| (to, packet.to_vec())).collect();
        prop_assert_eq!(sent, model);
    }
}
