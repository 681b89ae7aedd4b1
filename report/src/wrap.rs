//! Paragraphs into lines.

/// One line of a text. Where a word ends with its line, a space follows it unless it is the last one, so that text taken
/// out of the document keeps its words apart; that space is not counted as width.
#[derive(Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Distance from the left edge, in points: what follows a list mark stands behind it.
    pub(crate) indent: f32,
    /// An empty line stood before.
    pub(crate) gap: bool,
}

/// Sums of rounded widths differ in the last digits.
const ROUNDING: f32 = 0.01;

/// Breaks `text` so that no line is wider than `width` points: at spaces, behind hyphens and slashes within words, and
/// between any two letters of what is wider than a line. A single letter always stands, however narrow the line.
pub(crate) fn wrap(text: &str, width: f32, advance: &impl Fn(char) -> f32) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut gap = false;
    for paragraph in text.split('\n') {
        if paragraph.trim_matches(' ').is_empty() {
            gap = !lines.is_empty();
            continue;
        }
        if let Some(last) = lines.last_mut() {
            last.text.push(' ');
        }
        let from = lines.len();
        break_up(paragraph.trim_matches(' '), width, advance, &mut lines);
        if let Some(first) = lines.get_mut(from) {
            first.gap = gap;
        }
        gap = false;
    }
    lines
}

fn break_up(paragraph: &str, width: f32, advance: &impl Fn(char) -> f32, lines: &mut Vec<Line>) {
    let measure = |text: &str| text.chars().map(advance).sum::<f32>();
    let hanging = measure(&paragraph[..list_mark(paragraph)]);
    let hanging = if hanging > width / 3.0 { 0.0 } else { hanging };
    let mut line = Line { text: String::new(), indent: 0.0, gap: false };
    let mut used = 0.0;
    let mut space = false;
    let mut end = |line: &mut Line, used: &mut f32| {
        lines.push(std::mem::replace(line, Line { text: String::new(), indent: hanging, gap: false }));
        *used = 0.0;
    };
    for (part, follows_space) in parts(paragraph) {
        let lead = if space { advance(' ') } else { 0.0 };
        let wanted = measure(part);
        if !line.text.is_empty() && line.indent + used + lead + wanted > width + ROUNDING {
            if space {
                line.text.push(' ');
            }
            end(&mut line, &mut used);
        } else if space && !line.text.is_empty() {
            line.text.push(' ');
            used += lead;
        }
        for letter in part.chars() {
            let wide = advance(letter);
            if !line.text.is_empty() && line.indent + used + wide > width + ROUNDING {
                end(&mut line, &mut used);
            }
            line.text.push(letter);
            used += wide;
        }
        space = follows_space;
    }
    end(&mut line, &mut used);
}

/// Words and the parts of them between which a line may end; `true`: a space follows.
fn parts(paragraph: &str) -> impl Iterator<Item = (&str, bool)> {
    paragraph.split(' ').filter(|word| !word.is_empty()).flat_map(|word| {
        let mut parts = Vec::new();
        let mut from = 0;
        let mut before = ' ';
        let mut letters = word.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let next = letters.peek().map_or(' ', |(_, next)| *next);
            if matches!(letter, '-' | '–' | '/' | '\u{2010}') && before.is_alphabetic() && next.is_alphabetic() {
                let to = at + letter.len_utf8();
                parts.push((&word[from..to], false));
                from = to;
            }
            before = letter;
        }
        parts.push((&word[from..], true));
        parts
    })
}

/// Bytes of a list mark and its space at the start: `- `, `• `, `1. `, `a) `.
fn list_mark(paragraph: &str) -> usize {
    let Some((mark, _)) = paragraph.split_once(' ') else { return 0 };
    let is_bullet = matches!(mark, "-" | "–" | "•" | "*" | "→" | "+");
    let is_number = mark.strip_suffix(['.', ')']).is_some_and(|number| {
        (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
            || number.len() == 1 && mark.ends_with(')') && number.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    if is_bullet || is_number { mark.len() + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every letter is one point wide.
    fn lines(text: &str, width: f32) -> Vec<String> {
        wrap(text, width, &|_| 1.0).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn lines_end_at_spaces_and_within_words_only_where_they_must() {
        assert_eq!(lines("ab cd ef", 5.0), ["ab cd ", "ef"]);
        assert_eq!(lines("abcdefgh ij", 4.0), ["abcd", "efgh ", "ij"]);
        assert_eq!(lines("CT-Angiografie", 9.0), ["CT-", "Angiograf", "ie"]);
        assert_eq!(lines("-5 mg", 3.0), ["-5 ", "mg"]);
        assert_eq!(lines("5\u{a0}mg 7", 5.0), ["5\u{a0}mg ", "7"]);
        assert_eq!(lines("", 5.0), Vec::<String>::new());
        assert_eq!(lines("\n\n \n", 5.0), Vec::<String>::new());
    }

    #[test]
    fn lists_hang_and_empty_lines_leave_a_gap() {
        let list = wrap("one\n\n\n- two three", 7.0, &|_| 1.0);
        let wanted = [("one ", 0.0, false), ("- two ", 0.0, true), ("three", 2.0, false)];
        assert_eq!(list.len(), wanted.len());
        for (line, (text, indent, gap)) in list.iter().zip(wanted) {
            assert_eq!((line.text.as_str(), line.indent, line.gap), (text, indent, gap));
        }
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(text in "[a-zäöü /\\-\n0-9.•]{0,400}", width in 1.0f32..60.0) {
            let wrapped = wrap(&text, width, &|_| 1.0);
            for line in &wrapped {
                let length = line.text.trim_end_matches(' ').chars().count() as f32;
                prop_assert!(line.indent + length <= width + 1.0, "{:?}", line.text);
            }
            let all = wrapped.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().concat();
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&all), letters(&text));
        }
    }
}
