use super::*;
use crate::domain::consult::{EVENT_VERSION, actions, view};
use schemas::{
    consult::{ActionName, RingOutcome, TimelineWhat},
    directory::{HospitalRef, PersonRef, Service, Specialty},
};

fn resolve(id: PersonId) -> PersonRef {
    PersonRef {
        id,
        name: format!("Dr. {}", id.0.as_u128()),
        hospital_id: CENTRE,
        hospital: "Zentrum".into(),
        phone: None,
    }
}

fn summary(world: &World) -> schemas::consult::ConsultSummary {
    let hospital = HospitalRef { id: HOUSE, name: "Haus".into(), city: "Ort".into(), phone: "1".into() };
    let service = Service {
        id: SERVICE,
        specialty: Specialty::StrokeNeurology,
        name: "Schlaganfall".into(),
        network_id: NETWORK,
        network: "Netz".into(),
        fallback_phone: "112".into(),
        zone: "Europe/Berlin".into(),
    };
    view::summary(world.get(), hospital, service, &resolve)
}

fn detail(world: &World, actor: &Actor) -> schemas::consult::ConsultDetail {
    view::detail(world.get(), &world.log, summary(world), vec![], actor, &resolve)
}

fn requester() -> Actor {
    actor(REQUESTER, HOUSE, &[Role::Referrer])
}

fn specialist(n: u128) -> Actor {
    actor(person(n), CENTRE, &[Role::Specialist])
}

fn coordinator() -> Actor {
    actor(person(90), CENTRE, &[Role::Coordinator])
}

#[test]
fn the_label_can_be_read_out_on_the_telephone() {
    let id = ConsultId("0198c0de-0000-7000-8000-0000abcd7f3a".parse().unwrap());
    assert_eq!(view::label(id), "TK-7F3A");
}

#[test]
fn each_person_sees_the_buttons_that_would_work() {
    use ActionName::*;
    let ringing = World::ringing(plan(1, &[&[1], &[2]]));
    assert_eq!(actions(ringing.get(), &requester()), [CompleteFields, Cancel, AttachStudy]);
    assert_eq!(actions(ringing.get(), &specialist(1)), [Accept, AcceptInFive, PassOn, Decline, RingReceipt]);
    assert_eq!(actions(ringing.get(), &specialist(2)), []);
    assert_eq!(actions(ringing.get(), &coordinator()), [Cancel]);

    let session = World::in_session();
    assert_eq!(actions(session.get(), &specialist(1)), [Join, EndSession, SubmitAnswer]);
    assert_eq!(actions(session.get(), &requester()), [CompleteFields, Cancel, AttachStudy, Join]);

    let mut reported = World::reported();
    reported.run(&Command::Left { person: person(1) }).unwrap();
    reported.run(&Command::Left { person: REQUESTER }).unwrap();
    assert_eq!(actions(reported.get(), &requester()), [CompleteFields, AttachStudy, Acknowledge, Close]);
    assert_eq!(actions(reported.get(), &specialist(1)), []);
    assert_eq!(actions(reported.get(), &coordinator()), [Close]);
}

#[test]
fn the_coordinator_sees_no_patient_data_and_the_rung_one_no_answer() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    let fields =
        CaseFields { family_name: Some("Geheim".into()), question: Some("Lysefrage".into()), ..CaseFields::default() };
    world.run(&Command::CompleteFields { person: REQUESTER, fields }).unwrap();
    let sees =
        |world: &World, actor: &Actor, text: &str| serde_json::to_string(&detail(world, actor)).unwrap().contains(text);
    assert!(sees(&world, &requester(), "Geheim"));
    assert!(sees(&world, &specialist(1), "Lysefrage"), "who is rung sees the question");
    assert!(!sees(&world, &specialist(1), "Geheim"), "and not whose it is");
    assert!(!sees(&world, &coordinator(), "Lysefrage"));
    world.tick(None);
    assert!(!sees(&world, &specialist(1), "Lysefrage"), "the ring is over");

    let reported = World::reported();
    assert!(detail(&reported, &requester()).answer.is_some());
    assert!(detail(&reported, &coordinator()).answer.is_none());
    assert!(!serde_json::to_string(&summary(&world)).unwrap().contains("Geheim"));
}

