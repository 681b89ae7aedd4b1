//! Native peers through the SFU on a real socket.

mod native;

use native::{Native, now, run};
use sfu::{Config, Keys, MemberId, PeerEvent, Publishing, RoomId, Sfu, SfuError, Source};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::Duration;

const ROOM: RoomId = RoomId([7; 16]);

fn start() -> Sfu {
    Sfu::start(Config::at("127.0.0.1:0".parse().unwrap())).unwrap()
}

fn on() -> Publishing {
    Publishing { microphone: true, camera: true, screen: false }
}

async fn pair(sfu: &Sfu) -> (Native, Native) {
    let (mut a, mut b) = (Native::new(7), Native::new(7));
    meet(sfu, &mut a, &mut b).await;
    (a, b)
}

/// Members 1 and 2 of the room are connected.
async fn meet(sfu: &Sfu, a: &mut Native, b: &mut Native) {
    a.join(sfu, ROOM, 1).await.unwrap();
    b.join(sfu, ROOM, 2).await.unwrap();
    run([a, b], "both connect", |c| c.iter().all(|c| c.connected && c.peer_events.contains(&PeerEvent::Connected)));
}

/// Sends until `b` has `count` more packets on the slot of `source`.
fn exchange(a: &mut Native, b: &mut Native, from: u32, source: Source, count: usize) {
    let mut sent = 0u32;
    b.rtp.clear();
    run([a, b], "media arrives", |[a, b]| {
        a.send_media(source, sent.is_multiple_of(10));
        sent += 1;
        let mid = b.mid_of(source, from);
        b.rtp.iter().filter(|packet| Some(&packet.mid) == mid.as_ref()).count() >= count
    });
}

#[tokio::test]
async fn two_peers_hear_and_see_each_other() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    sfu.set_publishing(ROOM, MemberId(1), on());
    sfu.set_publishing(ROOM, MemberId(2), on());
    run([&mut a, &mut b], "slots", |c| c.iter().all(|c| c.slots.len() == 2));
    for source in [Source::Microphone, Source::Camera] {
        exchange(&mut a, &mut b, 1, source, 40);
        let first = b.rtp[0].sequence;
        let mut sequences: Vec<u16> = b.rtp.iter().map(|packet| packet.sequence.wrapping_sub(first)).collect();
        sequences.sort_unstable();
        assert!(sequences.iter().enumerate().all(|(n, sequence)| n as u16 == *sequence), "{source:?}: {sequences:?}");
        exchange(&mut b, &mut a, 2, source, 40);
    }
    let stats = sfu.stats();
    assert!(stats.forwarded >= 160 && stats.pli_sent >= 1 && stats.peers == 2 && stats.rooms == 1, "{stats:?}");
    assert_eq!(stats.drops.panics, 0);
    sfu.shutdown().await;
    assert_eq!(Native::new(1).join(&sfu, ROOM, 3).await, Err(SfuError::Stopped));
}

#[tokio::test]
async fn a_late_joiner_gets_the_current_state_and_then_what_comes() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    run([&mut a, &mut b], "channels", |c| c.iter().all(|c| c.is_open("state") && c.is_open("pointer")));
    a.send_frame("state", 1, b"slice", b"old");
    a.send_frame("state", 1, b"slice", b"new");
    b.send_frame("state", 1, b"window", b"w");
    b.send_frame("state", 1, b"gone", b"x");
    b.send_frame("state", 2, b"gone", b"");
    a.send_bytes("state", &[1, 200, 0]);
    let big = vec![3; sfu::MAX_DATA_FRAME + 1];
    a.send_bytes("state", &big);
    a.send_frame("state", 3, b"", b"hello");
    run([&mut a, &mut b], "b has all of a", |[_, b]| b.frames.iter().any(|(_, f)| f[..] == *b"\x03\0\0\0\x01\0hello"));
    run([&mut a, &mut b], "a has all of b", |[a, _]| a.frames.iter().any(|(_, f)| f[..] == *b"\x02\0\0\0\x02\x04gone"));
    sfu.leave(ROOM, MemberId(1));

    let mut c = Native::new(7);
    c.join(&sfu, ROOM, 3).await.unwrap();
    run([&mut b, &mut c], "the snapshot ends", |[_, c]| c.frames.iter().any(|(_, f)| f[0] == 4));
    let frames: Vec<&[u8]> = c.frames.iter().map(|(_, frame)| &frame[..]).collect();
    assert_eq!(frames, [&b"\x01\0\0\0\x01\x05slicenew"[..], b"\x01\0\0\0\x02\x06windoww", b"\x04\0\0\0\0\0"]);
    run([&mut b, &mut c], "the pointer moves", |[b, c]| {
        if c.is_open("pointer") {
            b.send_frame("pointer", 3, b"p", b"xy");
        }
        c.frames.iter().any(|(label, frame)| label == "pointer" && frame[..] == *b"\x03\0\0\0\x02\x01pxy")
    });
    let drops = sfu.stats().drops;
    assert_eq!((drops.data_malformed, drops.data_too_large), (1, 1));
    sfu.shutdown().await;
}

