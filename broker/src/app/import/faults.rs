//! What is wrong with a cell, without repeating it.

use super::{columns::Column, table::Line};
use crate::domain::forms;
use schemas::import::{ImportFault, ImportProblem as Problem, ValueClass};

/// A line under its head.
pub(super) struct Cells<'a> {
    pub(super) head: &'a [(Column, String)],
    pub(super) line: &'a Line,
}

/// A cell that may have been left out with its column: then what is stored stays.
pub(super) type Maybe<T> = std::result::Result<Option<T>, ImportFault>;

impl<'a> Cells<'a> {
    /// `None`: the table has no such column.
    pub(super) fn get(&self, column: Column) -> Option<&'a str> {
        let place = self.head.iter().position(|(of, _)| *of == column)?;
        self.line.cells.get(place).map(String::as_str)
    }

    pub(super) fn fault(&self, column: Column, problem: Problem) -> ImportFault {
        let name = self.head.iter().find(|(of, _)| *of == column).map(|(_, name)| name.clone());
        let value = class(self.get(column).unwrap_or_default());
        ImportFault { line: self.line.number, column: name, value, problem }
    }

    /// A key, or what a new entry cannot be without.
    pub(super) fn needed(&self, column: Column) -> Result<&'a str, ImportFault> {
        match self.name(column)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.fault(column, Problem::Missing)),
        }
    }

    /// One line of text, possibly empty.
    pub(super) fn name(&self, column: Column) -> Maybe<&'a str> {
        let Some(text) = self.get(column) else { return Ok(None) };
        forms::line(text).map_err(|_| self.fault(column, Problem::TooLong))?;
        Ok(Some(text))
    }

    /// What must not be empty where the column is there.
    pub(super) fn filled(&self, column: Column) -> Maybe<&'a str> {
        match self.name(column)? {
            Some("") => Err(self.fault(column, Problem::Missing)),
            other => Ok(other),
        }
    }

    pub(super) fn phone(&self, column: Column) -> Maybe<&'a str> {
        let Some(text) = self.get(column) else { return Ok(None) };
        if text.is_empty() {
            return Ok(Some(text));
        }
        forms::phone(text).map_err(|_| self.fault(column, Problem::NotPhone))?;
        Ok(Some(text))
    }

    pub(super) fn yes(&self, column: Column) -> Maybe<bool> {
        let Some(text) = self.get(column) else { return Ok(None) };
        match text.to_lowercase().as_str() {
            "ja" | "yes" | "true" | "1" | "x" => Ok(Some(true)),
            "nein" | "no" | "false" | "0" | "" => Ok(Some(false)),
            _ => Err(self.fault(column, Problem::NotChoice)),
        }
    }

    /// Several, with `|` between.
    pub(super) fn list(&self, column: Column) -> Option<Vec<&'a str>> {
        let parts = self.get(column)?.split('|').map(str::trim).filter(|part| !part.is_empty());
        Some(parts.collect())
    }
}

/// What kind of thing stands there.
pub(super) fn class(text: &str) -> ValueClass {
    match text {
        "" => ValueClass::Empty,
        _ if text.parse::<f64>().is_ok() && !text.starts_with('+') => ValueClass::Number,
        _ if text.contains('@') => ValueClass::Email,
        _ if forms::phone(text).is_ok() => ValueClass::Phone,
        _ if forms::line(text).is_err() => ValueClass::LongText,
        _ => ValueClass::Text,
    }
}
