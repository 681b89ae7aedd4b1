//! What a rota may hold: bounds that keep a mistake, or an attacker with a coordinator's session, from costing every node
//! its time, and the mistakes that nobody means.

use super::{Layer, Rota, Turn, Window};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Layers of one rota. More costs time in every match.
pub const MAX_LAYERS: usize = 40;
/// People of one layer.
pub const MAX_PEOPLE: usize = 200;
/// Windows of one layer: a pattern of two weeks with three stretches a day has 42.
pub const MAX_WINDOWS: usize = 60;
/// Lengths of a cycle.
pub const MAX_CYCLE: usize = 62;
/// Overrides, temporary schedules and shifts of these: years of swaps.
pub const MAX_OVERRIDES: usize = 2000;
/// Longest temporary schedule in days.
const MAX_TEMPORARY_DAYS: i32 = 400;

/// Why a rota is not taken, and which part of it is meant, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum RotaFault {
    #[error("a rota has {MAX_LAYERS} layers at most")]
    TooManyLayers,
    #[error("layer {layer} has more than {MAX_PEOPLE} people")]
    TooManyPeople { layer: usize },
    #[error("layer {layer} has more than {MAX_WINDOWS} windows")]
    TooManyWindows { layer: usize },
    #[error("layer {layer}: a cycle has 1 to {MAX_CYCLE} turns of 1 hour to 52 weeks")]
    BadTurn { layer: usize },
    #[error("layer {layer} ends before it starts")]
    EndsBeforeStart { layer: usize },
    #[error("layer {layer}: days of a window are 1 (Monday) to 7 (Sunday), and it has at least one or holidays")]
    BadDays { layer: usize },
    #[error("a rota has {MAX_OVERRIDES} overrides and temporary shifts at most")]
    TooManyOverrides,
    #[error("override {index} ends before it starts")]
    EmptyOverride { index: usize },
    #[error("temporary schedule {index} ends before it starts, or is longer than {MAX_TEMPORARY_DAYS} days")]
    BadTemporary { index: usize },
    #[error("years are 2000 to 2199")]
    WildYear,
}

/// # Errors
/// The first fault.
pub fn check(rota: &Rota) -> Result<(), RotaFault> {
    if rota.layers.len() > MAX_LAYERS {
        return Err(RotaFault::TooManyLayers);
    }
    for (n, layer) in rota.layers.iter().enumerate() {
        check_layer(n, layer)?;
    }
    let fixed: usize = rota.temporaries.iter().map(|temporary| temporary.shifts.len() + 1).sum();
    if rota.overrides.len() + fixed > MAX_OVERRIDES {
        return Err(RotaFault::TooManyOverrides);
    }
    if let Some(index) = rota.overrides.iter().position(|o| o.from >= o.until) {
        return Err(RotaFault::EmptyOverride { index });
    }
    let is_bad = |from: DateTime, until: DateTime| {
        from >= until || from.date().until(until.date()).is_ok_and(|span| span.get_days() > MAX_TEMPORARY_DAYS)
    };
    let bad = |t: &super::Temporary| is_bad(t.from, t.until) || t.shifts.iter().any(|s| is_bad(s.from, s.until));
    if let Some(index) = rota.temporaries.iter().position(bad) {
        return Err(RotaFault::BadTemporary { index });
    }
    let is_wild = |at: DateTime| !(2000..2200).contains(&at.year());
    let fixed =
        rota.temporaries.iter().flat_map(|t| t.shifts.iter().flat_map(|s| [s.from, s.until]).chain([t.from, t.until]));
    let overrides = rota.overrides.iter().flat_map(|o| [o.from, o.until]);
    let layers = rota.layers.iter().flat_map(|layer| [Some(layer.start), layer.end]).flatten();
    if layers.chain(overrides).chain(fixed).any(is_wild) { Err(RotaFault::WildYear) } else { Ok(()) }
}

fn check_layer(layer: usize, it: &Layer) -> Result<(), RotaFault> {
    let is_length = |hours: u32| (1..=52 * 168).contains(&hours);
    let is_turn = match &it.turn {
        Turn::Hours(n) => is_length(*n),
        Turn::Days(n) => (1..=364).contains(n),
        Turn::Weeks(n) => (1..=52).contains(n),
        Turn::Cycle(lengths) => (1..=MAX_CYCLE).contains(&lengths.len()) && lengths.iter().all(|n| is_length(*n)),
    };
    let is_window = |window: &Window| {
        let some = !window.days.is_empty() || window.on_holidays == super::OnHolidays::Also;
        some && window.days.len() <= 7 && window.days.iter().all(|day| (1..=7).contains(day))
    };
    if it.people.len() > MAX_PEOPLE {
        Err(RotaFault::TooManyPeople { layer })
    } else if it.windows.len() > MAX_WINDOWS {
        Err(RotaFault::TooManyWindows { layer })
    } else if !is_turn {
        Err(RotaFault::BadTurn { layer })
    } else if it.end.is_some_and(|end| end <= it.start) {
        Err(RotaFault::EndsBeforeStart { layer })
    } else if !it.windows.iter().all(is_window) {
        Err(RotaFault::BadDays { layer })
    } else {
        Ok(())
    }
}
