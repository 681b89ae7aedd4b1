//! The decision, the request and the findings.

use super::{INSET, Sheet};
use crate::{
    rows::{Cell, Ground, Piece, PieceRole, Role, Row},
    style::{BODY, DECISION, HEADING, LABEL, STRONG, WIDTH},
};

/// Between the two halves of the NIHSS.
const GUTTER: f32 = 20.0;
const HALF: f32 = (WIDTH - GUTTER) / 2.0;
const NUMBER: f32 = 22.0;
/// Holds "nicht untersuchbar".
const VALUE: f32 = 80.0;

impl Sheet<'_> {
    /// What to do, first of all.
    pub(super) fn decision(&mut self) {
        let (words, answer) = (self.words, &self.report.answer);
        let recommendation = self.filled(Some(&answer.recommendation));
        let pieces = vec![
            Piece::new(words.decision(), HEADING).role(PieceRole::Heading(2)),
            Piece::new(words.decision_of(answer.decision), DECISION),
            Piece::new(words.recommendation(), HEADING).before(6.0).role(PieceRole::Heading(2)),
            Piece::new(recommendation, BODY),
        ];
        let cell = Cell::new(INSET, WIDTH - 2.0 * INSET, pieces);
        self.rows.push(Row::of(vec![cell]).ground(Ground::Accent, 10.0).before(14.0));
    }

    pub(super) fn request(&mut self) {
        let (words, request) = (self.words, &self.report.request);
        self.heading(words.request());
        self.tables += 1;
        let justification = request.justification.map(|why| words.justification_of(why));
        let deadline = self.moment(request.deadline);
        for (label, value) in [
            (words.question(), request.question.as_deref()),
            (words.diagnosis(), request.diagnosis.as_deref()),
            (words.medication(), request.medication.as_deref()),
            (words.justification(), justification),
            (words.deadline(), deadline.as_deref()),
        ] {
            let value = self.filled(value);
            self.fact(label, value);
        }
    }

    pub(super) fn findings(&mut self) {
        let (words, answer) = (self.words, &self.report.answer);
        self.section(words.findings(), &answer.findings);
        if let Some(items) = &answer.nihss {
            self.nihss(items);
        }
        self.section(words.assessment(), &answer.assessment);
        if !self.text(&answer.limitations).trim().is_empty() {
            self.section(words.limitations(), &answer.limitations);
        }
    }

    /// Eight items at the left; seven and the sum at the right. The sum is a plain one; nothing is derived from it.
    fn nihss(&mut self, items: &[Option<u8>; 15]) {
        let words = self.words;
        self.tables += 1;
        let heading = Piece::new(words.nihss(), STRONG).role(PieceRole::Heading(3));
        self.rows.push(Row::wide(vec![heading]).before(8.0).keep_with_next());
        let names = words.nihss_items();
        let item = |at: usize, x: f32| {
            let value = match items[at] {
                Some(value) => Piece::new(value.to_string(), STRONG),
                None => Piece::new(words.untestable(), LABEL),
            };
            let (number, name) = names[at];
            line(x, number, Piece::new(name, BODY), value)
        };
        let sum: u32 = items.iter().flatten().map(|value| u32::from(*value)).sum();
        for left in 0..8 {
            let (right, x) = (left + 8, HALF + GUTTER);
            let mut cells = Vec::from(item(left, 0.0));
            cells.extend(if right < items.len() {
                item(right, x)
            } else {
                line(x, "", Piece::new(words.sum(), STRONG), Piece::new(sum.to_string(), STRONG))
            });
            let row = Row::of(cells).ground(Ground::Ruled, 1.5).role(Role::TableRow(self.tables));
            self.rows.push(if left < 7 { row.keep_with_next() } else { row });
        }
        if items.contains(&None) {
            self.note(words.untestable_note());
        }
    }
}

fn line(x: f32, number: &str, name: Piece, value: Piece) -> [Cell; 3] {
    [
        Cell::new(x, NUMBER, vec![Piece::new(number, LABEL)]),
        Cell::new(x + NUMBER, HALF - NUMBER - VALUE, vec![name]).header(),
        Cell::new(x + HALF - VALUE, VALUE, vec![value]).right(),
    ]
}
