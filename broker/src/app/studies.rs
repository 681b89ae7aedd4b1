//! Studies as the people around a consult see them: announced, arriving, waiting in the house's inbox.

use super::{
    App, Error, Result,
    log::Wish,
    ports::{StudyColumns, StudyRow},
    require, validate,
    views::study_status,
};
use crate::domain::{
    access::{self, Permission, may},
    consult::{Command, Consult},
    directory::Actor,
};
use ::imaging::seal::StudyKey;
use schemas::{
    ConsultId, HospitalId, StudyId,
    consult::{ActionName, DeclareStudy, StudyStatus},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Studies in an inbox. More than a house can sort by hand; older ones are found by QIDO-RS.
const INBOX: u32 = 200;
/// Objects of one study. A CT angiography has about a thousand; a sender that announces more is broken.
const MAX_DECLARED: u32 = 100_000;

impl App {
    /// Announces an upload of so many objects into the caller's house and attaches the study to the consult. An upload
    /// announces itself again after every broken connection: that never undoes what a person has detached.
    pub async fn declare_study(&self, actor: &Actor, id: ConsultId, declared: DeclareStudy) -> Result<StudyStatus> {
        let consult = self.for_those(actor, id, Permission::Act(ActionName::AttachStudy)).await?;
        require(may(actor, None, Permission::StoreStudy))?;
        validate::uid("study_instance_uid", &declared.study_instance_uid)?;
        if !(1..=MAX_DECLARED).contains(&declared.instances) {
            return Err(Error::InvalidField("instances: is not between 1 and 100000".to_owned()));
        }
        let study = self.house_study(actor.hospital_id, &declared.study_instance_uid, StudyColumns::default()).await?;
        let study_id = StudyId(study.id);
        if !consult.detached.contains(&study_id) {
            // Attached first: a refusal (the consult has ended) must not change the number.
            let command = Command::AttachStudy { person: Some(actor.person_id), study_id };
            self.run(id, &Wish::command(command)).await?;
        }
        self.repo.declare_study(study.id, i64::from(declared.instances)).await?;
        let study = self.repo.study(study.id).await?.ok_or(Error::NotFound)?;
        self.hub.study_grew(study_id);
        Ok(study_status(&study))
    }

    /// Studies of the caller's house that hang on no consult yet, newest first.
    pub async fn inbox(&self, actor: &Actor) -> Result<Vec<StudyStatus>> {
        require(may(actor, None, Permission::ReadInbox))?;
        let rows = self.repo.inbox(actor.hospital_id.0, INBOX).await?;
        Ok(rows.iter().filter(|row| access::owns_study(actor, HospitalId(row.hospital_id))).map(study_status).collect())
    }

    /// SOP Instance UIDs that have arrived: what an interrupted upload need not send again.
    pub async fn study_instances(&self, actor: &Actor, id: StudyId) -> Result<Vec<String>> {
        let study = self.repo.study(id.0).await?.ok_or(Error::NotFound)?;
        if !self.may_read_study(actor, &study).await? {
            return Err(Error::NotFound);
        }
        let rows = self.repo.instances(study.id, None).await?;
        Ok(rows.into_iter().map(|row| row.sop_instance_uid).collect())
    }

    /// The house's study of that UID; made with a fresh key when it is new.
    pub(super) async fn house_study(&self, house: HospitalId, uid: &str, columns: StudyColumns) -> Result<StudyRow> {
        let id = Uuid::now_v7();
        let now = self.now().0;
        let wrapped = self.master.wrap(id.as_bytes(), &StudyKey::generate());
        let row = StudyRow {
            id,
            hospital_id: house.0,
            study_instance_uid: uid.to_owned(),
            wrapped_key: Some(wrapped.0),
            created_at: now,
            updated_at: now,
            columns,
            ..StudyRow::default()
        };
        Ok(self.repo.ensure_study(&row).await?)
    }

    /// Own house's referrers may, and whoever may read the images of a consult that it hangs on.
    pub(super) async fn may_read_study(&self, actor: &Actor, study: &StudyRow) -> Result<bool> {
        if access::owns_study(actor, HospitalId(study.hospital_id)) {
            return Ok(true);
        }
        for id in self.repo.consults_of_study(study.id).await? {
            if let Some(consult) = self.consult(ConsultId(id)).await?
                && self.readable_in(actor, &consult).contains(&StudyId(study.id))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Studies that this person may read because of consults, and not because they are the house's own.
    pub(super) async fn studies_by_consult(&self, actor: &Actor) -> Result<Vec<Uuid>> {
        let consults = self.known_consults(actor, false).await?;
        let readable: BTreeSet<Uuid> =
            consults.iter().flat_map(|consult| self.readable_in(actor, consult)).map(|study| study.0).collect();
        Ok(readable.into_iter().collect())
    }

    /// The consult's studies, for somebody who may read them. The state counts, not the links: a detached study is
    /// still linked, so that the detach can be undone, and is shown to nobody because of it.
    pub(super) fn readable_in<'a>(&self, actor: &Actor, consult: &'a Consult) -> &'a [StudyId] {
        let may = may(actor, Some(&consult.facts(self.now())), Permission::ReadStudy);
        if may { &consult.studies } else { &[] }
    }
}