#[tokio::test]
async fn a_guest_chats_and_neither_sees_nor_moves_the_view() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    run([&mut a, &mut b], "channels", |c| c.iter().all(|c| c.is_open("state") && c.is_open("pointer")));
    a.send_frame("state", 1, b"vp/0", b"slice");
    a.send_frame("state", 1, b"chat/0", b"hello");
    run([&mut a, &mut b], "b has both", |[_, b]| b.frames.len() >= 2);
    let mut guest = Native::new(7);
    guest.keys = Keys::Under { prefix: b"chat/", since: None };
    guest.join(&sfu, ROOM, 3).await.unwrap();
    run([&mut a, &mut guest], "the snapshot ends", |[_, guest]| guest.frames.iter().any(|(_, f)| f[0] == 4));
    guest.send_frame("state", 1, b"vp/0", b"forged");
    guest.send_frame("state", 1, b"chat/0", b"thanks");
    a.send_frame("state", 3, b"vp/0", b"more");
    a.send_frame("state", 3, b"chat/1", b"bye");
    run([&mut a, &mut guest], "both hear", |[a, guest]| {
        a.frames.iter().any(|(_, f)| f.ends_with(b"thanks")) && guest.frames.iter().any(|(_, f)| f.ends_with(b"bye"))
    });
    let keys: Vec<&[u8]> = guest.frames.iter().map(|(_, frame)| &frame[6..]).collect();
    assert_eq!(keys, [&b"chat/0hello"[..], b"", b"chat/1bye"]);
    assert!(!a.frames.iter().any(|(_, frame)| frame.ends_with(b"forged")));
    assert_eq!(sfu.stats().drops.data_malformed, 1);
    sfu.shutdown().await;
}

#[tokio::test]
async fn who_comes_later_gets_neither_what_was_kept_before_nor_what_is_sent_again_of_it() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    run([&mut a, &mut b], "channels", |c| c.iter().all(|c| c.is_open("state")));
    a.send_frame("state", 1, b"chat/0", b"before");
    run([&mut a, &mut b], "b has it", |[_, b]| !b.frames.is_empty());
    let mut guest = Native::new(7);
    guest.keys = Keys::Under { prefix: b"chat/", since: Some(Duration::ZERO) };
    guest.join(&sfu, ROOM, 3).await.unwrap();
    run([&mut a, &mut guest], "the snapshot ends", |[_, guest]| guest.frames.iter().any(|(_, f)| f[0] == 4));
    // Written a minute ago, and sent again.
    a.send_frame("state", 5, b"chat/0", b"\0\0\xea\x60before");
    a.send_frame("state", 5, b"chat/1", b"\0\0\0\0after");
    run([&mut a, &mut guest], "the guest hears", |[_, guest]| guest.frames.iter().any(|(_, f)| f.ends_with(b"after")));
    let keys: Vec<&[u8]> = guest.frames.iter().map(|(_, frame)| &frame[6..]).collect();
    assert_eq!(keys, [&b""[..], b"chat/1after"]);
    sfu.shutdown().await;
}

