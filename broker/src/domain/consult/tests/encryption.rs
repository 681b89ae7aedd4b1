//! End-to-end encryption of the room: lifted once, and what became of the group of keys.

use super::log::{RELEASE_0_3, stored};
use super::*;
use crate::domain::consult::{GroupNote, Occupant, view};
use schemas::{
    GuestId,
    consult::{ActionName, TimelineWhat},
    directory::PersonRef,
    mls::Encryption,
};

const GUEST: GuestId = GuestId(Uuid::from_u128(900));

fn lift(person: PersonId) -> Command {
    Command::LiftEncryption { person }
}

fn note(note: GroupNote) -> Command {
    Command::NoteGroup { note }
}

fn fault(by: Option<Occupant>, about: Option<Occupant>) -> Command {
    note(GroupNote::Fault { by, about, code: "not_opened".to_owned() })
}

fn resolve(id: PersonId) -> PersonRef {
    let name = format!("Dr. {}", id.0.as_u128());
    PersonRef { id, name, hospital_id: CENTRE, hospital: "Zentrum".into(), phone: None }
}

/// What the timeline says after `seq`, and who did it.
fn told(world: &World, seq: i64) -> Vec<(Option<PersonId>, TimelineWhat)> {
    let lines = view::timeline(&world.log, false, &resolve).into_iter().filter(|line| line.seq > seq);
    lines.map(|line| (line.actor.map(|actor| actor.id), line.what)).collect()
}

#[test]
fn encryption_is_required_until_somebody_lifts_it_and_lifted_until_the_end() {
    let mut world = World::in_session();
    assert_eq!(view::encryption(world.get(), &resolve), Encryption::Required);
    let (seq, at) = (world.seq(), world.now);
    assert_eq!(world.run(&lift(REQUESTER)), Ok(vec![Event::EncryptionLifted { person: REQUESTER }]));
    let lifted = Encryption::Lifted { by: resolve(REQUESTER), at };
    assert_eq!(view::encryption(world.get(), &resolve), lifted);
    assert_eq!(told(&world, seq), [(Some(REQUESTER), TimelineWhat::EncryptionLifted)]);
    world.now = world.now.plus_seconds(60);
    for repeat in [REQUESTER, person(1)] {
        assert_eq!(world.run(&lift(repeat)), Ok(vec![]), "a lost answer, and a second person");
    }
    world.do_all(&[sign(), left(REQUESTER), left(person(1)), close()]);
    assert_eq!(world.run(&lift(REQUESTER)), Ok(vec![]));
    assert_eq!(view::encryption(world.get(), &resolve), lifted);
}

#[test]
fn it_is_lifted_between_the_request_and_the_end() {
    for mut world in [World::ringing(plan(1, &[&[1]])), World::accepted(), World::in_session(), World::reported()] {
        let offers = |world: &World| {
            let referrer = actor(REQUESTER, HOUSE, &[Role::Referrer]);
            super::super::actions(world.get(), &referrer, world.now).contains(&ActionName::LiftEncryption)
        };
        assert!(offers(&world), "{:?}", world.state());
        world.run(&lift(REQUESTER)).unwrap();
        assert!(!offers(&world), "there is nothing more to lift");
    }
    let mut closed = World::reported();
    closed.do_all(&[left(REQUESTER), left(person(1)), close()]);
    for mut world in [World::prealert(), closed] {
        let state = world.state();
        assert_eq!(world.run(&lift(REQUESTER)), Err(Refusal::WrongState { state }));
    }
}

#[test]
fn what_became_of_the_group_is_in_the_history_without_the_names_of_guests() {
    let mut world = World::in_session();
    let seq = world.seq();
    let (one, guest) = (Some(Occupant::Person(person(1))), Some(Occupant::Guest(GUEST)));
    world.do_all(&[
        note(GroupNote::Replaced { generation: 7 }),
        fault(one, guest),
        fault(guest, one),
        fault(None, Some(Occupant::Person(REQUESTER))),
        note(GroupNote::Barred { who: Occupant::Guest(GUEST) }),
    ]);
    let said = |about: Option<PersonId>, is_about_guest| TimelineWhat::GroupFault {
        code: "not_opened".to_owned(),
        about: about.map(resolve),
        is_about_guest,
    };
    assert_eq!(
        told(&world, seq),
        [
            (None, TimelineWhat::GroupReplaced),
            (Some(person(1)), said(None, true)),
            (None, said(Some(person(1)), false)),
            (None, said(Some(REQUESTER), false)),
            (None, TimelineWhat::GroupBarred { person: None }),
        ]
    );
    let before = World::in_session();
    assert_eq!(Consult { seq: before.seq(), ..world.get().clone() }, *before.get(), "and changes nothing else");
}

#[test]
fn what_release_0_3_stored_is_read_as_it_was_meant() {
    let consult = Consult::replay(CONSULT, &stored(RELEASE_0_3)).unwrap();
    assert_eq!(consult.encryption_lifted.map(|lifted| lifted.by), Some(REQUESTER));
    let body = |event: &Event| event.to_body();
    let lines: Vec<_> = RELEASE_0_3.lines().map(|line| line.split('\t').nth(2).unwrap()).collect();
    assert_eq!(stored(RELEASE_0_3).iter().map(|entry| body(&entry.event)).collect::<Vec<_>>(), lines);
}
