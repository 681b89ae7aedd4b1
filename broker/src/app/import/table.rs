//! A file as a table: its letters, its delimiter, its head.

use super::columns::{self, Column};
use crate::app::{Error, Result, sheet};
use schemas::{
    import::{TableEncoding, TableKind},
    reports::FileLanguage,
};

/// Most lines. More takes seconds to plan, and the largest network of the country has fewer people.
const MAX_LINES: usize = 20_000;

pub(super) struct Table {
    pub(super) kind: TableKind,
    pub(super) encoding: TableEncoding,
    /// As the file names them.
    pub(super) head: Vec<(Column, String)>,
    pub(super) lines: Vec<Line>,
}

pub(super) struct Line {
    /// From 1.
    pub(super) number: u32,
    pub(super) cells: Vec<String>,
}

impl Table {
    /// # Errors
    /// Nothing in it, no head, a column that is not known, a key column that is missing, or too many lines.
    pub(super) fn read(file: &[u8], kind: TableKind) -> Result<Self> {
        let (text, encoding) = decoded(file);
        // The reader counts line feeds, and sees those of Windows one record late.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let first = text.lines().next().unwrap_or_default();
        let count = |letter: char| first.chars().filter(|other| *other == letter).count();
        let delimiter = if count(';') >= count(',') { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let head = match records.next() {
            Some(Ok(head)) if !text.trim().is_empty() => self::head(&head, kind)?,
            _ => return Err(fault("is empty")),
        };
        let mut lines = Vec::new();
        for record in records {
            // The text is UTF-8 and lengths are free, so nothing is left that could be wrong.
            let record = record.map_err(|_| fault("cannot be read as CSV"))?;
            let cells: Vec<String> = record.iter().map(|cell| sheet::plain(cell.trim()).to_owned()).collect();
            // Office programs leave empty lines at the end.
            if cells.iter().all(String::is_empty) {
                continue;
            }
            if lines.len() == MAX_LINES {
                return Err(fault(&format!("has more than {MAX_LINES} lines")));
            }
            let number = record.position().map_or(0, csv::Position::line);
            lines.push(Line { number: u32::try_from(number).unwrap_or(u32::MAX), cells });
        }
        Ok(Self { kind, encoding, head, lines })
    }
}

fn head(record: &csv::StringRecord, kind: TableKind) -> Result<Vec<(Column, String)>> {
    let known = || {
        let names = columns::of(kind).iter().map(|column| column.name(FileLanguage::De));
        names.collect::<Vec<_>>().join(", ")
    };
    let mut head: Vec<(Column, String)> = Vec::new();
    for (place, name) in record.iter().enumerate() {
        let Some(column) = Column::named(name, kind) else {
            return Err(fault(&format!("column {} of the head is not one of: {}", place + 1, known())));
        };
        if head.iter().any(|(other, _)| *other == column) {
            return Err(fault(&format!("column {} stands twice in the head", column.name(FileLanguage::De))));
        }
        head.push((column, name.trim().to_owned()));
    }
    let missing = columns::keys(kind).iter().find(|key| !head.iter().any(|(column, _)| column == *key));
    match missing {
        None => Ok(head),
        Some(column) => Err(fault(&format!("column {} is missing in the head", column.name(FileLanguage::De)))),
    }
}

fn fault(why: &str) -> Error {
    Error::InvalidField(format!("file: {why}"))
}

/// UTF-8 where it is that, with or without a mark; what office programs of Windows write otherwise.
fn decoded(file: &[u8]) -> (String, TableEncoding) {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    match std::str::from_utf8(file) {
        Ok(text) => (text.to_owned(), TableEncoding::Utf8),
        Err(_) => (file.iter().map(|byte| windows_1252(*byte)).collect(), TableEncoding::Windows1252),
    }
}

/// The WHATWG's index windows-1252: Latin-1, but for these.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(file: &[u8]) -> Vec<(u32, Vec<String>)> {
        let table = Table::read(file, TableKind::Hospitals).unwrap();
        table.lines.into_iter().map(|line| (line.number, line.cells)).collect()
    }

    #[test]
    fn both_encodings_and_both_delimiters_say_the_same() {
        let expected = vec![(2, vec!["Klinik „Süd“".to_owned(), "Köln".to_owned(), "+49 221 1".to_owned()])];
        assert_eq!(cells("Name;Ort;Telefon\r\n\"Klinik „Süd“\";Köln;+49 221 1\r\n;;\r\n".as_bytes()), expected);
        assert_eq!(cells("\u{feff}name,CITY,phone\n\"Klinik „Süd“\",Köln,'+49 221 1".as_bytes()), expected);
        assert_eq!(cells(b"Name;Ort;Telefon\nKlinik \x84S\xfcd\x93;K\xf6ln;+49 221 1"), expected);
    }

    #[test]
    fn what_is_no_such_table_is_refused_by_its_head() {
        let why = |file: &str| Table::read(file.as_bytes(), TableKind::People).err().and_then(|error| error.detail());
        assert!(why("").unwrap().contains("is empty"));
        assert!(why("Name;E-Mail;Alter").unwrap().contains("column 3"));
        assert!(why("Name;Krankenhaus").unwrap().contains("E-Mail is missing"));
        assert!(why("E-Mail;email").unwrap().contains("twice"));
        assert_eq!(why("E-Mail;Name"), None);
    }

    proptest! {
        #[test]
        fn no_file_breaks_it(file in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Table::read(&file, TableKind::Hospitals);
        }
    }
}
