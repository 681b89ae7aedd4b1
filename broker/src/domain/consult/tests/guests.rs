//! Guests, roll call, consent, detached studies.

use super::*;
use crate::domain::consult::MAX_GUESTS;
use schemas::{
    GuestId, StudyId,
    consult::{Consent, Present},
    guest::{GuestPart, GuestState},
};

fn guest(n: u128) -> GuestId {
    GuestId(Uuid::from_u128(900 + n))
}

fn invite(n: u128) -> Command {
    Command::InviteGuest {
        person: REQUESTER, guest_id: guest(n), name: "Ayşe Demir".into(), part: GuestPart::Relative
    }
}

fn waits(n: u128) -> Command {
    Command::GuestWaits { guest_id: guest(n) }
}

fn admit(n: u128) -> Command {
    Command::AdmitGuest { person: person(1), guest_id: guest(n) }
}

fn remove(n: u128) -> Command {
    Command::RemoveGuest { person: person(1), guest_id: guest(n) }
}

fn enters(n: u128) -> Command {
    Command::GuestJoined { guest_id: guest(n) }
}

fn leaves(n: u128) -> Command {
    Command::GuestLeft { guest_id: guest(n) }
}

fn state(world: &World, n: u128) -> GuestState {
    world.get().guest(guest(n)).unwrap().state
}

#[test]
fn a_guest_is_invited_waits_is_let_in_and_comes_back_without_waiting() {
    let mut world = World::in_session();
    world.run(&invite(1)).unwrap();
    assert_eq!(world.run(&enters(1)), Err(Refusal::NotAdmitted), "the link alone opens nothing");
    assert!(matches!(world.run(&admit(1)), Err(Refusal::WrongState { .. })), "nobody is at the door");
    world.run(&waits(1)).unwrap();
    assert_eq!((state(&world, 1), world.run(&enters(1))), (GuestState::Waiting, Err(Refusal::NotAdmitted)));
    world.do_all(&[admit(1), enters(1)]);
    for repeat in [waits(1), admit(1), enters(1)] {
        assert_eq!(world.run(&repeat), Ok(vec![]));
    }
    world.do_all(&[leaves(1), waits(1), enters(1)]);
    assert_eq!((state(&world, 1), world.get().guest_stays.len()), (GuestState::Admitted, 2));
    assert!(world.get().stays.iter().all(|stay| stay.person.0 != guest(1).0), "guests have no minutes in the ledger");
}

#[test]
fn whoever_leaves_the_door_is_invited_and_not_waited_for() {
    let mut world = World::in_session();
    world.do_all(&[invite(1), waits(1), leaves(1)]);
    assert_eq!((state(&world, 1), world.get().waiting_guests().count()), (GuestState::Invited, 0));
    assert_eq!(world.run(&leaves(1)), Ok(vec![]));
    assert!(world.run(&admit(1)).is_err(), "nobody is at the door");
    assert_eq!(world.run(&waits(1)).unwrap().len(), 1, "and is announced again");
    world.do_all(&[admit(1), leaves(1)]);
    assert_eq!(state(&world, 1), GuestState::Admitted, "let in is let in");
}

#[test]
fn whoever_is_sent_away_stays_outside() {
    let mut world = World::in_session();
    world.do_all(&[invite(1), waits(1), admit(1), enters(1), remove(1)]);
    assert_eq!(world.run(&remove(1)), Ok(vec![]));
    assert_eq!((world.run(&waits(1)), world.run(&enters(1))), (Err(Refusal::NotAdmitted), Err(Refusal::NotAdmitted)));
    assert!(world.run(&admit(1)).is_err());
    world.run(&leaves(1)).unwrap();
    assert_eq!(world.run(&leaves(1)), Ok(vec![]));
    let mut world = World::in_session();
    world.do_all(&[invite(1), waits(1), remove(1)]);
    assert_eq!(state(&world, 1), GuestState::Removed);
}

#[test]
fn an_invitation_is_repeated_by_its_id_and_its_id_names_nobody_else() {
    let mut world = World::in_session();
    world.run(&invite(1)).unwrap();
    assert_eq!(world.run(&invite(1)), Ok(vec![]));
    let (person, guest_id, part) = (REQUESTER, guest(1), GuestPart::Relative);
    let other = Command::InviteGuest { person, guest_id, name: "Jemand".into(), part };
    assert_eq!(world.run(&other), Err(Refusal::Conflict));
    let nameless = Command::InviteGuest { person, guest_id: guest(2), name: " ".into(), part };
    assert!(matches!(world.run(&nameless), Err(Refusal::InvalidField { field: "name", .. })));
    for unknown in [waits(9), admit(9), remove(9), enters(9)] {
        assert_eq!(world.run(&unknown), Err(Refusal::NotFound));
    }
    assert_eq!(world.run(&leaves(9)), Ok(vec![]));
}

