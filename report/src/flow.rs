//! Rows onto pages.

use crate::{
    font::Faces,
    rows::{Align, Cell, CellRole, Figure, Ground, Piece, PieceRole, Role, Row},
    style::{BOTTOM, LEFT, RIGHT, Style, TOP},
    wrap,
};

/// Where in a line's height its letters stand. Styles of one leading share their baseline, whatever their sizes.
const BASELINE: f32 = 0.74;
/// Lines of a row that stay together at the end of a page. One would be an orphan.
const TOGETHER: usize = 2;
/// An empty line in somebody's text, as a share of a line.
const EMPTY_LINE: f32 = 0.55;

/// A line of text with its left end on the baseline.
pub(crate) struct Text {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) style: Style,
    pub(crate) text: String,
    pub(crate) node: usize,
}

pub(crate) struct Placed {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) figure: Figure,
    pub(crate) node: usize,
}

/// Colour behind or around something, over the whole width.
pub(crate) struct Area {
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    pub(crate) ground: Ground,
}

#[derive(Default)]
pub(crate) struct Page {
    pub(crate) areas: Vec<Area>,
    pub(crate) texts: Vec<Text>,
    pub(crate) figures: Vec<Placed>,
}

/// What something is, for the document's structure (PDF/UA).
#[derive(Clone, PartialEq)]
pub(crate) enum Kind {
    Paragraph,
    Heading(u8, String),
    Caption,
    Figure(String),
    Table,
    TableRow,
    Header,
    Data,
}

pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Stands before this node in the list; none: below the document itself.
    pub(crate) parent: Option<usize>,
}

/// A heading's place, for the table of contents.
pub(crate) struct Anchor {
    pub(crate) title: String,
    pub(crate) page: usize,
    pub(crate) y: f32,
}

pub(crate) struct Layout {
    pub(crate) pages: Vec<Page>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) anchors: Vec<Anchor>,
}

/// Something that is not split: a line, a figure.
struct Item {
    above: f32,
    height: f32,
    node: usize,
    what: What,
}

enum What {
    Line { text: String, style: Style, indent: f32 },
    Figure(Figure),
}

struct LaidCell {
    x: f32,
    width: f32,
    align: Align,
    items: Vec<Item>,
}

struct LaidRow {
    cells: Vec<LaidCell>,
    before: f32,
    pad: f32,
    ground: Ground,
    keep_with_next: bool,
    whole: bool,
}

/// Lays all rows out, from the first page on.
pub(crate) fn flow(faces: &Faces, rows: Vec<Row>) -> Layout {
    let mut nodes = Vec::new();
    let mut table = None;
    let laid: Vec<LaidRow> = rows.into_iter().map(|row| lay_row(faces, row, &mut nodes, &mut table)).collect();
    let mut pages = Pages { layout: Layout { pages: vec![Page::default()], nodes, anchors: vec![] }, y: TOP };
    for at in 0..laid.len() {
        if !pages.is_fresh() && pages.y + laid[at].before + least(&laid[at..]) > BOTTOM {
            pages.turn();
        }
        pages.place(faces, &laid[at]);
    }
    pages.layout
}

fn lay_row(faces: &Faces, row: Row, nodes: &mut Vec<Node>, table: &mut Option<(u32, usize)>) -> LaidRow {
    let mut add = |kind, parent| {
        nodes.push(Node { kind, parent });
        nodes.len() - 1
    };
    let parent = match row.role {
        Role::Block => None,
        Role::TableRow(number) => {
            let node = match *table {
                Some((current, node)) if current == number => node,
                _ => add(Kind::Table, None),
            };
            *table = Some((number, node));
            Some(add(Kind::TableRow, Some(node)))
        }
    };
    let cells = row.cells.into_iter().map(|cell| {
        let parent = parent.map(|row| {
            let kind = if cell.role == CellRole::Header { Kind::Header } else { Kind::Data };
            add(kind, Some(row))
        });
        lay_cell(faces, cell, parent, &mut add)
    });
    LaidRow {
        cells: cells.collect(),
        before: row.before,
        pad: row.pad,
        ground: row.ground,
        keep_with_next: row.keep_with_next,
        whole: row.whole,
    }
}

fn lay_cell(
    faces: &Faces,
    cell: Cell,
    parent: Option<usize>,
    add: &mut impl FnMut(Kind, Option<usize>) -> usize,
) -> LaidCell {
    let mut items = Vec::new();
    if let Some(figure) = cell.figure {
        let node = add(Kind::Figure(figure.alt.clone()), parent);
        items.push(Item { above: 0.0, height: figure.height, node, what: What::Figure(figure) });
    }
    for Piece { text, style, before, role } in cell.pieces {
        let kind = match role {
            PieceRole::Paragraph => Kind::Paragraph,
            PieceRole::Caption => Kind::Caption,
            PieceRole::Heading(level) => Kind::Heading(level, text.clone()),
        };
        let face = faces.of(style.weight);
        let lines = wrap::wrap(&text, cell.width, &|letter| face.advance(letter) * style.size);
        if lines.is_empty() {
            continue;
        }
        let node = add(kind, parent);
        for (number, line) in lines.into_iter().enumerate() {
            let gap = if line.gap { style.leading * EMPTY_LINE } else { 0.0 };
            items.push(Item {
                above: if number == 0 { before } else { gap },
                height: style.leading,
                node,
                what: What::Line { text: line.text, style, indent: line.indent },
            });
        }
    }
    LaidCell { x: cell.x, width: cell.width, align: cell.align, items }
}

