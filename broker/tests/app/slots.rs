//! Appointments: two who want the same slot, moving, saying yes and no, changed duties, batches.

use crate::stage::Stage;
use schemas::{
    AbsenceId, ConsultId,
    consult::{Action, AlarmKind, ConsultState, NewConsult, Urgency},
    directory::{DutyLevel, Specialty},
    problem::ProblemCode,
    rota::{AbsenceKind, DutyWindow, OnHolidays, PutAbsence},
    slots::{
        AppointmentEnd, AppointmentSlot, AppointmentStatus, BookingRules, ChosenPlacement, SendPlacements,
        ServiceBooking, SlotChoice, SlotQuery, WantedAppointment,
    },
};
use telekonsil::app::{Actor, App, Error};
use uuid::Uuid;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// Half an hour from 13 to 16 on each day, first duty.
fn rules() -> BookingRules {
    BookingRules {
        hours: vec![DutyWindow {
            days: (1..=7).collect(),
            from: "13:00:00".into(),
            until: "16:00:00".into(),
            on_holidays: OnHolidays::AsWeekday,
            weeks: None,
        }],
        levels: vec![DutyLevel::Primary],
        slot_minutes: 20,
        before_minutes: 0,
        after_minutes: 10,
        lead_minutes: 120,
        horizon_days: 5,
        per_day: 4,
    }
}

/// The stroke service can be booked.
async fn bookable(stage: &Stage) {
    let service = stage.service(Specialty::StrokeNeurology).await;
    let booking = ServiceBooking { rules: Some(rules()) };
    stage.app.put_booking_rules(&stage.coordinator, service, &booking).await.expect("writes");
}

async fn slots(stage: &Stage, app: &App) -> Vec<AppointmentSlot> {
    let service = stage.service(Specialty::StrokeNeurology).await;
    app.slots(&stage.referrer, service, SlotQuery::default()).await.expect("reads").slots
}

const fn choice(slot: &AppointmentSlot) -> SlotChoice {
    SlotChoice { person: slot.person.id, start: slot.start }
}

async fn elective(stage: &Stage, wanted: WantedAppointment) -> NewConsult {
    let mut new = stage.request().await;
    new.urgency = Urgency::Elective;
    new.fields.deadline = Some(stage.now().plus_seconds(4 * DAY));
    new.appointment = Some(wanted);
    new
}

async fn booked(stage: &Stage, slot: &AppointmentSlot) -> Result<ConsultId, Error> {
    let new = elective(stage, WantedAppointment::Slot { slot: choice(slot) }).await;
    stage.app.create(&stage.referrer, "s", new.clone()).await.map(|_| new.id)
}

async fn waiting(stage: &Stage) -> ConsultId {
    let new = elective(stage, WantedAppointment::Whenever).await;
    stage.app.create(&stage.referrer, "s", new.clone()).await.expect("is made");
    new.id
}

async fn status(stage: &Stage, id: ConsultId) -> (ConsultState, Option<AppointmentStatus>) {
    let summary = stage.detail(id).await.summary;
    (summary.state, summary.appointment.map(|of| of.status))
}

fn confirm(slot: &AppointmentSlot) -> Action {
    Action::ConfirmSlot { start: slot.start }
}

