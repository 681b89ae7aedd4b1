//! The doorbell.

use std::sync::Arc;
use telekonsil::{app::ports::Doorbell, bus};
use tokio::sync::watch;

/// Waits until the bell has told of `position` or a later one.
async fn hears(listener: &mut watch::Receiver<i64>, position: i64) {
    listener.wait_for(|heard| *heard >= position).await.expect("the bus lives");
}

on_both! {
    async fn a_bell_is_heard_by_everybody_and_never_goes_back(fixture) {
        let bus = bus::start(fixture.store.postgres_pool());
        let (mut a, mut b) = (bus.subscribe(), bus.subscribe());
        bus.ring(5);
        hears(&mut a, 5).await;
        bus.ring(3);
        hears(&mut b, 5).await;
        bus.ring(9);
        hears(&mut a, 9).await;
        hears(&mut b, 9).await;
    }

    async fn a_slow_listener_hears_the_newest(fixture) {
        let bus = bus::start(fixture.store.postgres_pool());
        let mut listener = bus.subscribe();
        for position in 1..=1_000 {
            bus.ring(position);
        }
        hears(&mut listener, 1_000).await;
        assert_eq!(*bus.subscribe().borrow(), 1_000, "a late listener knows it too");
    }
}

#[test]
fn an_old_position_wakes_nobody() {
    let bus = bus::LocalBus::new();
    bus.ring(5);
    let mut listener = bus.subscribe();
    listener.mark_unchanged();
    bus.ring(5);
    bus.ring(4);
    assert!(!listener.has_changed().expect("the bus lives"));
}

#[test]
fn other_nodes_hear_it_also_after_their_connection_was_cut() {
    crate::fixture::on_postgres(|fixture| {
        Box::pin(async move {
            let other = fixture.another_node().await;
            let (here, there) = (bus::start(fixture.store.postgres_pool()), bus::start(other.postgres_pool()));
            let mut listener = there.subscribe();
            ring_until_heard(&here, &mut listener, 1).await;
            fixture
                .tamper(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .await;
            ring_until_heard(&here, &mut listener, 1_000_000).await;
            drop((here, there));
            other.close().await;
        })
    });
}

/// A bell may be lost while nobody listens; each try rings a later position.
async fn ring_until_heard(bus: &Arc<dyn Doorbell>, listener: &mut watch::Receiver<i64>, from: i64) {
    let mut position = from;
    loop {
        bus.ring(position);
        let patience = std::time::Duration::from_millis(100);
        if tokio::time::timeout(patience, hears(listener, from)).await.is_ok() {
            return;
        }
        position += 1;
    }
}
