//! A model check (stateright) of the whole: who asks, two specialists, two nodes with tickers on one store, nodes that
//! die between any two steps and come back without memory, and a network that loses and doubles what phones are told.
//! Every order of these is tried. What is decided is decided by the real [`decide`].
//!
//! The store has a compare-and-set upon the row and a lease upon its deadline, as `app/log.rs` and `app/ticker.rs` use
//! them. A model without one of the two has to fail: otherwise this would show nothing.

use super::*;
use schemas::{RingId, consult::RingOutcome};
use stateright::{Checker, HasDiscoveries, Model, Property};
use std::collections::{BTreeSet, hash_map::DefaultHasher};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

const NODES: usize = 2;
/// How long a claimed row is left to its node: as long as a ring, so that few instants differ.
const LEASE_SECONDS: i64 = 30;
/// How much goes wrong in one course. More of it finds nothing new and takes minutes: those are for the long run.
#[derive(Clone, Copy, Debug, PartialEq, Hash)]
struct Trouble {
    /// A node dies with what it has begun.
    crashes: u8,
    /// What a phone is told gets lost, or comes twice.
    faults: u8,
    /// Time passes although a node has something to do: it stalls, or its ticker is late.
    stalls: u8,
}

const ORDINARY: Trouble = Trouble { crashes: 1, faults: 1, stalls: 1 };
const LONG: Trouble = Trouble { crashes: 2, faults: 1, stalls: 1 };

/// The consult with its log, as the store holds it.
#[derive(Debug)]
struct Row {
    log: Vec<Recorded>,
    consult: Option<Consult>,
    /// Stands for the log.
    key: u64,
}

