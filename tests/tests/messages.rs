//! The corpus of the room protocol's fuzz target as a plain test. A binary of its own links nothing but the schemas.

#[path = "../../fuzz/src/message.rs"]
mod message;
#[path = "../../fuzz/src/replay.rs"]
mod replay;

#[test]
fn messages() {
    replay::replay("fuzz/corpus/message", 400, message::message);
}
