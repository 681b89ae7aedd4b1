//! Random command sequences: whatever happens, no consult is forgotten and exactly one accept wins.

use super::*;
use crate::domain::{
    consult::{BREAK_GLASS_SECONDS, BookedBy, WantedSlot, actions, ring_id},
    slots::Slot,
};
use proptest::prelude::*;
use schemas::{
    GuestId, StudyId,
    consult::{ActionName, AlarmKind, ClockStamp, Consent, Part, Present, Receipt},
    guest::{GuestPart, GuestState},
    report::{Outcome, OutcomeCourse},
    slots::AppointmentSide,
};
use std::collections::BTreeSet;

/// People 1 to 5 are specialists; 0 stands for the requester, 6 for the coordinator.
const PEOPLE: u128 = 7;
const COORDINATOR: u128 = 6;

#[derive(Clone, Debug)]
enum Step {
    /// An action by one person; where it concerns another one, that is the second number.
    Do(ActionName, u128, u128),
    Left(u128),
    /// The guest's side of the door: waits, joins, leaves.
    Guest(u8, u128),
    Glass(u128),
    /// Somebody whom it waits for may be free.
    Freed(Plan, Vec<u128>),
    /// Whoever it is booked with goes off duty, and this one has it, or nobody.
    DutyChanged(u128, bool),
    /// The ticker at the next deadline, with a new ranking or without; who is busy counts where nobody is left.
    Due(Option<Plan>, Vec<u128>),
    /// A tick at any time.
    Tick,
    /// The clock jumps, also back: nodes differ.
    Wait(i64),
}

fn who(n: u128) -> PersonId {
    if n == 0 { REQUESTER } else { person(n) }
}

fn guest_id(n: u128) -> GuestId {
    GuestId(Uuid::from_u128(900 + n))
}

fn ranking(plan: Plan, busy: &[u128]) -> Matched {
    Matched { busy: busy.iter().map(|n| person(*n)).collect(), ..matched(plan) }
}

