//! Acting on a consult: what the action says, or why not.

use super::{
    App, Error, Result,
    directory::Directory,
    log::Wish,
    require,
    slots::{SlotWish, booked_by},
};
use crate::domain::{
    access::{self, Permission, may},
    consult::{Command, Consult},
    directory::Actor,
};
use schemas::{
    ConsultId, HospitalId, PersonId, ServiceId, StudyId,
    consult::{Action, ActionName, ConsultDetail, Part},
    directory::Role,
    report,
};

impl App {
    /// Does what the action says, or says why not. The answer shows the consult: where nothing changed, its log does not
    /// tell who saw it, and the access log is told. `session` is [`super::Session::label`].
    pub async fn act(&self, actor: &Actor, session: &str, id: ConsultId, action: Action) -> Result<ConsultDetail> {
        let consult = self.known(actor, id).await?;
        require(may(actor, Some(&consult.facts(self.now())), Permission::Act(name(&action))))?;
        self.check_who(&consult, &action).await?;
        if let Action::AttachStudy { study_id } = &action {
            self.own_study(actor, *study_id).await?;
        }
        if let Action::RingReceipt { ring_id, receipt } = &action {
            self.app_receipt(*ring_id, actor.person_id, *receipt).await?;
        }
        let wish = self.wish(actor, &consult, action);
        let outcome = self.run(id, &wish).await?;
        self.answer(actor, session, &outcome).await
    }

    /// Signs the report: the first version, or an amendment. The password is asked for again, because a signature is
    /// somebody's, and a session may be whoever sits in front of it.
    pub async fn sign_report(
        &self,
        actor: &Actor,
        session: &str,
        id: ConsultId,
        report: report::SignReport,
    ) -> Result<ConsultDetail> {
        let consult = self.known(actor, id).await?;
        let action = if report.after_version == 0 { ActionName::SignReport } else { ActionName::Amend };
        require(may(actor, Some(&consult.facts(self.now())), Permission::Act(action)))?;
        self.check_password(actor.person_id, &report.password.0).await?;
        let report::SignReport { answer, after_version, reason, .. } = report;
        let command = Command::SignReport { person: actor.person_id, answer, after_version, reason };
        let outcome = self.run(id, &Wish::command(command)).await?;
        self.answer(actor, session, &outcome).await
    }

    /// The study, if it is the caller's house's own; otherwise it does not exist for the caller.
    async fn own_study(&self, actor: &Actor, id: StudyId) -> Result<()> {
        let row = self.repo.study(id.0).await?.ok_or(Error::NotFound)?;
        if !access::owns_study(actor, schemas::HospitalId(row.hospital_id)) {
            return Err(Error::NotFound);
        }
        // Without its key nobody reads it any more.
        row.wrapped_key.map(|_| ()).ok_or(Error::Purged)
    }

    /// People who are named in an action have to be there and to be able to do what is asked of them: the pure core
    /// knows no directory.
    async fn check_who(&self, consult: &Consult, action: &Action) -> Result<()> {
        let (field, who, fits): (_, _, fn(&Directory, &Consult, PersonId) -> bool) = match action {
            Action::Assign { to } | Action::HandOver { to } => ("to", *to, may_be_specialist),
            Action::AddParticipant { person, part: Part::SecondSpecialist } => ("person", *person, is_specialist),
            Action::AddParticipant { person, part: Part::Interpreter } => ("person", *person, |_, _, _| true),
            _ => return Ok(()),
        };
        let directory = self.directory().await?;
        if directory.person(who).is_none() || !fits(&directory, consult, who) {
            return Err(Error::InvalidField(format!("{field}: is nobody who can do this")));
        }
        Ok(())
    }

