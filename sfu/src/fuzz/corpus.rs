//! The committed corpus of every target, and mutants of it, as plain tests.

#[path = "../../../fuzz/src/replay.rs"]
mod replay;

use super::{compound, datagram, frame, offer, packet, payload, stream};
use replay::{files, replay};

/// Mutants of each file. More: seconds. Less: fewer places at which a length may lie.
const MUTANTS: usize = 100;
/// An offer draws keys, and a shard shakes hands.
const MUTANTS_OF_SLOW: usize = 2;

macro_rules! replays {
    ($($target:ident: $mutants:expr,)*) => { mod replays { $(
        #[test]
        fn $target() {
            super::replay(concat!("fuzz/corpus/", stringify!($target)), $mutants, crate::fuzz::$target);
        }
    )* } };
}

replays! {
    datagram: super::MUTANTS,
    stream: super::MUTANTS,
    packet: super::MUTANTS,
    payload: super::MUTANTS,
    compound: super::MUTANTS,
    frame: super::MUTANTS,
    offer: super::MUTANTS_OF_SLOW,
    shard: super::MUTANTS_OF_SLOW,
    sctp: super::MUTANTS,
}

#[test]
fn what_browsers_offer_and_mutants_of_it() {
    replay("sfu/src/transport/sdp/fixtures", 100, offer);
}

#[test]
fn every_reader_takes_what_is_meant_for_another() {
    const READERS: [fn(&[u8]); 6] = [datagram, stream, packet, payload, compound, frame];
    for target in ["datagram", "stream", "packet", "payload", "compound", "frame", "shard"] {
        for (_, bytes) in files(&format!("fuzz/corpus/{target}")) {
            READERS.iter().for_each(|read| read(&bytes));
        }
    }
}
