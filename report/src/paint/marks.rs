//! Annotations, drawn as vectors over a picture.

use super::Brush;
use crate::{
    clean,
    flow::Placed,
    model::{Mark, MarkShape},
    picture::Picture,
    style::{Color, HALO, MARK, MARK_LABEL},
};
use krilla::{
    geom::{Path, PathBuilder, Rect},
    paint::FillRule,
};

/// The line, and the dark one below it that shows it on white.
const LINE: f32 = 1.1;
const HALO_LINE: f32 = 2.6;
/// Half the length of the stroke across the end of a measured line.
const TICK: f32 = 3.0;
const HEAD: f32 = 8.0;
/// Distance of control points that make four Bézier curves an ellipse.
const KAPPA: f32 = 0.552_284_8;
/// Marks of one image that are drawn; points of one mark. The wire allows fifty and two hundred.
const MARKS: usize = 50;
const POINTS: usize = 200;
/// Letters of a label.
const LABEL: usize = 60;

type Point = (f32, f32);

/// Draws the marks of a picture within its frame.
pub(super) fn draw(brush: &mut Brush<'_, '_>, placed: &Placed, picture: &Picture, marks: &[Mark]) {
    let frame = Rect::from_xywh(placed.x, placed.y, placed.figure.width, placed.figure.height);
    let Some(clip) = frame.and_then(|frame| {
        let mut path = PathBuilder::new();
        path.push_rect(frame);
        path.finish()
    }) else {
        return;
    };
    let (wide, high) = (placed.figure.width / picture.width() as f32, placed.figure.height / picture.height() as f32);
    brush.surface.push_clip_path(&clip, &FillRule::NonZero);
    for mark in marks.iter().take(MARKS) {
        let points: Vec<Point> = mark
            .points
            .iter()
            .take(POINTS)
            .filter(|point| point.iter().all(|part| part.is_finite()))
            .map(|[column, row]| {
                // Far outside is outside: PDF's numbers end somewhere.
                let inside = |part: f64| part.clamp(-1e4, 1e4) as f32;
                (placed.x + inside(*column) * wide, placed.y + inside(*row) * high)
            })
            .collect();
        if let Some(path) = outline(mark.shape, &points) {
            for (color, width) in [(HALO, HALO_LINE), (MARK, LINE)] {
                brush.stroke(color, width);
                brush.surface.draw_path(&path);
            }
        }
        if let (MarkShape::Arrow, [tip, tail, ..]) = (mark.shape, &points[..])
            && let Some(head) = head(*tip, *tail)
        {
            fill(brush, MARK, &head);
        }
        label(brush, placed, mark, &points);
    }
    brush.surface.pop();
}

fn outline(shape: MarkShape, points: &[Point]) -> Option<Path> {
    let mut path = PathBuilder::new();
    match (shape, points) {
        (MarkShape::Line | MarkShape::Outline | MarkShape::Arrow, [first, .., last]) => {
            path.move_to(first.0, first.1);
            for (x, y) in &points[1..] {
                path.line_to(*x, *y);
            }
            if shape == MarkShape::Outline {
                path.close();
            }
            if shape == MarkShape::Line && points.len() == 2 {
                tick(&mut path, *first, *last);
                tick(&mut path, *last, *first);
            }
        }
        (MarkShape::Ellipse, [a, b, ..]) => {
            let (x, y) = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
            let (rx, ry) = ((a.0 - b.0).abs() / 2.0, (a.1 - b.1).abs() / 2.0);
            let (cx, cy) = (rx * KAPPA, ry * KAPPA);
            path.move_to(x + rx, y);
            path.cubic_to(x + rx, y + cy, x + cx, y + ry, x, y + ry);
            path.cubic_to(x - cx, y + ry, x - rx, y + cy, x - rx, y);
            path.cubic_to(x - rx, y - cy, x - cx, y - ry, x, y - ry);
            path.cubic_to(x + cx, y - ry, x + rx, y - cy, x + rx, y);
            path.close();
        }
        _ => return None,
    }
    path.finish()
}

/// The stroke across the end of a measured line.
fn tick(path: &mut PathBuilder, at: Point, other: Point) {
    if let Some((x, y)) = direction(at, other) {
        path.move_to(at.0 - y * TICK, at.1 + x * TICK);
        path.line_to(at.0 + y * TICK, at.1 - x * TICK);
    }
}

fn head(tip: Point, tail: Point) -> Option<Path> {
    let (x, y) = direction(tip, tail)?;
    let (foot, side) = ((tip.0 + x * HEAD, tip.1 + y * HEAD), HEAD * 0.4);
    let mut path = PathBuilder::new();
    path.move_to(tip.0, tip.1);
    path.line_to(foot.0 - y * side, foot.1 + x * side);
    path.line_to(foot.0 + y * side, foot.1 - x * side);
    path.close();
    path.finish()
}

/// Of length one; `None` between equal points.
fn direction(from: Point, to: Point) -> Option<Point> {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let length = x.hypot(y);
    (length > 0.01).then(|| (x / length, y / length))
}

/// The label on a dark ground beside the last point, within the picture.
fn label(brush: &mut Brush<'_, '_>, placed: &Placed, mark: &Mark, points: &[Point]) {
    let text: String = clean::line(brush.faces, &mark.label).chars().take(LABEL).collect();
    let Some(&(x, y)) = points.last().filter(|_| !text.is_empty()) else { return };
    let text = brush.shortened(&text, MARK_LABEL, (placed.figure.width - 8.0).max(0.0));
    let (wide, high) = (brush.width(&text, MARK_LABEL) + 6.0, MARK_LABEL.leading + 1.0);
    let beside = if mark.shape == MarkShape::Text { 0.0 } else { 5.0 };
    let within = |at: f32, from: f32, length: f32, own: f32| at.min(from + length - own).max(from);
    let left = within(x + beside, placed.x, placed.figure.width, wide);
    let top = within(y + beside, placed.y, placed.figure.height, high);
    brush.fill(HALO);
    brush.rectangle(left, top, wide, high);
    brush.write(left + 3.0, top + MARK_LABEL.leading * 0.78, MARK_LABEL, &text);
}

fn fill(brush: &mut Brush<'_, '_>, color: Color, path: &Path) {
    brush.stroke(HALO, HALO_LINE - LINE);
    brush.surface.draw_path(path);
    brush.fill(color);
    brush.surface.draw_path(path);
}
