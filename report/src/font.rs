//! The two faces that a report is set in.

use krilla::text::Font;
use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// Stands for what the fonts cannot write.
pub(crate) const BOX: char = '\u{25a1}';

/// A face: how wide its letters are, and which glyph writes them.
pub(crate) struct Face {
    pub(crate) font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units: f32,
}

impl Face {
    fn new(data: &'static [u8]) -> Option<Self> {
        let reference = FontRef::new(data).ok()?;
        let font = Font::new(data.to_vec().into(), 0)?;
        let units = font.units_per_em();
        Some(Self {
            font,
            charmap: reference.charmap(),
            metrics: reference.glyph_metrics(Size::unscaled(), LocationRef::default()),
            units,
        })
    }

    /// The glyph of a letter, or of [`BOX`].
    pub(crate) fn glyph(&self, letter: char) -> u32 {
        let found = self.charmap.map(letter).or_else(|| self.charmap.map(BOX));
        found.unwrap_or(GlyphId::NOTDEF).to_u32()
    }

    pub(crate) fn writes(&self, letter: char) -> bool {
        self.charmap.map(letter).is_some()
    }

    /// Width of a letter in ems.
    pub(crate) fn advance(&self, letter: char) -> f32 {
        self.metrics.advance_width(GlyphId::new(self.glyph(letter))).unwrap_or(0.0) / self.units
    }

    /// Width of a text in ems.
    pub(crate) fn width(&self, text: &str) -> f32 {
        text.chars().map(|letter| self.advance(letter)).sum()
    }
}

/// Both faces.
pub(crate) struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    /// `None` if the files that are compiled in were no fonts: a fault of the build, shown by every test.
    pub(crate) fn load() -> Option<Self> {
        Some(Self {
            regular: Face::new(include_bytes!("../fonts/SourceSans3-Regular.ttf"))?,
            bold: Face::new(include_bytes!("../fonts/SourceSans3-SemiBold.ttf"))?,
        })
    }

    pub(crate) fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faces_write_what_a_german_report_needs() {
        let faces = Faces::load().unwrap();
        for weight in [Weight::Regular, Weight::Bold] {
            let face = faces.of(weight);
            for letter in "AZazÄÖÜäöüßẞ€–—„“‚‘’≤≥°²³µ½±×→•…·□ éèçñåøšžčćłğışŁЖΩ\u{a0}".chars()
            {
                assert!(face.writes(letter), "{letter}");
            }
            assert_eq!(face.glyph('漢'), face.glyph(BOX));
            let figures: Vec<f32> = "0123456789".chars().map(|figure| face.advance(figure)).collect();
            assert!(figures.iter().all(|width| *width == figures[0]), "tables line up");
        }
    }
}
