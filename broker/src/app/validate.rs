//! What clients may send: lengths, forms, sane instants. The first fault is named, with the field's name on the wire;
//! the value itself is never repeated.

use super::{Error, Result};
use schemas::{
    PrivateText, UnixMillis,
    consult::{Action, CaseFields, Present},
};
use serde::Serialize;

mod report;

pub(super) use report::sign_report;

/// Characters of a free text. More lets one request fill screens and rows; less cuts a long medication list.
const TEXT_CHARS: usize = 10_000;
/// Characters of a name or number.
const SHORT_CHARS: usize = 200;
/// Bytes of a password. argon2 takes more; a megabyte-long one would only cost hashing time.
pub(super) const PASSWORD_BYTES: usize = 1024;
/// NIST SP 800-63B-4 asks for at least 8 beside another factor; there is none yet.
const PASSWORD_CHARS_MIN: usize = 12;
/// Clients' clocks are wrong by minutes; more tolerance would let a wrong day pass.
const CLOCK_SKEW_SECONDS: i64 = 600;
const DAY: i64 = 86_400;
/// When something happened that is noted in the clock: a month back (a patient who was moved twice), and as far ahead
/// as the wire contract lets a clock be wrong.
const STAMP_SPAN: (i64, i64) = (-31 * DAY, 300);
/// People at a roll call. More than stand around any bed.
const PRESENT: usize = 30;
/// "Notfall!!" says nothing; the wire contract asks for ten.
const GLASS_REASON_CHARS: usize = 10;

fn fault<T>(field: &str, why: &str) -> Result<T> {
    Err(Error::InvalidField(format!("{field}: {why}")))
}

/// An enum's name as serde writes it.
pub(super) fn name_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

pub(super) fn case_fields(fields: &CaseFields, now: UnixMillis) -> Result<()> {
    let shorts =
        [("family_name", &fields.family_name), ("given_name", &fields.given_name), ("patient_id", &fields.patient_id)];
    for (name, value) in shorts {
        value.as_deref().map_or(Ok(()), |text| short_text(name, text))?;
    }
    let longs = [("diagnosis", &fields.diagnosis), ("medication", &fields.medication), ("question", &fields.question)];
    for (name, value) in longs {
        value.as_deref().map_or(Ok(()), |text| long_text(name, text))?;
    }
    filled(&fields.birth_date, |text| birth_date(text, now))?;
    filled(&fields.insurance_number, insurance_number)?;
    filled(&fields.callback_phone, |text| phone("callback_phone", text))?;
    instant("deadline", fields.deadline, now, (-DAY, 366 * DAY))?;
    instant("eta", fields.eta, now, (-DAY, 31 * DAY))?;
    instant("last_seen_well", fields.last_seen_well, now, (-366 * DAY, CLOCK_SKEW_SECONDS))
}

pub(super) fn action(action: &Action, now: UnixMillis) -> Result<()> {
    match action {
        Action::CompleteFields { fields } | Action::RequestNow { fields, .. } => case_fields(fields, now),
        Action::Stamp { at, .. } => instant("at", Some(*at), now, STAMP_SPAN),
        Action::Decline { note, .. } => long_text("note", &note.0),
        Action::AskForMore { text } | Action::Reply { text } => said("text", text),
        Action::Cancel { reason } | Action::DetachStudy { reason, .. } => long_text("reason", &reason.0),
        Action::RollCall { present } => roll_call(present),
        Action::Close { close_out, missing_because } => {
            close_out.as_ref().map_or(Ok(()), |answers| long_text("close_out.note", &answers.note.0))?;
            long_text("missing_because", &missing_because.0)
        }
        Action::FeedBack { outcome } => long_text("outcome.note", &outcome.note.0),
        Action::ChangeUrgency { .. }
        | Action::Accept
        | Action::AcceptInFive
        | Action::PassOn { .. }
        | Action::RingReceipt { .. }
        | Action::TakeOver
        | Action::Assign { .. }
        | Action::HandOver { .. }
        | Action::AcceptOffer
        | Action::DeclineOffer
        | Action::AddParticipant { .. }
        | Action::RemoveParticipant { .. }
        | Action::AttachStudy { .. }
        | Action::RecordConsent { .. }
        | Action::AdmitGuest { .. }
        | Action::RemoveGuest { .. }
        | Action::EndSession
        | Action::Acknowledge
        | Action::ReportTakenOver => Ok(()),
    }
}

/// Who is in the room: at least whoever says it, each with a name.
fn roll_call(present: &[Present]) -> Result<()> {
    if !(1..=PRESENT).contains(&present.len()) {
        return fault("present", "does not have between 1 and 30 people");
    }
    present.iter().try_for_each(|person| {
        name("present.name", &person.name.0)?;
        short_text("present.role", &person.role.0)
    })
}

/// Why somebody opens what is not theirs to read; somebody else judges it later.
pub(super) fn break_glass_reason(text: &PrivateText) -> Result<()> {
    said("reason", text)?;
    if text.0.trim().chars().count() < GLASS_REASON_CHARS {
        return fault("reason", "is shorter than 10 characters");
    }
    Ok(())
}

/// A text that must be there.
pub(super) fn said(field: &str, text: &PrivateText) -> Result<()> {
    long_text(field, &text.0)?;
    if text.is_blank() { fault(field, "is empty") } else { Ok(()) }
}

pub(super) fn short_text(field: &str, text: &str) -> Result<()> {
    if text.chars().count() > SHORT_CHARS {
        return fault(field, "is longer than 200 characters");
    }
    if text.chars().any(char::is_control) { fault(field, "has control characters") } else { Ok(()) }
}

