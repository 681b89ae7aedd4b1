//! What people would like of a month that is being planned, and what it is planned by. A day is text such as
//! `2026-12-24`, a month `2026-12`, both in the zone of the service. A wish for a day is meant of the duty that begins on it.

use crate::{
    PersonId, UnixMillis,
    directory::Service,
    rota::{Burden, TimeSpan},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WishKind {
    /// Would like a duty.
    Want,
    /// Rather none.
    RatherNot,
    /// None, whatever it costs.
    Impossible,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wish {
    pub day: String,
    pub kind: WishKind,
}

/// Days of each kind that one person may name of one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WishLimits {
    pub want: u8,
    pub rather_not: u8,
    pub impossible: u8,
}

impl Default for WishLimits {
    fn default() -> Self {
        Self { want: 6, rather_not: 6, impossible: 6 }
    }
}

/// Until when people say what they would like of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WishDeadline {
    pub month: String,
    /// Wall time.
    pub until: String,
}

/// What the rota of a service is planned by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanningRules {
    #[serde(default)]
    pub limits: WishLimits,
    /// Of months without one: until the month begins.
    #[serde(default)]
    pub deadlines: Vec<WishDeadline>,
}

#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MonthQuery {
    pub month: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlanningQuery {
    pub month: String,
    /// Months before it whose burden is told, 0 to 12.
    pub before: u8,
}

/// `GET /api/me/wishes?month=…`: one for each service that the caller could be on duty for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MyWishes {
    pub service: Service,
    pub limits: WishLimits,
    /// They can be changed until then.
    pub until: UnixMillis,
    pub wishes: Vec<Wish>,
}

/// `PUT /api/services/{id}/wishes`: all wishes of that month, in place of those before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutWishes {
    pub month: String,
    /// Absent: the caller's own. A coordinator writes down what somebody has said, also after the deadline.
    #[serde(default)]
    pub person: Option<PersonId>,
    pub wishes: Vec<Wish>,
}

/// `GET /api/services/{id}/planning?month=…`: what a proposal has to know, for those who plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanningFacts {
    pub rules: PlanningRules,
    /// Grows with each change of the rules; a write names the one that it changes.
    pub rev: i64,
    /// The month's wishes can be changed until then.
    pub until: UnixMillis,
    /// Everybody who could be on duty for the service.
    pub people: Vec<PersonFacts>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonFacts {
    pub person: PersonId,
    pub wishes: Vec<Wish>,
    /// Duties for other services, from a week before the month to a week after it.
    pub busy: Vec<TimeSpan>,
    /// Of a whole share of the month, in thousandths: by part-time and time in the team.
    pub part: u32,
    /// The same of the months before.
    pub part_before: u32,
    /// What the published rota had for the person in the months before.
    pub before: Burden,
}

/// `PUT /api/services/{id}/planning`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutPlanningRules {
    pub rules: PlanningRules,
    /// [`PlanningFacts::rev`] that is changed. Another one is a conflict: somebody else plans too.
    pub rev: i64,
}
