//! Between the room protocol's types and the SFU's, which knows no schema.

use schemas::ConsultId;
use schemas::MemberId;
use schemas::problem::ProblemCode;
use schemas::room::{Publishing, Slot, Source};

pub(super) fn room_id(consult: ConsultId) -> sfu::RoomId {
    sfu::RoomId(*consult.0.as_bytes())
}

pub(super) fn member_id(member: MemberId) -> sfu::MemberId {
    sfu::MemberId(member.0)
}

pub(super) fn source(source: Source) -> sfu::Source {
    match source {
        Source::Microphone => sfu::Source::Microphone,
        Source::Camera => sfu::Source::Camera,
        Source::Screen => sfu::Source::Screen,
    }
}

pub(super) fn publishing(publishing: Publishing) -> sfu::Publishing {
    sfu::Publishing { microphone: publishing.microphone, camera: publishing.camera, screen: publishing.screen }
}

pub(super) fn slot(slot: sfu::Slot) -> Slot {
    let source = match slot.source {
        sfu::Source::Microphone => Source::Microphone,
        sfu::Source::Camera => Source::Camera,
        sfu::Source::Screen => Source::Screen,
    };
    Slot { mid: slot.mid, member: MemberId(slot.member.0), source }
}

/// The code, and a detail that never quotes the SDP.
pub(super) fn problem(error: &sfu::SfuError) -> (ProblemCode, Option<String>) {
    match error {
        sfu::SfuError::InvalidSdp(reason) => (ProblemCode::InvalidSdp, Some(reason.clone())),
        sfu::SfuError::RoomFull => (ProblemCode::RoomFull, None),
        sfu::SfuError::Stopped => (ProblemCode::Unavailable, None),
    }
}
