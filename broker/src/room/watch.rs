//! Looks after the open rooms: consults that changed, leases that lapse.

use super::Rooms;
use schemas::room::ByeReason;
use std::time::Duration;
use tokio::sync::watch;

/// Between two renewals of the leases. A lease lasts several of these; more risks losing a room to a slow database,
/// less costs writes.
const RENEW: Duration = Duration::from_secs(10);

pub(super) async fn run(rooms: &Rooms, mut bell: watch::Receiver<i64>, shutdown: impl Future<Output = ()>) {
    let mut renew = tokio::time::interval(RENEW);
    renew.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tokio::pin!(shutdown);
    let mut reopened = false;
    let mut position = None;
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            // The bell may fall silent (its owner stopped); the interval stays.
            Ok(()) = bell.changed() => {
                bell.borrow_and_update();
                look(rooms, &mut position).await;
            }
            _ = renew.tick() => {
                reopened = reopened || reopen(rooms).await;
                // Also what a lost bell did not tell.
                rooms.changed(None);
                renew_leases(rooms).await;
            }
        }
    }
}

/// Opens the rooms in which this node left somebody behind when it died: each of them records who does not come back.
/// `false` when the database did not say which they are.
async fn reopen(rooms: &Rooms) -> bool {
    match rooms.0.app.rooms_left_behind().await {
        Ok(left_behind) => {
            for consult in left_behind {
                rooms.room(consult);
            }
            true
        }
        Err(error) => {
            tracing::warn!(%error, "people of an earlier run are still listed in rooms");
            false
        }
    }
}

/// Wakes the rooms whose consults the log names since the last look, and no others: a busy house must not make every
/// room read its consult with every write.
async fn look(rooms: &Rooms, position: &mut Option<i64>) {
    if rooms.consults().is_empty() {
        // The next room starts with a look of its own.
        *position = None;
        return;
    }
    match rooms.0.app.changed_after(*position).await {
        Ok((changed, last)) => {
            rooms.changed(position.is_some().then_some(&changed));
            *position = Some(last);
        }
        Err(error) => tracing::warn!(%error, "cannot see which consults have changed"),
    }
}

async fn renew_leases(rooms: &Rooms) {
    for consult in rooms.consults() {
        match rooms.0.app.renew_room(consult).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(%consult, "another node owns the room now");
                rooms.end(consult, ByeReason::Lost).await;
            }
            Err(error) => tracing::warn!(%consult, %error, "the room's lease was not renewed"),
        }
    }
}
