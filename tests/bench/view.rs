//! How long a change of the shared view takes to the other side, while a camera's media flows beside it.

use crate::{
    Sample, millis_since,
    native::{Native, now, run as drive},
};
use anyhow::Result;
use sfu::{Config, MemberId, Publishing, RoomId, Sfu};

const ROOM: RoomId = RoomId([8; 16]);
const CHANGES: u32 = 1_000;
const KEY: &[u8] = b"viewport/0";
/// A viewport's state in JSON.
const SIZE: usize = 600;
/// A camera's packet.
const PACKET: usize = 1_100;
/// What the SFU puts before the payload: kind, sender, length of the key, key.
const ENVELOPE: usize = 1 + 4 + 1 + KEY.len();

pub(crate) async fn run() -> Result<()> {
    let sfu = Sfu::start(Config::at("127.0.0.1:0".parse()?))?;
    let (mut a, mut b) = (Native::new(7), Native::new(7));
    a.join(&sfu, ROOM, 1).await?;
    b.join(&sfu, ROOM, 2).await?;
    drive([&mut a, &mut b], "the state channels open", |c| c.iter().all(|c| c.is_open("state")));
    sfu.set_publishing(ROOM, MemberId(1), Publishing { camera: true, ..Publishing::default() });
    drive([&mut a, &mut b], "the camera is seen", |[a, b]| {
        a.film(PACKET);
        !b.rtp.is_empty()
    });
    let mut lags = Vec::new();
    let mut pictures = 0;
    for n in 0..CHANGES {
        let mut payload = vec![b' '; SIZE];
        payload[..4].copy_from_slice(&n.to_be_bytes());
        b.frames.clear();
        let sent = now();
        a.send_frame("state", 1, KEY, &payload);
        drive([&mut a, &mut b], "the change arrives", |[a, b]| {
            a.film(PACKET);
            b.frames.iter().any(|(_, frame)| frame.get(ENVELOPE..) == Some(&payload[..]))
        });
        lags.push(millis_since(sent));
        pictures += b.rtp.len();
        b.rtp.clear();
    }
    println!(
        "view state, one hop through the SFU, {SIZE} B, {pictures} camera packets meanwhile: {}",
        Sample::new(lags).line("ms")
    );
    println!("(no browser, no rendering; the two native clients poll their sockets with 1 ms of patience each)");
    sfu.shutdown().await;
    Ok(())
}
