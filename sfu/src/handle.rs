//! The handle: sends commands to the shard's thread.

use crate::api::{Answer, Config, MemberId, Offer, Publishing, RoomId, SfuError};
use crate::engine::Transport;
use crate::net::udp::Socket;
use crate::net::wake::Bell;
use crate::shard::{self, Command, Shard};
use crate::stats::{Counters, Stats};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

/// A running SFU. Clones are the same SFU; it stops with [`Sfu::shutdown`] or when the last clone is dropped.
#[derive(Clone)]
pub struct Sfu {
    shared: Arc<Shared>,
}

struct Shared {
    commands: Sender<Command>,
    bell: Arc<Bell>,
    counters: Arc<Counters>,
    local: SocketAddr,
}

impl Shared {
    /// `false` if the thread has ended.
    fn send(&self, command: Command) -> bool {
        let sent = self.commands.send(command).is_ok();
        self.bell.ring();
        sent
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.send(Command::Stop { done: None });
    }
}

impl Sfu {
    /// Binds the socket and starts the thread.
    ///
    /// # Errors
    ///
    /// The address cannot be bound, or it is unspecified and `announced` is empty: clients could not be told where to
    /// send to.
    pub fn start(config: Config) -> io::Result<Sfu> {
        let socket = Socket::bind(config.bind)?;
        let local = socket.local_addr();
        let announced: Vec<SocketAddr> = match config.announced.is_empty() {
            true if local.ip().is_unspecified() => {
                let reason = "an unspecified address needs announced ones";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
            }
            true => vec![local],
            false => config.announced.iter().map(|ip| SocketAddr::new(*ip, local.port())).collect(),
        };
        let counters = Arc::new(Counters::default());
        let bell = Arc::new(Bell::new()?);
        let (commands, receiver) = channel();
        let shard = Shard::new(Transport { announced, counters: counters.clone() }, config.max_members);
        let thread_bell = bell.clone();
        std::thread::Builder::new()
            .name("sfu".to_owned())
            .spawn(move || shard::run(shard, socket, &thread_bell, &receiver))?;
        Ok(Sfu { shared: Arc::new(Shared { commands, bell, counters, local }) })
    }

    /// The UDP address that is bound.
    pub fn local_addr(&self) -> SocketAddr {
        self.shared.local
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
        self.shared.send(Command::Offer { room, member, offer, reply });
        answer.await.unwrap_or(Err(SfuError::Stopped))
    }

    /// What the member sends from now on. Ignored for a member without a peer.
    pub fn set_publishing(&self, room: RoomId, member: MemberId, publishing: Publishing) {
        self.shared.send(Command::Publishing { room, member, publishing });
    }

    /// Closes the member's peer and frees its slots. What it left on the `state` channel stays.
    pub fn leave(&self, room: RoomId, member: MemberId) {
        self.shared.send(Command::Leave { room, member });
    }

    /// Closes all peers of the room and forgets what was kept.
    pub fn close_room(&self, room: RoomId) {
        self.shared.send(Command::CloseRoom { room });
    }

    /// Counters since start.
    pub fn stats(&self) -> Stats {
        self.shared.counters.read()
    }

    /// Closes all rooms, says goodbye to all peers and ends the thread.
    pub async fn shutdown(&self) {
        let (done, ended) = oneshot::channel();
        if self.shared.send(Command::Stop { done: Some(done) }) {
            // An error means that the thread had ended already.
            let _ = ended.await;
        }
    }
}
