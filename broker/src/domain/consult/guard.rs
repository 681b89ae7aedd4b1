//! Whether an action makes sense now: one place for `decide` and for the buttons that a page shows.

use super::{Consult, Refusal};
use crate::domain::{
    access::{self, Permission},
    directory::Actor,
};
use schemas::{
    PersonId,
    consult::{ActionName, ConsultState},
};

/// What this person may do now: the access table allows it and the machine would not refuse it.
pub fn actions(consult: &Consult, actor: &Actor) -> Vec<ActionName> {
    let facts = consult.facts();
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
    use ConsultState::{Accepted, Acknowledged, InSession, Reported, Reporting, Ringing, Unanswered};
    let state = consult.state;
    let within =
        |states: &[ConsultState]| if states.contains(&state) { Ok(()) } else { Err(Refusal::WrongState { state }) };
    let open = if state.is_open() { Ok(()) } else { Err(Refusal::WrongState { state }) };
    match action {
        ActionName::CompleteFields | ActionName::AttachStudy => open,
        ActionName::Accept => {
            open.and_then(|()| untaken(consult, person))?;
            within(&[Ringing, Unanswered])?;
            if consult.was_rung(person) { Ok(()) } else { Err(Refusal::NotRung) }
        }
        ActionName::AcceptInFive => {
            open.and_then(|()| untaken(consult, person))?;
            within(&[Ringing, Unanswered])?;
            if consult.is_rung(person) { Ok(()) } else { Err(Refusal::NotRung) }
        }
        ActionName::PassOn | ActionName::Decline => {
            open.and_then(|()| untaken(consult, person))?;
            within(&[Ringing, Unanswered])?;
            if consult.is_rung(person) || promised(consult, person) { Ok(()) } else { Err(Refusal::NotRung) }
        }
        ActionName::RingReceipt => {
            if consult.is_rung(person) {
                Ok(())
            } else {
                Err(Refusal::NotRung)
            }
        }
        // An answer that was given stays: from then on a consult is closed, not cancelled.
        ActionName::Cancel => {
            within(&[ConsultState::Prealert, ConsultState::Booked, Ringing, Unanswered, Accepted, InSession, Reporting])
        }
        // Whoever is inside comes back after a reload, also when the answer was signed meanwhile.
        ActionName::Join => open.and_then(|()| {
            if consult.in_room.contains(&person) { Ok(()) } else { within(&[Accepted, InSession, Reporting]) }
        }),
        ActionName::EndSession => specialist(consult, person).and_then(|()| within(&[InSession])),
        ActionName::SubmitAnswer => {
            specialist(consult, person).and_then(|()| within(&[Accepted, InSession, Reporting]))
        }
        ActionName::Acknowledge => within(&[Reported]),
        ActionName::Close => within(&[Reported, Acknowledged]),
    }
}

/// A cancel this late has to say why: somebody has already begun to work.
pub(super) fn cancel_needs_reason(state: ConsultState) -> bool {
    matches!(state, ConsultState::InSession | ConsultState::Reporting)
}

fn untaken(consult: &Consult, person: PersonId) -> Result<(), Refusal> {
    match consult.specialist {
        Some(by) if by != person => Err(Refusal::AlreadyTaken { by }),
        _ => Ok(()),
    }
}

fn promised(consult: &Consult, person: PersonId) -> bool {
    consult.promise.is_some_and(|promise| promise.person == person)
}

fn specialist(consult: &Consult, person: PersonId) -> Result<(), Refusal> {
    if consult.specialist == Some(person) { Ok(()) } else { Err(Refusal::NotSpecialist) }
}
