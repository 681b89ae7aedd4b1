//! Guests: people without an account, invited into one room by a link that works once.

use crate::{ConsultId, GuestId, PrivateText, UnixMillis, directory::PersonRef, mls::Encryption};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a guest is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuestPart {
    Interpreter,
    SecondOpinion,
    Relative,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuestState {
    /// The link was made and not opened yet.
    Invited,
    /// At the door.
    Waiting,
    /// Let in; may come back after a lost network.
    Admitted,
    /// Sent away, before or after they were let in.
    Removed,
}

/// A guest as the team sees them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Guest {
    pub id: GuestId,
    /// Clear name, as the host wrote it. The guest cannot change it.
    pub name: PrivateText,
    pub part: GuestPart,
    pub state: GuestState,
    pub invited_by: PersonRef,
    pub at: UnixMillis,
}

/// `POST /api/consults/{id}/guests`. The client makes the id (UUIDv7): sending the same request again, as after a lost
/// answer, invites nobody twice. It is answered with a new link, which replaces the one before, until a link was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InviteGuest {
    pub id: GuestId,
    pub name: PrivateText,
    pub part: GuestPart,
}

/// What the host passes on. It is shown once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GuestLink {
    pub guest_id: GuestId,
    /// Path and fragment below this origin: `/guest/#…`. The fragment never reaches a server's log.
    pub path: PrivateText,
    pub expires_at: UnixMillis,
}

/// `POST /api/guest`: opens the link, once. The answer sets the guest's cookie, which survives a reload.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OpenGuestLink {
    pub token: PrivateText,
}

/// `GET /api/guest`: what a guest may know. No patient data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GuestView {
    pub id: GuestId,
    pub consult_id: ConsultId,
    pub name: PrivateText,
    pub part: GuestPart,
    pub state: GuestState,
    pub host: PersonRef,
    /// The consult has reached its end.
    pub is_over: bool,
    pub encryption: Encryption,
    /// Goes back in the header `X-CSRF-Token`.
    pub csrf_token: PrivateText,
}
