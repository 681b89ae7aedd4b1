//! One frame as a picture for people: phones, thumbnails, reports. Never for primary diagnosis, and says so.
//!
//! What could be shown wrongly is refused with a sentence ([`Refusal::CannotRender`]), never guessed at: the list in
//! `LAB.md` ("Silently wrong") is checked here, because the libraries below do not.

mod attributes;
mod banner;
mod codestream;
mod decode;
mod encode;
mod grey;
mod scale;

pub use attributes::{Window, WindowFunction};

use crate::guard::{self, Caps};
use crate::index::dataset;
use crate::refusal::Refusal;
use attributes::{Photometric, Picturing};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The file format of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Png,
    Jpeg,
}

impl Format {
    /// The media type, such as `image/png`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// How a frame is to be rendered (PS3.18 § 8.3.5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderOptions {
    pub format: Format,
    /// JPEG quality, 1 to 100. More: larger files. Less: visible blocks, which matter at soft tissue contrast.
    pub quality: u8,
    /// Instead of the object's own window.
    pub window: Option<Window>,
    /// The picture fits into this many columns and rows, its proportions kept. `None`: one to one.
    pub viewport: Option<(u32, u32)>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { format: Format::Png, quality: 90, window: None, viewport: None }
    }
}

/// What the worker needs for one picture. Made by [`crate::frames::render_job`].
pub struct RenderJob {
    /// The file up to its pixel data.
    pub head: Bytes,
    /// The frame as stored.
    pub pixels: Bytes,
    /// Which frame it is, from 1: attributes may differ by frame.
    pub frame: u32,
    pub options: RenderOptions,
}

/// A rendered picture.
#[derive(Clone)]
pub struct Picture {
    pub format: Format,
    pub bytes: Bytes,
}

/// Renders one frame. Call it only where a fault may end the process: the decoders are not ours.
pub fn render(job: &RenderJob, caps: &Caps) -> Result<Picture, Refusal> {
    let checked = guard::check(&job.head, caps)?;
    let mut object = dataset::read_head(&checked)?;
    dataset::name_unknown(&mut object);
    let picturing = Picturing::read(&object, job.frame)?;
    if picturing.frame_bytes() > caps.frame {
        return Err(Refusal::PixelLimit { reason: format!("at most {} bytes a frame", caps.frame) });
    }
    let samples = decode::decode(&checked.meta.transfer_syntax, &picturing, &job.pixels)?;
    let canvas = match picturing.photometric {
        Photometric::Monochrome1 | Photometric::Monochrome2 => grey::canvas(&picturing, &samples, job.options.window)?,
        _ => encode::Canvas::rgb(picturing.columns.into(), picturing.rows.into(), samples),
    };
    let mut canvas = scale::to_viewport(canvas, picturing.pixel_height, job.options.viewport);
    banner::burn_in(&mut canvas);
    let bytes = encode::encode(&canvas, job.options.format, job.options.quality)?;
    Ok(Picture { format: job.options.format, bytes: bytes.into() })
}
