//! Between the room protocol's types and the SFU's, which knows no schema.

use schemas::ConsultId;
use schemas::MemberId;
use schemas::problem::ProblemCode;
use schemas::room::{MemberQuality, Publishing, QualityCause, QualityLevel, ServerMessage, Slot, SlotSize, Source};

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

pub(super) fn sizes(sizes: Vec<SlotSize>) -> Vec<(String, u16)> {
    sizes.into_iter().map(|size| (size.mid, size.height)).collect()
}

/// What a peer's event means for its room.
pub(super) enum News {
    /// Media came up or went down.
    Media(bool),
    /// For the client of this peer alone.
    Message(ServerMessage),
}

pub(super) fn news(event: sfu::PeerEvent) -> News {
    News::Message(match event {
        sfu::PeerEvent::Connected => return News::Media(true),
        sfu::PeerEvent::Disconnected => return News::Media(false),
        sfu::PeerEvent::Slots(slots) => ServerMessage::Slots { slots: slots.into_iter().map(slot).collect() },
        sfu::PeerEvent::Speaker(member) => ServerMessage::Speaker { member: member.map(|id| MemberId(id.0)) },
        sfu::PeerEvent::Wanted { source, layers } => ServerMessage::Wanted { source: heard_source(source), layers },
        sfu::PeerEvent::Quality(members) => {
            ServerMessage::Quality { members: members.into_iter().map(quality).collect() }
        }
    })
}

fn slot(slot: sfu::Slot) -> Slot {
    Slot { mid: slot.mid, member: MemberId(slot.member.0), source: heard_source(slot.source) }
}

fn heard_source(source: sfu::Source) -> Source {
    match source {
        sfu::Source::Microphone => Source::Microphone,
        sfu::Source::Camera => Source::Camera,
        sfu::Source::Screen => Source::Screen,
    }
}

fn quality((member, level, cause): (sfu::MemberId, sfu::Level, sfu::Cause)) -> MemberQuality {
    let level = match level {
        sfu::Level::Good => QualityLevel::Good,
        sfu::Level::Weak => QualityLevel::Weak,
        sfu::Level::Lost => QualityLevel::Lost,
    };
    let cause = match cause {
        sfu::Cause::None => QualityCause::None,
        sfu::Cause::TheirUplink => QualityCause::TheirUplink,
        sfu::Cause::YourDownlink => QualityCause::YourDownlink,
        sfu::Cause::Server => QualityCause::Server,
    };
    MemberQuality { member: MemberId(member.0), level, cause }
}

/// The code, and a detail that never quotes the SDP.
pub(super) fn problem(error: &sfu::SfuError) -> (ProblemCode, Option<String>) {
    match error {
        sfu::SfuError::InvalidSdp(reason) => (ProblemCode::InvalidSdp, Some(reason.clone())),
        sfu::SfuError::RoomFull => (ProblemCode::RoomFull, None),
        sfu::SfuError::Stopped => (ProblemCode::Unavailable, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::room::ClientMessage;

    fn told(event: sfu::PeerEvent) -> serde_json::Value {
        match news(event) {
            News::Message(message) => serde_json::to_value(message).unwrap(),
            News::Media(_) => panic!("not for the client"),
        }
    }

    #[test]
    fn what_a_peer_reports_reaches_its_client_as_the_contract_has_it() {
        assert!(matches!(news(sfu::PeerEvent::Connected), News::Media(true)));
        assert!(matches!(news(sfu::PeerEvent::Disconnected), News::Media(false)));
        assert_eq!(
            told(sfu::PeerEvent::Speaker(Some(sfu::MemberId(3)))),
            serde_json::json!({"type": "speaker", "member": 3})
        );
        assert_eq!(told(sfu::PeerEvent::Speaker(None)), serde_json::json!({"type": "speaker", "member": null}));
        assert_eq!(
            told(sfu::PeerEvent::Wanted { source: sfu::Source::Camera, layers: 1 }),
            serde_json::json!({"type": "wanted", "source": "camera", "layers": 1})
        );
        let members = vec![
            (sfu::MemberId(1), sfu::Level::Weak, sfu::Cause::TheirUplink),
            (sfu::MemberId(2), sfu::Level::Lost, sfu::Cause::None),
            (sfu::MemberId(4), sfu::Level::Good, sfu::Cause::YourDownlink),
            (sfu::MemberId(5), sfu::Level::Weak, sfu::Cause::Server),
        ];
        assert_eq!(
            told(sfu::PeerEvent::Quality(members)),
            serde_json::json!({"type": "quality", "members": [
                {"member": 1, "level": "weak", "cause": "their_uplink"},
                {"member": 2, "level": "lost", "cause": "none"},
                {"member": 4, "level": "good", "cause": "your_downlink"},
                {"member": 5, "level": "weak", "cause": "server"},
            ]})
        );
        let slots = vec![sfu::Slot { mid: "7".to_owned(), member: sfu::MemberId(2), source: sfu::Source::Screen }];
        assert_eq!(
            told(sfu::PeerEvent::Slots(slots)),
            serde_json::json!({"type": "slots", "slots": [{"mid": "7", "member": 2, "source": "screen"}]})
        );
    }

    #[test]
    fn how_large_pictures_are_shown_reaches_the_sfu_as_it_was_said() {
        let said = r#"{"type": "view", "sizes": [{"mid": "4", "height": 360}, {"mid": "11", "height": 0}]}"#;
        let ClientMessage::View { sizes: said } = serde_json::from_str(said).unwrap() else { panic!("a view") };
        assert_eq!(sizes(said), [("4".to_owned(), 360), ("11".to_owned(), 0)]);
        let negative = r#"{"type": "view", "sizes": [{"mid": "4", "height": -1}]}"#;
        assert!(serde_json::from_str::<ClientMessage>(negative).is_err());
    }
}
