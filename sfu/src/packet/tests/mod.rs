//! What we write is read back, by us and by `rtc`'s codecs; whatever comes, nothing panics.

mod any_bytes;
mod descriptors;
mod extensions;
mod framing;
mod rtcp;
mod rtp;
mod transport_wide;
