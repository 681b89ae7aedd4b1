//! Rows of the store in the shape that [`imaging::dicomweb::qido`] words.

use crate::app::ports::{ColumnTest, InstanceRow, SeriesRow, StudyColumn, StudyRow};
use imaging::dicomweb::qido::{Key, Match, Test};
use imaging::index::{InstanceColumns, SeriesColumns, StudyColumns};

pub(super) fn study(row: &StudyRow) -> StudyColumns {
    let columns = row.columns.clone();
    StudyColumns {
        study_instance_uid: row.study_instance_uid.clone(),
        patient_name: columns.patient_name,
        patient_id: columns.patient_id,
        patient_birth_date: columns.patient_birth_date,
        patient_sex: columns.patient_sex,
        study_date: columns.study_date,
        study_time: columns.study_time,
        accession_number: columns.accession_number,
        study_id: columns.study_id,
        study_description: columns.study_description,
        referring_physician_name: columns.referring_physician,
    }
}

pub(super) fn series(row: &SeriesRow) -> SeriesColumns {
    SeriesColumns {
        series_instance_uid: row.series_instance_uid.clone(),
        modality: row.modality.clone(),
        series_number: row.series_number.and_then(narrow),
        series_description: row.series_description.clone(),
        body_part_examined: row.body_part.clone(),
        performed_date: row.series_date.clone(),
        performed_time: row.series_time.clone(),
    }
}

pub(super) fn instance(row: &InstanceRow) -> InstanceColumns {
    InstanceColumns {
        sop_instance_uid: row.sop_instance_uid.clone(),
        sop_class_uid: row.sop_class_uid.clone(),
        transfer_syntax_uid: row.transfer_syntax_uid.clone(),
        instance_number: row.instance_number.and_then(narrow),
        rows: row.rows.and_then(narrow),
        columns: row.columns.and_then(narrow),
        bits_allocated: row.bits_allocated.and_then(narrow),
        number_of_frames: narrow(row.frames).unwrap_or(0),
    }
}

/// Counts and numbers of a row; what does not fit was never written by us.
pub(super) fn narrow<T: TryFrom<i64>>(number: i64) -> Option<T> {
    T::try_from(number).ok()
}

/// A condition as the store takes it. `None` where it is on a series or an instance.
pub(super) fn study_test(found: &Match) -> Option<(StudyColumn, ColumnTest)> {
    let column = match found.key {
        Key::StudyInstanceUid => StudyColumn::StudyInstanceUid,
        Key::PatientName => StudyColumn::PatientName,
        Key::PatientId => StudyColumn::PatientId,
        Key::PatientBirthDate => StudyColumn::PatientBirthDate,
        Key::PatientSex => StudyColumn::PatientSex,
        Key::StudyDate => StudyColumn::StudyDate,
        Key::StudyTime => StudyColumn::StudyTime,
        Key::AccessionNumber => StudyColumn::AccessionNumber,
        Key::StudyId => StudyColumn::StudyId,
        Key::StudyDescription => StudyColumn::StudyDescription,
        Key::ReferringPhysicianName => StudyColumn::ReferringPhysician,
        Key::ModalitiesInStudy => StudyColumn::Modality,
        _ => return None,
    };
    let test = match found.test.clone() {
        Test::Is(value) => ColumnTest::Equals(value),
        Test::OneOf(values) => ColumnTest::AnyOf(values),
        Test::Wildcard(pattern) => ColumnTest::Wildcard(pattern),
        Test::Between(from, to) => ColumnTest::Range { from, to },
        Test::Number(number) => ColumnTest::Equals(number.to_string()),
    };
    Some((column, test))
}

/// Whether a condition is on a study alone.
pub(super) fn is_of_study(found: &Match) -> bool {
    study_test(found).is_some()
}

/// Whether a study passes a condition on a study.
pub(super) fn study_passes(row: &StudyRow, found: &Match) -> bool {
    let columns = &row.columns;
    let value = match found.key {
        Key::StudyInstanceUid => return found.accepts(Some(&row.study_instance_uid)),
        Key::ModalitiesInStudy => return row.modalities.iter().any(|modality| found.accepts(Some(modality))),
        Key::PatientName => &columns.patient_name,
        Key::PatientId => &columns.patient_id,
        Key::PatientBirthDate => &columns.patient_birth_date,
        Key::PatientSex => &columns.patient_sex,
        Key::StudyDate => &columns.study_date,
        Key::StudyTime => &columns.study_time,
        Key::AccessionNumber => &columns.accession_number,
        Key::StudyId => &columns.study_id,
        Key::StudyDescription => &columns.study_description,
        Key::ReferringPhysicianName => &columns.referring_physician,
        _ => return true,
    };
    found.accepts(value.as_deref())
}

/// Whether a series passes a condition on a series.
pub(super) fn series_passes(row: &SeriesRow, found: &Match) -> bool {
    let number = row.series_number.map(|number| number.to_string());
    let value = match found.key {
        Key::SeriesInstanceUid => Some(row.series_instance_uid.as_str()),
        Key::Modality => row.modality.as_deref(),
        Key::SeriesNumber => number.as_deref(),
        Key::SeriesDescription => row.series_description.as_deref(),
        Key::BodyPartExamined => row.body_part.as_deref(),
        _ => return true,
    };
    found.accepts(value)
}

/// Whether an instance passes a condition on an instance.
pub(super) fn instance_passes(row: &InstanceRow, found: &Match) -> bool {
    let number = row.instance_number.map(|number| number.to_string());
    let value = match found.key {
        Key::SopInstanceUid => Some(row.sop_instance_uid.as_str()),
        Key::SopClassUid => Some(row.sop_class_uid.as_str()),
        Key::SeriesInstanceUid => Some(row.series_instance_uid.as_str()),
        Key::InstanceNumber => number.as_deref(),
        _ => return true,
    };
    found.accepts(value)
}
