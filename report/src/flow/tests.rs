use super::*;
use crate::style::{BODY, HEADING, WIDTH};
use proptest::prelude::*;

fn faces() -> Faces {
    Faces::load().unwrap()
}

fn words(layout: &Layout) -> Vec<String> {
    let lines = layout.pages.iter().flat_map(|page| &page.texts).map(|text| text.text.as_str());
    lines.collect::<Vec<_>>().concat().split_whitespace().map(str::to_owned).collect()
}

/// Nothing stands outside of the margins.
fn check(faces: &Faces, layout: &Layout) {
    for page in &layout.pages {
        for text in &page.texts {
            let length = faces.of(text.style.weight).width(text.text.trim_end_matches(' ')) * text.style.size;
            assert!(text.x >= LEFT - 0.1, "{}", text.text);
            assert!(text.x + length <= RIGHT + 0.1, "{}", text.text);
            assert!(text.y >= TOP && text.y <= BOTTOM + 0.1, "{}", text.y);
        }
        for area in &page.areas {
            assert!(area.top >= TOP - 0.1 && area.bottom <= BOTTOM + 0.1 && area.top <= area.bottom);
        }
        for placed in &page.figures {
            assert!(placed.y >= TOP && placed.y + placed.figure.height <= BOTTOM + 0.1);
        }
    }
}

fn heading(text: &str) -> Row {
    Row::wide(vec![Piece::new(text, HEADING).role(PieceRole::Heading(2))]).before(14.0).keep_with_next()
}

fn page_of(layout: &Layout, word: &str) -> usize {
    layout.pages.iter().position(|page| page.texts.iter().any(|text| text.text.contains(word))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_word_stands_once_and_between_the_margins(
        paragraphs in prop::collection::vec("[a-zA-ZäöüßÄÖÜ0-9,.]{1,40}( [a-zäöüß0-9]{1,24}){0,300}", 1..6),
        cuts in prop::collection::vec(0u8..6, 6),
    ) {
        let faces = faces();
        let rows = paragraphs.iter().zip(&cuts).flat_map(|(text, cut)| match cut {
            0 => vec![heading("h"), Row::paragraph(text.as_str())],
            1 => vec![Row::of(vec![Cell::new(12.0, 90.0, vec![Piece::new(text.as_str(), BODY)])]).ground(Ground::Accent, 10.0)],
            2 => vec![Row::paragraph(text.as_str()).whole().before(8.0)],
            3 => vec![Row::of(vec![Cell::new(WIDTH - 90.0, 90.0, vec![Piece::new(text.as_str(), BODY)]).right()])],
            _ => vec![Row::paragraph(text.as_str()).keep_with_next()],
        });
        let layout = flow(&faces, rows.collect());
        check(&faces, &layout);
        let wanted = paragraphs.iter().zip(&cuts).flat_map(|(text, cut)| {
            (*cut == 0).then_some("h").into_iter().chain(text.split(' '))
        });
        let wanted: String = wanted.collect();
        prop_assert_eq!(words(&layout).concat(), wanted);
    }
}

#[test]
fn a_heading_never_ends_a_page() {
    let faces = faces();
    for lines in 1..60 {
        let filler = vec!["Zeile"; lines].join("\n");
        let rows =
            vec![Row::paragraph(filler), heading("Überschrift"), Row::paragraph("erste\nzweite\ndritte\nvierte")];
        let layout = flow(&faces, rows);
        check(&faces, &layout);
        assert_eq!(page_of(&layout, "Überschrift"), page_of(&layout, "zweite"), "{lines} lines above");
        assert_eq!(page_of(&layout, "dritte"), page_of(&layout, "vierte"), "{lines} lines above");
    }
}

#[test]
fn what_is_whole_moves_to_the_next_page_and_what_is_higher_than_a_page_is_split() {
    let faces = faces();
    let block = |lines: usize, word: &str| Row::paragraph(vec![word; lines].join("\n")).whole();
    let layout = flow(&faces, vec![block(30, "oben"), block(30, "unten"), block(120, "lang")]);
    check(&faces, &layout);
    assert_eq!(page_of(&layout, "unten"), 1);
    assert!(!layout.pages[0].texts.iter().any(|text| text.text.contains("unten")));
    assert_eq!(words(&layout).concat().matches("lang").count(), 120);
    assert!(layout.pages.len() >= 5);
}

#[test]
fn rows_of_one_table_share_its_node() {
    let faces = faces();
    let row = |number| {
        let cell = Cell::new(0.0, 100.0, vec![Piece::new("a", BODY)]).header();
        Row::of(vec![cell]).role(Role::TableRow(number))
    };
    let layout = flow(&faces, vec![row(1), row(1), row(2)]);
    let tables = layout.nodes.iter().filter(|node| node.kind == Kind::Table).count();
    let lines = layout.nodes.iter().filter(|node| node.kind == Kind::TableRow).count();
    assert_eq!((tables, lines), (2, 3));
    assert!(layout.nodes.iter().enumerate().all(|(at, node)| node.parent.is_none_or(|parent| parent < at)));
}
