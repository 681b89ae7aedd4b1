//! What has to change in a packet between its publisher and a subscriber's slot, and when a key frame is asked for.
//! Pure.

mod keyframe;
mod rewrite;
mod seen;
#[cfg(test)]
mod tests;
mod vp8;

pub(crate) use keyframe::KeyframeRequests;
pub(crate) use rewrite::{Media, Rewriter, Verdict};
pub(crate) use seen::Seen;