    fn wish(&self, actor: &Actor, consult: &Consult, action: Action) -> Wish {
        let person = actor.person_id;
        Wish::command(match action {
            // Ranked upon the state that is found, anew at each try.
            Action::RequestNow { urgency, fields } => {
                return Wish::RequestNow { person, urgency, fields: Box::new(fields) };
            }
            Action::ChangeUrgency { urgency } => return Wish::ChangeUrgency { person, urgency },
            Action::BookSlot { slot } => {
                let by = booked_by(actor, consult, self.now());
                return Wish::Slot(SlotWish::Book { person, choice: slot, by });
            }
            Action::ProposeSlot { slot } => return Wish::Slot(SlotWish::Propose { person, choice: slot }),
            Action::RingNow => return Wish::RingNow { person },
            Action::AwaitSlot => Command::AwaitSlot { person },
            Action::ConfirmSlot { start } => Command::ConfirmSlot { person, from: start },
            Action::DeclineSlot { start } => Command::DeclineSlot { person, from: start },
            Action::CompleteFields { fields } => Command::CompleteFields { person, fields },
            Action::Stamp { stamp, at } => Command::Stamp { person, stamp, at },
            Action::Accept => Command::Accept { person },
            Action::AcceptInFive => Command::AcceptInFive { person },
            Action::PassOn { ring_id } => Command::PassOn { person, ring_id },
            Action::Decline { ring_id, reason, note } => Command::Decline { person, ring_id, reason, note },
            Action::RingReceipt { ring_id, receipt } => Command::RingReceipt { person, ring_id, receipt },
            Action::TakeOver => Command::TakeOver { person },
            Action::Assign { to } => Command::Assign { person, to },
            Action::HandOver { to } => Command::HandOver { person, to },
            Action::AcceptOffer => Command::AcceptOffer { person },
            Action::DeclineOffer => Command::DeclineOffer { person },
            Action::AddParticipant { person: who, part } => Command::AddParticipant { person, who, part },
            Action::RemoveParticipant { person: who } => Command::RemoveParticipant { person, who },
            Action::AskForMore { text } => Command::AskForMore { person, text },
            Action::Reply { text } => Command::Reply { person, text },
            Action::Cancel { reason } => Command::Cancel { person, reason },
            Action::AttachStudy { study_id } => Command::AttachStudy { person: Some(person), study_id },
            Action::DetachStudy { study_id, reason } => Command::DetachStudy { person, study_id, reason },
            Action::RollCall { present } => Command::RollCall { person, present },
            Action::RecordConsent { consent } => Command::RecordConsent { person, consent },
            Action::AdmitGuest { guest_id } => Command::AdmitGuest { person, guest_id },
            Action::RemoveGuest { guest_id } => Command::RemoveGuest { person, guest_id },
            Action::LiftEncryption => Command::LiftEncryption { person },
            Action::EndSession => Command::EndSession { person },
            Action::Acknowledge => Command::Acknowledge { person },
            Action::ReportTakenOver => Command::ReportTakenOver { person },
            Action::Close { close_out, missing_because } => Command::Close { person, close_out, missing_because },
            Action::FeedBack { mut outcome } => {
                outcome.at = self.now();
                Command::FeedBack { person, outcome }
            }
        })
    }
}

/// Qualified, of the service's network, and of a house that works for the one that asks.
pub(super) fn may_be_specialist(directory: &Directory, consult: &Consult, person: PersonId) -> bool {
    may_serve(directory, consult.service_id, consult.hospital_id, person)
}

/// The same before there is a consult.
pub(super) fn may_serve(directory: &Directory, service: ServiceId, asking: HospitalId, person: PersonId) -> bool {
    let (Some(person), Some(entry)) = (directory.person(person), directory.services.get(&service)) else {
        return false;
    };
    person.actor.has_role(Role::Specialist)
        && person.actor.networks.contains(&entry.service.network_id)
        && person.qualifications.contains(&entry.service.specialty)
        && directory.has_contract(service, person.actor.hospital_id, asking)
}

fn is_specialist(directory: &Directory, _: &Consult, person: PersonId) -> bool {
    directory.person(person).is_some_and(|person| person.actor.has_role(Role::Specialist))
}

const fn name(action: &Action) -> ActionName {
    match action {
        Action::CompleteFields { .. } => ActionName::CompleteFields,
        Action::RequestNow { .. } => ActionName::RequestNow,
        Action::ChangeUrgency { .. } => ActionName::ChangeUrgency,
        Action::BookSlot { .. } => ActionName::BookSlot,
        Action::AwaitSlot => ActionName::AwaitSlot,
        Action::ConfirmSlot { .. } => ActionName::ConfirmSlot,
        Action::DeclineSlot { .. } => ActionName::DeclineSlot,
        Action::ProposeSlot { .. } => ActionName::ProposeSlot,
        Action::RingNow => ActionName::RingNow,
        Action::Stamp { .. } => ActionName::Stamp,
        Action::Accept => ActionName::Accept,
        Action::AcceptInFive => ActionName::AcceptInFive,
        Action::PassOn { .. } => ActionName::PassOn,
        Action::Decline { .. } => ActionName::Decline,
        Action::RingReceipt { .. } => ActionName::RingReceipt,
        Action::TakeOver => ActionName::TakeOver,
        Action::Assign { .. } => ActionName::Assign,
        Action::HandOver { .. } => ActionName::HandOver,
        Action::AcceptOffer => ActionName::AcceptOffer,
        Action::DeclineOffer => ActionName::DeclineOffer,
        Action::AddParticipant { .. } => ActionName::AddParticipant,
        Action::RemoveParticipant { .. } => ActionName::RemoveParticipant,
        Action::AskForMore { .. } => ActionName::AskForMore,
        Action::Reply { .. } => ActionName::Reply,
        Action::Cancel { .. } => ActionName::Cancel,
        Action::AttachStudy { .. } => ActionName::AttachStudy,
        Action::DetachStudy { .. } => ActionName::DetachStudy,
        Action::RollCall { .. } => ActionName::RollCall,
        Action::RecordConsent { .. } => ActionName::RecordConsent,
        Action::AdmitGuest { .. } => ActionName::AdmitGuest,
        Action::RemoveGuest { .. } => ActionName::RemoveGuest,
        Action::LiftEncryption => ActionName::LiftEncryption,
        Action::EndSession => ActionName::EndSession,
        Action::Acknowledge => ActionName::Acknowledge,
        Action::ReportTakenOver => ActionName::ReportTakenOver,
        Action::Close { .. } => ActionName::Close,
        Action::FeedBack { .. } => ActionName::FeedBack,
    }
}
