//! Everybody who has gone is to have left in the log, too: also whoever an earlier run of this room had in it, on this
//! node or on one that does not come back, and whoever went while the database did not answer.

use super::task::{Looking, Room};
use crate::app::{Error, Occupant};
use schemas::room::ByeReason;
use std::collections::BTreeSet;

impl Room {
    /// Tells the log that a seat, or a place at the door, is empty. What the database does not take is told again after
    /// a later look at the log; until then the room stays open, be it empty.
    pub(super) async fn record_left(&mut self, who: Occupant) {
        let app = &self.shared.app;
        let recorded = match who {
            Occupant::Person(person) => app.left(self.consult, person).await,
            Occupant::Guest(guest) => app.guest_left(self.consult, guest).await,
        };
        let Err(error) = recorded else { return };
        tracing::warn!(consult = %self.consult, %error, "the log did not take that somebody left");
        // Anything else would be refused again.
        if matches!(error, Error::Unavailable) {
            self.doubt();
        }
    }

    /// The log may have somebody in here who is not.
    pub(super) fn doubt(&mut self) {
        self.in_doubt = true;
        if self.looking != Looking::No {
            // What that look sees may be older than the coming of who has just gone.
            self.looking = Looking::NowAndAgain;
        }
    }

    /// Records the departure of everybody whom the log still has here and who is not. Whoever an earlier run left behind
    /// has first as long to come back as a seat is kept.
    pub(super) async fn record_missing(&mut self) {
        let inside = self.facts.as_ref().map(|facts| facts.inside.clone()).unwrap_or_default();
        let here = self.everybody();
        let missing: Vec<_> = inside.difference(&here).copied().collect();
        if missing.is_empty() {
            self.in_doubt = false;
            self.grace_until = None;
            return;
        }
        if self.grace_until.is_some() {
            return;
        }
        // With the lease at another node they are there.
        match self.shared.app.renew_room(self.consult).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return tracing::warn!(consult = %self.consult, %error, "who has left is told later"),
        }
        self.in_doubt = false;
        for who in missing {
            self.record_left(who).await;
        }
    }

    /// The time for those whom an earlier run left behind is over.
    pub(super) fn end_grace(&mut self) {
        if self.grace_until.is_some_and(|until| until <= self.shared.clock.now()) {
            self.grace_until = None;
            self.look();
        }
    }

    /// Who has left when the room ends.
    pub(super) fn leaving(&self, reason: ByeReason) -> BTreeSet<Occupant> {
        match reason {
            // Another node has the room, and they go there.
            ByeReason::Lost => BTreeSet::new(),
            // Nobody comes back.
            ByeReason::ConsultEnded => {
                let inside = self.facts.iter().flat_map(|facts| facts.inside.iter().copied());
                inside.chain(self.everybody()).collect()
            }
            // People come back by themselves; who does not was not there any more.
            ByeReason::Restart | ByeReason::Removed | ByeReason::JoinedElsewhere => self.everybody(),
        }
    }

    /// Who sits, has a seat kept, or is at the door.
    fn everybody(&self) -> BTreeSet<Occupant> {
        let seated = self.seats.sitters().into_iter().map(|sitter| sitter.who);
        seated.chain(self.door.guests().map(Occupant::Guest)).collect()
    }
}
