//! Rows of people, houses, services, rotas.

use super::{AbsenceRow, DutyNoteRow, NoticeRow};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HospitalRow {
    pub id: Uuid,
    pub name: String,
    pub city: String,
    pub phone: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRow {
    pub id: Uuid,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRow {
    pub id: Uuid,
    pub network_id: Uuid,
    /// `schemas::directory::Specialty` by its serde name.
    pub specialty: String,
    pub name: String,
    pub fallback_phone: String,
    /// IANA zone of the rota.
    pub zone: String,
    /// Duty for this service is exclusive: no second consult beside a running one.
    pub exclusive: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    pub id: Uuid,
    pub hospital_id: Uuid,
    pub name: String,
    /// Lower case; unique.
    pub email: String,
    pub phone: Option<String>,
    /// `schemas::directory::Role`s by serde name (JSON text in the table).
    pub roles: Vec<String>,
    /// Networks that a coordinator watches and a specialist works for (JSON text in the table).
    pub networks: Vec<Uuid>,
    /// ISO 639-1.
    pub languages: Vec<String>,
    /// Specialties, serde names.
    pub qualifications: Vec<String>,
    /// Protected rest until then.
    pub resting_until: Option<i64>,
    pub active: bool,
}

/// A provider's house works for a requesting house in a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractRow {
    pub service_id: Uuid,
    pub provider_hospital_id: Uuid,
    pub hospital_id: Uuid,
}

/// Primary key `(service_id, urgency)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    pub service_id: Uuid,
    pub urgency: String,
    /// JSON of `domain::escalation::Policy`.
    pub body: String,
}

/// Primary key `service_id`; what was published before lies in the history, by revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RotaRow {
    pub service_id: Uuid,
    /// Grows with each write of this rota (the store sets it).
    pub revision: i64,
    /// JSON of `domain::rota::Rota`: layers and overrides.
    pub body: String,
    /// Who published it, and when; unknown for what an administrator or an older version wrote.
    pub author: Option<Uuid>,
    pub published_at: Option<i64>,
    pub note: String,
}

/// The whole directory of one revision.
#[derive(Clone, Debug, Default)]
pub struct DirectoryRows {
    pub revision: i64,
    pub hospitals: Vec<HospitalRow>,
    pub networks: Vec<NetworkRow>,
    pub services: Vec<ServiceRow>,
    pub people: Vec<PersonRow>,
    pub contracts: Vec<ContractRow>,
    pub policies: Vec<PolicyRow>,
    pub rotas: Vec<RotaRow>,
    pub absences: Vec<AbsenceRow>,
}

/// Rows to upsert. `credentials` are `(person_id, password_hash)`.
#[derive(Clone, Default)]
pub struct DirectoryWrite {
    pub hospitals: Vec<HospitalRow>,
    pub networks: Vec<NetworkRow>,
    pub services: Vec<ServiceRow>,
    pub people: Vec<PersonRow>,
    pub contracts: Vec<ContractRow>,
    pub policies: Vec<PolicyRow>,
    pub rotas: Vec<RotaRow>,
    pub absences: Vec<AbsenceRow>,
    /// Absences that are taken back.
    pub no_absences: Vec<Uuid>,
    /// Drafts that are published with this: the service and the draft's revision. The caller has looked at it in the same
    /// revision of the directory.
    pub no_drafts: Vec<(Uuid, i64)>,
    pub duty_notes: Vec<DutyNoteRow>,
    pub credentials: Vec<(Uuid, String)>,
    /// What the data-protection role has to see of it: told exactly when it was done.
    pub notices: Vec<NoticeRow>,
}
