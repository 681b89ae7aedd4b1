//! What goes through the pipe. A message is
//!
//! ```text
//! u32 length of the JSON | u32 number of blobs | u64 length of each blob … | JSON | blobs …
//! ```
//!
//! all numbers little endian. Images travel as blobs, the rest as JSON.

use crate::guard::Caps;
use crate::index::Indexed;
use crate::refusal::Refusal;
use crate::render::{Format, RenderOptions};
use serde::{Deserialize, Serialize};

/// Argument of the binary that makes it a worker.
pub(super) const ARGUMENT: &str = "imaging-worker";
/// Caps on what a peer may announce. The parent trusts the child no more than a file: it may have been taken over.
pub(super) const JSON_MAX: u32 = 64 << 20;
pub(super) const BLOBS_MAX: u32 = 4;

/// Parent to child. Blobs: `Index` the file; `Render` the head and the frame.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Request {
    Index,
    Render { frame: u32, options: RenderOptions },
}

/// Child to parent. Blobs: `Indexed` the rewritten file, if there is one; `Rendered` the picture.
#[derive(Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(super) enum Response {
    Indexed { indexed: Box<Indexed> },
    Rendered { format: Format },
    Refused { refusal: Refusal },
}

/// The fixed part before the blob lengths.
pub(super) const FIXED: usize = 8;

/// The bytes before the blobs.
pub(super) fn head(json: &[u8], blobs: &[&[u8]]) -> Vec<u8> {
    let mut head = Vec::with_capacity(FIXED + 8 * blobs.len() + json.len());
    head.extend_from_slice(&(json.len() as u32).to_le_bytes());
    head.extend_from_slice(&(blobs.len() as u32).to_le_bytes());
    for blob in blobs {
        head.extend_from_slice(&(blob.len() as u64).to_le_bytes());
    }
    head.extend_from_slice(json);
    head
}

/// Length of the JSON and number of blobs; `None` where they are beyond the caps.
pub(super) fn fixed(bytes: [u8; FIXED]) -> Option<(usize, usize)> {
    let [a, b, c, d, e, f, g, h] = bytes;
    let (json, blobs) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    (json <= JSON_MAX && blobs <= BLOBS_MAX).then_some((json as usize, blobs as usize))
}

/// The caps that a child applies. The same for all: limits of the installation are in [`super::Limits`].
pub(super) fn caps() -> Caps {
    Caps::default()
}