impl Row {
    fn new(log: Vec<Recorded>) -> Arc<Self> {
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(&log).unwrap().hash(&mut hasher);
        Arc::new(Self { consult: Consult::replay(CONSULT, &log), key: hasher.finish(), log })
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Hash for Row {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Wish {
    Request,
    Accept,
    Decline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Told {
    Done,
    Refused,
}

/// What a node has begun and not ended: lost when it dies.
#[derive(Clone, Debug, PartialEq, Hash)]
enum Work {
    /// Read the row, and the clock.
    Loaded(Arc<Row>, i64),
    /// Wrote it; phones and whoever asked do not know yet.
    Written(Told, Vec<(usize, RingId)>),
}

#[derive(Clone, Debug, Default, PartialEq, Hash)]
struct Node {
    /// Whose request, and how far it is.
    serving: Option<(usize, Work)>,
    ticking: Option<Work>,
}

/// 0 asks, 1 and 2 are rung.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
struct Client {
    wish: Option<Wish>,
    told: Option<Told>,
    rang: BTreeSet<RingId>,
}

#[derive(Clone, Debug, PartialEq, Hash)]
struct State {
    now: i64,
    row: Arc<Row>,
    lease: Option<(usize, i64)>,
    nodes: [Node; NODES],
    clients: [Client; 3],
    /// Under way to phones.
    mail: BTreeSet<(usize, RingId)>,
    /// What may still go wrong.
    left: Trouble,
    /// A node died, or a message was lost: a page that connects anew reads what rings.
    missed: bool,
    crashed: bool,
    /// A write came too late and was decided anew.
    overtaken: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    /// What a client wishes reaches a node, which loads; again after a node died with it.
    Send(usize, Wish, usize),
    /// A node decides and appends what it loaded: as a ticker, or for a client.
    Write(usize, bool),
    /// It tells what it has written.
    Tell(usize, bool),
    /// A ticker claims the due row, and loads.
    Claim(usize),
    Crash(usize),
    Deliver(usize, RingId),
    Lose(usize, RingId),
    /// Comes, and comes once more.
    Copy(usize, RingId),
    /// A phone connects anew and reads what rings.
    Read(usize, RingId),
    /// Time passes, to the next instant at which something becomes due.
    Wait,
}

impl Act {
    /// Happens by itself, if whoever asks repeats what was not answered.
    fn is_of_the_machine(&self) -> bool {
        matches!(self, Self::Send(0, ..) | Self::Write(..) | Self::Tell(..) | Self::Claim(_) | Self::Wait)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Broken {
    Nothing,
    /// Whoever writes last wins.
    CompareAndSet,
    /// A claim holds for ever.
    LeaseExpiry,
}

struct System {
    broken: Broken,
    trouble: Trouble,
}

fn at(seconds: i64) -> UnixMillis {
    START.plus_seconds(seconds)
}

impl Client {
    /// What they may want now: what they wanted before, or one of the buttons once it has rung.
    fn wishes(&self) -> &[Wish] {
        match self.wish {
            Some(Wish::Request) => &[Wish::Request],
            Some(Wish::Accept) => &[Wish::Accept],
            Some(Wish::Decline) => &[Wish::Decline],
            None if self.rang.is_empty() => &[],
            None => &[Wish::Accept, Wish::Decline],
        }
    }
}

impl State {
    /// Nodes are alike: which of them is called the first makes no other state.
    fn order_nodes(&mut self) {
        let key = |node: &Node| {
            let mut hasher = DefaultHasher::new();
            node.hash(&mut hasher);
            hasher.finish()
        };
        if key(&self.nodes[0]) > key(&self.nodes[1]) {
            self.nodes.swap(0, 1);
            self.lease = self.lease.map(|(n, until)| (1 - n, until));
        }
    }

    fn consult(&self) -> Option<&Consult> {
        self.row.consult.as_ref()
    }

    fn deadline(&self) -> Option<i64> {
        self.consult().and_then(next_deadline).map(|due| due.seconds_since(START))
    }

    /// Somebody has it, or a human was told.
    fn is_settled(&self) -> bool {
        self.consult().is_some_and(|consult| consult.specialist.is_some() || consult.alarm.is_some())
    }

    fn is_served(&self, client: usize) -> bool {
        self.nodes.iter().any(|node| node.serving.as_ref().is_some_and(|(who, _)| *who == client))
    }

    fn said(&self, client: usize, wish: Wish) -> bool {
        self.clients[client].wish == Some(wish) && self.clients[client].told == Some(Told::Done)
    }

    fn rings(&self) -> impl Iterator<Item = &crate::domain::consult::Ring> {
        self.consult().into_iter().flat_map(|consult| &consult.rings)
    }
}

fn specialist(person: PersonId) -> usize {
    usize::try_from(person.0.as_u128()).unwrap()
}

fn command(client: usize, wish: Wish) -> Command {
    match wish {
        Wish::Request => request(plan(1, &[&[1], &[2]])),
        Wish::Accept => accept(client as u128),
        Wish::Decline => decline(client as u128),
    }
}

impl System {
    /// Decides upon what was loaded and appends it; loads again where somebody else was faster.
    fn write(&self, state: &mut State, loaded: &Arc<Row>, now: i64, command: &Command) -> Work {
        let Ok(events) = decide(loaded.consult.as_ref(), command, at(now)) else {
            return Work::Written(Told::Refused, vec![]);
        };
        if events.is_empty() {
            return Work::Written(Told::Done, vec![]);
        }
        if state.row != *loaded && self.broken != Broken::CompareAndSet {
            state.overtaken = true;
            return Work::Loaded(Arc::clone(&state.row), state.now);
        }
        let rings = events.iter().filter_map(|event| match event {
            Event::RingStarted { ring_id, person, .. } => Some((specialist(*person), *ring_id)),
            _ => None,
        });
        let rings = rings.collect();
        let mut log = loaded.log.clone();
        log.extend(record(command, events, log.last().map_or(0, |last| last.seq), at(now)));
        state.row = Row::new(log);
        state.lease = None;
        Work::Written(Told::Done, rings)
    }
}

impl Model for System {
    type State = State;
    type Action = Act;

    fn init_states(&self) -> Vec<State> {
        let asks = Client { wish: Some(Wish::Request), ..Client::default() };
        vec![State {
            now: 0,
            row: Row::new(vec![]),
            lease: None,
            nodes: Default::default(),
            clients: [asks, Client::default(), Client::default()],
            mail: BTreeSet::new(),
            left: self.trouble,
            missed: false,
            crashed: false,
            overtaken: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Act>) {
        for (n, node) in state.nodes.iter().enumerate() {
            match &node.serving {
                None => {
                    for (c, client) in state.clients.iter().enumerate() {
                        if client.told.is_none() && !state.is_served(c) {
                            actions.extend(client.wishes().iter().map(|wish| Act::Send(c, *wish, n)));
                        }
                    }
                }
                Some((_, Work::Loaded(..))) => actions.push(Act::Write(n, false)),
                Some((_, Work::Written(..))) => actions.push(Act::Tell(n, false)),
            }
            match &node.ticking {
                None => actions.extend(self.is_claimable(state).then_some(Act::Claim(n))),
                Some(Work::Loaded(..)) => actions.push(Act::Write(n, true)),
                Some(Work::Written(..)) => actions.push(Act::Tell(n, true)),
            }
            if state.left.crashes > 0 && *node != Node::default() {
                actions.push(Act::Crash(n));
            }
        }
        for (c, ring) in &state.mail {
            actions.push(Act::Deliver(*c, *ring));
            if state.left.faults > 0 {
                actions.extend([Act::Lose(*c, *ring), Act::Copy(*c, *ring)]);
            }
        }
        for ring in state.rings().filter(|ring| ring.outcome == RingOutcome::Ringing) {
            let c = specialist(ring.person);
            if state.missed
                && !state.clients[c].rang.contains(&ring.ring_id)
                && !state.mail.contains(&(c, ring.ring_id))
            {
                actions.push(Act::Read(c, ring.ring_id));
            }
        }
        let in_time = !self.has_work(state) || state.left.stalls > 0;
        if in_time && !state.is_settled() && self.next_instant(state).is_some() {
            actions.push(Act::Wait);
        }
    }

    fn next_state(&self, last: &State, action: Act) -> Option<State> {
        let mut state = last.clone();
        match action {
            Act::Send(c, wish, n) => {
                state.clients[c].wish = Some(wish);
                state.nodes[n].serving = Some((c, Work::Loaded(Arc::clone(&state.row), state.now)));
            }
            Act::Write(n, false) => {
                let Some((c, Work::Loaded(row, now))) = last.nodes[n].serving.clone() else { return None };
                let wish = last.clients[c].wish?;
                let work = self.write(&mut state, &row, now, &command(c, wish));
                state.nodes[n].serving = Some((c, work));
            }
            Act::Write(n, true) => {
                let Some(Work::Loaded(row, now)) = last.nodes[n].ticking.clone() else { return None };
                let work = self.write(&mut state, &row, now, &Command::Tick { rematch: None });
                // Decided nothing: somebody else acted since the claim. The row is given back.
                if state.row == last.row
                    && matches!(work, Work::Written(..))
                    && state.lease.is_some_and(|(of, _)| of == n)
                {
                    state.lease = None;
                }
                state.nodes[n].ticking =
                    if matches!(&work, Work::Written(_, rings) if rings.is_empty()) { None } else { Some(work) };
            }
            Act::Tell(n, false) => {
                let Some((c, Work::Written(told, rings))) = state.nodes[n].serving.take() else { return None };
                state.clients[c].told = Some(told);
                state.mail.extend(rings);
            }
            Act::Tell(n, true) => {
                let Some(Work::Written(_, rings)) = state.nodes[n].ticking.take() else { return None };
                state.mail.extend(rings);
            }
            Act::Claim(n) => {
                state.lease = Some((n, state.now + LEASE_SECONDS));
                state.nodes[n].ticking = Some(Work::Loaded(Arc::clone(&state.row), state.now));
            }
            Act::Crash(n) => {
                state.nodes[n] = Node::default();
                state.left.crashes -= 1;
                (state.crashed, state.missed) = (true, true);
            }
            Act::Deliver(c, ring) => {
                state.mail.remove(&(c, ring));
                state.clients[c].rang.insert(ring);
            }
            Act::Lose(c, ring) => {
                state.mail.remove(&(c, ring));
                state.left.faults -= 1;
                state.missed = true;
            }
            Act::Copy(c, ring) => {
                state.clients[c].rang.insert(ring);
                state.left.faults -= 1;
            }
            Act::Read(c, ring) => drop(state.clients[c].rang.insert(ring)),
            Act::Wait => {
                state.now = self.next_instant(last)?;
                state.left.stalls -= u8::from(self.has_work(last));
            }
        }
        state.order_nodes();
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("never two winners", |_, state: &State| {
                let accepts =
                    state.row.log.iter().filter(|entry| matches!(entry.event, Event::Accepted { .. })).count();
                let told = (1..3).filter(|c| state.said(*c, Wish::Accept)).count();
                accepts <= 1 && told <= 1
            }),
            Property::always("what somebody was told is never lost", |_, state: &State| {
                let Some(consult) = state.consult() else { return !state.said(0, Wish::Request) };
                (1..3).all(|c| {
                    let who = person(c as u128);
                    (!state.said(c, Wish::Accept) || consult.specialist == Some(who))
                        && (!state.said(c, Wish::Decline) || consult.has_declined(who) || consult.specialist.is_some())
                })
            }),
            Property::always("every rung is decided once", |_, state: &State| {
                let mut seen = BTreeSet::new();
                state.row.log.iter().all(|entry| match &entry.event {
                    Event::RingStarted { ring_id, .. } => seen.insert(*ring_id),
                    _ => true,
                })
            }),
            Property::always(
                "somebody is rung, or the machine has a deadline, or a human knows",
                |_, state: &State| state.consult().is_none() || state.is_settled() || state.deadline().is_some(),
            ),
            // Nobody has to press a button, and nothing goes round in circles: so it is settled in the end.
            Property::always("the machine goes on until somebody has it or a human knows", |model, state: &State| {
                let mut left = vec![];
                model.actions(state, &mut left);
                state.is_settled() || left.iter().any(Act::is_of_the_machine)
            }),
            Property::eventually("somebody has it or a human knows", |_, state: &State| state.is_settled()),
            Property::sometimes("the second one is rung after a crash and accepts", |_, state: &State| {
                state.crashed && state.said(2, Wish::Accept)
            }),
            Property::sometimes("both pressed accept, and one was refused", |_, state: &State| {
                let told =
                    |c: usize, told| state.clients[c].wish == Some(Wish::Accept) && state.clients[c].told == Some(told);
                told(1, Told::Done) && told(2, Told::Refused)
            }),
            Property::sometimes("a write came too late and was decided anew", |_, state: &State| state.overtaken),
            Property::sometimes("both declined, and the coordinator is alarmed", |_, state: &State| {
                let alarmed = state.consult().is_some_and(|consult| consult.alarm.is_some());
                alarmed && (1..3).all(|c| state.said(c, Wish::Decline))
            }),
        ]
    }
}

impl System {
    fn is_claimable(&self, state: &State) -> bool {
        let free = match state.lease {
            None => true,
            Some((_, until)) => until <= state.now && self.broken != Broken::LeaseExpiry,
        };
        free && state.deadline().is_some_and(|due| due <= state.now)
    }

    fn has_work(&self, state: &State) -> bool {
        let begun = state.nodes.iter().any(|node| *node != Node::default());
        begun || self.is_claimable(state)
    }

    /// When the deadline comes, or a dead node's claim ends.
    fn next_instant(&self, state: &State) -> Option<i64> {
        let lease = state.lease.filter(|_| self.broken != Broken::LeaseExpiry).map(|(_, until)| until);
        [state.deadline(), lease].into_iter().flatten().filter(|instant| *instant > state.now).min()
    }
}

fn checked(broken: Broken, trouble: Trouble, until: HasDiscoveries) -> impl Checker<System> {
    System { broken, trouble }.checker().threads(2).finish_when(until).spawn_bfs().join()
}

#[test]
fn no_order_of_crashes_losses_and_races_loses_a_consult_or_has_two_winners() {
    let trouble = if std::env::var_os("TELEKONSIL_LONG").is_some() { LONG } else { ORDINARY };
    let checker = checked(Broken::Nothing, trouble, HasDiscoveries::AnyFailures);
    eprintln!(
        "{trouble:?}: {} states, {} of them different, {} steps deep",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
}

/// What does not hold in a store that is broken so.
fn should_find_a_counterexample(broken: Broken, properties: &[&'static str]) {
    let all = HasDiscoveries::AllOf(properties.iter().copied().collect());
    let checker = checked(broken, ORDINARY, all);
    for name in properties {
        let found = checker.discovery(name).unwrap_or_else(|| panic!("{broken:?} should break: {name}"));
        eprintln!("{broken:?}: {name}: {:?}", found.into_actions());
    }
}

#[test]
fn without_the_compare_and_set_it_should_find_a_counterexample() {
    let broken = ["never two winners", "what somebody was told is never lost"];
    should_find_a_counterexample(Broken::CompareAndSet, &broken);
}

#[test]
fn with_leases_that_never_end_it_should_find_a_counterexample() {
    should_find_a_counterexample(Broken::LeaseExpiry, &["the machine goes on until somebody has it or a human knows"]);
}
