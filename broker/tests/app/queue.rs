//! Exclusive duty: who is busy is not rung, and the next consult waits for them.

use crate::stage::Stage;
use schemas::consult::{Action, ActionName, AlarmKind, ConsultState};

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
