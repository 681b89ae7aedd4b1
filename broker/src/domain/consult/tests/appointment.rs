//! By appointment: holding, confirming, moving, the room that opens, and ringing after all.

use super::{
    log::{RELEASE_0_4, stored},
    *,
};
use crate::domain::{
    consult::{BookedBy, Held, WantedSlot},
    slots::Slot,
};
use schemas::{
    consult::{AlarmKind, RingOutcome},
    slots::{AppointmentEnd, AppointmentStatus},
};

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// A day from the start, or so many hours later.
fn slot(who: u128, hours: i64) -> Slot {
    let from = START.plus_seconds(DAY + hours * HOUR);
    let until = from.plus_seconds(1800);
    Slot { from, person: person(who), until, busy: (from, until.plus_seconds(600)) }
}

/// Elective, three days before its deadline.
fn elective(wanted: WantedSlot) -> Command {
    let mut command = request(plan(1, &[&[2], &[3]]));
    if let Command::Request { urgency, fields, appointment, .. } = &mut command {
        (*urgency, *fields) = (Urgency::Elective, whole_case());
        fields.deadline = Some(START.plus_seconds(3 * DAY));
        *appointment = Some(wanted);
    }
    command
}

fn begun(wanted: WantedSlot) -> World {
    let mut world = World::empty();
    world.run(&elective(wanted)).unwrap();
    world
}

fn confirm(who: PersonId, slot: Slot) -> Command {
    Command::ConfirmSlot { person: who, from: slot.from }
}

fn book(slot: Slot, by: BookedBy) -> Command {
    Command::BookSlot { person: REQUESTER, slot, by }
}

/// The clock at the next deadline, and the machine's turn.
fn due(world: &mut World) -> Vec<Event> {
    world.now = next_deadline(world.get()).expect("something is due");
    let rematch = wants_rematch(world.get(), world.now).then(|| matched(plan(1, &[&[2], &[3]])));
    world.run(&Command::Tick { rematch }).unwrap()
}

fn status(world: &World) -> Option<AppointmentStatus> {
    world.get().appointment_status()
}

fn seconds_until_due(world: &World, at: UnixMillis) -> i64 {
    next_deadline(world.get()).unwrap().seconds_since(at)
}

#[test]
fn nobody_is_rung_and_the_specialist_has_it_when_both_have_said_yes() {
    let booked = slot(1, 0);
    let mut world = begun(WantedSlot::Slot(booked));
    assert_eq!((world.get().state, status(&world)), (ConsultState::Booked, Some(AppointmentStatus::Pending)));
    assert!(world.get().rings.is_empty());
    assert_eq!(world.get().facts(world.now).appointment_with, Some(person(1)));
    assert_eq!(world.get().specialist, None);
    assert_eq!(world.run(&confirm(person(1), booked)).unwrap().len(), 1);
    assert_eq!(world.run(&confirm(person(1), booked)), Ok(vec![]), "a repeat");
    assert_eq!((status(&world), world.get().specialist), (Some(AppointmentStatus::Booked), Some(person(1))));

    assert_eq!(seconds_until_due(&world, booked.from), -600);
    assert_eq!(due(&mut world), [Event::RoomOpened]);
    assert_eq!((world.get().state, world.get().occupies()), (ConsultState::Accepted, Some(person(1))));
    assert_eq!(due(&mut world), [Event::AppointmentBegun], "both are reminded");
    world.run(&joined(person(1))).unwrap();
    assert_eq!(world.get().state, ConsultState::InSession);
    assert!(seconds_until_due(&world, booked.from) > HOUR, "nobody is rung");
    assert_eq!(world.get().held().map(|held| held.slot), Some(booked), "until it is over");
}

#[test]
fn only_what_is_elective_goes_by_appointment_and_who_waits_needs_a_deadline() {
    let mut command = elective(WantedSlot::Whenever);
    let Command::Request { urgency, .. } = &mut command else { panic!() };
    *urgency = Urgency::Urgent;
    assert!(matches!(World::empty().run(&command), Err(Refusal::InvalidField { field: "appointment", .. })));
    let mut command = elective(WantedSlot::Whenever);
    let Command::Request { fields, .. } = &mut command else { panic!() };
    fields.deadline = None;
    assert!(matches!(World::empty().run(&command), Err(Refusal::InvalidField { field: "fields.deadline", .. })));
    let mut command = elective(WantedSlot::Whenever);
    let Command::Request { prealert, .. } = &mut command else { panic!() };
    *prealert = true;
    assert!(matches!(World::empty().run(&command), Err(Refusal::InvalidField { field: "appointment", .. })));
}

