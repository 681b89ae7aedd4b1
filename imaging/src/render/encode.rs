//! The picture while it is worked on, and its way into a file.

use super::Format;
use crate::refusal::Refusal;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{GrayImage, ImageEncoder, Luma, Rgb, RgbImage};

/// A picture of 8-bit samples.
pub(super) enum Canvas {
    Grey(GrayImage),
    Rgb(RgbImage),
}

impl Canvas {
    /// `pixels` has columns × rows bytes.
    pub(super) fn grey(columns: u32, rows: u32, pixels: Vec<u8>) -> Self {
        Self::Grey(GrayImage::from_raw(columns, rows, pixels).unwrap_or_default())
    }

    /// `samples` has columns × rows × 3 bytes.
    pub(super) fn rgb(columns: u32, rows: u32, samples: Vec<u8>) -> Self {
        Self::Rgb(RgbImage::from_raw(columns, rows, samples).unwrap_or_default())
    }

    pub(super) fn columns(&self) -> u32 {
        match self {
            Self::Grey(picture) => picture.width(),
            Self::Rgb(picture) => picture.width(),
        }
    }

    pub(super) fn rows(&self) -> u32 {
        match self {
            Self::Grey(picture) => picture.height(),
            Self::Rgb(picture) => picture.height(),
        }
    }

    /// Works on whichever kind it is.
    pub(super) fn map_sides(
        self,
        grey: impl FnOnce(&GrayImage) -> GrayImage,
        rgb: impl FnOnce(&RgbImage) -> RgbImage,
    ) -> Self {
        match self {
            Self::Grey(picture) => Self::Grey(grey(&picture)),
            Self::Rgb(picture) => Self::Rgb(rgb(&picture)),
        }
    }

    /// Centred on black where it is smaller than `least`.
    pub(super) fn at_least(self, least: (u32, u32)) -> Self {
        let (columns, rows) = (self.columns(), self.rows());
        let (wide, high) = (columns.max(least.0), rows.max(least.1));
        if (wide, high) == (columns, rows) {
            return self;
        }
        let (left, top) = (i64::from((wide - columns) / 2), i64::from((high - rows) / 2));
        self.map_sides(
            |picture| {
                let mut larger = GrayImage::new(wide, high);
                image::imageops::replace(&mut larger, picture, left, top);
                larger
            },
            |picture| {
                let mut larger = RgbImage::new(wide, high);
                image::imageops::replace(&mut larger, picture, left, top);
                larger
            },
        )
    }

    pub(super) fn darken(&mut self, x: u32, y: u32) {
        match self {
            Self::Grey(picture) => picture.get_pixel_mut(x, y).0[0] /= 4,
            Self::Rgb(picture) => picture.get_pixel_mut(x, y).0.iter_mut().for_each(|sample| *sample /= 4),
        }
    }

    pub(super) fn whiten(&mut self, x: u32, y: u32) {
        match self {
            Self::Grey(picture) => picture.put_pixel(x, y, Luma([255])),
            Self::Rgb(picture) => picture.put_pixel(x, y, Rgb([255, 255, 255])),
        }
    }
}

/// Writes the picture. PNG with fast compression: the best one makes it a tenth smaller and ten times slower.
pub(super) fn encode(canvas: &Canvas, format: Format, quality: u8) -> Result<Vec<u8>, Refusal> {
    let mut file = Vec::new();
    let (columns, rows) = (canvas.columns(), canvas.rows());
    let (samples, kind): (&[u8], _) = match canvas {
        Canvas::Grey(picture) => (picture, image::ExtendedColorType::L8),
        Canvas::Rgb(picture) => (picture, image::ExtendedColorType::Rgb8),
    };
    let written = match format {
        Format::Png => PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
            .write_image(samples, columns, rows, kind),
        Format::Jpeg => {
            JpegEncoder::new_with_quality(&mut file, quality.clamp(1, 100)).write_image(samples, columns, rows, kind)
        }
    };
    written.map_err(|_| Refusal::cannot_render("the picture cannot be written in this format"))?;
    Ok(file)
}
