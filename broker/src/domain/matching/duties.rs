//! Who is on duty, found by person. A table with open addressing, because tens of thousands are looked up in a
//! millisecond; a search tree would take all of it.

use super::{DutyFact, MatchInput};
use schemas::PersonId;
use std::cmp::Reverse;

const EMPTY: u32 = u32::MAX;

/// Of each person the highest level, and the longest stretch of it.
pub(super) struct Duties {
    duties: Vec<DutyFact>,
    /// Where in `duties` somebody's is, from [`Self::slot`] on; at most half of it is taken.
    slots: Vec<u32>,
}

impl Duties {
    pub(super) fn best(input: &MatchInput) -> Self {
        let room = (input.duties.len() * 2).next_power_of_two().max(2);
        let mut best = Self { duties: Vec::with_capacity(input.duties.len()), slots: vec![EMPTY; room] };
        for duty in &input.duties {
            if duty.until > input.now {
                best.add(*duty);
            }
        }
        best
    }

    pub(super) fn of(&self, person: PersonId) -> Option<&DutyFact> {
        let at = self.slots[self.slot(person)];
        (at != EMPTY).then(|| &self.duties[at as usize])
    }

    fn add(&mut self, duty: DutyFact) {
        let slot = self.slot(duty.person_id);
        let at = self.slots[slot];
        if at == EMPTY {
            self.slots[slot] = u32::try_from(self.duties.len()).unwrap_or(EMPTY);
            self.duties.push(duty);
            return;
        }
        let kept = &mut self.duties[at as usize];
        if (duty.level, Reverse(duty.until)) < (kept.level, Reverse(kept.until)) {
            *kept = duty;
        }
    }

    /// The person's slot, or the empty one that would be theirs. The last bytes of an id are random (RFC 9562); that a
    /// client could choose them so that they collide costs an administrator's own network a little time.
    fn slot(&self, person: PersonId) -> usize {
        let mask = self.slots.len() - 1;
        let (_, low) = person.0.as_u64_pair();
        let mut slot = (low.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        loop {
            let at = self.slots[slot];
            if at == EMPTY || self.duties[at as usize].person_id == person {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }
}