#[test]
fn a_moved_time_wants_a_new_yes_and_an_old_yes_does_not_count_for_it() {
    let (first, second) = (slot(1, 0), slot(1, 2));
    let mut world = begun(WantedSlot::Slot(first));
    world.run(&confirm(person(1), first)).unwrap();
    let events = world.run(&book(second, BookedBy::Requester)).unwrap();
    assert!(matches!(events[..], [Event::SlotEnded { why: AppointmentEnd::Moved, .. }, Event::SlotBooked { .. }]));
    assert_eq!((status(&world), world.get().specialist), (Some(AppointmentStatus::Pending), None));
    assert!(world.run(&confirm(person(1), first)).is_err(), "what was shown before");
    assert_eq!(world.run(&book(second, BookedBy::Requester)), Ok(vec![]), "a repeat");
    let third = slot(1, 5);
    world.run(&Command::ProposeSlot { person: person(1), slot: third }).unwrap();
    assert_eq!(status(&world), Some(AppointmentStatus::Proposed));
    assert_eq!(world.run(&Command::ProposeSlot { person: person(1), slot: third }), Ok(vec![]), "a repeat");
    world.run(&confirm(REQUESTER, third)).unwrap();
    assert_eq!((status(&world), world.get().specialist), (Some(AppointmentStatus::Booked), Some(person(1))));
}

#[test]
fn a_no_gives_the_slot_up_and_is_remembered() {
    let held = slot(1, 0);
    let mut world = begun(WantedSlot::Slot(held));
    world.run(&Command::DeclineSlot { person: person(1), from: held.from }).unwrap();
    let appointment = world.get().appointment.clone().unwrap();
    assert_eq!((appointment.slot, appointment.last_end), (None, Some(AppointmentEnd::Declined)));
    assert_eq!((appointment.declined, appointment.before), ([person(1)].into(), [person(1)].into()));
    assert_eq!(world.run(&Command::DeclineSlot { person: person(1), from: held.from }), Ok(vec![]), "a repeat");
    // The house's own no is not the specialist's.
    world.run(&book(slot(2, 0), BookedBy::Desk)).unwrap();
    world.run(&Command::DeclineSlot { person: REQUESTER, from: held.from }).unwrap();
    let appointment = world.get().appointment.clone().unwrap();
    assert_eq!((appointment.last_end, appointment.declined), (Some(AppointmentEnd::NotWanted), [person(1)].into()));
}

#[test]
fn what_the_desk_proposes_and_nobody_confirms_waits_again_and_what_the_house_picked_stands() {
    let mut world = begun(WantedSlot::Whenever);
    world.run(&book(slot(1, 0), BookedBy::Desk)).unwrap();
    world.run(&confirm(REQUESTER, slot(1, 0))).unwrap();
    assert_eq!(seconds_until_due(&world, START), DAY - 1800, "half an hour before it at the latest");
    let events = due(&mut world);
    assert!(matches!(events[..], [Event::SlotEnded { why: AppointmentEnd::NotConfirmed, .. }]), "{events:?}");
    assert_eq!(status(&world), Some(AppointmentStatus::Waitlist));

    let mut world = begun(WantedSlot::Slot(slot(1, 20)));
    assert_eq!(seconds_until_due(&world, START), DAY);
    assert_eq!(due(&mut world), [Event::alarm(AlarmKind::NotConfirmed)]);
    assert_eq!(status(&world), Some(AppointmentStatus::Pending));
    // At its time it rings who was booked, alone; then the ladder.
    let events = due(&mut world);
    assert!(
        matches!(
            events[..],
            [
                Event::SlotEnded { why: AppointmentEnd::NotConfirmed, .. },
                Event::RingsInstead,
                Event::RingStarted { assigned: true, .. },
                Event::Matched { .. }
            ]
        ),
        "{events:?}"
    );
    assert_eq!(world.rung(), [1]);
}

#[test]
fn who_does_not_come_is_rung_and_the_ladder_follows() {
    let booked = slot(1, 0);
    let mut world = begun(WantedSlot::Slot(booked));
    world.run(&confirm(person(1), booked)).unwrap();
    due(&mut world);
    world.run(&joined(REQUESTER)).unwrap();
    assert_eq!(due(&mut world), [Event::AppointmentBegun]);
    assert_eq!(seconds_until_due(&world, booked.from), 300);
    due(&mut world);
    assert_eq!((world.get().state, world.get().specialist), (ConsultState::Ringing, None));
    assert_eq!((world.rung(), world.get().held()), (vec![1], None::<&Held>));
    assert!(world.get().in_room.contains(&REQUESTER), "who waits stays in the room");
    due(&mut world);
    assert_eq!(world.rung(), [2], "then the ladder");
    assert_eq!(world.get().rings[0].outcome, RingOutcome::TimedOut);
    world.run(&accept(2)).unwrap();
    assert_eq!((world.get().state, world.get().specialist), (ConsultState::Accepted, Some(person(2))));
}

