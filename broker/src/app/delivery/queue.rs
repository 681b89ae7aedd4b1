//! What is put down to be sent.

use crate::app::{
    App, Result,
    ports::{MessageEnd, MessageRow},
    validate::name_of,
};
use crate::domain::{
    consult::{Consult, Event, Recorded},
    delivery::{Message, wakes_the_coordinator},
};
use schemas::{PersonId, consult::RingOutcome, delivery::Channel};
use uuid::Uuid;

/// Something that one person is told about their work, in both languages. Names no patient.
#[derive(Clone, Debug)]
pub struct Note {
    /// The same id is told once.
    pub id: Uuid,
    pub person: PersonId,
    pub de: String,
    pub en: String,
}

impl App {
    /// Tells people something: by Web Push, and by e-mail where nothing is delivered in fifteen seconds. Whoever writes a
    /// [`crate::app::ports::DutyNoteRow`] need not call it: the store queues a message with each.
    pub async fn notify(&self, notes: &[Note]) -> Result<()> {
        let now = self.now();
        let rows: Vec<MessageRow> = notes
            .iter()
            .map(|note| MessageRow::queued(&Message::note(note.id, note.person, note.de.clone(), note.en.clone(), now)))
            .collect();
        self.repo.queue_messages(&rows).await?;
        self.delivery.wake();
        Ok(())
    }

    /// What goes out because of these new events: rings that begin, rings that end (answered on `via`, if they were), and
    /// alarms.
    pub(in crate::app) async fn outgoing(
        &self,
        consult: &Consult,
        new: &[Recorded],
        via: Channel,
    ) -> Result<(Vec<MessageRow>, Vec<MessageEnd>)> {
        let (mut messages, mut ends) = (Vec::new(), Vec::new());
        for entry in new {
            messages.extend(self.appointment_notes(consult, entry).await?);
            match &entry.event {
                Event::RingStarted { ring_id, person, until, .. } => {
                    messages.push(MessageRow::queued(&Message::ring(*ring_id, *person, consult.id, entry.at, *until)));
                }
                Event::RingEnded { ring_id, outcome, .. } => {
                    let answered_on = is_answer(*outcome).then(|| name_of(&via));
                    ends.push(MessageEnd { id: ring_id.0, at: entry.at.0, answered_on });
                }
                Event::AlarmRaised { kind, .. } if wakes_the_coordinator(*kind) => {
                    let directory = self.directory().await?;
                    let coordinators = directory
                        .people
                        .values()
                        .filter(|person| person.row.active && person.actor.coordinates(consult.network_id));
                    messages.extend(coordinators.map(|person| {
                        let to = person.actor.person_id;
                        MessageRow::queued(&Message::alarm(consult.id, entry.seq, *kind, to, entry.at))
                    }));
                }
                _ => {}
            }
        }
        Ok((messages, ends))
    }
}

const fn is_answer(outcome: RingOutcome) -> bool {
    use RingOutcome::{Accepted, Declined, InFive, PassedOn, Ringing, TimedOut, Withdrawn};
    match outcome {
        Accepted | InFive | PassedOn | Declined => true,
        Ringing | TimedOut | Withdrawn => false,
    }
}
