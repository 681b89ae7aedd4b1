//! Why an offer cannot be answered. The reasons never quote it.

use super::offer::{MAX_BYTES, MAX_LAYERS, MAX_LINES};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadOffer {
    #[error("the description is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("not a session description")]
    NotSdp,
    #[error("more than {MAX_LINES} m-lines")]
    TooManyLines,
    #[error("an m-line has no mid, or one that is no short token")]
    NoMid,
    #[error("two m-lines have the same mid")]
    SameMid,
    #[error("an m-line is outside the bundle")]
    NotBundled,
    #[error("no ICE user name fragment or password")]
    NoIceCredentials,
    #[error("no SHA-256 certificate fingerprint")]
    NoFingerprint,
    #[error("the client wants to be the DTLS server")]
    Passive,
    #[error("more than {MAX_LAYERS} simulcast layers")]
    TooManyLayers,
    #[error("a published or received mid is not in the description")]
    UnknownMid,
    #[error("a mid is listed twice")]
    ListedTwice,
    #[error("a published mid is not a sendonly line of its media type")]
    NotSendonly,
    #[error("a received mid is not a recvonly line of its media type")]
    NotRecvonly,
    #[error("a published line names neither SSRC nor rid")]
    NoSsrc,
    #[error("a published or received line has neither opus, VP8 nor VP9")]
    NoCodec,
    #[error("an ICE restart changes the m-lines")]
    LinesChanged,
    #[error("an ICE restart changes the certificate")]
    CertificateChanged,
}
