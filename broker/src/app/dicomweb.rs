//! DICOM objects in, and found again, for the `/dicomweb` handlers; [`super::open_study`] reads them.

use super::{
    App, Error, Result,
    open_study::StudyName,
    ports::{
        ColumnTest, Inserted, InstanceContent, InstanceRow, NewInstance, SeriesRow, StudyColumn, StudyColumns,
        StudyRow, StudySearch,
    },
    require, validate,
};
use crate::domain::{
    access::{self, Permission, may},
    directory::Actor,
};
use ::imaging::{
    Indexed, Refusal,
    blobs::BlobError,
    seal::{ObjectKey, StudyKey, WrappedKey, hex},
};
use bytes::Bytes;
use schemas::{ConsultId, HospitalId, StudyId};
use std::sync::Arc;
use uuid::Uuid;

/// Studies whose series or instances are listed when the query names none. More makes one careless query read
/// everything.
const UNNAMED_STUDIES: u32 = 50;
/// Characters of a column. The longest VR among them, LO and PN, has 64 to 324; more is hostile.
const COLUMN_CHARS: usize = 1024;

/// Where QIDO-RS looks for series and instances.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shelf<'a> {
    /// One study, or the newest readable ones.
    pub study_uid: Option<&'a str>,
    /// Counts only the studies attached to this consult.
    pub consult: Option<ConsultId>,
}

/// Whether a study counts.
pub type StudyTest<'a> = &'a (dyn Fn(&StudyRow) -> bool + Sync);
/// Whether an instance counts.
pub type InstanceTest<'a> = &'a (dyn Fn(&StudyRow, &InstanceRow) -> bool + Sync);

/// Which instances QIDO-RS looks for on a [`Shelf`].
#[derive(Clone, Copy, Default)]
pub struct InstanceSearch<'a> {
    /// In one of its series.
    pub series_uid: Option<&'a str>,
    /// Studies that count; all, where it is absent.
    pub study_fits: Option<StudyTest<'a>>,
    /// Instances that count; all, where it is absent, and then the database reads no more than are wanted.
    pub fits: Option<InstanceTest<'a>>,
    pub limit: u32,
    pub offset: u32,
}

/// What became of an object.
#[derive(Clone, Debug)]
pub struct Stored {
    pub study_id: StudyId,
    pub study_instance_uid: String,
    pub series_instance_uid: String,
    pub sop_class_uid: String,
    pub sop_instance_uid: String,
    /// The same object had arrived before; nothing was written.
    pub already_there: bool,
}

/// An object that was not taken.
#[derive(Debug)]
pub struct StoreRefusal {
    pub error: Error,
    /// Failure Reason (0008,1197), PS3.18 Table I.2-2.
    pub failure_reason: u16,
    /// Known when the object could be read at all.
    pub sop_class_uid: Option<String>,
    pub sop_instance_uid: Option<String>,
}

impl From<Error> for StoreRefusal {
    fn from(error: Error) -> Self {
        // Table I.2-2: "refused: not authorized" and "processing failure".
        const NOT_AUTHORIZED: u16 = 0x0124;
        const PROCESSING_FAILURE: u16 = 0x0110;
        let failure_reason = match &error {
            Error::Imaging(refusal) => refusal.failure_reason(),
            Error::Forbidden | Error::NotFound => NOT_AUTHORIZED,
            _ => PROCESSING_FAILURE,
        };
        Self { error, failure_reason, sop_class_uid: None, sop_instance_uid: None }
    }
}

impl App {
    /// Whether the caller may store objects at all: asked before the first byte of an upload is taken.
    pub fn may_store(&self, actor: &Actor) -> Result<()> {
        require(may(actor, None, Permission::StoreStudy))
    }

