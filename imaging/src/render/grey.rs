//! Grey values: stored → rescaled → window → 0..255 (PS3.3 C.11.1, C.11.2).

use super::attributes::{Photometric, Picturing, Window, WindowFunction};
use super::encode::Canvas;
use crate::refusal::Refusal;

/// Applies rescale and window. `asked` replaces the object's own window; where there is none at all, the picture's
/// own darkest and brightest values bound it.
pub(super) fn canvas(picturing: &Picturing, samples: &[u8], asked: Option<Window>) -> Result<Canvas, Refusal> {
    if asked.is_none() && picturing.voi_table_only {
        return Err(Refusal::cannot_render("a VOI lookup table is not supported yet; ask with a window"));
    }
    let reader = Reader::of(picturing);
    let window = asked.or(picturing.window).unwrap_or_else(|| guess(picturing, &reader, samples));
    let table = table(picturing, &reader, window);
    let pixels: Vec<u8> = match picturing.bits_allocated {
        16 => samples.as_chunks::<2>().0.iter().map(|pair| table[usize::from(u16::from_le_bytes(*pair))]).collect(),
        _ => samples.iter().map(|sample| table[usize::from(*sample)]).collect(),
    };
    if pixels.len() != picturing.pixels() {
        return Err(Refusal::cannot_render("the frame has another size than the data set says"));
    }
    Ok(Canvas::grey(picturing.columns.into(), picturing.rows.into(), pixels))
}

/// Takes the stored value out of an allocated word.
struct Reader {
    shift: u32,
    bits: u32,
    signed: bool,
}

impl Reader {
    fn of(picturing: &Picturing) -> Self {
        Self {
            shift: u32::from(picturing.high_bit + 1 - picturing.bits_stored),
            bits: u32::from(picturing.bits_stored),
            signed: picturing.signed,
        }
    }

    fn value(&self, word: u16) -> i32 {
        let value = i32::from(word) >> self.shift & ((1 << self.bits) - 1);
        if self.signed && value >> (self.bits - 1) == 1 { value - (1 << self.bits) } else { value }
    }
}

/// One grey level for each possible word: cheaper than a computation for each pixel from 256 × 256 pixels on.
fn table(picturing: &Picturing, reader: &Reader, window: Window) -> Vec<u8> {
    let last = if picturing.bits_allocated == 16 { u16::MAX } else { 0xFF };
    let inverse = picturing.photometric == Photometric::Monochrome1;
    (0..=last)
        .map(|word| {
            let value = f64::from(reader.value(word)) * picturing.slope + picturing.intercept;
            let level = (level(value, window) * 255.0).round() as u8;
            if inverse { 255 - level } else { level }
        })
        .collect()
}

/// 0 to 1, PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2.
fn level(value: f64, window: Window) -> f64 {
    let Window { center, width, .. } = window;
    let level = match window.function {
        WindowFunction::Linear if width <= 1.0 => f64::from(value > center - 0.5),
        WindowFunction::Linear => (value - (center - 0.5)) / (width - 1.0) + 0.5,
        WindowFunction::LinearExact => (value - center) / width + 0.5,
        WindowFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
    };
    level.clamp(0.0, 1.0)
}

fn guess(picturing: &Picturing, reader: &Reader, samples: &[u8]) -> Window {
    let words: Box<dyn Iterator<Item = u16>> = match picturing.bits_allocated {
        16 => Box::new(samples.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair))),
        _ => Box::new(samples.iter().map(|sample| u16::from(*sample))),
    };
    let (mut least, mut most) = (i32::MAX, i32::MIN);
    for value in words.map(|word| reader.value(word)) {
        if picturing.padding != Some(i64::from(value)) {
            (least, most) = (least.min(value), most.max(value));
        }
    }
    let (least, most) = if least > most { (0, 1) } else { (least, most) };
    let ends = [least, most].map(|value| f64::from(value) * picturing.slope + picturing.intercept);
    let width = (ends[1] - ends[0]).abs().max(f64::EPSILON);
    Window { center: f64::midpoint(ends[0], ends[1]), width, function: WindowFunction::LinearExact }
}
