//! Three nodes' tickers on one database: at once, with clocks that differ, with one that dies holding a claim.

use crate::stage::{NIGHT, Stage};
use schemas::{
    ConsultId, RingId,
    consult::{AlarmKind, ConsultDetail, ConsultState},
};
use std::collections::BTreeSet;

/// What the standard policy of an emergency rings until the alarm: each alone, then both, twice.
const RINGS: usize = 8;
const SECONDS: i64 = 120;

fn once(detail: &ConsultDetail) {
    let ids: BTreeSet<RingId> = detail.rings.iter().map(|ring| ring.ring_id).collect();
    assert_eq!(ids.len(), detail.rings.len(), "each ring once");
    let places: BTreeSet<_> = detail.rings.iter().map(|ring| (ring.round, ring.step, ring.person.id)).collect();
    assert_eq!(places.len(), detail.rings.len(), "each rung once for each person");
}

async fn whole(stage: &Stage, id: ConsultId) {
    let detail = stage.detail(id).await;
    once(&detail);
    assert_eq!(
        (detail.summary.state, detail.summary.alarm),
        (ConsultState::Unanswered, Some(AlarmKind::LadderExhausted))
    );
    assert_eq!(detail.rings.len(), RINGS, "no rung is missing");
    stage.verify_chain(id).await;
}

on_both! {
    async fn three_tickers_at_once_decide_every_rung_once(fixture) {
        let stage = Stage::new(&fixture).await;
        let nodes = [stage.node("b"), stage.node("c"), stage.node("d")];
        let mut ids = vec![];
        for _ in 0..6 {
            ids.push(stage.emergency().await);
        }
        for _ in 0..SECONDS / 10 {
            stage.turn(10);
            let [b, c, d] = &nodes;
            let (b, c, d) = tokio::join!(b.tick_all(), c.tick_all(), d.tick_all());
            assert!(b.is_ok() && c.is_ok() && d.is_ok());
        }
        assert_eq!(stage.now().seconds_since(NIGHT), SECONDS);
        for id in ids {
            whole(&stage, id).await;
        }
    }

    async fn a_node_that_dies_with_its_claim_delays_a_rung_by_its_lease_and_loses_none(fixture) {
        let stage = Stage::new(&fixture).await;
        let other = stage.node("b");
        let id = stage.emergency().await;
        // At every rung a node claims what is due and is never heard of again.
        for n in 0..6 {
            stage.turn(20);
            let now = stage.now().0;
            assert_eq!(stage.repo.claim_due(now, now + 10_000, &format!("dead {n}"), 10).await.unwrap(), [id.0]);
            assert_eq!(other.tick_all().await.unwrap(), 0, "it is claimed");
            stage.turn(10);
            assert_eq!(other.tick_all().await.unwrap(), 1);
        }
        whole(&stage, id).await;
    }

    async fn clocks_an_hour_apart_ring_nobody_twice_and_forget_nobody(fixture) {
        let stage = Stage::new(&fixture).await;
        let (ahead, behind) = (stage.node_ahead("ahead", 3600), stage.node_ahead("behind", -3600));
        let id = stage.emergency().await;
        for _ in 0..SECONDS / 10 {
            stage.turn(10);
            assert_eq!(behind.tick_all().await.unwrap(), 0, "by its clock nothing is due");
            ahead.tick_all().await.unwrap();
            stage.app.tick_all().await.unwrap();
            let detail = stage.detail(id).await;
            once(&detail);
            assert!(detail.summary.next_deadline.is_some(), "somebody looks after it");
        }
        // What the node ahead has set lies an hour off; those whose clock is right find it then, or it does before.
        stage.turn(3600);
        for _ in 0..SECONDS / 10 {
            stage.pass(10).await;
        }
        let detail = stage.detail(id).await;
        once(&detail);
        assert!(detail.summary.alarm.is_some());
        stage.verify_chain(id).await;
    }
}
