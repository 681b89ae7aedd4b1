//! Honest members, whatever happens to their sockets, end in one epoch that all share.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};

/// A member as the pages' machine has it, without cryptography: an epoch's secret is its tag.
#[derive(Default)]
struct Person {
    is_guest: bool,
    is_connected: bool,
    attempt: u32,
    group: Option<At>,
    /// Persons in the group, by leaf.
    leaves: Vec<u32>,
    view: Option<MlsView>,
    inbox: VecDeque<MlsNews>,
}

struct Room {
    desk: Desk,
    people: BTreeMap<u32, Person>,
    secrets: u64,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Join(u32),
    Leave(u32),
    Reload(u32),
    Drop(u32),
    Back(u32),
    Restart,
    /// Nobody reads for so long, in ms.
    Pause(i64),
    /// Everybody reads this many messages.
    Read(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let who = 1..=8_u32;
    prop_oneof![
        5 => who.clone().prop_map(Act::Join),
        2 => who.clone().prop_map(Act::Leave),
        3 => who.clone().prop_map(Act::Reload),
        2 => who.clone().prop_map(Act::Drop),
        3 => who.prop_map(Act::Back),
        1 => Just(Act::Restart),
        1 => (0..12_000_i64).prop_map(Act::Pause),
        6 => (1..6_usize).prop_map(Act::Read),
    ]
}

impl Room {
    fn play(&mut self, act: Act) {
        match act {
            Act::Join(who) => {
                let has_team = self.people.values().any(|person| !person.is_guest);
                if !self.people.contains_key(&who) && (who <= 6 || has_team) {
                    self.people.insert(who, Person { is_guest: who > 6, ..Person::default() });
                    self.open(who);
                }
            }
            Act::Leave(who) => {
                if self.people.remove(&who).is_some() {
                    self.desk.tell(|delivery, now| delivery.leave(MemberId(who), now));
                }
                if !self.people.values().any(|person| !person.is_guest) {
                    for who in std::mem::take(&mut self.people).into_keys() {
                        self.desk.tell(|delivery, now| delivery.leave(MemberId(who), now));
                    }
                }
            }
            Act::Reload(who) => {
                if let Some(person) = self.people.get_mut(&who) {
                    let is_guest = person.is_guest;
                    *person = Person { is_guest, ..Person::default() };
                    self.desk.tell(|delivery, now| delivery.disconnect(MemberId(who), now));
                    self.open(who);
                }
            }
            Act::Drop(who) => {
                if let Some(person) = self.people.get_mut(&who) {
                    (person.is_connected, person.inbox) = (false, VecDeque::new());
                    self.desk.tell(|delivery, now| delivery.disconnect(MemberId(who), now));
                }
            }
            Act::Back(who) => self.open(who),
            Act::Restart => {
                self.desk.delivery = Delivery::default();
                for who in self.people.keys().copied().collect::<Vec<_>>() {
                    self.people.get_mut(&who).unwrap().is_connected = false;
                    self.open(who);
                }
            }
            Act::Pause(millis) => self.desk.passes(millis),
            Act::Read(messages) => {
                for _ in 0..messages {
                    self.read();
                }
            }
        }
        self.deliver();
    }

    fn open(&mut self, who: u32) {
        let Some(person) = self.people.get_mut(&who).filter(|person| !person.is_connected) else { return };
        (person.is_connected, person.inbox, person.view) = (true, VecDeque::new(), None);
        let is_guest = person.is_guest;
        self.desk.tell(|delivery, now| delivery.connect(MemberId(who), super::person(who), is_guest, now));
        self.deliver();
        let person = self.people.get_mut(&who).unwrap();
        person.attempt += 1;
        let attempt = person.attempt;
        match person.group.clone() {
            Some(at) => self.desk.back(who, attempt, &at),
            None => self.desk.here(who, attempt),
        }
    }

    fn deliver(&mut self) {
        for said in self.desk.said.drain(..) {
            if let Said::To(to, message) = said
                && let Some(person) = self.people.get_mut(&to.0).filter(|person| person.is_connected)
            {
                person.inbox.push_back(message);
            }
        }
    }

    /// Everybody reads a message, in turn. `false` when there was none.
    fn read(&mut self) -> bool {
        let mut has_read = false;
        for who in self.people.keys().copied().collect::<Vec<_>>() {
            if let Some(message) = self.people.get_mut(&who).unwrap().inbox.pop_front() {
                has_read = true;
                self.hear(who, message);
                self.deliver();
            }
        }
        has_read
    }