#[tokio::test]
async fn the_figures_tell_what_happens() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    sfu.set_publishing(ROOM, MemberId(1), on());
    run([&mut a, &mut b], "channels", |c| c.iter().all(|c| c.is_open("state")));
    a.send_frame("state", 1, b"slice", b"7");
    let mut sent = 0u32;
    run([&mut a, &mut b], "one of ten is lost, and told of", |[a, _]| {
        a.send_media(Source::Camera, sent.is_multiple_of(30));
        sent += 1;
        if sent.is_multiple_of(9) {
            a.lose(Source::Camera);
        }
        let stats = sfu.stats();
        stats.lossy > 0 && stats.nack_received > 0
    });
    let stats = sfu.stats();
    assert_eq!((stats.rooms, stats.peers, stats.measured, stats.data_frames), (1, 2, 2, 1));
    assert!(stats.packets_in > stats.forwarded && stats.packets_out > stats.forwarded, "{stats:?}");
    assert!(stats.bytes_in > stats.packets_in && stats.bytes_out > stats.packets_out, "{stats:?}");
    assert!(stats.estimates > 100_000 && stats.round_trips > 0 && stats.switches > 0, "{stats:?}");
    assert!(stats.nack_sent > 0 && stats.pli_sent > 0 && stats.lost_in > 0, "{stats:?}");
    sfu.close_room(ROOM);
    run([&mut a, &mut b], "nothing is left of what is at the moment", |_| {
        let stats = sfu.stats();
        [stats.rooms, stats.peers, stats.measured, stats.estimates, stats.round_trips, stats.lossy] == [0; 6]
    });
    sfu.shutdown().await;
}

#[tokio::test]
async fn garbage_and_forged_requests_harm_nobody() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    sfu.set_publishing(ROOM, MemberId(1), on());
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let ufrag = a.answer.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap().trim_end().to_owned();
    let mut forged = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    let user = format!("{ufrag}:x");
    forged.extend([0, 6, 0, user.len() as u8]);
    forged.extend(user.as_bytes());
    forged.resize(forged.len().next_multiple_of(4), 0);
    forged.extend([0, 0x25, 0, 0, 0, 8, 0, 20]);
    forged.extend([0xaa; 20]);
    let length = (forged.len() - 20) as u16;
    forged[2..4].copy_from_slice(&length.to_be_bytes());
    for n in 0..=255u8 {
        for datagram in [&[n][..], &[n; 40], &[n; 1400], &forged] {
            stranger.send_to(datagram, sfu.local_addrs()[0]).unwrap();
        }
        a.step();
        b.step();
    }
    run([&mut a, &mut b], "all were counted", |_| sfu.stats().drops.unauthenticated >= 200);
    exchange(&mut a, &mut b, 1, Source::Camera, 20);
    let drops = sfu.stats().drops;
    assert!(drops.unknown_address > 0 && drops.malformed > 0 && drops.panics == 0, "{drops:?}");
    sfu.shutdown().await;
}

#[tokio::test]
async fn bad_offers_get_a_reason_and_leave_the_peer_alone() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    let good = || Native::new(2).create_offer(false);
    let without = |sdp: &str, prefix: &str| {
        sdp.lines().filter(|line| !line.starts_with(prefix)).map(|line| format!("{line}\r\n")).collect::<String>()
    };
    type Spoil = Box<dyn Fn(&mut sfu::Offer)>;
    let cases: Vec<(&str, Spoil)> = vec![
        ("not SDP", Box::new(|o| o.sdp = "hello".into())),
        ("nothing", Box::new(|o| o.sdp.clear())),
        ("huge", Box::new(|o| o.sdp = o.sdp.repeat(200))),
        ("no ufrag", Box::new(move |o| o.sdp = without(&o.sdp, "a=ice-ufrag"))),
        ("no fingerprint", Box::new(move |o| o.sdp = without(&o.sdp, "a=fingerprint"))),
        ("no mid", Box::new(move |o| o.sdp = without(&o.sdp, "a=mid"))),
        ("no ssrc", Box::new(move |o| o.sdp = without(&o.sdp, "a=ssrc"))),
        ("no codecs", Box::new(move |o| o.sdp = without(&o.sdp, "a=rtpmap"))),
        ("unknown mid", Box::new(|o| o.publish[0].0 = "99".into())),
        ("listed twice", Box::new(|o| o.receive[0].0 = o.publish[0].0.clone())),
        ("wrong kind", Box::new(|o| o.publish[0].1 = Source::Camera)),
        ("receives on a sending line", Box::new(|o| o.receive = o.publish.split_off(1))),
        (
            "too many layers",
            Box::new(
                |o| o.sdp += "a=rid:1 send\r\na=rid:2 send\r\na=rid:3 send\r\na=rid:4 send\r\na=rid:5 send\r\na=simulcast:send 1;2;3;4;5\r\n",
            ),
        ),
        ("restart of nobody", Box::new(|o| o.restart = true)),
        ("cut off", Box::new(|o| o.sdp.truncate(o.sdp.len() / 2))),
    ];
    for (name, spoil) in cases {
        let mut offer = good();
        spoil(&mut offer);
        let ufrag = offer.sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap_or("none").to_owned();
        let member = if name == "restart of nobody" { 9 } else { 1 };
        let refused = sfu.offer(ROOM, MemberId(member), offer).await.err();
        let Some(SfuError::InvalidSdp(reason)) = refused else { panic!("{name}: {refused:?}") };
        assert!(!reason.contains(&ufrag), "{name} quotes the SDP");
    }
    sfu.set_publishing(ROOM, MemberId(1), on());
    exchange(&mut a, &mut b, 1, Source::Camera, 10);
    assert_eq!(sfu.stats().drops.panics, 0);
    sfu.shutdown().await;
}

