//! Rows of consults: their log, their snapshots, what is counted from them.

use super::{BookingWrite, MessageEnd, MessageRow, OverflowRow};
use uuid::Uuid;

/// One event of a consult as stored (table `consult_events`, primary key `(consult_id, seq)`).
#[derive(Clone)]
pub struct EventRow {
    /// From 1, without gaps.
    pub seq: i64,
    pub at: i64,
    /// Absent for the machine.
    pub actor: Option<Uuid>,
    /// Version of the body's form.
    pub version: i32,
    /// Name of the event's variant.
    pub kind: String,
    /// JSON of `domain::consult::Event`; absent after a purge. May hold patient data.
    pub body: Option<String>,
    /// 32 random bytes; absent after a purge.
    pub salt: Option<Vec<u8>>,
    /// SHA-256(salt ‖ body).
    pub commitment: Vec<u8>,
    /// Link of the hash chain, see `domain::chain`.
    pub hash: Vec<u8>,
}

/// Row of table `consults`: what queries need, plus the whole state as JSON (`detail`).
#[derive(Clone)]
pub struct SnapshotRow {
    pub consult_id: Uuid,
    /// Number of the last event that this state contains.
    pub seq: i64,
    pub state: String,
    pub urgency: String,
    pub is_open: bool,
    pub service_id: Uuid,
    pub network_id: Uuid,
    /// Requesting hospital.
    pub hospital_id: Uuid,
    pub requester: Uuid,
    pub specialist: Option<Uuid>,
    pub created_at: i64,
    pub state_since: i64,
    /// When the ticker has to act; indexed.
    pub next_deadline: Option<i64>,
    /// Short name that people say and type: `TK-` and the last two bytes of the id in upper hex. Not unique.
    pub label: String,
    /// When the requesting house said that the report lies in its own record: the retention begins.
    pub taken_over_at: Option<i64>,
    /// When it reached its end (closed, cancelled).
    pub ended_at: Option<i64>,
    /// Written by `purge_consult` alone; `append` ignores it, and refuses a purged consult.
    pub purged_at: Option<i64>,
    /// Nobody is rung because everybody eligible is busy in an exclusive duty.
    pub is_queued: bool,
    pub course: CourseRow,
    /// JSON of `domain::consult::Consult`. May hold patient data. After a purge what the purge left.
    pub detail: String,
}

/// How a consult went, for reports; kept beyond the purge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CourseRow {
    /// When somebody was asked: absent for what never was more than a pre-alert.
    pub asked_at: Option<i64>,
    /// The first accept.
    pub accepted_at: Option<i64>,
    pub declines: i64,
    /// Rang beyond the first step of the first round.
    pub escalated: bool,
    /// The whole ladder was silent at least once.
    pub unanswered: bool,
    /// A test of the escalation: no report counts it.
    pub is_test: bool,
}

/// Row of table `consult_people` (primary key `(consult_id, person_id, relation)`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultPersonRow {
    pub person_id: Uuid,
    /// `requester`, `rung`, `specialist`, … : the domain's word.
    pub relation: String,
    /// Since when: requested, first rung, accepted.
    pub since: i64,
}

/// One write of a consult. In one transaction: events (`ON CONFLICT DO NOTHING`; fewer rows than given → roll back and
/// [`Appended::Conflict`]), snapshot (upsert; clears the ticker's lease), people (insert, keep older rows), study
/// links, and last the position counter.
#[derive(Clone)]
pub struct Append {
    pub consult_id: Uuid,
    /// `seq` of the last event that the decision was based on; 0 for a new consult. The events start one above.
    pub expected_seq: i64,
    pub events: Vec<EventRow>,
    pub snapshot: SnapshotRow,
    pub people: Vec<ConsultPersonRow>,
    /// Studies that this write attaches (table `consult_studies`).
    pub studies: Vec<Uuid>,
    /// Studies that it detaches: their rows stay, for the access log, and hold nothing any more.
    pub detached: Vec<Uuid>,
    /// Guests whom it sends away: their link or cookie ends with it.
    pub sent_away: Vec<Uuid>,
    /// Absent: the slot that it holds, if any, stays.
    pub booking: Option<BookingWrite>,
    /// What goes out because of it: rings, alarms. Queued with the events or not at all.
    pub messages: Vec<MessageRow>,
    /// Messages that are of no use any more.
    pub message_ends: Vec<MessageEnd>,
    /// It rings people of a neighbouring network; the first time counts.
    pub overflow: Option<OverflowRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Position of the write's last event in the log of all consults.
    At { position: i64 },
    /// Somebody else wrote first, or purged it: load again and decide again.
    Conflict,
    /// A study that it attaches was purged: nothing was written, and nothing will help.
    StudyPurged,
}

/// An event with its place in the log of all consults. Positions appear in commit order, so a reader that asks for
/// what follows its last one misses nothing.
#[derive(Clone)]
pub struct PositionedEvent {
    pub position: i64,
    pub consult_id: Uuid,
    pub event: EventRow,
}

/// Which snapshots that were not purged: those that match *any* of `hospital`, `networks`, `person` (none of the three given: nothing),
/// newest first.
#[derive(Clone, Debug, Default)]
pub struct ConsultFilter {
    pub open_only: bool,
    /// Requesting hospital.
    pub hospital: Option<Uuid>,
    pub networks: Vec<Uuid>,
    /// Anybody in `consult_people`.
    pub person: Option<Uuid>,
    pub limit: u32,
}

/// Open consults in one state, for those who watch the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateCountRow {
    pub state: String,
    pub count: i64,
    /// Since when the one that stands there longest does.
    pub oldest: i64,
}

/// Connections of this process to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolRow {
    pub open: u32,
    pub idle: u32,
    pub max: u32,
}

/// How much a person has to do: input of the matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkloadRow {
    pub person_id: Uuid,
    /// Consults whose specialist this person is and that still need them: states `accepted`, `in_session`,
    /// `reporting`.
    pub open_consults: u32,
    /// Those of them in a state that occupies an exclusive duty.
    pub occupied_by: u32,
    /// Consults accepted (`consult_people.relation = 'specialist'`) since the asked instant.
    pub callouts: u32,
}
