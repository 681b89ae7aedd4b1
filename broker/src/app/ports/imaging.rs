//! Rows of studies, series and instances. QIDO columns are patient data: no `Debug`.

use uuid::Uuid;

/// Unique by `(hospital_id, study_instance_uid)`. Columns named after DICOM attributes hold their text form.
#[derive(Clone, Default)]
pub struct StudyRow {
    pub id: Uuid,
    /// House whose inbox it came into.
    pub hospital_id: Uuid,
    pub study_instance_uid: String,
    /// The study's key under the installation's master key; absent after a purge, which leaves of the whole row only
    /// id, house and instants: even the UID becomes one made of the id, so that the same study may come again.
    pub wrapped_key: Option<Vec<u8>>,
    pub created_at: i64,
    pub updated_at: i64,
    /// Objects announced by the sender.
    pub declared: Option<i64>,
    /// Objects stored; kept by `insert_instance`.
    pub received: i64,
    /// Kept by `insert_instance`.
    pub series_count: i64,
    /// Distinct modalities of its series, sorted (JSON text in the table); kept by `insert_instance`.
    pub modalities: Vec<String>,
    pub columns: StudyColumns,
}

/// (0008,0020), (0008,0030), (0008,0050), (0008,0090), (0008,1030), (0010,0010), (0010,0020), (0010,0030),
/// (0010,0040), (0020,0010).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StudyColumns {
    pub study_date: Option<String>,
    pub study_time: Option<String>,
    pub accession_number: Option<String>,
    pub referring_physician: Option<String>,
    pub study_description: Option<String>,
    pub patient_name: Option<String>,
    pub patient_id: Option<String>,
    pub patient_birth_date: Option<String>,
    pub patient_sex: Option<String>,
    pub study_id: Option<String>,
}

/// Primary key `(study_id, series_instance_uid)`.
#[derive(Clone, Default)]
pub struct SeriesRow {
    pub study_id: Uuid,
    pub series_instance_uid: String,
    pub modality: Option<String>,
    pub series_number: Option<i64>,
    pub series_description: Option<String>,
    pub body_part: Option<String>,
    pub series_date: Option<String>,
    pub series_time: Option<String>,
    /// Kept by `insert_instance`.
    pub instance_count: i64,
}

/// Primary key `(study_id, sop_instance_uid)`. Small, so that a study of thousands can be listed.
#[derive(Clone, Default)]
pub struct InstanceRow {
    pub study_id: Uuid,
    pub series_instance_uid: String,
    pub sop_instance_uid: String,
    pub sop_class_uid: String,
    pub transfer_syntax_uid: String,
    pub instance_number: Option<i64>,
    pub rows: Option<i64>,
    pub columns: Option<i64>,
    pub bits_allocated: Option<i64>,
    /// Number of frames; 0 without pixel data.
    pub frames: i64,
    /// SHA-256 of the object as received.
    pub digest: Vec<u8>,
    /// Bytes of the object as received.
    pub size: i64,
    /// Address of the sealed object in the blob store.
    pub blob: String,
    pub received_at: i64,
}

/// What is read of one instance at a time: some ten kilobytes.
#[derive(Clone, Default)]
pub struct InstanceContent {
    /// DICOM JSON without bulk data, sealed with the study's key.
    pub sealed_metadata: Vec<u8>,
    /// JSON of the frame table (`imaging`).
    pub frame_table: String,
}

/// An instance, whole.
#[derive(Clone, Default)]
pub struct StoredInstance {
    pub row: InstanceRow,
    pub content: InstanceContent,
}

pub struct NewInstance {
    /// Taken over into the study's row where that still has NULL.
    pub study: StudyColumns,
    pub series: SeriesRow,
    pub instance: InstanceRow,
    pub content: InstanceContent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    New,
    /// The same object (equal digest) was there: nothing changed.
    Same,
    /// This SOP instance UID holds another content: nothing changed.
    Different,
    /// The study already names another patient (`patient_id`, blanks at its ends aside): nothing changed.
    OtherPatient,
    /// The study was purged meanwhile: nothing changed.
    Purged,
}

/// A QIDO column of a study that can be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudyColumn {
    StudyInstanceUid,
    StudyDate,
    StudyTime,
    AccessionNumber,
    ReferringPhysician,
    StudyDescription,
    PatientName,
    PatientId,
    PatientBirthDate,
    PatientSex,
    StudyId,
    /// Matches when any series has it.
    Modality,
}

/// PS3.4 C.2.2.2. No `Debug`: holds names.
#[derive(Clone)]
pub enum ColumnTest {
    Equals(String),
    AnyOf(Vec<String>),
    /// DICOM wild cards: `*` any run, `?` one character; compared without case.
    Wildcard(String),
    /// Inclusive; text order is time order for DA and TM.
    Range {
        from: Option<String>,
        to: Option<String>,
    },
}

/// Studies of that house or in that list, and matching every test; newest (`study_date`, then `created_at`) first.
#[derive(Clone)]
pub struct StudySearch {
    pub hospital: Option<Uuid>,
    /// Studies that the caller may read because of a consult.
    pub studies: Vec<Uuid>,
    pub tests: Vec<(StudyColumn, ColumnTest)>,
    pub limit: u32,
    pub offset: u32,
}
