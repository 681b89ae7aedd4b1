use super::{origin, trace};
use crate::receive::Store;
use crate::receive::store::{KEPT, MAX_PAYLOAD, RESTS};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

fn payload(index: u64) -> Vec<u8> {
    vec![index as u8; index as usize * 31 % (MAX_PAYLOAD + 1)]
}

proptest! {
    /// At up to 333 packets a second, most of the ring's slots.
    #[test]
    fn what_is_found_is_what_was_put_and_all_that_is_kept_is_there(trace in trace(60, 100), micros in 3_000..40_000u64) {
        let (mut now, mut store, mut put) = (origin(), Store::default(), BTreeMap::new());
        let first = 70_000;
        let mut newest = first;
        for index in trace {
            let extended = first + index;
            // Time passes with the numbers, as it does while packets are lost.
            now = now.max(origin() + Duration::from_micros(micros) * index as u32);
            store.put(now, extended, index as u32, index % 3 == 0, &payload(index));
            newest = newest.max(extended);
            put.entry(extended).or_insert(now);
            for extended in newest - 150..=newest {
                let found = store.get(extended);
                if let Some(found) = &found {
                    let index = extended - first;
                    prop_assert!(put.contains_key(&extended));
                    prop_assert_eq!((found.timestamp, found.marker), (index as u32, index % 3 == 0));
                    prop_assert!(found.payload == payload(index));
                }
                let is_kept = put.get(&extended).is_some_and(|at| now - *at < KEPT);
                prop_assert!(found.is_some() || !is_kept, "{extended} of {newest}");
            }
        }
    }
}

/// Bytes after a minute of so many packets a second.
fn size_at(rate: u32) -> usize {
    let mut store = Store::default();
    for n in 0..rate * 60 {
        store.put(origin() + Duration::from_secs(1) / rate * n, 70_000 + u64::from(n), n, false, &[1; 600]);
    }
    store.size()
}

#[test]
fn a_store_is_as_large_as_its_stream_needs() {
    assert_eq!([20, 30, 60, 180, 5_000].map(|rate| size_at(rate) / MAX_PAYLOAD), [32, 64, 128, 512, 512]);
}

#[test]
fn a_stream_that_has_ended_holds_nothing() {
    let (now, mut store) = (origin(), Store::default());
    assert!(store.size() == 0 && store.get(70_000).is_none());
    store.put(now, 70_000, 0, false, &[1]);
    store.rest(now + RESTS);
    assert!(store.size() > 0 && store.get(70_000).is_some());
    store.rest(now + RESTS + Duration::from_millis(1));
    assert!(store.size() == 0 && store.get(70_000).is_none());
    store.put(now, 70_001, 0, false, &[1]);
    assert!(store.get(70_001).is_some());
}

#[test]
fn a_payload_longer_than_a_slot_is_not_kept() {
    let mut store = Store::default();
    store.put(origin(), 65_536, 0, false, &[1; MAX_PAYLOAD + 1]);
    assert!(store.get(65_536).is_none());
    store.put(origin(), 65_536, 0, false, &[1; MAX_PAYLOAD]);
    assert!(store.get(65_536).is_some());
    assert!(store.get(0).is_none(), "an empty slot has no number");
}
