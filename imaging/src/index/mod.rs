//! What the broker keeps of one stored object: the query columns of its study, series and instance, its DICOM JSON
//! and the table of its frames.
//!
//! [`index`] runs in the worker process (see [`crate::worker`]); the types here cross the pipe as JSON.

mod columns;
pub(crate) mod dataset;
mod json;
mod table;

pub use columns::{InstanceColumns, SeriesColumns, StudyColumns};
pub(crate) use json::person;
pub use table::{FRAGMENTS_MAX, FrameTable, Frames};

use crate::guard::{self, Caps, Checked, EXPLICIT_BIG};
use crate::refusal::Refusal;
use crate::seal::hex;
use bytes::Bytes;
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// One indexed object. `Debug` shows nothing of it: it holds patient data.
#[derive(Clone, Serialize, Deserialize)]
pub struct Indexed {
    pub study: StudyColumns,
    pub series: SeriesColumns,
    pub instance: InstanceColumns,
    /// The object's DICOM JSON (PS3.18 Annex F), one JSON object without pixel data and without binary values over
    /// [`json::INLINE_MAX`] bytes. It holds patient data: store it sealed.
    pub metadata: String,
    /// Where each frame lies in the stored bytes.
    pub frames: FrameTable,
    /// Hex SHA-256 of the *received* bytes.
    pub sha256: String,
    /// Bytes to store instead of the received ones: a deflated or big-endian object, rewritten without loss as
    /// Explicit VR Little Endian, because its frames could otherwise not be read by range.
    #[serde(skip)]
    pub stored: Option<Bytes>,
}

impl fmt::Debug for Indexed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Indexed(..)")
    }
}

/// Checks, parses and indexes one Part 10 object.
///
/// Call it only where a fault may end the process: the parser behind it is not ours.
pub fn index(received: &[u8], caps: &Caps) -> Result<Indexed, Refusal> {
    let mut checked = guard::check(received, caps)?;
    let uid = checked.meta.transfer_syntax.clone();
    if TransferSyntaxRegistry.get(&uid).is_none() {
        return Err(Refusal::UnsupportedTransferSyntax { uid });
    }
    let little;
    if uid == EXPLICIT_BIG {
        little = dataset::to_little_endian(&checked.bytes)?;
        checked = guard::check(&little, caps)?;
    }
    let mut object = dataset::read_head(&checked)?;
    dataset::name_unknown(&mut object);
    let mut indexed = describe(&checked, &object)?;
    indexed.sha256 = hex(&Sha256::digest(received));
    let rewritten = checked.bytes.as_ptr() != received.as_ptr();
    indexed.stored = rewritten.then(|| Bytes::from(checked.bytes.into_owned()));
    Ok(indexed)
}

fn describe(checked: &Checked<'_>, object: &InMemDicomObject) -> Result<Indexed, Refusal> {
    let frames = FrameTable::build(checked, object)?;
    let mut instance = InstanceColumns::read(object, &checked.meta.transfer_syntax)?;
    instance.number_of_frames = checked.scan.frame_count();
    Ok(Indexed {
        study: StudyColumns::read(object)?,
        series: SeriesColumns::read(object)?,
        instance,
        metadata: json::write(object),
        frames,
        sha256: String::new(),
        stored: None,
    })
}
