//! A whole consult, and the race for it.

use crate::stage::{NIGHT, Stage, answer};
use schemas::consult::{Action, ActionName, AlarmKind, ConsultQuery, ConsultState, RingOutcome, TimelineWhat};
use std::sync::Arc;
use telekonsil::app::Error;

on_both! {
    async fn from_the_request_to_the_close(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let new = stage.request().await;
        let (detail, created) = app.create(&stage.referrer, "s", new.clone()).await.unwrap();
        assert!(created);
        let id = new.id;
        assert_eq!(detail.summary.state, ConsultState::Ringing);
        assert_eq!(detail.summary.ringing[0].id, stage.first.person_id);
        assert_eq!(detail.summary.next_deadline, Some(NIGHT.plus_seconds(20)));
        assert!(!detail.summary.missing.is_empty() && detail.fields.is_some());

        // A lost response: the same request again is answered with the same consult.
        assert!(!app.create(&stage.referrer, "s", new).await.unwrap().1);
        assert_eq!(app.consults(&stage.first, &ConsultQuery::default()).await.unwrap().len(), 1);

        let why = app.match_explanations(&stage.coordinator, id).await.unwrap();
        assert_eq!(why[0].candidates[0].person.id, stage.first.person_id);
        assert!(why[0].failed.iter().any(|failed| failed.people > 0), "somebody was ruled out");

        // The first does not answer, the second accepts.
        stage.pass(20).await;
        assert_eq!(stage.detail(id).await.summary.ringing[0].id, stage.second.person_id);
        let detail = stage.act(&stage.second, id, Action::Accept).await.unwrap();
        assert_eq!(detail.summary.state, ConsultState::Accepted);
        assert!(detail.actions.contains(&ActionName::Join));
        assert!(matches!(
            stage.act(&stage.first, id, Action::Accept).await,
            Err(Error::AlreadyTaken { by }) if by == "Dr. Katarzyna Nowak"
        ));

        for person in [&stage.referrer, &stage.second] {
            app.joined(id, person.person_id).await.unwrap();
        }
        let detail = stage.detail(id).await;
        assert_eq!((detail.summary.state, detail.summary.in_room.len()), (ConsultState::InSession, 2));
        stage.pass(600).await;
        stage.act(&stage.second, id, Action::EndSession).await.unwrap();
        for person in [&stage.referrer, &stage.second] {
            app.left(id, person.person_id).await.unwrap();
            app.left(id, person.person_id).await.unwrap();
        }
        stage.set_password(&stage.second).await;
        stage.sign(&stage.second, id, 0, "").await.unwrap();
        let read = app.detail(&stage.referrer, id).await.unwrap();
        assert_eq!(read.answer.unwrap().answer, answer());
        assert!(stage.detail(id).await.answer.is_none(), "the coordinator sees no patient data");
        stage.act(&stage.colleague, id, Action::Acknowledge).await.unwrap();
        let close = |why: &str| Action::Close { close_out: None, missing_because: why.into() };
        let refused = stage.act(&stage.referrer, id, close("")).await;
        assert!(matches!(refused, Err(Error::InvalidField(_))), "fields of § 3(2) are missing");
        let closed = stage.act(&stage.referrer, id, close("Patient ohne Papiere")).await.unwrap();
        assert_eq!(closed.summary.state, ConsultState::Closed);
        assert!(app.consults(&stage.referrer, &ConsultQuery { all: false }).await.unwrap().is_empty());
        assert_eq!(app.consults(&stage.referrer, &ConsultQuery { all: true }).await.unwrap().len(), 1);
        assert!(!app.is_open(id).await.unwrap());

        let whats: Vec<_> = closed.timeline.iter().map(|entry| &entry.what).collect();
        assert!(matches!(whats.first(), Some(TimelineWhat::Requested { .. })));
        assert!(matches!(whats.last(), Some(TimelineWhat::Closed)));
        assert!(closed.timeline.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        stage.verify_chain(id).await;
    }

    /// Two people, two nodes, fifty clicks at once.
    async fn exactly_one_of_fifty_concurrent_accepts_wins(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        stage.pass(20).await;
        stage.pass(20).await;
        assert_eq!(stage.detail(id).await.summary.ringing.len(), 2, "the last step rings everybody");
        let nodes = [Arc::clone(&stage.app), stage.node("b")];
        let clicks = (0..50).map(|n| {
            let app = Arc::clone(&nodes[n % 2]);
            let actor = if n % 4 < 2 { stage.first.clone() } else { stage.second.clone() };
            tokio::spawn(async move { (actor.person_id, app.act(&actor, "s", id, Action::Accept).await) })
        });
        let results = futures_util::future::join_all(clicks).await;
        let winner = stage.detail(id).await.summary.specialist.expect("somebody won").id;
        for result in results {
            let (person, result) = result.unwrap();
            match result {
                // The winner's repeated clicks are the same accept.
                Ok(detail) => assert_eq!((person, detail.summary.specialist.unwrap().id), (winner, winner)),
                Err(error) => assert!(person != winner && matches!(error, Error::AlreadyTaken { .. }), "{error}"),
            }
        }
        let detail = stage.detail(id).await;
        let accepted = detail.timeline.iter().filter(|entry| matches!(entry.what, TimelineWhat::Accepted));
        assert_eq!(accepted.count(), 1);
        let outcomes: Vec<_> = detail.rings.iter().map(|ring| ring.outcome).collect();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == RingOutcome::Accepted).count(), 1);
        assert!(!outcomes.contains(&RingOutcome::Ringing));
        stage.verify_chain(id).await;
    }

    async fn nobody_on_duty_alarms_the_coordinator_at_once_and_rings_when_somebody_comes(fixture) {
        let stage = Stage::new(&fixture).await;
        // Both decline the first consult's ladder: for that consult nobody is left.
        let id = stage.emergency().await;
        let decline = || Action::Decline { ring_id: None, reason: schemas::consult::DeclineReason::NoCapacity, note: "".into() };
        stage.act(&stage.first, id, decline()).await.unwrap();
        assert_eq!(stage.detail(id).await.summary.ringing[0].id, stage.second.person_id, "the next one rings at once");
        stage.act(&stage.second, id, decline()).await.unwrap();
        stage.pass(0).await;
        let detail = stage.detail(id).await;
        assert_eq!(detail.summary.state, ConsultState::Unanswered);
        assert!(detail.summary.alarm.is_some() && detail.summary.next_deadline.is_some());

        // An empty rota: nobody from the first moment.
        let rows = stage.repo.directory().await.unwrap();
        let mut emptied = telekonsil::app::ports::DirectoryWrite::default();
        for mut rota in rows.rotas.clone() {
            let mut body: serde_json::Value = serde_json::from_str(&rota.body).unwrap();
            body["layers"] = serde_json::json!([]);
            body["overrides"] = serde_json::json!([]);
            rota.body = body.to_string();
            emptied.rotas.push(rota);
        }
        stage.repo.write_directory(&emptied).await.unwrap();
        let (detail, _) = stage.app.create(&stage.referrer, "s", stage.request().await).await.unwrap();
        assert_eq!(detail.summary.state, ConsultState::Unanswered);
        assert_eq!(detail.summary.alarm, Some(AlarmKind::NobodyOnDuty));
        assert!(!detail.summary.service.fallback_phone.is_empty(), "there is a number to call");
        let board = stage.app.board(&stage.coordinator).await.unwrap();
        assert!(board.services.iter().all(|line| line.on_duty.is_empty() && line.gap_at == Some(stage.now())));

        // The rota is mended: the next try rings.
        stage.repo.write_directory(&telekonsil::app::ports::DirectoryWrite { rotas: rows.rotas, ..Default::default() })
            .await
            .unwrap();
        stage.pass(120).await;
        let detail = stage.detail(detail.summary.id).await;
        assert_eq!(detail.summary.ringing[0].id, stage.first.person_id);
        assert_eq!(detail.summary.alarm, Some(AlarmKind::NobodyOnDuty), "the alarm stands until somebody accepts");
        stage.act(&stage.first, detail.summary.id, Action::Accept).await.unwrap();
        assert_eq!(stage.detail(detail.summary.id).await.summary.alarm, None);
    }
}
