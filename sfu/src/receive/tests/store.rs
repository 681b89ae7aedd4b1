use super::trace;
use crate::receive::Store;
use crate::receive::store::MAX_PAYLOAD;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn payload(index: u64) -> Vec<u8> {
    vec![index as u8; index as usize * 31 % (MAX_PAYLOAD + 1)]
}

proptest! {
    #[test]
    fn what_is_found_is_what_was_put_and_the_newest_are_there(trace in trace(60, 500), bits in 3..7u32) {
        let mut store = Store::new(bits);
        let (mut put, mut newest) = (BTreeSet::new(), 0);
        for index in trace {
            let extended = 70_000 + index;
            store.put(extended, index as u32, index % 3 == 0, &payload(index));
            newest = newest.max(extended);
            put.insert(extended);
            for extended in newest - 150..=newest {
                let found = store.get(extended);
                if let Some(found) = &found {
                    let index = extended - 70_000;
                    prop_assert!(put.contains(&extended));
                    prop_assert_eq!((found.timestamp, found.marker), (index as u32, index % 3 == 0));
                    prop_assert!(found.payload == payload(index));
                }
                let is_recent = extended + (1 << bits) > newest;
                prop_assert!(found.is_some() || !is_recent || !put.contains(&extended));
            }
        }
    }
}

#[test]
fn a_payload_longer_than_a_slot_is_not_kept() {
    let mut store = Store::new(3);
    store.put(65_536, 0, false, &[1; MAX_PAYLOAD + 1]);
    assert!(store.get(65_536).is_none());
    store.put(65_536, 0, false, &[1; MAX_PAYLOAD]);
    assert!(store.get(65_536).is_some());
    assert!(store.get(0).is_none(), "an empty slot has no number");
}
