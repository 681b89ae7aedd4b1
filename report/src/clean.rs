//! Text as people and machines send it, made fit for a page.

use crate::font::{BOX, Faces, Weight};

/// One line of plain text: line breaks become spaces, and several spaces one; those that must not break stay.
pub(crate) fn line(faces: &Faces, text: &str) -> String {
    let text = text_of(faces, text);
    text.split([' ', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Text of any length with `\n` as the only control character. Letters that the fonts lack become a visible box each:
/// a reader must see that something stood there.
pub(crate) fn text_of(faces: &Faces, text: &str) -> String {
    let face = faces.of(Weight::Regular);
    let mut clean = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' => {
                if letters.peek() != Some(&'\n') {
                    clean.push('\n');
                }
            }
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\t' => clean.push(' '),
            // The other spaces that are narrower or wider: one space.
            '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => clean.push(' '),
            _ if letter.is_control() || is_invisible(letter) => {}
            _ => {
                if let Some(joined) = clean.chars().last().and_then(|base| compose(base, letter)) {
                    clean.pop();
                    clean.push(joined);
                } else if is_private(letter) || !face.writes(letter) {
                    clean.push(BOX);
                } else {
                    clean.push(letter);
                }
            }
        }
    }
    clean
}

/// Marks of direction, joiners, variation selectors, soft hyphens, byte order marks: they would reorder or hide text.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

/// PDF/A-2a has no place for letters that only one font knows.
fn is_private(letter: char) -> bool {
    matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// The one letter for a base and the mark behind it: macOS sends umlauts so. Others keep their mark as its own glyph.
fn compose(base: char, mark: char) -> Option<char> {
    let (from, to) = match mark {
        '\u{300}' => ("aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        '\u{301}' => ("aeiouycnsAEIOUYCNS", "áéíóúýćńśÁÉÍÓÚÝĆŃŚ"),
        '\u{302}' => ("aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        '\u{303}' => ("anoANO", "ãñõÃÑÕ"),
        '\u{308}' => ("aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
        '\u{30a}' => ("auAU", "åůÅŮ"),
        '\u{30c}' => ("cenrszCENRSZ", "čěňřšžČĚŇŘŠŽ"),
        '\u{327}' => ("csCS", "çşÇŞ"),
        _ => return None,
    };
    from.chars().zip(to.chars()).find_map(|(plain, joined)| (plain == base).then_some(joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_is_left() {
        let faces = Faces::load().unwrap();
        for (sent, wanted) in [
            ("a\r\nb\rc\u{2028}d", "a\nb\nc\nd"),
            ("null\0 bell\u{7} esc\u{1b}[31m", "null bell esc[31m"),
            ("\u{202e}gnirts\u{202c}", "gnirts"),
            ("u\u{308}ber", "über"),
            ("soft\u{ad}hyphen", "softhyphen"),
            ("שלום 🙂 \u{e001}", "□□□□ □ □"),
            ("👍🏽", "□"),
            ("5\u{a0}mg", "5\u{a0}mg"),
        ] {
            assert!(text_of(&faces, sent) == wanted, "{}", text_of(&faces, sent));
        }
        assert!(line(&faces, " two\nlines\t ") == "two lines");
    }
}
