//! What somebody wants, and how it is refused.

use crate::domain::escalation::Matched;
use schemas::{
    ConsultId, HospitalId, NetworkId, PersonId, PrivateText, RingId, ServiceId, StudyId,
    consult::{Answer, CaseFields, ConsultState, DeclineReason, Receipt, Urgency},
    problem::ProblemCode,
};

/// A wish. Whether the person may have it at all is the access table's question; whether it makes sense now is
/// answered by [`super::decide`].
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The first command of a consult. `matched` ranks the people on duty now.
    Request {
        id: ConsultId,
        service_id: ServiceId,
        network_id: NetworkId,
        hospital_id: HospitalId,
        requester: PersonId,
        urgency: Urgency,
        fields: CaseFields,
        matched: Matched,
    },
    /// Present fields replace the stored ones, absent ones stay.
    CompleteFields {
        person: PersonId,
        fields: CaseFields,
    },
    Accept {
        person: PersonId,
    },
    AcceptInFive {
        person: PersonId,
    },
    PassOn {
        person: PersonId,
    },
    Decline {
        person: PersonId,
        reason: DeclineReason,
        note: PrivateText,
    },
    RingReceipt {
        person: PersonId,
        ring_id: RingId,
        receipt: Receipt,
    },
    /// Without a reason up to `accepted`, with one until an answer is signed.
    Cancel {
        person: PersonId,
        reason: PrivateText,
    },
    /// `person` is absent when the study attached itself.
    AttachStudy {
        person: Option<PersonId>,
        study_id: StudyId,
    },
    /// Told by the room, not wished: a seat was taken.
    Joined {
        person: PersonId,
    },
    /// Told by the room: the seat is empty, on purpose or because it was lost for too long.
    Left {
        person: PersonId,
    },
    EndSession {
        person: PersonId,
    },
    SubmitAnswer {
        person: PersonId,
        answer: Answer,
    },
    Acknowledge {
        person: PersonId,
    },
    Close {
        person: PersonId,
    },
    /// The machine's own turn, at or after [`super::next_deadline`]. `rematch` is a fresh ranking, given where
    /// [`super::wants_rematch`] asks for one and ignored otherwise.
    Tick {
        rematch: Option<Matched>,
    },
}

impl Command {
    /// Who acts; absent for the machine.
    pub const fn actor(&self) -> Option<PersonId> {
        match self {
            Self::Request { requester: person, .. }
            | Self::CompleteFields { person, .. }
            | Self::Accept { person }
            | Self::AcceptInFive { person }
            | Self::PassOn { person }
            | Self::Decline { person, .. }
            | Self::RingReceipt { person, .. }
            | Self::Cancel { person, .. }
            | Self::Joined { person }
            | Self::Left { person }
            | Self::EndSession { person }
            | Self::SubmitAnswer { person, .. }
            | Self::Acknowledge { person }
            | Self::Close { person } => Some(*person),
            Self::AttachStudy { person, .. } => *person,
            Self::Tick { .. } => None,
        }
    }
}

/// An answer that says no. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such consult")]
    NotFound,
    #[error("this id was used for another request")]
    Conflict,
    #[error("not possible in state {state:?}")]
    WrongState { state: ConsultState },
    #[error("somebody else accepted first")]
    AlreadyTaken { by: PersonId },
    #[error("this person is not being rung")]
    NotRung,
    #[error("only the specialist of this consult may do this")]
    NotSpecialist,
    /// `field` is the name on the wire, for the problem's `detail`.
    #[error("{field}: {why}")]
    InvalidField { field: &'static str, why: &'static str },
}

impl Refusal {
    /// The stable name that the client translates.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::NotFound => ProblemCode::NotFound,
            Self::Conflict => ProblemCode::Conflict,
            Self::WrongState { .. } => ProblemCode::WrongState,
            Self::AlreadyTaken { .. } => ProblemCode::AlreadyTaken,
            Self::NotRung => ProblemCode::NotRung,
            Self::NotSpecialist => ProblemCode::Forbidden,
            Self::InvalidField { .. } => ProblemCode::InvalidField,
        }
    }
}
