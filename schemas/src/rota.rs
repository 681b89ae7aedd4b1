//! Rotas as they are planned: `GET /api/services/{id}/rota` and what is written there. Wall times are text without an
//! offset, such as `2026-01-05T08:00:00`, in the rota's zone; days are 1 (Monday) to 7 (Sunday), as ISO 8601 counts.

use crate::{
    AbsenceId, DutyNoteId, HospitalId, PersonId, ServiceId, SwapId, UnixMillis,
    directory::{Duty, DutyKind, DutyLevel, PersonRef, Service},
    swaps::{RotaSettings, SwapState},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The rota of one service: layers, then temporary schedules, then overrides; who is away is on no duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotaPlan {
    /// IANA zone, e.g. `Europe/Berlin`.
    pub zone: String,
    /// Bundesland whose public holidays count, as ISO 3166-2 names it after `DE-`: `BW`.
    #[serde(default)]
    pub land: Option<String>,
    /// A later layer covers an earlier one of the same level where both have somebody.
    pub layers: Vec<RotaLayer>,
    #[serde(default)]
    pub temporaries: Vec<TemporarySchedule>,
    /// A later override covers an earlier one, and everything else.
    #[serde(default)]
    pub overrides: Vec<RotaOverride>,
}

/// People who take turns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotaLayer {
    pub level: DutyLevel,
    #[serde(default)]
    pub kind: DutyKind,
    /// In the order of their turns; may hold somebody twice.
    pub people: Vec<PersonId>,
    /// First hand-over, wall time.
    pub start: String,
    /// The layer ends here, wall time; absent for ever.
    #[serde(default)]
    pub end: Option<String>,
    pub turn: TurnLength,
    /// The layer counts only within these; empty for all the time.
    #[serde(default)]
    pub windows: Vec<DutyWindow>,
}

/// How long a turn is, in wall time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "unit", content = "n", rename_all = "snake_case")]
pub enum TurnLength {
    Hours(u32),
    Days(u32),
    Weeks(u32),
    /// Turns of these lengths in hours, over and over.
    Cycle(Vec<u32>),
}

/// A stretch of each of these days. It ends on the next day where `until` is not later than `from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyWindow {
    pub days: Vec<u8>,
    /// `17:00:00`.
    pub from: String,
    pub until: String,
    #[serde(default)]
    pub on_holidays: OnHolidays,
    #[serde(default)]
    pub weeks: Option<EveryWeeks>,
}

/// What a public holiday is to a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnHolidays {
    /// A day like others.
    #[default]
    AsWeekday,
    /// The stretch does not begin on one.
    Not,
    /// It begins on each, whatever the day of the week.
    Also,
}

/// Each `every`th week, counted from the one that the date `from` lies in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EveryWeeks {
    pub every: u8,
    pub from: String,
}

/// For a while these shifts are all there is at a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemporarySchedule {
    pub level: DutyLevel,
    pub from: String,
    pub until: String,
    pub shifts: Vec<FixedShift>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FixedShift {
    pub person: PersonId,
    pub from: String,
    pub until: String,
}

/// This person instead of everybody else of that level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotaOverride {
    pub level: DutyLevel,
    pub person: PersonId,
    pub from: String,
    pub until: String,
    /// The swap that it came by.
    #[serde(default)]
    pub swap: Option<Uuid>,
}

/// The time that is asked for: at most 400 days.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RotaQuery {
    pub from: UnixMillis,
    pub until: UnixMillis,
}

/// Which state of a draft is meant.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DraftQuery {
    pub rev: i64,
}

/// Until when the caller has read.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SeenQuery {
    pub until: UnixMillis,
}

