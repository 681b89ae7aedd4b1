//! The attributes that queries match on and answer with, PS3.18 § 10.6.3.3 (QIDO-RS).

use super::dataset::{integer, text};
use crate::refusal::Refusal;
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Attributes of the study and its patient. Absent and empty are both `None`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyColumns {
    /// (0020,000D).
    pub study_instance_uid: String,
    /// (0010,0010) as stored: component groups separated by `=`, components by `^`.
    pub patient_name: Option<String>,
    /// (0010,0020).
    pub patient_id: Option<String>,
    /// (0010,0030), `YYYYMMDD`.
    pub patient_birth_date: Option<String>,
    /// (0010,0040), `M`, `F` or `O`.
    pub patient_sex: Option<String>,
    /// (0008,0020), `YYYYMMDD`.
    pub study_date: Option<String>,
    /// (0008,0030), `HHMMSS.FFFFFF`.
    pub study_time: Option<String>,
    /// (0008,0050).
    pub accession_number: Option<String>,
    /// (0020,0010).
    pub study_id: Option<String>,
    /// (0008,1030).
    pub study_description: Option<String>,
    /// (0008,0090).
    pub referring_physician_name: Option<String>,
}

/// Attributes of the series.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesColumns {
    /// (0020,000E).
    pub series_instance_uid: String,
    /// (0008,0060).
    pub modality: Option<String>,
    /// (0020,0011).
    pub series_number: Option<i32>,
    /// (0008,103E).
    pub series_description: Option<String>,
    /// (0018,0015).
    pub body_part_examined: Option<String>,
    /// (0040,0244), `YYYYMMDD`.
    pub performed_date: Option<String>,
    /// (0040,0245).
    pub performed_time: Option<String>,
}

/// Attributes of the instance.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceColumns {
    /// (0008,0018).
    pub sop_instance_uid: String,
    /// (0008,0016).
    pub sop_class_uid: String,
    /// (0002,0010) of the stored bytes; QIDO calls it Available Transfer Syntax UID (0008,3002).
    pub transfer_syntax_uid: String,
    /// (0020,0013).
    pub instance_number: Option<i32>,
    /// (0028,0010).
    pub rows: Option<u16>,
    /// (0028,0011).
    pub columns: Option<u16>,
    /// (0028,0100).
    pub bits_allocated: Option<u16>,
    /// Frames of the pixel data; 0 where the object has none.
    pub number_of_frames: u32,
}

impl StudyColumns {
    pub(super) fn read(object: &InMemDicomObject) -> Result<Self, Refusal> {
        Ok(Self {
            study_instance_uid: uid(object, tags::STUDY_INSTANCE_UID, "Study Instance UID")?,
            patient_name: text(object, tags::PATIENT_NAME),
            patient_id: text(object, tags::PATIENT_ID),
            patient_birth_date: date(object, tags::PATIENT_BIRTH_DATE),
            patient_sex: text(object, tags::PATIENT_SEX),
            study_date: date(object, tags::STUDY_DATE),
            study_time: text(object, tags::STUDY_TIME),
            accession_number: text(object, tags::ACCESSION_NUMBER),
            study_id: text(object, tags::STUDY_ID),
            study_description: text(object, tags::STUDY_DESCRIPTION),
            referring_physician_name: text(object, tags::REFERRING_PHYSICIAN_NAME),
        })
    }
}

impl SeriesColumns {
    pub(super) fn read(object: &InMemDicomObject) -> Result<Self, Refusal> {
        Ok(Self {
            series_instance_uid: uid(object, tags::SERIES_INSTANCE_UID, "Series Instance UID")?,
            modality: text(object, tags::MODALITY),
            series_number: small(object, tags::SERIES_NUMBER),
            series_description: text(object, tags::SERIES_DESCRIPTION),
            body_part_examined: text(object, tags::BODY_PART_EXAMINED),
            performed_date: date(object, tags::PERFORMED_PROCEDURE_STEP_START_DATE),
            performed_time: text(object, tags::PERFORMED_PROCEDURE_STEP_START_TIME),
        })
    }
}

impl InstanceColumns {
    pub(super) fn read(object: &InMemDicomObject, transfer_syntax: &str) -> Result<Self, Refusal> {
        let word = |tag| integer(object, tag).and_then(|value| u16::try_from(value).ok());
        Ok(Self {
            sop_instance_uid: uid(object, tags::SOP_INSTANCE_UID, "SOP Instance UID")?,
            sop_class_uid: uid(object, tags::SOP_CLASS_UID, "SOP Class UID")?,
            transfer_syntax_uid: transfer_syntax.to_owned(),
            instance_number: small(object, tags::INSTANCE_NUMBER),
            rows: word(tags::ROWS),
            columns: word(tags::COLUMNS),
            bits_allocated: word(tags::BITS_ALLOCATED),
            number_of_frames: 0,
        })
    }
}

/// A UID: up to 64 digits and dots (PS3.5 § 9.1). It goes into URLs and addresses, so nothing else is let through;
/// leading zeros of a component, common in old files, are.
fn uid(object: &InMemDicomObject, tag: Tag, name: &str) -> Result<String, Refusal> {
    let value = text(object, tag).ok_or_else(|| Refusal::missing(name))?;
    if value.len() > 64 || !value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(Refusal::bad_attribute(name));
    }
    Ok(value)
}

/// A date as `YYYYMMDD`; the retired form `YYYY.MM.DD` loses its dots, anything else counts as absent.
fn date(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    let digits: String = text(object, tag)?.chars().filter(|character| *character != '.').collect();
    (digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn small(object: &InMemDicomObject, tag: Tag) -> Option<i32> {
    integer(object, tag).and_then(|value| i32::try_from(value).ok())
}

impl fmt::Debug for StudyColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StudyColumns(..)")
    }
}

impl fmt::Debug for SeriesColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeriesColumns(..)")
    }
}

impl fmt::Debug for InstanceColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstanceColumns(..)")
    }
}
