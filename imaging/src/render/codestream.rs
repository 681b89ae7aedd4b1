//! What a compressed frame says of itself. The decoders below do not compare it with the data set, and a difference
//! would be shown as a shifted, half-empty or falsely coloured picture.

/// The frame header of a JPEG stream, ITU-T T.81 § B.2.2, and its colour markers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Jpeg {
    pub(super) precision: u8,
    pub(super) rows: u16,
    pub(super) columns: u16,
    /// Component identifiers.
    pub(super) components: Vec<u8>,
    /// SOF3: lossless, which carries no colour transform.
    pub(super) lossless: bool,
    pub(super) jfif: bool,
    /// Transform of the Adobe APP14 marker: 0 none, 1 YCbCr.
    pub(super) adobe: Option<u8>,
}

impl Jpeg {
    /// Reads the markers up to the first scan. `None` where this is no JPEG stream.
    pub(super) fn read(stream: &[u8]) -> Option<Self> {
        let mut rest = stream.strip_prefix(&[0xFF, 0xD8])?;
        let mut jpeg = Self::default();
        loop {
            let marker = match rest {
                [0xFF, 0xFF, ..] => {
                    rest = &rest[1..];
                    continue;
                }
                [0xFF, marker, ..] => *marker,
                _ => return None,
            };
            let length = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
            let body = rest.get(4..2 + length)?;
            match marker {
                0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => jpeg.frame_header(marker, body)?,
                0xE0 if body.starts_with(b"JFIF\0") => jpeg.jfif = true,
                0xEE if body.starts_with(b"Adobe") => jpeg.adobe = body.get(11).copied(),
                0xDA => return (!jpeg.components.is_empty()).then_some(jpeg),
                _ => {}
            }
            rest = &rest[2 + length..];
        }
    }

    fn frame_header(&mut self, marker: u8, body: &[u8]) -> Option<()> {
        let (head, components) = body.split_first_chunk::<6>()?;
        self.lossless = marker == 0xC3;
        self.precision = head[0];
        self.rows = u16::from_be_bytes([head[1], head[2]]);
        self.columns = u16::from_be_bytes([head[3], head[4]]);
        self.components = components.chunks_exact(3).take(usize::from(head[5])).map(|part| part[0]).collect();
        Some(())
    }

    /// Whether `jpeg-decoder` 0.3 will undo a YCbCr transform (its `determine_color_transform`).
    fn decoder_undoes_ycbcr(&self) -> bool {
        match self.components[..] {
            [1, 2, 3] => true,
            [b'R', b'G', b'B'] => false,
            _ => self.jfif || self.adobe != Some(0),
        }
    }

    /// Whether the colours will come out right: what the stream says (JFIF means YCbCr, an Adobe marker names its
    /// transform), or else what the data set says, must be what the decoder does.
    pub(super) fn colours_agree(&self, data_set_says_ycbcr: bool) -> bool {
        if self.lossless {
            return !data_set_says_ycbcr;
        }
        let truth = match self.adobe {
            _ if self.jfif => true,
            Some(transform) => transform == 1,
            None => data_set_says_ycbcr,
        };
        self.decoder_undoes_ycbcr() == truth
    }
}

/// The image size of a JPEG 2000 code stream, ITU-T T.800 § A.5.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Jpeg2000 {
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) components: u16,
    pub(super) precision: u8,
    /// Every component has every pixel.
    pub(super) full: bool,
}

impl Jpeg2000 {
    /// Finds the SIZ marker, also behind the boxes of a JP2 file.
    pub(super) fn read(stream: &[u8]) -> Option<Self> {
        let start = stream.windows(4).take(4096).position(|four| four == [0xFF, 0x4F, 0xFF, 0x51])?;
        let body = stream.get(start + 6..)?;
        let word = |at: usize| Some(u32::from_be_bytes(*body.get(at..at + 4)?.first_chunk()?));
        let components = u16::from_be_bytes(*body.get(34..36)?.first_chunk()?);
        let parts = body.get(36..36 + 3 * usize::from(components))?;
        Some(Self {
            columns: word(2)?.checked_sub(word(10)?)?,
            rows: word(6)?.checked_sub(word(14)?)?,
            components,
            precision: parts.chunks_exact(3).map(|part| (part[0] & 0x7F) + 1).max()?,
            full: parts.chunks_exact(3).all(|part| part[1..] == [1, 1]),
        })
    }
}
