//! What goes from a room's group of keys into the consult's log, and how much of it at most: the log is kept for years, and
//! read whole with every change of the consult.

use crate::app::{App, Error, GroupNote, Occupant};
use schemas::ConsultId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Refusals that one member may put down while a room is open, each about another member or with another code. More lets
/// it fill the log; less hides what else it has seen. `/metrics` counts all of them.
const FAULTS_EACH: usize = 16;
/// New groups that are put down while a room is open. A network that breaks down for good begins one every few seconds.
const GROUPS: usize = 32;
/// Codes of `END_TO_END.md`. Anything else would let a member write into the log what it likes.
const CODES: [&str; 26] = [
    "external_commit",
    "forbidden_proposal",
    "guest_commit",
    "member_twice",
    "group_full",
    "malformed",
    "other_group",
    "wrong_epoch",
    "not_opened",
    "not_sealed",
    "gone",
    "failed",
    "other_place",
    "quotation_malformed",
    "quotation_forged",
    "key_package_malformed",
    "key_package_forged",
    "attestation_malformed",
    "attestation_unknown",
    "attestation_not_valid_now",
    "attestation_other_key",
    "attestation_other_consult",
    "attestation_other_person",
    "attestation_other_role",
    TOO_LARGE,
    TOO_MANY,
];
/// What the server refuses by itself.
pub(super) const TOO_LARGE: &str = "too_large";
pub(super) const TOO_MANY: &str = "too_many_requests";
/// Pauses between the tries to write a note that the database does not take, in seconds. Longer than it takes to fail over.
const PAUSES: [u64; 6] = [1, 2, 4, 8, 16, 32];
/// How long the end of a room waits for its notes. More holds up the server's end; less loses them with a slow database.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What was put down while the room is open. Pure. A room that is opened anew begins anew, and has cost the log the lines
/// of those who came and went.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    faults: BTreeMap<Option<Occupant>, BTreeSet<(Option<Occupant>, String)>>,
    barred: BTreeSet<Occupant>,
    groups: usize,
}

impl Ledger {
    /// The note as it is to be put down; `None` when it says nothing new, or there was enough.
    pub(super) fn admit(&mut self, note: GroupNote) -> Option<GroupNote> {
        match note {
            GroupNote::Replaced { .. } => {
                self.groups += 1;
                (self.groups <= GROUPS).then_some(note)
            }
            GroupNote::Barred { who } => self.barred.insert(who).then_some(note),
            GroupNote::Fault { by, about, code } => {
                let code = CODES.into_iter().find(|known| *known == code).unwrap_or("other").to_owned();
                let said = self.faults.entry(by).or_default();
                // The server refuses for two reasons.
                let is_new = (by.is_none() || said.len() < FAULTS_EACH) && said.insert((about, code.clone()));
                is_new.then_some(GroupNote::Fault { by, about, code })
            }
        }
    }
}

/// Writes notes beside the room: a database that hangs must not hold up who talks.
pub(super) struct Notes {
    ledger: Ledger,
    written: mpsc::UnboundedSender<GroupNote>,
    writer: JoinHandle<()>,
}

impl Notes {
    pub(super) fn open(app: Arc<App>, consult: ConsultId) -> Self {
        // The ledger bounds it.
        let (written, notes) = mpsc::unbounded_channel();
        Self { ledger: Ledger::default(), written, writer: tokio::spawn(write(app, consult, notes)) }
    }

    /// Returns what was put down.
    pub(super) fn put_down(&mut self, note: GroupNote) -> Option<GroupNote> {
        let note = self.ledger.admit(note)?;
        // The writer ends after this does.
        let _ = self.written.send(note.clone());
        Some(note)
    }

    /// Waits until all is written.
    pub(super) async fn close(self, consult: ConsultId) {
        let Self { written, writer, .. } = self;
        drop(written);
        if tokio::time::timeout(LAST_WORDS, writer).await.is_err() {
            tracing::warn!(%consult, "what became of the group is written after the room's end, or not at all");
        }
    }
}

async fn write(app: Arc<App>, consult: ConsultId, mut notes: mpsc::UnboundedReceiver<GroupNote>) {
    while let Some(note) = notes.recv().await {
        let mut pauses = PAUSES.into_iter();
        while let Err(error) = app.note_group(consult, note.clone()).await {
            let pause = pauses.next().filter(|_| matches!(error, Error::Unavailable));
            let Some(seconds) = pause else {
                tracing::warn!(%consult, %error, "the log did not take what became of the group");
                break;
            };
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{GuestId, PersonId};
    use uuid::Uuid;

    fn person(n: u128) -> Option<Occupant> {
        Some(Occupant::Person(PersonId(Uuid::from_u128(n))))
    }

    fn fault(by: Option<Occupant>, about: Option<Occupant>, code: &str) -> GroupNote {
        GroupNote::Fault { by, about, code: code.to_owned() }
    }

    #[test]
    fn a_fault_is_put_down_once_for_each_member_that_reports_it() {
        let mut ledger = Ledger::default();
        let one = fault(person(1), person(2), "not_opened");
        assert_eq!(ledger.admit(one.clone()), Some(one.clone()));
        assert_eq!(ledger.admit(one), None);
        let others = [
            fault(person(3), person(2), "not_opened"),
            fault(person(1), person(2), "gone"),
            fault(None, person(2), TOO_MANY),
        ];
        for other in others {
            assert_eq!(ledger.admit(other.clone()), Some(other));
        }
    }

    #[test]
    fn a_member_that_floods_faults_fills_its_own_share_and_nobody_elses() {
        let mut ledger = Ledger::default();
        let about = |n| person(100 + n);
        let admitted = (0..500_u128).filter(|n| ledger.admit(fault(person(1), about(*n), "gone")).is_some()).count();
        assert_eq!(admitted, FAULTS_EACH);
        assert!(ledger.admit(fault(person(2), about(0), "gone")).is_some());
        let groups = (0..500).filter(|n| ledger.admit(GroupNote::Replaced { generation: *n }).is_some()).count();
        assert_eq!(groups, GROUPS);
    }

    #[test]
    fn a_member_chooses_none_of_the_words_in_the_log() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.admit(fault(person(1), None, "Herr-Muster")), Some(fault(person(1), None, "other")));
        assert_eq!(ledger.admit(fault(person(1), None, "Frau-Muster")), None);
    }

    #[test]
    fn the_codes_are_those_of_the_protocol() {
        let protocol = include_str!("../../../schemas/END_TO_END.md");
        let between = |from, to| protocol.split(from).nth(1).and_then(|rest| rest.split(to).next()).expect("both");
        let (of_attestation, rest) = (between(" Codes: ", "\n"), between("### Codes\n", "\n## "));
        let words = |text: &'static str| text.split('`').skip(1).step_by(2);
        let written: BTreeSet<&str> = words(of_attestation).chain(words(rest)).collect();
        assert_eq!(BTreeSet::from(CODES), written);
    }

    #[test]
    fn who_is_barred_is_so_once() {
        let mut ledger = Ledger::default();
        let barred = GroupNote::Barred { who: Occupant::Guest(GuestId(Uuid::from_u128(1))) };
        assert_eq!((ledger.admit(barred.clone()), ledger.admit(barred.clone())), (Some(barred), None));
    }
}
