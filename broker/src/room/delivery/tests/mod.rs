mod orders;
mod together;

use super::{At, Commit, Delivery, Event, Said};
use schemas::mls::{MlsAdded, MlsNews, MlsView};
use schemas::{MemberId, PersonId, PrivateText, UnixMillis};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A time that generations may have.
const START: i64 = 1_796_000_000_000;

/// The service, the clock, and what it has said since somebody looked.
struct Desk {
    delivery: Delivery,
    now: UnixMillis,
    said: Vec<Said>,
    /// The last of each seat.
    views: BTreeMap<u32, MlsView>,
}

impl Desk {
    fn new() -> Self {
        Self { delivery: Delivery::default(), now: UnixMillis(START), said: Vec::new(), views: BTreeMap::new() }
    }

    /// Does something, and remembers what was said.
    fn tell(&mut self, what: impl FnOnce(&mut Delivery, UnixMillis)) {
        what(&mut self.delivery, self.now);
        let due = self.delivery.next_deadline();
        assert!(due.is_none_or(|due| due > self.now), "the room would turn round and round: {due:?}");
        for said in self.delivery.take_said() {
            if let Said::To(to, MlsNews::Group(view)) = &said {
                self.views.insert(to.0, view.clone());
            }
            self.said.push(said);
        }
    }

    fn connect(&mut self, member: u32) {
        self.tell(|delivery, now| delivery.connect(MemberId(member), person(member), false, now));
    }

    fn guest(&mut self, member: u32) {
        self.tell(|delivery, now| delivery.connect(MemberId(member), person(member), true, now));
    }

    fn here(&mut self, member: u32, attempt: u32) {
        let reference = format!("ref {member}.{attempt}");
        self.tell(|delivery, now| delivery.here(MemberId(member), attempt, reference, "package".into(), now));
    }

    fn back(&mut self, member: u32, attempt: u32, at: &At) {
        self.tell(|delivery, now| delivery.back(MemberId(member), attempt, at, now));
    }

    fn created(&mut self, member: u32) {
        let generation = self.generation();
        self.tell(|delivery, now| delivery.created(MemberId(member), generation, tag(0), now));
    }

    /// `from` reports that what `about` said is not good: its commit of that epoch, or its key package.
    fn fault(&mut self, from: u32, epoch: u64, about: u32, reference: Option<&str>) {
        let (code, about) = ("malformed".to_owned(), Some(MemberId(about)));
        self.tell(|delivery, now| delivery.fault(MemberId(from), epoch, code, about, reference, now));
    }

    /// `from` ends the epoch and adds these, each with the key package of that attempt.
    fn commit(&mut self, from: u32, epoch: u64, added: &[(u32, u32)]) {
        let generation = self.generation();
        let added = added.iter().map(|(member, attempt)| MlsAdded {
            member: MemberId(*member),
            reference: format!("ref {member}.{attempt}"),
        });
        let commit = Commit {
            generation,
            epoch,
            commit: PrivateText(format!("commit of {from} in {epoch}")),
            welcome: Some("welcome".into()),
            added: added.collect(),
        };
        self.tell(|delivery, now| {
            delivery.commit(MemberId(from), commit, now);
        });
    }

    /// Says that it is in that epoch, as all do who are.
    fn done(&mut self, member: u32, epoch: u64) {
        let at = self.at(epoch);
        self.tell(|delivery, now| delivery.done(MemberId(member), &at, now));
    }

    fn passes(&mut self, millis: i64) {
        let until = UnixMillis(self.now.0 + millis);
        while let Some(due) = self.delivery.next_deadline().filter(|due| *due <= until) {
            self.now = due;
            self.tell(Delivery::tick);
        }
        self.now = until;
    }

    fn generation(&self) -> u64 {
        self.delivery.group.generation
    }

    fn at(&self, epoch: u64) -> At {
        At { generation: self.generation(), epoch, tag: tag(epoch) }
    }

    /// A group of these, all in the newest epoch.
    fn group_of(members: &[u32]) -> Self {
        let mut desk = Self::new();
        for (epoch, member) in (0_u64..).zip(members) {
            desk.connect(*member);
            desk.here(*member, 1);
            let Some(before) = epoch.checked_sub(1) else {
                desk.created(*member);
                continue;
            };
            desk.commit(members[0], before, &[(*member, 1)]);
            for joined in members.iter().take(usize::try_from(epoch).unwrap() + 1) {
                desk.done(*joined, epoch);
            }
        }
        desk.said.clear();
        desk
    }

    /// The last one that this seat was told.
    fn view(&self, of: u32) -> MlsView {
        self.views.get(&of).cloned().expect("a view")
    }

    /// Who was told a view.
    fn viewers(&self) -> Vec<u32> {
        let told = self.said.iter().filter_map(|said| match said {
            Said::To(to, MlsNews::Group(_)) => Some(to.0),
            _ => None,
        });
        told.collect()
    }

    fn members(&self, of: u32) -> Vec<u32> {
        self.view(of).members.iter().map(|seat| seat.member.0).collect()
    }

    /// Epochs of the commits that somebody was told of.
    fn commits(&self, to: u32) -> Vec<u64> {
        let told = self.said.iter().filter_map(|said| match said {
            Said::To(whom, MlsNews::Commit { epoch, .. }) if *whom == MemberId(to) => Some(*epoch),
            _ => None,
        });
        told.collect()
    }

    fn welcomes(&self) -> Vec<u32> {
        let told = self.said.iter().filter_map(|said| match said {
            Said::To(whom, MlsNews::Welcome { .. }) => Some(whom.0),
            _ => None,
        });
        told.collect()
    }

    fn events(&self) -> Vec<Event> {
        let events = self.said.iter().filter_map(|said| match said {
            Said::Audit(event) => Some(event.clone()),
            Said::To(..) => None,
        });
        events.collect()
    }
}

fn person(member: u32) -> PersonId {
    PersonId(Uuid::from_u128(u128::from(member)))
}

fn tag(epoch: u64) -> String {
    format!("tag {epoch}")
}