fn command(action: ActionName, n: u128, m: u128, world: &World) -> Command {
    let (person, other, consult) = (who(n), who(m), world.get());
    let text = || PrivateText::from(format!("Text {n}"));
    let urgency = [Urgency::Emergency, Urgency::Urgent, Urgency::Elective][(m % 3) as usize];
    let study_id = StudyId(Uuid::from_u128(m));
    // Where a button is shown, the guest, question or study that it is about exists: take the first fitting one.
    let guest = |state: fn(GuestState) -> bool| {
        consult.guests.iter().find(|guest| state(guest.state)).map_or(guest_id(m), |guest| guest.id)
    };
    match action {
        ActionName::CompleteFields => {
            let fields = CaseFields { diagnosis: Some(format!("{n}")), ..CaseFields::default() };
            Command::CompleteFields { person, fields: if m == 0 { whole_case() } else { fields } }
        }
        ActionName::RequestNow => {
            let fields = CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() };
            Command::RequestNow { person, urgency, fields, matched: matched(plan(1, &[&[1], &[2]])) }
        }
        ActionName::ChangeUrgency => {
            let matched = (n != 0).then(|| matched(plan(2, &[&[1], &[m.max(1)]])));
            Command::ChangeUrgency { person, urgency, matched }
        }
        ActionName::BookSlot => {
            let by = if n == COORDINATOR { BookedBy::Desk } else { BookedBy::Requester };
            Command::BookSlot { person, slot: slot(m.clamp(1, COORDINATOR - 1), m, world.now), by }
        }
        ActionName::AwaitSlot => Command::AwaitSlot { person },
        ActionName::ConfirmSlot => Command::ConfirmSlot { person, from: held_from(consult) },
        ActionName::DeclineSlot => Command::DeclineSlot { person, from: held_from(consult) },
        ActionName::ProposeSlot => Command::ProposeSlot { person, slot: slot(n, m, world.now) },
        ActionName::RingNow => Command::RingNow { person, matched: matched(plan(1, &[&[1], &[m.max(1)]])) },
        ActionName::Stamp => Command::Stamp { person, stamp: ClockStamp::Door, at: START.plus_seconds(m as i64) },
        ActionName::Accept => Command::Accept { person },
        ActionName::AcceptInFive => Command::AcceptInFive { person },
        ActionName::PassOn => Command::PassOn { person, ring_id: None },
        ActionName::Decline => decline(n),
        ActionName::RingReceipt => {
            let ring = consult.active_rings().find(|ring| ring.person == person).map(|ring| ring.ring_id);
            let ring_id = ring.unwrap_or_else(|| ring_id(consult.id, consult.round, consult.step, person));
            Command::RingReceipt { person, ring_id, receipt: Receipt::Seen }
        }
        ActionName::TakeOver => Command::TakeOver { person },
        ActionName::Assign => Command::Assign { person, to: other },
        ActionName::HandOver => Command::HandOver { person, to: other },
        ActionName::AcceptOffer => Command::AcceptOffer { person },
        ActionName::DeclineOffer => Command::DeclineOffer { person },
        ActionName::AddParticipant => {
            let part = if m.is_multiple_of(2) { Part::SecondSpecialist } else { Part::Interpreter };
            Command::AddParticipant { person, who: other, part }
        }
        ActionName::RemoveParticipant => Command::RemoveParticipant { person, who: other },
        ActionName::AskForMore => Command::AskForMore { person, text: text() },
        ActionName::Reply => Command::Reply { person, text: text() },
        ActionName::Cancel => Command::Cancel { person, reason: "weil".into() },
        ActionName::AttachStudy => Command::AttachStudy { person: Some(person), study_id },
        ActionName::DetachStudy => {
            let study_id = consult.studies.first().copied().unwrap_or(study_id);
            Command::DetachStudy { person, study_id, reason: PrivateText::default() }
        }
        ActionName::Join => Command::Joined { person },
        ActionName::RollCall => {
            let present = vec![Present { name: text(), role: PrivateText::default() }];
            Command::RollCall { person, present }
        }
        ActionName::RecordConsent => Command::RecordConsent { person, consent: Consent::Presumed },
        ActionName::InviteGuest => {
            let free = (0..).map(guest_id).find(|id| consult.guest(*id).is_none()).unwrap();
            Command::InviteGuest { person, guest_id: free, name: text(), part: GuestPart::Relative }
        }
        ActionName::AdmitGuest => Command::AdmitGuest { person, guest_id: guest(|s| s == GuestState::Waiting) },
        ActionName::RemoveGuest => Command::RemoveGuest { person, guest_id: guest(|s| s != GuestState::Removed) },
        ActionName::LiftEncryption => Command::LiftEncryption { person },
        ActionName::EndSession => Command::EndSession { person },
        ActionName::SignReport => {
            Command::SignReport { person, answer: answer(), after_version: 0, reason: PrivateText::default() }
        }
        ActionName::Amend => {
            let after_version = u32::try_from(consult.versions.len()).unwrap();
            let answer = Answer { findings: format!("{after_version}").as_str().into(), ..answer() };
            Command::SignReport { person, answer, after_version, reason: "Nachtrag".into() }
        }
        ActionName::Acknowledge => Command::Acknowledge { person },
        ActionName::ReportTakenOver => Command::ReportTakenOver { person },
        ActionName::Close => Command::Close { person, close_out: None, missing_because: "unbekannt".into() },
        ActionName::FeedBack => {
            let at = UnixMillis(0);
            let outcome = Outcome { course: OutcomeCourse::Improved, diagnosis_confirmed: None, note: text(), at };
            Command::FeedBack { person, outcome }
        }
    }
}

/// An hour from now and later.
fn slot(who: u128, n: u128, now: UnixMillis) -> Slot {
    let from = now.plus_seconds(3600 + n as i64 * 1200);
    let until = from.plus_seconds(1200);
    Slot { from, person: person(who), until, busy: (from, until.plus_seconds(600)) }
}

fn held_from(consult: &Consult) -> UnixMillis {
    consult.held().map_or(START, |held| held.slot.from)
}

