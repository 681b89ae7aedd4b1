//! The walk over the data set's element headers, PS3.5 § 7.

use super::Caps;
use super::meta::{EXPLICIT_BIG, FileMeta, IMPLICIT_LITTLE};
use crate::refusal::Refusal;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

/// A stretch of the file: offset and length in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub at: u64,
    pub length: u64,
}

impl Span {
    /// The bytes of this stretch. `file` is the file that was walked, so the stretch lies inside.
    pub fn of<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        file.get(self.at as usize..(self.at + self.length) as usize).unwrap_or(&[])
    }
}

/// Where the top-level pixel data lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PixelElement {
    /// One run of uncompressed frames.
    Native(Span),
    /// The values of the items; the first is the basic offset table (PS3.5 § A.4).
    Encapsulated(Vec<Span>),
}

/// What the walk learnt. Values are raw and not yet judged beyond the caps.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Offset of the pixel data element's header; the end of the file where there is none.
    pub head: u64,
    /// (7FE0,0010), (7FE0,0008) or (7FE0,0009) at the top level.
    pub pixels: Option<PixelElement>,
    /// The pixel data are floating point (7FE0,0008) or (7FE0,0009).
    pub float_pixels: bool,
    /// (7FE0,0001) Extended Offset Table.
    pub offsets: Option<Span>,
    /// (7FE0,0002) Extended Offset Table Lengths.
    pub lengths: Option<Span>,
    pub rows: Option<u16>,
    pub columns: Option<u16>,
    pub samples: Option<u16>,
    pub bits_allocated: Option<u16>,
    /// (0028,0008); `None` where absent or empty.
    pub frames: Option<u32>,
    /// Elements, items and fragments seen.
    pub elements: u64,
    /// Deepest nesting seen.
    pub depth: u32,
}

impl Scan {
    /// Frames that the object declares; 0 without pixel data.
    pub fn frame_count(&self) -> u32 {
        if self.pixels.is_some() { self.frames.unwrap_or(1) } else { 0 }
    }

    /// Bits of one decoded frame. `None` where an attribute is missing.
    pub fn frame_bits(&self) -> Option<u64> {
        let samples = u64::from(self.samples.unwrap_or(1));
        let pixels = u64::from(self.rows?) * u64::from(self.columns?);
        (pixels * samples).checked_mul(u64::from(self.bits_allocated?))
    }
}

enum Container {
    Sequence {
        end: Option<usize>,
    },
    Item {
        end: Option<usize>,
    },
    /// Encapsulated pixel data; `top` where it is the object's own, not that of an icon.
    Fragments {
        top: bool,
    },
}

struct Level {
    container: Container,
    /// Implicit VR inside: the whole file, or a UN element of undefined length (PS3.5 § 6.2.2 note 2).
    implicit: bool,
}

impl Level {
    fn end(&self) -> Option<usize> {
        match self.container {
            Container::Sequence { end } | Container::Item { end } => end,
            Container::Fragments { .. } => None,
        }
    }
}

struct Header {
    tag: Tag,
    vr: VR,
    length: u32,
    value: usize,
}

const UNDEFINED: u32 = u32::MAX;

pub(super) fn walk(file: &[u8], meta: &FileMeta, caps: &Caps) -> Result<Scan, Refusal> {
    let mut walker = Walker {
        file,
        big_endian: meta.transfer_syntax == EXPLICIT_BIG,
        implicit: meta.transfer_syntax == IMPLICIT_LITTLE,
        caps,
        levels: Vec::new(),
        fragments: Vec::new(),
        scan: Scan { head: file.len() as u64, ..Scan::default() },
    };
    walker.run(meta.data_set)?;
    walker.judge_pixels()?;
    Ok(walker.scan)
}

struct Walker<'a> {
    file: &'a [u8],
    big_endian: bool,
    implicit: bool,
    caps: &'a Caps,
    levels: Vec<Level>,
    fragments: Vec<Span>,
    scan: Scan,
}

