//! Counters. Each shard writes its own; a reading is their sum.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($(#[$doc:meta] $name:ident,)*) => {
        /// Written by one thread; relaxed, since nothing is decided by them.
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub(crate) $name: Counter,)* }

        #[derive(Debug, Default)]
        pub(crate) struct Counter(AtomicU64);

        impl Counter {
            /// Not a locked instruction: there is but one writer.
            pub(crate) fn add(&self, n: u64) { self.set(self.get() + n); }
            /// A part of a sum changes.
            pub(crate) fn change(&self, from: u64, to: u64) { self.set((self.get() + to).saturating_sub(from)); }
            pub(crate) fn set(&self, n: u64) { self.0.store(n, Ordering::Relaxed); }
            pub(crate) fn get(&self) -> u64 { self.0.load(Ordering::Relaxed) }
        }
    };
}

counters! {
    /// Rooms at the moment.
    rooms,
    /// Peers at the moment.
    peers,
    /// Datagrams received.
    packets_in,
    /// Datagrams sent.
    packets_out,
    /// Bytes received.
    bytes_in,
    /// Bytes sent.
    bytes_out,
    /// RTP packets forwarded, once per subscriber.
    forwarded,
    /// Key frame requests sent to publishers.
    pli_sent,
    /// Key frame requests received from subscribers.
    pli_received,
    /// NACK messages received from subscribers.
    nack_received,
    /// Packets of publishers that came back as RTX.
    rtx_received,
    /// Packets that publishers were asked for again.
    nack_sent,
    /// Packets sent to subscribers again.
    rtx_sent,
    /// See [`Stats::lost_in`].
    lost_in,
    /// See [`Stats::lost_out`].
    lost_out,
    /// Bursts of padding begun to learn what a path carries.
    probes,
    /// Changes of what a slot is to show.
    switches,
    /// See [`Stats::measured`].
    measured,
    /// See [`Stats::estimates`].
    estimates,
    /// See [`Stats::round_trips`].
    round_trips,
    /// See [`Stats::lossy`].
    lossy,
    /// Data channel frames relayed, once per sender.
    data_frames,
    /// TCP connections at the moment.
    tcp_connections,
    /// See [`Drops::tcp_refused`].
    tcp_refused,
    /// See [`Drops::unknown_address`].
    unknown_address,
    /// See [`Drops::unauthenticated`].
    unauthenticated,
    /// See [`Drops::malformed`].
    malformed,
    /// See [`Drops::media_refused`].
    media_refused,
    /// See [`Drops::unknown_source`].
    unknown_source,
    /// See [`Drops::repeated`].
    repeated,
    /// See [`Drops::foreign_rtcp`].
    foreign_rtcp,
    /// See [`Drops::rtx_held_back`].
    rtx_held_back,
    /// See [`Drops::send_failed`].
    send_failed,
    /// See [`Drops::data_malformed`].
    data_malformed,
    /// See [`Drops::data_too_large`].
    data_too_large,
    /// See [`Drops::data_backlog`].
    data_backlog,
    /// See [`Drops::data_flood`].
    data_flood,
    /// See [`Drops::not_kept`].
    not_kept,
    /// See [`Drops::crowded_out`].
    crowded_out,
    /// See [`Drops::panics`].
    panics,
}

/// A reading of all counters since start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Rooms and peers at the moment.
    pub rooms: u64,
    pub peers: u64,
    /// Datagrams and their bytes.
    pub packets_in: u64,
    pub packets_out: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    /// RTP packets forwarded, once per subscriber.
    pub forwarded: u64,
    /// Key frame requests to publishers and from subscribers.
    pub pli_sent: u64,
    pub pli_received: u64,
    /// NACK messages from subscribers.
    pub nack_received: u64,
    /// Packets of publishers that came back as RTX (RFC 4588).
    pub rtx_received: u64,
    /// Packets that publishers were asked for again.
    pub nack_sent: u64,
    /// Packets sent to subscribers again.
    pub rtx_sent: u64,
    /// Packets of publishers that did not come by themselves, or after the report was made; most come as RTX after that.
    pub lost_in: u64,
    /// Packets, repetitions and padding among them, that subscribers said did not come; a few come later.
    pub lost_out: u64,
    /// Bursts of padding begun to learn what a path carries.
    pub probes: u64,
    /// Changes of what a slot is to show.
    pub switches: u64,
    /// Peers that are connected at the moment; the next three are about them.
    pub measured: u64,
    /// Sum of what their paths carry to them, as far as it was proven, bit/s.
    pub estimates: u64,
    /// Sum of their round trips, microseconds.
    pub round_trips: u64,
    /// Those of them who lose more than one packet in twenty, one way or the other.
    pub lossy: u64,
    /// Data channel frames relayed, once per sender.
    pub data_frames: u64,
    /// TCP connections at the moment.
    pub tcp_connections: u64,
    pub drops: Drops,
}

