//! Quarters of a year, as the clock on the wall has them.

use crate::domain::rota::{Stretch, Zone};
use jiff::civil::date;
use schemas::UnixMillis;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarter {
    /// From 1.
    pub number: u8,
    pub span: Stretch,
}

/// Those of `year` that have begun by `now`, in order; the running one ends there.
pub fn quarters(zone: &Zone, year: i16, now: UnixMillis) -> Vec<Quarter> {
    // The last day of the calendar is in year 9999.
    let year = year.clamp(1, 9998);
    let first_of = |month: i8| zone.begin(date(year, month, 1).at(0, 0, 0, 0));
    let ends = [first_of(4), first_of(7), first_of(10), zone.begin(date(year + 1, 1, 1).at(0, 0, 0, 0))];
    let begins = [first_of(1), first_of(4), first_of(7), first_of(10)];
    let spans = begins.into_iter().zip(ends).zip(1u8..);
    let begun = spans.filter(|((from, _), _)| *from < now);
    begun.map(|((from, until), number)| Quarter { number, span: (from, until.min(now)) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_follow_each_other_over_both_clock_changes_and_end_now() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let at = |month, day| zone.begin(date(2026, month, day).at(0, 0, 0, 0));
        let all = quarters(&zone, 2026, at(11, 2));
        assert_eq!(all.iter().map(|quarter| quarter.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(all.windows(2).all(|pair| pair[0].span.1 == pair[1].span.0));
        // January to March loses an hour, and October to now has got it back.
        assert_eq!(all[0].span.1.seconds_since(all[0].span.0), 90 * 86_400 - 3600);
        assert_eq!(all[3].span, (at(10, 1), at(11, 2)));
        assert_eq!(all[3].span.1.seconds_since(all[3].span.0), 32 * 86_400 + 3600);
        assert_eq!(quarters(&zone, 2027, at(11, 2)), []);
        assert_eq!(quarters(&zone, 2025, at(11, 2)).len(), 4);
    }
}