#[tokio::test]
async fn the_ninth_member_is_refused() {
    let sfu = start();
    for member in 0..8 {
        Native::new(7).join(&sfu, ROOM, member).await.unwrap();
    }
    assert_eq!(Native::new(7).join(&sfu, ROOM, 8).await, Err(SfuError::RoomFull));
    Native::new(7).join(&sfu, ROOM, 7).await.unwrap();
    sfu.leave(ROOM, MemberId(0));
    Native::new(7).join(&sfu, ROOM, 8).await.unwrap();
    sfu.close_room(ROOM);
    Native::new(7).join(&sfu, RoomId([8; 16]), 0).await.unwrap();
    assert_eq!((sfu.stats().rooms, sfu.stats().peers), (1, 1));
    sfu.shutdown().await;
}

#[tokio::test]
async fn an_ice_restart_keeps_slots_channels_and_media() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    sfu.set_publishing(ROOM, MemberId(1), on());
    exchange(&mut a, &mut b, 1, Source::Camera, 20);
    for client in 1..=2 {
        let restarted = if client == 1 { &mut a } else { &mut b };
        let slots = restarted.slots.clone();
        restarted.peer_events.clear();
        restarted.restart(&sfu, ROOM, client).await.unwrap();
        run([&mut a, &mut b], "connected again", |c| {
            c[client as usize - 1].peer_events.contains(&PeerEvent::Connected)
        });
        exchange(&mut a, &mut b, 1, Source::Camera, 20);
        exchange(&mut a, &mut b, 1, Source::Microphone, 20);
        let restarted = if client == 1 { &a } else { &b };
        assert_eq!(restarted.slots, slots);
    }
    a.send_frame("state", 3, b"", b"still here");
    run([&mut a, &mut b], "channel lives", |[_, b]| b.frames.iter().any(|(_, frame)| frame.ends_with(b"still here")));
    sfu.shutdown().await;
}

#[tokio::test]
async fn a_client_whose_port_changes_is_followed() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    sfu.set_publishing(ROOM, MemberId(1), on());
    exchange(&mut a, &mut b, 1, Source::Camera, 20);
    b.move_to_new_port();
    let moved = now();
    exchange(&mut a, &mut b, 1, Source::Camera, 20);
    assert!(moved.elapsed() < Duration::from_secs(8), "{:?}", moved.elapsed());
    sfu.shutdown().await;
}

#[tokio::test]
async fn a_rejoin_replaces_the_peer() {
    let sfu = start();
    let (mut a, mut b) = pair(&sfu).await;
    sfu.set_publishing(ROOM, MemberId(1), on());
    exchange(&mut a, &mut b, 1, Source::Camera, 20);
    let mut again = Native::new(7);
    again.join(&sfu, ROOM, 1).await.unwrap();
    run([&mut again, &mut b], "connected, nothing published yet", |[a, b]| a.connected && b.slots.is_empty());
    sfu.set_publishing(ROOM, MemberId(1), on());
    exchange(&mut again, &mut b, 1, Source::Camera, 20);
    assert_eq!(sfu.stats().peers, 2);
    sfu.shutdown().await;
}

