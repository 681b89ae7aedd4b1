//! How much of something each session, or each address, does at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// Like [`Slots`], for what is worth waiting for: who comes when all are taken waits, first come, first served.
pub struct Turns<K: Ord> {
    each: usize,
    queues: Arc<Mutex<BTreeMap<K, Arc<Semaphore>>>>,
}

impl<K: Ord + Clone> Turns<K> {
    /// `each` at once for everybody.
    pub fn new(each: usize) -> Self {
        Self { each, queues: Arc::default() }
    }

    /// Waits for `who`'s turn.
    pub async fn wait(&self, who: K) -> Turn<K> {
        let queue =
            lock(&self.queues).entry(who.clone()).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone();
        // Made before the wait, so that whoever gives up tidies up too.
        let mut turn = Turn { who, permit: None, queue: Some(Arc::clone(&queue)), queues: Arc::clone(&self.queues) };
        // Nobody closes it.
        turn.permit = queue.acquire_owned().await.ok();
        turn
    }
}

/// Given on when dropped.
pub struct Turn<K: Ord> {
    who: K,
    permit: Option<OwnedSemaphorePermit>,
    queue: Option<Arc<Semaphore>>,
    queues: Arc<Mutex<BTreeMap<K, Arc<Semaphore>>>>,
}

impl<K: Ord> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut queues = lock(&self.queues);
        drop((self.permit.take(), self.queue.take()));
        // Whoever uses a queue holds it, and gets it under this lock only.
        if queues.get(&self.who).is_some_and(|queue| Arc::strong_count(queue) == 1) {
            queues.remove(&self.who);
        }
    }
}

fn lock<K, V>(taken: &Mutex<BTreeMap<K, V>>) -> MutexGuard<'_, BTreeMap<K, V>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

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

    #[tokio::test]
    async fn who_comes_too_early_waits_and_leaves_nothing_behind() {
        let turns = Turns::new(2);
        let (first, second) = (turns.wait("a").await, turns.wait("a").await);
        let other = turns.wait("b").await;
        let mut third = Box::pin(turns.wait("a"));
        assert!((&mut third).now_or_never().is_none(), "it waits");
        assert!(Box::pin(turns.wait("a")).now_or_never().is_none(), "one that gives up");
        drop(first);
        let third = third.await;
        drop((second, other));
        assert_eq!(lock(&turns.queues).len(), 1);
        drop(third);
        assert!(lock(&turns.queues).is_empty(), "nothing is kept of those who left");
    }

    #[test]
    fn a_refusal_takes_nothing() {
        let slots = Slots::new(0);
        assert!(slots.take(1).is_none());
    }
}
