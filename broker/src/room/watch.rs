//! Looks after the open rooms: consults that ended, leases that lapse.

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
    // Whoever was here when this node died, and has not come back for as long as a seat is kept, has left.
    let forget = tokio::time::sleep(rooms.0.seat_kept);
    tokio::pin!(forget);
    let mut forgotten = false;
    loop {
        let due = tokio::select! {
            () = &mut shutdown => return,
            () = &mut forget, if !forgotten => {
                forgotten = true;
                if let Err(error) = rooms.0.app.empty_lost_rooms(&rooms.people().await).await {
                    tracing::warn!(%error, "people of an earlier run are still listed in rooms");
                }
                continue;
            }
            // The bell may fall silent (its owner stopped); the interval stays.
            Ok(()) = bell.changed() => false,
            _ = renew.tick() => true,
        };
        for consult in rooms.consults() {
            match rooms.0.app.is_open(consult).await {
                Ok(true) => {}
                Ok(false) => {
                    rooms.end(consult, ByeReason::ConsultEnded).await;
                    continue;
                }
                Err(error) => tracing::warn!(%consult, %error, "cannot see whether the consult has ended"),
            }
            if due {
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
    }
}