#[test]
fn what_waits_alarms_a_day_before_its_deadline_and_rings_an_hour_before() {
    let mut world = begun(WantedSlot::Whenever);
    assert_eq!(seconds_until_due(&world, START), 2 * DAY);
    assert_eq!(due(&mut world), [Event::alarm(AlarmKind::NoAppointment)]);
    assert_eq!(seconds_until_due(&world, START), 3 * DAY - HOUR);
    due(&mut world);
    assert_eq!((world.get().state, world.rung()), (ConsultState::Ringing, vec![2]));
    assert_eq!((status(&world), world.get().alarm), (None, None));
}

#[test]
fn ringing_and_waiting_become_each_other_and_urgency_ends_an_appointment() {
    let mut world = begun(WantedSlot::Slot(slot(1, 0)));
    world.run(&Command::RingNow { person: REQUESTER, matched: matched(plan(1, &[&[2]])) }).unwrap();
    assert_eq!((world.rung(), world.get().held()), (vec![2], None));
    world.run(&book(slot(3, 0), BookedBy::Requester)).unwrap();
    assert_eq!((world.rung(), world.get().state), (vec![], ConsultState::Booked));
    assert_eq!(world.get().rings[0].outcome, RingOutcome::Withdrawn);
    world.run(&Command::AwaitSlot { person: REQUESTER }).unwrap();
    assert!(world.get().wants_slot());
    let urgent = Command::ChangeUrgency {
        person: REQUESTER,
        urgency: Urgency::Urgent,
        matched: Some(matched(plan(1, &[&[3]]))),
    };
    world.run(&urgent).unwrap();
    assert_eq!((world.rung(), status(&world)), (vec![3], None));
    assert!(world.run(&book(slot(1, 0), BookedBy::Requester)).is_err(), "not elective any more");
}

#[test]
fn a_changed_duty_asks_who_has_it_instead_and_tells_the_coordinator() {
    let held = slot(1, 0);
    let mut world = begun(WantedSlot::Slot(held));
    world.run(&confirm(person(1), held)).unwrap();
    let changed = |to| Command::DutyChanged { person: person(1), from: held.from, to };
    world.run(&changed(Some(slot(2, 0)))).unwrap();
    let consult = world.get();
    assert_eq!((status(&world), consult.alarm), (Some(AppointmentStatus::Pending), Some(AlarmKind::AppointmentMoved)));
    assert_eq!(consult.held().map(|held| held.slot.person), Some(person(2)));
    assert!(consult.former.contains(&person(1)), "who had said yes sees what became of it");
    assert_eq!(world.run(&changed(None)), Ok(vec![]), "it is another one by now");
    world.run(&confirm(person(2), held)).unwrap();
    assert_eq!((world.get().alarm, world.get().specialist), (None, Some(person(2))));

    let mut world = begun(WantedSlot::Slot(held));
    world.run(&changed(None)).unwrap();
    assert_eq!(
        (status(&world), world.get().alarm),
        (Some(AppointmentStatus::Waitlist), Some(AlarmKind::AppointmentMoved))
    );
    assert_eq!(world.get().appointment.as_ref().unwrap().last_end, Some(AppointmentEnd::DutyChanged));
}

#[test]
fn what_is_cancelled_or_handed_over_holds_no_slot() {
    let held = slot(1, 0);
    let mut world = begun(WantedSlot::Slot(held));
    let events = world.run(&Command::Cancel { person: REQUESTER, reason: PrivateText::default() }).unwrap();
    assert!(matches!(events[..], [Event::SlotEnded { why: AppointmentEnd::Cancelled, .. }, Event::Cancelled { .. }]));
    assert_eq!(world.get().held(), None);

    let mut world = begun(WantedSlot::Slot(held));
    world.run(&confirm(person(1), held)).unwrap();
    due(&mut world);
    world.run(&Command::HandOver { person: person(1), to: person(2) }).unwrap();
    world.run(&Command::AcceptOffer { person: person(2) }).unwrap();
    assert_eq!((world.get().held(), world.get().specialist), (None, Some(person(2))));
}

#[test]
fn what_release_0_4_stored_is_read_as_it_was_meant() {
    let log = stored(RELEASE_0_4);
    let until = |seq: usize| Consult::replay(CONSULT, &log[..seq]).unwrap();
    assert_eq!(until(2).appointment_status(), Some(AppointmentStatus::Waitlist));
    assert_eq!(until(3).appointment_status(), Some(AppointmentStatus::Proposed));
    assert_eq!((until(7).specialist, until(8).state), (Some(person(2)), ConsultState::Accepted));
    assert!(until(9).held().is_some_and(|held| held.begun));
    let consult = until(log.len());
    assert_eq!((consult.state, consult.specialist, consult.appointment), (ConsultState::Ringing, None, None));
    let lines: Vec<_> = RELEASE_0_4.lines().skip(1).map(|line| line.split('\t').nth(2).unwrap()).collect();
    assert_eq!(log.iter().skip(1).map(|entry| entry.event.to_body()).collect::<Vec<_>>(), lines);
}
