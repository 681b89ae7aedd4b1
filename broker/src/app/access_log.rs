//! Who read what: one row per person, session and thing in a quarter of an hour. The event log of a consult tells who did
//! something; this one tells who looked.
//!
//! Written down are a consult's page where it shows the question, the patient or the report (and so does the answer to
//! an action that changed nothing), the report as a file, a study's objects, and each study in the answer of a search.
//! Lists show no patient data, and stand in no log.

use super::{App, Result, directory::named, log::Outcome, ports::AccessRow, validate::name_of};
use crate::domain::{
    access::{Permission, may},
    consult::{Consult, view},
    directory::Actor,
};
use bytes::Bytes;
use schemas::{
    ConsultId, PersonId, StudyId, UnixMillis,
    consult::ConsultDetail,
    privacy::{AccessEntry, AccessKind},
};
use std::collections::BTreeSet;
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
    /// A consult's page, and the log's row of who read it, where there was something of the patient to read. `session` is
    /// [`super::Session::label`].
    pub async fn open_consult(&self, actor: &Actor, session: &str, id: ConsultId) -> Result<ConsultDetail> {
        let loaded = self.readable(actor, id).await?;
        self.log_case(actor, session, &loaded.consult).await;
        self.show(actor, &loaded).await
    }

    /// The answer to an action: the consult afterwards. Where the action changed nothing, the consult's log does not tell
    /// who saw it.
    pub(super) async fn answer(&self, actor: &Actor, session: &str, outcome: &Outcome) -> Result<ConsultDetail> {
        if !outcome.changed {
            self.log_case(actor, session, &outcome.loaded.consult).await;
        }
        // Whoever declined may no longer know of the consult; this answer shows it for the last time.
        self.show(actor, &outcome.loaded).await
    }

    /// Writes down who is shown the consult, where something of the patient is shown.
    async fn log_case(&self, actor: &Actor, session: &str, consult: &Consult) {
        let facts = consult.facts(self.now());
        let reads = |permission| may(actor, Some(&facts), permission);
        if !reads(Permission::ReadFields) && !reads(Permission::ReadAnswer) {
            return;
        }
        if let Err(error) = self.log_access(actor, session, AccessKind::Case, [consult.id.0]).await {
            // A full disk must not hide the patient from the physician; files and images can wait, this cannot.
            tracing::warn!(consult = %consult.id, person = %actor.person_id, %error, "a read could not be logged");
        }
    }

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
        self.log_access(actor, session, AccessKind::Report, [id.0]).await?;
        Ok(ReportFile { name: format!("Telekonsil-{}-v{version}.pdf", view::label(id)), bytes })
    }

    /// Writes down whose studies a search has shown; before the answer leaves.
    pub async fn log_search(
        &self,
        actor: &Actor,
        session: &str,
        shown: impl IntoIterator<Item = StudyId> + Send,
    ) -> Result<()> {
        // Instances of one study name it many times.
        let studies: BTreeSet<Uuid> = shown.into_iter().map(|id| id.0).collect();
        if studies.is_empty() {
            return Ok(());
        }
        self.log_access(actor, session, AccessKind::Search, studies).await
    }

    /// Who read the consult, its report and its images, newest first; also after its content was deleted.
    pub async fn access_log(&self, actor: &Actor, id: ConsultId) -> Result<Vec<AccessEntry>> {
        self.permitted(actor, id, Permission::ReadAccessLog).await?;
        self.access_entries(id).await
    }

    pub(super) async fn access_entries(&self, id: ConsultId) -> Result<Vec<AccessEntry>> {
        let directory = self.directory().await?;
        let entry = |row: AccessRow| {
            let person = PersonId(row.person_id);
            let kind = named(&row.kind)?;
            let of_study = matches!(kind, AccessKind::Images | AccessKind::Search);
            Some(AccessEntry {
                // A machine's token is nobody in the directory.
                person: directory.people.contains_key(&person).then(|| directory.person_ref(person)),
                session: row.session,
                kind,
                study_id: of_study.then_some(StudyId(row.subject)),
                at: UnixMillis(row.at),
            })
        };
        Ok(self.repo.access_of_consult(id.0, ENTRIES).await?.into_iter().filter_map(entry).collect())
    }

    pub(super) async fn log_access(
        &self,
        actor: &Actor,
        session: &str,
        kind: AccessKind,
        subjects: impl IntoIterator<Item = Uuid>,
    ) -> Result<()> {
        let at = self.now().0;
        let row = |subject| AccessRow {
            person_id: actor.person_id.0,
            session: session.to_owned(),
            kind: name_of(&kind),
            subject,
            window_start: at - at.rem_euclid(WINDOW_MS),
            at,
        };
        let rows: Vec<AccessRow> = subjects.into_iter().map(row).collect();
        Ok(self.repo.log_access(&rows).await?)
    }
}
