//! The directory as tables: in by `POST /api/admin/import`, out by `GET /api/admin/export.csv`, and to be looked up by
//! `GET /api/directory`.

use crate::{
    HospitalId, PersonId,
    directory::{Role, Specialty},
    reports::FileLanguage,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What a table lists. Lines are known again by their key: a house by its name, a department by house and name, a service
/// by network and name, a person by the e-mail address, a contract by all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    Hospitals,
    Departments,
    Services,
    People,
    Contracts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    /// Writes nothing: says what would be written.
    Check,
    /// Writes all lines, or none if one is bad.
    Whole,
    /// Writes the good lines.
    Good,
}

/// `POST /api/admin/import`: the body is the file as it is, UTF-8 or Windows-1252, with `;` or `,`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    pub table: TableKind,
    pub mode: ImportMode,
}

/// `GET /api/admin/export.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    pub table: TableKind,
    pub language: Option<FileLanguage>,
}

/// What became of a file, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// It was written.
    pub written: bool,
    pub encoding: TableEncoding,
    pub new: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub bad: u32,
    /// New and changed lines, the first 1,000.
    pub changes: Vec<ImportChange>,
    /// The first 1,000.
    pub faults: Vec<ImportFault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableEncoding {
    Utf8,
    Windows1252,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportChange {
    /// From 1; the head is line 1.
    pub line: u32,
    /// What the line is about: a name, an e-mail address.
    pub key: String,
    /// `false`: it was there, and these columns change.
    pub is_new: bool,
    pub columns: Vec<String>,
}

/// Why a line is bad. The value itself is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportFault {
    pub line: u32,
    /// Absent where the whole line is meant.
    pub column: Option<String>,
    pub value: ValueClass,
    pub problem: ImportProblem,
}

/// What stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueClass {
    Empty,
    Number,
    Email,
    Phone,
    Text,
    LongText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportProblem {
    /// The line has more or fewer cells than the head.
    WrongCells,
    Missing,
    TooLong,
    NotPhone,
    NotEmail,
    NotZone,
    NotLanguage,
    /// None of the words that the column knows.
    NotChoice,
    /// No house, network, service or department has that name.
    Unknown,
    /// Several have it.
    Ambiguous,
    /// An earlier line of the file has the same key.
    Twice,
    /// Somebody else's account has this address, or the last administrator would go.
    NotAllowed,
    /// What a specialist or coordinator needs beside it: a network, a qualification.
    NeedsMore,
}

/// `GET /api/directory`: houses with their departments and people, as far as the caller's networks reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DirectoryHouse {
    pub id: HospitalId,
    pub name: String,
    pub city: String,
    pub phone: String,
    pub departments: Vec<DirectoryDepartment>,
    pub people: Vec<DirectoryPerson>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DirectoryDepartment {
    pub id: Uuid,
    pub name: String,
    pub phone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DirectoryPerson {
    pub id: PersonId,
    pub name: String,
    pub phone: Option<String>,
    pub department: Option<String>,
    pub roles: Vec<Role>,
    pub qualifications: Vec<Specialty>,
}