    /// Takes one DICOM Part 10 object into the caller's house. `study_uid` is the study that the request named. The
    /// same object again is a success; other content under a known SOP Instance UID is refused.
    pub async fn store_object(
        &self,
        actor: &Actor,
        study_uid: Option<&str>,
        object: Bytes,
    ) -> std::result::Result<Stored, StoreRefusal> {
        self.may_store(actor)?;
        let indexed = self.pool.index(object.clone()).await.map_err(Error::from)?;
        let sop_class_uid = indexed.instance.sop_class_uid.clone();
        let sop_instance_uid = indexed.instance.sop_instance_uid.clone();
        self.keep(actor, study_uid, object, indexed).await.map_err(|error| StoreRefusal {
            sop_class_uid: Some(sop_class_uid),
            sop_instance_uid: Some(sop_instance_uid),
            ..StoreRefusal::from(error)
        })
    }

    async fn keep(
        &self,
        actor: &Actor,
        study_uid: Option<&str>,
        received: Bytes,
        mut indexed: Indexed,
    ) -> Result<Stored> {
        let uid = indexed.study.study_instance_uid.clone();
        for (field, value) in [
            ("StudyInstanceUID", &uid),
            ("SeriesInstanceUID", &indexed.series.series_instance_uid),
            ("SOPInstanceUID", &indexed.instance.sop_instance_uid),
        ] {
            validate::uid(field, value).map_err(|_| Refusal::BadAttribute { name: field.to_owned() })?;
        }
        if study_uid.is_some_and(|asked| asked != uid) {
            let reason = "its StudyInstanceUID is not the one in the request".to_owned();
            return Err(Refusal::Mismatch { reason }.into());
        }
        let columns = study_columns(&indexed);
        let study = self.house_study(actor.hospital_id, &uid, columns.clone()).await?;
        let digest = from_hex(&indexed.sha256).ok_or_else(|| Error::bug("imaging worker", "a digest of odd form"))?;
        let stored = |already_there| Stored {
            study_id: StudyId(study.id),
            study_instance_uid: uid.clone(),
            series_instance_uid: indexed.series.series_instance_uid.clone(),
            sop_class_uid: indexed.instance.sop_class_uid.clone(),
            sop_instance_uid: indexed.instance.sop_instance_uid.clone(),
            already_there,
        };
        if let Some(known) = self.repo.instance(study.id, &indexed.instance.sop_instance_uid).await? {
            return if known.row.digest == digest { Ok(stored(true)) } else { Err(Refusal::Duplicate.into()) };
        }
        let key = self.study_key(&study)?;
        let object = object_key(&key, &indexed.instance.sop_instance_uid, &digest);
        let size = received.len();
        let bytes = indexed.stored.take().unwrap_or(received);
        // The blob comes first: a row without its blob would be a promise broken, a blob without its row is only
        // waste, and the same upload, sent again, finds it.
        self.blobs.put(&object, bytes).await.map_err(blob_error)?;
        let row = NewInstance {
            study: columns,
            series: series_row(&study, &indexed),
            instance: self.instance_row(&study, &object, &indexed, digest, size),
            content: instance_content(&key, &indexed)?,
        };
        let inserted = self.repo.insert_instance(&row).await?;
        match inserted {
            Inserted::New => {
                self.hub.study_grew(StudyId(study.id));
                Ok(stored(false))
            }
            Inserted::Same => Ok(stored(true)),
            Inserted::Different | Inserted::OtherPatient | Inserted::Purged => {
                self.blobs.delete(&object).await.map_err(blob_error)?;
                Err(match inserted {
                    Inserted::OtherPatient => Refusal::OtherPatient.into(),
                    Inserted::Purged => Error::Purged,
                    _ => Refusal::Duplicate.into(),
                })
            }
        }
    }

