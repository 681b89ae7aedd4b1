//! From a stored frame to plain samples: little endian, by pixel, colour as RGB.

use super::attributes::{Photometric, Picturing};
use super::codestream::{Jpeg, Jpeg2000};
use crate::guard::{EXPLICIT_LITTLE, IMPLICIT_LITTLE};
use crate::refusal::Refusal;
use dicom_encoding::adapters::{PixelDataObject, RawPixelData};
use dicom_encoding::transfer_syntax::{Codec, TransferSyntaxIndex};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use std::borrow::Cow;

const RLE: &str = "1.2.840.10008.1.2.5";
/// Its decoder inflates without a bound (`LAB.md`).
const DEFLATED_FRAME: &str = "1.2.840.10008.1.2.8.1";
const JPEG: [&str; 4] =
    ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];
const JPEG_2000: [&str; 5] = [
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
];

/// Decodes one frame.
pub(super) fn decode(syntax: &str, picturing: &Picturing, stored: &[u8]) -> Result<Vec<u8>, Refusal> {
    if syntax == IMPLICIT_LITTLE || syntax == EXPLICIT_LITTLE {
        return native(picturing, stored);
    }
    let mut samples = decompress(syntax, picturing, stored)?;
    if samples.len() as u64 != picturing.frame_bytes() {
        return Err(Refusal::cannot_render("the decoded frame has another size than the data set says"));
    }
    let still_ybr = match picturing.photometric {
        Photometric::YbrFull | Photometric::YbrFull422 => !JPEG.contains(&syntax),
        _ => false,
    };
    if still_ybr {
        if picturing.photometric == Photometric::YbrFull422 {
            return Err(Refusal::cannot_render("subsampled colour in this transfer syntax is not supported yet"));
        }
        to_rgb(&mut samples);
    }
    Ok(samples)
}

fn native(picturing: &Picturing, stored: &[u8]) -> Result<Vec<u8>, Refusal> {
    match picturing.photometric {
        Photometric::YbrFull422 | Photometric::YbrReversible => {
            return Err(Refusal::cannot_render("uncompressed subsampled colour is not supported yet"));
        }
        _ => {}
    }
    if picturing.bits_allocated == 1 {
        return one_bit(picturing, stored);
    }
    let wanted = picturing.frame_bytes() as usize;
    let stored = stored.get(..wanted).ok_or(Refusal::Truncated { at: stored.len() as u64 })?;
    let mut samples = if picturing.planar && picturing.samples == 3 {
        interleave(stored, picturing.pixels())
    } else {
        stored.to_vec()
    };
    if picturing.photometric == Photometric::YbrFull {
        to_rgb(&mut samples);
    }
    Ok(samples)
}

/// One bit a pixel, least significant first (PS3.5 § 8.1.1), to one byte a pixel.
fn one_bit(picturing: &Picturing, stored: &[u8]) -> Result<Vec<u8>, Refusal> {
    let pixels = picturing.pixels();
    if stored.len() < pixels.div_ceil(8) {
        return Err(Refusal::Truncated { at: stored.len() as u64 });
    }
    Ok((0..pixels).map(|pixel| stored[pixel / 8] >> (pixel % 8) & 1).collect())
}

fn decompress(syntax: &str, picturing: &Picturing, stored: &[u8]) -> Result<Vec<u8>, Refusal> {
    let unsupported = || Refusal::cannot_render("this transfer syntax cannot be decoded here");
    if syntax == DEFLATED_FRAME {
        return Err(unsupported());
    }
    if picturing.bits_allocated == 1 {
        return Err(Refusal::cannot_render("compressed one-bit pictures are not supported yet"));
    }
    agrees(syntax, picturing, stored)?;
    let entry = TransferSyntaxRegistry.get(syntax).ok_or_else(unsupported)?;
    let Codec::EncapsulatedPixelData(Some(decoder), _) = entry.codec() else { return Err(unsupported()) };
    let frame = OneFrame { syntax, picturing, stored };
    let mut samples = Vec::new();
    decoder
        .decode_frame(&frame, 0, &mut samples)
        .map_err(|_| Refusal::cannot_render("the compressed frame is damaged or of an unsupported kind"))?;
    Ok(samples)
}

