//! Any trace of loss, reordering, duplication and wrap-around, in virtual time.

mod arrivals;
mod missing;
mod origins;
mod reception;
mod rtx;
mod store;

use proptest::prelude::*;
use std::time::Instant;

/// Where virtual time begins.
fn origin() -> Instant {
    crate::net::clock::now()
}

/// Indices of a stream's packets in the order of their arrival: some lost, some late by up to `late` places, some
/// twice, and gaps of up to `gap` at once.
fn trace(late: u64, gap: u64) -> impl Strategy<Value = Vec<u64>> {
    let step = prop_oneof![20 => Just(1), 3 => 2..6u64, 1 => 1..gap];
    let packet = (step, prop_oneof![8 => Just(0), 2 => 0..late], prop::bool::weighted(0.05));
    prop::collection::vec(packet, 1..400).prop_map(|packets| {
        let (mut index, mut arrivals) = (0, Vec::new());
        for (step, late, twice) in packets {
            arrivals.push((index + late, index));
            if twice {
                arrivals.push((index + late / 2 + 3, index));
            }
            index += step;
        }
        arrivals.sort_by_key(|(place, _)| *place);
        arrivals.into_iter().map(|(_, index)| index).collect()
    })
}
