//! Where each frame lies in the stored file, so that a frame costs one or two range reads and no parsing.

use super::dataset::text;
use crate::guard::{Checked, PixelElement, Scan, Span};
use crate::refusal::Refusal;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Fragments of one frame at most. Encoders write one, some a few dozen (64 kB pieces of a large frame). More: item
/// headers, 8 B each, outgrow the picture, and each fragment costs 16 B of the frame table. Less: refuses large
/// frames (128 MB) cut into pieces smaller than 32 kB.
pub const FRAGMENTS_MAX: usize = 4096;

/// Frames of one object, by byte offsets into the stored file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameTable {
    /// Bytes before the pixel data element: all attributes that describe the picture.
    pub head: u64,
    pub frames: Frames,
}

/// How the frames lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Frames {
    /// The object has no pixel data.
    None,
    /// `count` frames of `length` bytes each, from `at` on.
    Native { at: u64, length: u64, count: u32 },
    /// One bit a pixel where frames do not begin at a byte (PS3.5 § 8.1.1): they cannot be read by range.
    Unaligned { count: u32 },
    /// Each frame's fragments as (offset, length).
    Encapsulated { spans: Vec<Vec<(u64, u64)>> },
}

impl FrameTable {
    /// The number of frames.
    pub fn count(&self) -> u32 {
        match &self.frames {
            Frames::None => 0,
            Frames::Native { count, .. } | Frames::Unaligned { count } => *count,
            Frames::Encapsulated { spans } => spans.len() as u32,
        }
    }

    /// The byte ranges of a frame (counted from 1), in order. `None` where there is no such frame or none that can
    /// be read by range.
    pub fn ranges(&self, frame: u32) -> Option<Vec<Range<u64>>> {
        let place = u64::from(frame.checked_sub(1)?);
        match &self.frames {
            Frames::Native { at, length, count } if frame <= *count => {
                let start = at + place * length;
                Some(std::iter::once(start..start + length).collect())
            }
            Frames::Encapsulated { spans } => {
                let frame = spans.get(place as usize)?;
                Some(frame.iter().map(|(at, length)| *at..at + length).collect())
            }
            _ => None,
        }
    }

    pub(super) fn build(checked: &Checked<'_>, object: &InMemDicomObject) -> Result<Self, Refusal> {
        let scan = &checked.scan;
        let frames = match &scan.pixels {
            None => Frames::None,
            Some(PixelElement::Native(span)) => native(scan, *span, object)?,
            Some(PixelElement::Encapsulated(items)) => encapsulated(&checked.bytes, scan, items)?,
        };
        Ok(Self { head: scan.head, frames })
    }
}

fn native(scan: &Scan, span: Span, object: &InMemDicomObject) -> Result<Frames, Refusal> {
    let count = scan.frame_count();
    let mut bits = scan.frame_bits().ok_or_else(|| Refusal::missing("Rows, Columns or Bits Allocated"))?;
    if text(object, tags::PHOTOMETRIC_INTERPRETATION).as_deref() == Some("YBR_FULL_422") {
        bits = bits / 3 * 2; // two samples a pixel, PS3.3 C.7.6.3.1.2
    }
    let total = (bits * u64::from(count)).div_ceil(8);
    if span.length < total {
        return Err(Refusal::BadLength { tag: "(7FE0,0010)".into(), claimed: total, available: span.length });
    }
    if count > 1 && !bits.is_multiple_of(8) {
        return Ok(Frames::Unaligned { count });
    }
    Ok(Frames::Native { at: span.at, length: bits.div_ceil(8), count })
}

/// Which fragments make up which frame, PS3.5 § A.4: by the extended offset table, by the basic offset table, one
/// fragment each, or all fragments for a single frame. Anything else is ambiguous and refused.
fn encapsulated(file: &[u8], scan: &Scan, items: &[Span]) -> Result<Frames, Refusal> {
    let count = scan.frame_count() as usize;
    let Some((basic, fragments)) = items.split_first().filter(|(_, fragments)| !fragments.is_empty()) else {
        return Err(Refusal::Mismatch { reason: "the encapsulated pixel data hold no fragment".into() });
    };
    let pair = |span: &Span| (span.at, span.length);
    let one_each = || fragments.iter().map(|span| vec![pair(span)]).collect();
    let spans = if count == 1 {
        vec![fragments.iter().map(pair).collect()]
    } else if fragments.len() == count {
        one_each()
    } else {
        let starts = offsets(file, scan, *basic);
        if starts.len() != count {
            let reason = format!("{} fragments and {} offsets for {count} frames", fragments.len(), starts.len());
            return Err(Refusal::Mismatch { reason });
        }
        by_offsets(fragments, &starts)?
    };
    if let Some(many) = spans.iter().map(Vec::len).find(|fragments| *fragments > FRAGMENTS_MAX) {
        let reason = format!("{many} fragments in one frame, at most {FRAGMENTS_MAX}");
        return Err(Refusal::PixelLimit { reason });
    }
    Ok(Frames::Encapsulated { spans })
}

/// Frame starts relative to the first fragment's item tag.
fn offsets(file: &[u8], scan: &Scan, basic: Span) -> Vec<u64> {
    if let Some(extended) = scan.offsets {
        let (words, _) = extended.of(file).as_chunks::<8>();
        return words.iter().map(|word| u64::from_le_bytes(*word)).collect();
    }
    let (words, _) = basic.of(file).as_chunks::<4>();
    words.iter().map(|word| u64::from(u32::from_le_bytes(*word))).collect()
}

fn by_offsets(fragments: &[Span], starts: &[u64]) -> Result<Vec<Vec<(u64, u64)>>, Refusal> {
    let wrong = || Refusal::Mismatch { reason: "the offset table does not point at fragments".into() };
    let base = fragments.first().map_or(0, |span| span.at - 8);
    let mut frames: Vec<Vec<(u64, u64)>> = Vec::with_capacity(starts.len());
    for fragment in fragments {
        let offset = fragment.at - 8 - base;
        if starts.get(frames.len()) == Some(&offset) {
            frames.push(Vec::new());
        }
        frames.last_mut().ok_or_else(wrong)?.push((fragment.at, fragment.length));
    }
    if frames.len() == starts.len() { Ok(frames) } else { Err(wrong()) }
}
