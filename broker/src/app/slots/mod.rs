//! Appointments: what can be booked, booking it, sharing out a batch, and what becomes of one whose specialist goes off
//! duty.
//!
//! A slot is found free upon a revision of its person's schedule, and held by a write under that revision: of two at once
//! one looks again, and finds it taken. Nothing else guards it, on one node or on several.

mod batch;
mod find;
mod notes;
mod rules;
mod watch;

pub(super) use watch::Watched;

use super::{
    App, Error, Result,
    actions::may_serve,
    directory::{Directory, ServiceEntry},
    log::{Loaded, Prepared},
};
use crate::domain::{
    access::{Relation, relations},
    consult::{BookedBy, Command, Consult, WantedSlot},
    directory::Actor,
    slots::Slot,
};
use find::Found;
use schemas::{HospitalId, PersonId, UnixMillis, slots::SlotChoice};

/// Slots that a problem offers instead. More is no help to somebody in a hurry.
const OFFERED_INSTEAD: usize = 40;

/// What is to be held. Looked for anew at each try.
pub(super) enum SlotWish {
    /// A consult that begins with it.
    Request {
        request: Box<Command>,
        choice: SlotChoice,
    },
    Book {
        person: PersonId,
        choice: SlotChoice,
        by: BookedBy,
    },
    /// The same by the desk, if it still waits for a slot.
    Place {
        person: PersonId,
        choice: SlotChoice,
    },
    Propose {
        person: PersonId,
        choice: SlotChoice,
    },
    /// `person` is not on duty at `from` any more.
    DutyChanged {
        person: PersonId,
        from: UnixMillis,
    },
}

/// For whom this person picks a slot.
pub(super) fn booked_by(actor: &Actor, consult: &Consult, now: UnixMillis) -> BookedBy {
    let relations = relations(actor, &consult.facts(now));
    let asks = relations.iter().any(|it| matches!(it, Relation::Requester | Relation::SameHouse));
    if asks { BookedBy::Requester } else { BookedBy::Desk }
}

impl App {
    pub(super) async fn slot_command(
        &self,
        before: Option<&Loaded>,
        wish: &SlotWish,
        now: UnixMillis,
    ) -> Result<Prepared> {
        let consult = before.map(|loaded| &loaded.consult);
        if let SlotWish::Request { request, choice } = wish {
            let mut request = (**request).clone();
            // One that is there already is not made again, and needs no slot for it.
            if consult.is_some() {
                return Ok(request.into());
            }
            let Command::Request { service_id, hospital_id, requester, appointment, .. } = &mut request else {
                return Ok(request.into());
            };
            let directory = self.directory().await?;
            let entry = directory.services.get(service_id).ok_or(Error::NotFound)?;
            let found = self.found(&directory, entry, None, now).await?;
            let slot = chosen(&directory, entry, &found, choice, *hospital_id, *requester)?;
            *appointment = Some(WantedSlot::Slot(slot));
            return Ok(Prepared { schedule_rev: Some(found.rev(slot.person)), command: request });
        }
        let consult = consult.ok_or(Error::NotFound)?;
        let directory = self.directory().await?;
        let entry = directory.services.get(&consult.service_id).ok_or(Error::NotFound)?;
        let (choice, make): (_, Box<dyn Fn(Slot) -> Command + Send>) = match wish {
            SlotWish::Place { .. } if !consult.wants_slot() => return Err(Error::WrongState),
            SlotWish::Book { person, choice, by } => {
                let (person, by) = (*person, *by);
                (choice, Box::new(move |slot| Command::BookSlot { person, slot, by }))
            }
            SlotWish::Place { person, choice } => {
                let person = *person;
                (choice, Box::new(move |slot| Command::BookSlot { person, slot, by: BookedBy::Desk }))
            }
            SlotWish::Propose { person, choice } => {
                let person = *person;
                (choice, Box::new(move |slot| Command::ProposeSlot { person, slot }))
            }
            SlotWish::DutyChanged { person, from } => {
                return self.stand_in(&directory, entry, consult, *person, *from, now).await;
            }
            SlotWish::Request { .. } => return Err(Error::NotFound),
        };
        // The slot that it holds already is its own: a repeat, to be answered by the machine.
        let own =
            consult.held().map(|held| held.slot).filter(|own| (own.person, own.from) == (choice.person, choice.start));
        if let Some(own) = own {
            return Ok(make(own).into());
        }
        let found = self.found(&directory, entry, Some(consult.id), now).await?;
        let slot = chosen(&directory, entry, &found, choice, consult.hospital_id, consult.requester)?;
        Ok(Prepared { schedule_rev: Some(found.rev(slot.person)), command: make(slot) })
    }

    /// Whoever is on duty at that time instead, and free.
    async fn stand_in(
        &self,
        directory: &Directory,
        entry: &ServiceEntry,
        consult: &Consult,
        person: PersonId,
        from: UnixMillis,
        now: UnixMillis,
    ) -> Result<Prepared> {
        let found = self.found_at_once(directory, entry, Some(consult.id), now).await?;
        let declined = consult.appointment.as_ref().map(|of| of.declined.clone()).unwrap_or_default();
        let fits = |slot: &&Slot| {
            slot.from == from
                && slot.person != person
                && !declined.contains(&slot.person)
                && may_be_booked(directory, entry, consult.hospital_id, consult.requester, slot.person)
        };
        let to = found.slots.iter().find(fits).copied();
        let schedule_rev = to.map(|slot| found.rev(slot.person));
        Ok(Prepared { schedule_rev, command: Command::DutyChanged { person, from, to } })
    }
}

/// The slot that was picked, if it is free.
///
/// # Errors
/// [`Error::SlotTaken`] with those that are.
fn chosen(
    directory: &Directory,
    entry: &ServiceEntry,
    found: &Found,
    choice: &SlotChoice,
    asking: HospitalId,
    requester: PersonId,
) -> Result<Slot> {
    let mut fitting = found.slots.iter().filter(|slot| may_be_booked(directory, entry, asking, requester, slot.person));
    let wanted = |slot: &&&Slot| (slot.person, slot.from) == (choice.person, choice.start);
    if let Some(slot) = fitting.clone().find(|slot| wanted(&slot)) {
        return Ok(*slot);
    }
    let slots = fitting.by_ref().take(OFFERED_INSTEAD).map(|slot| directory.slot(slot)).collect();
    Err(Error::SlotTaken { slots })
}

/// Could be the specialist of a consult of that house, and does not ask for it.
fn may_be_booked(
    directory: &Directory,
    entry: &ServiceEntry,
    asking: HospitalId,
    requester: PersonId,
    person: PersonId,
) -> bool {
    person != requester && may_serve(directory, entry.service.id, asking, person)
}
