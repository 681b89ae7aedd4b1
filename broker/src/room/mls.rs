//! The room and its delivery service: who has a seat, what members say to it, and what it says.

use super::delivery::{At, Commit, Delivery, Event, Said};
use super::notes::{self, Notes};
use super::pace::{Kind, Paces};
use super::seats::SocketId;
use super::task::Room;
use crate::app::{GroupNote, Occupant};
use schemas::mls::MlsRequest;
use schemas::problem::ProblemCode;
use schemas::room::{MAX_MEMBERS, ServerMessage};
use schemas::{MemberId, PersonId};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a commit or welcome in base64url. A welcome for eight takes some 12 KiB. More lets one member fill the others'
/// sockets; less refuses a group that grows.
const MAX_OPAQUE: usize = 64 * 1024;
/// Bytes of a key package in base64url; one takes some 2 KiB. Every view holds those that wait, so more costs most here.
const MAX_KEY_PACKAGE: usize = 16 * 1024;
/// Bytes of a name: a tag, a reference, a code.
const MAX_NAME: usize = 64;

/// A room's delivery service, what it knows of each seat, and what the log is told.
pub(super) struct Mls {
    pub(super) delivery: Delivery,
    known: BTreeMap<MemberId, Known>,
    paces: Paces,
    pub(super) notes: Notes,
}

/// Of all rooms of this node since its start.
#[derive(Debug, Default)]
pub struct Tally {
    /// Groups that began.
    pub groups: AtomicU64,
    /// Commits that ended an epoch.
    pub taken: AtomicU64,
    /// Commits that came to nothing: another one was there before, or they were no good.
    pub late: AtomicU64,
    /// Commits that came too fast.
    pub refused: AtomicU64,
    /// Refusals that members reported.
    pub faults: AtomicU64,
}

struct Known {
    who: Occupant,
    socket: Option<SocketId>,
}

impl Mls {
    pub(super) fn new(notes: Notes) -> Self {
        Self { delivery: Delivery::default(), known: BTreeMap::new(), paces: Paces::default(), notes }
    }

    fn who(&self, member: MemberId) -> Option<Occupant> {
        self.known.get(&member).map(|known| known.who)
    }
}

impl Room {
    /// Tells the delivery service what has become of the seats, and passes on what it says. Called after every input: there
    /// are many ways to lose a seat, and one to see that it is lost.
    pub(super) fn follow_seats(&mut self) {
        let now = self.shared.clock.now();
        let sitters = self.seats.sitters();
        let Mls { delivery, known, .. } = &mut self.mls;
        for sitter in &sitters {
            let (who, socket) = (sitter.who, sitter.socket);
            let before = known.get(&sitter.member).map(|known| known.socket);
            if before == Some(socket) {
                continue;
            }
            known.insert(sitter.member, Known { who, socket });
            let (person, is_guest) = match who {
                Occupant::Person(person) => (person, false),
                Occupant::Guest(guest) => (PersonId(guest.0), true),
            };
            match socket {
                // Another socket is another page, or one that has missed something: it says what it is.
                Some(_) => delivery.connect(sitter.member, person, is_guest, now),
                None => delivery.disconnect(sitter.member, now),
            }
        }
        let gone = known.extract_if(.., |member, _| sitters.iter().all(|sitter| sitter.member != *member));
        for (member, _) in gone {
            delivery.leave(member, now);
        }
        if delivery.next_deadline().is_some_and(|due| due <= now) {
            delivery.tick(now);
        }
        self.deliver();
    }

    /// A message of the group from somebody who sits.
    pub(super) fn mls(&mut self, from: MemberId, socket: SocketId, message: MlsRequest) {
        let now = self.shared.clock.now();
        if let Err(detail) = fits(&message) {
            self.refuse(socket, ProblemCode::TooLarge, Some(detail.to_owned()));
            return self.note_refusal(from, notes::TOO_LARGE);
        }
        let kind = Kind::of(&message);
        if !self.mls.paces.try_spend(from, kind, now) {
            let Some(limit) = kind.limit() else { return };
            if matches!(kind, Kind::Addition | Kind::Change) {
                count(&self.shared.tally.refused);
            }
            self.refuse(socket, ProblemCode::TooManyRequests, Some(limit.to_owned()));
            if kind.is_of_its_own() {
                self.note_refusal(from, notes::TOO_MANY);
            }
            return;
        }
        let delivery = &mut self.mls.delivery;
        match message {
            MlsRequest::Here { attempt, reference, key_package } => {
                delivery.here(from, attempt, reference, key_package, now);
            }
            MlsRequest::Back { attempt, generation, epoch, tag } => {
                delivery.back(from, attempt, &At { generation, epoch, tag }, now);
            }
            MlsRequest::Created { generation, tag } => delivery.created(from, generation, tag, now),
            MlsRequest::Commit { generation, epoch, commit, welcome, added } => {
                let taken = delivery.commit(from, Commit { generation, epoch, commit, welcome, added }, now);
                let tally = &self.shared.tally;
                count(if taken { &tally.taken } else { &tally.late });
            }
            MlsRequest::Done { generation, epoch, tag } => {
                delivery.done(from, &At { generation, epoch, tag }, now);
            }
            MlsRequest::Fault { epoch, code, about, reference, .. } => {
                delivery.fault(from, epoch, code, about, reference.as_deref(), now);
            }
        }
        self.deliver();
    }

