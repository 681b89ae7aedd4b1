//! A decision computed again from the log.

use super::{MatchRecord, RECORDED_CANDIDATES, rank};
use serde_json::Value;

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    Equal,
    /// As far as it was kept: the best 50 of many.
    EqualAmongBest,
    /// An older release wrote it: the points add up and the order follows them, more cannot be said.
    InputNotKept,
    Differs(Difference),
}

/// The first place where the two are not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Such as `candidates[3].rules[8].points`.
    pub at: String,
    pub recorded: String,
    pub computed: String,
}

/// Computes a decision again and compares.
pub fn replay(record: &MatchRecord) -> Replayed {
    let Some(input) = &record.input else { return of_an_older_release(record) };
    let mut computed = rank(input).record;
    let is_whole = record.considered as usize <= RECORDED_CANDIDATES;
    if !is_whole {
        // Of the others nothing was kept but that they are fewer points or more failed filters.
        (computed.considered, computed.eligible) = (record.considered, record.eligible);
        computed.failed.clone_from(&record.failed);
    }
    match difference(&json(record), &json(&computed), String::new()) {
        Some(difference) => Replayed::Differs(difference),
        None if is_whole => Replayed::Equal,
        None => Replayed::EqualAmongBest,
    }
}

fn of_an_older_release(record: &MatchRecord) -> Replayed {
    let mut before = i32::MAX;
    for (at, candidate) in record.candidates.iter().enumerate() {
        let sum: i32 = candidate.rules.iter().map(|rule| rule.points).sum();
        let place = format!("candidates[{at}].score");
        if sum != candidate.score {
            return Replayed::Differs(Difference {
                at: place,
                recorded: candidate.score.to_string(),
                computed: sum.to_string(),
            });
        }
        if candidate.rank.is_some() && candidate.score > before {
            let (recorded, computed) = (candidate.score.to_string(), format!("{before} at most"));
            return Replayed::Differs(Difference { at: place, recorded, computed });
        }
        before = candidate.score;
    }
    Replayed::InputNotKept
}

fn json(record: &MatchRecord) -> Value {
    serde_json::to_value(record).unwrap_or_default()
}

fn difference(recorded: &Value, computed: &Value, at: String) -> Option<Difference> {
    match (recorded, computed) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            let null = Value::Null;
            keys.into_iter().find_map(|key| {
                let place = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                difference(one.get(key).unwrap_or(&null), other.get(key).unwrap_or(&null), place)
            })
        }
        (Value::Array(one), Value::Array(other)) => {
            let both = one.iter().zip(other).enumerate();
            both.into_iter().find_map(|(index, (one, other))| difference(one, other, format!("{at}[{index}]"))).or_else(
                || {
                    let differs = one.len() != other.len();
                    differs.then(|| found(format!("{at}.length"), one.len().to_string(), other.len().to_string()))
                },
            )
        }
        _ if recorded == computed => None,
        _ => Some(found(at, recorded.to_string(), computed.to_string())),
    }
}

const fn found(at: String, recorded: String, computed: String) -> Difference {
    Difference { at, recorded, computed }
}
