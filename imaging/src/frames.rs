//! Frames out of the store, in their stored transfer syntax.

use crate::blobs::{BlobError, Blobs};
use crate::index::{FRAGMENTS_MAX, FrameTable, Frames};
use crate::refusal::Refusal;
use crate::render::{RenderJob, RenderOptions};
use crate::seal::ObjectKey;
use bytes::{Bytes, BytesMut};
use std::ops::Range;

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Blob(#[from] BlobError),
}

/// Reads a frame (counted from 1). For encapsulated pixel data this is the frame's code stream: its fragments
/// without item headers, as WADO-RS delivers it (PS3.18 § 8.7.3.3). Costs one range read, from the first fragment to the last; the
/// 8 bytes of each item header between them are read along and cut out.
pub async fn read(blobs: &Blobs, key: &ObjectKey, table: &FrameTable, frame: u32) -> Result<Bytes, FrameError> {
    let ranges = table.ranges(frame).ok_or_else(|| no_frame(table, frame))?;
    // Objects stored before there was a limit.
    if ranges.len() > FRAGMENTS_MAX {
        let reason = format!("{} fragments in one frame, at most {FRAGMENTS_MAX}", ranges.len());
        return Err(Refusal::PixelLimit { reason }.into());
    }
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return Ok(Bytes::new()) };
    let all = first.start..last.end;
    let bytes = blobs.get_range(key, all.clone()).await?;
    if ranges.len() == 1 { Ok(bytes) } else { cut(&bytes, &all, &ranges) }
}

/// The ranges' bytes, one after another; `bytes` are those of `all`.
fn cut(bytes: &Bytes, all: &Range<u64>, ranges: &[Range<u64>]) -> Result<Bytes, FrameError> {
    let mut whole = BytesMut::with_capacity(bytes.len());
    for range in ranges {
        let place = |at: u64| at.checked_sub(all.start).and_then(|at| usize::try_from(at).ok());
        let piece = place(range.start).zip(place(range.end)).and_then(|(start, end)| bytes.get(start..end));
        let outside = BlobError::OutOfRange { start: range.start, end: range.end };
        whole.extend_from_slice(piece.ok_or(outside)?);
    }
    Ok(whole.freeze())
}

/// Fetches what the worker needs to render one frame: the attributes and that frame, however long the object is.
pub async fn render_job(
    blobs: &Blobs,
    key: &ObjectKey,
    table: &FrameTable,
    frame: u32,
    options: RenderOptions,
) -> Result<RenderJob, FrameError> {
    let pixels = read(blobs, key, table, frame).await?;
    let head = blobs.get_range(key, 0..table.head).await?;
    Ok(RenderJob { head, pixels, frame, options })
}

fn no_frame(table: &FrameTable, frame: u32) -> Refusal {
    match table.frames {
        Frames::None => Refusal::NoPixels,
        Frames::Unaligned { count } if frame >= 1 && frame <= count => {
            Refusal::cannot_render("one-bit frames that do not begin at a byte are not delivered singly")
        }
        _ => Refusal::NoSuchFrame { frame, frames: table.count() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_headers_are_cut_out() {
        let bytes = Bytes::from_static(b"aa--------bbbb--------c");
        let ranges = [100..102, 110..114, 122..123];
        assert_eq!(cut(&bytes, &(100..123), &ranges).unwrap(), "aabbbbc");
        assert!(cut(&bytes, &(100..123), &[100..102, 122..124]).is_err());
        assert!(cut(&bytes, &(100..123), &[99..101, 110..114]).is_err());
    }
}
