//! Sign-in.

use crate::{
    ConsultId, PrivateText, SessionId, UnixMillis,
    directory::{PersonRef, Role},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /api/session`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignIn {
    pub email: String,
    pub password: PrivateText,
}

/// `GET /api/session`: who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    pub person: PersonRef,
    pub roles: Vec<Role>,
    /// Goes back in the header `X-CSRF-Token` with every request that changes something.
    pub csrf_token: PrivateText,
    /// Page that this person starts at: `/refer/`, `/oncall/`, `/desk/`, `/admin/` or `/privacy/`; a session that is
    /// bound to one consult starts at its room.
    pub home: String,
    /// This session came by a telephone's QR code and reaches this consult alone.
    pub only_consult: Option<ConsultId>,
    /// A demonstration: invented people, and one password for all of them.
    pub is_demo: bool,
}

/// `PUT /api/session/password`: changes the caller's own; every other session of theirs ends.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangePassword {
    pub current: PrivateText,
    pub new: PrivateText,
}

/// One signed-in browser. `GET /api/me/sessions`, `GET /api/admin/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionInfo {
    pub id: SessionId,
    pub person: PersonRef,
    pub created_at: UnixMillis,
    pub last_seen_at: UnixMillis,
    pub expires_at: UnixMillis,
    /// The one that asks.
    pub is_current: bool,
    pub only_consult: Option<ConsultId>,
}

/// `POST /api/consults/{id}/phone-link`: the same person, the same room, from their own telephone.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PhoneLink {
    /// Works once. Path and fragment below this origin: `/phone/#…`.
    pub path: PrivateText,
    pub expires_at: UnixMillis,
}

/// `POST /api/session/link`: signs in by a token that works once and travelled in a fragment, never in a request line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RedeemLink {
    pub token: PrivateText,
}
