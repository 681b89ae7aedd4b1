//! Frames of data channels: the envelope, and what is kept.

use crate::api::{Keys, MemberId};
use crate::net::clock;
use crate::state::{Channel, Frame, Kept, Kind, Reads, Retained};
use bytes::Bytes;

const SENDER: u32 = 0x0102_0304;

/// One frame of a client, on either channel.
pub fn frame(bytes: &[u8]) {
    let _ = std::str::from_utf8(bytes).map(Channel::from_label);
    let Ok(frame) = Frame::parse(&Bytes::copy_from_slice(bytes)) else { return };
    assert_eq!(Frame::parse(&written(&frame)).as_ref(), Ok(&frame));
    let relayed = frame.relay(MemberId(SENDER));
    let head = [&[frame.kind as u8][..], &SENDER.to_be_bytes(), &[frame.key.len() as u8], &frame.key].concat();
    assert_eq!(relayed.strip_prefix(&head[..]), Some(&frame.payload[..]));

    let now = clock::now();
    let mut kept = Retained::default();
    for written in [None, now.checked_sub(frame.age)] {
        let is_kept = kept.apply(MemberId(SENDER), &frame, written) == Kept::Yes;
        assert_eq!(is_kept, frame.kind == Kind::Put);
        assert!(kept.snapshot(Reads::new(Keys::All, now)).eq(is_kept.then(|| relayed.clone())));
    }
}

/// As a client writes it.
fn written(frame: &Frame) -> Bytes {
    let (kind, age) = match frame.kind {
        Kind::Put => (5, Some(frame.age.as_millis() as u32)),
        Kind::Delete => (2, None),
        Kind::Ephemeral => (3, None),
    };
    let mut written = vec![kind, frame.key.len() as u8];
    written.extend_from_slice(&frame.key);
    written.extend(age.into_iter().flat_map(u32::to_be_bytes));
    written.extend_from_slice(&frame.payload);
    written.into()
}
