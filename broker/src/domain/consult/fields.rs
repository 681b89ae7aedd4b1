//! The case fields: merging and checking what a person typed.

use super::Refusal;
use schemas::{
    PrivateText,
    consult::{CaseFields, Urgency},
};

/// Longest one-line field in characters; names, numbers, identifiers. DICOM PN allows 64 per part.
const MAX_LINE: usize = 200;
/// Longest free text in characters: about eight pages. More would let one consult fill the log.
const MAX_TEXT: usize = 20_000;

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
    }
}

/// Refuses what cannot be meant. An empty text is fine: it takes a value back.
pub(super) fn check(fields: &CaseFields) -> Result<(), Refusal> {
    line("family_name", fields.family_name.as_deref())?;
    line("given_name", fields.given_name.as_deref())?;
    line("patient_id", fields.patient_id.as_deref())?;
    line("callback_phone", fields.callback_phone.as_deref())?;
    text("diagnosis", fields.diagnosis.as_deref())?;
    text("medication", fields.medication.as_deref())?;
    text("question", fields.question.as_deref())?;
    if let Some(date) = given(&fields.birth_date)
        && (date.len() != 10 || date.parse::<jiff::civil::Date>().is_err())
    {
        return Err(invalid("birth_date", "is not a date of the form YYYY-MM-DD"));
    }
    if let Some(number) = given(&fields.insurance_number)
        && !is_insurance_number(number)
    {
        return Err(invalid("insurance_number", "is not a capital letter and nine digits"));
    }
    Ok(())
}

/// An emergency rings with nothing but service and urgency; everything else has time for a question.
pub(super) fn check_request(urgency: Urgency, fields: &CaseFields) -> Result<(), Refusal> {
    let asked = given(&fields.question).is_some();
    if asked || urgency == Urgency::Emergency { Ok(()) } else { Err(invalid("question", "is empty")) }
}

/// Free text that stands alone: a reason, a note.
pub(super) fn check_text(field: &'static str, content: &str) -> Result<(), Refusal> {
    text(field, Some(content))
}

/// Free text that must say something.
pub(super) fn check_written(field: &'static str, content: &PrivateText) -> Result<(), Refusal> {
    if content.is_blank() { Err(invalid(field, "is empty")) } else { check_text(field, &content.0) }
}

/// One line, possibly empty.
pub(super) fn check_line(field: &'static str, content: &PrivateText) -> Result<(), Refusal> {
    line(field, Some(&content.0))
}

/// A person's clear name.
pub(super) fn check_name(field: &'static str, content: &PrivateText) -> Result<(), Refusal> {
    if content.is_blank() { Err(invalid(field, "is empty")) } else { check_line(field, content) }
}

/// Form of a Krankenversichertennummer (§ 290 SGB V). The check digit is left alone: a typing error is the house's to
/// find, and an emergency is not refused for one.
fn is_insurance_number(number: &str) -> bool {
    matches!(number.as_bytes(), [first, rest @ ..]
        if first.is_ascii_uppercase() && rest.len() == 9 && rest.iter().all(u8::is_ascii_digit))
}

fn given(field: &Option<String>) -> Option<&str> {
    field.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn line(name: &'static str, field: Option<&str>) -> Result<(), Refusal> {
    match field {
        Some(text) if text.chars().count() > MAX_LINE => Err(invalid(name, "is longer than 200 characters")),
        Some(text) if text.contains(['\n', '\r', '\0']) => Err(invalid(name, "is more than one line")),
        _ => Ok(()),
    }
}

fn text(name: &'static str, content: Option<&str>) -> Result<(), Refusal> {
    let content = content.unwrap_or_default();
    if content.chars().count() > MAX_TEXT {
        return Err(invalid(name, "is longer than 20000 characters"));
    }
    // PostgreSQL cannot store it, and nobody types it.
    if content.contains('\0') { Err(invalid(name, "holds a null character")) } else { Ok(()) }
}

pub(super) const fn invalid(field: &'static str, why: &'static str) -> Refusal {
    Refusal::InvalidField { field, why }
}
