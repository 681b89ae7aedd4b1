//! What one person was called out for by a consult.

use super::Consult;
use schemas::{PersonId, UnixMillis, consult::RingOutcome};

/// From the accept to the end of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallOut {
    /// Absent where nothing rang.
    pub rung_at: Option<UnixMillis>,
    pub accepted_at: UnixMillis,
    /// Absent while it goes on.
    pub ended_at: Option<UnixMillis>,
    /// Milliseconds in the room.
    pub in_room: i64,
}

/// The call-out of `person`, who is or was the specialist; `None` for everybody else. Whoever is still inside counts
/// until `now`.
pub fn call_out(consult: &Consult, person: PersonId, now: UnixMillis) -> Option<CallOut> {
    let ring = consult.rings.iter().find(|ring| ring.person == person && ring.outcome == RingOutcome::Accepted);
    let is_specialist = consult.specialist == Some(person);
    let stays = consult.stays.iter().filter(|stay| stay.person == person);
    let accepted_at = if is_specialist { consult.accepted_at } else { None }
        .or_else(|| ring.and_then(|ring| ring.ended_at))
        // Took it by a hand-over and handed it over again: what is known of it are the stays in the room.
        .or_else(|| stays.clone().map(|stay| stay.from).min().filter(|_| consult.former.contains(&person)))?;
    if !is_specialist && !consult.former.contains(&person) {
        return None;
    }
    let signed = consult.versions.first().filter(|signed| signed.author == person).map(|signed| signed.signed_at);
    let handed_over = (!is_specialist).then(|| {
        let left = stays.clone().filter_map(|stay| stay.until).max();
        left.or(consult.accepted_at).unwrap_or(accepted_at)
    });
    let ended_at = signed.or(handed_over).or(consult.ended_at).map(|end| end.max(accepted_at));
    let until = |end: Option<UnixMillis>| end.unwrap_or(consult.ended_at.unwrap_or(now)).0;
    let in_room = stays.map(|stay| (until(stay.until) - stay.from.0).max(0)).sum();
    Some(CallOut { rung_at: ring.map(|ring| ring.started_at), accepted_at, ended_at, in_room })
}
