//! One consult between people, seen from outside, with `kill -9` in between.

use anyhow::{Result, ensure};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use schemas::consult::{
    Action, Answer, CaseFields, ConsultState, Decision, DeclineReason, NewConsult, RoomTicket, Urgency,
};
use schemas::directory::{Board, Service};
use schemas::problem::ProblemCode;
use schemas::report::SignReport;
use schemas::room::{ClientMessage, ServerMessage};
use schemas::{ConsultId, PrivateText};
use serde_json::json;
use tests::database::Engine;
use tests::installation::{Installation, People};
use tests::script::stroke;
use tests::seat::DEVICE;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};
use uuid::Uuid;

on_both_engines!(
    a_consult_goes_from_request_to_close_across_kills,
    fifty_accepts_of_one_person_are_one,
    tickets_work_once
);

fn request(service: &Service, urgency: Urgency) -> NewConsult {
    let fields = CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() };
    NewConsult {
        id: ConsultId(Uuid::now_v7()),
        service_id: service.id,
        urgency,
        fields,
        prealert: false,
        appointment: None,
    }
}

async fn a_consult_goes_from_request_to_close_across_kills(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    let People { referrer, specialist, coordinator, .. } = installation.people().await?;
    let service = stroke(&referrer).await?;

    // The same request twice, as after a lost answer, is one consult.
    let new = request(&service, Urgency::Emergency);
    let first = referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
    ensure!(first.status == StatusCode::CREATED, "created: {} {}", first.status, first.code());
    let again = referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
    ensure!(again.status == StatusCode::OK, "repeated: {} {}", again.status, again.code());
    let before = referrer.until(new.id, |detail| !detail.rings.is_empty()).await?;
    ensure!(before.summary.state == ConsultState::Ringing);

    // kill -9: the ladder goes on where it was, no ring is decided twice.
    installation.restart_hard().await?;
    let after = referrer.detail(new.id).await?;
    ensure!(after.rings[0].ring_id == before.rings[0].ring_id, "the same ring survives");
    ensure!(after.summary.seq >= before.summary.seq, "nothing acknowledged is lost");

    let accepted = specialist.act(new.id, &Action::Accept).await?;
    ensure!(accepted.status == StatusCode::OK, "accept: {} {}", accepted.status, accepted.code());
    installation.restart_hard().await?;
    let detail = specialist.detail(new.id).await?;
    ensure!(detail.summary.state == ConsultState::Accepted);
    ensure!(detail.summary.specialist.as_ref().map(|person| person.id) == Some(specialist.me.person.id));

    let fields =
        CaseFields { family_name: Some("Muster".into()), question: Some("Lyse?".into()), ..Default::default() };
    let completed = referrer.act(new.id, &Action::CompleteFields { fields }).await?;
    ensure!(completed.status == StatusCode::OK, "fields: {}", completed.code());

    let answer = Answer {
        findings: "Frühzeichen links".into(),
        assessment: "Mediainfarkt".into(),
        recommendation: "Lyse, dann Verlegung".into(),
        decision: Decision::Transfer,
        limitations: PrivateText::default(),
        template: Default::default(),
        nihss: None,
        key_images: vec![],
    };
    let report = SignReport {
        answer: answer.clone(),
        password: telekonsil::demo::PASSWORD.into(),
        after_version: 0,
        reason: PrivateText::default(),
    };
    let path = format!("/api/consults/{}/report", new.id);
    let signed = specialist.post(&path, &serde_json::to_value(&report)?).await?;
    ensure!(signed.status == StatusCode::OK, "answer: {} {}", signed.status, signed.code());
    installation.restart_hard().await?;
    let reported = referrer.detail(new.id).await?;
    ensure!(reported.answer.map(|signed| signed.answer) == Some(answer));
    ensure!(referrer.act(new.id, &Action::Acknowledge).await?.status == StatusCode::OK);
    let close = |why: &str| Action::Close { close_out: None, missing_because: why.into() };
    let hasty = referrer.act(new.id, &close("")).await?;
    ensure!(hasty.code() == "invalid_field", "closed with fields missing: {}", hasty.status);
    let closed = referrer.act(new.id, &close("Notfall, Patient nicht auskunftsfähig")).await?;
    ensure!(closed.status == StatusCode::OK, "close: {}", closed.code());
    ensure!(referrer.detail(new.id).await?.summary.state == ConsultState::Closed);

    // The coordinator sees the course and the reasons, and no patient.
    let watched = coordinator.detail(new.id).await?;
    ensure!(watched.fields.is_none() && watched.answer.is_none(), "no patient data for coordinators");
    ensure!(watched.timeline.len() >= 8, "the timeline tells it all");
    let reasons = coordinator.get(&format!("/api/consults/{}/match", new.id)).await?;
    ensure!(
        reasons.body[0]["candidates"].as_array().is_some_and(|list| list.len() > 1),
        "why this one, why not others"
    );
    let board: Board = serde_json::from_value(coordinator.get("/api/board").await?.body)?;
    ensure!(board.services.len() >= 4 && board.services.iter().all(|entry| !entry.on_duty.is_empty()));
    installation.stop()
}

