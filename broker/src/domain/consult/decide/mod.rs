//! From a command to events, or to a refusal.
//!
//! By subject: [`case`] is what is asked, [`book`] by appointment, [`ring`] who is asked, [`team`] who belongs to it, [`room`] the talk,
//! [`report`] what comes of it, [`time`] what the clock does.

mod book;
mod case;
mod draft;
mod report;
mod ring;
mod room;
mod team;
mod time;

pub(super) use draft::Draft;
pub use room::MAX_GUESTS;
pub use team::{BREAK_GLASS_SECONDS, MAX_PARTICIPANTS};

use super::{Command, Consult, Event, Refusal};
use schemas::{UnixMillis, consult::RingOutcome};

/// Decides one command. No events and no refusal: it was already done, the caller's first response was lost.
///
/// # Errors
/// A [`Refusal`]; nothing has changed then.
pub fn decide(consult: Option<&Consult>, command: &Command, now: UnixMillis) -> Result<Vec<Event>, Refusal> {
    let Some(consult) = consult else { return case::begin(command, now) };
    let mut draft = Draft::new(consult.clone(), now);
    let d = &mut draft;
    match command {
        Command::Request { .. } => case::begun_before(consult, command),
        Command::RequestNow { person, urgency, fields, matched } => {
            case::request_now(d, *person, *urgency, fields, matched)
        }
        Command::CompleteFields { person, fields } => case::complete_fields(d, *person, fields),
        Command::ChangeUrgency { person, urgency, matched } => {
            case::change_urgency(d, *person, *urgency, matched.as_ref())
        }
        Command::BookSlot { person, slot, by } => book::book(d, *person, slot, *by),
        Command::AwaitSlot { person } => book::await_slot(d, *person),
        Command::ConfirmSlot { person, from } => book::confirm(d, *person, *from),
        Command::DeclineSlot { person, from } => book::decline(d, *person, *from),
        Command::ProposeSlot { person, slot } => book::propose(d, *person, slot),
        Command::RingNow { person, matched } => book::ring_now(d, *person, matched),
        Command::DutyChanged { person, from, to } => {
            book::duty_changed(d, *person, *from, to.as_ref());
            Ok(())
        }
        Command::Stamp { person, stamp, at } => case::stamp(d, *person, *stamp, *at),
        Command::Cancel { person, reason } => case::cancel(d, *person, reason),
        Command::AttachStudy { person, study_id } => case::attach_study(d, *person, *study_id),
        Command::DetachStudy { person, study_id, reason } => case::detach_study(d, *person, *study_id, reason),

        Command::Accept { person } => ring::accept(d, *person),
        Command::AcceptInFive { person } => ring::promise(d, *person),
        Command::PassOn { person, ring_id } => {
            ring::step_back(d, *person, *ring_id, RingOutcome::PassedOn, None, &Default::default())
        }
        Command::Decline { person, ring_id, reason, note } => {
            ring::step_back(d, *person, *ring_id, RingOutcome::Declined, Some(*reason), note)
        }
        Command::RingReceipt { person, ring_id, receipt } => ring::receipt(d, *person, *ring_id, *receipt),
        Command::TakeOver { person } => ring::take_over(d, *person),
        Command::Freed { matched } => ring::freed(d, matched),

        Command::Assign { person, to } => team::assign(d, *person, *to),
        Command::HandOver { person, to } => team::hand_over(d, *person, *to),
        Command::AcceptOffer { person } => team::accept_offer(d, *person),
        Command::DeclineOffer { person } => team::decline_offer(d, *person),
        Command::AddParticipant { person, who, part } => team::add_participant(d, *person, *who, *part),
        Command::RemoveParticipant { person, who } => team::remove_participant(d, *person, *who),
        Command::AskForMore { person, text } => team::ask_for_more(d, *person, text),
        Command::Reply { person, text } => team::reply(d, *person, text),
        Command::BreakGlass { person, until, reason } => team::break_glass(d, *person, *until, reason),

        Command::Joined { person } => room::joined(d, *person),
        Command::Left { person } => {
            room::left(d, *person);
            Ok(())
        }
        Command::RollCall { person, present } => room::roll_call(d, *person, present),
        Command::RecordConsent { person, consent } => room::record_consent(d, *person, *consent),
        Command::InviteGuest { person, guest_id, name, part } => room::invite(d, *person, *guest_id, name, *part),
        Command::GuestWaits { guest_id } => room::guest_waits(d, *guest_id),
        Command::AdmitGuest { person, guest_id } => room::admit(d, *person, *guest_id),
        Command::RemoveGuest { person, guest_id } => room::remove(d, *person, *guest_id),
        Command::GuestJoined { guest_id } => room::guest_joined(d, *guest_id),
        Command::GuestLeft { guest_id } => {
            room::guest_left(d, *guest_id);
            Ok(())
        }
        Command::LiftEncryption { person } => room::lift_encryption(d, *person),
        Command::NoteGroup { note } => {
            room::note_group(d, note);
            Ok(())
        }
        Command::EndSession { person } => room::end_session(d, *person),

        Command::SignReport { person, answer, after_version, reason } => {
            report::sign(d, *person, answer, *after_version, reason)
        }
        Command::Acknowledge { person } => report::acknowledge(d, *person),
        Command::ReportTakenOver { person } => report::taken_over(d, *person),
        Command::Close { person, close_out, missing_because } => {
            report::close(d, *person, close_out.as_ref(), missing_because)
        }
        Command::FeedBack { person, outcome } => report::feed_back(d, *person, outcome),

        Command::Tick { rematch } => {
            time::tick(d, rematch.as_ref());
            Ok(())
        }
    }?;
    Ok(draft.events)
}
