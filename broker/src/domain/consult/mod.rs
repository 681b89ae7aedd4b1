//! One consult as a state machine over its event log.
//!
//! [`decide`] turns a command into events or a [`Refusal`]; [`Consult::apply`] folds events and cannot fail;
//! [`next_deadline`] says when the machine wants a [`Command::Tick`]. The caller stores what [`record`] makes of the
//! events under the next sequence numbers; if somebody else was faster it loads again and decides again.
//!
//! Invariant: an open consult has a next deadline, or somebody in its room, or a standing alarm: a human was told.

mod answer;
mod apply;
mod appointment;
mod call_out;
mod command;
mod deadline;
mod decide;
mod event;
mod fields;
mod guard;
mod ladder;
mod ledger;
mod refusal;
mod rehearse;
mod state;
pub mod view;

#[cfg(test)]
mod tests;

pub use appointment::{Appointment, BookedBy, Held, MISSED_AFTER_SECONDS, ROOM_OPENS_SECONDS};
pub use call_out::{CallOut, call_out};
pub use command::{Command, WantedSlot};
pub use deadline::{
    ACKNOWLEDGE_WITHIN_SECONDS, ANSWER_WITHIN_SECONDS, ASSIGNED_RING_SECONDS, ATTEMPTS_EACH_PAUSE,
    CLOSES_AFTER_SECONDS, EMPTY_ROOM_SECONDS, LONGEST_RETRY_SECONDS, OFFER_SECONDS, PREALERT_GRACE_SECONDS,
    PREALERT_WITHOUT_ETA_SECONDS, PROMISE_GRACE_SECONDS, PROMISE_SECONDS, RETRY_SECONDS, SESSION_CAP_SECONDS,
    START_WITHIN_SECONDS, TAKE_OVER_SECONDS, next_deadline,
};
pub use decide::{BREAK_GLASS_SECONDS, MAX_GUESTS, MAX_PARTICIPANTS, decide};
pub use event::{EVENT_VERSION, Event, Recorded, record};
pub use guard::actions;
pub use ladder::wants_rematch;
pub use ledger::{Ledger, ledger};
pub use refusal::Refusal;
pub use rehearse::{Course, Rung, rehearse};
pub use state::{
    Clock, Consult, Exchange, Glass, GroupNote, Guest, GuestStay, Lifted, OCCUPYING, Occupant, Offer, Overflow,
    Participant, Promise, Queue, RecordedConsent, Ring, RollCall, Side, Signed, Stay, TakenOver, ring_id,
};
