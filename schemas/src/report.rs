//! The written report, what it is billed by, and what became of it.

use crate::{PrivateText, StudyId, UnixMillis, directory::PersonRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which form was filled in. All share the fields of [`crate::consult::Answer`]; the stroke template adds the NIHSS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportTemplate {
    #[default]
    General,
    Stroke,
    Neurosurgery,
    Cardiology,
}

/// National Institutes of Health Stroke Scale. The sum is a plain sum; nothing is derived from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Nihss {
    /// Items 1a, 1b, 1c, 2, 3, 4, 5a, 5b, 6a, 6b, 7, 8, 9, 10, 11 in this order; absent: untestable or not examined.
    /// Largest values: see [`NIHSS_MAXIMA`].
    pub items: Vec<Option<u8>>,
}

/// Largest value of each item of the [`Nihss`].
pub const NIHSS_MAXIMA: [u8; 15] = [3, 2, 2, 2, 3, 3, 4, 4, 4, 4, 2, 2, 3, 2, 2];
/// Key images of one report. More makes a PDF that nobody scrolls through.
pub const MAX_KEY_IMAGES: usize = 12;

impl Nihss {
    /// Sum of the items that were examined, 0 to 42.
    pub fn sum(&self) -> u32 {
        self.items.iter().flatten().map(|value| u32::from(*value)).sum()
    }
}

/// One image of the report, named by DICOM, drawn by the server from the stored pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KeyImage {
    pub study_id: StudyId,
    /// DICOM (0020,000E).
    pub series_instance_uid: String,
    /// DICOM (0008,0018).
    pub sop_instance_uid: String,
    /// From 1.
    pub frame: u32,
    /// Window as shown (PS3.3 C.11.2), in the image's output units (HU in CT); absent for colour.
    pub window_center: Option<f64>,
    pub window_width: Option<f64>,
    #[serde(default)]
    pub caption: PrivateText,
    /// At most 50.
    #[serde(default)]
    pub marks: Vec<Mark>,
}

/// An annotation in the image's own pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mark {
    pub shape: MarkShape,
    /// `[column, row]` each, fractions allowed, (0, 0) the outer corner of the first pixel. At most 200.
    pub points: Vec<[f64; 2]>,
    /// "34.2 mm".
    #[serde(default)]
    pub label: PrivateText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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

/// `POST /api/consults/{id}/report`: signs the report. The password is asked for again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignReport {
    pub answer: crate::consult::Answer,
    pub password: PrivateText,
    /// The version that this one follows: 0 for the first. Another number is a conflict: somebody was faster.
    #[serde(default)]
    pub after_version: u32,
    /// Needed from the second version on.
    #[serde(default)]
    pub reason: PrivateText,
}

/// Minutes in the room, from the log. A suggestion for billing, never a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ledger {
    pub stays: Vec<Stay>,
    /// Whole minutes in which the specialist and somebody of the requesting house were in the room.
    pub talk_minutes: u32,
    /// Whole minutes of the specialist in the room.
    pub specialist_minutes: u32,
    pub suggestions: Vec<BillingSuggestion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stay {
    pub person: PersonRef,
    pub from: UnixMillis,
    /// Absent: still inside.
    pub until: Option<UnixMillis>,
}

/// A line of the EBM (Einheitlicher Bewertungsmaßstab).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EbmCode {
    /// Requesting side: obtaining a Telekonsil.
    #[serde(rename = "01670")]
    Ebm01670,
    /// Consulted side: assessment.
    #[serde(rename = "01671")]
    Ebm01671,
    /// Consulted side: each further five minutes.
    #[serde(rename = "01672")]
    Ebm01672,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BillingSuggestion {
    pub code: EbmCode,
    pub times: u32,
}

/// The four close-out questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CloseOut {
    pub question_answered: Answered,
    /// The advice changed what is done with the patient.
    pub changed_course: ChangedCourse,
    pub transfer: TransferOutcome,
    /// Picture and sound.
    pub quality: Quality,
    #[serde(default)]
    pub note: PrivateText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    Yes,
    Partly,
    No,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangedCourse {
    NewCourse,
    Confirmed,
    NotFollowed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferOutcome {
    Avoided,
    Transferred,
    NeverConsidered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    Good,
    Impaired,
    Failed,
}

/// How it went on with the patient, told to the specialist later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    pub course: OutcomeCourse,
    /// Was the suspected diagnosis right?
    #[serde(default)]
    pub diagnosis_confirmed: Option<bool>,
    #[serde(default)]
    pub note: PrivateText,
    /// Set by the server.
    #[serde(default)]
    pub at: UnixMillis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeCourse {
    Recovered,
    Improved,
    Unchanged,
    Worse,
    Died,
}
