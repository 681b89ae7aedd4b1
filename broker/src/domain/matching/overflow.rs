//! Overflow to a neighbouring network: the asking side says when, the other one what it takes. Only the partner's own
//! people are asked; where they in turn overflow to is no matter, so there are no chains and no loops.

use schemas::{
    ServiceId,
    consult::Urgency,
    matching::{OverflowFrom, OverflowRefusal, OverflowWhen},
};

/// How the asking side stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// How many of the own people may be asked.
    pub eligible: usize,
    /// How many are missing only because they are busy.
    pub busy: usize,
    /// Rounds of the ladder so far.
    pub rounds: u32,
}

/// It is time to look at the neighbour's people.
pub fn is_occasion(when: OverflowWhen, now: Occasion) -> bool {
    let is_nobody = now.eligible == 0;
    when.nobody && is_nobody && now.busy == 0
        || when.all_busy && is_nobody && now.busy > 0
        || when.after_rounds.is_some_and(|rounds| now.rounds >= rounds)
}

/// Why the other side does not help now. `within_an_hour`: consults of the asking service that reached it before.
pub fn refusal(
    agreements: &[OverflowFrom],
    asking: ServiceId,
    urgency: Urgency,
    within_an_hour: u32,
) -> Option<OverflowRefusal> {
    let Some(agreed) = agreements.iter().find(|from| from.service_id == asking) else {
        return Some(OverflowRefusal::NotAgreed);
    };
    if !agreed.urgencies.contains(&urgency) {
        return Some(OverflowRefusal::Urgency);
    }
    (within_an_hour >= agreed.max_per_hour).then_some(OverflowRefusal::HourIsFull)
}
