//! An SFU in a process of its own, so that its memory and its time are its own.

use super::peer::Peer;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sfu::{Config, Keys, MemberId, Offer, Publishing, RoomId, Sfu, Source};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use tokio::sync::mpsc::unbounded_channel;

/// Our benchmark's own argument for the other side of [`Ours`].
pub(crate) const SERVE: &str = "serve-sfu";
/// Of rooms that are measured; consults have eight.
const MAX_MEMBERS: usize = 256;

/// Somebody who forwards packets in rooms.
pub(crate) trait Forwarder {
    /// It offers those who come what there is to see; otherwise they offer.
    const OFFERS: bool;

    /// Lets the peer into the room. What it publishes is forwarded to everybody there.
    async fn join(&mut self, room: u8, member: u32, peer: &mut Peer) -> Result<()>;
    fn pid(&self) -> u32;

    /// KiB of resident memory.
    fn resident(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }
}

#[derive(Serialize, Deserialize)]
struct Join {
    room: u8,
    member: u32,
    sdp: String,
    publish: Vec<(String, u8)>,
    receive: Vec<(String, u8)>,
}

fn number(source: Source) -> u8 {
    source as u8
}

pub(crate) struct Ours {
    child: Child,
    say: ChildStdin,
    hear: BufReader<ChildStdout>,
}

impl Ours {
    pub(crate) fn start(ip: Ipv4Addr) -> Result<Ours> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([SERVE, &ip.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let say = child.stdin.take().context("stdin")?;
        let mut hear = BufReader::new(child.stdout.take().context("stdout")?);
        // Its memory is looked at from now on.
        hear.read_line(&mut String::new())?;
        Ok(Ours { child, say, hear })
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        // Nothing of it is kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Forwarder for Ours {
    const OFFERS: bool = false;

    async fn join(&mut self, room: u8, member: u32, peer: &mut Peer) -> Result<()> {
        let (sdp, lines) = peer.offer()?;
        let [publish, receive] = [lines.publish, lines.receive]
            .map(|lines| lines.into_iter().map(|(mid, source)| (mid, number(source))).collect());
        writeln!(self.say, "{}", serde_json::to_string(&Join { room, member, sdp, publish, receive })?)?;
        let mut line = String::new();
        self.hear.read_line(&mut line)?;
        match serde_json::from_str(&line).context("the SFU ended")? {
            Ok(answer) => peer.accept(&answer),
            Err::<String, String>(refused) => bail!("the SFU refuses: {refused}"),
        }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }
}

/// The other side of [`Ours`]: until the end of stdin.
pub(crate) async fn serve(ip: Ipv4Addr) -> Result<()> {
    let config = Config { max_members: MAX_MEMBERS, ..Config::at(SocketAddr::from((ip, 0))) };
    let sfu = Sfu::start(config)?;
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        let join: Join = serde_json::from_str(&line?)?;
        let (room, member) = (RoomId([join.room; 16]), MemberId(join.member));
        let [publish, receive] = [join.publish, join.receive].map(|lines| lines.into_iter().map(source).collect());
        // What happens in the room is not measured; a receiver that is gone is told nothing.
        let (events, _) = unbounded_channel();
        let offer = Offer { sdp: join.sdp, publish, receive, restart: false, keys: Keys::default(), events };
        let answer = sfu.offer(room, member, offer).await.map(|answer| answer.sdp).map_err(|error| error.to_string());
        sfu.set_publishing(room, member, Publishing { microphone: true, camera: true, screen: false });
        println!("{}", serde_json::to_string(&answer)?);
    }
    sfu.shutdown().await;
    Ok(())
}

fn source((mid, number): (String, u8)) -> (String, Source) {
    let source = Source::ALL.into_iter().find(|source| *source as u8 == number);
    (mid, source.unwrap_or(Source::Camera))
}
