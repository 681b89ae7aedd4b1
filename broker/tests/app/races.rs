//! Two and more at once, on two nodes and one database: exactly one outcome, a valid log, and nobody is told that
//! something is wrong on our side. Seeds shift who comes first; `TELEKONSIL_LONG=1` runs thousands.

use crate::stage::{PASSWORD, Stage, answer};
use schemas::{
    ConsultId, UnixMillis,
    consult::{Action, ConsultState, RingOutcome},
    guest::{GuestPart, GuestState, InviteGuest},
    problem::ProblemCode,
    report::SignReport,
};
use std::{future::Future, sync::Arc};
use telekonsil::{
    app::{Actor, App, Error},
    domain::consult::{Consult, Event, Recorded},
};
use tokio::{sync::Barrier, task::JoinHandle};

/// More finds rarer interleavings and takes longer.
const NORMAL: u64 = 30;
const LONG: u64 = 3_000;
/// Races whose every run hashes a password, or turns the clock by months.
const LONG_AND_SLOW: u64 = 300;
/// How far one side of a race may be ahead, in turns of the scheduler.
const HEAD_START: u64 = 12;

fn seeds(long: u64) -> std::ops::Range<u64> {
    0..if std::env::var("TELEKONSIL_LONG").is_ok_and(|value| value == "1") { long } else { NORMAL }
}

/// SplitMix64.
const fn stir(seed: u64, salt: u64) -> u64 {
    let mut z = seed.wrapping_add(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A start line. Runners get off at the same moment, each with a head start or a handicap of its own.
struct Race {
    seed: u64,
    line: Arc<Barrier>,
    runners: u64,
}

impl Race {
    fn new(seed: u64, runners: usize) -> Self {
        Self { seed, line: Arc::new(Barrier::new(runners)), runners: 0 }
    }

    fn run<T: Send + 'static>(&mut self, runner: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.runners += 1;
        let handicap = stir(self.seed, self.runners) % HEAD_START;
        let line = Arc::clone(&self.line);
        tokio::spawn(async move {
            line.wait().await;
            for _ in 0..handicap {
                tokio::task::yield_now().await;
            }
            runner.await
        })
    }
}

/// Runs an action on a node.
fn act(
    app: &Arc<App>,
    actor: &Actor,
    id: ConsultId,
    action: Action,
) -> impl Future<Output = Result<(), Error>> + Send + 'static {
    let (app, actor) = (Arc::clone(app), actor.clone());
    async move { app.act(&actor, "s", id, action).await.map(|_| ()) }
}

/// What it was refused with, which is never our own fault.
fn refused(result: &Result<(), Error>) -> Option<ProblemCode> {
    let code = result.as_ref().err().map(Error::code);
    assert!(!matches!(code, Some(ProblemCode::Internal | ProblemCode::Unavailable)), "{code:?}");
    code
}

/// The chain holds, and the stored snapshot is the fold of the log.
async fn log(stage: &Stage, id: ConsultId) -> (Consult, Vec<Event>) {
    stage.verify_chain(id).await;
    let rows = stage.repo.load(id.0).await.unwrap().unwrap();
    let recorded: Vec<Recorded> = rows
        .iter()
        .map(|row| Recorded {
            seq: row.seq,
            at: UnixMillis(row.at),
            actor: row.actor.map(schemas::PersonId),
            version: row.version.try_into().unwrap(),
            event: Event::from_body(row.version.try_into().unwrap(), row.body.as_deref().unwrap()).unwrap(),
        })
        .collect();
    let consult = Consult::replay(id, &recorded).unwrap();
    let stored: Consult = serde_json::from_str(&stage.repo.snapshot(id.0).await.unwrap().unwrap().detail).unwrap();
    assert_eq!(consult, stored);
    (consult, recorded.into_iter().map(|entry| entry.event).collect())
}

fn count(events: &[Event], wanted: impl Fn(&Event) -> bool) -> usize {
    events.iter().filter(|event| wanted(event)).count()
}