pub(super) fn long_text(field: &str, text: &str) -> Result<()> {
    // PostgreSQL refuses U+0000 in text; other control characters but line breaks and tabs are no text either.
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().count() > TEXT_CHARS {
        return fault(field, "is longer than 10000 characters");
    }
    if text.chars().any(odd) { fault(field, "has control characters") } else { Ok(()) }
}

/// A name that must be there.
pub(super) fn name(field: &str, text: &str) -> Result<()> {
    short_text(field, text)?;
    if text.trim().is_empty() { fault(field, "is empty") } else { Ok(()) }
}

pub(super) fn email(text: &str) -> Result<()> {
    short_text("email", text)?;
    let good = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(char::is_whitespace)
    });
    if good { Ok(()) } else { fault("email", "is not an e-mail address") }
}

pub(super) fn password(field: &str, text: &str) -> Result<()> {
    if text.len() > PASSWORD_BYTES {
        return fault(field, "is longer than 1024 bytes");
    }
    if text.chars().count() < PASSWORD_CHARS_MIN { fault(field, "is shorter than 12 characters") } else { Ok(()) }
}

/// PS3.5 § 9.1: at most 64 characters, components of digits joined by dots, no empty component.
pub(super) fn uid(field: &str, text: &str) -> Result<()> {
    let component = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() <= 64 && text.split('.').all(component) { Ok(()) } else { fault(field, "is not a DICOM UID") }
}

/// An empty text takes a value away; everything else has to have the field's form.
fn filled(value: &Option<String>, check: impl Fn(&str) -> Result<()>) -> Result<()> {
    match value.as_deref().map(str::trim) {
        None | Some("") => Ok(()),
        Some(text) => check(text),
    }
}

fn birth_date(text: &str, now: UnixMillis) -> Result<()> {
    let date: jiff::civil::Date = match text.parse() {
        Ok(date) if text.len() == 10 => date,
        _ => return fault("birth_date", "is not a date YYYY-MM-DD"),
    };
    let tomorrow = jiff::Timestamp::from_millisecond(now.plus_seconds(DAY).0)
        .map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).date())
        .unwrap_or(jiff::civil::Date::MAX);
    if date > tomorrow {
        return fault("birth_date", "lies in the future");
    }
    if date.year() < 1880 { fault("birth_date", "lies before 1880") } else { Ok(()) }
}

/// A letter and nine digits for those with statutory insurance (§ 290 SGB V); private insurers write what they like.
fn insurance_number(text: &str) -> Result<()> {
    let good = text.chars().count() <= 30
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '/' | '.'));
    if good { Ok(()) } else { fault("insurance_number", "is not an insurance number") }
}

pub(super) fn phone(field: &str, text: &str) -> Result<()> {
    let good = (3..=40).contains(&text.chars().count())
        && text.bytes().filter(u8::is_ascii_digit).count() >= 3
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '/' | '(' | ')' | '.' | '*' | '#'));
    if good { Ok(()) } else { fault(field, "is not a telephone number") }
}

fn instant(field: &str, value: Option<UnixMillis>, now: UnixMillis, (low, high): (i64, i64)) -> Result<()> {
    match value {
        Some(at) if at < now.plus_seconds(low) => fault(field, "lies too far in the past"),
        Some(at) if at > now.plus_seconds(high) => fault(field, "lies too far in the future"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn check(set: impl Fn(&mut CaseFields)) -> Option<String> {
        let mut fields = CaseFields::default();
        set(&mut fields);
        case_fields(&fields, NOW).err().and_then(|error| error.detail())
    }

    #[test]
    fn good_fields_pass_and_each_bad_one_is_named() {
        assert_eq!(check(|_| ()), None);
        let good = |f: &mut CaseFields| {
            f.family_name = Some("Müller-Ahrens".into());
            f.birth_date = Some("1948-02-29".into());
            f.insurance_number = Some("A123456789".into());
            f.callback_phone = Some("+49 7000 123-45".into());
            f.deadline = Some(NOW.plus_seconds(3600));
            f.last_seen_well = Some(NOW.plus_seconds(-7200));
            f.medication = Some("Apixaban 5 mg\nRamipril".into());
        };
        assert_eq!(check(good), None);
        type Set = fn(&mut CaseFields);
        let cases: [(&str, Set); 9] = [
            ("birth_date: is not a date YYYY-MM-DD", |f| f.birth_date = Some("29.02.1948".into())),
            ("birth_date: is not a date YYYY-MM-DD", |f| f.birth_date = Some("1949-02-29".into())),
            ("birth_date: lies in the future", |f| f.birth_date = Some("2148-02-29".into())),
            ("insurance_number: is not an insurance number", |f| f.insurance_number = Some("keine".into())),
            ("callback_phone: is not a telephone number", |f| f.callback_phone = Some("bei Station 3".into())),
            ("deadline: lies too far in the past", |f| f.deadline = Some(UnixMillis(5))),
            ("eta: lies too far in the future", |f| f.eta = Some(UnixMillis(i64::MAX))),
            ("question: is longer than 10000 characters", |f| f.question = Some("ä".repeat(10_001))),
            ("family_name: has control characters", |f| f.family_name = Some("a\0b".into())),
        ];
        for (expected, set) in cases {
            assert_eq!(check(set).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_uid_is_digits_and_dots() {
        assert!(uid("u", "1.2.840.10008.5.1.4.1.1.2").is_ok());
        for bad in ["", "1..2", "1.2.", "1.2a", "../etc", &"1.".repeat(40)] {
            assert!(uid("u", bad).is_err(), "{bad}");
        }
    }
}
