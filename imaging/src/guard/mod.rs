//! The door: an iterative look over a hostile file before any parser may allocate for it.
//!
//! A DICOM parser trusts lengths that the file declares, and recurses into sequences that the file nests. Files of a
//! few hundred bytes took 4 GB and files of 360 kB overflowed the stack that way (`LAB.md`, "Hostile files"). This
//! module walks the element headers with an explicit stack, touches no value, allocates nothing that the file could
//! choose, and refuses what cannot be true. It costs about 0.01 ms.
//!
//! On the way it notes where the pixel data lies, so that frames can later be read without parsing again.

mod meta;
mod walk;

pub use meta::{DEFLATED, EXPLICIT_BIG, EXPLICIT_LITTLE, FileMeta, IMPLICIT_LITTLE};
pub use walk::{PixelElement, Scan, Span};

use crate::refusal::Refusal;
use std::borrow::Cow;
use std::io::Read;

/// What a file may be at most.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// Nested sequences. More: parsers that recurse need more stack (64 levels cost about 100 kB). Less: refuses
    /// structured reports, which in practice stay below 20.
    pub depth: u32,
    /// Elements, items and fragments together. More: about 250 B of memory each once parsed. Less: refuses enhanced
    /// multi-frame objects, which have about 100 elements for each frame.
    pub elements: u64,
    /// Bytes of an inflated data set. More: a bomb of a thousandth of that fills as much memory. Less: refuses large
    /// deflated objects, which are rare (structured reports, some US).
    pub inflated: u64,
    /// Bytes of one decoded frame. More: a decoder needs up to six times that at once. Less: refuses large
    /// radiographs (4,000 × 5,000 × 2 B = 40 MB).
    pub frame: u64,
    /// Bytes of all decoded frames. Nothing decodes all at once, so this only catches nonsense.
    pub pixels: u64,
    /// Number of frames. More: a larger frame table in memory and database (16 B a frame). Less: refuses long
    /// angiography and whole-slide pyramids.
    pub frames: u32,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            depth: 64,
            elements: 1_000_000,
            inflated: 256 << 20,
            frame: 128 << 20,
            pixels: 16 << 30,
            frames: 100_000,
        }
    }
}

/// A file that passed, with what was learnt on the way.
pub struct Checked<'a> {
    /// The bytes that `scan` speaks about: those given, or the rewritten file where the data set came deflated.
    pub bytes: Cow<'a, [u8]>,
    pub meta: FileMeta,
    pub scan: Scan,
}

/// Checks a Part 10 file. Total: any bytes give an answer, none a panic.
///
/// A deflated data set (1.2.840.10008.1.2.1.99) is inflated under a cap and continues as Explicit VR Little Endian,
/// because frames inside a deflated stream could not be read by range.
pub fn check<'a>(bytes: &'a [u8], caps: &Caps) -> Result<Checked<'a>, Refusal> {
    let meta = FileMeta::read(bytes)?;
    if meta.transfer_syntax != DEFLATED {
        let scan = walk::walk(bytes, &meta, caps)?;
        return Ok(Checked { bytes: Cow::Borrowed(bytes), meta, scan });
    }
    let data = inflate(&bytes[meta.data_set..], caps.inflated)?;
    let rewritten = meta.with_transfer_syntax(bytes, EXPLICIT_LITTLE, &data)?;
    let meta = FileMeta::read(&rewritten)?;
    let scan = walk::walk(&rewritten, &meta, caps)?;
    Ok(Checked { bytes: Cow::Owned(rewritten), meta, scan })
}

fn inflate(deflated: &[u8], limit: u64) -> Result<Vec<u8>, Refusal> {
    let mut data = Vec::new();
    flate2::read::DeflateDecoder::new(deflated)
        .take(limit + 1)
        .read_to_end(&mut data)
        .map_err(|_| Refusal::Unparsable { reason: "the deflated data set is damaged".into() })?;
    if data.len() as u64 > limit {
        return Err(Refusal::InflateLimit { limit });
    }
    Ok(data)
}
