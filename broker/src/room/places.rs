//! How many of something there may be at once, in all and of each: sockets that hold something and no seat.

use schemas::problem::ProblemCode;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Places that are taken, by whom.
pub(super) struct Places<K> {
    taken: Mutex<BTreeMap<K, usize>>,
    all: usize,
    each: usize,
}

/// One place. Given back when dropped.
pub(super) struct Place<'a, K: Ord + Copy> {
    of: &'a Places<K>,
    key: K,
}

impl<K: Ord + Copy> Places<K> {
    /// `all` places, and of these `each` for one key.
    pub(super) fn new(all: usize, each: usize) -> Self {
        Self { taken: Mutex::default(), all, each }
    }

    pub(super) fn take(&self, key: K) -> Result<Place<'_, K>, ProblemCode> {
        let mut taken = self.taken();
        if taken.values().sum::<usize>() >= self.all {
            return Err(ProblemCode::Unavailable);
        }
        let own = taken.entry(key).or_insert(0);
        if *own >= self.each {
            return Err(ProblemCode::TooManyRequests);
        }
        *own += 1;
        Ok(Place { of: self, key })
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<K, usize>> {
        // Nothing panics while it is held; were it so, the map would still be whole.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord + Copy> Drop for Place<'_, K> {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        let Some(own) = taken.get_mut(&self.key) else { return };
        *own -= 1;
        if *own == 0 {
            taken.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_and_all_together_have_so_many_places() {
        let places = Places::new(5, 2);
        let take = |key: u32| places.take(key).map_err(|code| (key, code));
        let (_first, second) = (take(0).unwrap(), take(0).unwrap());
        assert_eq!(take(0).err(), Some((0, ProblemCode::TooManyRequests)));
        let others: Vec<_> = (1..=3).map(|key| take(key).unwrap()).collect();
        assert_eq!(take(4).err(), Some((4, ProblemCode::Unavailable)));
        drop(second);
        assert!(take(4).is_ok());
        drop(others);
        assert_eq!(places.taken().len(), 1, "whoever has none is forgotten");
    }
}
