//! Rooms: the signalling of the SFU, one task per room on the node that owns it.
//!
//! ```text
//! browser ══WebSocket══ socket ──Input──▶ task (seats) ──▶ sfu
//!                          ▲                │   │
//!                          └───Outgoing─────┘   └──▶ app: joined, left
//! ```
//!
//! Invariants: a socket says nothing and hears nothing before its ticket was redeemed, and of a room nothing before its
//! person came in, whom neither room nor log knows while they have only knocked; a guest has no seat, no peer and no
//! roster before the log says that somebody let them in, and never without somebody of the team in the room; the log
//! learns of everybody who came and went; SDP and tickets never reach a log line; what a client sends ends in an answer,
//! never in a panic.

mod check;
mod delivery;
mod departures;
mod door;
mod guests;
mod knock;
mod media;
mod members;
mod mls;
mod notes;
mod pace;
mod places;
mod seats;
mod socket;
mod task;
mod watch;
mod wire;

pub use mls::Tally;

use crate::app::App;
use crate::app::ports::Clock;
use schemas::ConsultId;
use schemas::problem::ProblemCode;
use schemas::room::{ByeReason, ServerMessage};
use seats::SocketId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use task::{Input, Newcomer};
use tokio::sync::{Notify, mpsc, oneshot};

/// Messages waiting for a room's task. More lets a burst wait; less makes sockets wait for each other.
const INPUTS: usize = 256;
/// Messages waiting for one client. A client that is this far behind is hung up on; it comes back and gets everything
/// anew.
const OUTBOX: usize = 64;
/// Tries to enter a room whose task ends at that very moment.
const ENTER_TRIES: u32 = 8;

/// All rooms of this node.
#[derive(Clone)]
pub struct Rooms(Arc<Shared>);

struct Shared {
    app: Arc<App>,
    sfu: sfu::Sfu,
    clock: Arc<dyn Clock>,
    times: Times,
    checks: check::Checks,
    knocks: knock::Knocks,
    open: Mutex<Open>,
    next_socket: AtomicU64,
    tally: Tally,
}

#[derive(Default)]
struct Open {
    rooms: BTreeMap<ConsultId, Handle>,
    /// The server stops: nobody enters any more.
    stopping: bool,
}

/// How long people may take.
#[derive(Clone, Copy)]
pub struct Times {
    /// Somebody who lost the network keeps the seat.
    pub seat_kept: Duration,
    /// A socket of the check before a call stays.
    pub check_time: Duration,
    /// Between knock and enter.
    pub knock_time: Duration,
}

/// The way to a room's task.
#[derive(Clone)]
struct Handle {
    inputs: mpsc::Sender<Input>,
    /// The consult has changed; coalesces, so that a busy log cannot fill the inputs.
    changed: Arc<Notify>,
}

/// What a room's task tells a socket.
enum Outgoing {
    Message(ServerMessage),
    /// The last word; the socket closes after it.
    Bye(ByeReason),
}

impl Rooms {
    pub fn new(app: Arc<App>, sfu: sfu::Sfu, clock: Arc<dyn Clock>, times: Times) -> Self {
        let (checks, knocks) = (check::checks(), knock::knocks());
        let (open, next_socket) = (Mutex::default(), AtomicU64::new(1));
        let tally = Tally::default();
        Self(Arc::new(Shared { app, sfu, clock, times, checks, knocks, open, next_socket, tally }))
    }

    /// Speaks the room protocol on `socket` until one side ends it; somebody who has only knocked goes on `stopping`.
    pub async fn serve(
        &self,
        consult: ConsultId,
        socket: axum::extract::ws::WebSocket,
        stopping: impl Future<Output = ()>,
    ) {
        socket::serve(self, consult, socket, stopping).await;
    }

    /// Speaks the room protocol on a socket of the check before a call, for a while or until `stopping`.
    pub async fn serve_check(&self, socket: axum::extract::ws::WebSocket, stopping: impl Future<Output = ()>) {
        check::serve(&self.0, socket, stopping).await;
    }

    /// Closes the rooms of consults that ended and renews the leases of the others, until `shutdown`.
    pub async fn run_watch(&self, bell: tokio::sync::watch::Receiver<i64>, shutdown: impl Future<Output = ()>) {
        watch::run(self, bell, shutdown).await;
    }

    /// Tells everybody that the server stops, and waits until the rooms are empty.
    pub async fn shutdown(&self) {
        let rooms: Vec<_> = {
            let mut open = self.0.open();
            open.stopping = true;
            open.rooms.values().cloned().collect()
        };
        for room in &rooms {
            // A room whose task has just ended needs no farewell.
            let _ = room.inputs.send(Input::End(ByeReason::Restart)).await;
        }
        for room in rooms {
            room.inputs.closed().await;
        }
    }

    /// What became of groups of keys.
    pub fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Consults whose room is open here.
    fn consults(&self) -> Vec<ConsultId> {
        self.0.open().rooms.keys().copied().collect()
    }

    /// Ends a room, if it is open.
    async fn end(&self, consult: ConsultId, reason: ByeReason) {
        let room = self.0.open().rooms.get(&consult).cloned();
        if let Some(room) = room {
            let _ = room.inputs.send(Input::End(reason)).await;
        }
    }

    /// Lets the open rooms of these consults, or all of them, look at their consult anew.
    fn changed(&self, consults: Option<&BTreeSet<ConsultId>>) {
        for (consult, room) in &self.0.open().rooms {
            if consults.is_none_or(|changed| changed.contains(consult)) {
                room.changed.notify_one();
            }
        }
    }

    /// Takes a place, opening the room when it is the first one.
    async fn enter(&self, consult: ConsultId, seat: crate::app::Seat) -> Result<Entered, ProblemCode> {
        let socket = SocketId(self.0.next_socket.fetch_add(1, Ordering::Relaxed));
        for _ in 0..ENTER_TRIES {
            let inputs = self.room(consult).ok_or(ProblemCode::Unavailable)?;
            let (outbox, messages) = mpsc::channel(OUTBOX);
            let (reply, answer) = oneshot::channel();
            let newcomer = Newcomer { seat: seat.clone(), socket, outbox, reply };
            if inputs.send(Input::Enter(newcomer)).await.is_err() {
                continue;
            }
            match answer.await {
                Ok(Ok(())) => return Ok(Entered { socket, inputs, messages }),
                Ok(Err(code)) => return Err(code),
                // The task ended between the two: the next try opens the room anew.
                Err(_) => {}
            }
        }
        Err(ProblemCode::Unavailable)
    }

    fn room(&self, consult: ConsultId) -> Option<mpsc::Sender<Input>> {
        let mut open = self.0.open();
        if open.stopping {
            return None;
        }
        let room = open.rooms.entry(consult).or_insert_with(|| {
            let (inputs, received) = mpsc::channel(INPUTS);
            let changed = Arc::new(Notify::new());
            tokio::spawn(task::run(Arc::clone(&self.0), consult, inputs.downgrade(), received, Arc::clone(&changed)));
            Handle { inputs, changed }
        });
        Some(room.inputs.clone())
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing panics while it is held; were it so, the map would still be whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket's end of the room.
struct Entered {
    socket: SocketId,
    inputs: mpsc::Sender<Input>,
    messages: mpsc::Receiver<Outgoing>,
}
