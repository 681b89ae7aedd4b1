//! What a report says. Plain values: whoever fills them in has looked everything up and asked for every permission.
//!
//! Nothing here has `Debug`: it is all patient data.

use crate::picture::Picture;
use std::collections::BTreeSet;

/// The language of the form's own words; what people wrote stays as they wrote it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    German,
    English,
}

/// Local wall time with its distance from UTC, so that a reader elsewhere can tell the instant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub date: Date,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    /// Minutes east of UTC.
    pub offset: i16,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Date {
    pub year: i16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
}

/// One version of a consult's report.
#[derive(Clone, PartialEq)]
pub struct Report {
    pub language: Language,
    /// `TK-7F3A`: stands in the document's title, which holds no patient data.
    pub label: String,
    pub template: Template,
    pub urgency: Urgency,
    /// The service that was asked.
    pub service: String,
    pub network: String,
    /// IANA zone of all times.
    pub zone: String,
    /// When this version was signed: also the document's creation time, so that equal input gives equal bytes.
    pub signed_at: Moment,
    pub patient: Patient,
    pub request: Request,
    pub requester: Party,
    /// Who signed.
    pub specialist: Party,
    pub answer: Answer,
    pub key_images: Vec<KeyImage>,
    pub times: Vec<Time>,
    pub people: Vec<Person>,
    pub roll_call: Option<RollCall>,
    pub consent: Option<Consent>,
    /// Every version up to the newest known, the first one first; holds this one.
    pub versions: Vec<Version>,
    /// Which one this document is.
    pub version: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Template {
    General,
    Stroke,
    Neurosurgery,
    Cardiology,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Emergency,
    Urgent,
    Elective,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
    Diverse,
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Justification {
    Interdisciplinary,
    SpeciallyComplex,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    TreatHere,
    Transfer,
    MoreDiagnostics,
    NoAction,
    Other,
}

/// § 3(2) Telekonsilien-Vereinbarung: who the patient is. A missing field is printed as missing.
#[derive(Clone, Default, PartialEq)]
pub struct Patient {
    pub family_name: Option<String>,
    pub given_name: Option<String>,
    pub birth_date: Option<Date>,
    pub sex: Option<Sex>,
    pub insurance_number: Option<String>,
    pub patient_id: Option<String>,
    /// Which of these were not known yet when the report was signed: printed with a remark.
    pub added_later: BTreeSet<PatientField>,
}

/// In the order of the form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PatientField {
    FamilyName,
    GivenName,
    BirthDate,
    Sex,
    InsuranceNumber,
    PatientId,
}

/// § 3(2) Telekonsilien-Vereinbarung: what was asked.
#[derive(Clone, Default, PartialEq)]
pub struct Request {
    pub question: Option<String>,
    pub diagnosis: Option<String>,
    pub medication: Option<String>,
    pub justification: Option<Justification>,
    pub deadline: Option<Moment>,
}

/// A person and their house.
#[derive(Clone, PartialEq)]
pub struct Party {
    pub name: String,
    pub hospital: String,
    /// May be empty.
    pub city: String,
    pub phone: Option<String>,
}

/// § 4 Telekonsilien-Vereinbarung.
#[derive(Clone, PartialEq)]
pub struct Answer {
    pub decision: Decision,
    pub recommendation: String,
    pub assessment: String,
    pub findings: String,
    /// May be empty.
    pub limitations: String,
    /// Items of the National Institutes of Health Stroke Scale in its order; absent ones could not be examined.
    pub nihss: Option<[Option<u8>; 15]>,
}

#[derive(Clone, PartialEq)]
pub struct KeyImage {
    pub shown: Shown,
    pub caption: String,
    /// In the picture's own pixels.
    pub marks: Vec<Mark>,
    pub source: Source,
}

/// Where an image comes from, for the line below it.
#[derive(Clone, Default, PartialEq)]
pub struct Source {
    pub modality: String,
    pub study_date: Option<Date>,
    pub series: Option<i64>,
    pub image: Option<i64>,
    /// Frame of an object with several.
    pub frame: Option<u32>,
    pub window: Option<(f64, f64)>,
}

/// What there is to show.
#[derive(Clone, PartialEq)]
pub enum Shown {
    Picture(Picture),
    /// Deleted after its retention, or taken from the consult.
    Gone,
    /// The object has no picture, or one that cannot be rendered without the risk of showing it wrongly.
    CannotRender,
}

#[derive(Clone, PartialEq)]
pub struct Mark {
    pub shape: MarkShape,
    /// `[column, row]`, fractions allowed, (0, 0) the outer corner of the first pixel.
    pub points: Vec<[f64; 2]>,
    pub label: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MarkShape {
    /// Connected points, open.
    Line,
    /// Two points, the head at the first.
    Arrow,
    /// Connected points, closed.
    Outline,
    /// Two opposite corners of the box around an axis-parallel ellipse.
    Ellipse,
    /// One point with a label.
    Text,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TimeKind {
    LastSeenWell,
    Requested,
    Accepted,
    Door,
    Imaging,
    SessionBegan,
    Decision,
    SessionEnded,
    Signed,
}

#[derive(Clone, Copy, PartialEq)]
pub struct Time {
    pub kind: TimeKind,
    pub at: Moment,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Requester,
    Specialist,
    SecondSpecialist,
    Interpreter,
    /// In the room on either side, without another part.
    Attendee,
    Guest,
}

/// Somebody who took part.
#[derive(Clone, PartialEq)]
pub struct Person {
    pub name: String,
    /// Empty for guests.
    pub hospital: String,
    pub part: Part,
}

/// Who was said to be in the room.
#[derive(Clone, PartialEq)]
pub struct RollCall {
    pub at: Moment,
    pub by: String,
    /// Name and role; the role may be empty.
    pub present: Vec<(String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ConsentKind {
    Given,
    GivenByRepresentative,
    Presumed,
    Refused,
}

#[derive(Clone, PartialEq)]
pub struct Consent {
    pub kind: ConsentKind,
    pub at: Moment,
    pub by: String,
}

#[derive(Clone, PartialEq)]
pub struct Version {
    /// From 1.
    pub number: u32,
    pub at: Moment,
    pub author: String,
    /// Why it was written; empty for the first.
    pub reason: String,
}