/// `GET /api/services/{id}/rota?from=…&until=…`: what is published, and what is being planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RotaView {
    pub service: Service,
    /// Of the published rota; 0: there is none.
    pub revision: i64,
    pub published: Option<RotaPlan>,
    pub published_at: Option<UnixMillis>,
    pub published_by: Option<PersonRef>,
    /// For those who plan.
    pub draft: Option<RotaDraft>,
    /// Who is on duty between `from` and `until`, as it is published; with true ends within two weeks around that.
    pub duties: Vec<Duty>,
    /// What is wrong with the plan as it is published; for those who plan.
    pub conflicts: Vec<RotaConflict>,
    /// How many more there are.
    pub conflicts_left_out: u32,
    /// Public holidays of the rota's Land: the date, and its name in German.
    pub holidays: Vec<PublicHoliday>,
    /// Who can be put on duty: specialists of the network, the qualified ones first.
    pub people: Vec<PlannablePerson>,
    /// Who is away between `from` and `until`; why is for those who coordinate, and of oneself. Others read `other`.
    pub absences: Vec<Absence>,
    pub settings: RotaSettings,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RotaDraft {
    pub plan: RotaPlan,
    /// Revision that it was begun upon.
    pub based_on: i64,
    /// Another rota or another zone came in between: it can only be thrown away, or taken over by [`PutDraft::rebase`].
    pub is_overtaken: bool,
    /// Grows with each change; a write names the one that it changes.
    pub rev: i64,
    pub author: PersonRef,
    pub updated_at: UnixMillis,
    pub duties: Vec<Duty>,
    pub conflicts: Vec<RotaConflict>,
    /// Outside of what is shown, from now until eight weeks after the last change.
    pub conflicts_elsewhere: Vec<RotaConflict>,
    /// How many more there are than are listed.
    pub conflicts_left_out: u32,
    /// What each person would be told.
    pub changes: Vec<DutyChange>,
    /// The next three hand-overs of each level that would result.
    pub hand_overs: Vec<HandOver>,
    /// What everybody who takes part would bear over the time that is shown.
    pub shares: Vec<DutyShare>,
    /// Public holidays of the draft's Land.
    pub holidays: Vec<PublicHoliday>,
}

/// What somebody bears of a service's duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyShare {
    pub person: PersonId,
    pub burden: Burden,
    /// Weighted seconds that would be even, by the person's share and their time in the team.
    pub even: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicHoliday {
    pub date: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannablePerson {
    pub person: PersonRef,
    pub qualified: bool,
    /// The person's house has a contract with somebody for this service.
    pub has_contract: bool,
    /// Houses that it answers for this service.
    pub contracts: Vec<HospitalId>,
    /// For those who plan, and of oneself; 0 of others.
    pub burden: Burden,
    /// Weighted seconds that would be even among those who take part.
    pub even: i64,
}

/// Duty over the time that is shown, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Burden {
    pub duty: i64,
    /// 22:00 to 06:00.
    pub nights: i64,
    /// Saturday and Sunday.
    pub weekends: i64,
    pub holidays: i64,
    pub call_outs: u32,
    /// All of it in one number: an hour at night, on a weekend or a holiday weighs half more by each, a call-out two hours.
    pub weight: i64,
}

/// What is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotaConflict {
    pub kind: ConflictKind,
    pub level: DutyLevel,
    /// Nobody for a gap.
    pub person: Option<PersonRef>,
    pub from: UnixMillis,
    pub until: UnixMillis,
    /// `double_booked` and `rest`: the other duty's service, unless it is of a network that is not the reader's, and level.
    /// `rest` without: after a call-out.
    pub with: Option<String>,
    pub with_level: Option<DutyLevel>,
    /// `rest`: seconds that are missing from eleven hours.
    pub missing: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Nobody is on duty.
    Gap,
    /// Is away then.
    Absent,
    DoubleBooked,
    Unqualified,
    LicenceEnded,
    NoContract,
    /// Less than eleven hours between work and work (§ 5 ArbZG).
    Rest,
}

