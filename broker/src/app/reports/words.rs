//! Words of the tables.

use jiff::{Timestamp, tz::TimeZone};
use schemas::{
    UnixMillis,
    consult::Urgency,
    directory::Specialty,
    reports::FileLanguage::{self, De, En},
};

pub(super) const fn answers(language: FileLanguage) -> &'static str {
    match language {
        De => "Antwortzeiten",
        En => "answers",
    }
}

pub(super) const fn coverage(language: FileLanguage) -> &'static str {
    match language {
        De => "Abdeckung",
        En => "coverage",
    }
}

pub(super) const fn duties(language: FileLanguage) -> &'static str {
    match language {
        De => "Dienste",
        En => "duties",
    }
}

pub(super) const fn answer_columns(language: FileLanguage) -> &'static [&'static str] {
    match language {
        De => &[
            "Dienst",
            "Dringlichkeit",
            "angefragt",
            "angenommen",
            "mit Ablehnung",
            "eskaliert",
            "ohne Antwort",
            "abgesagt",
            "Median bis zur Annahme (s)",
            "95. Perzentil (s)",
        ],
        En => &[
            "service",
            "urgency",
            "asked",
            "accepted",
            "with a decline",
            "escalated",
            "unanswered",
            "cancelled",
            "median to accept (s)",
            "95th percentile (s)",
        ],
    }
}

pub(super) const fn coverage_columns(language: FileLanguage) -> &'static [&'static str] {
    match language {
        De => &[
            "Leistungsgruppe",
            "Dienst",
            "Standort",
            "Quartal",
            "von (UTC)",
            "bis (UTC)",
            "besetzte Stunden",
            "unbesetzte Minuten",
            "Fachärztinnen und Fachärzte",
            "Anfragen",
            "Median bis zur Annahme (s)",
        ],
        En => &[
            "Leistungsgruppe",
            "service",
            "site",
            "quarter",
            "from (UTC)",
            "until (UTC)",
            "covered hours",
            "uncovered minutes",
            "specialists",
            "asked",
            "median to accept (s)",
        ],
    }
}

pub(super) const fn duty_columns(language: FileLanguage) -> &'static [&'static str] {
    match language {
        De => &[
            "Dienst",
            "Person",
            "Haus",
            "Stunden",
            "davon nachts",
            "davon am Wochenende",
            "davon an Feiertagen",
            "Einsätze",
            "gewichtet (h)",
            "vom gleichen Anteil (%)",
        ],
        En => &[
            "service",
            "person",
            "house",
            "hours",
            "at night",
            "on weekends",
            "on holidays",
            "call-outs",
            "weighted (h)",
            "of an even share (%)",
        ],
    }
}

pub(in crate::app) const fn urgency(urgency: Urgency, language: FileLanguage) -> &'static str {
    match (urgency, language) {
        (Urgency::Emergency, De) => "Notfall",
        (Urgency::Emergency, En) => "emergency",
        (Urgency::Urgent, De) => "dringend",
        (Urgency::Urgent, En) => "urgent",
        (Urgency::Elective, De) => "elektiv",
        (Urgency::Elective, En) => "elective",
    }
}

pub(super) const fn specialty(specialty: Specialty, language: FileLanguage) -> &'static str {
    match (specialty, language) {
        (Specialty::StrokeNeurology, De) => "Stroke Unit (Neurologie)",
        (Specialty::StrokeNeurology, En) => "stroke neurology",
        (Specialty::Neurosurgery, De) => "Neurochirurgie",
        (Specialty::Neurosurgery, En) => "neurosurgery",
        (Specialty::Cardiology, De) => "Kardiologie",
        (Specialty::Cardiology, En) => "cardiology",
        (Specialty::Radiology, De) => "Radiologie",
        (Specialty::Radiology, En) => "radiology",
    }
}

/// `2026-11-28`.
pub(super) fn day(at: UnixMillis) -> String {
    written(at, "%Y-%m-%d")
}

/// `2026-11-28 07:00`, which office programs read as a time.
pub(super) fn moment(at: UnixMillis) -> String {
    written(at, "%Y-%m-%d %H:%M")
}

fn written(at: UnixMillis, form: &str) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::MIN);
    at.to_zoned(TimeZone::UTC).strftime(form).to_string()
}
