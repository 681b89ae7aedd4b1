//! Encrypted rooms as native members know them, and what the server knows of it.

use anyhow::{Context, Result, ensure};
use schemas::ConsultId;
use schemas::consult::{Action, CaseFields, NewConsult, Part, RoomTicket, Urgency};
use serde_json::json;
use std::rc::Rc;
use tests::client::Client;
use tests::database::Engine;
use tests::installation::{Installation, People};
use tests::mls::Device;
use tests::script::stroke;
use tests::sealed::{Sealed, Show, until};
use tests::search::{Found, Marks};
use tests::seat::DEVICE;
use uuid::Uuid;

on_both_engines!(members_hear_one_another_and_nobody_else_does, the_server_knows_nothing_until_somebody_opens_the_room);

/// Of the pictures that are waited for.
const PICTURES: u64 = 20;

async fn consult(People { referrer, specialist, second, .. }: &People) -> Result<ConsultId> {
    let id = ConsultId(Uuid::now_v7());
    let fields = CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() };
    let service_id = stroke(referrer).await?.id;
    let new = NewConsult { id, service_id, urgency: Urgency::Emergency, fields, prealert: false, appointment: None };
    referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
    referrer.until(id, |detail| !detail.rings.is_empty()).await?;
    specialist.act(id, &Action::Accept).await?;
    let action = Action::AddParticipant { person: second.me.person.id, part: Part::SecondSpecialist };
    let added = specialist.act(id, &action).await?;
    ensure!(added.status.is_success(), "a second specialist: {} {}", added.status, added.code());
    Ok(id)
}

async fn ticket(client: &Client, consult: ConsultId, device: &str) -> Result<RoomTicket> {
    let reply = client.post(&format!("/api/consults/{consult}/ticket"), &json!({"device": device})).await?;
    ensure!(reply.status.is_success(), "ticket: {} {}", reply.status, reply.code());
    Ok(serde_json::from_value(reply.body)?)
}

async fn member(client: &Client, consult: ConsultId) -> Result<Sealed> {
    let device = Rc::new(Device::new()?);
    Sealed::knock(ticket(client, consult, &device.public()).await?, Some(device), consult).await
}

fn id(client: &Client) -> String {
    client.me.person.id.to_string()
}

fn people(sealed: &Sealed) -> usize {
    sealed.keys().map_or(0, |keys| keys.people.len())
}

fn mark(of: &str) -> Vec<u8> {
    format!("{of} {} ", Uuid::new_v4()).into_bytes()
}

async fn members_hear_one_another_and_nobody_else_does(engine: Engine) -> Result<()> {
    let Some(installation) = Installation::new(engine).await? else { return Ok(()) };
    let all = installation.people().await?;
    let consult = consult(&all).await?;
    let (anna, ben, carla) = (id(&all.referrer), id(&all.specialist), id(&all.second));
    let mut one = member(&all.referrer, consult).await?;
    let mut two = member(&all.specialist, consult).await?;
    one.show(Show::Mark(mark("picture")));
    two.show(Show::Mark(mark("picture")));
    one.keep("ann/1", b"the first annotation");
    until(&mut [&mut one, &mut two], "two see each other", |[one, two]| {
        one.notes.seen(&ben) > PICTURES && two.notes.seen(&anna) > PICTURES
    })
    .await?;
    one.keep("chat/3", b"a line");
    two.point("ptr/2", b"here")?;
    until(&mut [&mut one, &mut two], "values, lines and the pointer", |[one, two]| {
        let has_heard = two.notes.has_heard(&anna, "chat/3", "a line");
        has_heard && two.notes.has_heard(&anna, "ann/1", "first") && one.notes.has_heard(&ben, "ptr/2", "here")
    })
    .await?;

    // In the room, with a good ticket, and not in the group: what comes is of no use.
    let mut outsider = Sealed::knock(ticket(&all.second, consult, DEVICE).await?, None, consult).await?;
    until(&mut [&mut one, &mut two, &mut outsider], "an outsider gets frames", |[_, _, outsider]| {
        outsider.notes.refused("no_key") > 3 * PICTURES
    })
    .await?;
    ensure!(outsider.notes.opened() == 0 && outsider.notes.heard.is_empty(), "an outsider has opened something");
    outsider.leave();

    // The third becomes a member, sees what was kept before, and is removed.
    let mut three = member(&all.second, consult).await?;
    until(&mut [&mut one, &mut two, &mut three], "a third member", |[one, two, three]| {
        let is_in = [&one, &two, &three].iter().all(|each| people(each) == 3);
        let has_heard =
            three.notes.has_heard(&anna, "ann/1", "first") && three.notes.has_heard(&anna, "chat/3", "line");
        is_in && has_heard && three.notes.seen(&anna) > PICTURES && three.notes.seen(&ben) > PICTURES
    })
    .await?;
    let of_old = two.notes.last.clone().context("a frame")?;
    ensure!(one.keys().map(|keys| keys.epoch) == three.keys().map(|keys| keys.epoch), "one epoch");
    let removed = all.specialist.act(consult, &Action::RemoveParticipant { person: all.second.me.person.id }).await?;
    ensure!(removed.status.is_success(), "remove: {} {}", removed.status, removed.code());
    let epoch = one.keys().context("keys")?.epoch;
    until(&mut [&mut one, &mut two, &mut three], "two are left, in the next epoch", |[one, two, _]| {
        [one, two].iter().all(|each| people(each) == 2 && each.keys().is_some_and(|keys| keys.epoch == epoch + 1))
    })
    .await?;
    let before = two.notes.seen(&anna);
    until(&mut [&mut one, &mut two], "pictures of the new epoch", |[_, two]| two.notes.seen(&anna) > before + PICTURES)
        .await?;
    let new = two.notes.last.clone().context("a frame")?;
    ensure!(!three.can_open(&new), "{carla} was removed and still sees");

    // Recorded and played back later.
    ensure!(!two.can_open(&of_old), "what was seen before is seen again");
    one.show(Show::Again);
    until(&mut [&mut one, &mut two], "what was recorded is refused", |[_, two]| {
        two.notes.refused("forged_or_replayed") > PICTURES
    })
    .await?;
    let seen = two.notes.seen(&anna);
    until(&mut [&mut one, &mut two], "and stays refused", |[_, two]| {
        two.notes.refused("forged_or_replayed") > 3 * PICTURES
    })
    .await?;
    ensure!(two.notes.seen(&anna) == seen, "something was seen twice");
    for each in [&one, &two] {
        ensure!(each.faults().is_empty(), "{:?}", each.faults());
    }
    installation.stop()
}

