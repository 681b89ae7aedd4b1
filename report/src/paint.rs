//! Pages into PDF/A-2a that is PDF/UA-1 as well.

mod marks;
mod structure;

use crate::{
    ReportError,
    compose::Composed,
    flow::{Area, Layout, Page, Placed},
    font::Faces,
    model::{KeyImage, Language, Moment, Shown},
    picture::{Picture, Samples},
    rows::Ground,
    style::{ACCENT, Color, FOOTER, HEADER, LEFT, LINE, MARGINAL, PAGE, RIGHT, Style, TINT, WIDTH},
};
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect, Size, Transform},
    image::{BitsPerComponent, CustomImage, Image, ImageColorspace},
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, SpanTag},
    text::{GlyphId, KrillaGlyph},
};
use structure::Structure;

/// Width of a hairline.
const HAIR: f32 = 0.6;
const BAR: f32 = 3.0;

/// What the file says beside its pages.
pub(crate) struct Paper<'a> {
    pub(crate) language: Language,
    /// Its creation time.
    pub(crate) made_at: Moment,
    pub(crate) id: String,
    /// What its figures show.
    pub(crate) images: &'a [KeyImage],
}

pub(crate) fn paint(
    paper: &Paper<'_>,
    faces: &Faces,
    composed: &Composed,
    layout: &Layout,
) -> Result<Vec<u8>, ReportError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| ReportError::Format)?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(paper, composed));
    let mut structure = Structure::new(&layout.nodes);
    let count = layout.pages.len();
    for (number, page) in layout.pages.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(ReportError::Format)?;
        let mut sheet = document.start_page_with(settings);
        // The sheet takes over what the brush painted when the brush is dropped.
        let mut brush = Brush { surface: sheet.surface(), faces };
        brush.margins(paper.language, composed, number + 1, count);
        brush.page(paper, page, &mut structure);
    }
    document.set_outline(outline(layout));
    document.set_tag_tree(structure.tree(paper.language.tag()));
    document.finish().map_err(|error| ReportError::Write(error.to_string()))
}

fn metadata(paper: &Paper<'_>, composed: &Composed) -> Metadata {
    Metadata::new()
        .title(composed.title.clone())
        .language(paper.language.tag().to_owned())
        .creator("Telekonsil".to_owned())
        .producer("Telekonsil".to_owned())
        .creation_date(date_time(paper.made_at))
        .document_id(paper.id.clone())
}

fn date_time(moment: Moment) -> DateTime {
    let Moment { date, hour, minute, second, offset } = moment;
    DateTime::new(u16::try_from(date.year).unwrap_or(0))
        .month(date.month)
        .day(date.day)
        .hour(hour)
        .minute(minute)
        .second(second)
        .utc_offset_hour((offset / 60) as i8)
        .utc_offset_minute((offset % 60).unsigned_abs() as u8)
}

fn outline(layout: &Layout) -> Outline {
    let mut outline = Outline::new();
    for anchor in &layout.anchors {
        let to = XyzDestination::new(anchor.page, Point::from_xy(LEFT, anchor.y));
        outline.push_child(OutlineNode::new(anchor.title.clone(), to));
    }
    outline
}

struct Brush<'a, 'b> {
    surface: Surface<'a>,
    faces: &'b Faces,
}

impl Brush<'_, '_> {
    /// Header and footer.
    fn margins(&mut self, words: Language, composed: &Composed, number: usize, count: usize) {
        let (left, right) = &composed.header;
        let page = format!("{} {number} {} {count}", words.page(), words.of());
        for (kind, y, left, right, line) in [
            (ArtifactType::Header, HEADER, left, right, HEADER + 7.0),
            (ArtifactType::Footer, FOOTER, &composed.footer, &page, FOOTER - 13.0),
        ] {
            self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
            let right = self.shortened(right, MARGINAL, WIDTH * 0.45);
            let taken = self.width(&right, MARGINAL);
            self.write(RIGHT - taken, y, MARGINAL, &right);
            let left = self.shortened(left, MARGINAL, WIDTH - taken - 16.0);
            self.write(LEFT, y, MARGINAL, &left);
            self.fill(LINE);
            self.rectangle(LEFT, line, WIDTH, HAIR);
            self.surface.end_tagged();
        }
    }

    fn page(&mut self, paper: &Paper<'_>, page: &Page, structure: &mut Structure) {
        for area in &page.areas {
            self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            self.area(area);
            self.surface.end_tagged();
        }
        for placed in &page.figures {
            let Some(image) = paper.images.get(placed.figure.image) else { continue };
            let Shown::Picture(picture) = &image.shown else { continue };
            let id = self.surface.start_tagged(ContentTag::Other);
            self.picture(placed, picture);
            marks::draw(self, placed, picture, &image.marks);
            self.surface.end_tagged();
            structure.add_figure(placed, id);
        }
        for text in &page.texts {
            let id = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            self.write(text.x, text.y, text.style, &text.text);
            self.surface.end_tagged();
            structure.add(text.node, id);
        }
        structure.turn();
    }

