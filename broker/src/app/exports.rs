//! Taking a consult's log out of the house: one person asks, another one agrees, the first one fetches it.

use super::{
    App, Error, Result, notices,
    ports::{AskedExport, EventRow, ExportRow, NoticeRow},
    require, validate,
};
use crate::domain::{
    access::{Permission, may},
    consult::view,
    directory::Actor,
};
use imaging::seal::hex;
use schemas::{
    ConsultId, ExportId, PersonId, UnixMillis,
    privacy::{DecideExport, Export, ExportState, NoticeKind, RequestExport},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// An export may be fetched for this long after it was approved. More leaves an open door behind; less misses whoever
/// works the other shift.
const FETCH_SECONDS: i64 = 24 * 3600;
/// Exports in a list.
const EXPORTS: u32 = 500;

const USED: &str = "this id was used for something else";

/// An export as a file.
pub struct ExportFile {
    /// `Telekonsil-TK-7F3A.json`.
    pub name: String,
    /// One JSON document.
    pub json: Vec<u8>,
}

impl App {
    /// Asks for an export; somebody else decides. The client makes the id: asking again is answered with the same one.
    /// Who has an open one of this consult cannot ask for another.
    pub async fn request_export(&self, actor: &Actor, id: ConsultId, wanted: RequestExport) -> Result<Export> {
        self.for_those(actor, id, Permission::RequestExport).await?;
        validate::said("reason", &wanted.reason)?;
        let row = ExportRow {
            id: wanted.id.0,
            consult_id: id.0,
            label: view::label(id),
            state: validate::name_of(&ExportState::Requested),
            reason: wanted.reason.0.clone(),
            requested_by: actor.person_id.0,
            requested_at: self.now().0,
            decided_by: None,
            decided_at: None,
        };
        let notice = self.notice_of(&row, NoticeKind::ExportRequested);
        let approved_after = self.now().plus_seconds(-FETCH_SECONDS).0;
        match self.repo.ask_export(&row, &notice, approved_after).await? {
            AskedExport::New => {
                self.hub.noticed();
                self.export_of(row).await
            }
            AskedExport::Known => {
                let known = self.repo.export(row.id).await?.ok_or(Error::NotFound)?;
                let same = known.consult_id == row.consult_id && known.requested_by == row.requested_by;
                if same { self.export_of(known).await } else { Err(Error::Conflict(USED)) }
            }
            AskedExport::StillOpen => {
                Err(Error::Conflict("an export of this consult that you asked for is still open"))
            }
            AskedExport::Purged => Err(Error::Purged),
        }
    }

    /// Exports, newest first: all of them for those who decide, one's own for others.
    pub async fn exports(&self, actor: &Actor) -> Result<Vec<Export>> {
        require(actor.only_consult.is_none())?;
        let decides = may(actor, None, Permission::DecideExport);
        let requested_by = (!decides).then_some(actor.person_id.0);
        let mut exports = Vec::new();
        for row in self.repo.exports(requested_by, EXPORTS).await? {
            exports.push(self.export_of(row).await?);
        }
        Ok(exports)
    }

    /// Approves or refuses; never by who asked for it.
    pub async fn decide_export(&self, actor: &Actor, id: ExportId, decision: DecideExport) -> Result<Export> {
        require(may(actor, None, Permission::DecideExport))?;
        let row = self.repo.export(id.0).await?.ok_or(Error::NotFound)?;
        if row.requested_by == actor.person_id.0 {
            return Err(Error::SecondPersonNeeded);
        }
        let state = if decision.approve { ExportState::Approved } else { ExportState::Refused };
        let state = validate::name_of(&state);
        if !self.repo.decide_export(id.0, &state, actor.person_id.0, self.now().0).await? {
            return Err(Error::WrongState);
        }
        self.hub.noticed();
        let row = self.repo.export(id.0).await?.ok_or(Error::NotFound)?;
        self.export_of(row).await
    }

    /// The file, for who asked for it, within a day of the approval; again, should the first answer be lost.
    pub async fn export_file(&self, actor: &Actor, id: ExportId) -> Result<ExportFile> {
        require(actor.only_consult.is_none())?;
        let row = self.repo.export(id.0).await?.ok_or(Error::NotFound)?;
        if row.requested_by != actor.person_id.0 {
            let decides = may(actor, None, Permission::DecideExport);
            return Err(if decides { Error::SecondPersonNeeded } else { Error::NotFound });
        }
        let consult = ConsultId(row.consult_id);
        // Whoever has lost the role meanwhile has lost the export.
        self.for_those(actor, consult, Permission::RequestExport).await?;
        let state = self.state_now(&row)?;
        if !matches!(state, ExportState::Approved | ExportState::Downloaded) {
            return Err(Error::WrongState);
        }
        let json = self.export_json(actor, &row).await?;
        if state == ExportState::Approved {
            // Told before it leaves: what is noted and was not fetched harms nobody.
            self.give_notice(&self.notice_of(&row, NoticeKind::ExportDownloaded)).await?;
            let name = |state: ExportState| validate::name_of(&state);
            self.repo.move_export(row.id, &name(ExportState::Approved), &name(ExportState::Downloaded)).await?;
        }
        Ok(ExportFile { name: format!("Telekonsil-{}.json", row.label), json })
    }

    /// What happens to an export is told once, however often it is tried: the notice's id follows from both.
    fn notice_of(&self, row: &ExportRow, kind: NoticeKind) -> NoticeRow {
        let (person, consult) = (PersonId(row.requested_by), ConsultId(row.consult_id));
        let notice = notices::of_consult(kind, self.now(), person, consult, &row.reason);
        NoticeRow { id: Uuid::new_v5(&row.id, notice.kind.as_bytes()), ..notice }
    }

    async fn export_of(&self, row: ExportRow) -> Result<Export> {
        let directory = self.directory().await?;
        let person = |id: Uuid| directory.person_ref(PersonId(id));
        Ok(Export {
            id: ExportId(row.id),
            consult_id: ConsultId(row.consult_id),
            state: self.state_now(&row)?,
            label: row.label,
            reason: row.reason.into(),
            requested_by: person(row.requested_by),
            requested_at: UnixMillis(row.requested_at),
            decided_by: row.decided_by.map(person),
            decided_at: row.decided_at.map(UnixMillis),
        })
    }

    /// Time ends an approval; no machine has to write that down.
    fn state_now(&self, row: &ExportRow) -> Result<ExportState> {
        let state = super::directory::named(&row.state).ok_or_else(|| Error::bug("an export's state", &row.state))?;
        let over = row.decided_at.is_some_and(|at| UnixMillis(at).plus_seconds(FETCH_SECONDS) <= self.now());
        Ok(match state {
            ExportState::Approved | ExportState::Downloaded if over => ExportState::Expired,
            other => other,
        })
    }

    /// The whole log with its chain, as it is stored: whoever has the file can compute every commitment and link again.
    async fn export_json(&self, actor: &Actor, row: &ExportRow) -> Result<Vec<u8>> {
        let id = ConsultId(row.consult_id);
        let directory = self.directory().await?;
        let rows = self.repo.load(row.consult_id).await?.ok_or(Error::NotFound)?;
        let consult = self.consult(id).await?.ok_or(Error::Purged)?;
        let people: std::collections::BTreeSet<Uuid> = rows.iter().filter_map(|row| row.actor).collect();
        let people: Vec<_> = people.into_iter().map(|id| directory.person_ref(PersonId(id))).collect();
        let versions: Vec<Value> = consult
            .versions
            .iter()
            .map(|signed| {
                json!({
                    "version": signed.version,
                    "reason": signed.reason,
                    "author": directory.person_ref(signed.author),
                    "signed_at": signed.signed_at,
                    "answer": signed.answer,
                })
            })
            .collect();
        let document = json!({
            "format": "telekonsil-export/1",
            "consult_id": id,
            "label": row.label,
            "reason": row.reason,
            "exported_at": self.now(),
            "exported_by": directory.person_ref(actor.person_id),
            "approved_by": row.decided_by.map(|person| directory.person_ref(PersonId(person))),
            "people": people,
            "events": rows.iter().map(event).collect::<Vec<_>>(),
            "report_versions": versions,
            "access_log": self.access_entries(id).await?,
        });
        serde_json::to_vec_pretty(&document).map_err(|error| Error::bug("writing an export", error))
    }
}

/// `body` stays the text that was committed to: SHA-256(salt ‖ body) is the commitment.
fn event(row: &EventRow) -> Value {
    json!({
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "version": row.version,
        "kind": row.kind,
        "body": row.body,
        "salt": row.salt.as_deref().map(hex),
        "commitment": hex(&row.commitment),
        "hash": hex(&row.hash),
    })
}