/// Height of the first `count` items of a cell; what would stand above the first one is left out.
fn height(items: &[Item], count: usize) -> f32 {
    items.iter().take(count).enumerate().map(|(at, item)| item.height + if at == 0 { 0.0 } else { item.above }).sum()
}

fn row_height(row: &LaidRow, count: usize) -> f32 {
    row.cells.iter().map(|cell| height(&cell.items, count)).fold(0.0, f32::max) + 2.0 * row.pad
}

/// What must fit below the last row for the first of `rows` to stand there.
fn least(rows: &[LaidRow]) -> f32 {
    let mut sum = 0.0;
    for (at, row) in rows.iter().enumerate() {
        let before = if at == 0 { 0.0 } else { row.before };
        if !row.keep_with_next {
            return sum + before + row_height(row, if row.whole { usize::MAX } else { TOGETHER });
        }
        sum += before + row_height(row, usize::MAX);
    }
    sum
}

struct Pages {
    layout: Layout,
    y: f32,
}

impl Pages {
    fn is_fresh(&self) -> bool {
        self.layout.pages.last().is_none_or(|page| page.texts.is_empty() && page.figures.is_empty())
    }

    fn turn(&mut self) {
        self.layout.pages.push(Page::default());
        self.y = TOP;
    }

    /// Places a row, on as many pages as it takes.
    fn place(&mut self, faces: &Faces, row: &LaidRow) {
        let mut done = vec![0; row.cells.len()];
        let mut is_first = true;
        loop {
            let before = if is_first && !self.is_fresh() { row.before } else { 0.0 };
            let room = BOTTOM - self.y - before - 2.0 * row.pad;
            let mut counts = counts(row, &done, room);
            let is_all = (0..done.len()).all(|cell| done[cell] + counts[cell] == row.cells[cell].items.len());
            let is_stuck = counts.iter().all(|count| *count == 0);
            if !is_all && !self.is_fresh() && (is_stuck || row.whole && is_first) {
                self.turn();
                continue;
            }
            if !is_all && is_stuck {
                // Higher than a page: it stands all the same, and the next page begins behind it.
                for (cell, count) in counts.iter_mut().enumerate() {
                    *count = usize::from(done[cell] < row.cells[cell].items.len());
                }
            }
            self.y += before;
            self.fragment(faces, row, &done, &counts, is_all);
            for (done, count) in done.iter_mut().zip(&counts) {
                *done += count;
            }
            if is_all {
                return;
            }
            is_first = false;
            self.turn();
        }
    }

    /// Draws the next `counts` items of every cell.
    fn fragment(&mut self, faces: &Faces, row: &LaidRow, done: &[usize], counts: &[usize], is_last: bool) {
        let top = self.y;
        let mut bottom = top;
        for (cell, (from, count)) in row.cells.iter().zip(done.iter().zip(counts)) {
            let mut y = top + row.pad;
            for (at, item) in cell.items[*from..from + count].iter().enumerate() {
                y += if at == 0 { 0.0 } else { item.above };
                self.item(faces, cell, item, y);
                y += item.height;
            }
            bottom = bottom.max(y);
        }
        self.y = bottom + row.pad;
        let is_drawn = row.ground != Ground::None && (row.ground != Ground::Ruled || is_last);
        if let Some(page) = self.layout.pages.last_mut().filter(|_| is_drawn) {
            page.areas.push(Area { top, bottom: self.y, ground: row.ground });
        }
    }

    fn item(&mut self, faces: &Faces, cell: &LaidCell, item: &Item, y: f32) {
        let number = self.layout.pages.len() - 1;
        let is_new = |texts: &[Text]| texts.last().is_none_or(|last| last.node != item.node);
        let Some(page) = self.layout.pages.last_mut() else { return };
        match &item.what {
            What::Figure(figure) => {
                page.figures.push(Placed { x: LEFT + cell.x, y, figure: figure.clone(), node: item.node });
            }
            What::Line { text, style, indent } => {
                let length = faces.of(style.weight).width(text.trim_end_matches(' ')) * style.size;
                let x = match cell.align {
                    Align::Left => LEFT + cell.x + indent,
                    Align::Right => LEFT + cell.x + cell.width - length,
                };
                if let Kind::Heading(2.., title) = &self.layout.nodes[item.node].kind
                    && is_new(&page.texts)
                {
                    self.layout.anchors.push(Anchor { title: title.clone(), page: number, y });
                }
                let y = y + style.leading * BASELINE;
                page.texts.push(Text { x, y, style: *style, text: text.clone(), node: item.node });
            }
        }
        debug_assert!(LEFT + cell.x + cell.width <= RIGHT + 0.1, "cells lie between the margins");
    }
}

/// How many items of every cell fit into `room`, from those that are not `done`.
fn counts(row: &LaidRow, done: &[usize], room: f32) -> Vec<usize> {
    let fit = |items: &[Item]| {
        let mut used = 0.0;
        let fitting = items.iter().enumerate().take_while(|(at, item)| {
            used += item.height + if *at == 0 { 0.0 } else { item.above };
            used <= room + 0.01
        });
        match fitting.count() {
            // The last line alone on the next page would be a widow.
            count if count > TOGETHER && count + 1 == items.len() => count - 1,
            count => count,
        }
    };
    row.cells.iter().zip(done).map(|(cell, done)| fit(&cell.items[*done..])).collect()
}

#[cfg(test)]
mod tests;