#[test]
fn the_timeline_names_who_did_it_and_leaves_the_machine_unnamed() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&Command::PassOn { person: person(1) }).unwrap();
    let timeline = view::timeline(&world.log, &resolve);
    let lines: Vec<(i64, Option<u128>)> =
        timeline.iter().map(|e| (e.seq, e.actor.as_ref().map(|actor| actor.id.0.as_u128()))).collect();
    // requested, matched, ring started, ring ended, ring started
    assert_eq!(lines, [(1, Some(100)), (2, None), (3, None), (4, Some(1)), (5, None)]);
    assert!(matches!(timeline[3].what, TimelineWhat::RingEnded { outcome: RingOutcome::PassedOn, .. }));
}

#[test]
fn every_ranking_has_an_explanation() {
    let mut world = World::ringing(plan(2, &[&[1]]));
    world.tick(Some(plan(2, &[&[1]])));
    let rounds: Vec<u32> = view::explanations(&world.log, &resolve).iter().map(|e| e.round).collect();
    assert_eq!(rounds, [1, 2]);
}

#[test]
fn the_kind_of_an_event_is_its_tag_and_bodies_come_back_as_they_were() {
    let mut world = World::ringing(plan(2, &[&[1], &[1, 2]]));
    world.run(&Command::AcceptInFive { person: person(1) }).unwrap();
    world.tick(None);
    world.tick(None);
    let log = world.log.iter().chain(&World::reported().log).cloned().collect::<Vec<_>>();
    for recorded in log {
        let body = recorded.event.to_body();
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(value["type"], recorded.event.kind());
        assert_eq!(Event::from_body(EVENT_VERSION, &body).unwrap(), recorded.event);
    }
}

/// Bodies as release 0.1.0 wrote them. Never change these lines; add new ones.
#[test]
fn events_of_old_versions_still_apply() {
    let id = "00000000-0000-0000-0000-00000000000a";
    let bodies = [
        format!(
            r#"{{"type":"requested","service_id":"{id}","network_id":"{id}","hospital_id":"{id}","requester":"{id}","urgency":"emergency"}}"#
        ),
        format!(
            r#"{{"type":"matched","round":1,"record":{{"rota_revision":1,"directory_revision":1,"considered":1,"eligible":1,"candidates":[],"failed":[]}},"plan":{{"rounds":1,"steps":[{{"people":["{id}"],"ring_seconds":30}}]}}}}"#
        ),
        format!(r#"{{"type":"ring_started","ring_id":"{id}","person":"{id}","round":1,"step":1,"until":5}}"#),
        format!(r#"{{"type":"ring_ended","ring_id":"{id}","person":"{id}","outcome":"accepted"}}"#),
        format!(r#"{{"type":"accepted","person":"{id}"}}"#),
        r#"{"type":"cancelled"}"#.to_owned(),
    ];
    let log: Vec<Recorded> = bodies
        .iter()
        .zip(1..)
        .map(|(body, seq)| Recorded {
            seq,
            at: START,
            actor: None,
            version: 1,
            event: Event::from_body(1, body).unwrap(),
        })
        .collect();
    assert_eq!(Consult::replay(CONSULT, &log).unwrap().state, ConsultState::Cancelled);
}

#[test]
fn an_event_of_a_newer_release_is_not_guessed_at() {
    assert!(Event::from_body(EVENT_VERSION + 1, r#"{"type":"closed"}"#).is_err());
}

#[test]
fn a_log_that_does_not_begin_with_a_request_is_no_consult() {
    let recorded = Recorded { seq: 1, at: START, actor: None, version: 1, event: Event::Closed };
    assert_eq!(Consult::replay(CONSULT, &[recorded]), None);
    assert_eq!(Consult::replay(CONSULT, &[]), None);
}
