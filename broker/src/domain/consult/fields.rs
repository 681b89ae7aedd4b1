//! The case fields: merging and checking what a person typed.

use super::Refusal;
use crate::domain::forms::{self, Fault};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use schemas::{
    PrivateText, UnixMillis,
    consult::{CaseFields, Urgency},
};

const DAY: i64 = 86_400;
/// Seconds around now in which an answer may be needed, a patient may arrive and may have been seen well. A day back:
/// what was entered before a night still goes through in the morning. More would take a wrong year.
const DEADLINE: (i64, i64) = (-DAY, 366 * DAY);
const ETA: (i64, i64) = (-DAY, 31 * DAY);
/// Ten minutes ahead, because clients' clocks are wrong by minutes.
const LAST_SEEN_WELL: (i64, i64) = (-366 * DAY, 600);
/// Nobody was born before; the browser has the same year.
const FIRST_BIRTH_YEAR: i16 = 1890;
/// Characters of an insurance number. Those of private insurers have up to twenty.
const MAX_INSURANCE_NUMBER: usize = 30;

/// Present fields of `patch` replace those of `fields`.
pub(super) fn merge(fields: &mut CaseFields, patch: &CaseFields) {
    fn put<T: Clone>(field: &mut Option<T>, patch: &Option<T>) {
        if patch.is_some() {
            field.clone_from(patch);
        }
    }
    // Taken apart by name, so that a new field cannot be forgotten here.
    let CaseFields {
        family_name,
        given_name,
        birth_date,
        sex,
        insurance_number,
        patient_id,
        diagnosis,
        medication,
        question,
        justification,
        callback_phone,
        deadline,
        eta,
        last_seen_well,
        language,
    } = patch;
    put(&mut fields.family_name, family_name);
    put(&mut fields.given_name, given_name);
    put(&mut fields.birth_date, birth_date);
    put(&mut fields.sex, sex);
    put(&mut fields.insurance_number, insurance_number);
    put(&mut fields.patient_id, patient_id);
    put(&mut fields.diagnosis, diagnosis);
    put(&mut fields.medication, medication);
    put(&mut fields.question, question);
    put(&mut fields.justification, justification);
    put(&mut fields.callback_phone, callback_phone);
    put(&mut fields.deadline, deadline);
    put(&mut fields.eta, eta);
    put(&mut fields.last_seen_well, last_seen_well);
    put(&mut fields.language, language);
}

/// The part of `patch` that changes something.
pub(super) fn changes(fields: &CaseFields, patch: &CaseFields) -> CaseFields {
    fn new<T: Clone + PartialEq>(field: &Option<T>, patch: &Option<T>) -> Option<T> {
        patch.clone().filter(|_| field != patch)
    }
    CaseFields {
        family_name: new(&fields.family_name, &patch.family_name),
        given_name: new(&fields.given_name, &patch.given_name),
        birth_date: new(&fields.birth_date, &patch.birth_date),
        sex: new(&fields.sex, &patch.sex),
        insurance_number: new(&fields.insurance_number, &patch.insurance_number),
        patient_id: new(&fields.patient_id, &patch.patient_id),
        diagnosis: new(&fields.diagnosis, &patch.diagnosis),
        medication: new(&fields.medication, &patch.medication),
        question: new(&fields.question, &patch.question),
        justification: new(&fields.justification, &patch.justification),
        callback_phone: new(&fields.callback_phone, &patch.callback_phone),
        deadline: new(&fields.deadline, &patch.deadline),
        eta: new(&fields.eta, &patch.eta),
        last_seen_well: new(&fields.last_seen_well, &patch.last_seen_well),
        language: new(&fields.language, &patch.language),
    }
}

/// Refuses what cannot be meant. An empty text is fine: it takes a value back.
pub(super) fn check(fields: &CaseFields, now: UnixMillis) -> Result<(), Refusal> {
    let lines = [
        ("family_name", &fields.family_name),
        ("given_name", &fields.given_name),
        ("patient_id", &fields.patient_id),
        ("insurance_number", &fields.insurance_number),
        ("callback_phone", &fields.callback_phone),
        ("birth_date", &fields.birth_date),
    ];
    for (name, line) in lines {
        named(name, forms::line(line.as_deref().unwrap_or_default()))?;
    }
    let texts = [("diagnosis", &fields.diagnosis), ("medication", &fields.medication), ("question", &fields.question)];
    for (name, text) in texts {
        named(name, forms::text(text.as_deref().unwrap_or_default()))?;
    }
    if let Some(number) = given(&fields.insurance_number) {
        named("insurance_number", insurance_number(number))?;
    }
    if let Some(number) = given(&fields.callback_phone) {
        named("callback_phone", forms::phone(number))?;
    }
    if let Some(date) = given(&fields.birth_date) {
        named("birth_date", birth_date(date, now))?;
    }
    if let Some(code) = given(&fields.language) {
        named("language", forms::language(code))?;
    }
    named("deadline", instant(fields.deadline, now, DEADLINE))?;
    named("eta", instant(fields.eta, now, ETA))?;
    named("last_seen_well", instant(fields.last_seen_well, now, LAST_SEEN_WELL))
}

/// An emergency rings with nothing but service and urgency; everything else has time for a question.
pub(super) fn check_request(urgency: Urgency, fields: &CaseFields) -> Result<(), Refusal> {
    let asked = given(&fields.question).is_some();
    if asked || urgency == Urgency::Emergency { Ok(()) } else { Err(invalid("question", "is empty")) }
}

