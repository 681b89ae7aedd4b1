//! What people are told of an appointment when their page is closed: whoever is asked, whoever did not do it themselves,
//! and both sides when it is near and when it begins. Names no patient.

use crate::app::{App, Result, directory::Directory, ports::MessageRow};
use crate::domain::{
    consult::{Consult, Event, Recorded, view::label},
    delivery::Message,
    rota::Zone,
};
use schemas::{
    PersonId, UnixMillis,
    slots::{AppointmentEnd, AppointmentSide},
};
use uuid::Uuid;

type Words = (&'static str, &'static str);

const ASKED: Words = ("Terminanfrage, bitte zusagen", "Appointment asked for, please confirm");
const PROPOSED: Words = ("Terminvorschlag, bitte zusagen", "Appointment proposed, please confirm");
const CONFIRMED: Words = ("Termin zugesagt", "Appointment confirmed");
const OPEN: Words = ("Der Raum zum Termin ist offen", "The room of the appointment is open");
const BEGINS: Words = ("Der Termin beginnt", "The appointment begins");

impl App {
    /// By `consult`, which is what it is after the event.
    pub(in crate::app) async fn appointment_notes(
        &self,
        consult: &Consult,
        entry: &Recorded,
    ) -> Result<Vec<MessageRow>> {
        let told = told(consult, &entry.event);
        if told.is_empty() {
            return Ok(vec![]);
        }
        let directory = self.directory().await?;
        let notes =
            told.into_iter().filter(|(person, ..)| entry.actor != Some(*person)).map(|(person, words, from)| {
                let about = about(&directory, consult, from);
                let id = Uuid::new_v5(&consult.id.0, format!("appointment/{}/{person}", entry.seq).as_bytes());
                let text = |words: &str| format!("{words}: {about}");
                MessageRow::queued(&Message::note(id, person, text(words.0), text(words.1), entry.at))
            });
        Ok(notes.collect())
    }
}

/// Whom, what, and of which time.
fn told(consult: &Consult, event: &Event) -> Vec<(PersonId, Words, UnixMillis)> {
    let requester = consult.requester;
    let held = consult.held().map(|held| held.slot);
    match event {
        Event::SlotBooked { person, from, specialist, requester: asks, .. } => {
            let asked = (!specialist).then_some((*person, ASKED, *from));
            asked.into_iter().chain((!asks).then_some((requester, PROPOSED, *from))).collect()
        }
        Event::SlotConfirmed { side, .. } => held.map_or_else(Vec::new, |slot| {
            let other = if *side == AppointmentSide::Specialist { requester } else { slot.person };
            vec![(other, CONFIRMED, slot.from)]
        }),
        Event::SlotEnded { person, from, why } => {
            let words = ended(*why);
            // Of what is held instead they are told by that.
            let both = !matches!(why, AppointmentEnd::Moved | AppointmentEnd::DutyChanged) || held.is_none();
            let mut people = vec![(*person, words, *from)];
            people.extend(both.then_some((requester, words, *from)));
            people
        }
        Event::RoomOpened => both(consult, OPEN),
        Event::AppointmentBegun => both(consult, BEGINS),
        _ => vec![],
    }
}

fn both(consult: &Consult, words: Words) -> Vec<(PersonId, Words, UnixMillis)> {
    let slot = consult.held().map(|held| held.slot);
    slot.map_or_else(Vec::new, |slot| {
        // Whoever is in the room knows.
        let people = [slot.person, consult.requester].into_iter().filter(|person| !consult.in_room.contains(person));
        people.map(|person| (person, words, slot.from)).collect()
    })
}

const fn ended(why: AppointmentEnd) -> Words {
    match why {
        AppointmentEnd::Moved => ("Termin verlegt", "Appointment moved"),
        AppointmentEnd::Cancelled => ("Termin abgesagt", "Appointment given up"),
        AppointmentEnd::Declined | AppointmentEnd::NotWanted => ("Termin abgelehnt", "Appointment declined"),
        AppointmentEnd::NotConfirmed => ("Termin nicht rechtzeitig zugesagt", "Appointment not confirmed in time"),
        AppointmentEnd::DutyChanged => ("Termin: der Dienst hat sich geändert", "Appointment: the duty has changed"),
        AppointmentEnd::Missed => ("Zum Termin kam niemand, es klingelt", "Nobody came to the appointment, it rings"),
        AppointmentEnd::Rings => ("Statt des Termins klingelt es", "It rings instead of the appointment"),
    }
}

/// `24.11. 13:00, Schlaganfall-Neurologie, TK-7F3A`, by the clock of the service.
fn about(directory: &Directory, consult: &Consult, from: UnixMillis) -> String {
    let service = directory.services.get(&consult.service_id).map(|entry| &entry.service);
    let zone = service.and_then(|service| service.zone.parse::<Zone>().ok());
    let time = zone.map_or_else(String::new, |zone| zone.wall(from).strftime("%d.%m. %H:%M").to_string());
    format!("{time}, {}, {}", service.map_or("", |service| service.name.as_str()), label(consult.id))
}
