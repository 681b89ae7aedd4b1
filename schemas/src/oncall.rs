//! What the on-call app asks for beside consults and duties: whom to call, and what one was called out for.

use crate::{
    ConsultId, UnixMillis,
    consult::Urgency,
    directory::{Duty, HospitalRef, Service},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// `GET /api/me/contacts`: kept on the phone for when there is no network. No patient data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contacts {
    /// Services of the caller's networks.
    pub services: Vec<ServiceContact>,
    /// Houses that the caller's house works for, with their switchboards; the own one too.
    pub hospitals: Vec<HospitalRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceContact {
    pub service: Service,
    /// Who is on duty now and within the next day.
    pub on_duty: Vec<Duty>,
}

/// `?from=&until=`: call-outs that began in between; of the last 31 days where nothing is said.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallOutQuery {
    pub from: Option<UnixMillis>,
    pub until: Option<UnixMillis>,
}

/// A line of `GET /api/me/call-outs`: from the accept until the report was signed. Consults whose contents were purged
/// are in it no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallOut {
    pub consult_id: ConsultId,
    pub label: String,
    pub service: String,
    /// IANA zone of the service; the CSV's times are in it.
    pub zone: String,
    pub hospital: String,
    pub urgency: Urgency,
    /// Absent where one did not ring: a hand-over, an accept from the list.
    pub rung_at: Option<UnixMillis>,
    pub accepted_at: UnixMillis,
    /// Signed, handed over, or ended without a report; absent while it goes on.
    pub ended_at: Option<UnixMillis>,
    /// Whole minutes from the accept to the end, or until now.
    pub minutes: u32,
    /// Whole minutes of it in the room.
    pub room_minutes: u32,
}
