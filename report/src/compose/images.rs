//! Key images, two beside each other.

use super::{INSET, Sheet};
use crate::{
    model::{KeyImage, Shown, Source},
    rows::{Cell, Figure, Ground, Piece, PieceRole, Row},
    style::{BODY, NOTICE, SMALL, STRONG, WIDTH},
};

const GUTTER: f32 = 16.0;
const HALF: f32 = (WIDTH - GUTTER) / 2.0;
/// A single image may be wider. Much more, and the page holds nothing else.
const ALONE: f32 = 320.0;
/// Highest picture. More, and two rows of images no longer fit on a page.
const HIGHEST: f32 = 280.0;
/// Letters of a caption that are said instead of the picture.
const ALT_LETTERS: usize = 300;

impl Sheet<'_> {
    pub(super) fn key_images(&mut self) {
        let images = &self.report.key_images;
        if images.is_empty() {
            return;
        }
        self.heading(self.words.key_images());
        let shown = images.iter().filter(|image| matches!(image.shown, Shown::Picture(_))).count();
        let mut pending: Vec<Cell> = Vec::new();
        for (at, image) in images.iter().enumerate() {
            match &image.shown {
                Shown::Picture(picture) => {
                    let column = if shown == 1 { ALONE } else { HALF };
                    let sides = (f64::from(picture.width()), f64::from(picture.height()));
                    let (width, height) = fit(sides, column);
                    let mut cell = Cell::new(pending.len() as f32 * (HALF + GUTTER), column, self.caption(at, image));
                    let alt: String = self.alt(at, image).chars().take(ALT_LETTERS).collect();
                    cell.figure = Some(Figure { image: at, width, height, alt });
                    pending.push(cell);
                    if pending.len() == 2 {
                        self.images(std::mem::take(&mut pending));
                    }
                }
                Shown::Gone => self.missing(at, image, std::mem::take(&mut pending), self.words.gone()),
                Shown::CannotRender => {
                    self.missing(at, image, std::mem::take(&mut pending), self.words.cannot_render())
                }
            }
        }
        self.images(pending);
    }

    fn images(&mut self, cells: Vec<Cell>) {
        if !cells.is_empty() {
            self.rows.push(Row::of(cells).before(6.0).whole());
        }
    }

    /// A sentence in a box, where a picture should be.
    fn missing(&mut self, at: usize, image: &KeyImage, before: Vec<Cell>, why: &str) {
        self.images(before);
        let mut pieces = self.caption(at, image);
        pieces.insert(1, Piece::new(why, BODY));
        let cell = Cell::new(INSET, WIDTH - 2.0 * INSET, pieces);
        self.rows.push(Row::of(vec![cell]).ground(Ground::Boxed, 8.0).before(8.0));
    }

    fn caption(&self, at: usize, image: &KeyImage) -> Vec<Piece> {
        let words = self.words;
        let number = format!("{} {}", words.key_image(), at + 1);
        let mut pieces = match image.shown {
            Shown::Picture(_) => {
                let notice = Piece::new(words.not_for_primary(), NOTICE).before(3.0).role(PieceRole::Caption);
                vec![notice, Piece::new(number, STRONG).role(PieceRole::Caption)]
            }
            Shown::Gone | Shown::CannotRender => vec![Piece::new(number, STRONG)],
        };
        let said = [(self.text(&image.caption), BODY), (self.source(&image.source), SMALL)];
        pieces.extend(said.map(|(text, style)| Piece::new(text, style).role(PieceRole::Caption)));
        pieces
    }

    /// Number and caption, for those who do not see the picture.
    fn alt(&self, at: usize, image: &KeyImage) -> String {
        let words = self.words;
        let said = [self.line(&image.caption), self.source(&image.source)];
        let said = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
        format!("{} {}: {said}. {}.", words.key_image(), at + 1, words.not_for_primary())
    }

    /// Where the image lies in the study.
    fn source(&self, source: &Source) -> String {
        let words = self.words;
        let date = source.study_date.map(|date| format!(" {} {}", words.from(), words.date(date)));
        let parts = [
            Some(format!("{}{}", self.line(&source.modality), date.unwrap_or_default())),
            source.series.map(|number| format!("{} {number}", words.series())),
            source.image.map(|number| format!("{} {number}", words.image())),
            source.frame.map(|number| format!("{} {number}", words.frame())),
            source.window.map(|(center, width)| format!("{} {center:.0}/{width:.0}", words.window())),
        ];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// The largest size of these proportions that fits into a column.
fn fit((width, height): (f64, f64), column: f32) -> (f32, f32) {
    let factor = (f64::from(column) / width).min(f64::from(HIGHEST) / height);
    ((width * factor).max(1.0) as f32, (height * factor).max(1.0) as f32)
}
