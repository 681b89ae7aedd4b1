//! What can be said of an event without its body.

use super::Event;
use crate::domain::consult::BookedBy;
use schemas::consult::RingOutcome;

impl Event {
    /// Every [`Self::kind`]: what is counted by it begins at nought.
    pub const KINDS: [&'static str; 59] = [
        "requested",
        "prealerted",
        "request_made",
        "fields_completed",
        "urgency_changed",
        "slot_awaited",
        "slot_booked",
        "slot_confirmed",
        "slot_ended",
        "room_opened",
        "appointment_begun",
        "rings_instead",
        "stamped",
        "matched",
        "round_repeated",
        "ring_started",
        "ring_delivered",
        "ring_seen",
        "ring_ended",
        "promised",
        "promise_broken",
        "taken_over",
        "take_over_ended",
        "queued",
        "unanswered",
        "alarm_raised",
        "accepted",
        "offered",
        "offer_ended",
        "specialist_changed",
        "participant_added",
        "participant_removed",
        "asked_for_more",
        "replied",
        "study_attached",
        "study_detached",
        "joined",
        "left",
        "roll_called",
        "consent_recorded",
        "guest_invited",
        "guest_waits",
        "guest_admitted",
        "guest_removed",
        "guest_joined",
        "guest_left",
        "encryption_lifted",
        "group_replaced",
        "group_fault",
        "group_barred",
        "session_ended",
        "answered",
        "amended",
        "acknowledged",
        "report_taken_over",
        "closed",
        "outcome_fed_back",
        "glass_broken",
        "cancelled",
    ];

    /// Name of the event, equal to its serde tag. Stays when the body is purged.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::Prealerted { .. } => "prealerted",
            Self::RequestMade { .. } => "request_made",
            Self::FieldsCompleted { .. } => "fields_completed",
            Self::UrgencyChanged { .. } => "urgency_changed",
            Self::SlotAwaited => "slot_awaited",
            Self::SlotBooked { .. } => "slot_booked",
            Self::SlotConfirmed { .. } => "slot_confirmed",
            Self::SlotEnded { .. } => "slot_ended",
            Self::RoomOpened => "room_opened",
            Self::AppointmentBegun => "appointment_begun",
            Self::RingsInstead => "rings_instead",
            Self::Stamped { .. } => "stamped",
            Self::Matched { .. } => "matched",
            Self::RoundRepeated { .. } => "round_repeated",
            Self::RingStarted { .. } => "ring_started",
            Self::RingDelivered { .. } => "ring_delivered",
            Self::RingSeen { .. } => "ring_seen",
            Self::RingEnded { .. } => "ring_ended",
            Self::Promised { .. } => "promised",
            Self::PromiseBroken { .. } => "promise_broken",
            Self::TakenOver { .. } => "taken_over",
            Self::TakeOverEnded => "take_over_ended",
            Self::Queued { .. } => "queued",
            Self::Unanswered { .. } => "unanswered",
            Self::AlarmRaised { .. } => "alarm_raised",
            Self::Accepted { .. } => "accepted",
            Self::Offered { .. } => "offered",
            Self::OfferEnded { .. } => "offer_ended",
            Self::SpecialistChanged { .. } => "specialist_changed",
            Self::ParticipantAdded { .. } => "participant_added",
            Self::ParticipantRemoved { .. } => "participant_removed",
            Self::AskedForMore { .. } => "asked_for_more",
            Self::Replied { .. } => "replied",
            Self::StudyAttached { .. } => "study_attached",
            Self::StudyDetached { .. } => "study_detached",
            Self::Joined { .. } => "joined",
            Self::Left { .. } => "left",
            Self::RollCalled { .. } => "roll_called",
            Self::ConsentRecorded { .. } => "consent_recorded",
            Self::GuestInvited { .. } => "guest_invited",
            Self::GuestWaits { .. } => "guest_waits",
            Self::GuestAdmitted { .. } => "guest_admitted",
            Self::GuestRemoved { .. } => "guest_removed",
            Self::GuestJoined { .. } => "guest_joined",
            Self::GuestLeft { .. } => "guest_left",
            Self::EncryptionLifted { .. } => "encryption_lifted",
            Self::GroupReplaced { .. } => "group_replaced",
            Self::GroupFault { .. } => "group_fault",
            Self::GroupBarred { .. } => "group_barred",
            Self::SessionEnded => "session_ended",
            Self::Answered { .. } => "answered",
            Self::Amended { .. } => "amended",
            Self::Acknowledged { .. } => "acknowledged",
            Self::ReportTakenOver { .. } => "report_taken_over",
            Self::Closed { .. } => "closed",
            Self::OutcomeFedBack { .. } => "outcome_fed_back",
            Self::GlassBroken { .. } => "glass_broken",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// `true` for what follows from somebody's act but was not done by them: the machine rings and alarms.
    pub(super) const fn is_machine(&self) -> bool {
        match self {
            Self::Matched { .. }
            | Self::RoundRepeated { .. }
            | Self::TakeOverEnded
            | Self::Queued { .. }
            | Self::Unanswered { .. }
            | Self::AlarmRaised { .. } => true,
            Self::SlotBooked { by, .. } => matches!(by, BookedBy::Duty),
            Self::RingStarted { assigned, .. } => !*assigned,
            Self::RingEnded { outcome, .. } => matches!(outcome, RingOutcome::TimedOut | RingOutcome::Withdrawn),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_of_kinds_is_whole() {
        // The tags as serde knows them.
        let unknown = serde_json::from_str::<Event>(r#"{"type":"nonsense"}"#).unwrap_err().to_string();
        let known: BTreeSet<&str> = unknown.split('`').skip(3).step_by(2).collect();
        assert_eq!(BTreeSet::from(Event::KINDS), known);
    }
}
