//! Calendars that come in (RFC 5545), as stretches of wall time. Whoever wrote them, what cannot be understood is refused
//! as a whole: half a calendar would put people on duty who are away.

use crate::domain::rota::Zone;
use calcard::{
    common::timezone::Tz,
    icalendar::{ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarStatus},
};
use jiff::civil::DateTime;
use schemas::{UnixMillis, feeds::FeedFault};
use std::collections::BTreeMap;

/// Repetitions of one event that are looked at: 27 years of days. More costs time with a rule that never ends.
const REPETITIONS: usize = 10_000;
/// Events of one calendar.
const EVENTS: usize = 5000;
/// Repetitions of all series together. More keeps a core busy for a calendar that nobody needs.
const ALL_REPETITIONS: usize = 1_000_000;
/// Lines of the zones' own rules, which each series is read with.
const ZONE_LINES: usize = 500;
/// Longest event, in seconds: 400 days.
const LONGEST_SECONDS: i64 = 400 * 86_400;

/// One repetition of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Away {
    /// The same for the same repetition at the next reading.
    pub(super) key: String,
    /// Addresses of attendees, in lower case.
    pub(super) attendees: Vec<String>,
    pub(super) summary: String,
    /// Wall time of the zone.
    pub(super) from: DateTime,
    pub(super) until: DateTime,
}

/// Everything that touches the time between `from` and `until`.
pub(super) fn read(text: &str, zone: &Zone, (from, until): (UnixMillis, UnixMillis)) -> Result<Vec<Away>, FeedFault> {
    // Half a calendar reads well, and would take the other half of the absences back.
    if !text.trim_end().to_ascii_uppercase().ends_with("END:VCALENDAR") {
        return Err(FeedFault::NotACalendar);
    }
    let calendar = ICalendar::parse(text).map_err(|_| FeedFault::NotACalendar)?;
    let is_calendar = calendar.components.iter().any(|of| of.component_type == ICalendarComponentType::VCalendar);
    if !is_calendar {
        return Err(FeedFault::NotACalendar);
    }
    let default: Tz = zone.name().parse().map_err(|()| FeedFault::BadEvent)?;
    let mut found = Vec::new();
    let mut left = ALL_REPETITIONS;
    for series in series(&calendar)? {
        let expanded = series.expand_dates(default, REPETITIONS);
        if !expanded.errors.is_empty() {
            return Err(FeedFault::BadEvent);
        }
        // The library leaves off at the limit without a word: what lies behind it would be no absence.
        let last = expanded.events.iter().map(|repetition| repetition.timestamps().0).max();
        let is_cut = expanded.events.len() + exceptions(&series) >= REPETITIONS;
        if is_cut && last.is_some_and(|begin| begin.saturating_mul(1000) < until.0) {
            return Err(FeedFault::TooMany);
        }
        left = left.checked_sub(expanded.events.len()).ok_or(FeedFault::TooMany)?;
        for repetition in expanded.events {
            let (begin, end) = repetition.timestamps();
            if end < begin || end - begin > LONGEST_SECONDS {
                return Err(FeedFault::BadEvent);
            }
            let (begin, end) = (UnixMillis(begin * 1000), UnixMillis(end * 1000));
            let event = series.components.get(repetition.comp_id as usize).ok_or(FeedFault::BadEvent)?;
            if begin >= end || end <= from || begin >= until || event.status() == Some(&ICalendarStatus::Cancelled) {
                continue;
            }
            if found.len() >= EVENTS {
                return Err(FeedFault::TooMany);
            }
            found.push(Away {
                key: format!("{} {}", event.uid().unwrap_or_default(), begin.0),
                attendees: attendees(event),
                summary: summary(event),
                from: zone.wall(begin),
                until: zone.wall(end),
            });
        }
    }
    Ok(found)
}

