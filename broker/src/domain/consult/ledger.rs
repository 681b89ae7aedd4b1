//! Minutes in the room, and what they might be billed by.

use super::{Consult, Side, Stay};
use schemas::{
    UnixMillis,
    report::{BillingSuggestion, EbmCode},
};

/// Minutes of assessment from which EBM 01671 counts. FIELD.md [K]: to be checked against the EBM of the day.
const MINUTES_01671: u32 = 10;
/// Further full minutes for each EBM 01672. FIELD.md [K].
const MINUTES_01672: u32 = 5;
/// How often EBM 01672 counts beside one 01671. FIELD.md [K].
const MOST_01672: u32 = 3;

/// What the log says about minutes. A suggestion for billing, never a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Of people with an account: guests are nobody's minutes.
    pub stays: Vec<Stay>,
    /// Whole minutes in which a specialist and somebody of the requesting house were in the room.
    pub talk_minutes: u32,
    /// Whole minutes in which a specialist was in the room; after a hand-over those of both.
    pub specialist_minutes: u32,
    pub suggestions: Vec<BillingSuggestion>,
}

/// The ledger at `now`; whoever is still inside counts until then, or until the consult's end.
pub fn ledger(consult: &Consult, now: UnixMillis) -> Ledger {
    let end = consult.ended_at.map_or(now, |ended| ended.min(now));
    let requesting = times(consult, Side::Requesting, end);
    let specialist = times(consult, Side::Specialist, end);
    let specialist_minutes = minutes(&specialist);
    Ledger {
        stays: consult.stays.clone(),
        talk_minutes: minutes(&both(&requesting, &specialist)),
        specialist_minutes,
        suggestions: suggestions(!consult.versions.is_empty(), specialist_minutes),
    }
}

/// A stretch of time, in milliseconds.
type Stretch = (i64, i64);

/// When somebody of that side was in the room: disjoint stretches in order.
fn times(consult: &Consult, side: Side, end: UnixMillis) -> Vec<Stretch> {
    let mut stays: Vec<Stretch> = consult
        .stays
        .iter()
        .filter(|stay| stay.side == side)
        .map(|stay| (stay.from.0, stay.until.unwrap_or(end).0))
        .filter(|(from, until)| from < until)
        .collect();
    stays.sort_unstable();
    let mut merged: Vec<Stretch> = Vec::with_capacity(stays.len());
    for (from, until) in stays {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => merged.push((from, until)),
        }
    }
    merged
}

fn both(some: &[Stretch], others: &[Stretch]) -> Vec<Stretch> {
    some.iter()
        .flat_map(|a| others.iter().map(|b| (a.0.max(b.0), a.1.min(b.1))))
        .filter(|(from, until)| from < until)
        .collect()
}

fn minutes(stretches: &[Stretch]) -> u32 {
    let millis = stretches.iter().fold(0i64, |sum, (from, until)| sum.saturating_add(until.saturating_sub(*from)));
    u32::try_from(millis / 60_000).unwrap_or(u32::MAX)
}

fn suggestions(is_signed: bool, specialist_minutes: u32) -> Vec<BillingSuggestion> {
    let assessed = specialist_minutes >= MINUTES_01671;
    let further = (specialist_minutes.saturating_sub(MINUTES_01671) / MINUTES_01672).min(MOST_01672);
    [(EbmCode::Ebm01670, u32::from(is_signed)), (EbmCode::Ebm01671, u32::from(assessed)), (EbmCode::Ebm01672, further)]
        .into_iter()
        .filter(|(_, times)| *times > 0)
        .map(|(code, times)| BillingSuggestion { code, times })
        .collect()
}
