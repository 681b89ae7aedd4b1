//! What clients may send where no consult judges it: accounts, directory, requests of the data-protection role. What is
//! said to a consult is checked by the consult (`domain/consult/fields`, `answer`). The first fault is named, with the
//! field's name on the wire; the value itself is never repeated.

use super::{Error, Result};
use crate::domain::forms::{self, Fault};
use schemas::PrivateText;
use serde::Serialize;

/// Bytes of a password. argon2 takes more; a megabyte-long one would only cost hashing time.
pub(super) const PASSWORD_BYTES: usize = 1024;
/// NIST SP 800-63B-4 asks for at least 8 beside another factor; there is none yet.
const PASSWORD_CHARS_MIN: usize = 12;
/// "Notfall!!" says nothing; the wire contract asks for ten.
const GLASS_REASON_CHARS: usize = 10;

fn fault<T>(field: &str, why: Fault) -> Result<T> {
    Err(Error::InvalidField(format!("{field}: {why}")))
}

fn named(field: &str, form: std::result::Result<(), Fault>) -> Result<()> {
    form.or_else(|why| fault(field, why))
}

/// An enum's name as serde writes it.
pub(super) fn name_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Why somebody opens what is not theirs to read; somebody else judges it later. The consult has the same rule, but is
/// looked for only once a reason is there: nobody asks in silence whether there is such a consult.
pub(super) fn break_glass_reason(text: &PrivateText) -> Result<()> {
    said("reason", text)?;
    if text.0.trim().chars().count() < GLASS_REASON_CHARS {
        return fault("reason", "is shorter than 10 characters");
    }
    Ok(())
}

/// A text that must be there.
pub(super) fn said(field: &str, text: &PrivateText) -> Result<()> {
    named(field, forms::text(&text.0))?;
    if text.is_blank() { fault(field, "is empty") } else { Ok(()) }
}

pub(super) fn short_text(field: &str, text: &str) -> Result<()> {
    named(field, forms::line(text))
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

pub(super) fn uid(field: &str, text: &str) -> Result<()> {
    named(field, forms::uid(text))
}

pub(super) fn phone(field: &str, text: &str) -> Result<()> {
    named(field, forms::phone(text))
}
