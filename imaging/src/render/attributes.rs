//! The attributes that decide how stored samples become a picture, PS3.3 C.7.6.3, C.7.6.16 and C.11.

use crate::index::dataset::{integer, numbers, text};
use crate::refusal::Refusal;
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use serde::{Deserialize, Serialize};

/// A window on the values after rescaling: centre and width (PS3.3 C.11.2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub center: f64,
    pub width: f64,
    pub function: WindowFunction,
}

/// VOI LUT Function (0028,1056).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowFunction {
    #[default]
    Linear,
    LinearExact,
    Sigmoid,
}

impl WindowFunction {
    /// By its name in the standard or in a query (`linear-exact`).
    pub fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().replace('-', "_").as_str() {
            "LINEAR" => Some(Self::Linear),
            "LINEAR_EXACT" => Some(Self::LinearExact),
            "SIGMOID" => Some(Self::Sigmoid),
            _ => None,
        }
    }
}

/// Photometric interpretations that are rendered; all others are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Photometric {
    Monochrome1,
    Monochrome2,
    Rgb,
    YbrFull,
    YbrFull422,
    /// YBR_RCT and YBR_ICT: only inside JPEG 2000, whose decoder undoes them.
    YbrReversible,
}

/// Everything about one frame but its pixels.
pub(super) struct Picturing {
    pub(super) rows: u16,
    pub(super) columns: u16,
    pub(super) samples: u16,
    pub(super) bits_allocated: u16,
    pub(super) bits_stored: u16,
    pub(super) high_bit: u16,
    pub(super) signed: bool,
    pub(super) planar: bool,
    pub(super) photometric: Photometric,
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(super) window: Option<Window>,
    /// The object brings a VOI LUT Sequence and no window.
    pub(super) voi_table_only: bool,
    /// Pixel Padding Value, left out when a window is guessed.
    pub(super) padding: Option<i64>,
    /// Height of a pixel over its width.
    pub(super) pixel_height: f64,
}

impl Picturing {
    pub(super) fn read(object: &InMemDicomObject, frame: u32) -> Result<Self, Refusal> {
        if holds_items(object, tags::MODALITY_LUT_SEQUENCE) {
            return Err(Refusal::cannot_render("a modality lookup table is not supported yet"));
        }
        let bits_allocated = word(object, tags::BITS_ALLOCATED, "Bits Allocated")?;
        if !matches!(bits_allocated, 1 | 8 | 16) {
            return Err(Refusal::cannot_render(format!("{bits_allocated} bits allocated are not supported yet")));
        }
        let bits_stored = word(object, tags::BITS_STORED, "Bits Stored").unwrap_or(bits_allocated);
        let high_bit = word(object, tags::HIGH_BIT, "High Bit").unwrap_or(bits_stored.saturating_sub(1));
        if bits_stored == 0 || bits_stored > bits_allocated || high_bit >= bits_allocated || high_bit + 1 < bits_stored
        {
            return Err(Refusal::bad_attribute("Bits Stored or High Bit"));
        }
        let scope = Scope::of(object, frame);
        let (slope, intercept) = scope.rescale()?;
        let window = scope.window()?;
        let picturing = Self {
            rows: word(object, tags::ROWS, "Rows")?,
            columns: word(object, tags::COLUMNS, "Columns")?,
            samples: word(object, tags::SAMPLES_PER_PIXEL, "Samples per Pixel").unwrap_or(1),
            bits_allocated,
            bits_stored,
            high_bit,
            signed: integer(object, tags::PIXEL_REPRESENTATION) == Some(1),
            planar: integer(object, tags::PLANAR_CONFIGURATION) == Some(1),
            photometric: photometric(object)?,
            slope,
            intercept,
            voi_table_only: window.is_none() && scope.holds_voi_table(),
            window,
            padding: integer(object, tags::PIXEL_PADDING_VALUE),
            pixel_height: pixel_height(object, &scope),
        };
        let expected = if picturing.is_grey() { 1 } else { 3 };
        if picturing.rows == 0 || picturing.columns == 0 {
            return Err(Refusal::bad_attribute("Rows or Columns"));
        }
        if picturing.samples != expected {
            return Err(Refusal::bad_attribute("Samples per Pixel"));
        }
        if !picturing.is_grey() && (picturing.bits_allocated != 8 || picturing.bits_stored != 8) {
            return Err(Refusal::cannot_render("colour pictures with more than 8 bits are not supported yet"));
        }
        Ok(picturing)
    }

    pub(super) fn is_grey(&self) -> bool {
        matches!(self.photometric, Photometric::Monochrome1 | Photometric::Monochrome2)
    }

    pub(super) fn pixels(&self) -> usize {
        usize::from(self.rows) * usize::from(self.columns)
    }

    /// Bytes of the decoded frame, one byte a sample for one-bit pixels.
    pub(super) fn frame_bytes(&self) -> u64 {
        self.pixels() as u64 * u64::from(self.samples) * u64::from(self.bits_allocated.div_ceil(8))
    }
}

