//! Who comes before whom within a policy: those awake before others, those free before those with a consult.

use super::{Around, PlannedStep};
use schemas::PersonId;

/// Moves those seen within `minutes` to the front, each part in its order; how many they are.
pub(super) fn awake_first(people: &mut [PersonId], minutes: Option<u32>, around: &Around<'_>) -> usize {
    let Some(minutes) = minutes else { return 0 };
    let since = around.now.plus_seconds(-60 * i64::from(minutes));
    let is_awake = |person: &PersonId| around.seen.get(person).is_some_and(|at| *at >= since);
    people.sort_by_key(|person| !is_awake(person));
    people.iter().filter(|person| is_awake(person)).count()
}

/// Who of them has another consult.
pub(super) fn busy(people: &[PersonId], around: &Around<'_>) -> Vec<PersonId> {
    people.iter().copied().filter(|person| around.occupied.contains(person)).collect()
}

/// A step in which everybody is busy waits until the next one with somebody free has begun. When steps begin stays with
/// their places: what rang beside the first step still does.
pub(super) fn others_first(steps: &mut Vec<PlannedStep>) {
    let beside: Vec<Option<u32>> = steps.iter().map(|step| step.beside_after).collect();
    let mut ordered = Vec::with_capacity(steps.len());
    let mut waiting = Vec::new();
    for step in steps.drain(..) {
        let free = step.people.len() - step.busy.len();
        if free > 0 {
            ordered.push(step);
            ordered.append(&mut waiting);
        } else if step.people.is_empty() {
            ordered.push(step);
        } else {
            waiting.push(step);
        }
    }
    ordered.append(&mut waiting);
    ordered.iter_mut().zip(beside).for_each(|(step, beside)| step.beside_after = beside);
    *steps = ordered;
}
