//! How long a change of the shared view takes to the other side, while media flows.

use crate::{
    Sample, millis_since,
    native::{Native, now, run as drive},
};
use anyhow::Result;
use sfu::{Config, MAX_MEMBERS, MemberId, Publishing, RoomId, Sfu, Source};

const ROOM: RoomId = RoomId([8; 16]);
const CHANGES: u32 = 1_000;
/// A viewport's state in JSON.
const SIZE: usize = 600;

pub(crate) async fn run() -> Result<()> {
    let sfu = Sfu::start(Config { bind: "127.0.0.1:0".parse()?, announced: Vec::new(), max_members: MAX_MEMBERS })?;
    let (mut a, mut b) = (Native::new(7), Native::new(7));
    a.join(&sfu, ROOM, 1).await?;
    b.join(&sfu, ROOM, 2).await?;
    drive([&mut a, &mut b], "the state channels open", |c| c.iter().all(|c| c.is_open("state")));
    sfu.set_publishing(ROOM, MemberId(1), Publishing { camera: true, microphone: true, screen: false });
    let mut lags = Vec::new();
    for n in 0..CHANGES {
        a.send_media(Source::Camera, n % 30 == 0);
        let mut payload = vec![b' '; SIZE];
        payload[..4].copy_from_slice(&n.to_be_bytes());
        let sent = now();
        a.send_frame("state", 1, b"viewport/0", &payload);
        drive([&mut a, &mut b], "the change arrives", |[_, b]| {
            b.frames.iter().any(|(_, frame)| frame.windows(4).any(|four| four == n.to_be_bytes()))
        });
        lags.push(millis_since(sent));
        b.frames.clear();
    }
    println!("view state, sender to receiver through the SFU, {SIZE} B: {}", Sample::new(lags).line("ms"));
    println!("(the two native clients poll their sockets with 1 ms of patience each; a browser does better)");
    sfu.shutdown().await;
    Ok(())
}