#[tokio::test]
async fn a_client_that_only_has_tcp_takes_part_and_comes_back() {
    let sfu = start();
    let (mut a, mut b) = (Native::new(7), Native::new(7));
    a.use_tcp(sfu.local_addrs()[0]);
    a.join(&sfu, ROOM, 1).await.unwrap();
    b.join(&sfu, ROOM, 2).await.unwrap();
    run([&mut a, &mut b], "both connect", |c| c.iter().all(|c| c.connected && c.is_open("state")));
    for member in [1, 2] {
        sfu.set_publishing(ROOM, MemberId(member), on());
    }
    exchange(&mut a, &mut b, 1, Source::Camera, 40);
    exchange(&mut b, &mut a, 2, Source::Camera, 40);
    assert_eq!(sfu.stats().tcp_connections, 1);
    // Another connection, as after a change of networks.
    a.use_tcp(sfu.local_addrs()[0]);
    exchange(&mut b, &mut a, 2, Source::Camera, 40);
    a.move_to_new_port();
    exchange(&mut b, &mut a, 2, Source::Camera, 40);
    run([&mut a, &mut b], "the connections are closed", |_| sfu.stats().tcp_connections == 0);
    assert_eq!(sfu.stats().drops.panics, 0);
    sfu.shutdown().await;
}

#[tokio::test]
async fn people_with_ipv6_alone_and_with_ipv4_alone_meet_over_udp_and_tcp() {
    let (six, four) = (IpAddr::from(Ipv6Addr::LOCALHOST), IpAddr::from(Ipv4Addr::LOCALHOST));
    let config = Config { announced: vec![six, four], ..Config::at("[::]:0".parse().unwrap()) };
    if std::net::UdpSocket::bind("[::1]:0").is_err() {
        return; // a machine without IPv6
    }
    let sfu = Sfu::start(config).unwrap();
    let port = sfu.local_addrs()[0].port();
    let (mut a, mut b) = (Native::at(six, 7), Native::at(four, 7));
    meet(&sfu, &mut a, &mut b).await;
    for member in [1, 2] {
        sfu.set_publishing(ROOM, MemberId(member), on());
    }
    for over_tcp in [false, true] {
        if over_tcp {
            a.use_tcp((six, port).into());
            b.use_tcp((four, port).into());
        }
        exchange(&mut a, &mut b, 1, Source::Camera, 40);
        exchange(&mut b, &mut a, 2, Source::Camera, 40);
    }
    assert_eq!(sfu.stats().tcp_connections, 2);
    sfu.shutdown().await;
}

/// The outer address of a 1:1 NAT, which does not work from the inside, and the inner one.
#[tokio::test]
async fn of_several_announced_addresses_one_that_works_is_enough() {
    let announced = vec!["127.0.0.77".parse().unwrap(), Ipv4Addr::LOCALHOST.into()];
    let sfu = Sfu::start(Config { announced, ..Config::at("127.0.0.1:0".parse().unwrap()) }).unwrap();
    let (mut a, mut b) = pair(&sfu).await;
    let told = |address: &str| a.answer.contains(&format!(" {address} {} typ host", sfu.local_addrs()[0].port()));
    assert!(told("127.0.0.77") && told("127.0.0.1"));
    sfu.set_publishing(ROOM, MemberId(1), on());
    exchange(&mut a, &mut b, 1, Source::Camera, 20);
    sfu.shutdown().await;
}

#[tokio::test]
async fn rooms_live_on_their_own_shards() {
    let sfu = Sfu::start(Config { shards: 3, ..Config::at("127.0.0.1:0".parse().unwrap()) }).unwrap();
    let mut used = std::collections::BTreeSet::new();
    for room in 0..12 {
        let room = RoomId([room; 16]);
        let (mut a, mut b) = (Native::new(1), Native::new(1));
        a.join(&sfu, room, 1).await.unwrap();
        b.join(&sfu, room, 2).await.unwrap();
        // Over UDP and over TCP.
        let ports = [&a.answer, &b.answer].map(|answer| {
            let candidates = answer.lines().filter(|line| line.starts_with("a=candidate:"));
            candidates.map(|line| line.split(' ').nth(5).unwrap().parse::<u16>().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(ports, [[ports[0][0]; 2]; 2]);
        used.insert(ports[0][0]);
        run([&mut a, &mut b], "both connect", |c| c.iter().all(|c| c.connected));
    }
    assert_eq!(used, sfu.local_addrs().iter().map(|address| address.port()).collect());
    assert_eq!((sfu.stats().rooms, sfu.stats().peers), (12, 24));
    sfu.shutdown().await;
}
