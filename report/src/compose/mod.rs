//! From what a report says to the rows of its pages, in the order in which it is read: who, the decision, why, what was
//! seen, and then how it came about.

mod circumstances;
mod images;
mod medical;

use crate::{
    clean,
    font::Faces,
    model::{Language, Moment, Party, Patient, Report},
    rows::{Cell, Ground, Piece, PieceRole, Role, Row},
    style::{BODY, HEADING, LABEL, NAME, OVERLINE, SMALL, SMALL_STRONG, STRONG, SUBTITLE, TITLE, WIDTH},
};

/// Width of the words in front of what was filled in.
const LABEL_WIDTH: f32 = 124.0;
/// Free space between text and the edge of a tinted ground.
const INSET: f32 = 12.0;
/// Above a heading. More makes more pages; less, and the parts run into each other.
const ABOVE_HEADING: f32 = 15.0;

/// All that is drawn, before it is laid out.
pub(crate) struct Composed {
    pub(crate) rows: Vec<Row>,
    /// Left and right, on every page.
    pub(crate) header: (String, String),
    pub(crate) footer: String,
    /// Without patient data: viewers and file lists show it.
    pub(crate) title: String,
}

pub(crate) fn compose(report: &Report, faces: &Faces) -> Composed {
    let mut sheet = Sheet { report, faces, words: report.language, rows: vec![], tables: 0 };
    sheet.letterhead();
    sheet.patient();
    sheet.parties();
    sheet.decision();
    sheet.request();
    sheet.findings();
    sheet.key_images();
    sheet.course();
    sheet.people();
    sheet.signature();
    sheet.versions();
    let title = format!("{} {}", sheet.words.template(report.template), sheet.line(&report.label));
    let signed = sheet.words.moment(report.signed_at);
    let footer = format!("{title} · {} {} · {signed}", sheet.words.version(), report.version);
    let header =
        (format!("{} · {}", sheet.line(&report.label), sheet.patient_line()), sheet.line(&report.requester.hospital));
    Composed { header, footer, title, rows: sheet.rows }
}

/// The rows so far, and what they are made from.
struct Sheet<'a> {
    report: &'a Report,
    faces: &'a Faces,
    words: Language,
    rows: Vec<Row>,
    /// Tables so far; the next one has the next number.
    tables: u32,
}