impl Walker<'_> {
    fn run(&mut self, start: usize) -> Result<(), Refusal> {
        let mut at = start;
        loop {
            while self.levels.last().and_then(Level::end).is_some_and(|end| at >= end) {
                self.levels.pop();
            }
            if at == self.file.len() {
                return Ok(());
            }
            if at + 8 > self.file.len() {
                return Err(Refusal::Truncated { at: at as u64 });
            }
            self.scan.elements += 1;
            if self.scan.elements > self.caps.elements {
                return Err(Refusal::TooManyElements { limit: self.caps.elements });
            }
            at = if self.u16(at) == 0xFFFE { self.delimiter(at)? } else { self.element(at)? };
            let depth = self.levels.len().div_ceil(2) as u32;
            self.scan.depth = self.scan.depth.max(depth);
            if depth > self.caps.depth {
                return Err(Refusal::TooDeep { limit: self.caps.depth });
            }
        }
    }

    /// Items and delimiters (FFFE,xxxx); answers where the walk goes on.
    fn delimiter(&mut self, at: usize) -> Result<usize, Refusal> {
        let number = self.u16(at + 2);
        let length = self.u32(at + 4);
        let value = at + 8;
        let stray = || Refusal::BadStructure { at: at as u64, reason: format!("stray delimiter (FFFE,{number:04X})") };
        let level = self.levels.last().ok_or_else(stray)?;
        match (number, &level.container) {
            (0xE000, Container::Fragments { top }) => {
                let top = *top;
                let end = self.inside(Tag(0xFFFE, 0xE000), length, value)?;
                if top {
                    self.fragments.push(Span { at: value as u64, length: u64::from(length) });
                }
                Ok(end)
            }
            (0xE000, Container::Sequence { .. }) => {
                let implicit = level.implicit;
                let end = match length {
                    UNDEFINED => None,
                    _ => Some(self.inside(Tag(0xFFFE, 0xE000), length, value)?),
                };
                self.levels.push(Level { container: Container::Item { end }, implicit });
                Ok(value)
            }
            (0xE00D, Container::Item { .. }) | (0xE0DD, Container::Sequence { .. }) => {
                self.levels.pop();
                Ok(value)
            }
            (0xE0DD, Container::Fragments { top }) => {
                if *top {
                    self.scan.pixels = Some(PixelElement::Encapsulated(std::mem::take(&mut self.fragments)));
                }
                self.levels.pop();
                Ok(value)
            }
            _ => Err(stray()),
        }
    }

    /// An ordinary element; answers where the walk goes on.
    fn element(&mut self, at: usize) -> Result<usize, Refusal> {
        if matches!(
            self.levels.last(),
            Some(Level { container: Container::Sequence { .. } | Container::Fragments { .. }, .. })
        ) {
            return Err(Refusal::BadStructure { at: at as u64, reason: "an element stands where an item must".into() });
        }
        let top = self.levels.is_empty();
        let implicit = self.levels.last().map_or(self.implicit, |level| level.implicit);
        let header = self.header(at, implicit)?;
        if top {
            self.note_pixel_start(header.tag, at);
        }
        if header.length == UNDEFINED {
            let level = match (header.tag, header.vr) {
                (tags::PIXEL_DATA, _) => Level { container: Container::Fragments { top }, implicit },
                (_, VR::SQ) => Level { container: Container::Sequence { end: None }, implicit },
                (_, VR::UN) => Level { container: Container::Sequence { end: None }, implicit: true },
                (tag, _) => {
                    let reason = format!("{tag} has an undefined length");
                    return Err(Refusal::BadStructure { at: at as u64, reason });
                }
            };
            self.levels.push(level);
            return Ok(header.value);
        }
        let end = self.inside(header.tag, header.length, header.value)?;
        if header.vr == VR::SQ {
            self.levels.push(Level { container: Container::Sequence { end: Some(end) }, implicit });
            return Ok(header.value);
        }
        if top {
            self.note_value(&header)?;
        }
        Ok(end)
    }

    fn header(&self, at: usize, implicit: bool) -> Result<Header, Refusal> {
        let tag = Tag(self.u16(at), self.u16(at + 2));
        if implicit {
            let vr = StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr().relaxed());
            return Ok(Header { tag, vr, length: self.u32(at + 4), value: at + 8 });
        }
        let vr = VR::from_binary([self.file[at + 4], self.file[at + 5]]).unwrap_or(VR::UN);
        let long = matches!(
            vr,
            VR::OB
                | VR::OW
                | VR::OF
                | VR::OD
                | VR::OL
                | VR::OV
                | VR::SQ
                | VR::UN
                | VR::UT
                | VR::UC
                | VR::UR
                | VR::SV
                | VR::UV
        );
        if !long {
            return Ok(Header { tag, vr, length: u32::from(self.u16(at + 6)), value: at + 8 });
        }
        if at + 12 > self.file.len() {
            return Err(Refusal::Truncated { at: at as u64 });
        }
        Ok(Header { tag, vr, length: self.u32(at + 8), value: at + 12 })
    }

    /// The end of a value, if it lies within the innermost container whose end is known.
    fn inside(&self, tag: Tag, length: u32, value: usize) -> Result<usize, Refusal> {
        let bound = self.levels.iter().rev().find_map(Level::end).unwrap_or(self.file.len());
        let available = bound.saturating_sub(value) as u64;
        if u64::from(length) > available {
            return Err(Refusal::BadLength { tag: tag.to_string(), claimed: u64::from(length), available });
        }
        Ok(value + length as usize)
    }

    fn note_pixel_start(&mut self, tag: Tag, at: usize) {
        if matches!(tag, tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA) {
            self.scan.head = self.scan.head.min(at as u64);
            self.scan.float_pixels = tag != tags::PIXEL_DATA;
        }
    }

    fn note_value(&mut self, header: &Header) -> Result<(), Refusal> {
        let span = Span { at: header.value as u64, length: u64::from(header.length) };
        let number = (header.length == 2).then(|| self.u16(header.value));
        match header.tag {
            tags::ROWS => self.scan.rows = number,
            tags::COLUMNS => self.scan.columns = number,
            tags::SAMPLES_PER_PIXEL => self.scan.samples = number,
            tags::BITS_ALLOCATED => self.scan.bits_allocated = number,
            tags::NUMBER_OF_FRAMES => {
                // Taken for 1, a number that cannot be read would hide all other frames.
                let unreadable = || Refusal::bad_attribute("NumberOfFrames");
                let text = std::str::from_utf8(span.of(self.file)).map_err(|_| unreadable())?;
                let text = text.trim_matches([' ', '\0']);
                self.scan.frames = if text.is_empty() { None } else { Some(text.parse().map_err(|_| unreadable())?) };
            }
            tags::EXTENDED_OFFSET_TABLE => self.scan.offsets = Some(span),
            tags::EXTENDED_OFFSET_TABLE_LENGTHS => self.scan.lengths = Some(span),
            tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA => {
                self.scan.pixels = Some(PixelElement::Native(span));
            }
            _ => {}
        }
        Ok(())
    }

    /// Rows × columns × samples × bits × frames against the caps, and against what is there.
    fn judge_pixels(&self) -> Result<(), Refusal> {
        let scan = &self.scan;
        if !self.fragments.is_empty() || self.levels.iter().any(|level| level.end().is_none()) {
            // Tolerated by no reader that we hand the file to: the last delimiter is missing.
            return Err(Refusal::Truncated { at: self.file.len() as u64 });
        }
        let Some(pixels) = &scan.pixels else { return Ok(()) };
        let frames = scan.frame_count();
        if frames == 0 || frames > self.caps.frames {
            return Err(Refusal::PixelLimit { reason: format!("{frames} frames, at most {}", self.caps.frames) });
        }
        let bits = scan.frame_bits().ok_or_else(|| Refusal::missing("Rows, Columns or Bits Allocated"))?;
        if bits == 0 {
            return Err(Refusal::bad_attribute("Rows, Columns or Bits Allocated"));
        }
        let frame = bits.div_ceil(8);
        if frame > self.caps.frame {
            return Err(Refusal::PixelLimit { reason: format!("{frame} bytes a frame, at most {}", self.caps.frame) });
        }
        let total = bits.saturating_mul(u64::from(frames)).div_ceil(8);
        if total > self.caps.pixels {
            return Err(Refusal::PixelLimit {
                reason: format!("{total} bytes of pixels, at most {}", self.caps.pixels),
            });
        }
        match pixels {
            PixelElement::Native(span) if span.length < total && !self.subsampled() => {
                Err(Refusal::BadLength { tag: "(7FE0,0010)".into(), claimed: total, available: span.length })
            }
            _ => Ok(()),
        }
    }

    /// Uncompressed YBR_FULL_422 holds two samples a pixel where Samples per Pixel says three (PS3.3 C.7.6.3.1.2).
    fn subsampled(&self) -> bool {
        self.scan.samples == Some(3)
    }

    fn u16(&self, at: usize) -> u16 {
        let pair = [self.file[at], self.file[at + 1]];
        if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    }

    fn u32(&self, at: usize) -> u32 {
        let four = [self.file[at], self.file[at + 1], self.file[at + 2], self.file[at + 3]];
        if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    }
}
