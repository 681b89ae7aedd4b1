//! Bounds of the weights, and whether they keep the order of importance.

use super::rules::{MAX_CALLOUTS_COUNTED, MAX_LOAD_COUNTED, MAX_TEN_SECONDS_COUNTED};
use schemas::matching::{Rule, Weights};

/// Largest weight. More says nothing that this does not; the sum of all stays far below what a score can hold.
pub const MAX_WEIGHT: i32 = 100_000;

/// A name of a weight on the wire, and why it cannot be.
pub fn check(weights: &Weights) -> Result<(), (&'static str, &'static str)> {
    let rewards = [("primary", weights.primary), ("language", weights.language)];
    let penalties = [
        ("backup", weights.backup),
        ("open_consult", weights.open_consult),
        ("ten_seconds", weights.ten_seconds),
        ("call_out", weights.call_out),
    ];
    for (name, points) in rewards {
        if !(0..=MAX_WEIGHT).contains(&points) {
            return Err((name, "is not between 0 and 100000"));
        }
    }
    for (name, points) in penalties {
        if !(-MAX_WEIGHT..=0).contains(&points) {
            return Err((name, "is not between -100000 and 0"));
        }
    }
    Ok(())
}

/// Rules whose smallest step does not outweigh everything below them, in the order of importance: duty, load, language,
/// answer times, fairness. A rule that is worth nothing does not count.
pub fn mixed(weights: &Weights) -> Vec<Rule> {
    let whole = |points: i32, most: u32| points.unsigned_abs().saturating_mul(most);
    let levels = [weights.primary, weights.backup].map(i32::unsigned_abs);
    let below = [
        // The smaller of the two steps between three levels.
        (Rule::DutyLevel, levels.into_iter().filter(|points| *points > 0).min().unwrap_or(0), 0),
        (Rule::Load, weights.open_consult.unsigned_abs(), whole(weights.open_consult, MAX_LOAD_COUNTED)),
        (Rule::Language, weights.language.unsigned_abs(), whole(weights.language, 1)),
        (Rule::AnswerTime, weights.ten_seconds.unsigned_abs(), whole(weights.ten_seconds, MAX_TEN_SECONDS_COUNTED)),
        (Rule::Fairness, weights.call_out.unsigned_abs(), whole(weights.call_out, MAX_CALLOUTS_COUNTED)),
    ];
    let mixed = below.iter().enumerate().filter(|(at, (_, step, _))| {
        let rest: u32 = below[at + 1..].iter().map(|(_, _, whole)| whole).sum();
        *step > 0 && *step <= rest
    });
    mixed.map(|(_, (rule, ..))| *rule).collect()
}
