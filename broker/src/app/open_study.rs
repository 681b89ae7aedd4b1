//! Reading a study's objects, for the `/dicomweb` handlers.

use super::{
    App, Error, Result,
    dicomweb::{blob_error, context, object_key},
    ports::{InstanceRow, SeriesRow, StoredInstance, StudyRow},
};
use crate::domain::directory::Actor;
use ::imaging::{
    FrameTable,
    blobs::BlobError,
    frames::{self, FrameError},
    render::{Picture, RenderOptions},
    seal::{ObjectKey, StudyKey},
};
use bytes::Bytes;
use futures_util::stream::Stream;
use schemas::{ConsultId, privacy::AccessKind};
use std::sync::Arc;

/// How a reader names a study. A Study Instance UID alone is no name for certain: two houses may hold objects under
/// the same one, of one patient (a CD carried over) or of two (a scanner that makes up its UIDs badly).
#[derive(Clone, Copy, Debug)]
pub struct StudyName<'a> {
    pub uid: &'a str,
    /// Counts only the study attached to this consult.
    pub consult: Option<ConsultId>,
}

impl<'a> StudyName<'a> {
    /// A study named by its UID alone.
    pub fn uid(uid: &'a str) -> Self {
        Self { uid, consult: None }
    }
}

impl App {
    /// Opens a study for reading: the one access check of everything that WADO-RS reads, and the access log's row.
    /// `session` is [`super::Session::label`]. [`Error::Conflict`] where the name fits several readable studies.
    pub async fn open_study(self: &Arc<Self>, actor: &Actor, session: &str, study: StudyName<'_>) -> Result<OpenStudy> {
        let row = self.readable_study(actor, study).await?.ok_or(Error::NotFound)?;
        let key = self.study_key(&row)?;
        self.log_access(actor, session, AccessKind::Images, [row.id]).await?;
        Ok(OpenStudy { app: Arc::clone(self), row, key })
    }

    /// One frame, from 1, as a picture; whoever asks has opened the study.
    pub(super) async fn picture(
        &self,
        key: &StudyKey,
        instance: &StoredInstance,
        frame: u32,
        options: RenderOptions,
    ) -> Result<Picture> {
        let object = object_key(key, &instance.row.sop_instance_uid, &instance.row.digest);
        let table = frame_table(instance)?;
        let turn = self.pool.turn().await?;
        let job = frames::render_job(&self.blobs, &object, &table, frame, options).await.map_err(frame_error)?;
        Ok(self.pool.render(turn, job).await?)
    }
}

fn frame_table(instance: &StoredInstance) -> Result<FrameTable> {
    serde_json::from_str(&instance.content.frame_table).map_err(|error| Error::bug("a frame table", error))
}

/// A study that its reader was allowed to open. Made by [`App::open_study`] alone.
pub struct OpenStudy {
    app: Arc<App>,
    pub row: StudyRow,
    key: StudyKey,
}

impl OpenStudy {
    pub async fn series(&self) -> Result<Vec<SeriesRow>> {
        Ok(self.app.repo.series(self.row.id).await?)
    }

    /// All instances, or those of one series; none: [`Error::NotFound`].
    pub async fn instances(&self, series_uid: Option<&str>) -> Result<Vec<InstanceRow>> {
        let rows = self.app.repo.instances(self.row.id, series_uid).await?;
        if rows.is_empty() { Err(Error::NotFound) } else { Ok(rows) }
    }

    pub async fn instance(&self, series_uid: &str, sop_uid: &str) -> Result<StoredInstance> {
        let found = self.app.repo.instance(self.row.id, sop_uid).await?;
        found.filter(|found| found.row.series_instance_uid == series_uid).ok_or(Error::NotFound)
    }

    /// The objects' DICOM JSON (PS3.18 Annex F), one after another. Some ten kilobytes each: ask for few at a time.
    pub async fn metadata(&self, rows: &[InstanceRow]) -> Result<Vec<String>> {
        let uids: Vec<String> = rows.iter().map(|row| row.sop_instance_uid.clone()).collect();
        let sealed = self.app.repo.instance_metadata(self.row.id, &uids).await?;
        let open = |uid: &String| {
            // They were deleted meanwhile.
            let sealed = sealed.get(uid).ok_or(Error::Purged)?;
            let plain = self.key.open_small(&context(uid), sealed);
            let plain = plain.map_err(|error| Error::bug("sealed metadata", error))?;
            String::from_utf8(plain).map_err(|_| Error::bug("sealed metadata", "is no text"))
        };
        uids.iter().map(open).collect()
    }

    /// The stored object, a Part 10 file, a piece at a time.
    pub fn object(
        &self,
        row: &InstanceRow,
    ) -> impl Stream<Item = std::result::Result<Bytes, BlobError>> + Send + use<> {
        self.app.blobs.stream(&self.object_key(row))
    }

    /// One frame, from 1, in its stored transfer syntax.
    pub async fn frame(&self, instance: &StoredInstance, frame: u32) -> Result<Bytes> {
        let table = frame_table(instance)?;
        let key = self.object_key(&instance.row);
        frames::read(&self.app.blobs, &key, &table, frame).await.map_err(frame_error)
    }

    /// One frame, from 1, as a picture.
    pub async fn render(&self, instance: &StoredInstance, frame: u32, options: RenderOptions) -> Result<Picture> {
        self.app.picture(&self.key, instance, frame, options).await
    }

    fn object_key(&self, row: &InstanceRow) -> ObjectKey {
        object_key(&self.key, &row.sop_instance_uid, &row.digest)
    }
}

fn frame_error(error: FrameError) -> Error {
    match error {
        FrameError::Refused(refusal) => Error::Imaging(refusal),
        FrameError::Blob(error) => blob_error(error),
    }
}