on_both! {
    async fn a_slot_is_offered_booked_confirmed_and_its_room_opens(fixture) {
        let stage = Stage::new(&fixture).await;
        assert_eq!(slots(&stage, &stage.app).await, [], "nobody has said when");
        bookable(&stage).await;
        let free = slots(&stage, &stage.app).await;
        // 02:07 in Berlin: six pieces a day, of which one person has four at most.
        assert_eq!(free[0].start.seconds_since(stage.now()), 10 * HOUR + 53 * 60);
        assert!(free.iter().all(|slot| slot.person.id == stage.first.person_id));
        let id = booked(&stage, &free[0]).await.expect("books");
        assert_eq!(status(&stage, id).await, (ConsultState::Booked, Some(AppointmentStatus::Pending)));
        assert!(!slots(&stage, &stage.app).await.contains(&free[0]), "it is taken at once");

        // Asked, the specialist reads the question and not who it is about.
        let asked = stage.app.detail(&stage.first, id).await.expect("reads");
        let fields = asked.fields.expect("reads");
        assert_eq!((fields.question.as_deref(), fields.family_name), (Some("Lyse?"), None));
        assert!(stage.act(&stage.second, id, confirm(&free[0])).await.is_err(), "not theirs");
        let detail = stage.act(&stage.first, id, confirm(&free[0])).await.expect("confirms");
        assert_eq!(detail.fields.expect("reads").family_name.as_deref(), Some("Beispiel"));
        assert_eq!(status(&stage, id).await, (ConsultState::Booked, Some(AppointmentStatus::Booked)));

        stage.pass(10 * HOUR + 43 * 60).await;
        assert_eq!(status(&stage, id).await.0, ConsultState::Accepted);
        stage.pass(15 * 60).await;
        let detail = stage.detail(id).await;
        assert_eq!((detail.summary.state, detail.summary.ringing.len()), (ConsultState::Ringing, 1), "nobody came");
        assert_eq!(stage.repo.bookings(0).await.expect("reads").bookings, [], "a missed slot is none");
        stage.verify_chain(id).await;
    }

    async fn of_two_tabs_on_two_nodes_one_gets_the_slot_and_the_other_one_what_is_free(fixture) {
        let stage = Stage::new(&fixture).await;
        bookable(&stage).await;
        let other = stage.node("b");
        let stranger = stage.stranger.clone();
        for _ in 0..4 {
            let free = slots(&stage, &stage.app).await;
            let slot = free[0].clone();
            let [one, two] = [elective(&stage, WantedAppointment::Slot { slot: choice(&slot) }).await,
                elective(&stage, WantedAppointment::Slot { slot: choice(&slot) }).await];
            let (app, referrer) = (stage.app.clone(), stage.referrer.clone());
            let one = tokio::spawn(async move { app.create(&referrer, "s", one).await.map(|_| ()) });
            let (app, referrer) = (other.clone(), stranger.clone());
            let two = tokio::spawn(async move { app.create(&referrer, "s", two).await.map(|_| ()) });
            let results = [one.await.expect("ends"), two.await.expect("ends")];
            let lost: Vec<_> = results.into_iter().filter_map(Result::err).collect();
            let [Error::SlotTaken { slots }] = &lost[..] else { panic!("{lost:?}") };
            assert!(!slots.is_empty() && !slots.contains(&slot));
            assert!(slots.windows(2).all(|two| two[0].start <= two[1].start));
        }
        let read = stage.repo.bookings(0).await.expect("reads");
        assert_eq!(read.bookings.len(), 4);
        assert_eq!(read.schedules, [(stage.first.person_id.0, 4)]);
    }

    async fn what_is_refused_makes_nothing_and_a_repeat_books_nothing_twice(fixture) {
        let stage = Stage::new(&fixture).await;
        bookable(&stage).await;
        let free = slots(&stage, &stage.app).await;
        let new = elective(&stage, WantedAppointment::Slot { slot: choice(&free[0]) }).await;
        let (_, created) = stage.app.create(&stage.referrer, "s", new.clone()).await.expect("books");
        let (_, again) = stage.app.create(&stage.referrer, "s", new.clone()).await.expect("is the same");
        assert_eq!((created, again), (true, false));
        let wrong = elective(&stage, WantedAppointment::Slot { slot: SlotChoice { start: stage.now(), ..choice(&free[0]) } }).await;
        let refused = stage.app.create(&stage.referrer, "s", wrong.clone()).await.expect_err("is no slot");
        assert_eq!(refused.code(), ProblemCode::SlotTaken);
        assert!(matches!(stage.app.detail(&stage.referrer, wrong.id).await, Err(Error::NotFound)));
        let move_it = Action::BookSlot { slot: choice(&free[1]) };
        stage.act(&stage.referrer, new.id, move_it.clone()).await.expect("moves");
        stage.act(&stage.referrer, new.id, move_it).await.expect("is the same");
        let held = stage.repo.bookings(0).await.expect("reads").bookings;
        assert_eq!(held.iter().map(|row| row.starts_at).collect::<Vec<_>>(), [free[1].start.0]);
        assert!(slots(&stage, &stage.app).await.contains(&free[0]), "the one before is free at once");
        stage.act(&stage.referrer, new.id, Action::Cancel { reason: "".into() }).await.expect("cancels");
        assert_eq!(stage.repo.bookings(0).await.expect("reads").bookings, []);
    }

    async fn the_specialist_says_no_or_proposes_another_time(fixture) {
        let stage = Stage::new(&fixture).await;
        bookable(&stage).await;
        let free = slots(&stage, &stage.app).await;
        let id = booked(&stage, &free[0]).await.expect("books");
        let other = Action::ProposeSlot { slot: choice(&free[3]) };
        assert!(stage.act(&stage.second, id, other.clone()).await.is_err(), "not theirs");
        stage.act(&stage.first, id, other).await.expect("proposes");
        assert_eq!(status(&stage, id).await.1, Some(AppointmentStatus::Proposed));
        stage.act(&stage.colleague, id, confirm(&free[3])).await.expect("the house says yes");
        assert_eq!(status(&stage, id).await.1, Some(AppointmentStatus::Booked));
        stage.act(&stage.first, id, Action::DeclineSlot { start: free[3].start }).await.expect("takes it back");
        let appointment = stage.detail(id).await.summary.appointment.expect("goes by appointment");
        assert_eq!((appointment.status, appointment.last_end), (AppointmentStatus::Waitlist, Some(AppointmentEnd::Declined)));
        assert!(matches!(stage.app.detail(&stage.first, id).await, Err(Error::NotFound)), "not theirs any more");
    }

    async fn a_changed_duty_asks_whoever_has_it_and_the_desk_knows(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        let both = BookingRules { levels: vec![DutyLevel::Primary, DutyLevel::Secondary], ..rules() };
        stage.app.put_booking_rules(&stage.coordinator, service, &ServiceBooking { rules: Some(both) }).await.expect("writes");
        let free = slots(&stage, &stage.app).await;
        let first = free.iter().find(|slot| slot.person.id == stage.first.person_id).expect("has a slot");
        let id = booked(&stage, first).await.expect("books");
        stage.act(&stage.first, id, confirm(first)).await.expect("confirms");
        let away = |actor: &Actor| PutAbsence {
            person: actor.person_id,
            kind: AbsenceKind::Sick,
            zone: "Europe/Berlin".into(),
            from: "2026-11-24T00:00:00".into(),
            until: "2026-11-27T00:00:00".into(),
        };
        stage.app.put_absence(&stage.first, AbsenceId(Uuid::now_v7()), &away(&stage.first)).await.expect("writes");
        stage.pass(1).await;
        let summary = stage.detail(id).await.summary;
        let appointment = summary.appointment.expect("goes by appointment");
        assert_eq!((appointment.status, summary.alarm), (AppointmentStatus::Pending, Some(AlarmKind::AppointmentMoved)));
        assert_eq!(appointment.slot.map(|slot| (slot.person.id, slot.start)), Some((stage.second.person_id, first.start)));
        assert!(stage.app.detail(&stage.first, id).await.is_ok(), "who had it sees what became of it");
        assert_eq!(stage.repo.bookings(0).await.expect("reads").bookings[0].person_id, stage.second.person_id.0);

        // And nobody is left.
        stage.app.put_absence(&stage.second, AbsenceId(Uuid::now_v7()), &away(&stage.second)).await.expect("writes");
        stage.node("b").tick_all().await.expect("ticks");
        assert_eq!(status(&stage, id).await.1, Some(AppointmentStatus::Waitlist));
        assert_eq!(stage.repo.bookings(0).await.expect("reads").bookings, []);
    }

    async fn a_batch_is_proposed_sent_and_what_nobody_confirms_waits_again(fixture) {
        let stage = Stage::new(&fixture).await;
        bookable(&stage).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        let ids = [waiting(&stage).await, waiting(&stage).await, waiting(&stage).await];
        assert!(stage.app.placements(&stage.referrer, service).await.is_err(), "the desk's");
        let proposal = stage.app.placements(&stage.coordinator, service).await.expect("places");
        assert_eq!((proposal.placements.len(), proposal.left.len()), (3, 0));
        assert_eq!(stage.repo.bookings(0).await.expect("reads").bookings, [], "nothing is held yet");
        let placements: Vec<_> = proposal
            .placements
            .iter()
            .map(|of| ChosenPlacement { consult: of.consult.id, slot: choice(&of.slot) })
            .collect();
        // One finds its own way meanwhile.
        let own = slots(&stage, &stage.app).await.last().expect("is free").clone();
        stage.act(&stage.referrer, ids[0], Action::BookSlot { slot: choice(&own) }).await.expect("books");
        let sent = stage.app.send_placements(&stage.coordinator, service, &SendPlacements { placements }).await.expect("sends");
        assert_eq!((sent.sent.len(), sent.not_sent), (2, vec![ids[0]]));
        let slot = stage.detail(ids[1]).await.summary.appointment.and_then(|of| of.slot).expect("is held");
        stage.act(&stage.first, ids[1], confirm(&slot)).await.expect("says yes");
        stage.act(&stage.referrer, ids[1], confirm(&slot)).await.expect("says yes");
        assert_eq!(status(&stage, ids[2]).await.1, Some(AppointmentStatus::Proposed));
        let slot = stage.detail(ids[2]).await.summary.appointment.and_then(|of| of.slot).expect("is held");
        stage.pass(slot.start.seconds_since(stage.now()) - 1800).await;
        assert_eq!(status(&stage, ids[2]).await, (ConsultState::Booked, Some(AppointmentStatus::Waitlist)));
        let read = stage.repo.bookings(0).await.expect("reads");
        let held: Vec<_> = read.bookings.iter().map(|row| row.consult_id).collect();
        assert!(!held.contains(&ids[2].0));
    }
}
