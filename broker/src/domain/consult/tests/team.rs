//! Offers, participants, questions, broken glass.

use super::*;
use crate::domain::consult::{
    ANSWER_WITHIN_SECONDS, BREAK_GLASS_SECONDS, MAX_PARTICIPANTS, OFFER_SECONDS, SESSION_CAP_SECONDS,
    START_WITHIN_SECONDS, Side,
};
use schemas::consult::{AlarmKind, Part};

const COORDINATOR: PersonId = person(90);

fn hand_over(to: u128) -> Command {
    Command::HandOver { person: person(1), to: person(to) }
}

fn assign(to: u128) -> Command {
    Command::Assign { person: COORDINATOR, to: person(to) }
}

fn accept_offer(n: u128) -> Command {
    Command::AcceptOffer { person: person(n) }
}

fn decline_offer(person: PersonId) -> Command {
    Command::DeclineOffer { person }
}

fn add(who: u128, part: Part) -> Command {
    Command::AddParticipant { person: person(1), who: person(who), part }
}

fn ask(text: &str) -> Command {
    Command::AskForMore { person: person(1), text: text.into() }
}

fn reply(text: &str) -> Command {
    Command::Reply { person: REQUESTER, text: text.into() }
}

#[test]
fn a_hand_over_changes_nothing_until_it_is_accepted() {
    let mut world = World::in_session();
    world.run(&hand_over(5)).unwrap();
    assert_eq!((world.get().specialist, world.state()), (Some(person(1)), ConsultState::InSession));
    assert_eq!(world.run(&hand_over(5)), Ok(vec![]));
    assert_eq!(world.run(&accept_offer(6)), Err(Refusal::NotOffered));
    world.run(&accept_offer(5)).unwrap();
    let consult = world.get();
    assert_eq!((consult.specialist, world.state(), consult.offer), (Some(person(5)), ConsultState::InSession, None));
    assert_eq!(consult.former, [person(1)].into());
    assert_eq!(world.run(&accept_offer(5)), Ok(vec![]), "a repeat is no error");
    assert_eq!(world.run(&sign()), Err(Refusal::NotSpecialist), "the one before writes no report any more");
}

#[test]
fn a_new_specialist_begins_without_the_alarm_of_the_one_before() {
    let mut world = World::in_session();
    world.tick(None);
    assert_eq!((world.get().alarm, next_deadline(world.get())), (Some(AlarmKind::AnswerLate), None));
    world.do_all(&[hand_over(5), accept_offer(5)]);
    let taken_over = world.now;
    assert_eq!(world.get().alarm, None);
    world.tick(None);
    assert_eq!(
        (world.get().alarm, world.now.seconds_since(taken_over)),
        (Some(AlarmKind::NotStarted), START_WITHIN_SECONDS)
    );
    world.run(&joined(person(5))).unwrap();
    world.tick(None);
    let late = (Some(AlarmKind::AnswerLate), SESSION_CAP_SECONDS);
    assert_eq!((world.get().alarm, world.now.seconds_since(taken_over)), late);
    // The end of the talk is the beginning of the report's time.
    world.run(&Command::EndSession { person: person(5) }).unwrap();
    let ended = world.now;
    assert_eq!(world.get().alarm, None);
    world.tick(None);
    let late = (Some(AlarmKind::AnswerLate), ANSWER_WITHIN_SECONDS);
    assert_eq!((world.get().alarm, world.now.seconds_since(ended)), late);
}

#[test]
fn a_consult_can_come_back_to_its_first_specialist() {
    let mut world = World::accepted();
    let back = Command::HandOver { person: person(5), to: person(1) };
    world.do_all(&[hand_over(5), accept_offer(5), back, accept_offer(1)]);
    assert_eq!((world.get().specialist, world.get().former.clone()), (Some(person(1)), [person(5)].into()));
}

#[test]
fn a_new_specialist_has_the_time_of_an_accept_to_begin() {
    let mut world = World::accepted();
    world.tick(None);
    assert_eq!(world.get().alarm, Some(AlarmKind::NotStarted));
    world.do_all(&[assign(5), accept_offer(5)]);
    assert_eq!(world.get().alarm, None);
    assert_eq!(next_deadline(world.get()), Some(world.now.plus_seconds(START_WITHIN_SECONDS)));
}

#[test]
fn an_offer_runs_out_and_the_specialist_stays() {
    let mut world = World::in_session();
    world.run(&hand_over(5)).unwrap();
    assert_eq!(next_deadline(world.get()), Some(START.plus_seconds(OFFER_SECONDS)));
    assert_eq!(world.tick(None), [Event::OfferEnded { to: person(5), accepted: false }]);
    assert_eq!((world.get().offer, world.get().specialist), (None, Some(person(1))));
    assert_eq!(world.run(&accept_offer(5)), Err(Refusal::NotOffered));
}

#[test]
fn an_offer_is_declined_or_taken_back_by_those_whom_it_concerns() {
    for (by, allowed) in [(person(5), true), (COORDINATOR, true), (person(1), false), (person(6), false)] {
        let mut world = World::in_session();
        world.run(&assign(5)).unwrap();
        assert_eq!(world.run(&decline_offer(by)).is_ok(), allowed, "{by}");
        assert_eq!(world.get().offer.is_none(), allowed);
    }
}

