//! What a native peer's camera and microphone send.

use crate::mls::Codec;
use schemas::UnixMillis;

/// Milliseconds between two pictures, and two packets of sound.
const PICTURE: i64 = 33;
const SOUND: i64 = 20;
/// Ticks of the RTP clock in a millisecond.
const PICTURE_CLOCK: i64 = 90;
const SOUND_CLOCK: i64 = 48;
/// Pictures between two key frames of a marked film.
const GROUP: usize = 30;
/// Bytes of a marked picture, of several packets.
const MARKED: usize = 3_000;
/// What was sent last, to be played back.
const KEPT: usize = 60;

/// What is shown.
#[derive(Clone)]
pub enum Show {
    Nothing,
    /// Pictures that somebody's encoder has made, from a key frame on, over and over.
    Clip(Vec<Vec<u8>>),
    /// No picture that a decoder would take: frames of VP8 and opus full of this mark.
    Mark(Vec<u8>),
    /// What was sent last, exactly as it left: somebody in the middle has recorded it.
    Again,
}

pub(super) struct Frame {
    pub(super) codec: Codec,
    pub(super) payload: Vec<u8>,
    pub(super) timestamp: u32,
    /// Was sealed before.
    pub(super) is_sealed: bool,
}

pub struct Film {
    show: Show,
    began: Option<UnixMillis>,
    /// Pictures and packets of sound so far.
    counts: [usize; 2],
    sent: Vec<Vec<u8>>,
}

impl Default for Film {
    fn default() -> Self {
        Self { show: Show::Nothing, began: None, counts: [0, 0], sent: vec![] }
    }
}

impl Film {
    pub(super) fn show(&mut self, show: Show) {
        self.show = show;
    }

    pub(super) fn due(&mut self, now: UnixMillis) -> Vec<Frame> {
        let began = *self.began.get_or_insert(now);
        let since = now.0 - began.0;
        let mut due = vec![];
        let kinds = [(Codec::Vp8, PICTURE, PICTURE_CLOCK), (Codec::Opus, SOUND, SOUND_CLOCK)];
        for (i, (codec, every, clock)) in kinds.into_iter().enumerate() {
            // What is late is left out, as a camera does.
            let number = usize::try_from(since / every).unwrap_or_default();
            if number < self.counts[i] {
                continue;
            }
            self.counts[i] = number + 1;
            let Some((payload, is_sealed)) = self.payload(codec, number) else { continue };
            let timestamp = u32::try_from((number as i64 * every * clock) & 0xffff_ffff).unwrap_or_default();
            due.push(Frame { codec, payload, timestamp, is_sealed });
        }
        due
    }

    pub(super) fn sent(&mut self, codec: Codec, payload: &[u8]) {
        if codec == Codec::Vp8 && !matches!(self.show, Show::Again) {
            self.sent.push(payload.to_vec());
            let over = self.sent.len().saturating_sub(KEPT);
            self.sent.drain(..over);
        }
    }

    fn payload(&self, codec: Codec, number: usize) -> Option<(Vec<u8>, bool)> {
        match (&self.show, codec) {
            (Show::Clip(clip), Codec::Vp8) => clip.get(number % clip.len().max(1)).map(|frame| (frame.clone(), false)),
            // Opus silence (RFC 6716 § 3.1: one frame of CELT).
            (Show::Clip(_), Codec::Opus) => Some((vec![0xf8, 0xff, 0xfe], false)),
            (Show::Mark(mark), codec) => Some((marked(codec, number, mark), false)),
            (Show::Again, Codec::Vp8) => {
                self.sent.get(number % self.sent.len().max(1)).map(|sent| (sent.clone(), true))
            }
            (Show::Again, Codec::Opus) | (Show::Nothing, _) => None,
        }
    }
}

fn marked(codec: Codec, number: usize, mark: &[u8]) -> Vec<u8> {
    let (head, size): (&[u8], usize) = match codec {
        // RFC 6386 § 9.1: a shown key frame of 640 × 360, and a shown delta frame.
        Codec::Vp8 if number.is_multiple_of(GROUP) => (&[0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01], MARKED),
        Codec::Vp8 => (&[0x11, 0, 0], MARKED),
        Codec::Opus => (&[0xf8], 120),
    };
    head.iter().copied().chain(mark.iter().copied().cycle()).take(size).collect()
}
