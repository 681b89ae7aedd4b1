//! What a coordinator reports: answers, coverage, duties. Each route has a twin that ends in `.csv`.
//!
//! Consults count by when they were asked for; tests of the escalation never count.

use crate::{
    HospitalId, ServiceId, UnixMillis,
    consult::Urgency,
    directory::{PersonRef, Specialty},
    rota::Burden,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which consults or duties: `from <= t < until`, five years at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    pub from: UnixMillis,
    pub until: UnixMillis,
    /// Of the words in a CSV file; German where it is left out.
    pub language: Option<FileLanguage>,
}

/// Quarters of one year, in the zone of each service. The running quarter counts up to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct YearQuery {
    #[param(minimum = 2000, maximum = 2199)]
    pub year: i16,
    pub language: Option<FileLanguage>,
}

/// The language of a file's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    pub language: Option<FileLanguage>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileLanguage {
    #[default]
    De,
    En,
}

/// `GET /api/reports/answers`: one line for each service and urgency that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerLine {
    pub service_id: ServiceId,
    pub service: String,
    pub urgency: Urgency,
    pub asked: u32,
    pub accepted: u32,
    /// Somebody declined; rang beyond the first step; the whole ladder was silent; cancelled. One consult may be all of
    /// these.
    pub declined: u32,
    pub escalated: u32,
    pub unanswered: u32,
    pub cancelled: u32,
    /// From the request to the first accept, in seconds rounded up; by nearest rank, so always a time that really was.
    pub median_seconds: Option<u32>,
    pub p95_seconds: Option<u32>,
}

/// `GET /api/reports/coverage`: one line for each service, house that asks, and quarter (KHVVG). Covered is what somebody
/// on first duty covers whose house has a contract with that house, by the rota as it was published at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoverageLine {
    pub service_id: ServiceId,
    pub service: String,
    /// The Leistungsgruppe that the service stands for.
    pub specialty: Specialty,
    pub hospital_id: HospitalId,
    pub hospital: String,
    pub year: i16,
    /// From 1.
    pub quarter: u8,
    pub from: UnixMillis,
    /// The quarter's end, or now.
    pub until: UnixMillis,
    /// In hundredths of an hour.
    pub covered_hundredths: u32,
    /// Rounded up: a gap is never nought.
    pub uncovered_minutes: u32,
    /// Who was on first duty for this house, the longest first.
    pub specialists: Vec<NamedSpecialist>,
    pub asked: u32,
    pub median_seconds: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedSpecialist {
    pub person: PersonRef,
    pub hours: u32,
}

/// `GET /api/reports/duties`: what each person has borne for a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DutyLine {
    pub service_id: ServiceId,
    pub service: String,
    pub person: PersonRef,
    pub burden: Burden,
    /// Weighted seconds that would be even among those who were on duty, by their post and time in the team.
    pub even: i64,
}
