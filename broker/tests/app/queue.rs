//! Exclusive duty: who is busy is not rung, and the next consult waits for them.

use crate::stage::Stage;
use schemas::consult::{Action, ActionName, AlarmKind, ConsultQuery, ConsultState, Urgency};

on_both! {
    async fn a_consult_waits_for_the_first_who_is_free(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.make_exclusive().await;
        let one = stage.accepted().await;
        // Both are busy now.
        let two = stage.emergency().await;
        stage.act(&stage.second, two, Action::Accept).await.unwrap();
        let waiting = stage.emergency().await;
        let summary = stage.detail(waiting).await.summary;
        assert_eq!((summary.state, summary.alarm), (ConsultState::Unanswered, Some(AlarmKind::Queued)));
        let queue = summary.queue.expect("waits for somebody");
        assert_eq!(queue.ahead, 0, "is the next one");
        assert!(summary.ringing.is_empty());
        assert!(queue.behind.iter().any(|person| person.id == stage.first.person_id));
        // They see who waits and may take it on purpose.
        let seen = stage.app.detail(&stage.first, waiting).await.unwrap();
        assert!(seen.actions.contains(&ActionName::Accept));

        stage.set_password(&stage.first).await;
        stage.sign(&stage.first, one, 0, "").await.unwrap();
        // Without any time passing.
        stage.pass(0).await;
        let summary = stage.detail(waiting).await.summary;
        assert_eq!(summary.queue, None);
        assert_eq!(summary.ringing.iter().map(|person| person.id).collect::<Vec<_>>(), [stage.first.person_id]);
        stage.verify_chain(waiting).await;
    }

    async fn the_more_urgent_comes_before_who_waits_longer(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.make_exclusive().await;
        stage.accepted().await;
        let two = stage.emergency().await;
        stage.act(&stage.second, two, Action::Accept).await.unwrap();
        let urgent = |urgency| {
            let stage = &stage;
            async move {
                let mut new = stage.request().await;
                new.urgency = urgency;
                stage.app.create(&stage.referrer, "s", new.clone()).await.unwrap();
                stage.turn(1);
                new.id
            }
        };
        let first = urgent(Urgency::Urgent).await;
        let second = urgent(Urgency::Urgent).await;
        let emergency = urgent(Urgency::Emergency).await;
        let mut ahead = vec![];
        for id in [emergency, first, second] {
            ahead.push(stage.detail(id).await.summary.queue.expect("waits").ahead);
        }
        assert_eq!(ahead, [0, 1, 2]);
        let listed = stage.app.consults(&stage.referrer, &ConsultQuery::default()).await.unwrap();
        let place = |id| listed.iter().find(|one| one.id == id).and_then(|one| one.queue.as_ref()).map(|queue| queue.ahead);
        assert_eq!([place(emergency), place(first), place(second)], [Some(0), Some(1), Some(2)]);
        let board = stage.app.board(&stage.coordinator).await.unwrap().consults;
        assert!(board.iter().any(|one| one.id == second && one.queue.as_ref().is_some_and(|queue| queue.ahead == 2)));
    }

    async fn the_end_of_the_talk_frees_and_an_unsigned_report_keeps_nobody(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.make_exclusive().await;
        let one = stage.accepted().await;
        stage.app.joined(one, stage.first.person_id).await.unwrap();
        let two = stage.emergency().await;
        stage.act(&stage.second, two, Action::Accept).await.unwrap();
        let waiting = stage.emergency().await;
        assert!(stage.detail(waiting).await.summary.queue.is_some());
        stage.act(&stage.first, one, Action::EndSession).await.unwrap();
        stage.pass(0).await;
        for id in [waiting, stage.emergency().await] {
            let summary = stage.detail(id).await.summary;
            let ringing: Vec<_> = summary.ringing.iter().map(|person| person.id).collect();
            assert_eq!((summary.queue, ringing), (None, vec![stage.first.person_id]));
        }
    }

    async fn who_is_busy_may_accept_on_purpose(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.make_exclusive().await;
        stage.accepted().await;
        let two = stage.emergency().await;
        stage.act(&stage.second, two, Action::Accept).await.unwrap();
        let waiting = stage.emergency().await;
        let detail = stage.act(&stage.first, waiting, Action::Accept).await.unwrap();
        assert_eq!(detail.summary.specialist.map(|person| person.id), Some(stage.first.person_id));
    }
}