/// What was thrown away, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// Datagrams from an address that belongs to no peer.
    pub unknown_address: u64,
    /// STUN requests for no peer or without its password.
    pub unauthenticated: u64,
    /// Datagrams that are neither STUN, DTLS nor RTP (RFC 7983), or that the engine refused.
    pub malformed: u64,
    /// TCP connections that were one too many, belonged to no peer, sent what is no packet, or neither sent nor took
    /// anything for too long.
    pub tcp_refused: u64,
    /// Media packets that are forged, replayed or come before the keys do.
    pub media_refused: u64,
    /// RTP packets that name nothing that was offered.
    pub unknown_source: u64,
    /// RTP packets that came before, as themselves or as their repetition.
    pub repeated: u64,
    /// RTCP about streams that are not the sender's to speak about.
    pub foreign_rtcp: u64,
    /// Questions for repetitions that the path has no room for.
    pub rtx_held_back: u64,
    /// Packets that the kernel or a slow TCP connection would not take.
    pub send_failed: u64,
    /// Data channel frames that are text, have no valid envelope, or came on an unknown channel.
    pub data_malformed: u64,
    /// Data channel frames above [`MAX_DATA_FRAME`](crate::MAX_DATA_FRAME).
    pub data_too_large: u64,
    /// Data channel frames not sent to a member who does not read fast enough.
    pub data_backlog: u64,
    /// Data channel frames of a member who sends too many: on `pointer` those that were thrown away, on `state` the times
    /// that no more were read for a while.
    pub data_flood: u64,
    /// Entries relayed but not kept because a limit was reached.
    pub not_kept: u64,
    /// Peers that had not connected and made way for others: too many wait to be connected.
    pub crowded_out: u64,
    /// Peers dropped because their handling panicked.
    pub panics: u64,
}

impl Counters {
    /// The sum over all shards.
    pub(crate) fn read(shards: &[Arc<Counters>]) -> Stats {
        let sum = |pick: fn(&Counters) -> &Counter| shards.iter().map(|counters| pick(counters).get()).sum();
        Stats {
            rooms: sum(|c| &c.rooms),
            peers: sum(|c| &c.peers),
            packets_in: sum(|c| &c.packets_in),
            packets_out: sum(|c| &c.packets_out),
            bytes_in: sum(|c| &c.bytes_in),
            bytes_out: sum(|c| &c.bytes_out),
            forwarded: sum(|c| &c.forwarded),
            pli_sent: sum(|c| &c.pli_sent),
            pli_received: sum(|c| &c.pli_received),
            nack_received: sum(|c| &c.nack_received),
            rtx_received: sum(|c| &c.rtx_received),
            nack_sent: sum(|c| &c.nack_sent),
            rtx_sent: sum(|c| &c.rtx_sent),
            lost_in: sum(|c| &c.lost_in),
            lost_out: sum(|c| &c.lost_out),
            probes: sum(|c| &c.probes),
            switches: sum(|c| &c.switches),
            measured: sum(|c| &c.measured),
            estimates: sum(|c| &c.estimates),
            round_trips: sum(|c| &c.round_trips),
            lossy: sum(|c| &c.lossy),
            data_frames: sum(|c| &c.data_frames),
            tcp_connections: sum(|c| &c.tcp_connections),
            drops: Drops {
                unknown_address: sum(|c| &c.unknown_address),
                unauthenticated: sum(|c| &c.unauthenticated),
                malformed: sum(|c| &c.malformed),
                tcp_refused: sum(|c| &c.tcp_refused),
                media_refused: sum(|c| &c.media_refused),
                unknown_source: sum(|c| &c.unknown_source),
                repeated: sum(|c| &c.repeated),
                foreign_rtcp: sum(|c| &c.foreign_rtcp),
                rtx_held_back: sum(|c| &c.rtx_held_back),
                send_failed: sum(|c| &c.send_failed),
                data_malformed: sum(|c| &c.data_malformed),
                data_too_large: sum(|c| &c.data_too_large),
                data_backlog: sum(|c| &c.data_backlog),
                data_flood: sum(|c| &c.data_flood),
                not_kept: sum(|c| &c.not_kept),
                crowded_out: sum(|c| &c.crowded_out),
                panics: sum(|c| &c.panics),
            },
        }
    }
}
