//! Appointments whose specialist is not on duty then any more: a rota was published, somebody is away, duties were
//! swapped. Whoever has the duty is asked instead.

use super::SlotWish;
use crate::app::{App, Result, directory::Directory, log::Wish, ports::BookingRow};
use crate::domain::rota::{self, Stretches};
use schemas::{ConsultId, PersonId, ServiceId, UnixMillis};
use std::sync::atomic::{AtomicI64, Ordering};

/// The revision of the directory that the appointments were held against. Only this node's: each looks for itself, and
/// what one has done the next one finds done.
pub(in crate::app) struct Watched(AtomicI64);

impl Default for Watched {
    fn default() -> Self {
        Self(AtomicI64::new(-1))
    }
}

impl App {
    /// Looks at every appointment when the directory has changed, and after a start.
    pub(in crate::app) async fn serve_appointments(&self) -> Result<u32> {
        let directory = self.directory().await?;
        if self.watched.0.load(Ordering::Relaxed) == directory.revision {
            return Ok(0);
        }
        let now = self.now();
        let mut turns = 0;
        let read = self.repo.bookings(now.0).await?;
        let mut is_done = true;
        for row in read.bookings.iter().filter(|row| row.starts_at > now.0 && !is_on_duty(&directory, row)) {
            let wish = SlotWish::DutyChanged { person: PersonId(row.person_id), from: UnixMillis(row.starts_at) };
            match self.run(ConsultId(row.consult_id), &Wish::Slot(wish)).await {
                Ok(outcome) => turns += u32::from(outcome.changed),
                Err(error) => {
                    // Looked at again with the next pass; the others do not wait for it.
                    tracing::warn!(consult = %row.consult_id, %error, "an appointment of a changed duty stands as it was");
                    is_done = false;
                }
            }
        }
        if is_done {
            self.watched.0.store(directory.revision, Ordering::Relaxed);
        }
        Ok(turns)
    }
}

/// At any level: whoever has the second instead of the first duty is there.
fn is_on_duty(directory: &Directory, row: &BookingRow) -> bool {
    let talk = (UnixMillis(row.starts_at), UnixMillis(row.ends_at));
    let entry = directory.services.get(&ServiceId(row.service_id));
    let Some(rota) = entry.and_then(|entry| entry.rota.as_ref()) else { return false };
    let own = rota::shifts(rota, &directory.away, talk.0, talk.1);
    let own: Stretches = own.iter().filter(|it| it.person.0 == row.person_id).map(rota::Shift::stretch).collect();
    own.outside(talk).next().is_none()
}
