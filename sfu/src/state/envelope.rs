//! The envelope of data channel frames. The payload behind it is never read.
//!
//! ```text
//! client → SFU   u8 kind | u8 n | n bytes key | [u32 BE age, with kind 5 alone] | payload
//! SFU → client   u8 kind | u32 BE sender | u8 n | n bytes key | payload
//! ```

use crate::api::{MAX_DATA_FRAME, MemberId};
use bytes::{BufMut, Bytes, BytesMut};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Keep the payload as the last one of (sender, key).
    Put = 1,
    /// Forget what was kept.
    Delete = 2,
    /// Relay only.
    Ephemeral = 3,
}

/// Only the SFU says this one.
const END_OF_SNAPSHOT: u8 = 4;
/// Only clients say this one: a put of something that was written a while ago, milliseconds. It is relayed as a put.
const AGED_PUT: u8 = 5;
const AGE_BYTES: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("frame is larger than {MAX_DATA_FRAME} bytes")]
    TooLarge,
    #[error("frame ends inside its envelope")]
    Truncated,
    #[error("unknown kind")]
    UnknownKind,
}

/// A frame of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) key: Bytes,
    pub(crate) payload: Bytes,
    /// How long ago it was written.
    pub(crate) age: Duration,
}

impl Frame {
    pub(crate) fn parse(data: &Bytes) -> Result<Frame, Malformed> {
        if data.len() > MAX_DATA_FRAME {
            return Err(Malformed::TooLarge);
        }
        let [code, length, ..] = data[..] else { return Err(Malformed::Truncated) };
        let kind = match code {
            1 | AGED_PUT => Kind::Put,
            2 => Kind::Delete,
            3 => Kind::Ephemeral,
            _ => return Err(Malformed::UnknownKind),
        };
        let key_end = 2 + usize::from(length);
        let payload_at = if code == AGED_PUT { key_end + AGE_BYTES } else { key_end };
        if data.len() < payload_at {
            return Err(Malformed::Truncated);
        }
        let age = data[key_end..payload_at].iter().fold(0, |age, byte| age << 8 | u64::from(*byte));
        let (key, payload) = (data.slice(2..key_end), data.slice(payload_at..));
        Ok(Frame { kind, key, payload, age: Duration::from_millis(age) })
    }

    /// The frame as the others get it.
    pub(crate) fn relay(&self, sender: MemberId) -> Bytes {
        encode(self.kind as u8, sender, &self.key, &self.payload)
    }
}

pub(crate) fn end_of_snapshot() -> Bytes {
    encode(END_OF_SNAPSHOT, MemberId(0), &[], &[])
}

/// `key` is at most 255 bytes: it comes out of a frame whose length byte said so.
fn encode(kind: u8, sender: MemberId, key: &[u8], payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(6 + key.len() + payload.len());
    out.put_u8(kind);
    out.put_u32(sender.0);
    out.put_u8(key.len() as u8);
    out.put_slice(key);
    out.put_slice(payload);
    out.freeze()
}