/// Compares what the stream says with what the data set says.
fn agrees(syntax: &str, picturing: &Picturing, stored: &[u8]) -> Result<(), Refusal> {
    let differs = || Refusal::cannot_render("the compressed frame differs from the data set that describes it");
    let (rows, columns) = (u32::from(picturing.rows), u32::from(picturing.columns));
    if JPEG.contains(&syntax) {
        let jpeg = Jpeg::read(stored).ok_or_else(differs)?;
        let bytes = u16::from(jpeg.precision).div_ceil(8);
        if (u32::from(jpeg.rows), u32::from(jpeg.columns)) != (rows, columns)
            || jpeg.components.len() != usize::from(picturing.samples)
            || bytes != picturing.bits_allocated / 8
        {
            return Err(differs());
        }
        let ycbcr = matches!(picturing.photometric, Photometric::YbrFull | Photometric::YbrFull422);
        if picturing.samples == 3 && !jpeg.colours_agree(ycbcr) {
            return Err(Refusal::cannot_render("the colour coding of this JPEG is ambiguous (no Adobe marker)"));
        }
    }
    if JPEG_2000.contains(&syntax) {
        let picture = Jpeg2000::read(stored).ok_or_else(differs)?;
        if (picture.rows, picture.columns) != (rows, columns)
            || picture.components != picturing.samples
            || u16::from(picture.precision) > picturing.bits_allocated
            || !picture.full
        {
            return Err(differs());
        }
    }
    if syntax == RLE && picturing.photometric == Photometric::YbrReversible {
        return Err(differs());
    }
    Ok(())
}

fn interleave(planes: &[u8], pixels: usize) -> Vec<u8> {
    let (red, rest) = planes.split_at(pixels);
    let (green, blue) = rest.split_at(pixels);
    red.iter().zip(green).zip(blue).flat_map(|((red, green), blue)| [*red, *green, *blue]).collect()
}

/// YBR_FULL to RGB, PS3.3 C.7.6.3.1.2.
fn to_rgb(samples: &mut [u8]) {
    for pixel in samples.chunks_exact_mut(3) {
        let [y, cb, cr] = [f32::from(pixel[0]), f32::from(pixel[1]) - 128.0, f32::from(pixel[2]) - 128.0];
        let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
        for (sample, value) in pixel.iter_mut().zip(rgb) {
            *sample = value.round() as u8; // saturates
        }
    }
}

/// One encapsulated frame in the shape that dicom-rs' decoders ask for.
struct OneFrame<'a> {
    syntax: &'a str,
    picturing: &'a Picturing,
    stored: &'a [u8],
}

impl PixelDataObject for OneFrame<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        self.syntax
    }

    fn rows(&self) -> Option<u16> {
        Some(self.picturing.rows)
    }

    fn cols(&self) -> Option<u16> {
        Some(self.picturing.columns)
    }

    fn samples_per_pixel(&self) -> Option<u16> {
        Some(self.picturing.samples)
    }

    fn bits_allocated(&self) -> Option<u16> {
        Some(self.picturing.bits_allocated)
    }

    fn bits_stored(&self) -> Option<u16> {
        Some(self.picturing.bits_stored)
    }

    fn photometric_interpretation(&self) -> Option<&str> {
        Some(match self.picturing.photometric {
            Photometric::Monochrome1 => "MONOCHROME1",
            Photometric::Monochrome2 => "MONOCHROME2",
            Photometric::Rgb => "RGB",
            Photometric::YbrFull => "YBR_FULL",
            Photometric::YbrFull422 => "YBR_FULL_422",
            Photometric::YbrReversible => "YBR_RCT",
        })
    }

    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }

    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }

    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.stored))
    }

    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        Some(Cow::Borrowed(&[0]))
    }

    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        let fragments = [self.stored.to_vec()].into_iter().collect();
        Some(RawPixelData { fragments, offset_table: std::iter::once(0).collect() })
    }
}
