//! A table of what happened, as a file of the same form as the report: A4, PDF/A-2a, PDF/UA-1. Its words all come from
//! the caller.

use crate::{
    ReportError, clean,
    compose::Composed,
    flow,
    font::Faces,
    model::{Language, Moment},
    paint::{self, Paper},
    rows::{Cell, Ground, Piece, PieceRole, Role, Row},
    style::{OVERLINE, SMALL, SMALL_STRONG, SUBTITLE, TITLE, WIDTH},
};

/// Free space between two columns.
const GUTTER: f32 = 8.0;

#[derive(Clone, PartialEq)]
pub struct Protocol {
    pub language: Language,
    /// Above the title, in capitals: which program it comes from.
    pub overline: String,
    /// Also the document's, which file lists show: no patient data.
    pub title: String,
    pub subtitle: Vec<String>,
    /// When it was made: the document's creation time, so that equal input gives equal bytes.
    pub made_at: Moment,
    /// Names the document for archives.
    pub id: String,
    pub columns: Vec<Column>,
    /// As many cells as there are columns; further ones are left out.
    pub rows: Vec<Vec<String>>,
    /// Below the table.
    pub note: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub title: String,
    /// Of the width, in relation to the others.
    pub share: f32,
}

/// The table as a PDF file.
pub fn render_protocol(protocol: &Protocol) -> Result<Vec<u8>, ReportError> {
    let faces = Faces::load().ok_or(ReportError::Fonts)?;
    let mut composed = compose(protocol, &faces);
    let layout = flow::flow(&faces, std::mem::take(&mut composed.rows));
    let paper = Paper { language: protocol.language, made_at: protocol.made_at, id: protocol.id.clone(), images: &[] };
    paint::paint(&paper, &faces, &composed, &layout)
}

fn compose(protocol: &Protocol, faces: &Faces) -> Composed {
    let line = |text: &str| clean::line(faces, text);
    let title = line(&protocol.title);
    let mut head = vec![
        Piece::new(line(&protocol.overline), OVERLINE),
        Piece::new(title.clone(), TITLE).role(PieceRole::Heading(1)),
    ];
    head.extend(protocol.subtitle.iter().map(|text| Piece::new(line(text), SUBTITLE).before(1.0)));
    let mut rows = vec![Row::wide(head).keep_with_next()];
    let places = places(&protocol.columns);
    let titles = places.iter().zip(&protocol.columns).map(|((x, width), column)| {
        Cell::new(*x, *width, vec![Piece::new(line(&column.title), SMALL_STRONG)]).header()
    });
    rows.push(
        Row::of(titles.collect()).before(14.0).ground(Ground::Panel, 4.0).role(Role::TableRow(0)).keep_with_next(),
    );
    for row in &protocol.rows {
        let cells = places
            .iter()
            .zip(row)
            .map(|((x, width), text)| Cell::new(*x, *width, vec![Piece::new(clean::text_of(faces, text), SMALL)]));
        rows.push(Row::of(cells.collect()).ground(Ground::Ruled, 2.5).role(Role::TableRow(0)).whole());
    }
    rows.push(Row::wide(vec![Piece::new(clean::text_of(faces, &protocol.note), SMALL)]).before(12.0));
    let header = (title.clone(), protocol.subtitle.first().map(|text| line(text)).unwrap_or_default());
    Composed { rows, header, footer: title.clone(), title }
}

/// Left edge and width of each column.
fn places(columns: &[Column]) -> Vec<(f32, f32)> {
    let shares: f32 = columns.iter().map(|column| column.share).sum();
    let free = WIDTH - GUTTER * columns.len().saturating_sub(1) as f32;
    let mut x = 0.0;
    let place = |column: &Column| {
        let width = free * column.share / shares;
        let at = x;
        x += width + GUTTER;
        (at, width)
    };
    columns.iter().map(place).collect()
}