fn accepts(events: &[Event]) -> usize {
    count(events, |event| matches!(event, Event::Accepted { .. }))
}

on_both! {
    async fn of_fifty_accepts_one_person_wins(fixture) {
        let stage = Stage::new(&fixture).await;
        let nodes = [Arc::clone(&stage.app), stage.node("b")];
        for seed in seeds(LONG) {
            let id = stage.emergency().await;
            // Both have been rung.
            stage.pass(20).await;
            let mut race = Race::new(seed, 50);
            let runners: Vec<_> = (0..50)
                .map(|n| {
                    let actor = if stir(seed, n).is_multiple_of(2) { &stage.first } else { &stage.second };
                    let node = &nodes[usize::try_from(n).unwrap() % 2];
                    (actor.person_id, race.run(act(node, actor, id, Action::Accept)))
                })
                .collect();
            let mut results = vec![];
            for (person, runner) in runners {
                results.push((person, runner.await.unwrap()));
            }
            let (consult, events) = log(&stage, id).await;
            assert_eq!(accepts(&events), 1, "seed {seed}");
            for (person, result) in results {
                let expected = (consult.specialist != Some(person)).then_some(ProblemCode::AlreadyTaken);
                assert_eq!(refused(&result), expected, "seed {seed}");
            }
            stage.act(&stage.referrer, id, Action::Cancel { reason: "vorbei".into() }).await.unwrap();
        }
    }

    async fn two_assign_different_people(fixture) {
        let stage = Stage::new(&fixture).await;
        let other = stage.node("b");
        for seed in seeds(LONG) {
            let id = stage.emergency().await;
            for accepted in [false, true] {
                let (one, two) = (stage.first.person_id, stage.second.person_id);
                let mut race = Race::new(seed, 2);
                let a = race.run(act(&stage.app, &stage.coordinator, id, Action::Assign { to: one }));
                let b = race.run(act(&other, &stage.coordinator, id, Action::Assign { to: two }));
                let (a, b) = (a.await.unwrap(), b.await.unwrap());
                assert_eq!((refused(&a), refused(&b)), (None, None), "seed {seed}: the later one counts");
                let (consult, events) = log(&stage, id).await;
                if accepted {
                    // The first is its specialist already; the second is offered it.
                    assert_eq!(consult.offer.map(|offer| offer.to), Some(two), "seed {seed}");
                    assert_eq!(count(&events, |event| matches!(event, Event::Offered { .. })), 1, "seed {seed}");
                } else {
                    let ringing: Vec<_> = consult.active_rings().collect();
                    assert!(ringing.len() == 1 && ringing[0].assigned, "seed {seed}: {ringing:?}");
                    stage.act(&stage.coordinator, id, Action::Assign { to: one }).await.unwrap();
                    stage.act(&stage.first, id, Action::Accept).await.unwrap();
                }
            }
            stage.act(&stage.referrer, id, Action::Cancel { reason: "vorbei".into() }).await.unwrap();
        }
    }

    async fn an_accept_against_the_end_of_its_ring(fixture) {
        let stage = Stage::new(&fixture).await;
        let other = stage.node("b");
        for seed in seeds(LONG) {
            let id = stage.emergency().await;
            stage.turn(20);
            let mut race = Race::new(seed, 3);
            let ticks = [&stage.app, &other].map(|app| {
                let app = Arc::clone(app);
                race.run(async move { app.tick_all().await })
            });
            let accept = race.run(act(&other, &stage.first, id, Action::Accept));
            assert_eq!(refused(&accept.await.unwrap()), None, "seed {seed}: whoever was rung may still accept");
            for tick in ticks {
                tick.await.unwrap().unwrap();
            }
            let (consult, events) = log(&stage, id).await;
            assert_eq!((consult.specialist, accepts(&events)), (Some(stage.first.person_id), 1), "seed {seed}");
            assert_eq!(consult.active_rings().count(), 0, "seed {seed}");
            for ring in &consult.rings {
                let ends = count(&events, |event| {
                    matches!(event, Event::RingEnded { ring_id, .. } if *ring_id == ring.ring_id)
                });
                assert_eq!(ends, 1, "seed {seed}");
            }
            let first = consult.rings[0].outcome;
            assert!(matches!(first, RingOutcome::Accepted | RingOutcome::TimedOut), "seed {seed}: {first:?}");
            stage.act(&stage.referrer, id, Action::Cancel { reason: "vorbei".into() }).await.unwrap();
        }
    }

    async fn a_cancel_against_an_accept(fixture) {
        let stage = Stage::new(&fixture).await;
        let other = stage.node("b");
        for seed in seeds(LONG) {
            let id = stage.emergency().await;
            let mut race = Race::new(seed, 2);
            let cancel = race.run(act(&stage.app, &stage.referrer, id, Action::Cancel { reason: "verlegt".into() }));
            let accept = race.run(act(&other, &stage.first, id, Action::Accept));
            let (cancel, accept) = (cancel.await.unwrap(), accept.await.unwrap());
            let (consult, events) = log(&stage, id).await;
            // An accepted consult may be cancelled, a cancelled one not accepted.
            assert_eq!((refused(&cancel), consult.state), (None, ConsultState::Cancelled), "seed {seed}");
            match refused(&accept) {
                None => assert_eq!(accepts(&events), 1, "seed {seed}"),
                Some(ProblemCode::WrongState) => assert_eq!(accepts(&events), 0, "seed {seed}"),
                Some(other) => panic!("seed {seed}: {other:?}"),
            }
            assert_eq!(consult.active_rings().count(), 0, "seed {seed}");
            assert_eq!(count(&events, |event| matches!(event, Event::Cancelled { .. })), 1, "seed {seed}");
        }
    }

    async fn an_offer_is_accepted_or_taken_back(fixture) {
        let stage = Stage::new(&fixture).await;
        let other = stage.node("b");
        for seed in seeds(LONG) {
            let id = stage.accepted().await;
            let to = stage.second.person_id;
            stage.act(&stage.first, id, Action::HandOver { to }).await.unwrap();
            let mut race = Race::new(seed, 2);
            let accept = race.run(act(&stage.app, &stage.second, id, Action::AcceptOffer));
            let back = race.run(act(&other, &stage.first, id, Action::DeclineOffer));
            let (accept, back) = (accept.await.unwrap(), back.await.unwrap());
            let (consult, events) = log(&stage, id).await;
            assert_eq!(count(&events, |event| matches!(event, Event::OfferEnded { .. })), 1, "seed {seed}");
            assert_eq!(consult.offer, None);
            let taken = consult.specialist == Some(to);
            assert_eq!((refused(&accept).is_none(), refused(&back).is_none()), (taken, !taken), "seed {seed}");
            stage.act(&stage.referrer, id, Action::Cancel { reason: "vorbei".into() }).await.unwrap();
        }
    }

    async fn two_versions_signed_at_once(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.set_password(&stage.first).await;
        let other = stage.node("b");
        for seed in seeds(LONG_AND_SLOW) {
            let id = stage.accepted().await;
            for after_version in 0..2 {
                let mut race = Race::new(seed, 2);
                let runners = [&stage.app, &other].map(|app| {
                    let (app, actor) = (Arc::clone(app), stage.first.clone());
                    let mut answer = answer();
                    answer.findings = format!("von Knoten {}", app.node().id).into();
                    let reason = "Nachtrag".into();
                    let report = SignReport { answer, password: PASSWORD.into(), after_version, reason };
                    race.run(async move { app.sign_report(&actor, "s", id, report).await.map(|_| ()) })
                });
                let mut codes = vec![];
                for runner in runners {
                    codes.push(refused(&runner.await.unwrap()));
                }
                codes.sort();
                assert_eq!(codes, [None, Some(ProblemCode::Conflict)], "seed {seed}");
                let (consult, _) = log(&stage, id).await;
                assert_eq!(consult.versions.len() as u32, after_version + 1, "seed {seed}");
            }
        }
    }

    async fn a_guest_is_let_in_and_sent_away(fixture) {
        let stage = Stage::new(&fixture).await;
        let other = stage.node("b");
        let mut id = stage.accepted().await;
        for seed in seeds(LONG) {
            // A log of thousands of guests would measure its own length.
            if seed % 30 == 29 {
                id = stage.accepted().await;
            }
            let wanted = InviteGuest { id: schemas::GuestId(uuid::Uuid::now_v7()), name: "Frau Gast".into(), part: GuestPart::Relative };
            let guest_id = stage.app.invite_guest(&stage.first, id, wanted).await.unwrap().guest_id;
            stage.app.guest_waits(id, guest_id).await.unwrap();
            let mut race = Race::new(seed, 3);
            let admit = race.run(act(&stage.app, &stage.first, id, Action::AdmitGuest { guest_id }));
            let remove = race.run(act(&other, &stage.referrer, id, Action::RemoveGuest { guest_id }));
            let enters = {
                let app = Arc::clone(&stage.app);
                race.run(async move { app.guest_joined(id, guest_id).await })
            };
            let (admit, remove, enters) = (admit.await.unwrap(), remove.await.unwrap(), enters.await.unwrap());
            let (consult, events) = log(&stage, id).await;
            let guest = consult.guest(guest_id).unwrap();
            assert_eq!((refused(&remove), guest.state), (None, GuestState::Removed), "seed {seed}: away is away");
            let admitted = count(&events, |e| matches!(e, Event::GuestAdmitted { guest_id: g, .. } if *g == guest_id));
            let joined = count(&events, |e| matches!(e, Event::GuestJoined { guest_id: g } if *g == guest_id));
            match refused(&admit) {
                None => assert_eq!(admitted, 1, "seed {seed}"),
                Some(ProblemCode::WrongState) => assert_eq!((admitted, joined), (0, 0), "seed {seed}"),
                Some(other) => panic!("seed {seed}: {other:?}"),
            }
            assert_eq!(refused(&enters).is_none(), joined == 1, "seed {seed}: nobody enters who was not let in");
            stage.app.guest_left(id, guest_id).await.unwrap();
        }
    }

    async fn reading_while_it_is_purged(fixture) {
        let stage = Stage::new(&fixture).await;
        let other = stage.node("b");
        for seed in seeds(LONG_AND_SLOW) {
            let id = stage.emergency().await;
            stage.act(&stage.referrer, id, Action::Cancel { reason: "vorbei".into() }).await.unwrap();
            stage.turn(91 * 86_400);
            let mut race = Race::new(seed, 6);
            let purges = [&stage.app, &other].map(|app| {
                let app = Arc::clone(app);
                race.run(async move { app.purge().await })
            });
            let reads: Vec<_> = [&stage.referrer, &stage.coordinator]
                .into_iter()
                .map(|actor| {
                    let (app, actor) = (Arc::clone(&other), actor.clone());
                    race.run(async move { app.detail(&actor, id).await.map(|_| ()) })
                })
                .collect();
            let list = {
                let (app, actor) = (Arc::clone(&other), stage.referrer.clone());
                race.run(async move {
                    app.consults(&actor, &schemas::consult::ConsultQuery { all: true }).await.map(|_| ())
                })
            };
            let late = race.run(act(&stage.app, &stage.referrer, id, Action::Cancel { reason: "vorbei".into() }));
            let mut purged = 0;
            for purge in purges {
                purged += purge.await.unwrap().expect("purges").consults;
            }
            assert_eq!(purged, 1, "seed {seed}: once");
            for read in reads.into_iter().chain([list, late]) {
                let code = refused(&read.await.unwrap());
                assert!(matches!(code, None | Some(ProblemCode::NotFound | ProblemCode::Purged)), "seed {seed}: {code:?}");
            }
            stage.verify_chain(id).await;
            assert!(stage.app.detail(&stage.referrer, id).await.is_err(), "seed {seed}");
        }
    }
}
