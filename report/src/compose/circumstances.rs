//! How it came about: times, people, roll call, consent, signature, versions.

use super::{INSET, LABEL_WIDTH, Sheet};
use crate::{
    rows::{Cell, Ground, Piece, Role, Row},
    style::{SMALL, SMALL_STRONG, STRONG, WIDTH},
};

impl Sheet<'_> {
    pub(super) fn course(&mut self) {
        let words = self.words;
        if self.report.times.is_empty() {
            return;
        }
        self.heading(words.course());
        self.tables += 1;
        for time in &self.report.times {
            self.fact(words.time(time.kind), words.moment(time.at));
        }
        let zone = self.line(&self.report.zone);
        self.note(&format!("{} {zone}.", words.zone_note()));
    }

    pub(super) fn people(&mut self) {
        let (words, report) = (self.words, self.report);
        self.heading(words.people());
        self.tables += 1;
        for person in &report.people {
            let names = [&person.name, &person.hospital].map(|text| self.line(text));
            let names = names.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
            self.fact(words.part(person.part), names);
        }
        if let Some(roll) = &report.roll_call {
            let present = roll.present.iter().map(|(name, role)| {
                let (name, role) = (self.line(name), self.line(role));
                if role.is_empty() { name } else { format!("{name} ({role})") }
            });
            let present = present.collect::<Vec<_>>().join(", ");
            let by = format!("{}, {} {}", words.moment(roll.at), words.asked_by(), self.line(&roll.by));
            self.fact(words.roll_call(), format!("{present}\n{by}"));
        }
        let consent = report.consent.as_ref().map(|consent| {
            let (kind, when) = (words.consent_of(consent.kind), words.moment(consent.at));
            format!("{kind}\n{when}, {} {}", words.recorded_by(), self.line(&consent.by))
        });
        self.fact(words.consent(), consent.unwrap_or_else(|| words.consent_missing().to_owned()));
    }

    /// By whom, when, and which version.
    pub(super) fn signature(&mut self) {
        let (words, report) = (self.words, self.report);
        self.heading(words.signature());
        let (name, house) = (self.line(&report.specialist.name), self.line(&report.specialist.hospital));
        let when = words.exact(report.signed_at);
        let signed = format!(
            "{} {name}, {house}, {} {when} ({} {})",
            words.signed_by(),
            words.at(),
            words.version(),
            report.version
        );
        let pieces = vec![
            Piece::new(signed, STRONG),
            Piece::new(words.signed_note(), SMALL).before(3.0),
            Piece::new(words.legal(), SMALL),
        ];
        let cell = Cell::new(INSET, WIDTH - 2.0 * INSET, pieces);
        self.rows.push(Row::of(vec![cell]).ground(Ground::Panel, 9.0).before(4.0).whole());
    }

    /// Every version, where there are several.
    pub(super) fn versions(&mut self) {
        let (words, report) = (self.words, self.report);
        if report.versions.len() < 2 {
            return;
        }
        self.heading(words.versions());
        self.tables += 1;
        for version in &report.versions {
            let mut number = format!("{} {}", words.version(), version.number);
            if version.number == report.version {
                number = format!("{number} ({})", words.this_version());
            }
            let reason = match self.text(&version.reason) {
                empty if empty.trim().is_empty() => words.first_version().to_owned(),
                reason => format!("{}: {reason}", words.reason()),
            };
            let who = format!("{} · {}", words.moment(version.at), self.line(&version.author));
            let cells = vec![
                Cell::new(0.0, LABEL_WIDTH, vec![Piece::new(number, SMALL_STRONG)]).header(),
                Cell::new(
                    LABEL_WIDTH + 8.0,
                    WIDTH - LABEL_WIDTH - 8.0,
                    vec![Piece::new(who, SMALL), Piece::new(reason, SMALL)],
                ),
            ];
            self.rows.push(Row::of(cells).ground(Ground::Ruled, 3.0).role(Role::TableRow(self.tables)));
        }
    }
}
