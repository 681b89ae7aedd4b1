//! How much of something each session, or each address, does at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Slots for each `K`. Clones share them.
pub struct Slots<K: Ord> {
    each: usize,
    taken: Arc<Mutex<BTreeMap<K, usize>>>,
}

impl<K: Ord> Clone for Slots<K> {
    fn clone(&self) -> Self {
        Self { each: self.each, taken: Arc::clone(&self.taken) }
    }
}

impl<K: Ord + Clone> Slots<K> {
    /// `each` slots for everybody.
    pub fn new(each: usize) -> Self {
        Self { each, taken: Arc::default() }
    }

    /// One more for `who`, until it is dropped; `None` when all of theirs are taken.
    pub fn take(&self, who: K) -> Option<Slot<K>> {
        let mut taken = lock(&self.taken);
        let count = taken.entry(who.clone()).or_insert(0);
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Slot { who, taken: Arc::clone(&self.taken) })
    }
}

/// Given back when dropped.
pub struct Slot<K: Ord> {
    who: K,
    taken: Arc<Mutex<BTreeMap<K, usize>>>,
}

impl<K: Ord> Drop for Slot<K> {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        let Some(count) = taken.get_mut(&self.who) else { return };
        *count -= 1;
        if *count == 0 {
            taken.remove(&self.who);
        }
    }
}

fn lock<K>(taken: &Mutex<BTreeMap<K, usize>>) -> MutexGuard<'_, BTreeMap<K, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_and_gets_them_back() {
        let slots = Slots::new(2);
        let first = slots.take("a").unwrap();
        let second = slots.take("a").unwrap();
        assert!(slots.take("a").is_none());
        assert!(slots.take("b").is_some());
        drop(first);
        let third = slots.clone().take("a");
        assert!(third.is_some() && slots.take("a").is_none());
        drop((second, third));
        assert!(lock(&slots.taken).is_empty(), "nothing is kept of those who left");
    }

    #[test]
    fn a_refusal_takes_nothing() {
        let slots = Slots::new(0);
        assert!(slots.take(1).is_none());
    }
}
