//! Whether an action makes sense now: one place for `decide` and for the buttons that a page shows.

use super::{Consult, Refusal, decide::MAX_GUESTS};
use crate::domain::{
    access::{self, Permission},
    directory::Actor,
};
use schemas::{
    PersonId, UnixMillis,
    consult::{ActionName, ConsultState, Urgency},
    guest::GuestState,
    slots::AppointmentSide,
};

/// Somebody works on it, and people meet in its room.
const AT_WORK: [ConsultState; 3] = [ConsultState::Accepted, ConsultState::InSession, ConsultState::Reporting];
const LADDER: [ConsultState; 2] = [ConsultState::Ringing, ConsultState::Unanswered];
/// Asked for, and not answered.
const ASKED: [ConsultState; 5] = [
    ConsultState::Ringing,
    ConsultState::Unanswered,
    ConsultState::Accepted,
    ConsultState::InSession,
    ConsultState::Reporting,
];

/// What this person may do now: the access table allows it and the machine would not refuse it.
pub fn actions(consult: &Consult, actor: &Actor, now: UnixMillis) -> Vec<ActionName> {
    let facts = consult.facts(now);
    Permission::all()
        .filter(|permission| access::may(actor, Some(&facts), *permission))
        .filter_map(|permission| match permission {
            Permission::Act(action) => Some(action),
            _ => None,
        })
        .filter(|action| permit(consult, *action, actor.person_id).is_ok())
        .collect()
}

/// Refuses an action that the state or the person's part in it does not allow. Repeats are not considered here:
/// `decide` answers them before it asks.
pub(super) fn permit(consult: &Consult, action: ActionName, person: PersonId) -> Result<(), Refusal> {
    use ConsultState::{
        Accepted, Acknowledged, Booked, Closed, InSession, Prealert, Reported, Reporting, Ringing, Unanswered,
    };
    let no = Refusal::WrongState { state: consult.state };
    let within = |states: &[ConsultState]| ok_or(states.contains(&consult.state), &no);
    let open = ok_or(consult.state.is_open(), &no);
    let needs = |condition: bool| ok_or(condition, &no);
    match action {
        ActionName::CompleteFields | ActionName::AttachStudy | ActionName::Stamp => open,
        ActionName::DetachStudy => open.and(needs(!consult.studies.is_empty())),
        ActionName::RequestNow => within(&[Prealert]),
        ActionName::BookSlot => within(&[Booked, Ringing, Unanswered]).and(needs(is_elective(consult))),
        // One that waits already has nothing to give up; and without a deadline nobody would look.
        ActionName::AwaitSlot => within(&[Booked, Ringing, Unanswered])
            .and(needs(is_elective(consult) && !consult.wants_slot() && consult.fields.deadline.is_some())),
        ActionName::ConfirmSlot | ActionName::DeclineSlot => {
            within(&[Booked]).and(needs_answer(consult, action, person))
        }
        ActionName::ProposeSlot => {
            let is_theirs = consult.held().is_some_and(|held| held.slot.person == person);
            within(&[Booked]).and(ok_or(is_theirs, &Refusal::NotOffered))
        }
        ActionName::RingNow => within(&[Booked]),
        ActionName::ChangeUrgency => within(&[Prealert, Booked, Ringing, Unanswered, Accepted]),
        ActionName::Accept => asked(consult, person, consult.was_rung(person) || consult.is_queued_behind(person)),
        ActionName::AcceptInFive => asked(consult, person, consult.is_rung(person)),
        ActionName::PassOn | ActionName::Decline => {
            asked(consult, person, consult.is_rung(person) || has_promised(consult, person))
        }
        ActionName::RingReceipt => ok_or(consult.is_rung(person), &Refusal::NotRung),
        ActionName::TakeOver => within(&LADDER),
        ActionName::Assign | ActionName::AddParticipant | ActionName::RecordConsent => within(&ASKED),
        ActionName::RemoveParticipant => open.and(needs(!consult.participants.is_empty())),
        ActionName::HandOver | ActionName::AskForMore => permit_author(consult, person).and(within(&AT_WORK)),
        ActionName::AcceptOffer => {
            let offered = consult.offer.is_some_and(|offer| offer.to == person);
            within(&AT_WORK).and(ok_or(offered, &Refusal::NotOffered))
        }
        ActionName::DeclineOffer => {
            let concerned = consult.offer.is_some_and(|offer| offer.to == person || offer.by == person);
            ok_or(concerned, &Refusal::NotOffered)
        }
        ActionName::Reply => within(&AT_WORK).and(needs(consult.asked_for_more())),
        // An answer that was given stays: from then on a consult is closed, not cancelled.
        ActionName::Cancel => within(&[Prealert, Booked, Ringing, Unanswered, Accepted, InSession, Reporting]),
        // Whoever is inside comes back after a reload, also when the answer was signed meanwhile.
        ActionName::Join if consult.in_room.contains(&person) => open,
        ActionName::Join => within(&AT_WORK),
        ActionName::RollCall => within(&AT_WORK).and(ok_or(consult.in_room.contains(&person), &Refusal::NotInRoom)),
        ActionName::InviteGuest => {
            let expected = consult.guests.iter().filter(|guest| guest.state != GuestState::Removed).count();
            within(&AT_WORK).and(ok_or(expected < MAX_GUESTS, &Refusal::RoomFull))
        }
        ActionName::AdmitGuest => within(&AT_WORK).and(needs(consult.waiting_guests().next().is_some())),
        ActionName::RemoveGuest => {
            open.and(needs(consult.guests.iter().any(|guest| guest.state != GuestState::Removed)))
        }
        // Once it is lifted there is nothing to lift.
        ActionName::LiftEncryption => open.and(needs(consult.state != Prealert && consult.encryption_lifted.is_none())),
        ActionName::EndSession => permit_author(consult, person).and(within(&[InSession])),
        ActionName::SignReport => permit_author(consult, person).and(within(&AT_WORK)),
        ActionName::Amend => permit_author(consult, person).and(within(&[Reported, Acknowledged, Closed])),
        ActionName::Acknowledge => within(&[Reported]),
        ActionName::ReportTakenOver => {
            within(&[Reported, Acknowledged, Closed]).and(needs(consult.report_taken_over_at.is_none()))
        }
        ActionName::Close => within(&[Reported, Acknowledged]),
        ActionName::FeedBack => within(&[Acknowledged, Closed]),
    }
}

