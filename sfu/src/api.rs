//! What the caller of this crate sees: ids, offers, answers, events, errors.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// Members of a room. More costs slots in every offer (two m-lines each) and forwarding work that grows with the
/// square; a consult has two to five.
pub const MAX_MEMBERS: usize = 8;

/// Largest data channel frame in bytes, envelope of the client included. More would let one message block the pointer
/// behind it; less would split a measurement.
pub const MAX_DATA_FRAME: usize = 16 * 1024;

/// Where to listen and what to tell clients about it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of the first shard; the next ones have the following ports. Port 0 lets the kernel choose all of them
    /// (tests). An unspecified IPv6 address takes IPv4 as well.
    pub bind: SocketAddr,
    /// Addresses offered to clients as ICE host candidates, the preferred ones first, with the ports of the shards.
    /// Empty: the address of `bind`, which then must not be unspecified.
    pub announced: Vec<IpAddr>,
    /// Also take TCP connections under the same port numbers (RFC 6544).
    pub tcp: bool,
    /// Threads, each with its own rooms and its own port; at least 1.
    pub shards: usize,
    /// Members of one room at the same time: [`MAX_MEMBERS`] for consults; measurements take more.
    pub max_members: usize,
}

impl Config {
    /// One shard at `bind`, UDP and TCP, which clients reach under this very address.
    pub fn at(bind: SocketAddr) -> Config {
        Config { bind, announced: Vec::new(), tcp: true, shards: 1, max_members: MAX_MEMBERS }
    }
}

/// A room; the broker uses the consult's UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub [u8; 16]);

impl fmt::Debug for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A seat in a room. The same person coming back into the same seat keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u32);

/// What a member can send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Microphone,
    Camera,
    Screen,
}

impl Source {
    pub const ALL: [Source; 3] = [Source::Microphone, Source::Camera, Source::Screen];

    pub(crate) fn is_video(self) -> bool {
        self != Source::Microphone
    }
}

/// What a member sends at the moment. Nothing of a member is forwarded before it says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Publishing {
    pub microphone: bool,
    pub camera: bool,
    pub screen: bool,
}

impl Publishing {
    pub(crate) fn has(self, source: Source) -> bool {
        match source {
            Source::Microphone => self.microphone,
            Source::Camera => self.camera,
            Source::Screen => self.screen,
        }
    }
}

/// One SDP offer. It deliberately has no `Debug`: SDP carries addresses and ICE credentials.
pub struct Offer {
    pub sdp: String,
    /// m-lines the client sends on, by mid.
    pub publish: Vec<(String, Source)>,
    /// m-lines the client receives on (slots), by mid.
    pub receive: Vec<(String, Source)>,
    /// `true`: an ICE restart of the peer that this member has. `publish` and `receive` are then ignored; the m-lines
    /// stay what they were.
    pub restart: bool,
    /// Which data channel frames the member sends and gets; a restart leaves it as it was.
    pub keys: Keys,
    /// Where [`PeerEvent`]s go from now on, a restart's included.
    pub events: UnboundedSender<PeerEvent>,
}

/// Keys of data channel frames. The key is part of the envelope, which the SFU reads; the payload behind it stays
/// opaque.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    #[default]
    All,
    /// Those that begin with `prefix`: somebody who may talk and not look. With `since`, counted back from the offer,
    /// of these only what was written after it: somebody who came when others had talked already.
    Under { prefix: &'static [u8], since: Option<Duration> },
}

/// The SDP answer. No `Debug`, see [`Offer`].
pub struct Answer {
    pub sdp: String,
}

/// Which member's source comes in on an m-line of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub mid: String,
    pub member: MemberId,
    pub source: Source,
}

/// What happens to one peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerEvent {
    /// ICE and DTLS are up, for the first time or again.
    Connected,
    /// Nothing was heard of the client for ten seconds, it closed the connection, or its handling failed. An ICE
    /// restart may still bring the peer back for a while; otherwise the client rejoins with a fresh offer.
    Disconnected,
    /// Complete list of used slots, replacing the one before. Sent once with the answer (it may overtake it) and on
    /// every change.
    Slots(Vec<Slot>),
    /// Who speaks: nobody, or the one who is heard most. Sent on change, and once connected while somebody does.
    Speaker(Option<MemberId>),
    /// How many layers of this peer's source anybody needs now, from the smallest: 0 nobody, 3 all. Before the first one
    /// all are wanted.
    Wanted { source: Source, layers: u8 },
    /// How everybody gets here, this peer itself among them; complete, and who is missing is good.
    Quality(Vec<(MemberId, Level, Cause)>),
}

/// How well a member's sound and picture get to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Good,
    /// Sound holds; the picture is worse than it could be, or not sent at all.
    Weak,
    /// Nothing comes.
    Lost,
}

/// Where what is not good goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing is wrong, or nobody can tell.
    None,
    /// Between the member and the SFU; for the peer's own entry its own uplink.
    TheirUplink,
    /// Between the SFU and the peer that is told.
    YourDownlink,
    /// The SFU itself is overloaded.
    Server,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SfuError {
    /// The offer cannot be used. The reason never quotes the SDP.
    #[error("invalid SDP: {0}")]
    InvalidSdp(String),
    #[error("the room is full")]
    RoomFull,
    /// The SFU after its shutdown, or the room because it broke at this moment: then it may be joined anew.
    #[error("the SFU has stopped")]
    Stopped,
}