    /// Studies that the caller may read (of one consult, where it is named) and that match, newest first.
    pub async fn qido_studies(
        &self,
        actor: &Actor,
        consult: Option<ConsultId>,
        tests: Vec<(StudyColumn, ColumnTest)>,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<StudyRow>> {
        let (hospital, studies) = match consult {
            Some(consult) => (None, self.studies_of(actor, consult).await?),
            None => {
                let own = access::owns_study(actor, actor.hospital_id).then_some(actor.hospital_id.0);
                (own, self.studies_by_consult(actor).await?)
            }
        };
        if hospital.is_none() && studies.is_empty() {
            return Ok(vec![]);
        }
        Ok(self.repo.search_studies(&StudySearch { hospital, studies, tests, limit, offset }).await?)
    }

    /// Series of one study, or of the newest readable ones (of one consult, where it is named).
    pub async fn qido_series(&self, actor: &Actor, shelf: Shelf<'_>) -> Result<Vec<(Arc<StudyRow>, SeriesRow)>> {
        let mut found = Vec::new();
        for study in self.named_studies(actor, shelf).await? {
            let series = self.repo.series(study.id).await?;
            found.extend(series.into_iter().map(|row| (Arc::clone(&study), row)));
        }
        Ok(found)
    }

    /// Instances of one study, of one of its series, or of the newest readable studies.
    pub async fn qido_instances(
        &self,
        actor: &Actor,
        shelf: Shelf<'_>,
        search: &InstanceSearch<'_>,
    ) -> Result<Vec<(Arc<StudyRow>, InstanceRow)>> {
        let mut found = Vec::new();
        let mut skip = search.offset;
        for study in self.named_studies(actor, shelf).await? {
            let want = search.limit - u32::try_from(found.len()).unwrap_or(search.limit);
            if want == 0 {
                break;
            }
            if search.study_fits.is_some_and(|fits| !fits(&study)) {
                continue;
            }
            let rows = match search.fits {
                Some(fits) => {
                    let mut rows = self.repo.instances(study.id, search.series_uid).await?;
                    rows.retain(|row| fits(&study, row));
                    let passed = rows.len().min(skip as usize);
                    skip -= u32::try_from(passed).unwrap_or(skip);
                    rows.drain(..passed);
                    rows.truncate(want as usize);
                    rows
                }
                // A whole study before the first one that is wanted.
                None if i64::from(skip) >= study.received => {
                    skip -= u32::try_from(study.received).unwrap_or(skip);
                    continue;
                }
                None => {
                    let from = std::mem::take(&mut skip);
                    self.repo.instance_page(study.id, search.series_uid, want, from).await?
                }
            };
            found.extend(rows.into_iter().map(|row| (Arc::clone(&study), row)));
        }
        Ok(found)
    }

    async fn named_studies(&self, actor: &Actor, shelf: Shelf<'_>) -> Result<Vec<Arc<StudyRow>>> {
        let rows = match shelf.study_uid {
            Some(uid) => {
                let name = StudyName { uid, consult: shelf.consult };
                self.readable_study(actor, name).await?.into_iter().collect()
            }
            None => self.qido_studies(actor, shelf.consult, vec![], UNNAMED_STUDIES, 0).await?,
        };
        Ok(rows.into_iter().map(Arc::new).collect())
    }

    /// The study of that name that the caller may read: the one attached to the named consult; else the caller's own
    /// house's, or the only one. Nothing is ever picked among several ([`Error::Conflict`]): it might be another
    /// patient's.
    pub(super) async fn readable_study(&self, actor: &Actor, name: StudyName<'_>) -> Result<Option<StudyRow>> {
        let mut readable = self.repo.studies_by_uid(name.uid).await?;
        if let Some(consult) = name.consult {
            let attached = self.studies_of(actor, consult).await?;
            readable.retain(|row| attached.contains(&row.id));
        } else {
            let mut allowed = Vec::with_capacity(readable.len());
            for row in readable {
                if self.may_read_study(actor, &row).await? {
                    allowed.push(row);
                }
            }
            let owned = |row: &StudyRow| access::owns_study(actor, HospitalId(row.hospital_id));
            if allowed.iter().filter(|row| owned(row)).count() == 1 {
                allowed.retain(owned);
            }
            readable = allowed;
        }
        if readable.len() > 1 {
            return Err(Error::Conflict("several studies have this StudyInstanceUID: name the consult (?consult=)"));
        }
        Ok(readable.pop())
    }

    /// Studies attached to a consult; none where the caller may not read them.
    async fn studies_of(&self, actor: &Actor, id: ConsultId) -> Result<Vec<Uuid>> {
        let consult = self.consult(id).await?;
        let studies = consult.as_ref().map_or(&[][..], |consult| self.readable_in(actor, consult));
        Ok(studies.iter().map(|study| study.0).collect())
    }

    /// [`Error::Purged`] after a purge.
    pub(super) fn study_key(&self, study: &StudyRow) -> Result<StudyKey> {
        let wrapped = WrappedKey(study.wrapped_key.clone().ok_or(Error::Purged)?);
        self.master.unwrap(study.id.as_bytes(), &wrapped).map_err(|error| Error::bug("a study's key", error))
    }

    fn instance_row(
        &self,
        study: &StudyRow,
        object: &ObjectKey,
        indexed: &Indexed,
        digest: Vec<u8>,
        size: usize,
    ) -> InstanceRow {
        let columns = &indexed.instance;
        InstanceRow {
            study_id: study.id,
            series_instance_uid: indexed.series.series_instance_uid.clone(),
            sop_instance_uid: columns.sop_instance_uid.clone(),
            sop_class_uid: columns.sop_class_uid.clone(),
            transfer_syntax_uid: columns.transfer_syntax_uid.clone(),
            instance_number: columns.instance_number.map(i64::from),
            rows: columns.rows.map(i64::from),
            columns: columns.columns.map(i64::from),
            bits_allocated: columns.bits_allocated.map(i64::from),
            frames: i64::from(columns.number_of_frames),
            digest,
            size: i64::try_from(size).unwrap_or(i64::MAX),
            blob: object.address(),
            received_at: self.now().0,
        }
    }
}

fn instance_content(key: &StudyKey, indexed: &Indexed) -> Result<InstanceContent> {
    Ok(InstanceContent {
        sealed_metadata: key.seal_small(&context(&indexed.instance.sop_instance_uid), indexed.metadata.as_bytes()),
        frame_table: serde_json::to_string(&indexed.frames)
            .map_err(|error| Error::bug("writing a frame table", error))?,
    })
}

/// Name and key of a stored object. The digest is part of the name: two uploads of different content under one SOP
/// Instance UID never share a blob, and the database alone decides which of them came first.
pub(super) fn object_key(key: &StudyKey, sop_instance_uid: &str, digest: &[u8]) -> ObjectKey {
    key.object(&format!("{sop_instance_uid}/{}", hex(digest)))
}

/// What sealed metadata is bound to.
pub(super) fn context(sop_instance_uid: &str) -> String {
    format!("metadata/{sop_instance_uid}")
}

fn study_columns(indexed: &Indexed) -> StudyColumns {
    let study = &indexed.study;
    StudyColumns {
        study_date: clean(&study.study_date),
        study_time: clean(&study.study_time),
        accession_number: clean(&study.accession_number),
        referring_physician: clean(&study.referring_physician_name),
        study_description: clean(&study.study_description),
        patient_name: clean(&study.patient_name),
        patient_id: clean(&study.patient_id),
        patient_birth_date: clean(&study.patient_birth_date),
        patient_sex: clean(&study.patient_sex),
        study_id: clean(&study.study_id),
    }
}

fn series_row(study: &StudyRow, indexed: &Indexed) -> SeriesRow {
    let series = &indexed.series;
    SeriesRow {
        study_id: study.id,
        series_instance_uid: series.series_instance_uid.clone(),
        modality: clean(&series.modality),
        series_number: series.series_number.map(i64::from),
        series_description: clean(&series.series_description),
        body_part: clean(&series.body_part_examined),
        series_date: clean(&series.performed_date),
        series_time: clean(&series.performed_time),
        instance_count: 0,
    }
}

/// A column's text without control characters (PostgreSQL refuses U+0000) and of bounded length; what the object says
/// in full stays in its sealed metadata.
fn clean(text: &Option<String>) -> Option<String> {
    let text: String = text.as_deref()?.chars().filter(|c| !c.is_control()).take(COLUMN_CHARS).collect();
    (!text.is_empty()).then_some(text)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits.map(|pair| pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect()
}

pub(super) fn blob_error(error: BlobError) -> Error {
    match error {
        BlobError::Store(cause) => {
            tracing::warn!(%cause, "the blob store does not answer");
            Error::Unavailable
        }
        // Every name holds the content's digest, so even a conflict means that the store does not hold what it should.
        BlobError::NotFound | BlobError::Conflict | BlobError::Damaged | BlobError::OutOfRange { .. } => {
            Error::bug("blob store", error)
        }
    }
}