    fn hear(&mut self, who: u32, message: MlsNews) {
        let person = self.people.get_mut(&who).unwrap();
        match message {
            MlsNews::Group(view) => {
                person.view = Some(view);
                self.act(who);
            }
            MlsNews::Commit { generation, epoch, commit, .. } => {
                let Some(at) = person.group.as_mut().filter(|at| at.generation == generation && at.epoch == epoch)
                else {
                    return;
                };
                let (base, secret, leaves) = opened(&commit);
                if base != at.tag || !leaves.contains(&who) {
                    person.group = None;
                    return self.act(who);
                }
                (at.epoch, at.tag, person.leaves) = (epoch + 1, secret, leaves);
                let at = at.clone();
                self.desk.tell(|delivery, now| delivery.done(MemberId(who), &at, now));
            }
            MlsNews::Welcome { generation, reference, welcome } => {
                if reference != format!("ref {who}.{}", person.attempt) {
                    return;
                }
                let (epoch, tag, leaves) = opened(&welcome);
                let at = At { generation, epoch: epoch.parse().unwrap(), tag };
                (person.group, person.leaves) = (Some(at.clone()), leaves);
                self.desk.tell(|delivery, now| delivery.done(MemberId(who), &at, now));
            }
        }
    }

    /// What the view asks of this member.
    fn act(&mut self, who: u32) {
        let person = self.people.get_mut(&who).unwrap();
        let Some(view) = person.view.clone().filter(|view| view.attempt == person.attempt) else { return };
        let is_member = view.members.iter().any(|seat| seat.member.0 == who);
        let is_of_it = person.group.as_ref().is_some_and(|at| at.generation == view.generation);
        if view.creator == Some(MemberId(who)) {
            self.secrets += 1;
            let at = At { generation: view.generation, epoch: 0, tag: format!("secret {}", self.secrets) };
            (person.group, person.leaves) = (Some(at.clone()), vec![who]);
            return self.desk.tell(|delivery, now| delivery.created(MemberId(who), at.generation, at.tag, now));
        }
        let waits = view.waiting.iter().any(|waiting| waiting.seat.member.0 == who);
        if !is_member && !waits {
            person.group = None;
            person.attempt += 1;
            let attempt = person.attempt;
            return self.desk.here(who, attempt);
        }
        let Some(at) = person.group.clone().filter(|at| is_member && is_of_it && at.epoch == view.epoch) else {
            return;
        };
        let able =
            |leaf: &&u32| view.members.iter().any(|seat| seat.member.0 == **leaf && seat.connected && !seat.is_guest);
        if person.leaves.iter().find(able) != Some(&who) {
            return;
        }
        let is_known = |leaf: &u32| {
            let waits = view.waiting.iter().any(|waiting| waiting.seat.member.0 == *leaf);
            let mut rest = view.members.iter().chain(&view.others);
            !waits && (view.is_settling || rest.any(|seat| seat.member.0 == *leaf))
        };
        let mut leaves: Vec<u32> = person.leaves.iter().copied().filter(is_known).collect();
        let coming: Vec<_> = view.waiting.iter().filter(|waiting| waiting.seat.connected).collect();
        if leaves == person.leaves && coming.is_empty() {
            return;
        }
        leaves.extend(coming.iter().map(|waiting| waiting.seat.member.0));
        self.secrets += 1;
        let secret = format!("secret {}", self.secrets);
        let added =
            coming.iter().map(|waiting| MlsAdded { member: waiting.seat.member, reference: waiting.reference.clone() });
        let commit = Commit {
            generation: at.generation,
            epoch: at.epoch,
            commit: sealed(&at.tag, &secret, &leaves),
            welcome: Some(sealed(&(at.epoch + 1).to_string(), &secret, &leaves)),
            added: added.collect(),
        };
        self.desk.tell(|delivery, now| {
            delivery.commit(MemberId(who), commit, now);
        });
    }

    fn comes_to_rest(&mut self) {
        for who in self.people.keys().copied().collect::<Vec<_>>() {
            self.open(who);
        }
        self.deliver();
        for _ in 0..60 {
            for _ in 0..5_000 {
                if !self.read() {
                    break;
                }
            }
            self.desk.passes(1_000);
            self.deliver();
        }
    }
}

fn sealed(first: &str, secret: &str, leaves: &[u32]) -> PrivateText {
    PrivateText(serde_json::to_string(&(first, secret, leaves)).unwrap())
}

fn opened(text: &PrivateText) -> (String, String, Vec<u32>) {
    serde_json::from_str(&text.0).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_share_one_epoch_in_the_end(acts in prop::collection::vec(act(), 1..60)) {
        let mut room = Room { desk: Desk::new(), people: BTreeMap::new(), secrets: 0 };
        for act in acts {
            room.play(act);
        }
        room.comes_to_rest();
        let mut shared = room.people.iter().map(|(who, person)| {
            let at = person.group.as_ref().map(|at| (at.generation, at.epoch, at.tag.clone()));
            (*who, at, person.leaves.clone())
        });
        if let Some((_, at, mut leaves)) = shared.next() {
            prop_assert!(at.is_some());
            leaves.sort_unstable();
            prop_assert_eq!(&leaves, &room.people.keys().copied().collect::<Vec<_>>());
            for (who, other, _) in shared {
                prop_assert_eq!(&other, &at, "member {}", who);
            }
        }
    }
}