#[test]
fn one_offer_at_a_time_and_none_to_those_who_are_part_of_it() {
    let mut world = World::in_session();
    world.do_all(&[hand_over(5), assign(6)]);
    assert_eq!(world.get().offer.map(|offer| (offer.to, offer.is_hand_over)), Some((person(6), false)));
    assert!(world.run(&hand_over(1)).is_err() && world.run(&hand_over(100)).is_err());
    assert_eq!(world.run(&assign(1)), Ok(vec![]), "is the specialist already");
    let stranger = Command::HandOver { person: person(7), to: person(8) };
    assert_eq!(world.run(&stranger), Err(Refusal::NotSpecialist));
    world.run(&sign()).unwrap();
    assert_eq!(world.get().offer, None, "what is answered is not offered");
    let ended = world.log.iter().filter(|r| matches!(r.event, Event::OfferEnded { .. })).count();
    assert_eq!(ended, 2);
}

#[test]
fn the_minutes_of_a_hand_over_in_the_room_count_for_each_as_what_they_were() {
    let mut world = World::in_session();
    world.do_all(&[add(5, Part::SecondSpecialist), joined(person(5))]);
    world.now = START.plus_seconds(600);
    world.do_all(&[hand_over(5), accept_offer(5)]);
    assert!(world.get().participants.is_empty(), "the second specialist is the first now");
    assert!(world.get().specialist_joined);
    let sides: Vec<_> = world.get().stays.iter().map(|stay| (stay.person, stay.side, stay.until)).collect();
    let until = Some(START.plus_seconds(600));
    assert_eq!(
        sides,
        [
            (REQUESTER, Side::Requesting, None),
            (person(1), Side::Specialist, until),
            (person(5), Side::Other, until),
            (person(1), Side::Other, None),
            (person(5), Side::Specialist, None),
        ]
    );
}

#[test]
fn participants_come_go_and_change_their_part() {
    let mut world = World::accepted();
    world.run(&add(5, Part::Interpreter)).unwrap();
    assert_eq!(world.run(&add(5, Part::Interpreter)), Ok(vec![]));
    world.run(&add(5, Part::SecondSpecialist)).unwrap();
    assert_eq!((world.get().participants.len(), world.get().part_of(person(5))), (1, Some(Part::SecondSpecialist)));
    assert!(world.get().team().contains(&person(5)));
    let remove = Command::RemoveParticipant { person: COORDINATOR, who: person(5) };
    world.run(&remove).unwrap();
    assert_eq!(world.run(&remove), Ok(vec![]));
    assert_eq!(world.get().part_of(person(5)), None);
    for part_of_it in [1, 100] {
        assert!(matches!(world.run(&add(part_of_it, Part::Interpreter)), Err(Refusal::InvalidField { .. })));
    }
}

#[test]
fn the_room_has_seats_for_so_many_participants() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    for n in 0..MAX_PARTICIPANTS {
        world.run(&add(50 + n as u128, Part::SecondSpecialist)).unwrap();
    }
    assert_eq!(world.run(&add(60, Part::Interpreter)), Err(Refusal::RoomFull));
    assert!(world.run(&add(50, Part::Interpreter)).is_ok(), "another part needs no other seat");
    assert!(World::prealert().run(&add(50, Part::Interpreter)).is_err());
    assert!(World::reported().run(&add(50, Part::Interpreter)).is_err());
}

#[test]
fn the_specialist_asks_and_the_house_replies() {
    let mut world = World::accepted();
    assert!(world.run(&reply("ungefragt")).is_err());
    world.run(&ask("Laktat?")).unwrap();
    assert_eq!(world.run(&ask("Laktat?")), Ok(vec![]));
    assert!(world.get().asked_for_more());
    world.run(&reply("2,1")).unwrap();
    assert_eq!(world.run(&reply("2,1")), Ok(vec![]));
    assert!(!world.get().asked_for_more());
    assert!(matches!(world.run(&ask(" ")), Err(Refusal::InvalidField { .. })));
    let other = Command::AskForMore { person: person(2), text: "?".into() };
    assert_eq!(world.run(&other), Err(Refusal::NotSpecialist));
    world.do_all(&[ask("CT-A?"), sign()]);
    assert!(!world.get().asked_for_more(), "the report is signed without it");
    assert!(world.run(&reply("zu spät")).is_err());
}

#[test]
fn broken_glass_holds_for_its_hour_and_needs_a_reason() {
    let mut world = World::accepted();
    let until = world.now.plus_seconds(BREAK_GLASS_SECONDS);
    let glass = |until, reason: &str| Command::BreakGlass { person: person(70), until, reason: reason.into() };
    assert!(matches!(world.run(&glass(until, "Notfall")), Err(Refusal::InvalidField { field: "reason", .. })));
    for wrong in [world.now, until.plus_seconds(1)] {
        let refused = world.run(&glass(wrong, "Vertretung im Notfall"));
        assert!(matches!(refused, Err(Refusal::InvalidField { field: "until", .. })));
    }
    world.run(&glass(until, "Vertretung im Notfall")).unwrap();
    assert_eq!(world.run(&glass(until, "Vertretung im Notfall")), Ok(vec![]), "it is broken already");
    assert_eq!(world.get().facts(world.now).glass, [person(70)].into());
    assert!(world.get().facts(until).glass.is_empty());
    world.now = until;
    assert_eq!(world.run(&glass(until.plus_seconds(60), "Vertretung im Notfall")).unwrap().len(), 1);
    let own = Command::BreakGlass { person: person(1), until: until.plus_seconds(60), reason: "".into() };
    assert_eq!(world.run(&own), Ok(vec![]), "the specialist reads it anyway");
}

#[test]
fn glass_breaks_also_after_the_end() {
    let mut world = World::reported();
    world.run(&close()).unwrap();
    let (until, reason) = (world.now.plus_seconds(60), "Wiederaufnahme nachts".into());
    assert!(world.run(&Command::BreakGlass { person: person(70), until, reason }).is_ok());
}
