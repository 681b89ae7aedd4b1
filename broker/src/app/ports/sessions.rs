//! Rows of passwords, sessions, links, guests and rooms.

use uuid::Uuid;

/// No `Debug`: holds a password hash.
#[derive(Clone)]
pub struct CredentialRow {
    pub person_id: Uuid,
    /// PHC string (argon2id); absent for people who cannot sign in by password.
    pub password_hash: Option<String>,
}

/// No `Debug`: the anti-forgery token is a secret.
#[derive(Clone)]
pub struct SessionRow {
    /// Names the session in lists and when it is revoked; no secret.
    pub id: Uuid,
    /// SHA-256 of the token; the token itself is stored nowhere.
    pub token_hash: Vec<u8>,
    pub person_id: Uuid,
    pub csrf_token: String,
    pub created_at: i64,
    pub last_seen_at: i64,
    pub expires_at: i64,
    /// A telephone's session: reaches this consult alone.
    pub only_consult: Option<Uuid>,
}

/// A one-time link that signs somebody in.
#[derive(Clone)]
pub struct LinkRow {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    pub person_id: Uuid,
    pub expires_at: i64,
    /// The session that it opens reaches this consult alone.
    pub only_consult: Option<Uuid>,
}

/// A machine's bearer token, which is signed and stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceTokenRow {
    pub id: Uuid,
    /// Whose it is, in an administrator's words.
    pub label: String,
    pub scope: String,
    pub hospital_id: Uuid,
    pub issued_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
}

/// A guest's way in (table `guests`): first a one-time link, then a cookie. Who the guest is stands in the consult.
#[derive(Clone)]
pub struct GuestRow {
    pub id: Uuid,
    pub consult_id: Uuid,
    /// SHA-256 of the link's token.
    pub token_hash: Vec<u8>,
    /// SHA-256 of the cookie; absent until the link was opened.
    pub cookie_hash: Option<Vec<u8>>,
    /// Empty until the link was opened.
    pub csrf_token: String,
    /// End of the link.
    pub expires_at: i64,
    /// End of the cookie; absent until the link was opened.
    pub session_until: Option<i64>,
}

/// Who runs a room (table `room_leases`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub node: String,
    /// `ws://…` or `wss://…` base address of that node.
    pub url: String,
    /// Grows by one whenever the owner changes; writes of an older owner are refused by it.
    pub epoch: i64,
    pub until: i64,
}
