use super::*;
use crate::domain::consult::{actions, view};
use schemas::{
    GuestId, StudyId,
    consult::{ActionName, Consent, Part, Present, RingOutcome, StudyStatus, TimelineWhat},
    directory::{HospitalRef, PersonRef, Service, Specialty},
    guest::GuestPart,
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
    view::summary(world.get(), hospital, service, 2, &resolve)
}

fn detail(world: &World, actor: &Actor) -> schemas::consult::ConsultDetail {
    let material = view::Material { summary: summary(world), studies: vec![], detached: vec![] };
    view::detail(world.get(), &world.log, material, actor, world.now, &resolve)
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

fn buttons(world: &World, actor: &Actor) -> Vec<ActionName> {
    actions(world.get(), actor, world.now)
}

#[test]
fn each_person_sees_the_buttons_that_would_work() {
    use ActionName::*;
    let prealert = World::prealert();
    assert_eq!(
        buttons(&prealert, &requester()),
        [CompleteFields, RequestNow, ChangeUrgency, Stamp, Cancel, AttachStudy]
    );
    assert_eq!(buttons(&prealert, &specialist(1)), []);
    assert_eq!(buttons(&prealert, &coordinator()), [ChangeUrgency, Cancel]);

    let ringing = World::ringing(plan(1, &[&[1], &[2]]));
    assert_eq!(
        buttons(&ringing, &requester()),
        [CompleteFields, ChangeUrgency, Stamp, Cancel, AttachStudy, RecordConsent, LiftEncryption]
    );
    assert_eq!(buttons(&ringing, &specialist(1)), [Accept, AcceptInFive, PassOn, Decline, RingReceipt]);
    assert_eq!(buttons(&ringing, &specialist(2)), []);
    assert_eq!(buttons(&ringing, &coordinator()), [ChangeUrgency, TakeOver, Assign, AddParticipant, Cancel]);

    let session = World::in_session();
    assert_eq!(
        buttons(&session, &specialist(1)),
        [
            Stamp,
            HandOver,
            AddParticipant,
            AskForMore,
            Join,
            RollCall,
            RecordConsent,
            InviteGuest,
            LiftEncryption,
            EndSession,
            SignReport
        ]
    );
    assert_eq!(
        buttons(&session, &requester()),
        [CompleteFields, Stamp, Cancel, AttachStudy, Join, RollCall, RecordConsent, InviteGuest, LiftEncryption]
    );
    assert_eq!(buttons(&session, &coordinator()), [Assign, AddParticipant, Cancel]);

    let mut reported = World::reported();
    reported.do_all(&[left(person(1)), left(REQUESTER)]);
    assert_eq!(
        buttons(&reported, &requester()),
        [CompleteFields, Stamp, AttachStudy, LiftEncryption, Acknowledge, ReportTakenOver, Close]
    );
    assert_eq!(buttons(&reported, &specialist(1)), [Stamp, LiftEncryption, Amend]);
    assert_eq!(buttons(&reported, &coordinator()), [Close]);

    reported.run(&close()).unwrap();
    assert_eq!(buttons(&reported, &requester()), [ReportTakenOver, FeedBack]);
    assert_eq!(buttons(&reported, &specialist(1)), [Amend]);
    assert_eq!(buttons(&reported, &coordinator()), []);
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
fn each_relation_sees_its_part_of_the_case() {
    // Fields, question, name, report, exchanges, guests, roll call, consent, ledger, clock.
    let sees = |world: &World, actor: &Actor| {
        let detail = detail(world, actor);
        let fields = detail.fields.unwrap_or_default();
        [
            fields.question.is_some(),
            fields.family_name.is_some(),
            detail.answer.is_some() && detail.versions.len() == 1 && detail.close_out.is_none(),
            !detail.exchanges.is_empty(),
            !detail.guests.is_empty(),
            detail.roll_call.is_some() && detail.consent.is_some(),
            detail.ledger.is_some(),
            detail.clock.is_some(),
        ]
        .map(|sees| if sees { '+' } else { '.' })
        .iter()
        .collect::<String>()
    };
    let mut world = World::in_session();
    let present = vec![Present { name: "Pflege Huber".into(), role: PrivateText::default() }];
    let guest_id = GuestId(Uuid::from_u128(901));
    let part = |n, part| Command::AddParticipant { person: person(1), who: person(n), part };
    world.do_all(&[
        Command::CompleteFields { person: REQUESTER, fields: whole_case() },
        part(5, Part::SecondSpecialist),
        part(6, Part::Interpreter),
        Command::AskForMore { person: person(1), text: "Laktat?".into() },
        Command::InviteGuest { person: REQUESTER, guest_id, name: "Ayşe Demir".into(), part: GuestPart::Relative },
        Command::RollCall { person: REQUESTER, present },
        Command::RecordConsent { person: REQUESTER, consent: Consent::Given },
        Command::HandOver { person: person(1), to: person(7) },
        Command::BreakGlass {
            person: person(70),
            until: world.now.plus_seconds(60),
            reason: "Vertretung im Notfall".into(),
        },
    ]);
    let interpreter = actor(person(6), CENTRE, &[]);
    assert_eq!(sees(&world, &specialist(7)), "+......+", "who is offered it sees the question");
    assert_eq!(sees(&world, &interpreter), "........");
    world.do_all(&[Command::AcceptOffer { person: person(7) }]);
    let (author, answer) = (person(7), answer());
    world.do_all(&[Command::SignReport { person: author, answer, after_version: 0, reason: PrivateText::default() }]);
    assert_eq!(sees(&world, &requester()), "++++++++");
    assert_eq!(sees(&world, &specialist(7)), "++++++++");
    assert_eq!(sees(&world, &specialist(5)), "++++++.+", "the second specialist");
    assert_eq!(sees(&world, &specialist(1)), "..+.....", "the former one keeps the report");
    assert_eq!(sees(&world, &specialist(70)), "++++.+.+", "broken glass");
    assert_eq!(sees(&world, &coordinator()), "......+.");
    assert_eq!(sees(&world, &interpreter), "........");
    world.now = world.now.plus_seconds(60);
    assert_eq!(sees(&world, &specialist(70)), "........", "its time is over");
}

#[test]
fn reasons_reach_those_whom_they_concern() {
    let because = |actor: &Actor, world: &World| {
        let detail = detail(world, actor);
        (detail.cancelled_because.map(|text| text.0), detail.missing_because.map(|text| text.0))
    };
    let mut cancelled = World::accepted();
    cancelled.run(&Command::Cancel { person: REQUESTER, reason: "verlegt".into() }).unwrap();
    for reader in [requester(), specialist(1)] {
        assert_eq!(because(&reader, &cancelled), (Some("verlegt".into()), None));
    }
    assert_eq!(because(&coordinator(), &cancelled), (None, None), "it may name the patient");

    let mut closed = World::reported();
    closed.run(&close()).unwrap();
    assert_eq!(because(&specialist(1), &closed), (None, Some("nicht ansprechbar".into())));
    assert_eq!(because(&coordinator(), &closed), (None, None));
}

#[test]
fn why_somebody_declined_is_for_those_who_look_for_another() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&decline(1)).unwrap();
    let told = |actor: &Actor| {
        let detail = detail(&world, actor);
        let on_ring = detail.rings.iter().find_map(|ring| ring.declined_because);
        let in_history = detail.timeline.iter().find_map(|entry| match entry.what {
            TimelineWhat::RingEnded { declined_because, .. } => declined_because,
            _ => None,
        });
        (on_ring, in_history)
    };
    let reason = Some(DeclineReason::NoCapacity);
    assert_eq!((told(&requester()), told(&coordinator())), ((reason, reason), (reason, reason)));
    assert_eq!(told(&specialist(2)), (None, None), "a colleague need not know");
}

