//! A whole consult as a list of steps. A client may repeat each of them after a lost answer.

mod guest;
mod texts;
mod told;

pub use texts::{PRIVATE, fields};

use crate::{
    client::{Client, Reply},
    installation::People,
    seat::{DEVICE, Seat},
};
use anyhow::{Context, Result, ensure};
use guest::Guest;
use schemas::consult::{
    Action, Answer, CaseFields, ClockStamp, Consent, DeclareStudy, NewConsult, Part, Present, RoomTicket, StudyStatus,
    Urgency,
};
use schemas::directory::{Service, Specialty};
use schemas::report::{
    Answered, ChangedCourse, CloseOut, Outcome, OutcomeCourse, Quality, SignReport, TransferOutcome,
};
use schemas::room::ServerMessage;
use schemas::{ConsultId, ServiceId, StudyId, UnixMillis};
use serde_json::json;
use std::collections::BTreeMap;
use telekonsil::{app::ports::Clock, clock::SystemClock, demo};
use texts::{SLICES, answer};
use tokio_tungstenite::tungstenite;
use told::{Acknowledged, Told};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Prealert,
    RequestNow,
    Assign,
    Accept,
    DeclareStudy,
    Upload,
    DetachStudy,
    /// Undoes the detach.
    AttachStudy,
    SpecialistJoins,
    ReferrerJoins,
    InviteGuest,
    /// Opens the link and the socket, and waits at the door.
    GuestKnocks,
    AdmitGuest,
    GuestEnters,
    RollCall,
    Consent,
    LiftEncryption,
    Stamp(ClockStamp),
    Ask,
    Reply,
    AddSecond,
    RemoveSecond,
    HandOver,
    AcceptOffer,
    EndSession,
    Sign,
    Amend,
    Acknowledge,
    ReportTakenOver,
    Close,
    FeedBack,
}

pub const WHOLE: &[Step] = &[
    Step::Prealert,
    Step::Stamp(ClockStamp::Door),
    Step::RequestNow,
    Step::Assign,
    Step::Accept,
    Step::DeclareStudy,
    Step::Upload,
    Step::DetachStudy,
    Step::AttachStudy,
    Step::SpecialistJoins,
    Step::ReferrerJoins,
    Step::InviteGuest,
    Step::GuestKnocks,
    Step::AdmitGuest,
    Step::GuestEnters,
    Step::RollCall,
    Step::Consent,
    Step::LiftEncryption,
    Step::Stamp(ClockStamp::Imaging),
    Step::Stamp(ClockStamp::Decision),
    Step::Ask,
    Step::Reply,
    Step::AddSecond,
    Step::RemoveSecond,
    Step::HandOver,
    Step::AcceptOffer,
    Step::EndSession,
    Step::Sign,
    Step::Amend,
    Step::Acknowledge,
    Step::ReportTakenOver,
    Step::Close,
    Step::FeedBack,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Referrer,
    Specialist,
    Second,
    Coordinator,
    Guest,
}

/// One consult on its way.
pub struct Script<'a> {
    people: &'a People,
    pub consult: ConsultId,
    service: ServiceId,
    began: UnixMillis,
    seats: BTreeMap<Who, Seat>,
    guest: Guest,
    study: Option<StudyId>,
    acknowledged: Acknowledged,
    /// Tokens and tickets that went over the wire.
    pub secrets: Vec<String>,
}

impl<'a> Script<'a> {
    pub async fn new(people: &'a People) -> Result<Self> {
        Ok(Self {
            people,
            consult: ConsultId(Uuid::now_v7()),
            service: stroke(&people.referrer).await?.id,
            began: SystemClock.now(),
            seats: BTreeMap::new(),
            guest: Guest::new(&people.referrer.base)?,
            study: None,
            acknowledged: Acknowledged::default(),
            secrets: vec![],
        })
    }

    /// The server was killed: every socket is gone.
    pub fn lost(&mut self) {
        self.seats.clear();
    }

    /// What was acknowledged is still there.
    pub async fn check_acknowledged(&self) -> Result<()> {
        if self.acknowledged.seq > 0 {
            self.acknowledged.check(&self.people.referrer.detail(self.consult).await?)?;
        }
        Ok(())
    }

    /// Does one step, for the first time or again.
    pub async fn step(&mut self, step: Step) -> Result<()> {
        self.acknowledged.told.clear();
        self.take(step).await.with_context(|| format!("step {step:?}"))
    }

