//! A whole consult as a list of steps. A client may repeat each of them after a lost answer.

use crate::{
    client::{Client, Reply},
    installation::People,
    seat::Seat,
};
use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use schemas::consult::{
    Action, Answer, CaseFields, ClockStamp, Consent, ConsultDetail, Decision, Justification, NewConsult, Present,
    RoomTicket, Sex, Urgency,
};
use schemas::directory::{Service, Specialty};
use schemas::guest::{GuestLink, GuestPart, GuestState, GuestView, InviteGuest, OpenGuestLink};
use schemas::report::{
    Answered, ChangedCourse, CloseOut, Outcome, OutcomeCourse, Quality, SignReport, TransferOutcome,
};
use schemas::room::ServerMessage;
use schemas::{ConsultId, GuestId, ServiceId, UnixMillis};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use telekonsil::{app::ports::Clock, clock::SystemClock, demo};
use tokio_tungstenite::tungstenite;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Prealert,
    RequestNow,
    Assign,
    Accept,
    SpecialistJoins,
    ReferrerJoins,
    InviteGuest,
    /// Opens the link and the socket, and waits at the door.
    GuestKnocks,
    AdmitGuest,
    GuestEnters,
    RollCall,
    Consent,
    Stamp(ClockStamp),
    Ask,
    Reply,
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
    Step::SpecialistJoins,
    Step::ReferrerJoins,
    Step::InviteGuest,
    Step::GuestKnocks,
    Step::AdmitGuest,
    Step::GuestEnters,
    Step::RollCall,
    Step::Consent,
    Step::Stamp(ClockStamp::Imaging),
    Step::Stamp(ClockStamp::Decision),
    Step::Ask,
    Step::Reply,
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

/// What no log may hold: each a text that the script sends, and the server stores.
pub const PRIVATE: &[&str] = &[
    "Musterfrauova",
    "Eulalia",
    "1941-03-07",
    "Q987654321",
    "PAT-4711-X",
    "Hemiparese rechts",
    "Apixaban",
    "Lyse oder Thrombektomie",
    "+49 30 5550815",
    "Zürnkücher",
    "Pflegekraft Nörgelbach",
    "Wann zuletzt Antikoagulans",
    "Gestern um sieben",
    "Frühzeichen linksseitig",
    "M1-Verschluss",
    "Lyse, dann Verlegung",
    "Tippfehler im Befund",
    "geringe Artefakte",
    "nicht auskunftsfähig",
    "gute Erholung zuhause",
];

pub fn fields(now: UnixMillis) -> CaseFields {
    CaseFields {
        family_name: Some(PRIVATE[0].into()),
        given_name: Some(PRIVATE[1].into()),
        birth_date: Some(PRIVATE[2].into()),
        sex: Some(Sex::Female),
        insurance_number: Some(PRIVATE[3].into()),
        patient_id: Some(PRIVATE[4].into()),
        diagnosis: Some(PRIVATE[5].into()),
        medication: Some(PRIVATE[6].into()),
        question: Some(PRIVATE[7].into()),
        justification: Some(Justification::SpeciallyComplex),
        callback_phone: Some(PRIVATE[8].into()),
        // Left out, so that the close has to say why.
        deadline: None,
        eta: Some(now.plus_seconds(1200)),
        last_seen_well: None,
    }
}

fn answer(findings: &str) -> Answer {
    Answer {
        findings: findings.into(),
        assessment: PRIVATE[14].into(),
        recommendation: PRIVATE[15].into(),
        decision: Decision::Transfer,
        limitations: PRIVATE[17].into(),
        template: Default::default(),
        nihss: None,
        key_images: vec![],
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Referrer,
    Specialist,
    Second,
    Coordinator,
    Guest,
}

/// A browser without an account.
struct Guest {
    http: reqwest::Client,
    /// Of the last invitation.
    id: Option<GuestId>,
    token: String,
    /// Once the link was opened.
    csrf: Option<String>,
}

/// One consult on its way.
pub struct Script<'a> {
    people: &'a People,
    pub consult: ConsultId,
    service: ServiceId,
    began: UnixMillis,
    seats: BTreeMap<Who, Seat>,
    guest: Guest,
    /// Events of which an answer of the server has told.
    acknowledged: i64,
    /// Tokens and tickets that went over the wire.
    pub secrets: Vec<String>,
}

impl<'a> Script<'a> {
    pub async fn new(people: &'a People) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().cookie_store(true).build()?;
        Ok(Self {
            people,
            consult: ConsultId(Uuid::now_v7()),
            service: stroke(&people.referrer).await?.id,
            began: SystemClock.now(),
            seats: BTreeMap::new(),
            guest: Guest { http, id: None, token: String::new(), csrf: None },
            acknowledged: 0,
            secrets: vec![],
        })
    }

