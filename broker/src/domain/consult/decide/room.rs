//! The talk: who is in the room, who is at its door, and what is put on record in it.

use super::Draft;
use crate::domain::consult::{Event, GroupNote, Guest, Refusal, fields, guard};
use schemas::{
    GuestId, PersonId, PrivateText,
    consult::{ActionName, Consent, ConsultState, Present},
    guest::{GuestPart, GuestState},
};

/// Guests who are invited and not sent away. The room has eight seats, two of them for those whom it is about.
pub const MAX_GUESTS: usize = 6;
/// People of one roll call: the room's eight, and who stands around the bed.
const MAX_PRESENT: usize = 30;
/// The same roll call again within this time is a repeat after a lost response; later it is a new one.
const SAME_CALL_SECONDS: i64 = 60;

pub(super) fn joined(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::Join, person)?;
    if !draft.consult.in_room.contains(&person) {
        draft.emit(Event::Joined { person });
    }
    Ok(())
}

pub(super) fn left(draft: &mut Draft, person: PersonId) {
    if draft.consult.in_room.contains(&person) {
        draft.emit(Event::Left { person });
    }
}

pub(super) fn end_session(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    if draft.consult.specialist == Some(person) && draft.consult.state == ConsultState::Reporting {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::EndSession, person)?;
    draft.emit(Event::SessionEnded);
    Ok(())
}

pub(super) fn roll_call(draft: &mut Draft, person: PersonId, present: &[Present]) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::RollCall, person)?;
    if present.is_empty() || present.len() > MAX_PRESENT {
        return Err(fields::invalid("present", "is empty or names more than 30 people"));
    }
    for each in present {
        fields::check_name("present.name", &each.name)?;
        fields::check_line("present.role", &each.role)?;
    }
    let repeated = draft.consult.roll_call.as_ref().is_some_and(|last| {
        last.by == person && last.present == present && draft.now.seconds_since(last.at) < SAME_CALL_SECONDS
    });
    if !repeated {
        draft.emit(Event::RollCalled { person, present: present.to_vec() });
    }
    Ok(())
}

pub(super) fn record_consent(draft: &mut Draft, person: PersonId, consent: Consent) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::RecordConsent, person)?;
    if draft.consult.consent.is_none_or(|last| (last.by, last.consent) != (person, consent)) {
        draft.emit(Event::ConsentRecorded { person, consent });
    }
    Ok(())
}

/// Nobody takes it back: who has come in without would have to leave, and who thinks it is secret would be wrong.
pub(super) fn lift_encryption(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    if draft.consult.encryption_lifted.is_some() {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::LiftEncryption, person)?;
    draft.emit(Event::EncryptionLifted { person });
    Ok(())
}

/// Whatever has become of the consult meanwhile. A note that got no answer may stand there twice.
pub(super) fn note_group(draft: &mut Draft, note: &GroupNote) {
    draft.emit(match note.clone() {
        GroupNote::Replaced { generation } => Event::GroupReplaced { generation },
        GroupNote::Fault { by, about, code } => Event::GroupFault { by, about, code },
        GroupNote::Barred { who } => Event::GroupBarred { who },
    });
}

pub(super) fn invite(
    draft: &mut Draft,
    person: PersonId,
    guest_id: GuestId,
    name: &PrivateText,
    part: GuestPart,
) -> Result<(), Refusal> {
    if let Some(known) = draft.consult.guest(guest_id) {
        let same = (known.invited_by, known.part) == (person, part) && known.name == *name;
        return if same { Ok(()) } else { Err(Refusal::Conflict) };
    }
    guard::permit(&draft.consult, ActionName::InviteGuest, person)?;
    fields::check_name("name", name)?;
    draft.emit(Event::GuestInvited { guest_id, name: name.clone(), part, person });
    Ok(())
}

/// Whoever was let in comes back after a lost network without waiting again.
pub(super) fn guest_waits(draft: &mut Draft, guest_id: GuestId) -> Result<(), Refusal> {
    match guest(draft, guest_id)?.state {
        GuestState::Removed => Err(Refusal::NotAdmitted),
        GuestState::Waiting | GuestState::Admitted => Ok(()),
        GuestState::Invited => {
            guard::while_room_is_open(&draft.consult)?;
            draft.emit(Event::GuestWaits { guest_id });
            Ok(())
        }
    }
}

pub(super) fn admit(draft: &mut Draft, person: PersonId, guest_id: GuestId) -> Result<(), Refusal> {
    match guest(draft, guest_id)?.state {
        GuestState::Admitted => Ok(()),
        GuestState::Waiting => {
            guard::permit(&draft.consult, ActionName::AdmitGuest, person)?;
            draft.emit(Event::GuestAdmitted { guest_id, person });
            Ok(())
        }
        GuestState::Invited | GuestState::Removed => Err(Refusal::WrongState { state: draft.consult.state }),
    }
}

pub(super) fn remove(draft: &mut Draft, person: PersonId, guest_id: GuestId) -> Result<(), Refusal> {
    if guest(draft, guest_id)?.state == GuestState::Removed {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::RemoveGuest, person)?;
    draft.emit(Event::GuestRemoved { guest_id, person });
    Ok(())
}

pub(super) fn guest_joined(draft: &mut Draft, guest_id: GuestId) -> Result<(), Refusal> {
    if guest(draft, guest_id)?.state != GuestState::Admitted {
        return Err(Refusal::NotAdmitted);
    }
    if !draft.consult.is_guest_inside(guest_id) {
        guard::while_room_is_open(&draft.consult)?;
        draft.emit(Event::GuestJoined { guest_id });
    }
    Ok(())
}

/// From the seat, or from the door.
pub(super) fn guest_left(draft: &mut Draft, guest_id: GuestId) {
    let waits = draft.consult.guest(guest_id).is_some_and(|guest| guest.state == GuestState::Waiting);
    if waits || draft.consult.is_guest_inside(guest_id) {
        draft.emit(Event::GuestLeft { guest_id });
    }
}

fn guest(draft: &Draft, guest_id: GuestId) -> Result<&Guest, Refusal> {
    draft.consult.guest(guest_id).ok_or(Refusal::NotFound)
}