    async fn take(&mut self, step: Step) -> Result<()> {
        use Who::{Coordinator, Referrer, Second, Specialist};
        let (specialist, second) = (self.people.specialist.me.person.id, self.people.second.me.person.id);
        match step {
            Step::Prealert => {
                let fields = CaseFields { eta: Some(self.began.plus_seconds(1200)), ..CaseFields::default() };
                let new = NewConsult {
                    id: self.consult,
                    service_id: self.service,
                    urgency: Urgency::Emergency,
                    fields,
                    prealert: true,
                    appointment: None,
                };
                let reply = self.people.referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
                self.took(&reply)
            }
            Step::RequestNow => {
                let fields = fields(self.began);
                self.act(Referrer, Action::RequestNow { urgency: Urgency::Emergency, fields }).await
            }
            Step::Assign => self.act(Coordinator, Action::Assign { to: specialist }).await,
            Step::Accept => self.act(Specialist, Action::Accept).await,
            Step::DeclareStudy => self.declare_study().await,
            Step::Upload => {
                let study = self.study.context("declared")?;
                let reply = self.people.referrer.store(&self.objects()).await?;
                ensure!(reply.status.is_success(), "STOW: {} {}", reply.status, reply.code());
                self.until(Told::Received(study, SLICES)).await
            }
            Step::DetachStudy => {
                let study_id = self.study.context("declared")?;
                self.act(Referrer, Action::DetachStudy { study_id, reason: PRIVATE[20].into() }).await
            }
            Step::AttachStudy => {
                let study_id = self.study.context("declared")?;
                self.act(Referrer, Action::AttachStudy { study_id }).await
            }
            Step::SpecialistJoins => self.joins(Specialist).await,
            Step::ReferrerJoins => self.joins(Referrer).await,
            Step::InviteGuest => self.invite().await,
            Step::GuestKnocks => self.knock().await,
            Step::AdmitGuest => {
                let guest_id = self.guest.id.context("invited")?;
                self.act(Specialist, Action::AdmitGuest { guest_id }).await
            }
            Step::GuestEnters => {
                // An admitted guest who comes back to an empty room waits until the host is there again.
                self.joins(Specialist).await?;
                if !self.seats.contains_key(&Who::Guest) {
                    self.guest_seat().await?;
                }
                let mut seat = self.seats.remove(&Who::Guest).context("a socket")?;
                seat.until(|message| matches!(message, ServerMessage::Welcome { .. })).await
            }
            Step::RollCall => {
                self.joins(Specialist).await?;
                let present = |name: &str, role: &str| Present { name: name.into(), role: role.into() };
                let present = vec![present(PRIVATE[9], "Angehörige"), present(PRIVATE[10], "Pflege")];
                self.act(Specialist, Action::RollCall { present }).await
            }
            Step::Consent => self.act(Referrer, Action::RecordConsent { consent: Consent::Presumed }).await,
            Step::LiftEncryption => self.act(Specialist, Action::LiftEncryption).await,
            Step::Stamp(stamp) => self.act(Referrer, Action::Stamp { stamp, at: self.began }).await,
            Step::Ask => self.act(Specialist, Action::AskForMore { text: PRIVATE[11].into() }).await,
            Step::Reply => self.act(Referrer, Action::Reply { text: PRIVATE[12].into() }).await,
            Step::AddSecond => {
                let action = Action::AddParticipant { person: second, part: Part::SecondSpecialist };
                self.act(Specialist, action).await
            }
            Step::RemoveSecond => self.act(Specialist, Action::RemoveParticipant { person: second }).await,
            Step::HandOver => self.act(Specialist, Action::HandOver { to: second }).await,
            Step::AcceptOffer => self.act(Second, Action::AcceptOffer).await,
            Step::EndSession => self.act(Second, Action::EndSession).await,
            Step::Sign => self.sign(answer("Frühzeichen"), 0, "").await,
            Step::Amend => self.sign(answer(PRIVATE[13]), 1, PRIVATE[16]).await,
            Step::Acknowledge => self.act(Referrer, Action::Acknowledge).await,
            Step::ReportTakenOver => self.act(Referrer, Action::ReportTakenOver).await,
            Step::Close => {
                let close_out = CloseOut {
                    question_answered: Answered::Yes,
                    changed_course: ChangedCourse::NewCourse,
                    transfer: TransferOutcome::Transferred,
                    quality: Quality::Good,
                    note: "".into(),
                };
                let action = Action::Close { close_out: Some(close_out), missing_because: PRIVATE[18].into() };
                self.act(Referrer, action).await
            }
            Step::FeedBack => {
                let outcome = Outcome {
                    course: OutcomeCourse::Improved,
                    diagnosis_confirmed: Some(true),
                    note: PRIVATE[19].into(),
                    at: UnixMillis(0),
                };
                self.act(Referrer, Action::FeedBack { outcome }).await
            }
        }
    }

