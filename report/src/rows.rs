//! What pages are made of: rows of cells. A paragraph is a row with one cell, a table many rows with several.

use crate::style::{BODY, Style, WIDTH};

/// What a row, cell or piece is to somebody who has it read aloud (PDF/UA).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Consecutive rows of the same number make one table, whose cells have the roles [`CellRole`].
    TableRow(u32),
    Block,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellRole {
    /// Outside of a table, or a plain cell of one.
    Data,
    /// Names the cell behind it.
    Header,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceRole {
    Paragraph,
    /// From 1; the first one is the document's title.
    Heading(u8),
    Caption,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ground {
    None,
    /// A tinted ground behind the whole width.
    Panel,
    /// The same with a bar of the accent colour at its left.
    Accent,
    /// A hairline below.
    Ruled,
    /// A hairline around.
    Boxed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) style: Style,
    /// Distance from what stands above it in the cell.
    pub(crate) before: f32,
    pub(crate) role: PieceRole,
}

/// A picture in a cell.
#[derive(Clone)]
pub(crate) struct Figure {
    /// Index into the report's key images.
    pub(crate) image: usize,
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// Said instead of the picture.
    pub(crate) alt: String,
}

pub(crate) struct Cell {
    /// From the left margin.
    pub(crate) x: f32,
    pub(crate) width: f32,
    pub(crate) figure: Option<Figure>,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) role: CellRole,
    pub(crate) align: Align,
}

pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    /// Distance from the row above; none at the head of a page.
    pub(crate) before: f32,
    /// Free space within, above and below the cells.
    pub(crate) pad: f32,
    pub(crate) ground: Ground,
    /// Never the last one of a page.
    pub(crate) keep_with_next: bool,
    /// Not split over two pages, unless it is higher than one.
    pub(crate) whole: bool,
    pub(crate) role: Role,
}

impl Piece {
    pub(crate) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, before: 0.0, role: PieceRole::Paragraph }
    }

    pub(crate) fn before(mut self, before: f32) -> Self {
        self.before = before;
        self
    }

    pub(crate) fn role(mut self, role: PieceRole) -> Self {
        self.role = role;
        self
    }
}

impl Cell {
    pub(crate) fn new(x: f32, width: f32, pieces: Vec<Piece>) -> Self {
        Self { x, width, figure: None, pieces, role: CellRole::Data, align: Align::Left }
    }

    pub(crate) fn header(mut self) -> Self {
        self.role = CellRole::Header;
        self
    }

    pub(crate) fn right(mut self) -> Self {
        self.align = Align::Right;
        self
    }
}

impl Row {
    pub(crate) fn of(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            before: 0.0,
            pad: 0.0,
            ground: Ground::None,
            keep_with_next: false,
            whole: false,
            role: Role::Block,
        }
    }

    /// One cell over the whole width.
    pub(crate) fn wide(pieces: Vec<Piece>) -> Self {
        Self::of(vec![Cell::new(0.0, WIDTH, pieces)])
    }

    pub(crate) fn paragraph(text: impl Into<String>) -> Self {
        Self::wide(vec![Piece::new(text, BODY)])
    }

    pub(crate) fn before(mut self, before: f32) -> Self {
        self.before = before;
        self
    }

    pub(crate) fn ground(mut self, ground: Ground, pad: f32) -> Self {
        self.ground = ground;
        self.pad = pad;
        self
    }

    pub(crate) fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    pub(crate) fn keep_with_next(mut self) -> Self {
        self.keep_with_next = true;
        self
    }

    pub(crate) fn whole(mut self) -> Self {
        self.whole = true;
        self
    }
}