/// Free text that stands alone: a reason, a note.
pub(super) fn check_text(field: &'static str, content: &str) -> Result<(), Refusal> {
    named(field, forms::text(content))
}

/// Free text that must say something.
pub(super) fn check_written(field: &'static str, content: &PrivateText) -> Result<(), Refusal> {
    if content.is_blank() { Err(invalid(field, "is empty")) } else { check_text(field, &content.0) }
}

/// One line, possibly empty.
pub(super) fn check_line(field: &'static str, content: &PrivateText) -> Result<(), Refusal> {
    named(field, forms::line(&content.0))
}

/// A person's clear name.
pub(super) fn check_name(field: &'static str, content: &PrivateText) -> Result<(), Refusal> {
    if content.is_blank() { Err(invalid(field, "is empty")) } else { check_line(field, content) }
}

/// A letter and nine digits for those with statutory insurance (§ 290 SGB V); private insurers write what they like.
/// A typing error is the house's to find, and an emergency is not refused for one.
fn insurance_number(number: &str) -> Result<(), Fault> {
    let fits = number.chars().count() <= MAX_INSURANCE_NUMBER
        && number.chars().any(|c| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-'));
    if fits { Ok(()) } else { Err("is not an insurance number") }
}

fn birth_date(text: &str, now: UnixMillis) -> Result<(), Fault> {
    let date: Date = match text.parse() {
        Ok(date) if text.len() == 10 => date,
        _ => return Err("is not a date of the form YYYY-MM-DD"),
    };
    // It is tomorrow in some zone.
    let tomorrow = Timestamp::from_millisecond(now.plus_seconds(DAY).0)
        .map_or(Date::MAX, |instant| instant.to_zoned(TimeZone::UTC).date());
    if date > tomorrow {
        return Err("lies in the future");
    }
    if date.year() < FIRST_BIRTH_YEAR { Err("lies before 1890") } else { Ok(()) }
}

fn instant(at: Option<UnixMillis>, now: UnixMillis, (low, high): (i64, i64)) -> Result<(), Fault> {
    match at {
        Some(at) if at < now.plus_seconds(low) => Err("lies too far in the past"),
        Some(at) if at > now.plus_seconds(high) => Err("lies too far in the future"),
        _ => Ok(()),
    }
}

fn given(field: &Option<String>) -> Option<&str> {
    field.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

pub(super) fn named(field: &'static str, form: Result<(), Fault>) -> Result<(), Refusal> {
    form.map_err(|why| invalid(field, why))
}

pub(super) const fn invalid(field: &'static str, why: &'static str) -> Refusal {
    Refusal::InvalidField { field, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn refused(set: impl Fn(&mut CaseFields)) -> Option<String> {
        let mut fields = CaseFields::default();
        set(&mut fields);
        check(&fields, NOW).err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn good_fields_pass_and_each_bad_one_is_named() {
        assert_eq!(refused(|_| ()), None);
        let good = |f: &mut CaseFields| {
            f.family_name = Some("Müller-Ahrens".into());
            f.birth_date = Some("1948-02-29".into());
            f.insurance_number = Some("A123456789".into());
            f.callback_phone = Some("+49 7000 123-45".into());
            f.deadline = Some(NOW.plus_seconds(3600));
            f.last_seen_well = Some(NOW.plus_seconds(-7200));
            f.medication = Some("Apixaban 5 mg\nRamipril".into());
            f.question = Some(" ".into());
            f.language = Some("tr".into());
        };
        assert_eq!(refused(good), None);
        type Set = fn(&mut CaseFields);
        let cases: [(&str, Set); 12] = [
            ("birth_date: is not a date of the form YYYY-MM-DD", |f| f.birth_date = Some("29.02.1948".into())),
            ("birth_date: is not a date of the form YYYY-MM-DD", |f| f.birth_date = Some("1949-02-29".into())),
            ("birth_date: lies in the future", |f| f.birth_date = Some("2148-02-29".into())),
            ("birth_date: lies before 1890", |f| f.birth_date = Some("0048-02-29".into())),
            ("callback_phone: is not a telephone number", |f| f.callback_phone = Some("bei Station 3".into())),
            ("deadline: lies too far in the past", |f| f.deadline = Some(UnixMillis(5))),
            ("eta: lies too far in the future", |f| f.eta = Some(UnixMillis(i64::MAX))),
            ("language: is not a code of ISO 639-1 such as de", |f| f.language = Some("Türkisch".into())),
            ("last_seen_well: lies too far in the future", |f| f.last_seen_well = Some(NOW.plus_seconds(601))),
            ("question: is longer than 20000 characters", |f| f.question = Some("ä".repeat(20_001))),
            ("family_name: has line breaks or control characters", |f| f.family_name = Some("a\0b".into())),
            ("given_name: is longer than 200 characters", |f| f.given_name = Some("ä".repeat(201))),
        ];
        for (expected, set) in cases {
            assert_eq!(refused(set).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_private_insurer_has_its_own_numbers() {
        let check = |number: &str| refused(|f| f.insurance_number = Some(number.into()));
        for good in ["A123456789", "a123456789", "0012345678901", "PKV 4711-0815", "K-1"] {
            assert_eq!(check(good), None, "{good}");
        }
        for bad in ["keine", "A123456789!", &"1".repeat(31), "12\n34", "Ü1"] {
            assert!(check(bad).is_some(), "{bad}");
        }
    }
}
