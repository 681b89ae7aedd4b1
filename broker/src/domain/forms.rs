//! Forms of single values, whoever asks for them: the consult's own rules and what has no consult. Each answers with
//! what is wrong, without repeating the value.

/// Longest one-line text in characters; names, numbers, captions. DICOM PN allows 64 per part.
const MAX_LINE: usize = 200;
/// Longest free text in characters: about eight pages. More would let one consult fill the log.
const MAX_TEXT: usize = 20_000;
/// Longest DICOM UID (PS3.5 § 9.1).
const MAX_UID: usize = 64;

/// What is wrong with a value.
pub type Fault = &'static str;

/// One line, possibly empty.
///
/// # Errors
/// Too long, or with control characters.
pub fn line(text: &str) -> Result<(), Fault> {
    if text.chars().count() > MAX_LINE {
        return Err("is longer than 200 characters");
    }
    if text.chars().any(char::is_control) { Err("has line breaks or control characters") } else { Ok(()) }
}

/// Free text, possibly empty.
///
/// # Errors
/// Too long, or with control characters.
pub fn text(text: &str) -> Result<(), Fault> {
    if text.chars().count() > MAX_TEXT {
        return Err("is longer than 20000 characters");
    }
    // PostgreSQL refuses U+0000 in text; other control characters but line breaks and tabs are no text either.
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(is_odd) { Err("has control characters") } else { Ok(()) }
}

/// A language by its code, ISO 639-1.
pub fn language(code: &str) -> Result<(), Fault> {
    let fits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase());
    if fits { Ok(()) } else { Err("is not a code of ISO 639-1 such as de") }
}

/// A number that somebody can dial: 3 to 40 characters, at least three of them digits. The browser has the same rule
/// (`web/src/state/check.ts`).
///
/// # Errors
/// None of that form.
pub fn phone(text: &str) -> Result<(), Fault> {
    let fits = (3..=40).contains(&text.chars().count())
        && text.bytes().filter(u8::is_ascii_digit).count() >= 3
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '/' | '(' | ')' | '.' | '*' | '#'));
    if fits { Ok(()) } else { Err("is not a telephone number") }
}

/// A DICOM UID: components of digits joined by dots (PS3.5 § 9.1). Leading zeros of a component are forbidden and found
/// in the field, so they are let pass.
///
/// # Errors
/// None of that form.
pub fn uid(text: &str) -> Result<(), Fault> {
    let is_component = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() <= MAX_UID && text.split('.').all(is_component) { Ok(()) } else { Err("is not a DICOM UID") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_digits_and_dots() {
        assert!(uid("1.2.840.10008.5.1.4.1.1.2").is_ok());
        for bad in ["", "1..2", "1.2.", "1.2a", "../etc", &"1.".repeat(40)] {
            assert!(uid(bad).is_err(), "{bad}");
        }
    }

    /// The same examples as in `web/src/state/check.test.ts`.
    #[test]
    fn a_telephone_number_has_three_digits_and_no_words() {
        for good in ["030 1234-0", "+49 (0)30 / 12.34", "112", "*31#030"] {
            assert!(phone(good).is_ok(), "{good}");
        }
        for bad in ["", "12", "Pforte", "030 1234 Durchwahl 5", "+-() ", &"1".repeat(41)] {
            assert!(phone(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_text_has_lines_and_a_line_has_none() {
        assert!(text("Apixaban 5 mg\r\n\tRamipril").is_ok());
        assert!(line("Müller-Ahrens").is_ok());
        for bad in ["a\nb", "a\0b", "a\u{1b}b"] {
            assert!(line(bad).is_err(), "{bad:?}");
        }
        assert!(text("a\0b").is_err() && text(&"ä".repeat(20_001)).is_err() && line(&"ä".repeat(201)).is_err());
        assert!(text(&"ä".repeat(20_000)).is_ok() && line(&"ä".repeat(200)).is_ok());
    }
}
