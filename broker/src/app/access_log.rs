//! Who read what: one row per person, session and study in a quarter of an hour. Opening a consult's page is in the
//! event log of nobody and in this log neither; what is written down is the reading of images, and of the report as a
//! file, which counts as a reading of each study of its consult.

use super::{App, Result, ports::AccessRow};
use crate::domain::{access::Permission, consult::view, directory::Actor};
use bytes::Bytes;
use schemas::{ConsultId, PersonId, StudyId, UnixMillis, privacy::AccessEntry};
use uuid::Uuid;

/// Width of a row's window. Less writes more rows for a study of 500 slices; more hides when somebody came back.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Rows in an answer. A consult has some dozen.
const ENTRIES: u32 = 2000;

/// A report as a file.
pub struct ReportFile {
    /// `Telekonsil-TK-7F3A-v1.pdf`.
    pub name: String,
    pub bytes: Bytes,
}

impl App {
    /// A version of the report (the current one, when none is named) as PDF, and the log's row of who read it.
    /// `session` is [`super::Session::label`].
    pub async fn report_file(
        &self,
        actor: &Actor,
        session: &str,
        id: ConsultId,
        version: Option<u32>,
    ) -> Result<ReportFile> {
        let consult = self.for_those(actor, id, Permission::ReadAnswer).await?;
        let current = consult.answer().map(|signed| signed.version).ok_or(super::Error::NotFound)?;
        let version = version.unwrap_or(current);
        let bytes = self.report_pdf(actor, id, version).await?;
        for study in &consult.studies {
            self.log_access(actor, session, study.0).await?;
        }
        Ok(ReportFile { name: format!("Telekonsil-{}-v{version}.pdf", view::label(id)), bytes })
    }

    /// Who read the consult's images and reports, newest first.
    pub async fn access_log(&self, actor: &Actor, id: ConsultId) -> Result<Vec<AccessEntry>> {
        self.for_those(actor, id, Permission::ReadAccessLog).await?;
        self.access_entries(id).await
    }

    pub(super) async fn access_entries(&self, id: ConsultId) -> Result<Vec<AccessEntry>> {
        let directory = self.directory().await?;
        let entry = |row: AccessRow| {
            let person = PersonId(row.person_id);
            AccessEntry {
                // A machine's token is nobody in the directory.
                person: directory.people.contains_key(&person).then(|| directory.person_ref(person)),
                session: row.session,
                study_id: StudyId(row.study_id),
                at: UnixMillis(row.at),
            }
        };
        Ok(self.repo.access_of_consult(id.0, ENTRIES).await?.into_iter().map(entry).collect())
    }

    pub(super) async fn log_access(&self, actor: &Actor, session: &str, study: Uuid) -> Result<()> {
        let at = self.now().0;
        let row = AccessRow {
            person_id: actor.person_id.0,
            session: session.to_owned(),
            study_id: study,
            window_start: at - at.rem_euclid(WINDOW_MS),
            at,
        };
        Ok(self.repo.log_access(&row).await?)
    }
}
