//! "Nicht zur Primärbefundung", burnt into every picture that leaves the server.
//!
//! The letters are our own small bitmap font: only those of the notice, nine rows high, proportional.

use super::encode::Canvas;

const NOTICE: [&str; 2] = ["Nicht zur", "Primärbefundung"];
const GLYPH_ROWS: u32 = 9;
const LETTER_GAP: u32 = 1;
const WORD_GAP: u32 = 4;
/// Free pixels around a line, in font pixels.
const MARGIN: u32 = 2;
/// The line takes about a third of the picture's width: readable on a phone, off the middle of the picture.
const SHARE: u32 = 3;

/// Writes the notice into the lower left corner, on a darkened strip; in two lines where one is too long.
pub(super) fn burn_in(canvas: &mut Canvas) {
    let joined = NOTICE.join(" ");
    let one_line = [joined.as_str()];
    let fits = |lines: &[&str]| widest(lines) + 2 * MARGIN <= canvas.columns();
    let lines: &[&str] = if fits(&one_line) { &one_line } else { &NOTICE };
    let line_rows = GLYPH_ROWS + MARGIN;
    let (wide, high) = (widest(lines) + 2 * MARGIN, line_rows * lines.len() as u32 + MARGIN);
    let most = (canvas.columns() / wide).min(canvas.rows() / high).max(1);
    let scale = (canvas.columns() / SHARE / wide).clamp(1, most);
    let top = canvas.rows().saturating_sub(high * scale);
    for y in top..canvas.rows() {
        for x in 0..(wide * scale).min(canvas.columns()) {
            canvas.darken(x, y);
        }
    }
    for (number, line) in lines.iter().enumerate() {
        write(canvas, line, MARGIN, MARGIN + number as u32 * line_rows, scale, top);
    }
}

fn write(canvas: &mut Canvas, line: &str, mut x: u32, y: u32, scale: u32, top: u32) {
    for letter in line.chars() {
        let Some(rows) = glyph(letter) else {
            x += WORD_GAP;
            continue;
        };
        for (row, dots) in rows.iter().enumerate() {
            for (column, dot) in dots.bytes().enumerate() {
                if dot == b'#' {
                    block(canvas, x + column as u32, y + row as u32, scale, top);
                }
            }
        }
        x += rows[0].len() as u32 + LETTER_GAP;
    }
}

/// One font pixel: a square of `scale` pixels.
fn block(canvas: &mut Canvas, x: u32, y: u32, scale: u32, top: u32) {
    for down in 0..scale {
        for right in 0..scale {
            let (x, y) = (x * scale + right, top + y * scale + down);
            if x < canvas.columns() && y < canvas.rows() {
                canvas.whiten(x, y);
            }
        }
    }
}

fn widest(lines: &[&str]) -> u32 {
    lines.iter().map(|line| width(line)).max().unwrap_or(0)
}

fn width(line: &str) -> u32 {
    line.chars().map(|letter| glyph(letter).map_or(WORD_GAP, |rows| rows[0].len() as u32 + LETTER_GAP)).sum()
}

type Glyph = [&'static str; GLYPH_ROWS as usize];

#[rustfmt::skip]
fn glyph(letter: char) -> Option<Glyph> {
    Some(match letter {
        'N' => ["#...#", "##..#", "##..#", "#.#.#", "#..##", "#..##", "#...#", ".....", "....."],
        'P' => ["####.", "#...#", "#...#", "####.", "#....", "#....", "#....", ".....", "....."],
        'b' => ["#...", "#...", "###.", "#..#", "#..#", "#..#", "###.", "....", "...."],
        'c' => ["...", "...", ".##", "#..", "#..", "#..", ".##", "...", "..."],
        'd' => ["...#", "...#", ".###", "#..#", "#..#", "#..#", ".###", "....", "...."],
        'e' => ["....", "....", ".##.", "#..#", "####", "#...", ".##.", "....", "...."],
        'f' => [".##", "#..", "###", "#..", "#..", "#..", "#..", "...", "..."],
        'g' => ["....", "....", ".###", "#..#", "#..#", "#..#", ".###", "...#", ".##."],
        'h' => ["#...", "#...", "###.", "#..#", "#..#", "#..#", "#..#", "....", "...."],
        'i' => ["#", ".", "#", "#", "#", "#", "#", ".", "."],
        'm' => [".....", ".....", "####.", "#.#.#", "#.#.#", "#.#.#", "#.#.#", ".....", "....."],
        'n' => ["....", "....", "###.", "#..#", "#..#", "#..#", "#..#", "....", "...."],
        'r' => ["...", "...", "#.#", "##.", "#..", "#..", "#..", "...", "..."],
        't' => [".#.", ".#.", "###", ".#.", ".#.", ".#.", "..#", "...", "..."],
        'u' => ["....", "....", "#..#", "#..#", "#..#", "#..#", ".###", "....", "...."],
        'z' => ["....", "....", "####", "...#", ".##.", "#...", "####", "....", "...."],
        'ä' => ["#..#", "....", ".##.", "...#", ".###", "#..#", ".###", "....", "...."],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::scale::LEAST;

    #[test]
    fn every_letter_has_a_glyph_of_even_rows() {
        for letter in NOTICE.iter().flat_map(|line| line.chars()).filter(|letter| *letter != ' ') {
            let rows = glyph(letter).expect("a letter of the notice has a glyph");
            assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{letter}");
        }
    }

    #[test]
    fn the_notice_fits_the_smallest_picture() {
        assert!(widest(&NOTICE) + 2 * MARGIN <= LEAST.0);
        assert!((GLYPH_ROWS + MARGIN) * NOTICE.len() as u32 + MARGIN <= LEAST.1);
    }
}
