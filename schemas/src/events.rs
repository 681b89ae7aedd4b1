//! `GET /api/events`: one server-sent event stream per browser.
//!
//! The SSE `id` is the log position; a client that reconnects with `Last-Event-ID` misses nothing. Events say what
//! changed, never more than a list shows; they hold no patient data.

use crate::{
    ConsultId, GuestId, RingId,
    consult::{ConsultSummary, Ring},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveEvent {
    /// First event of every stream: the stream is live. The client reads its lists again after it.
    Hello,
    /// A consult that the caller may see has changed.
    Consult { summary: ConsultSummary },
    /// The caller is being rung. Repeats carry the same `ring_id`; receivers drop them.
    Ring { ring: Ring, summary: ConsultSummary },
    /// The ring is over: answered, timed out or withdrawn.
    RingEnded { consult_id: ConsultId, ring_id: RingId },
    /// Objects of an attached study arrived.
    StudyProgress { consult_id: ConsultId },
    /// A guest waits to be let into the room of a consult of the caller's.
    GuestWaits { consult_id: ConsultId, guest_id: GuestId },
    /// For the data-protection role: read the notices again.
    Notice,
    /// Rota or directory changed: read the board again.
    Board,
}