/// Stretches of duty that one person gets or loses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyChange {
    pub person: PersonRef,
    pub level: DutyLevel,
    pub kind: DutyKind,
    pub gained: Vec<TimeSpan>,
    pub lost: Vec<TimeSpan>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimeSpan {
    pub from: UnixMillis,
    pub until: UnixMillis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandOver {
    pub at: UnixMillis,
    pub level: DutyLevel,
    /// Nobody: a gap ends.
    pub before: Vec<PersonRef>,
    /// Nobody: a gap begins.
    pub after: Vec<PersonRef>,
}

/// `PUT /api/services/{id}/rota/draft`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutDraft {
    pub plan: RotaPlan,
    /// [`RotaDraft::rev`] that is changed; 0 begins a draft. Another one is a conflict: somebody else plans too.
    pub rev: i64,
    /// [`RotaView::revision`] that the caller saw: a draft is begun upon no other.
    pub revision: i64,
    /// Upon the rota and in the zone that count now, whatever came in between.
    #[serde(default)]
    pub rebase: bool,
}

/// `POST /api/services/{id}/rota/publish`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishRota {
    /// [`RotaDraft::rev`] that was looked at.
    pub rev: i64,
    /// For the history; may be empty.
    pub note: String,
}

/// `POST /api/services/{id}/rota/take-over`: somebody is on duty from now until the present duty ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TakeOverDuty {
    pub level: DutyLevel,
    /// Absent: the caller. A coordinator may put anybody of the network who is qualified.
    #[serde(default)]
    pub person: Option<PersonId>,
}

/// `GET /api/services/{id}/rota/history`, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotaVersion {
    pub revision: i64,
    pub at: Option<UnixMillis>,
    pub by: Option<PersonRef>,
    pub note: String,
    /// How many people had other duties after it, in the eight weeks from then on; absent for the first.
    pub people_changed: Option<u32>,
}

/// `POST /api/services/{id}/rota/restore`: what was published becomes the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestoreRota {
    pub revision: i64,
}

/// A stretch in which somebody is on no duty. `PUT /api/absences/{id}`; the client makes the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Absence {
    pub id: AbsenceId,
    pub person: PersonRef,
    pub kind: AbsenceKind,
    pub zone: String,
    /// Wall time.
    pub from: String,
    pub until: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutAbsence {
    pub person: PersonId,
    pub kind: AbsenceKind,
    pub zone: String,
    pub from: String,
    pub until: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AbsenceKind {
    Holiday,
    Sick,
    Training,
    Other,
}

/// What writing down an absence leaves open: duties that somebody else has to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AbsenceEffect {
    /// Duties of the person that fall away, as they were.
    pub duties: Vec<Duty>,
    /// Where nobody is on first duty now, within these.
    pub gaps: Vec<ServiceGap>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceGap {
    pub service_id: ServiceId,
    pub from: UnixMillis,
    pub until: UnixMillis,
}

/// `GET /api/me/duty-notes`: what became of one's own duties, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyNote {
    pub id: DutyNoteId,
    pub service: String,
    pub at: UnixMillis,
    pub by: Option<PersonRef>,
    pub level: DutyLevel,
    pub kind: DutyKind,
    pub gained: Vec<TimeSpan>,
    pub lost: Vec<TimeSpan>,
    /// Why it was told; absent: somebody planned.
    pub news: Option<DutyNews>,
    pub seen_at: Option<UnixMillis>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DutyNews {
    /// What became of a swap.
    Swap {
        swap: SwapId,
        state: SwapState,
        from: UnixMillis,
        until: UnixMillis,
        giver: PersonRef,
        taker: Option<PersonRef>,
    },
    /// One's duty begins soon.
    Begins { from: UnixMillis, until: UnixMillis, open: u32 },
    /// Other people are on duty.
    HandedOver { at: UnixMillis, before: Vec<PersonRef>, after: Vec<PersonRef> },
    /// For coordinators: something is wrong with the plan, and it is near.
    Finding { kind: ConflictKind, person: Option<PersonRef>, from: UnixMillis, until: UnixMillis },
    /// A calendar of absences could not be read, or names somebody unknown.
    FeedBroken { label: String, unknown: u32 },
}

/// Something that is wrong with a plan, and near: [`crate::directory::Board::near`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NearFinding {
    pub service_id: ServiceId,
    pub finding: RotaConflict,
}
