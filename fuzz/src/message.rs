//! What a client says on the WebSocket of its room (`broker/src/room/socket.rs` reads it so).

use schemas::room::ClientMessage;

/// A message is written as it was read, and is not much longer.
pub(crate) fn message(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(message) = serde_json::from_str::<ClientMessage>(text) else { return };
    let written = serde_json::to_string(&message).expect("a message that was read");
    // serde takes lists for objects: the names of the fields may be what is added.
    assert!(written.len() <= 64 + 16 * text.len(), "{} bytes of {}", written.len(), text.len());
    let again: ClientMessage = serde_json::from_str(&written).expect("a message that was written");
    assert_eq!(serde_json::to_string(&again).ok(), Some(written));
}
