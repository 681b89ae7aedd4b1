//! The room and its delivery service: who has a seat, what members say to it, and what it says.

use super::delivery::{At, Commit, Delivery, Event, Said};
use super::seats::SocketId;
use super::task::Room;
use crate::app::Occupant;
use schemas::mls::MlsRequest;
use schemas::problem::ProblemCode;
use schemas::room::{MAX_MEMBERS, ServerMessage};
use schemas::{MemberId, PersonId};
use std::collections::BTreeMap;

/// Bytes of a key package, commit or welcome in base64url. A welcome for eight takes some 12 KiB. More lets one member fill
/// the others' sockets; less refuses a group that grows.
const MAX_OPAQUE: usize = 64 * 1024;
/// Bytes of a name: a tag, a reference, a code.
const MAX_NAME: usize = 64;

/// A room's delivery service, and the socket by which it knows each seat.
#[derive(Default)]
pub(super) struct Mls {
    pub(super) delivery: Delivery,
    known: BTreeMap<MemberId, Option<SocketId>>,
}

impl Room {
    /// Tells the delivery service what has become of the seats, and passes on what it says. Called after every input: there
    /// are many ways to lose a seat, and one to see that it is lost.
    pub(super) fn follow_seats(&mut self) {
        let now = self.shared.clock.now();
        let sitters = self.seats.sitters();
        let Mls { delivery, known } = &mut self.mls;
        for sitter in &sitters {
            let before = known.insert(sitter.member, sitter.socket);
            if before == Some(sitter.socket) {
                continue;
            }
            let (person, is_guest) = match sitter.who {
                Occupant::Person(person) => (person, false),
                Occupant::Guest(guest) => (PersonId(guest.0), true),
            };
            match sitter.socket {
                // Another socket is another page, or one that has missed something: it says what it is.
                Some(_) => delivery.connect(sitter.member, person, is_guest, now),
                None => delivery.disconnect(sitter.member, now),
            }
        }
        known.retain(|member, _| {
            let sits = sitters.iter().any(|sitter| sitter.member == *member);
            if !sits {
                delivery.leave(*member, now);
            }
            sits
        });
        if delivery.next_deadline().is_some_and(|due| due <= now) {
            delivery.tick(now);
        }
        self.deliver();
    }

    /// A message of the group from somebody who sits.
    pub(super) fn mls(&mut self, from: MemberId, socket: SocketId, message: MlsRequest) {
        if let Err(detail) = fits(&message) {
            return self.refuse(socket, ProblemCode::TooLarge, Some(detail.to_owned()));
        }
        let (delivery, now) = (&mut self.mls.delivery, self.shared.clock.now());
        match message {
            MlsRequest::Here { attempt, reference, key_package } => {
                delivery.here(from, attempt, reference, key_package, now);
            }
            MlsRequest::Back { attempt, generation, epoch, tag } => {
                delivery.back(from, attempt, &At { generation, epoch, tag }, now);
            }
            MlsRequest::Created { generation, tag } => delivery.created(from, generation, tag, now),
            MlsRequest::Commit { generation, epoch, commit, welcome, added } => {
                delivery.commit(from, Commit { generation, epoch, commit, welcome, added }, now);
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
                    if let Some(socket) = self.mls.known.get(&member).copied().flatten() {
                        self.tell(socket, ServerMessage::Mls { message });
                    }
                }
                Said::Audit(event) => self.note(&event),
            }
        }
    }

    fn note(&self, event: &Event) {
        let consult = self.consult;
        match event {
            Event::Generation(generation) => tracing::info!(%consult, generation, "a group begins"),
            Event::Fault { by, code, about } => {
                let about = about.map(|member| member.0);
                tracing::warn!(%consult, member = by.0, about, code, "a member has refused something of the group");
            }
            Event::Barred(member) => {
                tracing::warn!(%consult, member = member.0, "left out of the group: all refused its commits");
            }
        }
    }
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
    if opaque.iter().flatten().any(|text| text.0.len() > MAX_OPAQUE) {
        return Err("a key package, commit or welcome has 64 KiB at most");
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
