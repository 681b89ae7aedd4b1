//! What of frames and values stays readable and is bound to what is sealed: the same as `media/clear.ts`,
//! `media/frames.ts` and `data/sealed.ts`.

/// VP8's frame tag, start code, width and height (RFC 6386 § 9.1).
const KEY_FRAME: usize = 10;
/// VP8's frame tag.
const DELTA_FRAME: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Vp8,
    Opus,
}

/// Length of the readable part, of a frame as well as of a sealed one; `None` for what is too short to be one.
pub fn clear_bytes(codec: Codec, frame: &[u8]) -> Option<usize> {
    let first = frame.first()?;
    let length = match codec {
        Codec::Opus => 0,
        Codec::Vp8 if first & 1 == 0 => KEY_FRAME,
        Codec::Vp8 => DELTA_FRAME,
    };
    (frame.len() >= length).then_some(length)
}

/// Associated data of a frame.
pub(super) fn of_frame(codec: Codec, clear: &[u8]) -> Vec<u8> {
    let name: &[u8] = match codec {
        Codec::Vp8 => b"vp8;",
        Codec::Opus => b"opus;",
    };
    [name, clear].concat()
}

/// What a value on a data channel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// Kept by the server for those who come later.
    Put(&'a str),
    /// On the `pointer` channel.
    Pointer(&'a str),
}

/// Associated data of a value.
pub(super) fn of_place(place: Place<'_>) -> Vec<u8> {
    match place {
        Place::Put(key) => format!("state;put;{key}"),
        Place::Pointer(key) => format!("pointer;ephemeral;{key}"),
    }
    .into_bytes()
}