#[test]
fn the_clock_of_a_request_does_not_count_from_its_pre_alert() {
    let mut world = World::prealert();
    assert_eq!(summary(&world).requested_at, None);
    world.now = world.now.plus_seconds(900);
    let matched = matched(plan(1, &[&[1]]));
    let fields = CaseFields::default();
    world.run(&Command::RequestNow { person: REQUESTER, urgency: Urgency::Emergency, fields, matched }).unwrap();
    let line = summary(&world);
    assert_eq!((line.created_at, line.requested_at), (START, Some(world.now)));
    assert_eq!(summary(&World::accepted()).requested_at, Some(START));
}

#[test]
fn who_is_notified_sees_when_the_patient_comes_and_no_more() {
    let mut world = World::prealert();
    let fields = CaseFields { eta: Some(START.plus_seconds(900)), ..whole_case() };
    world.run(&Command::CompleteFields { person: REQUESTER, fields }).unwrap();
    let detail = detail(&world, &specialist(1));
    assert_eq!((detail.summary.eta, detail.fields, detail.clock), (Some(START.plus_seconds(900)), None, None));
    assert!(detail.actions.is_empty());
}

#[test]
fn detached_studies_are_shown_to_the_house_that_may_undo_it() {
    let world = World::in_session();
    let study = |n| StudyStatus {
        id: StudyId(Uuid::from_u128(n)),
        study_instance_uid: "1.2".into(),
        modalities: vec![],
        description: None,
        study_date: None,
        declared: None,
        received: 0,
    };
    let shown = |actor: &Actor| {
        let material =
            view::Material { summary: summary(&world), studies: vec![study(1)], detached: vec![study(2), study(3)] };
        let detail = view::detail(world.get(), &world.log, material, actor, world.now, &resolve);
        (detail.studies.len(), detail.detached.len())
    };
    assert_eq!((shown(&requester()), shown(&specialist(1)), shown(&coordinator())), ((1, 2), (1, 0), (0, 0)));
}