/// Where attributes of one frame are looked up: its functional groups, the shared ones, the object itself.
struct Scope<'a> {
    places: Vec<&'a InMemDicomObject>,
}

impl<'a> Scope<'a> {
    fn of(object: &'a InMemDicomObject, frame: u32) -> Self {
        let frame = frame.saturating_sub(1) as usize;
        let groups =
            |tag, place| object.get(tag).and_then(|element| element.items()).and_then(|items| items.get(place));
        let mut places = Vec::new();
        places.extend(groups(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frame));
        places.extend(groups(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, 0));
        Self { places: places.into_iter().chain([object]).collect() }
    }

    /// The first item of a functional group's sequence, or the object itself where the group is absent.
    fn group(&self, sequence: Tag) -> &'a InMemDicomObject {
        let found = self.places.iter().find_map(|place| place.get(sequence)?.items()?.first());
        found.unwrap_or_else(|| self.places.last().expect("the object itself is always a place"))
    }

    fn rescale(&self) -> Result<(f64, f64), Refusal> {
        let group = self.group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
        let slope = single(group, tags::RESCALE_SLOPE, "Rescale Slope")?.unwrap_or(1.0);
        let intercept = single(group, tags::RESCALE_INTERCEPT, "Rescale Intercept")?.unwrap_or(0.0);
        Ok((slope, intercept))
    }

    fn window(&self) -> Result<Option<Window>, Refusal> {
        let group = self.group(tags::FRAME_VOILUT_SEQUENCE);
        let center = single(group, tags::WINDOW_CENTER, "Window Center")?;
        let width = single(group, tags::WINDOW_WIDTH, "Window Width")?;
        let function = match text(group, tags::VOILUT_FUNCTION) {
            None => WindowFunction::Linear,
            Some(name) => WindowFunction::parse(&name).ok_or_else(|| Refusal::bad_attribute("VOI LUT Function"))?,
        };
        let least = if function == WindowFunction::Linear { 1.0 } else { f64::MIN_POSITIVE };
        Ok(center.zip(width).filter(|(_, width)| *width >= least).map(|(center, width)| Window {
            center,
            width,
            function,
        }))
    }

    fn holds_voi_table(&self) -> bool {
        holds_items(self.group(tags::FRAME_VOILUT_SEQUENCE), tags::VOILUT_SEQUENCE)
    }
}

fn holds_items(object: &InMemDicomObject, tag: Tag) -> bool {
    object.get(tag).and_then(|element| element.items()).is_some_and(|items| !items.is_empty())
}

fn word(object: &InMemDicomObject, tag: Tag, name: &str) -> Result<u16, Refusal> {
    let value = integer(object, tag).ok_or_else(|| Refusal::missing(name))?;
    u16::try_from(value).map_err(|_| Refusal::bad_attribute(name))
}

/// The first number of an attribute; an attribute that is there but cannot be read is an error, not a default.
fn single(object: &InMemDicomObject, tag: Tag, name: &str) -> Result<Option<f64>, Refusal> {
    if text(object, tag).is_none() {
        return Ok(None);
    }
    let values = numbers(object, tag).ok_or_else(|| Refusal::bad_attribute(name))?;
    Ok(values.first().copied())
}

fn photometric(object: &InMemDicomObject) -> Result<Photometric, Refusal> {
    let name =
        text(object, tags::PHOTOMETRIC_INTERPRETATION).ok_or_else(|| Refusal::missing("Photometric Interpretation"))?;
    match name.as_str() {
        "MONOCHROME1" => Ok(Photometric::Monochrome1),
        "MONOCHROME2" => Ok(Photometric::Monochrome2),
        "RGB" => Ok(Photometric::Rgb),
        "YBR_FULL" => Ok(Photometric::YbrFull),
        "YBR_FULL_422" => Ok(Photometric::YbrFull422),
        "YBR_RCT" | "YBR_ICT" => Ok(Photometric::YbrReversible),
        "PALETTE COLOR" => Err(Refusal::cannot_render("palette colour is not supported yet")),
        _ => Err(Refusal::cannot_render("this photometric interpretation is not supported yet")),
    }
}

/// From Pixel Spacing (row distance \ column distance) or Pixel Aspect Ratio; 1 where neither says otherwise.
fn pixel_height(object: &InMemDicomObject, scope: &Scope<'_>) -> f64 {
    let measures = scope.group(tags::PIXEL_MEASURES_SEQUENCE);
    let pair = [
        numbers(measures, tags::PIXEL_SPACING),
        numbers(object, tags::IMAGER_PIXEL_SPACING),
        numbers(object, tags::PIXEL_ASPECT_RATIO),
    ];
    let ratio = pair.iter().flatten().find_map(|pair| match pair[..] {
        [row, column] if row > 0.0 && column > 0.0 => Some(row / column),
        _ => None,
    });
    // Beyond 10:1 it is a mistake rather than a scanner.
    ratio.filter(|ratio| (0.1..=10.0).contains(ratio)).unwrap_or(1.0)
}
