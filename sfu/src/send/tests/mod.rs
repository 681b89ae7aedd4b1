//! A publisher in bytes, and what the tests share.

mod keyframes;
mod layers;
mod properties;
mod reports;
mod resends;
mod sent_log;
mod spatial;

use super::outgoing::Forwarded;
use super::*;
use crate::packet::Codec;
use std::time::{Duration, Instant};

/// A fixed origin: pure code only ever sees differences.
fn origin() -> Instant {
    crate::net::clock::now()
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn layer(stream: u32, spatial: u8) -> LayerKey {
    LayerKey { stream: StreamId(stream), spatial }
}

/// A packet as its publisher made it.
#[derive(Clone, Debug)]
struct Made {
    stream: u32,
    codec: Codec,
    extended: u64,
    timestamp: u32,
    marker: bool,
    payload: Vec<u8>,
}

impl Made {
    fn read(&self) -> Incoming<'_> {
        let stream = StreamId(self.stream);
        Incoming::new(stream, self.codec, self.extended, self.timestamp, self.marker, &self.payload)
    }

    fn is_key(&self) -> bool {
        !self.payload.is_empty() && self.read().descriptor.starts_key_picture(self.codec)
    }

    fn spatial(&self) -> u8 {
        self.read().descriptor.spatial()
    }
}

fn opus(stream: u32, extended: u64, timestamp: u32) -> Made {
    Made { stream, codec: Codec::Opus, extended, timestamp, marker: false, payload: extended.to_be_bytes().to_vec() }
}

/// `picture`: also the TL0PICIDX.
fn vp8(stream: u32, extended: u64, timestamp: u32, is_key: bool, starts: bool, picture: u16) -> Made {
    let [high, low] = (picture & 0x7fff).to_be_bytes();
    let first = 0x80 | if starts { 0x10 } else { 0 };
    let mut payload = vec![first, 0xe0, high | 0x80, low, picture as u8, 0x20, u8::from(!is_key)];
    payload.extend_from_slice(&extended.to_be_bytes());
    Made { stream, codec: Codec::Vp8, extended, timestamp, marker: false, payload }
}

/// A packet of one spatial layer's frame.
#[derive(Clone, Copy, Debug)]
struct Vp9 {
    spatial: u8,
    is_inter_predicted: bool,
    starts: bool,
    ends: bool,
    picture: u16,
    /// Ends the publisher's picture.
    marker: bool,
}

fn vp9(stream: u32, extended: u64, timestamp: u32, frame: Vp9) -> Made {
    let [high, low] = (frame.picture & 0x7fff).to_be_bytes();
    let flag = |is: bool, bit: u8| if is { bit } else { 0 };
    let first = 0xa0 | flag(frame.is_inter_predicted, 0x40) | flag(frame.starts, 0x08) | flag(frame.ends, 0x04);
    let layers = frame.spatial << 1 | flag(frame.spatial > 0, 0x01);
    let mut payload = vec![first, high | 0x80, low, layers, frame.picture as u8];
    payload.extend_from_slice(&extended.to_be_bytes());
    Made { stream, codec: Codec::Vp9, extended, timestamp, marker: frame.marker, payload }
}

/// What left, with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Left {
    header: Forwarded,
    payload: Vec<u8>,
}

impl Left {
    fn picture(&self, codec: Codec) -> (Option<u16>, Option<u8>) {
        let made = Made { stream: 0, codec, extended: 0, timestamp: 0, marker: false, payload: self.payload.clone() };
        let descriptor = made.read().descriptor;
        (descriptor.picture_id().map(|(id, _)| id), descriptor.layer_zero())
    }
}

fn outgoing() -> Outgoing {
    Outgoing::new((7, 0), Some((8, 0)))
}

fn pass(outgoing: &mut Outgoing, now: Instant, made: &Made) -> Result<Left, Verdict> {
    let mut arena = [0xee; 64];
    match outgoing.packet(now, &made.read(), &mut arena) {
        Verdict::Forward(header) => Ok(Left { header, payload: arena[..header.length].to_vec() }),
        other => Err(other),
    }
}