async fn fifty_accepts_of_one_person_are_one(engine: Engine) -> Result<()> {
    let Some(installation) = Installation::new(engine).await? else { return Ok(()) };
    let People { referrer, specialist, .. } = installation.people().await?;
    let new = request(&stroke(&referrer).await?, Urgency::Emergency);
    referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
    referrer.until(new.id, |detail| !detail.rings.is_empty()).await?;
    let tries = (0..50).map(|_| specialist.act(new.id, &Action::Accept));
    for reply in futures_util::future::join_all(tries).await {
        // A nervous finger, or a bad network. Races between people are broker/tests/app/races.rs.
        ensure!(reply?.status == StatusCode::OK);
    }
    let detail = referrer.detail(new.id).await?;
    let accepts = detail.timeline.iter().filter(|entry| matches!(entry.what, schemas::consult::TimelineWhat::Accepted));
    ensure!(accepts.count() == 1, "accepted once");
    let late = specialist
        .act(
            new.id,
            &Action::Decline { ring_id: None, reason: DeclineReason::NoCapacity, note: PrivateText::default() },
        )
        .await?;
    ensure!(late.status == StatusCode::CONFLICT, "declining after accepting: {} {}", late.status, late.code());

    // Somebody who has nothing to do with it does not even learn that it exists.
    let stranger = installation.stranger().await?;
    let hidden = stranger.get(&format!("/api/consults/{}", new.id)).await?;
    ensure!(hidden.status == StatusCode::NOT_FOUND && hidden.code() == "not_found", "stranger: {}", hidden.status);
    let forged = stranger.act(new.id, &Action::Accept).await?;
    ensure!(forged.status == StatusCode::NOT_FOUND);

    // Cross-site requests carry the cookie and no token.
    let csrf =
        referrer.http.request(Method::POST, format!("{}/api/consults", referrer.base)).json(&json!({})).send().await?;
    ensure!(csrf.status() == StatusCode::FORBIDDEN);
    installation.stop()
}

/// Opens the room's socket, says hello with `ticket`, returns the server's first answer.
async fn hello(ticket: &RoomTicket, text: &str) -> Result<ServerMessage> {
    let (mut socket, _) = tokio_tungstenite::connect_async(ticket.url.as_str().into_client_request()?).await?;
    let message = ClientMessage::Hello { ticket: text.into() };
    socket.send(Message::text(serde_json::to_string(&message)?)).await?;
    while let Some(message) = socket.next().await {
        if let Message::Text(text) = message? {
            return Ok(serde_json::from_str(&text)?);
        }
    }
    anyhow::bail!("the socket closed without a word")
}

async fn tickets_work_once(engine: Engine) -> Result<()> {
    let Some(installation) = Installation::new(engine).await? else { return Ok(()) };
    let People { referrer, specialist, .. } = installation.people().await?;
    let new = request(&stroke(&referrer).await?, Urgency::Emergency);
    referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
    referrer.until(new.id, |detail| !detail.rings.is_empty()).await?;
    let early = referrer.post(&format!("/api/consults/{}/ticket", new.id), &json!({"device": DEVICE})).await?;
    ensure!(
        early.status == StatusCode::CONFLICT,
        "no room before somebody accepted: {} {}",
        early.status,
        early.code()
    );
    specialist.act(new.id, &Action::Accept).await?;
    let reply = specialist.post(&format!("/api/consults/{}/ticket", new.id), &json!({"device": DEVICE})).await?;
    let ticket: RoomTicket = serde_json::from_value(reply.body)?;
    let PrivateText(token) = &ticket.ticket;
    ensure!(matches!(hello(&ticket, token).await?, ServerMessage::Welcome { .. }), "the first use opens the room");
    let refused = |message, wanted| matches!(message, ServerMessage::Refused { code, .. } if code == wanted);
    ensure!(refused(hello(&ticket, token).await?, ProblemCode::TicketUsed), "the second use does not");
    let forged = format!("{}x", &token[..token.len() - 1]);
    ensure!(refused(hello(&ticket, &forged).await?, ProblemCode::TicketInvalid), "nor does a forged one");
    installation.stop()
}