/// A cancel this late has to say why: somebody has already begun to work.
pub(super) const fn cancel_needs_reason(state: ConsultState) -> bool {
    matches!(state, ConsultState::InSession | ConsultState::Reporting)
}

/// Only the present specialist writes, amends, asks and hands over.
pub(super) fn permit_author(consult: &Consult, person: PersonId) -> Result<(), Refusal> {
    ok_or(consult.specialist == Some(person), &Refusal::NotSpecialist)
}

/// Guests come while somebody works on it.
pub(super) fn while_room_is_open(consult: &Consult) -> Result<(), Refusal> {
    ok_or(AT_WORK.contains(&consult.state), &Refusal::WrongState { state: consult.state })
}

/// The answers to a ring: an open consult, nobody else's, on the ladder, by somebody whom it asks.
fn asked(consult: &Consult, person: PersonId, is_asked: bool) -> Result<(), Refusal> {
    let no = Refusal::WrongState { state: consult.state };
    ok_or(consult.state.is_open(), &no)?;
    match consult.specialist {
        Some(by) if by != person => return Err(Refusal::AlreadyTaken { by }),
        _ => ok_or(LADDER.contains(&consult.state), &no)?,
    }
    ok_or(is_asked, &Refusal::NotRung)
}

/// Each side answers once; the specialist may take a yes back.
fn needs_answer(consult: &Consult, action: ActionName, person: PersonId) -> Result<(), Refusal> {
    let side = consult.side_of_appointment(person);
    let takes_back = action == ActionName::DeclineSlot && side == AppointmentSide::Specialist;
    let is_asked = consult.held().is_some_and(|held| takes_back || !held.has(side));
    ok_or(is_asked, &Refusal::WrongState { state: consult.state })
}

fn is_elective(consult: &Consult) -> bool {
    consult.urgency == Urgency::Elective
}

fn has_promised(consult: &Consult, person: PersonId) -> bool {
    consult.promise.is_some_and(|promise| promise.person == person)
}

fn ok_or(condition: bool, refusal: &Refusal) -> Result<(), Refusal> {
    if condition { Ok(()) } else { Err(refusal.clone()) }
}
