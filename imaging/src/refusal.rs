//! Why an object, or a wish about one, was turned down.

use serde::{Deserialize, Serialize};

/// A clear "no" to one object or one request. The text is for people and logs and never holds patient data: only
/// tags, sizes, UIDs of standards and names of attributes appear in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("the object has {size} bytes, this installation takes {limit}")]
    TooLarge { size: u64, limit: u64 },
    #[error("this is not a DICOM Part 10 file: {reason}")]
    NotDicom { reason: String },
    #[error("the file ends in the middle of an element at byte {at}")]
    Truncated { at: u64 },
    #[error("element {tag} claims {claimed} bytes where {available} are left")]
    BadLength { tag: String, claimed: u64, available: u64 },
    #[error("the file's structure is broken at byte {at}: {reason}")]
    BadStructure { at: u64, reason: String },
    #[error("sequences are nested deeper than {limit} levels")]
    TooDeep { limit: u32 },
    #[error("the file has more than {limit} elements")]
    TooManyElements { limit: u64 },
    #[error("the deflated part unpacks to more than {limit} bytes")]
    InflateLimit { limit: u64 },
    #[error("the image is larger than this installation takes: {reason}")]
    PixelLimit { reason: String },
    #[error("the transfer syntax {uid} is not taken here")]
    UnsupportedTransferSyntax { uid: String },
    #[error("the attribute {name} is missing or empty")]
    MissingAttribute { name: String },
    #[error("the attribute {name} has a value that is not allowed")]
    BadAttribute { name: String },
    #[error("the data set does not fit the request: {reason}")]
    Mismatch { reason: String },
    #[error("the study holds objects of another Patient ID already; one study is never of two patients")]
    OtherPatient,
    #[error("the file cannot be read: {reason}")]
    Unparsable { reason: String },
    /// The sentence says what is not possible; shown to people.
    #[error("{reason}")]
    CannotRender { reason: String },
    #[error("the object has {frames} frames; frame {frame} does not exist")]
    NoSuchFrame { frame: u32, frames: u32 },
    #[error("the object has no pixel data")]
    NoPixels,
    #[error("an object with this SOP Instance UID and other content is already stored")]
    Duplicate,
    #[error("reading the object failed and was stopped (out of memory or a fault in a decoder)")]
    WorkerFailed,
    #[error("reading the object took longer than {seconds} s and was stopped")]
    WorkerTimeout { seconds: u64 },
    #[error("the imaging worker cannot be started")]
    WorkerUnavailable,
    #[error("too many pictures are waited for")]
    WorkerBusy,
}

/// STOW-RS failure reasons, PS3.18 Table I.2-2 (and PS3.7 Annex C for 0x0111).
mod reason {
    pub(super) const PROCESSING_FAILURE: u16 = 0x0110;
    pub(super) const DUPLICATE_INSTANCE: u16 = 0x0111;
    pub(super) const OUT_OF_RESOURCES: u16 = 0xA700;
    pub(super) const DATA_SET_MISMATCH: u16 = 0xA900;
    pub(super) const CANNOT_UNDERSTAND: u16 = 0xC000;
    pub(super) const TRANSFER_SYNTAX_NOT_SUPPORTED: u16 = 0xC122;
}

impl Refusal {
    /// A stable name of the kind of refusal, the same as the tag `code` in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotDicom { .. } => "not_dicom",
            Self::Truncated { .. } => "truncated",
            Self::BadLength { .. } => "bad_length",
            Self::BadStructure { .. } => "bad_structure",
            Self::TooDeep { .. } => "too_deep",
            Self::TooManyElements { .. } => "too_many_elements",
            Self::InflateLimit { .. } => "inflate_limit",
            Self::PixelLimit { .. } => "pixel_limit",
            Self::UnsupportedTransferSyntax { .. } => "unsupported_transfer_syntax",
            Self::MissingAttribute { .. } => "missing_attribute",
            Self::BadAttribute { .. } => "bad_attribute",
            Self::Mismatch { .. } => "mismatch",
            Self::OtherPatient => "other_patient",
            Self::Unparsable { .. } => "unparsable",
            Self::CannotRender { .. } => "cannot_render",
            Self::NoSuchFrame { .. } => "no_such_frame",
            Self::NoPixels => "no_pixels",
            Self::Duplicate => "duplicate",
            Self::WorkerFailed => "worker_failed",
            Self::WorkerTimeout { .. } => "worker_timeout",
            Self::WorkerUnavailable => "worker_unavailable",
            Self::WorkerBusy => "worker_busy",
        }
    }

    /// Failure Reason (0008,1197) of a STOW-RS response, PS3.18 Table I.2-2.
    pub fn failure_reason(&self) -> u16 {
        match self {
            Self::TooLarge { .. }
            | Self::TooDeep { .. }
            | Self::TooManyElements { .. }
            | Self::InflateLimit { .. }
            | Self::PixelLimit { .. } => reason::OUT_OF_RESOURCES,
            Self::MissingAttribute { .. } | Self::BadAttribute { .. } | Self::Mismatch { .. } | Self::OtherPatient => {
                reason::DATA_SET_MISMATCH
            }
            Self::NotDicom { .. }
            | Self::Truncated { .. }
            | Self::BadLength { .. }
            | Self::BadStructure { .. }
            | Self::Unparsable { .. } => reason::CANNOT_UNDERSTAND,
            Self::UnsupportedTransferSyntax { .. } => reason::TRANSFER_SYNTAX_NOT_SUPPORTED,
            Self::Duplicate => reason::DUPLICATE_INSTANCE,
            Self::CannotRender { .. }
            | Self::NoSuchFrame { .. }
            | Self::NoPixels
            | Self::WorkerFailed
            | Self::WorkerTimeout { .. }
            | Self::WorkerUnavailable
            | Self::WorkerBusy => reason::PROCESSING_FAILURE,
        }
    }

    /// Whether trying the same again later may succeed (our trouble, not the object's).
    pub fn retryable(&self) -> bool {
        matches!(self, Self::WorkerUnavailable | Self::WorkerBusy)
    }

    pub(crate) fn bad_attribute(name: &str) -> Self {
        Self::BadAttribute { name: name.to_owned() }
    }

    pub(crate) fn missing(name: &str) -> Self {
        Self::MissingAttribute { name: name.to_owned() }
    }

    pub(crate) fn cannot_render(reason: impl Into<String>) -> Self {
        Self::CannotRender { reason: reason.into() }
    }
}
