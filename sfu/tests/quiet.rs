//! What the SFU says of a call at its most talkative: which room, which member, and fixed words.

mod native;

use native::{Native, run};
use sfu::{Config, MemberId, PeerEvent, Publishing, RoomId, Sfu, Source};
use std::fmt::{Debug, Write};
use std::net::UdpSocket;
use std::sync::{Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const ROOM: RoomId = RoomId([0xd7; 16]);
const ROOM_TEXT: &str = "d7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d7";

/// Everything that was said, as `LEVEL target: name=value …`.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

fn hear(kind: &str, metadata: &Metadata<'_>, record: impl FnOnce(&mut Line)) {
    if metadata.target().starts_with("sfu") {
        let mut line = Line(format!("{} {kind}", metadata.level()));
        record(&mut line);
        SAID.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        hear(span.metadata().name(), span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Line(String::new()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        hear("says", event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// All that there is to say; beside it room, member, and whether an offer restarts.
const FIXED: [&str; 6] = [
    "DEBUG offer",
    "DEBUG peer",
    "DEBUG says message=connected",
    "DEBUG says message=the client's address has changed",
    "DEBUG says message=sfu started",
    "DEBUG says message=sfu stopped",
];

fn is_fixed(line: &str) -> bool {
    let room = format!("room={ROOM_TEXT}");
    let is_id = |word: &&str| [&room, "member=1", "member=2", "restart=true", "restart=false"].contains(word);
    // Where the SFU itself listens.
    let (line, address) = line.split_once(" address=127.0.0.1:").unwrap_or((line, "0"));
    let rest: Vec<&str> = line.split(' ').filter(|word| !is_id(word)).collect();
    FIXED.contains(&rest.join(" ").as_str()) && address.bytes().all(|byte| byte.is_ascii_digit())
}

#[tokio::test]
async fn a_call_is_told_of_by_room_and_member_alone() {
    tracing::subscriber::set_global_default(Listener).unwrap();
    let sfu = Sfu::start(Config::at("127.0.0.1:0".parse().unwrap())).unwrap();
    let (mut a, mut b) = (Native::new(7), Native::new(7));
    a.join(&sfu, ROOM, 1).await.unwrap();
    b.join(&sfu, ROOM, 2).await.unwrap();
    run([&mut a, &mut b], "both connect", |c| c.iter().all(|c| c.connected && c.is_open("state")));
    sfu.set_publishing(ROOM, MemberId(1), Publishing { microphone: true, camera: true, screen: false });
    a.send_frame("state", 1, b"chat/0", b"Herr Muster, links");
    let mut sent = 0u32;
    let mut talk = |a: &mut Native, b: &mut Native, count| {
        b.rtp.clear();
        run([a, b], "media comes", |[a, b]| {
            sent += 1;
            if sent.is_multiple_of(9) {
                a.lose(Source::Camera);
            }
            a.send_media(Source::Microphone, false);
            a.send_media(Source::Camera, sent.is_multiple_of(30));
            b.rtp.len() > count && sfu.stats().nack_received > 0
        });
    };
    talk(&mut a, &mut b, 100);
    // What a bad client says is not repeated either.
    let mut bad = Native::new(2).create_offer(false);
    bad.sdp = bad.sdp.replace("a=mid:0", "a=mid:Muster");
    assert!(sfu.offer(ROOM, MemberId(1), bad).await.is_err());
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 0..=255u8 {
        stranger.send_to(&[n; 40], sfu.local_addrs()[0]).unwrap();
    }
    b.move_to_new_port();
    talk(&mut a, &mut b, 20);
    a.use_tcp(sfu.local_addrs()[0]);
    talk(&mut a, &mut b, 20);
    b.peer_events.clear();
    b.restart(&sfu, ROOM, 2).await.unwrap();
    run([&mut a, &mut b], "again", |[_, b]| b.peer_events.contains(&PeerEvent::Connected));
    sfu.leave(ROOM, MemberId(1));
    sfu.close_room(ROOM);
    sfu.shutdown().await;
    let said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let strange: Vec<&String> = said.iter().filter(|line| !is_fixed(line)).collect();
    assert!(strange.is_empty(), "{strange:#?}");
    for word in ["offer", "peer", "connected", "address has changed", "restart=true", "started", "stopped"] {
        assert!(said.iter().any(|line| line.contains(word)), "nothing is said of {word}");
    }
}
