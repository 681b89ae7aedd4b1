//! What an answer of the server has told, and a kill must not take back.

use anyhow::{Result, ensure};
use schemas::consult::ConsultDetail;
use schemas::guest::GuestState;
use schemas::{GuestId, PersonId, StudyId};

#[derive(Default)]
pub(super) struct Acknowledged {
    /// Events of the log, of all steps so far.
    pub(super) seq: i64,
    /// What the step under way has shown.
    pub(super) told: Vec<Told>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    InRoom(PersonId),
    Invited(GuestId),
    AtDoor(GuestId),
    /// So many objects of the study lie here.
    Received(StudyId, u32),
}

impl Acknowledged {
    pub(super) fn check(&self, detail: &ConsultDetail) -> Result<()> {
        let seq = detail.summary.seq;
        ensure!(seq >= self.seq, "event {} was acknowledged, the log ends at {seq}", self.seq);
        for told in &self.told {
            ensure!(told.holds(detail), "{told:?} was acknowledged and is gone");
        }
        Ok(())
    }
}

impl Told {
    pub(super) fn holds(self, detail: &ConsultDetail) -> bool {
        match self {
            Self::InRoom(person) => detail.summary.in_room.iter().any(|here| here.id == person),
            Self::Invited(id) => detail.guests.iter().any(|guest| guest.id == id),
            Self::AtDoor(id) => detail.guests.iter().any(|guest| guest.id == id && guest.state != GuestState::Invited),
            Self::Received(id, count) => detail.studies.iter().any(|study| study.id == id && study.received >= count),
        }
    }
}
