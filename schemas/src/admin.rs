//! Administration: people, hospitals, networks, services, contracts, the first administrator.

use crate::{
    HospitalId, NetworkId, PersonId, PrivateText, ServiceId, UnixMillis,
    directory::{DutyLevel, Role, Specialty},
    matching::{OverflowFrom, OverflowTo},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/admin/directory`: everything that an administrator keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AdminDirectory {
    pub revision: i64,
    pub hospitals: Vec<AdminHospital>,
    pub networks: Vec<AdminNetwork>,
    pub services: Vec<AdminService>,
    pub people: Vec<AdminPerson>,
    pub contracts: Vec<Contract>,
}

/// `PUT /api/admin/hospitals/{id}`; the client makes the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminHospital {
    pub id: HospitalId,
    pub name: String,
    pub city: String,
    /// Switchboard.
    pub phone: String,
}

/// `PUT /api/admin/networks/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminNetwork {
    pub id: NetworkId,
    pub name: String,
}

/// `PUT /api/admin/services/{id}`. A new service gets the standard escalation policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminService {
    pub id: ServiceId,
    pub network_id: NetworkId,
    pub specialty: Specialty,
    pub name: String,
    pub fallback_phone: String,
    /// IANA zone of the rota.
    pub zone: String,
    /// No second consult beside a running one, unless taken on purpose.
    pub exclusive: bool,
    /// Who takes turns on duty, week by week from Monday 08:00; the rota proper is edited elsewhere.
    pub turns: Vec<Turns>,
    #[serde(default)]
    pub rules: ServiceRules,
}

/// What a service asks of its people, and what it shares with neighbouring networks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ServiceRules {
    /// Leistungsgruppe of the KHVVG (§ 135e SGB V) that the service belongs to.
    pub group: Option<CareGroup>,
    /// A person is asked only with a licence of their own that covers the service and the house.
    pub needs_licence: bool,
    /// Another network's service that is asked when this one has nobody.
    pub overflow_to: Option<OverflowTo>,
    /// What this service takes from others.
    pub overflow_from: Vec<OverflowFrom>,
}

/// A Leistungsgruppe by its number in the annex, such as "53", and its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CareGroup {
    pub code: String,
    pub name: String,
}

/// People who take weekly turns at one level; empty: nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turns {
    pub level: DutyLevel,
    pub people: Vec<PersonId>,
    /// `false`: the stored rota is more than weekly turns; writing would replace it.
    pub is_whole_rota: bool,
}

/// `PUT /api/admin/people/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminPerson {
    pub id: PersonId,
    pub hospital_id: HospitalId,
    /// With academic title.
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub roles: Vec<Role>,
    /// Networks that a specialist works for and a coordinator watches.
    pub networks: Vec<NetworkId>,
    /// ISO 639-1.
    pub languages: Vec<String>,
    pub qualifications: Vec<Specialty>,
    /// Protected rest: is not asked before.
    #[serde(default)]
    pub resting_until: Option<UnixMillis>,
    #[serde(default)]
    pub rules: PersonRules,
    /// `false`: cannot sign in, is rung no more; their part in old consults stays.
    pub active: bool,
    /// Can sign in by password; ignored when written.
    #[serde(default)]
    pub has_password: bool,
}

/// What narrows what a person may do, and what is shared out to them. Dates are `YYYY-MM-DD`, the last day included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PersonRules {
    /// Qualifications that end; those that are not named do not.
    pub qualified_until: Vec<QualifiedUntil>,
    /// Somebody who has any may answer only what one of them covers; without any the contract of the house is enough,
    /// unless the service asks for one.
    pub licences: Vec<Licence>,
    /// Percent of a full post, 1 to 100.
    pub part_time: u8,
    /// Learns the ropes until then: takes part without owing a share.
    pub newcomer_until: Option<String>,
}

impl Default for PersonRules {
    fn default() -> Self {
        Self { qualified_until: vec![], licences: vec![], part_time: 100, newcomer_until: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualifiedUntil {
    pub specialty: Specialty,
    pub until: String,
}

/// A person's licence or contract: for one house or all, for one service, one Leistungsgruppe or all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Licence {
    /// The house that asks; absent: every one.
    pub hospital_id: Option<HospitalId>,
    /// Absent: every one, or those of `group`.
    pub service_id: Option<ServiceId>,
    /// Number of a Leistungsgruppe.
    pub group: Option<String>,
    /// Absent: does not end.
    pub until: Option<String>,
}

/// A provider's house works for a requesting house in a service. `PUT` and `DELETE /api/admin/contracts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Contract {
    pub service_id: ServiceId,
    pub provider_hospital_id: HospitalId,
    pub hospital_id: HospitalId,
}

/// `POST /api/admin/people/{id}/link`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MakeSignInLink {
    /// The old password is of no use any more: it goes, with every open session, and whoever opens the link sets a new
    /// one without it.
    pub forget_password: bool,
}

/// The answer: a sign-in link that works once, for a first or a forgotten password.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignInLink {
    /// Below this origin: `/login/#…`.
    pub path: PrivateText,
    pub expires_at: UnixMillis,
}

/// `POST /api/setup`: the first administrator of an empty installation, by the token that the console shows.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Setup {
    pub token: PrivateText,
    pub hospital: String,
    pub city: String,
    pub phone: String,
    pub name: String,
    pub email: String,
    pub password: PrivateText,
}
