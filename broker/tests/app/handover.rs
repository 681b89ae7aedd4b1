//! From one duty to the next; and what is wrong with the next days is told in time, once.

use crate::stage::Stage;
use schemas::{
    AbsenceId, HandOverNoteId, ServiceId,
    consult::Action,
    directory::{DutyLevel, Specialty},
    handover::PutHandOverNote,
    rota::{AbsenceKind, ConflictKind, DutyNews, PutAbsence},
    swaps::RotaSettings,
};
use std::collections::BTreeSet;
use telekonsil::app::{Actor, Error};
use uuid::Uuid;

const HOUR: i64 = 3600;
/// From the stage's night to Monday 08:00 in Berlin, when Dr. Sommer follows.
const TO_MONDAY: i64 = 6 * 24 * HOUR + 6 * HOUR - 7 * 60;

async fn news(stage: &Stage, actor: &Actor) -> Vec<DutyNews> {
    stage.app.duty_notes(actor).await.unwrap().into_iter().filter_map(|note| note.news).collect()
}

async fn turn_of_both(stage: &Stage) {
    // Two nodes, one of them started anew each time.
    for node in ["a", "b", "a"] {
        stage.node(node).keep_duties(&mut BTreeSet::new()).await.unwrap();
    }
}

fn note(service_id: ServiceId, text: &str) -> PutHandOverNote {
    PutHandOverNote { service_id, text: text.into() }
}

on_both! {
    async fn before_a_duty_and_at_its_hand_over_both_are_told_once_whatever_the_nodes_do(fixture) {
        let stage = Stage::new(&fixture).await;
        let sommer = stage.signed_in_as("sommer@auenstadt.example").await;
        stage.accepted().await;
        stage.turn(TO_MONDAY - 16 * 60);
        turn_of_both(&stage).await;
        assert_eq!(news(&stage, &sommer).await, []);
        stage.turn(60);
        turn_of_both(&stage).await;
        let told = news(&stage, &sommer).await;
        assert!(matches!(&told[..], [DutyNews::Begins { from, open: 1, .. }] if *from == stage.now().plus_seconds(15 * 60)), "{told:?}");
        stage.turn(15 * 60);
        turn_of_both(&stage).await;
        for (who, count) in [(&sommer, 2), (&stage.first, 1)] {
            let told = news(&stage, who).await;
            assert_eq!(told.len(), count, "{told:?}");
            let DutyNews::HandedOver { before, after, .. } = &told[0] else { panic!("{told:?}") };
            assert_eq!((before[0].id, after[0].id), (stage.first.person_id, sommer.person_id));
        }
        assert_eq!(news(&stage, &stage.second).await, [], "whose duty goes on is told nothing");
        let quiet = RotaSettings { notice_minutes: 0, ..RotaSettings::default() };
        let service = stage.service(Specialty::StrokeNeurology).await;
        stage.app.put_rota_settings(&stage.coordinator, service, quiet).await.unwrap();
        stage.turn(7 * 24 * HOUR);
        turn_of_both(&stage).await;
        assert_eq!(news(&stage, &sommer).await.len(), 2, "a service that does not want it");
    }

    async fn a_note_goes_from_the_duty_that_ends_to_the_one_that_begins(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        let Stage { app, first, second, coordinator, referrer, .. } = &stage;
        let sommer = stage.signed_in_as("sommer@auenstadt.example").await;
        let id = HandOverNoteId(Uuid::now_v7());
        app.put_hand_over_note(first, id, &note(service, "Telefon der Klinik Nord gestört")).await.unwrap();
        app.put_hand_over_note(first, id, &note(service, "zweimal gesendet")).await.unwrap();
        assert!(matches!(app.put_hand_over_note(first, id, &note(service, " ")).await, Err(Error::InvalidField(_))));
        assert!(matches!(app.service_hand_over(&sommer, service).await, Err(Error::NotFound)), "not yet");
        assert!(matches!(app.my_hand_overs(referrer).await, Err(Error::Forbidden)));
        let consult = stage.emergency().await;
        stage.act(first, consult, Action::Accept).await.unwrap();
        stage.turn(TO_MONDAY - HOUR);
        let seen = app.my_hand_overs(&sommer).await.unwrap().pop().unwrap();
        assert_eq!(seen.notes.iter().map(|of| of.text.0.as_str()).collect::<Vec<_>>(), ["Telefon der Klinik Nord gestört"]);
        let open = &seen.open[0];
        assert_eq!((open.id, open.specialist.as_ref().map(|of| of.id)), (consult, Some(first.person_id)));
        assert!(!seen.may_write, "who has not begun has nothing to hand over");
        assert!(matches!(app.put_hand_over_note(&sommer, HandOverNoteId(Uuid::now_v7()), &note(service, "x")).await, Err(Error::Forbidden)));
        for who in [second, coordinator] {
            assert_eq!(app.service_hand_over(who, service).await.unwrap().notes.len(), 1);
        }
        stage.turn(31 * 24 * HOUR);
        assert!(app.service_hand_over(coordinator, service).await.unwrap().notes.is_empty(), "kept for 30 days");
    }

    async fn what_is_wrong_with_the_next_three_days_alarms_the_coordinator_once(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, coordinator, .. } = &stage;
        let service = stage.service(Specialty::StrokeNeurology).await;
        let gaps = |news: Vec<DutyNews>| {
            let gap = news.iter().filter(|of| matches!(of, DutyNews::Finding { kind: ConflictKind::Gap, .. }));
            gap.count()
        };
        let near = || async {
            let board = app.board(coordinator).await.unwrap();
            let of = board.near.into_iter().filter(|of| of.service_id == service && of.finding.kind == ConflictKind::Gap);
            of.map(|of| of.finding).collect::<Vec<_>>()
        };
        let wish = PutAbsence {
            person: first.person_id,
            kind: AbsenceKind::Holiday,
            zone: "Europe/Berlin".into(),
            from: "2026-11-28T08:00:00".into(),
            until: "2026-11-29T08:00:00".into(),
        };
        app.put_absence(coordinator, AbsenceId(Uuid::now_v7()), &wish).await.unwrap();
        turn_of_both(&stage).await;
        assert_eq!((near().await, gaps(news(&stage, coordinator).await)), (vec![], 0), "not near yet");
        stage.turn(2 * 24 * HOUR);
        turn_of_both(&stage).await;
        let found = near().await;
        assert_eq!(found.iter().map(|of| of.level).collect::<Vec<_>>(), [DutyLevel::Primary]);
        assert_eq!(gaps(news(&stage, coordinator).await), 1);
        assert_eq!(gaps(news(&stage, first).await), 0, "those who plan are told");
    }
}