    fn area(&mut self, area: &Area) {
        let (top, height) = (area.top, area.bottom - area.top);
        match area.ground {
            Ground::None => {}
            Ground::Panel => {
                self.fill(TINT);
                self.rectangle(LEFT, top, WIDTH, height);
            }
            Ground::Accent => {
                self.fill(TINT);
                self.rectangle(LEFT, top, WIDTH, height);
                self.fill(ACCENT);
                self.rectangle(LEFT, top, BAR, height);
            }
            Ground::Ruled => {
                self.fill(LINE);
                self.rectangle(LEFT, area.bottom - HAIR, WIDTH, HAIR);
            }
            Ground::Boxed => {
                self.fill(LINE);
                for (x, y, wide, high) in [
                    (LEFT, top, WIDTH, HAIR),
                    (LEFT, area.bottom - HAIR, WIDTH, HAIR),
                    (LEFT, top, HAIR, height),
                    (RIGHT - HAIR, top, HAIR, height),
                ] {
                    self.rectangle(x, y, wide, high);
                }
            }
        }
    }

    fn picture(&mut self, placed: &Placed, picture: &Picture) {
        let pixels = Pixels(picture.clone());
        let size = Size::from_wh(placed.figure.width, placed.figure.height);
        // Without interpolation: PDF/A forbids it, and pixels are to be seen as they are.
        if let (Ok(image), Some(size)) = (Image::from_custom(pixels, false), size) {
            self.surface.push_transform(&Transform::from_translate(placed.x, placed.y));
            self.surface.draw_image(image, size);
            self.surface.pop();
        }
    }

    fn fill(&mut self, color: Color) {
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill { paint: ink(color).into(), ..Fill::default() }));
    }

    fn stroke(&mut self, color: Color, width: f32) {
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke { paint: ink(color).into(), width, ..Stroke::default() }));
    }

    fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32) {
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    /// One line from `x` on, its letters on `y`.
    fn write(&mut self, x: f32, y: f32, style: Style, text: &str) {
        // Lines are broken already. Both spaces are one glyph, which must stand for one letter, or readers lose the
        // rest of the line.
        let text = &text.replace(['\u{a0}', '\u{202f}', '\u{2007}'], " ");
        let face = self.faces.of(style.weight);
        let glyphs: Vec<KrillaGlyph> = text
            .char_indices()
            .map(|(at, letter)| {
                let glyph = GlyphId::new(face.glyph(letter));
                KrillaGlyph::new(glyph, face.advance(letter), 0.0, 0.0, 0.0, at..at + letter.len_utf8(), None)
            })
            .collect();
        let font = face.font.clone();
        self.fill(style.color);
        self.surface.draw_glyphs(Point::from_xy(x, y), &glyphs, font, text, style.size, false);
    }

    fn width(&self, text: &str, style: Style) -> f32 {
        self.faces.of(style.weight).width(text) * style.size
    }

    /// As much of a line as fits, with an ellipsis.
    fn shortened(&self, text: &str, style: Style, width: f32) -> String {
        if self.width(text, style) <= width {
            return text.to_owned();
        }
        let face = self.faces.of(style.weight);
        let mut used = face.advance('…') * style.size;
        let fitting = text.chars().take_while(|letter| {
            used += face.advance(*letter) * style.size;
            used <= width
        });
        let fitting: String = fitting.collect();
        format!("{}…", fitting.trim_end())
    }
}

fn ink(Color(red, green, blue): Color) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

/// The pixels as krilla takes them.
#[derive(Clone)]
struct Pixels(Picture);

impl std::hash::Hash for Pixels {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.0.width(), self.0.height(), self.color_channel()).hash(state);
    }
}

impl CustomImage for Pixels {
    fn color_channel(&self) -> &[u8] {
        match self.0.samples() {
            Samples::Grey(bytes) | Samples::Rgb(bytes) => bytes,
        }
    }

    fn alpha_channel(&self) -> Option<&[u8]> {
        None
    }

    fn bits_per_component(&self) -> BitsPerComponent {
        BitsPerComponent::Eight
    }

    fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }

    fn icc_profile(&self) -> Option<&[u8]> {
        None
    }

    fn color_space(&self) -> ImageColorspace {
        match self.0.samples() {
            Samples::Grey(_) => ImageColorspace::Luma,
            Samples::Rgb(_) => ImageColorspace::Rgb,
        }
    }
}
