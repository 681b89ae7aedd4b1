//! How a service lets itself be booked.

use crate::domain::rota::Window;
use schemas::directory::DutyLevel;
use serde::{Deserialize, Serialize};

/// How far ahead a service may be booked. More is further than anybody plans duties; less hides a follow-up in a quarter.
pub const MAX_HORIZON_DAYS: u32 = 180;
const MAX_WINDOWS: usize = 20;
const MAX_PIECE_MINUTES: u32 = 8 * 60;
const MAX_LEAD_MINUTES: u32 = 14 * 24 * 60;
const MAX_A_DAY: u32 = 50;

/// What one service offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Wall time of the service's zone. Pieces of before + slot + after follow one another from the begin of each window,
    /// and each lies wholly within it.
    pub hours: Vec<Window>,
    /// Who of those on duty can be booked.
    pub levels: Vec<DutyLevel>,
    pub slot_minutes: u32,
    /// Kept free on both sides of a talk. Buffers of neighbours may lie over each other.
    pub before_minutes: u32,
    pub after_minutes: u32,
    /// Nothing begins earlier than so many minutes from now.
    pub lead_minutes: u32,
    /// Nothing begins later than so many days from now.
    pub horizon_days: u32,
    /// Appointments of this service that one person has on one day of the service's zone.
    pub per_day: u32,
}

impl Rules {
    /// Length of a slot with its buffers, in seconds.
    pub(super) fn piece_seconds(&self) -> i64 {
        self.before_seconds() + self.slot_seconds() + self.after_seconds()
    }

    pub(super) fn before_seconds(&self) -> i64 {
        i64::from(self.before_minutes) * 60
    }

    pub(super) fn slot_seconds(&self) -> i64 {
        i64::from(self.slot_minutes.max(1)) * 60
    }

    pub(super) fn after_seconds(&self) -> i64 {
        i64::from(self.after_minutes) * 60
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesFault {
    #[error("hours: are none, or more than 20, or name a day that is none")]
    Hours,
    #[error("levels: are none")]
    Levels,
    #[error("slot_minutes: is not within 5 and 480 with its buffers")]
    Slot,
    #[error("lead_minutes: is more than two weeks")]
    Lead,
    #[error("horizon_days: is not within 1 and 180")]
    Horizon,
    #[error("per_day: is not within 1 and 50")]
    PerDay,
}

/// # Errors
/// What is wrong with rules that somebody wrote.
pub fn check(rules: &Rules) -> Result<(), RulesFault> {
    let is_day = |day: &u8| (1..=7).contains(day);
    let windows = &rules.hours;
    let sound = windows.iter().all(|window| !window.days.is_empty() && window.days.iter().all(is_day));
    if windows.is_empty() || windows.len() > MAX_WINDOWS || !sound {
        return Err(RulesFault::Hours);
    }
    if rules.levels.is_empty() {
        return Err(RulesFault::Levels);
    }
    let parts = [rules.slot_minutes, rules.before_minutes, rules.after_minutes];
    if rules.slot_minutes < 5
        || parts.iter().any(|n| *n > MAX_PIECE_MINUTES)
        || parts.iter().sum::<u32>() > MAX_PIECE_MINUTES
    {
        return Err(RulesFault::Slot);
    }
    if rules.lead_minutes > MAX_LEAD_MINUTES {
        return Err(RulesFault::Lead);
    }
    if !(1..=MAX_HORIZON_DAYS).contains(&rules.horizon_days) {
        return Err(RulesFault::Horizon);
    }
    if !(1..=MAX_A_DAY).contains(&rules.per_day) {
        return Err(RulesFault::PerDay);
    }
    Ok(())
}
