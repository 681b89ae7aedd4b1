//! Pixels of a key image.

use image::{DynamicImage, ImageReader, Limits};
use std::io::Cursor;
use std::sync::Arc;

/// Longest side of a picture. More lets one file take hundreds of megabytes; no report needs
const LONGEST: u32 = 8192;
/// Memory for decoding one picture: 8192 × 8192 pixels in colour and a copy.
const DECODED_BYTES: u64 = 512 * 1024 * 1024;

/// Samples of eight bits in rows from the top, without gaps.
#[derive(Clone, PartialEq)]
pub enum Samples {
    Grey(Vec<u8>),
    /// Red, green, blue.
    Rgb(Vec<u8>),
}

/// A picture that has pixels, and as many as it says. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Picture {
    width: u32,
    height: u32,
    samples: Arc<Samples>,
}

impl Picture {
    /// `None` when there is no pixel, too many of them, or not as many samples as the sides say.
    pub fn new(width: u32, height: u32, samples: Samples) -> Option<Self> {
        let (length, each) = match &samples {
            Samples::Grey(bytes) => (bytes.len(), 1),
            Samples::Rgb(bytes) => (bytes.len(), 3),
        };
        let side = 1..=LONGEST;
        let fits = side.contains(&width) && side.contains(&height);
        let wanted = u64::from(width) * u64::from(height) * each;
        (fits && wanted == length as u64).then(|| Self { width, height, samples: Arc::new(samples) })
    }

    /// Reads a PNG or JPEG file; `None` when it is none, or too large.
    pub fn decode(file: &[u8]) -> Option<Self> {
        let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST);
        limits.max_image_height = Some(LONGEST);
        limits.max_alloc = Some(DECODED_BYTES);
        reader.limits(limits);
        let (width, height, samples) = match reader.decode().ok()? {
            DynamicImage::ImageLuma8(grey) => (grey.width(), grey.height(), Samples::Grey(grey.into_raw())),
            other => {
                let rgb = other.into_rgb8();
                (rgb.width(), rgb.height(), Samples::Rgb(rgb.into_raw()))
            }
        };
        Self::new(width, height, samples)
    }

    pub fn width(&self) -> u32 {
        self.width
    }

    pub fn height(&self) -> u32 {
        self.height
    }

    pub(crate) fn samples(&self) -> &Samples {
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_as_many_pixels_as_it_says() {
        assert!(Picture::new(2, 3, Samples::Grey(vec![0; 6])).is_some());
        assert!(Picture::new(2, 3, Samples::Rgb(vec![0; 18])).is_some());
        for (width, height, bytes) in [(0, 0, 0), (0, 3, 0), (2, 3, 5), (2, 3, 18), (u32::MAX, u32::MAX, 1)] {
            assert!(Picture::new(width, height, Samples::Grey(vec![0; bytes])).is_none(), "{width} × {height}");
        }
    }

    #[test]
    fn what_is_no_picture_is_none() {
        assert!(Picture::decode(b"").is_none());
        assert!(Picture::decode(b"\x89PNG\r\n\x1a\n and then nothing").is_none());
    }
}
