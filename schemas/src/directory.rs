//! People, hospitals, services, and who is on duty.

use crate::{HospitalId, NetworkId, PersonId, ServiceId, UnixMillis, consult::ConsultSummary, rota::NearFinding};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person may be; one person can be several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Referrer,
    Specialist,
    Coordinator,
    Admin,
    /// Reads audit, access log and notices; approves exports. Treats nobody.
    DataProtection,
}

/// A person as colleagues see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonRef {
    pub id: PersonId,
    /// With academic title: "Dr. Miriam Falk".
    pub name: String,
    pub hospital_id: HospitalId,
    pub hospital: String,
    /// Professional telephone number.
    pub phone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HospitalRef {
    pub id: HospitalId,
    pub name: String,
    pub city: String,
    /// Switchboard.
    pub phone: String,
}

/// The field a service belongs to; picks report templates and viewer presets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Specialty {
    StrokeNeurology,
    Neurosurgery,
    Cardiology,
    Radiology,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Service {
    pub id: ServiceId,
    pub specialty: Specialty,
    pub name: String,
    pub network_id: NetworkId,
    pub network: String,
    /// The number that is called when no software helps any more.
    pub fallback_phone: String,
    /// IANA zone in which the rota is written, e.g. `Europe/Berlin`.
    pub zone: String,
}

/// First, second or backup duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DutyLevel {
    Primary,
    Secondary,
    Backup,
}

impl DutyLevel {
    pub const ALL: [Self; 3] = [Self::Primary, Self::Secondary, Self::Backup];
}

/// Where and how somebody is on duty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    /// At home, reachable (Rufbereitschaft).
    #[default]
    OnCall,
    /// In the house.
    OnSite,
    /// For nothing but telekonsils (OPS 8-98b).
    Exclusive,
}

/// One stretch of duty of one person, clipped to the asked interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Duty {
    pub service_id: ServiceId,
    pub level: DutyLevel,
    #[serde(default)]
    pub kind: DutyKind,
    pub person: PersonRef,
    pub from: UnixMillis,
    pub until: UnixMillis,
    /// `true` when an override put this person here.
    pub is_override: bool,
}

/// `GET /api/board`: everything the coordinator watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Board {
    pub now: UnixMillis,
    pub services: Vec<BoardService>,
    /// Every consult that is not closed or cancelled, the most urgent first.
    pub consults: Vec<ConsultSummary>,
    /// What is wrong with the duties of the next 72 hours, the nearest first.
    pub near: Vec<NearFinding>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardService {
    pub service: Service,
    pub on_duty: Vec<Duty>,
    /// The stretches that follow the current ones, within the next seven days.
    pub next: Vec<Duty>,
    /// First minute without a primary duty within the next seven days.
    pub gap_at: Option<UnixMillis>,
    /// Open consults of this service.
    pub open: u32,
    /// Who of those on duty is in protected rest, and will not be rung.
    #[serde(default)]
    pub resting: Vec<PersonId>,
    /// Houses that may ask for it, by name.
    #[serde(default)]
    pub sites: Vec<BoardSite>,
}

/// A house that may ask for a service, and whether somebody on duty now works for it by contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardSite {
    pub id: HospitalId,
    pub name: String,
    /// Levels of duty that somebody holds for it now and who is not resting, the first first.
    pub covered_by: Vec<DutyLevel>,
}

/// `GET /api/consults/{id}/colleagues`: who may take the consult over or help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Colleague {
    pub person: PersonRef,
    pub on_duty: Option<DutyLevel>,
    /// In another consult now.
    pub busy: bool,
    /// Qualified for the service and of its network: may become its specialist.
    pub qualified: bool,
}