/// Each event with its exceptions and the calendar's zones: a rule that never ends takes from no other's repetitions.
/// One after the other: each holds a copy of the zones.
fn series(calendar: &ICalendar) -> Result<impl Iterator<Item = ICalendar>, FeedFault> {
    let zones = calendar.build_tz_resolver();
    let mut by_uid: BTreeMap<String, Vec<ICalendarComponent>> = BTreeMap::new();
    let events = calendar.components.iter().filter(|of| of.component_type == ICalendarComponentType::VEvent);
    for (n, event) in events.enumerate() {
        if event.property(&ICalendarProperty::Dtstart).is_none() {
            return Err(FeedFault::BadEvent);
        }
        // A zone that nobody knows would silently be another one.
        let named = event.entries.iter().filter_map(|entry| entry.tz_id());
        if named.into_iter().any(|id| zones.resolve(id).is_none()) {
            return Err(FeedFault::BadEvent);
        }
        let uid = event.uid().map_or_else(|| format!("without {n}"), str::to_owned);
        by_uid.entry(uid).or_default().push(event.clone());
    }
    if by_uid.len() > EVENTS {
        return Err(FeedFault::TooMany);
    }
    let zones: Vec<ICalendarComponent> = calendar.timezones().cloned().collect();
    if zones.iter().map(|zone| 1 + zone.entries.len() + zone.component_ids.len()).sum::<usize>() > ZONE_LINES {
        return Err(FeedFault::TooMany);
    }
    Ok(by_uid.into_values().map(move |events| ICalendar { components: zones.iter().cloned().chain(events).collect() }))
}

/// Dates that are taken out of a series; they count among its repetitions.
fn exceptions(series: &ICalendar) -> usize {
    let of = series.components.iter().flat_map(|event| event.properties(&ICalendarProperty::Exdate));
    of.map(|entry| entry.values.len().max(1)).sum()
}

fn attendees(event: &ICalendarComponent) -> Vec<String> {
    let of = event.properties(&ICalendarProperty::Attendee);
    of.filter_map(|entry| entry.calendar_address()).map(|address| address.trim().to_lowercase()).collect()
}

