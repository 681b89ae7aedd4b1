//! Every figure has a cause that moves it.

use super::hostile::half_open;
use super::stage::{ROOM, Stage};
use super::wire::{REPAIRED, RIDS, RTX, VP8};
use super::*;
use crate::net::port::Port;
use crate::net::wake::Bell;
use crate::packet::{HeaderWriter, rtcp};
use crate::stats::{Drops, Stats};
use std::io::Write;
use std::net::{SocketAddr, TcpStream};

const SECOND: Duration = Duration::from_secs(1);
const STATE: usize = 0;

/// A call on bad networks, of which one side asks for much.
fn call(stage: &mut Stage) {
    let (a, b) = (stage.join(2), stage.join(2));
    stage.publish(a, true, true);
    (stage.people[a].loses_sent, stage.people[b].loses) = (|n| n % 8 == 0, |n| n % 8 == 0);
    stage.run(5 * SECOND);
    let ssrc = stage.people[b].wire.ssrc_of("c0");
    let newest = stage.people[b].wire.got.iter().rfind(|got| got.mid == "c0" && !got.is_rtx).unwrap().sequence;
    for before in 0..40 {
        let lost: Vec<u16> = (0..250).map(|n| newest.wrapping_sub(before).wrapping_sub(n)).collect();
        let mut compound = Vec::new();
        rtcp::pli(&mut compound, 9, ssrc);
        rtcp::nack(&mut compound, 9, ssrc, &lost);
        stage.people[b].wire.send_rtcp(&compound);
    }
    stage.view(b, &[("c0", 100)]);
    stage.run(SECOND);
}

/// What a client can do that is not as it should be.
fn mischief(stage: &mut Stage) {
    let (a, bad) = (stage.join(2), stage.join(2));
    let stranger = SocketAddr::from(([192, 0, 2, 66], 6));
    let genuine = stage.unsent(bad);
    for datagram in [genuine.clone(), stage.people[bad].nomination.clone(), vec![255]] {
        let mut datagram = datagram;
        let last = datagram.len() - 1;
        datagram[last / 2] ^= 1;
        stage.shard.datagram(stage.now, stranger.into(), &mut datagram);
    }
    let others = stage.people[a].wire.ssrc_of("c0");
    let wire = &mut stage.people[bad].wire;
    (0..2).for_each(|_| wire.send_raw(genuine.clone()));
    let header = HeaderWriter { marker: true, payload_type: VP8, sequence: 1, timestamp: 0, ssrc: 1_000 };
    wire.send_rtp(header, 1, "none", None, None, &[1; 50]);
    let mut compound = Vec::new();
    rtcp::pli(&mut compound, 9, others);
    wire.send_rtcp(&compound);
    // A packet, and its repetition twice.
    let header = HeaderWriter { sequence: 500, ssrc: 80, ..header };
    wire.send_rtp(header, 500, "cam", Some((super::wire::RID, RIDS[0])), None, &[0x90, 0x80, 0x80, 1, 1, 0]);
    for sequence in [9_000, 9_001] {
        let header = HeaderWriter { payload_type: RTX, sequence, ssrc: 90, ..header };
        let repeats = [&500u16.to_be_bytes()[..], &[0x90, 0x80, 0x80, 1, 1, 0]].concat();
        wire.send_rtp(header, u64::from(sequence), "cam", Some((REPAIRED, RIDS[0])), None, &repeats);
    }
    stage.run(SECOND / 5);
    let _events = half_open(stage, 0..newcomers::MOST as u32 + 1);
    let live = stage.shard.rooms.get_mut(&ROOM).unwrap();
    let place = live.place_of(MemberId(bad as u32)).unwrap();
    assert!(live.guarded(place, |_| -> () { panic!("on purpose") }).is_none());
    stage.run(SECOND);
}

