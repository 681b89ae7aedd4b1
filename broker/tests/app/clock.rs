//! A clock that jumps: time servers correct it, virtual machines sleep.

use crate::stage::Stage;
use schemas::consult::{Action, ConsultState};

const HOUR: i64 = 3600;

on_both! {
    async fn an_hour_forwards_rings_nobody_twice_and_loses_no_deadline(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        stage.pass(HOUR).await;
        let detail = stage.detail(id).await;
        let mut ids: Vec<_> = detail.rings.iter().map(|ring| ring.ring_id).collect();
        let rings = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), rings, "each ring once");
        // Rung from here on, not for the hour that never was.
        assert!(detail.rings.iter().filter(|ring| ring.ended_at.is_none()).all(|ring| ring.until > stage.now()));
        assert!(detail.summary.next_deadline.is_some_and(|due| due > stage.now()), "somebody looks after it");
        stage.act(&stage.first, id, Action::Accept).await.unwrap();
        stage.verify_chain(id).await;
    }

    async fn an_hour_backwards_rings_on_and_takes_accepts(fixture) {
        let stage = Stage::new(&fixture).await;
        let waiting = stage.emergency().await;
        let taken = stage.emergency().await;
        stage.pass(20).await;
        let before = stage.detail(waiting).await.rings;
        stage.pass(-HOUR).await;
        // Nothing is due yet, nothing rings again.
        let after = stage.detail(waiting).await;
        assert_eq!(after.rings, before);
        assert_eq!(after.summary.state, ConsultState::Ringing);
        stage.act(&stage.first, taken, Action::Accept).await.unwrap();
        // New ones are rung by the clock that is.
        let new = stage.emergency().await;
        stage.pass(20).await;
        assert_eq!(stage.detail(new).await.rings.len(), 2);
        // The deadline of before the jump still comes.
        stage.pass(HOUR).await;
        assert!(stage.detail(waiting).await.rings.len() > before.len());
        for id in [waiting, taken, new] {
            stage.verify_chain(id).await;
        }
    }

    async fn a_machines_claim_from_the_future_keeps_nobody_waiting_for_long(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        stage.turn(20);
        // A node claims what is due by a clock that is an hour ahead, and dies.
        let ahead = stage.now().0 + HOUR * 1000;
        let claimed = stage.repo.claim_due(ahead, ahead + 10_000, "dead", 10).await.unwrap();
        assert_eq!(claimed, [id.0]);
        // People act all the same, and what they do is not held up by it.
        stage.act(&stage.first, id, Action::PassOn { ring_id: None }).await.unwrap();
        let detail = stage.detail(id).await;
        assert!(detail.rings.iter().any(|ring| ring.person.id == stage.second.person_id && ring.ended_at.is_none()));
        stage.verify_chain(id).await;
    }

    async fn sessions_survive_an_hour_either_way(fixture) {
        let stage = Stage::new(&fixture).await;
        let link = stage.app.create_link(stage.first.person_id, std::time::Duration::from_secs(60)).await.unwrap();
        let session = stage.app.consume_link(&link).await.unwrap();
        for jump in [HOUR, -2 * HOUR, HOUR] {
            stage.turn(jump);
            let found = stage.app.session(&session.token).await.unwrap().expect("is signed in");
            assert_eq!(found.actor.person_id, stage.first.person_id);
        }
    }
}
