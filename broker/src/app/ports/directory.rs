//! Rows of people, houses, services, rotas.

use super::{AbsenceRow, BookingRulesRow, DutyNoteRow, FeedRow, HandOverNoteRow, NoticeRow, RotaSettingsRow, SwapRow};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HospitalRow {
    pub id: Uuid,
    pub name: String,
    pub city: String,
    pub phone: String,
}

/// Part of a hospital; its name is unique there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentRow {
    pub id: Uuid,
    pub hospital_id: Uuid,
    pub name: String,
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
    /// JSON of `schemas::admin::ServiceRules`.
    pub rules: String,
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
    /// JSON of `schemas::admin::PersonRules`.
    pub rules: String,
    pub active: bool,
}

/// A provider's house works for a requesting house in a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractRow {
    pub service_id: Uuid,
    pub provider_hospital_id: Uuid,
    pub hospital_id: Uuid,
}

/// Primary key `service_id`; what was written before lies in the history, by revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyRow {
    pub service_id: Uuid,
    /// Grows with each write (the store sets it).
    pub revision: i64,
    /// JSON of `schemas::policy::Policies`.
    pub body: String,
    /// Who wrote it, and when; unknown for what came with the service.
    pub author: Option<Uuid>,
    pub written_at: Option<i64>,
    pub note: String,
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

/// Primary key `(service_id, version)`; the highest version counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightsRow {
    pub service_id: Uuid,
    pub version: i64,
    /// JSON of `schemas::matching::Weights`.
    pub body: String,
    pub author: Uuid,
    pub written_at: i64,
    pub note: String,
}

/// The whole directory of one revision.
#[derive(Clone, Debug, Default)]
pub struct DirectoryRows {
    pub revision: i64,
    pub hospitals: Vec<HospitalRow>,
    pub departments: Vec<DepartmentRow>,
    /// `(person, department)`: each belongs to one at most.
    pub members: Vec<(Uuid, Uuid)>,
    pub networks: Vec<NetworkRow>,
    pub services: Vec<ServiceRow>,
    pub people: Vec<PersonRow>,
    pub contracts: Vec<ContractRow>,
    pub policies: Vec<PolicyRow>,
    /// Of each service the version that counts.
    pub weights: Vec<WeightsRow>,
    pub rotas: Vec<RotaRow>,
    pub rota_settings: Vec<RotaSettingsRow>,
    pub absences: Vec<AbsenceRow>,
    pub booking_rules: Vec<BookingRulesRow>,
}

/// Rows to upsert. `credentials` are `(person_id, password_hash)`.
#[derive(Clone, Default)]
pub struct DirectoryWrite {
    pub hospitals: Vec<HospitalRow>,
    pub departments: Vec<DepartmentRow>,
    /// People and their department; none: they belong to none any more.
    pub members: Vec<(Uuid, Option<Uuid>)>,
    pub networks: Vec<NetworkRow>,
    pub services: Vec<ServiceRow>,
    pub people: Vec<PersonRow>,
    pub contracts: Vec<ContractRow>,
    pub policies: Vec<PolicyRow>,
    /// New versions.
    pub weights: Vec<WeightsRow>,
    pub rotas: Vec<RotaRow>,
    pub absences: Vec<AbsenceRow>,
    pub booking_rules: Vec<BookingRulesRow>,
    /// Absences that are taken back.
    pub no_absences: Vec<Uuid>,
    /// Drafts that are published with this: the service and the draft's revision. The caller has looked at it in the same
    /// revision of the directory.
    pub no_drafts: Vec<(Uuid, i64)>,
    pub duty_notes: Vec<DutyNoteRow>,
    pub rota_settings: Vec<RotaSettingsRow>,
    /// Each only if the revision before it is the stored one; else nothing of this is written.
    pub swaps: Vec<SwapRow>,
    pub feeds: Vec<FeedRow>,
    /// Insert or ignore by id.
    pub hand_over_notes: Vec<HandOverNoteRow>,
    /// Feeds that are taken away; their absences are among `no_absences`.
    pub no_feeds: Vec<Uuid>,
    pub credentials: Vec<(Uuid, String)>,
    /// What the data-protection role has to see of it: told exactly when it was done.
    pub notices: Vec<NoticeRow>,
}

impl DirectoryWrite {
    /// Nothing to write: no revision is raised for it.
    pub fn is_empty(&self) -> bool {
        let Self {
            hospitals,
            departments,
            members,
            networks,
            services,
            people,
            contracts,
            policies,
            weights,
            rotas,
            absences,
            booking_rules,
            no_absences,
            no_drafts,
            duty_notes,
            rota_settings,
            swaps,
            feeds,
            hand_over_notes,
            no_feeds,
            credentials,
            notices,
        } = self;
        let directory = hospitals.is_empty() && departments.is_empty() && members.is_empty() && networks.is_empty();
        let service = services.is_empty() && people.is_empty() && contracts.is_empty() && policies.is_empty();
        let rota = weights.is_empty() && rotas.is_empty() && absences.is_empty() && booking_rules.is_empty();
        let gone = no_absences.is_empty() && no_drafts.is_empty() && no_feeds.is_empty();
        let told = duty_notes.is_empty() && hand_over_notes.is_empty() && notices.is_empty();
        let others = rota_settings.is_empty() && swaps.is_empty() && feeds.is_empty() && credentials.is_empty();
        directory && service && rota && gone && told && others
    }
}