impl Sheet<'_> {
    fn text(&self, text: &str) -> String {
        clean::text_of(self.faces, text)
    }

    fn line(&self, text: &str) -> String {
        clean::line(self.faces, text)
    }

    /// What was filled in, or that nothing was.
    fn filled(&self, text: Option<&str>) -> String {
        let text = text.map(|text| self.text(text)).unwrap_or_default();
        if text.trim().is_empty() { self.words.missing().to_owned() } else { text }
    }

    fn heading(&mut self, text: &str) {
        let piece = Piece::new(text, HEADING).role(PieceRole::Heading(2));
        self.rows.push(Row::wide(vec![piece]).before(ABOVE_HEADING).keep_with_next());
    }

    /// A heading and what somebody wrote.
    fn section(&mut self, heading: &str, text: &str) {
        self.heading(heading);
        let text = self.filled(Some(text));
        self.rows.push(Row::paragraph(text).before(1.0));
    }

    /// One line of words and what was filled in. Consecutive ones make a table.
    fn fact(&mut self, label: &str, value: String) {
        let label = Cell::new(0.0, LABEL_WIDTH, vec![Piece::new(label, LABEL)]).header();
        let value = Cell::new(LABEL_WIDTH + 8.0, WIDTH - LABEL_WIDTH - 8.0, vec![Piece::new(value, BODY)]);
        self.rows.push(Row::of(vec![label, value]).before(1.5).role(Role::TableRow(self.tables)));
    }

    fn note(&mut self, text: &str) {
        self.rows.push(Row::wide(vec![Piece::new(text, SMALL)]).before(3.0));
    }

    fn moment(&self, moment: Option<Moment>) -> Option<String> {
        moment.map(|moment| self.words.moment(moment))
    }

    fn letterhead(&mut self) {
        let (words, report) = (self.words, self.report);
        let service = [&report.service, &report.network].map(|name| self.line(name));
        let service = service.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" · ");
        let signed = words.moment(report.signed_at);
        let subtitle = [
            self.line(&report.label),
            words.urgency(report.urgency).to_owned(),
            format!("{} {}", words.version(), report.version),
            signed,
        ];
        self.rows.push(
            Row::wide(vec![
                Piece::new(words.overline(), OVERLINE),
                Piece::new(words.template(report.template), TITLE).role(PieceRole::Heading(1)),
                Piece::new(service, SUBTITLE).before(1.0),
                Piece::new(subtitle.join(" · "), SUBTITLE),
            ])
            .keep_with_next(),
        );
        self.version_notice();
    }

    /// That this version replaces one, or has been replaced.
    fn version_notice(&mut self) {
        let (words, report) = (self.words, self.report);
        let at = |number: u32| report.versions.iter().find(|version| version.number == number);
        let newest = report.versions.iter().max_by_key(|version| version.number);
        let mut pieces = Vec::new();
        if let Some(newest) = newest.filter(|newest| newest.number > report.version) {
            let when = words.moment(newest.at);
            let text = format!("{} {} {} {when}.", words.superseded(), newest.number, words.from());
            pieces.push(Piece::new(text, SMALL_STRONG));
        }
        if let Some(before) = at(report.version.wrapping_sub(1)).filter(|_| report.version > 1) {
            let when = words.moment(before.at);
            let text = format!("{} {} {} {when}.", words.amends(), before.number, words.from());
            pieces.push(Piece::new(text, SMALL_STRONG));
            let reason = self.filled(at(report.version).map(|version| version.reason.as_str()));
            pieces.push(Piece::new(format!("{}: {reason}", words.reason()), SMALL));
        }
        if !pieces.is_empty() {
            let cell = Cell::new(INSET, WIDTH - 2.0 * INSET, pieces);
            self.rows.push(Row::of(vec![cell]).ground(Ground::Boxed, 7.0).before(10.0));
        }
    }

    fn patient(&mut self) {
        let (words, report) = (self.words, self.report);
        let Patient { birth_date, sex, insurance_number, patient_id, added_later, .. } = &report.patient;
        let birth = birth_date.map(|date| words.date(date));
        let pairs = |pairs: [(&str, Option<String>); 2]| {
            let pieces = pairs.into_iter().enumerate().flat_map(|(at, (label, value))| {
                let above = if at == 0 { 0.0 } else { 4.0 };
                let value = self.filled(value.as_deref());
                [Piece::new(label, SMALL).before(above), Piece::new(value, BODY)]
            });
            pieces.collect::<Vec<_>>()
        };
        let name = vec![Piece::new(words.patient(), SMALL), Piece::new(self.patient_name(), NAME)];
        let personal = pairs([(words.birth_date(), birth), (words.sex(), sex.map(|sex| words.sex_of(sex).to_owned()))]);
        let numbers =
            pairs([(words.insurance_number(), insurance_number.clone()), (words.patient_id(), patient_id.clone())]);
        let cells =
            vec![Cell::new(INSET, 188.0, name), Cell::new(216.0, 104.0, personal), Cell::new(332.0, 124.0, numbers)];
        self.rows.push(Row::of(cells).ground(Ground::Panel, 10.0).before(12.0));
        let later: Vec<_> = added_later.iter().map(|field| words.patient_field(*field)).collect();
        if !later.is_empty() {
            self.note(&format!("{}: {}.", words.added_later(), later.join(", ")));
        }
    }

    fn parties(&mut self) {
        let (words, report) = (self.words, self.report);
        let half = (WIDTH - 3.0 * INSET) / 2.0;
        let cells = [(words.requester(), &report.requester), (words.specialist(), &report.specialist)];
        let cells = cells.into_iter().enumerate().map(|(at, (label, party))| {
            let x = INSET + at as f32 * (half + INSET);
            Cell::new(x, half, self.party(label, party))
        });
        let cells = cells.collect();
        self.rows.push(Row::of(cells).before(10.0));
    }

    fn party(&self, label: &str, party: &Party) -> Vec<Piece> {
        let house = [&party.hospital, &party.city].map(|text| self.line(text));
        let house = house.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        let mut pieces =
            vec![Piece::new(label, SMALL), Piece::new(self.line(&party.name), STRONG), Piece::new(house, BODY)];
        if let Some(phone) = &party.phone {
            pieces.push(Piece::new(format!("{} {}", self.words.telephone(), self.line(phone)), BODY));
        }
        pieces
    }

    fn patient_name(&self) -> String {
        let Patient { family_name, given_name, .. } = &self.report.patient;
        let names = [family_name, given_name].into_iter().flatten().map(|name| self.line(name));
        let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        if names.is_empty() { self.words.name_missing().to_owned() } else { names.join(", ") }
    }

    /// Name and date of birth, for every page.
    fn patient_line(&self) -> String {
        let born =
            self.report.patient.birth_date.map(|date| format!(", {} {}", self.words.born(), self.words.date(date)));
        format!("{}{}", self.patient_name(), born.unwrap_or_default())
    }
}