    fn deliver(&mut self) {
        for said in self.mls.delivery.take_said() {
            match said {
                Said::To(member, message) => {
                    if let Some(socket) = self.mls.known.get(&member).and_then(|known| known.socket) {
                        self.tell(socket, ServerMessage::Mls { message });
                    }
                }
                Said::Audit(event) => self.note(event),
            }
        }
    }

    /// For those who read the consult's history. The server's log has no more of it than that: a member chooses how much
    /// it says, and `/metrics` counts all.
    fn note(&mut self, event: Event) {
        let consult = self.consult;
        match event {
            Event::Generation { generation, is_first } => {
                count(&self.shared.tally.groups);
                if is_first || self.mls.notes.put_down(GroupNote::Replaced { generation }).is_some() {
                    tracing::info!(%consult, generation, "a group begins");
                }
            }
            Event::Fault { by, code, about } => {
                count(&self.shared.tally.faults);
                // Who has left meanwhile is nobody any more; whoever reports sits.
                let Some(who) = self.mls.who(by) else { return };
                let whom = about.and_then(|member| self.mls.who(member));
                let noted = self.mls.notes.put_down(GroupNote::Fault { by: Some(who), about: whom, code });
                if let Some(GroupNote::Fault { code, .. }) = noted {
                    let (member, about) = (by.0, about.map(|about| about.0));
                    tracing::warn!(%consult, member, about, code, "a member has refused something of the group");
                }
            }
            Event::Barred(member) => {
                let Some(who) = self.mls.who(member) else { return };
                if self.mls.notes.put_down(GroupNote::Barred { who }).is_some() {
                    tracing::warn!(%consult, member = member.0, "left out of the group: all refused its commits");
                }
            }
        }
    }

    /// What the server has refused by itself.
    fn note_refusal(&mut self, from: MemberId, code: &'static str) {
        let about = self.mls.who(from);
        self.mls.notes.put_down(GroupNote::Fault { by: None, about, code: code.to_owned() });
    }
}

fn count(figure: &AtomicU64) {
    figure.fetch_add(1, Ordering::Relaxed);
}

/// # Errors
/// A sentence on what is too much.
fn fits(message: &MlsRequest) -> Result<(), &'static str> {
    let (opaque, names): (&[_], &[_]) = match message {
        MlsRequest::Here { reference, key_package, .. } => (&[Some(key_package)], &[Some(reference)]),
        MlsRequest::Back { tag, .. } | MlsRequest::Created { tag, .. } | MlsRequest::Done { tag, .. } => {
            (&[], &[Some(tag)])
        }
        MlsRequest::Fault { code, reference, .. } => (&[], &[Some(code), reference.as_ref()]),
        MlsRequest::Commit { commit, welcome, added, .. } => {
            if added.len() > MAX_MEMBERS || added.iter().any(|added| added.reference.len() > MAX_NAME) {
                return Err("a commit adds eight members at most");
            }
            (&[Some(commit), welcome.as_ref()], &[])
        }
    };
    let most = if matches!(message, MlsRequest::Here { .. }) { MAX_KEY_PACKAGE } else { MAX_OPAQUE };
    if opaque.iter().flatten().any(|text| text.0.len() > most) {
        return Err("a commit or welcome has 64 KiB at most, a key package 16");
    }
    if names.iter().flatten().any(|name| name.len() > MAX_NAME || !name.bytes().all(is_of_a_name)) {
        return Err("a name has 64 characters at most: letters, digits, - and _");
    }
    Ok(())
}

/// Names go into the log.
fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