fn plans() -> impl Strategy<Value = Plan> {
    let people = proptest::collection::btree_set(1..COORDINATOR, 1..4);
    let step = (people, prop::option::weighted(0.3, 0u32..30), prop::bool::weighted(0.1));
    (1u32..4, proptest::collection::vec(step, 0..4)).prop_map(|(rounds, steps)| {
        let people: Vec<Vec<u128>> = steps.iter().map(|(people, ..)| people.iter().copied().collect()).collect();
        let mut plan = plan(rounds, &people.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for (planned, (_, beside_after, alarm)) in plan.steps.iter_mut().zip(&steps) {
            planned.beside_after = *beside_after;
            planned.alarm = *alarm;
        }
        plan
    })
}

fn busy() -> impl Strategy<Value = Vec<u128>> {
    proptest::collection::vec(1..COORDINATOR, 0..3)
}

/// A first command: a request, a request while everybody is busy, a pre-alert, or by appointment.
fn beginnings() -> impl Strategy<Value = Command> {
    (plans(), busy(), 0u8..7).prop_map(|(first, busy, kind)| {
        let mut command = request(if kind == 1 { plan(1, &[]) } else { first });
        if let Command::Request { prealert, matched, urgency, fields, appointment, .. } = &mut command {
            *prealert = kind == 0;
            if kind > 3 {
                (*urgency, *fields) = (Urgency::Elective, whole_case());
                fields.deadline = Some(START.plus_seconds(3 * 86_400));
                *appointment = match kind {
                    4 => Some(WantedSlot::Whenever),
                    5 => Some(WantedSlot::Slot(slot(1, 4, START))),
                    _ => None,
                };
            }
            matched.busy = busy.into_iter().map(person).collect();
        }
        command
    })
}

fn steps() -> impl Strategy<Value = Step> {
    use ActionName::*;
    // Endings are rare, so that most sequences get far before they end.
    let action = prop_oneof![
        8 => proptest::sample::select(vec![PassOn, AcceptInFive, RingReceipt, Decline]),
        4 => Just(Accept),
        3 => Just(RequestNow),
        5 => proptest::sample::select(vec![ChangeUrgency, TakeOver, Assign]),
        6 => proptest::sample::select(vec![BookSlot, ConfirmSlot, ConfirmSlot]),
        2 => proptest::sample::select(vec![AwaitSlot, DeclineSlot, ProposeSlot, RingNow]),
        5 => proptest::sample::select(vec![HandOver, AcceptOffer, DeclineOffer, Assign]),
        5 => proptest::sample::select(vec![AddParticipant, RemoveParticipant, AskForMore, Reply]),
        5 => proptest::sample::select(vec![InviteGuest, AdmitGuest, RemoveGuest, RollCall, RecordConsent, LiftEncryption]),
        6 => proptest::sample::select(vec![Join, CompleteFields, AttachStudy, DetachStudy, Stamp]),
        5 => proptest::sample::select(vec![EndSession, SignReport, Acknowledge, Amend, ReportTakenOver, FeedBack]),
        1 => proptest::sample::select(vec![Cancel, Close]),
    ];
    prop_oneof![
        16 => (action, 0..PEOPLE, 0..PEOPLE).prop_map(|(action, n, m)| Step::Do(action, n, m)),
        2 => (0..PEOPLE).prop_map(Step::Left),
        3 => (0u8..3, 0u128..4).prop_map(|(what, n)| Step::Guest(what, n)),
        1 => (0..PEOPLE).prop_map(Step::Glass),
        1 => (plans(), busy()).prop_map(|(plan, busy)| Step::Freed(plan, busy)),
        1 => (1..COORDINATOR, any::<bool>()).prop_map(|(n, there_is)| Step::DutyChanged(n, there_is)),
        6 => (prop::option::of(plans()), busy()).prop_map(|(plan, busy)| Step::Due(plan, busy)),
        1 => Just(Step::Tick),
        2 => (-100i64..2000).prop_map(Step::Wait),
    ]
}

/// What has to hold after every event.
fn check(world: &World) {
    let consult = world.get();
    if consult.state.is_open() {
        let attended = next_deadline(consult).is_some() || consult.alarm.is_some();
        assert!(attended, "forgotten in state {:?}", consult.state);
        assert_eq!(consult.ended_at, None);
    } else {
        assert_eq!((next_deadline(consult), consult.alarm), (None, None));
        assert!(consult.ended_at.is_some());
    }
    let ladder = matches!(consult.state, ConsultState::Ringing | ConsultState::Unanswered);
    let held = consult.promise.is_some() || consult.taken_over.is_some();
    assert!(ladder || (world.rung().is_empty() && !held), "rings after the ladder's end");
    assert!(!held || world.rung().is_empty(), "rings while somebody holds the ladder");
    assert!(consult.queue.is_none() || consult.state == ConsultState::Unanswered, "queued elsewhere");
    match consult.state {
        ConsultState::Cancelled => {}
        ConsultState::Booked => {
            let confirmed = consult.held().filter(|held| held.is_confirmed()).map(|held| held.slot.person);
            assert_eq!(consult.specialist, confirmed, "whoever both said yes to");
        }
        state => assert_eq!(ladder || state == ConsultState::Prealert, consult.specialist.is_none()),
    }

    let asked = consult.asked_since().is_some();
    assert!(asked || matches!(consult.state, ConsultState::Prealert | ConsultState::Cancelled), "since when?");
    let last_said = world.log.iter().rev().find(|recorded| {
        matches!(recorded.event, Event::Amended { .. } | Event::Acknowledged { .. } | Event::Closed { .. })
    });
    if last_said.is_some_and(|recorded| matches!(recorded.event, Event::Amended { .. })) {
        assert_eq!(consult.state, ConsultState::Reported, "a new version waits to be read");
    }

    let accepts = world.log.iter().filter(|r| matches!(r.event, Event::Accepted { .. })).count();
    assert!(accepts <= 1 && (accepts == 0 || consult.specialist.is_some()), "exactly one accept wins");
    let mut asked = None;
    let specialist = world.log.iter().fold(None, |specialist, recorded| match &recorded.event {
        Event::Accepted { person } | Event::SpecialistChanged { person } => Some(*person),
        Event::SlotBooked { person, specialist, requester, .. } => {
            asked = Some((*person, *specialist, *requester));
            None
        }
        Event::SlotConfirmed { side, .. } => {
            let (person, mut yes, mut yes_too) = asked.expect("a slot is held");
            match side {
                AppointmentSide::Specialist => yes = true,
                AppointmentSide::Requester => yes_too = true,
            }
            asked = Some((person, yes, yes_too));
            (yes && yes_too).then_some(person)
        }
        Event::SlotEnded { .. } | Event::RingsInstead => None,
        _ => specialist,
    });
    assert_eq!(consult.specialist, specialist, "exactly one specialist at a time");
    assert!(consult.held().is_none() || consult.state.is_open(), "what is over holds no slot");
    assert!(specialist.is_none_or(|person| !consult.former.contains(&person) && consult.part_of(person).is_none()));

    let last = |wanted: fn(&Event) -> bool| world.log.iter().rev().find(|r| wanted(&r.event)).map_or(0, |r| r.seq);
    let raised = last(|event| matches!(event, Event::AlarmRaised { .. }));
    let began =
        last(|event| matches!(event, Event::Accepted { .. } | Event::SpecialistChanged { .. } | Event::SessionEnded));
    let of_work = matches!(consult.alarm, Some(AlarmKind::NotStarted | AlarmKind::AnswerLate));
    assert!(!of_work || began < raised, "an alarm about work that is over hides the next one");

    let ring_ids: BTreeSet<_> = consult.rings.iter().map(|ring| ring.ring_id).collect();
    assert_eq!(ring_ids.len(), consult.rings.len());
    let declined = consult.declined();
    assert!(consult.active_rings().all(|ring| !declined.contains(&ring.person)), "rung after declining");
    assert!(world.log.iter().zip(1..).all(|(recorded, seq)| recorded.seq == seq));

    let inside: BTreeSet<_> =
        consult.stays.iter().filter(|stay| stay.until.is_none()).map(|stay| stay.person).collect();
    assert_eq!(inside, consult.in_room, "the ledger knows who is inside");
    assert!(consult.versions.iter().zip(1..).all(|(signed, version)| signed.version == version));
    let kept: serde_json::Value = serde_json::to_value(consult).unwrap();
    assert_eq!(&serde_json::from_value::<Consult>(kept).unwrap(), consult, "a snapshot is the state");
}

/// Every button that is shown works, for everybody.
fn check_buttons(world: &World) {
    for n in 0..PEOPLE {
        let role = match n {
            0 => Role::Referrer,
            COORDINATOR => Role::Coordinator,
            _ => Role::Specialist,
        };
        let actor = actor(who(n), if n == 0 { HOUSE } else { CENTRE }, &[role]);
        for action in actions(world.get(), &actor, world.now) {
            let works = |m| decide(world.consult.as_ref(), &command(action, n, m, world), world.now);
            // It works for somebody: not everybody can be assigned, and a stamp may lie too far back or ahead.
            let decided: Vec<_> = (0..PEOPLE + 2).map(works).collect();
            assert!(decided.iter().any(Result::is_ok), "{action:?} is shown to {n} and refused: {decided:?}");
        }
    }
}

fn take(world: &mut World, step: Step) -> Result<(), TestCaseError> {
    let before = world.get().clone();
    let told = match step {
        Step::Do(action, n, m) => {
            let command = command(action, n, m, world);
            if world.run(&command).is_err() {
                prop_assert_eq!(&before, world.get(), "a refusal changes nothing");
            } else if !matches!(action, ActionName::CompleteFields | ActionName::PassOn) {
                let again = world.run(&command);
                prop_assert!(again.map_or(true, |again| again.is_empty()), "a repeat changes nothing: {:?}", command);
            }
            return Ok(());
        }
        Step::Left(n) => left(who(n)),
        Step::Guest(0, n) => Command::GuestWaits { guest_id: guest_id(n) },
        Step::Guest(1, n) => Command::GuestJoined { guest_id: guest_id(n) },
        Step::Guest(_, n) => Command::GuestLeft { guest_id: guest_id(n) },
        Step::Glass(n) => Command::BreakGlass {
            person: who(n),
            until: world.now.plus_seconds(BREAK_GLASS_SECONDS),
            reason: "Kollege nicht erreichbar".into(),
        },
        Step::DutyChanged(n, there_is) => {
            let Some(held) = world.get().held().copied() else { return Ok(()) };
            let to = there_is.then_some(Slot { person: who(n), ..held.slot });
            Command::DutyChanged { person: held.slot.person, from: held.slot.from, to }
        }
        Step::Freed(plan, busy) => Command::Freed { matched: ranking(plan, &busy) },
        Step::Due(plan, busy) => {
            let Some(due) = next_deadline(world.get()) else { return Ok(()) };
            world.now = world.now.max(due);
            let rematch = plan.filter(|_| wants_rematch(world.get(), world.now)).map(|plan| ranking(plan, &busy));
            let events = world.run(&Command::Tick { rematch }).unwrap();
            prop_assert!(!events.is_empty(), "a due tick makes progress");
            let next = next_deadline(world.get());
            prop_assert!(next.is_none_or(|next| next > world.now), "and does not spin");
            return Ok(());
        }
        Step::Tick => Command::Tick { rematch: None },
        Step::Wait(seconds) => {
            world.now = world.now.plus_seconds(seconds);
            return Ok(());
        }
    };
    if world.run(&told).is_err() {
        prop_assert_eq!(&before, world.get(), "a refusal changes nothing");
    }
    Ok(())
}

/// A few seconds in a normal run; `tests/run --long` looks for hours' worth of luck.
fn cases() -> u32 {
    if std::env::var_os("TELEKONSIL_LONG").is_some() { 8_192 } else { 96 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_path_forgets_a_consult(first in beginnings(), steps in proptest::collection::vec(steps(), 0..80)) {
        let mut world = World::empty();
        world.run(&first).unwrap();
        check(&world);
        for step in steps {
            take(&mut world, step)?;
            check(&world);
            check_buttons(&world);
        }
        let replayed = Consult::replay(CONSULT, &world.log);
        prop_assert_eq!(replayed.as_ref(), Some(world.get()), "replay is the fold");
        let stored: Vec<Recorded> = world
            .log
            .iter()
            .map(|recorded| Recorded {
                event: Event::from_body(recorded.version, &recorded.event.to_body()).unwrap(),
                ..recorded.clone()
            })
            .collect();
        prop_assert_eq!(&stored, &world.log, "bodies come back as they were");
    }

    #[test]
    fn any_order_of_known_events_folds_without_a_panic(
        first in beginnings(),
        steps in proptest::collection::vec(steps(), 0..60),
        order in proptest::collection::vec(any::<proptest::sample::Index>(), 0..80),
    ) {
        let mut world = World::empty();
        world.run(&first).unwrap();
        for step in steps {
            take(&mut world, step)?;
        }
        let mut consult = world.get().clone();
        for index in order {
            consult.apply(index.get(&world.log));
            let _ = (next_deadline(&consult), wants_rematch(&consult, world.now), consult.facts(world.now));
            let _ = crate::domain::consult::ledger(&consult, world.now);
            let _ = decide(Some(&consult), &Command::Tick { rematch: None }, world.now);
        }
    }
}
