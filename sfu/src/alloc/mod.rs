//! Who gets how much of one subscriber's bandwidth. Pure.
//!
//! [`allocate`] is a function of the budget and the wishes alone: voices always, then data and shared screens, then the
//! presenter, then faces, the largest first. [`Switching`] puts time around it: down at once, up slowly.

mod allocate;
mod switching;
#[cfg(test)]
mod tests;

use crate::congestion::DataRate;

#[cfg(test)]
use allocate::allocate;
pub(crate) use switching::{Switching, Wanted, wanted};

/// What a stream is to its viewer. The order is the order of serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Never held back, whatever the budget.
    Audio,
    /// Shared images and their annotations over the data channel. What does not fit is late, not lost: may get a part.
    Data,
    Screen,
    Presenter,
    Face,
}

/// One quality in which a stream can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    /// Higher is better.
    pub(crate) number: u8,
    /// Measured over the last second or so; for one that its sender has switched off, what it would come to. For scalable
    /// coding with all the layers that it rests on.
    pub(crate) rate: DataRate,
    /// Of the picture, in pixels; 0 for what is no picture.
    pub(crate) height: u16,
}

/// A stream that a subscriber could get, and how it would like it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a, S> {
    pub(crate) stream: S,
    pub(crate) kind: Kind,
    /// Lowest first. Audio and data have one.
    pub(crate) layers: &'a [Layer],
    /// At which the viewer shows it, in device pixels; 0: not shown at all. Without a meaning for audio and data.
    pub(crate) height: u16,
    /// What it gets at present.
    pub(crate) current: Option<u8>,
}

/// What a stream gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice<S> {
    pub(crate) stream: S,
    /// [`Layer::number`]; `None`: nothing for now.
    pub(crate) layer: Option<u8>,
    /// Of the budget. Less than the layer's only for data.
    pub(crate) rate: DataRate,
}
