//! The room's MLS group (RFC 9420) on the room socket: between a member and the delivery service, which orders and routes
//! and holds nothing secret. Bytes are base64url without padding and text to the server. The protocol, with who knows what,
//! is `schemas/END_TO_END.md`.

use crate::{MemberId, PersonId, PrivateText, UnixMillis, directory::PersonRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the room's pictures, sound and words are sealed from end to end. Lifted is lifted until the consult ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Encryption {
    /// Whoever comes in brings a device key, and nothing leaves a page unsealed.
    #[default]
    Required,
    /// Somebody of the team has opened the room to those who cannot encrypt: the server and whoever sits in it see all.
    Lifted { by: PersonRef, at: UnixMillis },
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MlsRequest {
    /// This device has no group; how to add it. Replaces what the seat said before. `attempt` grows per page, `reference`
    /// is random.
    Here { attempt: u32, reference: String, key_package: PrivateText },
    /// This device has a group and was away, or misses something. Answered with the commits it lacks, or by being left out.
    Back { attempt: u32, generation: u64, epoch: u64, tag: String },
    /// The group that the service asked for exists, at epoch 0.
    Created { generation: u64, tag: String },
    /// Ends `epoch`. `welcome` and `added` when it adds somebody. Answered by coming back in the log, or not at all.
    Commit {
        generation: u64,
        epoch: u64,
        commit: PrivateText,
        #[serde(default)]
        welcome: Option<PrivateText>,
        #[serde(default)]
        added: Vec<MlsAdded>,
    },
    /// This member is in that epoch.
    Done { generation: u64, epoch: u64, tag: String },
    /// Something was refused: for the audit. `about` sent the commit, or the key package `reference`.
    Fault {
        generation: u64,
        epoch: u64,
        code: String,
        #[serde(default)]
        about: Option<MemberId>,
        #[serde(default)]
        reference: Option<String>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MlsNews {
    /// Complete, replacing the one before.
    Group(MlsView),
    /// The log of commits, in the order of the epochs: to the members, the author among them.
    Commit { generation: u64, epoch: u64, committer: MemberId, commit: PrivateText },
    /// To whom the commit adds.
    Welcome { generation: u64, reference: String, welcome: PrivateText },
}

/// Whom a commit adds: the seat and the key package that it used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MlsAdded {
    pub member: MemberId,
    pub reference: String,
}

/// A seat as the delivery service has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MlsSeat {
    pub member: MemberId,
    /// As in the roster: a guest's id for guests.
    pub person: PersonId,
    pub is_guest: bool,
    pub connected: bool,
}

/// A seat that waits to be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MlsWaiting {
    #[serde(flatten)]
    pub seat: MlsSeat,
    pub reference: String,
    pub key_package: PrivateText,
}

/// What the delivery service knows of the group, to each seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MlsView {
    /// Grows with every view.
    pub version: u64,
    /// 0 before the first group.
    pub generation: u64,
    pub epoch: u64,
    /// Who is asked to make the group of this generation; absent once it exists.
    pub creator: Option<MemberId>,
    pub members: Vec<MlsSeat>,
    pub waiting: Vec<MlsWaiting>,
    /// Who has a seat and is neither: just came, or was left out. Their leaves stay until they say what they are.
    pub others: Vec<MlsSeat>,
    /// The server was started anew a moment ago: who is missing may be on the way back.
    pub is_settling: bool,
    /// The receiver's highest attempt that was dealt with.
    pub attempt: u32,
    /// Everybody refused the receiver's commits, more than once: it is not added any more.
    pub is_barred: bool,
}

/// Body of the requests for a room's ticket.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TicketRequest {
    /// Ed25519 public key of the device that is to be a member of the group: 32 bytes in base64url without padding. Absent
    /// for a page that cannot encrypt: refused with `encryption_required` unless that was lifted.
    #[serde(default)]
    #[schema(min_length = 43, max_length = 43)]
    pub device: Option<String>,
}

/// Who the device belongs to, for the members of the group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attestation {
    /// JWS in compact serialisation, signed by the installation.
    pub attestation: String,
    /// The installation's Ed25519 public key, base64url.
    pub authority: String,
}
