//! Sign-in.

use crate::{
    PrivateText,
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
    /// Page that this person starts at: `/refer/`, `/oncall/` or `/desk/`.
    pub home: String,
}