/// What two in a room show and say, and what of it the server's process has.
async fn found(installation: &mut Installation, all: &People, consult: ConsultId) -> Result<Found> {
    let (anna, ben) = (id(&all.referrer), id(&all.specialist));
    let mut one = member(&all.referrer, consult).await?;
    let mut two = member(&all.specialist, consult).await?;
    let (picture, line, note, pointer) = (mark("picture"), mark("line"), mark("annotation"), mark("pointer"));
    one.show(Show::Mark(picture.clone()));
    two.show(Show::Mark(picture.clone()));
    one.keep("chat/0", &line);
    one.keep("ann/7", &note);
    let text = |mark: &[u8]| String::from_utf8_lossy(mark).into_owned();
    until(&mut [&mut one, &mut two], "all is seen and heard", |[one, two]| {
        let _ = two.point("ptr/1", &pointer);
        let sees = one.notes.seen(&ben) > PICTURES && two.notes.seen(&anna) > PICTURES;
        let hears =
            two.notes.has_heard(&anna, "chat/0", &text(&line)) && two.notes.has_heard(&anna, "ann/7", &text(&note));
        sees && hears && one.notes.has_heard(&ben, "ptr/1", &text(&pointer))
    })
    .await?;
    let mut marks = Marks::default();
    // Each is longer than the part that is looked for, so that it is found wherever it begins in a packet.
    marks.add("picture and sound", &picture[8..40])?;
    marks.add("line", &line)?;
    marks.add("annotation", &note)?;
    marks.add("pointer", &pointer)?;
    for secret in one.secrets.iter().chain(&two.secrets) {
        marks.add_secret("key", secret)?;
    }
    let pid = installation.node()?.pid().context("a server")?;
    let folder = installation.folder().to_owned();
    let found = marks.search(pid, &folder)?;
    one.leave();
    two.leave();
    until(&mut [&mut one, &mut two], "they leave", |both| both.iter().all(|each| each.notes.has_ended)).await?;
    Ok(found)
}

async fn the_server_knows_nothing_until_somebody_opens_the_room(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    installation.node()?.log_filter = Some("trace");
    installation.restart_hard().await?;
    let all = installation.people().await?;
    let id = consult(&all).await?;
    let nothing = found(&mut installation, &all, id).await?;
    ensure!(installation.node()?.log()?.contains("TRACE"), "the log is at its most talkative");
    ensure!(nothing.is_empty(), "the server has {nothing:?}");

    // The same search finds it all once nothing is sealed.
    let lifted = all.specialist.act(id, &Action::LiftEncryption).await?;
    ensure!(lifted.status.is_success(), "lift: {} {}", lifted.status, lifted.code());
    let everything = found(&mut installation, &all, id).await?;
    for what in ["picture and sound", "line", "annotation", "pointer"] {
        ensure!(everything.contains_key(&format!("{what} in memory")), "no {what} in {everything:?}");
    }
    ensure!(!everything.keys().any(|found| found.starts_with("key")), "{everything:?}");
    installation.stop()
}
