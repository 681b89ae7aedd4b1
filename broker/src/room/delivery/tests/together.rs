//! Honest members, whatever happens to their sockets and whatever guests and one of the team claim, end in one epoch that
//! all share.

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
    /// How often it gave up a group.
    forgotten: usize,
    /// Since its page was loaded.
    has_lied: bool,
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
    /// A guest, or the last of the team, says what is not so, and goes on as if nothing were.
    Lie(u32, Lie),
    /// Nobody reads for so long, in ms.
    Pause(i64),
    /// Everybody reads this many messages.
    Read(usize),
}

/// What somebody may claim of its group.
#[derive(Clone, Copy, Debug)]
enum Lie {
    /// To be back with another tag, in another epoch or in another group.
    BackWithTag,
    BackIn(u64),
    BackOf(u64),
    /// To be in the epoch, with another tag.
    Done,
    /// That whoever has ended the last epoch did so with nonsense.
    Fault(u32),
}

fn lie() -> impl Strategy<Value = Lie> {
    prop_oneof![
        Just(Lie::BackWithTag),
        prop_oneof![0..9_u64, Just(u64::MAX)].prop_map(Lie::BackIn),
        prop_oneof![Just(1), Just(START as u64 + 60_000), Just(u64::MAX)].prop_map(Lie::BackOf),
        Just(Lie::Done),
        (1..=8_u32).prop_map(Lie::Fault),
    ]
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
        2 => (6..=8_u32, lie()).prop_map(|(who, lie)| Act::Lie(who, lie)),
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
                self.restart();
                for who in self.people.keys().copied().collect::<Vec<_>>() {
                    self.open(who);
                }
            }
            Act::Lie(who, lie) => self.lie(who, lie),
            Act::Pause(millis) => self.desk.passes(millis),
            Act::Read(messages) => {
                for _ in 0..messages {
                    self.read();
                }
            }
        }
        self.deliver();
    }

    fn restart(&mut self) {
        self.desk.delivery = Delivery::default();
        self.people.values_mut().for_each(|person| person.is_connected = false);
    }

    fn connect(&mut self, who: u32) {
        let person = self.people.get_mut(&who).unwrap();
        (person.is_connected, person.inbox, person.view) = (true, VecDeque::new(), None);
        let is_guest = person.is_guest;
        self.desk.tell(|delivery, now| delivery.connect(MemberId(who), super::person(who), is_guest, now));
        self.deliver();
    }

    fn lie(&mut self, who: u32, lie: Lie) {
        let Some(person) = self.people.get_mut(&who).filter(|person| person.is_connected) else { return };
        person.has_lied = true;
        let at = person.group.clone().unwrap_or_else(|| At { generation: START as u64, epoch: 1, tag: "none".into() });
        let lied = match lie {
            Lie::BackWithTag | Lie::Done => At { tag: "false".into(), ..at },
            Lie::BackIn(epoch) => At { epoch, ..at },
            Lie::BackOf(generation) => At { generation, ..at },
            Lie::Fault(about) => {
                let (epoch, about) = (at.epoch.saturating_sub(1), Some(MemberId(about)));
                return self.desk.tell(|delivery, now| {
                    delivery.fault(MemberId(who), epoch, "malformed".into(), about, None, now);
                });
            }
        };
        if matches!(lie, Lie::Done) {
            return self.desk.tell(|delivery, now| delivery.done(MemberId(who), &lied, now));
        }
        person.attempt += 1;
        let attempt = person.attempt;
        self.desk.back(who, attempt, &lied);
    }

    fn open(&mut self, who: u32) {
        if self.people.get(&who).is_none_or(|person| person.is_connected) {
            return;
        }
        self.connect(who);
        self.come_back(who);
    }

    /// Says what it has.
    fn come_back(&mut self, who: u32) {
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
                    person.forgotten += 1;
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
            person.forgotten += usize::from(person.group.take().is_some());
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
        // With a liar alone of the team nobody begins anew, until its page is loaded again.
        let team = || self.people.iter().filter(|(_, person)| !person.is_guest);
        if team().all(|(_, person)| person.has_lied) {
            for who in team().map(|(who, _)| *who).collect::<Vec<_>>() {
                self.play(Act::Reload(who));
            }
        }
        for who in self.people.keys().copied().collect::<Vec<_>>() {
            self.open(who);
        }
        self.deliver();
        // What one of the team claims costs the others half a minute at most.
        for _ in 0..120 {
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

impl Room {
    /// # Errors
    /// Says who is not where the others are.
    fn shared(&self) -> Result<(), String> {
        let all: Vec<u32> = self.people.keys().copied().collect();
        let first = self.people.values().next().and_then(|person| person.group.clone());
        for (who, person) in &self.people {
            let mut leaves = person.leaves.clone();
            leaves.sort_unstable();
            let is_there = person.group.as_ref().zip(first.as_ref()).is_some_and(|(own, first)| {
                (own.generation, own.epoch, &own.tag) == (first.generation, first.epoch, &first.tag)
            });
            if !is_there || leaves != all {
                return Err(format!("member {who}: {:?} with {leaves:?}, the first {first:?}", person.group));
            }
        }
        Ok(())
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
        prop_assert_eq!(room.shared(), Ok(()));
    }

    /// Nobody has to come in anew because of a guest who claims something, be it before the others are back.
    #[test]
    fn a_restart_with_guests_who_lie_costs_the_honest_nothing(
        team in 1..=6_u32,
        lies in prop::collection::vec((7..=8_u32, lie()), 1..6),
        order in Just((1..=8_u32).collect::<Vec<_>>()).prop_shuffle(),
        reads in 0..3_usize,
    ) {
        let mut room = Room { desk: Desk::new(), people: BTreeMap::new(), secrets: 0 };
        let joins = (1..=team).chain(7..=8).map(Act::Join);
        joins.for_each(|join| room.play(join));
        room.comes_to_rest();
        let before = room.people[&1].group.clone().unwrap();
        room.people.values_mut().for_each(|person| person.forgotten = 0);
        let liars: Vec<u32> = lies.iter().map(|(who, _)| *who).collect();
        room.restart();
        for who in order {
            if !room.people.contains_key(&who) {
                continue;
            }
            room.connect(who);
            if let Some((_, lie)) = lies.iter().find(|(liar, _)| *liar == who) {
                // Instead of coming back as it should.
                room.play(Act::Lie(who, *lie));
            } else {
                room.come_back(who);
            }
            room.play(Act::Read(reads));
        }
        for (who, lie) in lies {
            room.play(Act::Lie(who, lie));
            room.play(Act::Read(reads));
        }
        for liar in &liars {
            room.play(Act::Drop(*liar));
        }
        room.comes_to_rest();
        prop_assert_eq!(room.shared(), Ok(()));
        for (who, person) in &room.people {
            prop_assert_eq!(person.group.as_ref().unwrap().generation, before.generation);
            prop_assert!(person.forgotten == 0 || liars.contains(who), "member {}", who);
        }
    }
}
