//! The ladder over restarts and jumps of the clock.

use crate::stage::Stage;
use schemas::consult::{Action, AlarmKind, ConsultState, RingOutcome, TimelineWhat};

on_both! {
    async fn a_new_process_goes_on_where_the_killed_one_was(fixture) {
        let mut stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        stage.pass(20).await;
        assert_eq!(stage.detail(id).await.summary.ringing[0].id, stage.second.person_id);

        // Killed in the middle of the second ring, back 5 s later: the same ring goes on.
        stage.turn(5);
        stage.app = stage.node("a");
        assert_eq!(stage.app.tick_all().await.unwrap(), 0);
        let ring = stage.detail(id).await.rings.pop().unwrap();
        assert_eq!((ring.person.id, ring.outcome, ring.until), (stage.second.person_id, RingOutcome::Ringing, stage.now().plus_seconds(15)));

        // Killed again and away for ten minutes: what is due is done at once.
        stage.turn(600);
        stage.app = stage.node("a");
        assert!(stage.app.tick_all().await.unwrap() > 0);
        let detail = stage.detail(id).await;
        assert_eq!(detail.summary.state, ConsultState::Ringing);
        assert_eq!(detail.summary.ringing.len(), 2, "the step after the one that was missed");
        stage.verify_chain(id).await;
    }

    async fn two_rounds_then_the_alarm_and_ringing_goes_on(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        for _ in 0..6 {
            stage.pass(20).await;
        }
        let detail = stage.detail(id).await;
        assert_eq!(detail.summary.state, ConsultState::Unanswered);
        assert_eq!(detail.summary.alarm, Some(AlarmKind::LadderExhausted));
        assert_eq!(detail.rings.len(), 8, "first, second, both; twice");
        assert!(detail.rings.iter().all(|ring| ring.outcome == RingOutcome::TimedOut));
        let rounds = detail.timeline.iter().filter(|entry| matches!(entry.what, TimelineWhat::Matched { .. }));
        assert_eq!(rounds.count(), 2);
        stage.pass(120).await;
        assert!(!stage.detail(id).await.summary.ringing.is_empty());
        // An accept counts, now as ever.
        stage.act(&stage.second, id, Action::Accept).await.unwrap();
        stage.verify_chain(id).await;
    }

    async fn in_five_minutes_holds_the_ladder_and_passing_on_hurries_it(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        stage.act(&stage.first, id, Action::AcceptInFive).await.unwrap();
        stage.pass(299).await;
        let summary = stage.detail(id).await.summary;
        assert_eq!(summary.promised_by.unwrap().id, stage.first.person_id);
        assert!(summary.ringing.is_empty());
        stage.pass(31).await;
        let summary = stage.detail(id).await.summary;
        assert!(summary.promised_by.is_none());
        assert_eq!(summary.ringing[0].id, stage.second.person_id);
        stage.act(&stage.second, id, Action::PassOn { ring_id: None }).await.unwrap();
        let summary = stage.detail(id).await.summary;
        assert!(!summary.ringing.is_empty(), "the next step rings at once");
    }

    async fn a_clock_that_jumps_back_delays_and_never_breaks(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        stage.turn(-3600);
        assert_eq!(stage.app.tick_all().await.unwrap(), 0);
        assert_eq!(stage.detail(id).await.summary.ringing.len(), 1);
        stage.turn(3600);
        stage.pass(20).await;
        assert_eq!(stage.detail(id).await.summary.ringing[0].id, stage.second.person_id);
        stage.verify_chain(id).await;
    }

    /// Two nodes tick at once: each ring is decided once.
    async fn two_tickers_decide_each_step_once(fixture) {
        let stage = Stage::new(&fixture).await;
        let other = stage.node("b");
        let mut ids = vec![];
        for _ in 0..10 {
            ids.push(stage.emergency().await);
        }
        for _ in 0..3 {
            stage.turn(20);
            let (a, b) = tokio::join!(stage.app.tick_all(), other.tick_all());
            a.unwrap();
            b.unwrap();
        }
        for id in ids {
            let rings = stage.detail(id).await.rings;
            let mut unique: Vec<_> = rings.iter().map(|ring| ring.ring_id).collect();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((rings.len(), unique.len()), (5, 5), "first, second, both, first again");
            stage.verify_chain(id).await;
        }
    }
}