    fn client(&self, who: Who) -> &'a Client {
        match who {
            Who::Referrer | Who::Guest => &self.people.referrer,
            Who::Specialist => &self.people.specialist,
            Who::Second => &self.people.second,
            Who::Coordinator => &self.people.coordinator,
        }
    }

    async fn act(&mut self, who: Who, action: Action) -> Result<()> {
        let reply = self.client(who).act(self.consult, &action).await?;
        self.took(&reply)
    }

    fn took(&mut self, reply: &Reply) -> Result<()> {
        ensure!(reply.status.is_success(), "{} {} {}", reply.status, reply.code(), reply.body["detail"]);
        let seq = reply.body["summary"]["seq"].as_i64().context("the consult")?;
        self.acknowledged.seq = self.acknowledged.seq.max(seq);
        Ok(())
    }

    async fn declare_study(&mut self) -> Result<()> {
        let declared = DeclareStudy { study_instance_uid: self.study_uid(), instances: SLICES };
        let path = format!("/api/consults/{}/studies", self.consult);
        let reply = self.people.referrer.post(&path, &serde_json::to_value(&declared)?).await?;
        ensure!(reply.status.is_success(), "declare: {} {}", reply.status, reply.code());
        let status: StudyStatus = serde_json::from_value(reply.body)?;
        self.study = Some(status.id);
        self.acknowledged.told.push(Told::Received(status.id, 0));
        Ok(())
    }

    async fn sign(&mut self, answer: Answer, after_version: u32, reason: &str) -> Result<()> {
        let report = SignReport { answer, password: demo::PASSWORD.into(), after_version, reason: reason.into() };
        let path = format!("/api/consults/{}/report", self.consult);
        let reply = self.people.second.post(&path, &serde_json::to_value(&report)?).await?;
        self.took(&reply)
    }

    /// Takes a seat, or keeps the one that is there, until the log tells of it.
    async fn joins(&mut self, who: Who) -> Result<()> {
        let client = self.client(who);
        if !self.seats.contains_key(&who) {
            let reply =
                client.post(&format!("/api/consults/{}/ticket", self.consult), &json!({"device": DEVICE})).await?;
            let seat = self.seat(&reply).await?;
            self.seats.insert(who, seat);
            let seat = self.seats.get_mut(&who).context("a socket")?;
            seat.until(|message| matches!(message, ServerMessage::Welcome { .. })).await?;
        }
        self.until(Told::InRoom(client.me.person.id)).await
    }

    async fn seat(&mut self, reply: &Reply) -> Result<Seat> {
        ensure!(reply.status.is_success(), "ticket: {} {}", reply.status, reply.code());
        let ticket: RoomTicket = serde_json::from_value(reply.body.clone())?;
        self.secrets.push(ticket.ticket.0.clone());
        Seat::knock(ticket).await
    }

    /// Asks until the server tells it; no time is assumed.
    async fn until(&mut self, told: Told) -> Result<()> {
        let detail = self.people.referrer.until(self.consult, |detail| told.holds(detail)).await?;
        self.acknowledged.seq = self.acknowledged.seq.max(detail.summary.seq);
        self.acknowledged.told.push(told);
        Ok(())
    }
}

/// The service that the demo's referrer asks.
pub async fn stroke(client: &Client) -> Result<Service> {
    let services: Vec<Service> = serde_json::from_value(client.get("/api/services").await?.body)?;
    services.into_iter().find(|service| service.specialty == Specialty::StrokeNeurology).context("stroke service")
}

/// The answer did not come: whether the request was carried out is unknown, and the client repeats it.
pub fn is_lost(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.is::<reqwest::Error>() || cause.is::<tungstenite::Error>())
}