#[test]
fn so_many_guests_are_expected_at_once() {
    let mut world = World::accepted();
    for n in 0..MAX_GUESTS {
        world.run(&invite(n as u128)).unwrap();
    }
    assert_eq!(world.run(&invite(50)), Err(Refusal::RoomFull));
    world.do_all(&[remove(0), invite(50)]);
}

#[test]
fn guests_come_only_while_somebody_works_on_it() {
    for mut world in [World::prealert(), World::ringing(plan(1, &[&[1]])), World::reported()] {
        let state = world.state();
        assert_eq!(world.run(&invite(1)), Err(Refusal::WrongState { state }));
    }
    let mut world = World::in_session();
    world.do_all(&[invite(1), invite(2), invite(3), waits(1), waits(2), admit(1), enters(1), sign()]);
    assert!(world.run(&waits(3)).is_err() && world.run(&admit(2)).is_err());
    assert_eq!(world.run(&enters(1)), Ok(vec![]), "who is inside stays");
    world.do_all(&[remove(1), leaves(1)]);
}

#[test]
fn a_room_with_guests_only_is_empty() {
    let mut world = World::in_session();
    world.do_all(&[invite(1), waits(1), admit(1), enters(1), left(REQUESTER), left(person(1))]);
    world.tick(None);
    assert_eq!(world.state(), ConsultState::Reporting);
}

#[test]
fn the_roll_is_called_inside_and_a_later_call_counts() {
    let mut world = World::in_session();
    let call = |person, names: &[&str]| Command::RollCall {
        person,
        present: names.iter().map(|name| Present { name: (*name).into(), role: PrivateText::default() }).collect(),
    };
    world.run(&call(REQUESTER, &["Pflege Huber", "Dr. Falk"])).unwrap();
    assert_eq!(world.run(&call(REQUESTER, &["Pflege Huber", "Dr. Falk"])), Ok(vec![]));
    world.now = world.now.plus_seconds(600);
    assert_eq!(world.run(&call(REQUESTER, &["Pflege Huber", "Dr. Falk"])).unwrap().len(), 1);
    assert_eq!(world.get().roll_call.as_ref().map(|call| (call.at, call.present.len())), Some((world.now, 2)));
    assert_eq!(world.run(&call(person(7), &["X"])), Err(Refusal::NotInRoom));
    assert!(world.run(&call(REQUESTER, &[])).is_err() && world.run(&call(REQUESTER, &[" "])).is_err());
    assert!(World::ringing(plan(1, &[&[1]])).run(&call(REQUESTER, &["X"])).is_err());
}

#[test]
fn the_last_consent_counts() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    let consent = |consent| Command::RecordConsent { person: REQUESTER, consent };
    world.run(&consent(Consent::Presumed)).unwrap();
    assert_eq!(world.run(&consent(Consent::Presumed)), Ok(vec![]));
    world.run(&consent(Consent::Given)).unwrap();
    assert_eq!(world.get().consent.map(|recorded| recorded.consent), Some(Consent::Given));
    assert!(World::reported().run(&consent(Consent::Given)).is_err());
}

#[test]
fn a_study_of_another_patient_is_detached_and_only_a_person_brings_it_back() {
    let study_id = StudyId(Uuid::from_u128(5));
    let attach = |person| Command::AttachStudy { person, study_id };
    let detach = Command::DetachStudy { person: REQUESTER, study_id, reason: "anderer Patient".into() };
    let mut world = World::in_session();
    assert!(world.run(&detach).is_err(), "nothing to detach");
    world.do_all(&[attach(None), detach.clone()]);
    assert_eq!((world.get().studies.len(), &world.get().detached[..]), (0, &[study_id][..]));
    assert_eq!(world.run(&detach), Ok(vec![]));
    assert_eq!(world.run(&attach(None)), Ok(vec![]), "another image of it arrives");
    assert!(world.get().studies.is_empty());
    world.run(&attach(Some(REQUESTER))).unwrap();
    assert_eq!((&world.get().studies[..], world.get().detached.len()), (&[study_id][..], 0));
    let unknown = Command::DetachStudy { person: REQUESTER, study_id: StudyId(Uuid::from_u128(6)), reason: "".into() };
    assert!(matches!(world.run(&unknown), Err(Refusal::InvalidField { field: "study_id", .. })));
}
