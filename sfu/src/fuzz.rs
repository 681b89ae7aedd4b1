//! The readers of network bytes, for fuzzing (`sfu/fuzz`) and for its corpus (`tests/corpus.rs`). Not an interface: it
//! may change with every version. Each function reads its bytes to the end, and panics where a reader breaks a promise.

use crate::api::{Keys, MemberId};
use crate::net::{clock, stun};
use crate::packet::{RtpHeader, extension, rfc4571, rtcp, transport_wide, vp8, vp9};
use crate::receive::rtx;
use crate::send::SentLog;
use crate::state::{Channel, Frame, Reads, Retained};
use bytes::Bytes;

/// What came in one datagram: the demultiplexer and STUN.
pub fn datagram(bytes: &[u8]) {
    let _ = (stun::Protocol::of(bytes), stun::is_request(bytes), stun::response_to(bytes));
    if let Some(request) = stun::Request::parse(bytes) {
        assert!(!request.is_signed_with("a password that nobody has"));
        let _ = (request.receiver, request.use_candidate, request.transaction());
    }
}

/// A decrypted RTP packet: header, extensions, payload descriptors, retransmission.
pub fn packet(bytes: &[u8]) {
    for (_, value) in RtpHeader::extensions(bytes) {
        let _ = (extension::AudioLevel::read(value), extension::name(value), extension::transport_wide(value));
    }
    let Some(header) = RtpHeader::parse(bytes) else { return };
    assert!(header.length <= bytes.len());
    let Some(payload) = header.payload(bytes) else { return };
    let original = rtx::unwrap(payload).map_or(payload, |(_, original)| original);
    for payload in [payload, original] {
        let mut copy = payload.to_vec();
        if let Some(found) = vp8::Descriptor::parse(payload) {
            assert!(found.length < payload.len());
            found.patch_in_place(&mut copy, 0x7abc, 7);
        }
        if let Some(found) = vp9::Descriptor::parse(payload) {
            assert!(found.length <= payload.len());
            found.patch_in_place(&mut copy, 0x7abc, 7);
        }
    }
}

/// A decrypted RTCP compound.
pub fn compound(bytes: &[u8]) {
    use rtcp::Feedback;
    for feedback in rtcp::feedbacks(bytes) {
        match feedback {
            Feedback::SenderReport { blocks, .. } | Feedback::ReceiverReport { blocks, .. } => {
                assert!(blocks.count() <= rtcp::MAX_BLOCKS);
            }
            Feedback::Nack { lost, .. } => assert!(lost.count() <= 17 * bytes.len() / 4),
            Feedback::Fir(requests) => assert!(requests.count() <= bytes.len() / 8),
            Feedback::TransportWide(packet) => feedback_of(packet),
            Feedback::Pli { .. } | Feedback::Remb { .. } => {}
        }
    }
}

fn feedback_of(packet: &[u8]) {
    if let Some(report) = transport_wide::Report::parse(packet) {
        assert!(report.packets().count() <= usize::from(u16::MAX));
    }
    let now = clock::now();
    let mut log = SentLog::new(now);
    for _ in 0..100 {
        log.sent(now, 1_200, 0);
    }
    let mut acked = Vec::new();
    log.acknowledged(packet, now, &mut acked);
    log.acknowledged(packet, now, &mut acked);
    // Each packet arrives once and is lost once at most.
    assert!(acked.len() <= 200);
}

/// What comes over a TCP connection, in pieces of any size (RFC 4571).
pub fn stream(bytes: &[u8]) {
    let mut reader = rfc4571::Reader::default();
    let mut rest = bytes;
    // The first byte says how large the pieces are.
    let size = 1 + 8 * usize::from(bytes.first().copied().unwrap_or_default());
    while !rest.is_empty() {
        let spare = reader.spare();
        let count = rest.len().min(spare.len()).min(size);
        assert!(count > 0);
        spare[..count].copy_from_slice(&rest[..count]);
        reader.filled(count);
        rest = &rest[count..];
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => {
                    assert!(!frame.is_empty() && frame.len() <= rfc4571::MAX_FRAME);
                    datagram(frame);
                }
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

/// A frame of a data channel, and what is kept of it.
pub fn frame(bytes: &[u8]) {
    let _ = std::str::from_utf8(bytes).map(Channel::from_label);
    let Ok(frame) = Frame::parse(&Bytes::copy_from_slice(bytes)) else { return };
    let now = clock::now();
    let mut kept = Retained::default();
    for written in [None, now.checked_sub(frame.age)] {
        let _ = kept.apply(MemberId(1), &frame, written);
    }
    let all = kept.snapshot(Reads::new(Keys::All, now)).count();
    assert!(all <= 1);
    assert!(frame.relay(MemberId(2)).len() <= bytes.len() + 16);
}