    /// The server was killed: every socket is gone.
    pub fn lost(&mut self) {
        self.seats.clear();
    }

    /// What was acknowledged is still there.
    pub async fn check_acknowledged(&self) -> Result<()> {
        if self.acknowledged > 0 {
            let seq = self.people.referrer.detail(self.consult).await?.summary.seq;
            ensure!(seq >= self.acknowledged, "event {} was acknowledged, the log ends at {seq}", self.acknowledged);
        }
        Ok(())
    }

    /// Does one step, for the first time or again.
    pub async fn step(&mut self, step: Step) -> Result<()> {
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
            Step::Stamp(stamp) => self.act(Referrer, Action::Stamp { stamp, at: self.began }).await,
            Step::Ask => self.act(Specialist, Action::AskForMore { text: PRIVATE[11].into() }).await,
            Step::Reply => self.act(Referrer, Action::Reply { text: PRIVATE[12].into() }).await,
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
        self.acknowledged = self.acknowledged.max(seq);
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
            let reply = client.post(&format!("/api/consults/{}/ticket", self.consult), &json!({})).await?;
            let seat = self.seat(&reply).await?;
            self.seats.insert(who, seat);
            let seat = self.seats.get_mut(&who).context("a socket")?;
            seat.until(|message| matches!(message, ServerMessage::Welcome { .. })).await?;
        }
        let me = client.me.person.id;
        self.until(|detail| detail.summary.in_room.iter().any(|person| person.id == me)).await
    }

    async fn seat(&mut self, reply: &Reply) -> Result<Seat> {
        ensure!(reply.status.is_success(), "ticket: {} {}", reply.status, reply.code());
        let ticket: RoomTicket = serde_json::from_value(reply.body.clone())?;
        self.secrets.push(ticket.ticket.0.clone());
        Seat::knock(ticket).await
    }

    async fn invite(&mut self) -> Result<()> {
        // The same id after a lost answer, so that nobody is invited twice.
        let id = *self.guest.id.get_or_insert_with(|| GuestId(Uuid::now_v7()));
        let invited = InviteGuest { id, name: PRIVATE[9].into(), part: GuestPart::Relative };
        let path = format!("/api/consults/{}/guests", self.consult);
        let reply = self.people.specialist.post(&path, &serde_json::to_value(&invited)?).await?;
        ensure!(reply.status.is_success(), "invite: {} {}", reply.status, reply.code());
        let link: GuestLink = serde_json::from_value(reply.body)?;
        let token = link.path.0.strip_prefix("/guest/#").context("a fragment")?;
        self.guest.token = token.to_owned();
        self.secrets.push(token.to_owned());
        self.guest.csrf = None;
        Ok(())
    }

    async fn knock(&mut self) -> Result<()> {
        if self.guest.csrf.is_none() && !self.open_link().await? {
            // The link worked once, and its answer was lost: the host makes another one.
            self.guest.id = None;
            self.invite().await?;
            ensure!(self.open_link().await?, "a new link is refused");
        }
        self.guest_seat().await?;
        let id = self.guest.id;
        self.until(|detail| {
            detail.guests.iter().any(|guest| Some(guest.id) == id && guest.state != GuestState::Invited)
        })
        .await
    }

    /// `false`: it was opened before.
    async fn open_link(&mut self) -> Result<bool> {
        let link = OpenGuestLink { token: self.guest.token.as_str().into() };
        let base = &self.people.referrer.base;
        let answer = self.guest.http.post(format!("{base}/api/guest")).json(&link).send().await?;
        if answer.status() == StatusCode::GONE {
            return Ok(false);
        }
        ensure!(answer.status().is_success(), "the guest's link answers {}", answer.status());
        let view: GuestView = serde_json::from_slice(&answer.bytes().await?)?;
        self.guest.csrf = Some(view.csrf_token.0);
        Ok(true)
    }

    async fn guest_seat(&mut self) -> Result<()> {
        let base = &self.people.referrer.base;
        let csrf = self.guest.csrf.as_deref().context("opened")?;
        let asked = self.guest.http.post(format!("{base}/api/guest/ticket")).header("X-CSRF-Token", csrf);
        let answer = asked.send().await?;
        let status = answer.status();
        let body: Value = serde_json::from_slice(&answer.bytes().await?).unwrap_or(Value::Null);
        let seat = self.seat(&Reply { status, body, retry_after: None }).await?;
        self.seats.insert(Who::Guest, seat);
        Ok(())
    }

    /// Asks until the consult is so; no time is assumed.
    async fn until(&self, wanted: impl Fn(&ConsultDetail) -> bool) -> Result<()> {
        while !wanted(&self.people.referrer.detail(self.consult).await?) {
            tokio::task::yield_now().await;
        }
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
