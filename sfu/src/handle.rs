//! The handle: sends each command to the shard that has the room.

use crate::api::{Answer, Config, MemberId, Offer, Publishing, RoomId, SfuError};
use crate::net::announce;
use crate::net::port::Port;
use crate::net::wake::Bell;
use crate::shard::{self, Command, Shard};
use crate::stats::{Counters, Stats};
use crate::transport::Transport;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

/// A running SFU. Clones are the same SFU; it stops with [`Sfu::shutdown`] or when the last clone is dropped.
#[derive(Clone)]
pub struct Sfu {
    shared: Arc<Shared>,
}

struct Shared {
    shards: Vec<Line>,
    counters: Vec<Arc<Counters>>,
    local: Vec<SocketAddr>,
}

/// The way to one shard's thread.
struct Line {
    commands: Sender<Command>,
    bell: Arc<Bell>,
}

impl Line {
    /// `false` if the thread has ended.
    fn send(&self, command: Command) -> bool {
        let sent = self.commands.send(command).is_ok();
        self.bell.ring();
        sent
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.send(Command::Stop { done: None });
    }
}

impl Sfu {
    /// Binds the sockets and starts the threads.
    ///
    /// # Errors
    ///
    /// An address cannot be bound (the text says which), there is no port for every shard, or the address is
    /// unspecified and `announced` is empty: clients could not be told where to send to.
    pub fn start(config: Config) -> io::Result<Sfu> {
        if config.bind.ip().is_unspecified() && config.announced.is_empty() {
            return Err(invalid("an unspecified address needs announced ones"));
        }
        // All ports first: none of the threads starts unless all can.
        let mut ports = Vec::new();
        for index in 0..config.shards.max(1) {
            let counters = Arc::new(Counters::default());
            let address = address_of(config.bind, index).ok_or_else(|| invalid("too few ports for the shards"))?;
            let port = Port::bind(address, config.tcp, counters.clone())
                .map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))?;
            ports.push((port, counters));
        }
        let mut shared = Shared { shards: Vec::new(), counters: Vec::new(), local: Vec::new() };
        for (index, (port, counters)) in ports.into_iter().enumerate() {
            shared.counters.push(counters.clone());
            shared.local.push(port.local_addr());
            shared.shards.push(start_shard(&config, index, port, counters)?);
        }
        Ok(Sfu { shared: Arc::new(shared) })
    }

    /// The addresses that are bound, one for each shard.
    pub fn local_addrs(&self) -> &[SocketAddr] {
        &self.shared.local
    }

    fn line(&self, room: RoomId) -> &Line {
        &self.shared.shards[shard_of(room, self.shared.shards.len())]
    }

    /// Answers an offer and makes the member part of the room, which is created on first join. An offer of a member
    /// who is already there replaces its peer, or, with `restart`, restarts ICE on it; then `publish` and `receive`
    /// are ignored.
    ///
    /// # Errors
    ///
    /// [`SfuError::InvalidSdp`] if the offer cannot be used, or asks to restart a peer that does not exist (rejoin
    /// with a fresh one then); an older peer of the member goes on. [`SfuError::RoomFull`] beyond
    /// [`Config::max_members`]. [`SfuError::Stopped`] after shutdown.
    pub async fn offer(&self, room: RoomId, member: MemberId, offer: Offer) -> Result<Answer, SfuError> {
        let (reply, answer) = oneshot::channel();
        self.line(room).send(Command::Offer { room, member, offer, reply });
        answer.await.unwrap_or(Err(SfuError::Stopped))
    }

    /// What the member sends from now on. Ignored for a member without a peer.
    pub fn set_publishing(&self, room: RoomId, member: MemberId, publishing: Publishing) {
        self.line(room).send(Command::Publishing { room, member, publishing });
    }

    /// How high the pictures are shown to the member now, by mid, in pixels of its screen; 0: not shown. Complete,
    /// replacing what was said before; a line that is missing is not shown. Before the first time, and with every fresh
    /// offer, all count as shown. Ignored for a member without a peer.
    pub fn set_view(&self, room: RoomId, member: MemberId, sizes: Vec<(String, u16)>) {
        self.line(room).send(Command::View { room, member, sizes });
    }

    /// Closes the member's peer and frees its slots. What it left on the `state` channel stays.
    pub fn leave(&self, room: RoomId, member: MemberId) {
        self.line(room).send(Command::Leave { room, member });
    }

    /// Closes all peers of the room and forgets what was kept.
    pub fn close_room(&self, room: RoomId) {
        self.line(room).send(Command::CloseRoom { room });
    }

    /// Counters since start, summed over the shards.
    pub fn stats(&self) -> Stats {
        Counters::read(&self.shared.counters)
    }

    /// Closes all rooms, says goodbye to all peers and ends the threads.
    pub async fn shutdown(&self) {
        let mut ends = Vec::new();
        for line in &self.shared.shards {
            let (done, ended) = oneshot::channel();
            if line.send(Command::Stop { done: Some(done) }) {
                ends.push(ended);
            }
        }
        for ended in ends {
            // An error means that the thread had ended already.
            let _ = ended.await;
        }
    }
}

fn start_shard(config: &Config, index: usize, port: Port, counters: Arc<Counters>) -> io::Result<Line> {
    let local = port.local_addr();
    let own = [local.ip()];
    let addresses: &[IpAddr] = if config.announced.is_empty() { &own } else { &config.announced };
    let candidates = announce::candidates(addresses, local.port(), config.tcp);
    let transport = Transport::new(candidates).map_err(io::Error::other)?;
    let shard = Shard::new(transport, counters, config.max_members);
    let bell = Arc::new(Bell::new()?);
    let (commands, receiver) = channel();
    let thread_bell = bell.clone();
    std::thread::Builder::new()
        .name(format!("sfu-{index}"))
        .spawn(move || shard::run(shard, port, &thread_bell, &receiver))?;
    Ok(Line { commands, bell })
}

/// `None` beyond the last port.
fn address_of(first: SocketAddr, shard: usize) -> Option<SocketAddr> {
    let port = match first.port() {
        0 => 0,
        port => port.checked_add(u16::try_from(shard).ok()?)?,
    };
    Some(SocketAddr::new(first.ip(), port))
}

/// Which shard has a room: always the same one, on every start. Identifiers begin with the time and end at random, or
/// are counted in tests, so all bits have to be mixed into the upper ones.
fn shard_of(room: RoomId, shards: usize) -> usize {
    let id = u128::from_be_bytes(room.0);
    let hash = mix((id >> 64) as u64 ^ mix(id as u64));
    ((u128::from(hash) * shards as u128) >> 64) as usize
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_stay_where_they_are_and_spread_evenly() {
        assert_eq!(shard_of(RoomId([7; 16]), 4), shard_of(RoomId([7; 16]), 4));
        assert_eq!(shard_of(RoomId([7; 16]), 1), 0);
        let mut counts = [0; 4];
        for n in 0..4_000u32 {
            // As UUIDv7: a common time in front, and what differs behind.
            let mut id = [0x01, 0x93, 0x5c, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0];
            id[12..].copy_from_slice(&n.to_be_bytes());
            counts[shard_of(RoomId(id), 4)] += 1;
        }
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }

    #[test]
    fn shards_have_following_ports() {
        let first: SocketAddr = "192.0.2.1:65534".parse().unwrap();
        assert_eq!(address_of(first, 1).map(|address| address.port()), Some(65_535));
        assert_eq!(address_of(first, 2), None);
        assert_eq!(address_of("192.0.2.1:0".parse().unwrap(), 3).map(|address| address.port()), Some(0));
    }
}