fn summary(event: &ICalendarComponent) -> String {
    let of = event.property(&ICalendarProperty::Summary).and_then(|entry| entry.values.first());
    of.and_then(|value| value.as_text()).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        "Europe/Berlin".parse().unwrap()
    }

    fn at(text: &str) -> UnixMillis {
        zone().begin(text.parse().unwrap())
    }

    fn read_2026(events: &str) -> Result<Vec<String>, FeedFault> {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n");
        let found = read(&text, &zone(), (at("2026-01-01T00:00:00"), at("2027-01-01T00:00:00")))?;
        Ok(found.iter().map(|of| format!("{} {} {}", of.summary, of.from, of.until)).collect())
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:20260101T000000Z\r\n{lines}END:VEVENT\r\n", lines.len())
    }

    #[test]
    fn what_repeats_too_often_is_said_and_not_cut_off() {
        let daily = event("DTSTART:20000101T080000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nSUMMARY:x\r\n");
        assert_eq!(read_2026(&daily).map(|found| found.len()), Ok(365), "26 years on");
        let old = event("DTSTART:19900101T080000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nSUMMARY:x\r\n");
        assert_eq!(read_2026(&old), Err(FeedFault::TooMany));
        let seconds = event("DTSTART:20000101T080000\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY\r\nSUMMARY:x\r\n");
        assert_eq!(read_2026(&seconds), Err(FeedFault::TooMany));
        let rules =
            "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n";
        let zone = format!("BEGIN:VTIMEZONE\r\nTZID:x\r\n{}END:VTIMEZONE\r\n", rules.repeat(600));
        assert_eq!(read_2026(&zone), Err(FeedFault::TooMany));
    }

    #[test]
    fn whole_days_zones_of_windows_and_times_in_utc_are_the_same_wall_clock() {
        let all_day = event("SUMMARY:A\r\nDTSTART;VALUE=DATE:20260701\r\nDTEND;VALUE=DATE:20260704\r\n");
        assert_eq!(read_2026(&all_day).unwrap(), ["A 2026-07-01T00:00:00 2026-07-04T00:00:00"]);
        let one_day = event("SUMMARY:A\r\nDTSTART;VALUE=DATE:20260701\r\n");
        assert_eq!(read_2026(&one_day).unwrap(), ["A 2026-07-01T00:00:00 2026-07-02T00:00:00"]);
        let outlook = event(
            "SUMMARY:B\r\nDTSTART;TZID=W. Europe Standard Time:20260701T080000\r\n\
             DTEND;TZID=W. Europe Standard Time:20260701T160000\r\n",
        );
        assert_eq!(read_2026(&outlook).unwrap(), ["B 2026-07-01T08:00:00 2026-07-01T16:00:00"]);
        let utc = event("SUMMARY:C\r\nDTSTART:20260701T060000Z\r\nDURATION:PT8H\r\n");
        assert_eq!(read_2026(&utc).unwrap(), ["C 2026-07-01T08:00:00 2026-07-01T16:00:00"]);
        let floating = event("SUMMARY:D\r\nDTSTART:20260701T080000\r\nDTEND:20260701T160000\r\n");
        assert_eq!(read_2026(&floating).unwrap(), ["D 2026-07-01T08:00:00 2026-07-01T16:00:00"]);
    }

    #[test]
    fn a_weekly_day_off_stays_at_its_hour_over_the_clock_change_with_its_exceptions() {
        let weekly = "SUMMARY:E\r\nDTSTART;TZID=Europe/Berlin:20261012T080000\r\nDTEND;TZID=Europe/Berlin:20261012T160000\r\n\
                      RRULE:FREQ=WEEKLY;UNTIL=20261109T230000Z\r\nEXDATE;TZID=Europe/Berlin:20261019T080000\r\n";
        let found = read_2026(&event(weekly)).unwrap();
        let days = ["2026-10-12", "2026-10-26", "2026-11-02", "2026-11-09"];
        assert_eq!(found, days.map(|day| format!("E {day}T08:00:00 {day}T16:00:00")));
        let for_ever = "SUMMARY:F\r\nDTSTART;VALUE=DATE:20200106\r\nRRULE:FREQ=WEEKLY\r\n";
        let both = format!("{}{}", event(for_ever), event(weekly));
        let found = read_2026(&both).unwrap();
        assert_eq!(found.iter().filter(|of| of.starts_with('F')).count(), 52);
        assert_eq!(found.iter().filter(|of| of.starts_with('E')).count(), 4, "one takes nothing from the other");
    }

    #[test]
    fn what_cannot_be_understood_is_refused_as_a_whole() {
        let good = event("SUMMARY:A\r\nDTSTART;VALUE=DATE:20260701\r\n");
        let mars = event("SUMMARY:B\r\nDTSTART;TZID=Mars/Base:20260701T080000\r\nDURATION:PT8H\r\n");
        assert_eq!(read_2026(&format!("{good}{mars}")), Err(FeedFault::BadEvent));
        assert_eq!(read_2026(&format!("{good}{}", event("SUMMARY:C\r\n"))), Err(FeedFault::BadEvent));
        let years = event("SUMMARY:D\r\nDTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20280101\r\n");
        assert_eq!(read_2026(&years), Err(FeedFault::BadEvent));
        let cut = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{good}");
        for text in [
            cut.as_str(),
            "",
            "<html>",
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\r\n",
        ] {
            let found = read(text, &zone(), (UnixMillis(0), UnixMillis(i64::MAX)));
            assert_eq!(found, Err(FeedFault::NotACalendar), "{text}");
        }
        let cancelled = event("SUMMARY:E\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20260701\r\n");
        assert_eq!(read_2026(&cancelled).unwrap(), [""; 0]);
    }
}
