//! Tables as office programs read them: UTF-8 with a mark in front, semicolons, Windows line ends.

use super::{Error, Result};

/// Tells Excel that it is UTF-8; without it umlauts are broken in German offices.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A file made for its reader.
pub struct TableFile {
    /// `Telekonsil-Antwortzeiten.csv`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A table that is being written.
pub(super) struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    pub(super) fn new(columns: &[&str]) -> Result<Self> {
        let writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            // Rows of another length than the head are refused.
            .flexible(false)
            .from_writer(MARK.to_vec());
        let mut sheet = Self(writer);
        sheet.row(columns.iter().copied())?;
        Ok(sheet)
    }

    pub(super) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) -> Result<()> {
        let cells: Vec<String> = cells.into_iter().map(|cell| harmless(cell.as_ref())).collect();
        self.0.write_record(cells).map_err(|error| Error::bug("writing a table", error))
    }

    pub(super) fn finish(self) -> Result<Vec<u8>> {
        self.0.into_inner().map_err(|error| Error::bug("writing a table", error.error()))
    }
}

/// A cell that no office program takes for a formula (OWASP, CSV injection): one that begins like one gets an apostrophe
/// in front, which the program shows or hides and never computes. Telephone numbers in international form are among
/// them. [`plain`] takes it away again.
pub(super) fn harmless(text: &str) -> String {
    let odd = text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
    // Numbers below nought are numbers.
    let is_number = text.parse::<f64>().is_ok() && !text.starts_with('+');
    if odd && !is_number { format!("'{text}") } else { text.to_owned() }
}

/// What a cell said before [`harmless`].
pub(super) fn plain(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_somebody_wrote_is_computed() {
        let mut sheet = Sheet::new(&["a", "b"]).unwrap();
        sheet.row(["=HYPERLINK(\"http://x\")", "+49 7000 1"]).unwrap();
        sheet.row(["@SUM(1;2)", "-5"]).unwrap();
        sheet.row(["zwei\nZeilen", "\"Zitat\""]).unwrap();
        let text = String::from_utf8(sheet.finish().unwrap()).unwrap();
        assert_eq!(
            text,
            "\u{feff}a;b\r\n\"'=HYPERLINK(\"\"http://x\"\")\";'+49 7000 1\r\n\"'@SUM(1;2)\";-5\r\n\"zwei\nZeilen\";\"\"\"Zitat\"\"\"\r\n"
        );
        assert!(Sheet::new(&["a"]).unwrap().row(["1", "2"]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_read_again_is_what_was_written(text in "['=+@a0 \\-]{0,6}") {
            let safe = harmless(&text);
            prop_assert_eq!(plain(&safe), &text);
            prop_assert!(!safe.starts_with(['=', '+', '@']));
        }
    }
}