#[test]
fn lists_and_timelines_hold_no_patient_data() {
    let log = super::log::stored(super::log::RELEASE_0_2);
    let consult = Consult::replay(CONSULT, &log).unwrap();
    let world = World { consult: Some(consult), log, now: START };
    let text = serde_json::to_string(&(summary(&world), view::timeline(&world.log, true, &resolve))).unwrap();
    for private in
        ["Lyse", "Laktat", "2,1", "Ay\u{15f}e", "Huber", "Vertretung", "anderer Patient", "doch rechts", "Reha"]
    {
        assert!(!text.contains(private), "{private}");
    }
}

#[test]
fn a_line_in_a_list_says_what_everybody_waits_for() {
    let mut world = World::in_session();
    let guest_id = GuestId(Uuid::from_u128(901));
    world.do_all(&[
        Command::AskForMore { person: person(1), text: "Laktat?".into() },
        Command::InviteGuest { person: REQUESTER, guest_id, name: "Gast".into(), part: GuestPart::Other },
        Command::GuestWaits { guest_id },
        Command::HandOver { person: person(1), to: person(7) },
    ]);
    let line = summary(&world);
    assert!(line.asked_for_more && !line.report_taken_over);
    assert_eq!((line.waiting_guests, line.offer.map(|offer| offer.to.id)), (1, Some(person(7))));
    let mut ringing = World::ringing(plan(1, &[&[1]]));
    ringing.run(&Command::TakeOver { person: person(90) }).unwrap();
    assert_eq!(summary(&ringing).taken_over_by.map(|by| by.id), Some(person(90)));
    let queued = super::overtaking::queued(&[1]);
    assert_eq!(summary(&queued).queue.map(|queue| queue.ahead), Some(2));
}

#[test]
fn the_timeline_names_who_did_it_and_leaves_the_machine_unnamed() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&pass(1)).unwrap();
    let timeline = view::timeline(&world.log, true, &resolve);
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