/// Data channels: too much of it, and none that is read.
fn talk(world: &mut World) {
    let all = [(); 7].map(|()| world.join());
    world.pass(2 * SECOND, &[]);
    let frame = |kind, key: &[u8], payload: &[u8]| [&[kind, key.len() as u8], key, payload].concat();
    world.clients[all[1]].send(world.now, STATE, &[9, 9]);
    world.clients[all[1]].send(world.now, STATE, &frame(3, b"k", &[0; crate::MAX_DATA_FRAME]));
    for n in 0..2_100_u16 {
        world.clients[all[1]].send(world.now, STATE, &frame(1, &n.to_be_bytes(), b""));
    }
    world.pass(3 * SECOND, &[]);
    world.unreached.push(all[0]);
    for _ in 0..65 {
        for n in &all[1..] {
            world.clients[*n].send(world.now, STATE, &frame(3, b"k", &[7; 15_000]));
        }
        world.pass(Duration::from_millis(20), &[]);
    }
    world.pass(SECOND, &[]);
}

/// What only sockets have.
fn sockets(counters: &Arc<Counters>) -> (Port, TcpStream) {
    let mut port = Port::bind("127.0.0.1:0".parse().unwrap(), true, counters.clone()).unwrap();
    let (address, bell) = (port.local_addr(), Bell::new().unwrap());
    let stays = TcpStream::connect(address).unwrap();
    TcpStream::connect(address).unwrap().write_all(&[0, 4, 9, 9, 9, 9]).unwrap();
    for turn in 0.. {
        if counters.tcp_refused.get() == 1 && counters.tcp_connections.get() == 1 {
            break;
        }
        assert!(turn < 100, "{} refused", counters.tcp_refused.get());
        port.sleep(&bell, SECOND);
        port.read_streams(clock::now(), |_, _| false);
    }
    shard_sends(&mut port, address);
    (port, stays)
}

/// One that goes, and one that cannot: nobody has port 0.
fn shard_sends(port: &mut Port, address: SocketAddr) {
    let mut outbox = Arena::default();
    outbox.push(b"hello", address);
    outbox.push(b"hello", SocketAddr::new(address.ip(), 0));
    port.flush(clock::now(), &mut outbox);
}

#[test]
fn each_figure_moves() {
    let (mut stage, mut world) = (Stage::new(), World::new());
    call(&mut stage);
    mischief(&mut stage);
    talk(&mut world);
    let shards = [stage.shard.counters.clone(), world.shard.counters.clone(), Arc::default()];
    let _open = sockets(&shards[2]);
    // With all of their names, so that a new one has to be thought of here.
    let Stats {
        rooms,
        peers,
        packets_in,
        packets_out,
        bytes_in,
        bytes_out,
        forwarded,
        pli_sent,
        pli_received,
        nack_received,
        rtx_received,
        nack_sent,
        rtx_sent,
        lost_in,
        lost_out,
        probes,
        switches,
        measured,
        estimates,
        round_trips,
        lossy,
        data_frames,
        tcp_connections,
        drops,
    } = Counters::read(&shards);
    let calls = [rooms, peers, forwarded, switches, probes, data_frames, tcp_connections];
    let bytes = [packets_in, packets_out, bytes_in, bytes_out];
    let feedback = [pli_sent, pli_received, nack_sent, nack_received, rtx_sent, rtx_received];
    let paths = [measured, estimates, round_trips, lossy, lost_in, lost_out];
    let Drops {
        unknown_address,
        unauthenticated,
        malformed,
        tcp_refused,
        media_refused,
        unknown_source,
        repeated,
        foreign_rtcp,
        rtx_held_back,
        send_failed,
        data_malformed,
        data_too_large,
        data_backlog,
        data_flood,
        not_kept,
        crowded_out,
        panics,
    } = drops;
    let packets = [unknown_address, unauthenticated, malformed, media_refused, unknown_source, repeated, foreign_rtcp];
    let data = [data_malformed, data_too_large, data_backlog, data_flood, not_kept];
    let others = [rtx_held_back, tcp_refused, send_failed, crowded_out, panics];
    for (what, figures) in [
        ("calls", &calls[..]),
        ("bytes", &bytes),
        ("feedback", &feedback),
        ("paths", &paths),
        ("packets", &packets),
        ("data", &data),
        ("others", &others),
    ] {
        assert!(figures.iter().all(|figure| *figure > 0), "{what}: {figures:?}");
    }
}
