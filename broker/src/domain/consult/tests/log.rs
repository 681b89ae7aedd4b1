//! What was stored, by this release and by those before.

use super::*;
use crate::domain::consult::{EVENT_VERSION, Ring};
use schemas::{GuestId, consult::AlarmKind, guest::GuestState, report::ReportTemplate};
use std::collections::BTreeSet;

/// One consult as release 0.1 stored it: time, actor and body of every event. Never change such a file; a release
/// that adds events adds a file.
const RELEASE_0_1: &str = include_str!("golden/release_0_1.tsv");
/// The snapshot that release 0.1 stored after the event `answered`.
const SNAPSHOT_0_1: &str = include_str!("golden/release_0_1.snapshot.json");
/// One consult with every event that was added since.
pub(super) const RELEASE_0_2: &str = include_str!("golden/release_0_2.tsv");

/// One consult with every event that was added after those.
pub(super) const RELEASE_0_3: &str = include_str!("golden/release_0_3.tsv");

/// One consult by appointment: every event of that.
pub(super) const RELEASE_0_4: &str = include_str!("golden/release_0_4.tsv");

pub(super) fn stored(golden: &str) -> Vec<Recorded> {
    let line = |(line, seq): (&str, i64)| {
        let [at, actor, body] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        Recorded {
            seq,
            at: UnixMillis(at.parse().unwrap()),
            actor: (!actor.is_empty()).then(|| actor.parse().unwrap()),
            version: 1,
            event: Event::from_body(1, body).unwrap(),
        }
    };
    golden.lines().zip(1..).map(line).collect()
}

#[test]
fn a_consult_of_release_0_1_is_read_as_it_was_meant() {
    let log = stored(RELEASE_0_1);
    let consult = Consult::replay(CONSULT, &log).unwrap();
    assert_eq!((consult.state, consult.specialist), (ConsultState::Closed, Some(person(1))));
    assert!(!consult.was_prealert && consult.has_declined(person(2)));
    let signed = consult.answer().unwrap();
    assert_eq!((signed.version, signed.answer.template), (1, ReportTemplate::General));
    assert_eq!(signed.answer, answer(), "an answer without the new fields has none of them");
    assert_eq!(consult.stays.len(), 2);
    assert_eq!(consult.ended_at, log.last().map(|last| last.at));
}

#[test]
fn a_snapshot_of_release_0_1_is_read_and_has_its_answer() {
    let old: Consult = serde_json::from_str(SNAPSHOT_0_1).unwrap();
    let log = stored(RELEASE_0_1);
    let now = Consult::replay(CONSULT, &log[..usize::try_from(old.seq).unwrap()]).unwrap();
    assert_eq!(old.versions, now.versions);
    assert_eq!((old.state, next_deadline(&old)), (now.state, next_deadline(&now)));
    assert_eq!(old.asked_since(), now.asked_since());
    // What release 0.1 did not count or keep.
    let rings = old.rings.iter().zip(&now.rings);
    let rings = rings.map(|(old, now)| Ring { declined_because: now.declined_because, ..old.clone() }).collect();
    let (requested_at, attempts, step_at) = (now.requested_at, now.attempts, now.step_at);
    assert_eq!(Consult { stays: now.stays.clone(), rings, requested_at, attempts, step_at, ..old }, now);

    let unanswered = SNAPSHOT_0_1.split(r#","answer":"#).next().unwrap().to_owned() + r#","answer":null}"#;
    assert_eq!(serde_json::from_str::<Consult>(&unanswered).unwrap().versions, []);
}

#[test]
fn a_consult_of_release_0_2_is_read_as_it_was_meant() {
    let consult = Consult::replay(CONSULT, &stored(RELEASE_0_2)).unwrap();
    assert_eq!((consult.state, consult.specialist), (ConsultState::Closed, Some(person(2))));
    assert_eq!((consult.versions.len(), consult.exchanges.len(), consult.outcomes.len()), (2, 2, 1));
    assert_eq!(consult.former, [person(1)].into());
    assert!(consult.was_prealert && consult.report_taken_over_at.is_some() && consult.close_out.is_some());
}

#[test]
fn every_event_is_held_by_a_golden_file() {
    let held: BTreeSet<&str> = [RELEASE_0_1, RELEASE_0_2, RELEASE_0_3, RELEASE_0_4]
        .iter()
        .flat_map(|golden| stored(golden))
        .map(|entry| entry.event.kind())
        .collect();
    // The tags as serde knows them.
    let unknown = serde_json::from_str::<Event>(r#"{"type":"nonsense"}"#).unwrap_err().to_string();
    let known: BTreeSet<&str> = unknown.split('`').skip(3).step_by(2).collect();
    let missing: Vec<_> = known.difference(&held).collect();
    // Its body is among the first ones below.
    assert_eq!(missing, [&"cancelled"]);
}

#[test]
fn bodies_are_written_as_they_were() {
    for line in RELEASE_0_2.lines() {
        let body = line.split('\t').nth(2).unwrap();
        assert_eq!(Event::from_body(1, body).unwrap().to_body(), body);
    }
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

/// The audit holds the state that release 0.2 stored against its log, and would call a new meaning tampering.
#[test]
fn events_of_version_1_mean_what_they_meant() {
    let log = |version: u32, events: &[Event]| {
        let mut log = World::reported().log;
        let seq = log.last().unwrap().seq;
        let new = events.iter().zip(seq + 1..);
        log.extend(new.map(|(event, seq)| Recorded { seq, at: START, actor: None, version, event: event.clone() }));
        Consult::replay(CONSULT, &log).unwrap()
    };
    let late = |end: Event| [Event::alarm(AlarmKind::AnswerLate), end];
    let another = Event::SpecialistChanged { person: person(2) };
    for end in [Event::SessionEnded, another] {
        assert_eq!(log(1, &late(end.clone())).alarm, Some(AlarmKind::AnswerLate));
        assert_eq!(log(2, &late(end)).alarm, None);
    }
    let closed = Event::Closed { close_out: None, missing_because: "x".into() };
    let amended = Event::Amended { person: person(1), version: 2, reason: "x".into(), answer: answer() };
    let reopened = [closed, amended];
    let (old, new) = (log(1, &reopened), log(2, &reopened));
    assert_eq!((old.state, old.ended_at), (ConsultState::Closed, Some(START)));
    assert_eq!((new.state, new.ended_at), (ConsultState::Reported, None));

    let guest_id = GuestId(Uuid::from_u128(9));
    let (name, part) = ("Gast".into(), schemas::guest::GuestPart::Relative);
    let invited = Event::GuestInvited { guest_id, name, part, person: REQUESTER };
    let left = [invited, Event::GuestWaits { guest_id }, Event::GuestLeft { guest_id }];
    assert_eq!(log(1, &left).guest(guest_id).unwrap().state, GuestState::Waiting);
    assert_eq!(log(2, &left).guest(guest_id).unwrap().state, GuestState::Invited);
}

#[test]
fn an_event_of_a_newer_release_is_not_guessed_at() {
    assert!(Event::from_body(EVENT_VERSION + 1, r#"{"type":"closed"}"#).is_err());
}

#[test]
fn a_log_that_does_not_begin_with_a_request_is_no_consult() {
    let recorded = Recorded { seq: 1, at: START, actor: None, version: 1, event: Event::SessionEnded };
    assert_eq!(Consult::replay(CONSULT, &[recorded]), None);
    assert_eq!(Consult::replay(CONSULT, &[]), None);
}
