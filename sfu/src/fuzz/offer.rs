//! The SDP of an offer, answered by a peer.

use crate::api::Source;
use crate::net::{announce, clock};
use crate::transport::{Peer, Transport};

/// Bytes of an answer at most: 32 lines with all that a line can have.
const ANSWER: usize = 64 * 1024;

/// One for all of a thread: it draws a certificate.
pub(crate) fn transport() -> Transport {
    thread_local! {
        static TRANSPORT: Transport =
            Transport::new(announce::candidates(&[[127, 0, 0, 1].into()], 8189, true)).expect("a certificate");
    }
    TRANSPORT.with(Transport::clone)
}

/// An offer, of which every line is published or received that can be.
pub fn offer(bytes: &[u8]) {
    let sdp = &*String::from_utf8_lossy(bytes);
    let (now, transport) = (clock::now(), transport());
    let (publish, receive) = (listed(sdp, "a=sendonly"), listed(sdp, "a=recvonly"));
    let Ok((mut peer, local)) = Peer::answer(now, &transport, sdp, &publish, &receive) else { return };
    assert!(local.sdp.len() <= ANSWER, "{} bytes for {}", local.sdp.len(), sdp.len());
    for line in local.sdp.split_terminator("\r\n") {
        let is_plain = line.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        assert!(line.as_bytes().get(1) == Some(&b'=') && is_plain, "a line of the answer");
    }
    let lines = |sdp: &str| sdp.lines().filter(|line| line.starts_with("m=")).count();
    assert_eq!(lines(&local.sdp), lines(sdp));
    // It could be offered, and offering again what was answered changes no line.
    let ours = local.sdp.replace("a=setup:passive", "a=setup:actpass");
    let is_read = Peer::answer(now, &transport, &ours, &[], &[]).is_ok();
    assert!(is_read || !ours.contains("a=ice-ufrag:"), "an answer that cannot be read, and has live lines");
    assert_eq!(ours.matches("a=candidate:").count() > 0, ours.contains("a=ice-ufrag:"), "nowhere to send to");
    let bundle = ours.lines().find_map(|line| line.strip_prefix("a=group:BUNDLE ")).unwrap_or_default();
    assert_eq!(bundle.split_whitespace().count(), ours.matches("a=ice-ufrag:").count(), "RFC 9143 § 7.3");
    assert!(peer.restart(now, sdp).is_ok(), "an offer that is good once");
}

/// The mids of lines of one direction, with what they could carry.
fn listed(sdp: &str, direction: &str) -> Vec<(String, Source)> {
    let mut listed = Vec::new();
    for line in sdp.split("\nm=").skip(1) {
        let source = if line.starts_with("audio") { Source::Microphone } else { Source::Camera };
        let mut attributes = line.lines().map(str::trim_end);
        if attributes.clone().any(|attribute| attribute == direction)
            && let Some(mid) = attributes.find_map(|attribute| attribute.strip_prefix("a=mid:"))
        {
            listed.push((mid.to_owned(), source));
        }
    }
    listed
}
