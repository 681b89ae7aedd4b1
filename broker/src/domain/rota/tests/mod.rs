mod changes;
mod conflicts;
mod coverage;
mod fairness;
mod holidays;
mod limits;
mod oracle;
mod sets;

use super::*;
use jiff::{Span, civil::date};
use proptest::prelude::*;
use uuid::Uuid;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn berlin() -> Zone {
    "Europe/Berlin".parse().unwrap()
}

fn utc(text: &str) -> UnixMillis {
    UnixMillis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn layer(people: &[u128], start: &str, turn: Turn) -> Layer {
    Layer {
        level: DutyLevel::Primary,
        kind: DutyKind::OnCall,
        people: people.iter().map(|n| person(*n)).collect(),
        start: start.parse().unwrap(),
        end: None,
        turn,
        windows: vec![],
    }
}

fn window(days: &[u8], from: &str, until: &str) -> Window {
    Window::on(days.to_vec(), from.parse().unwrap(), until.parse().unwrap())
}

fn rota(layers: Vec<Layer>) -> Rota {
    Rota { zone: berlin(), land: None, layers, temporaries: vec![], overrides: vec![] }
}

/// `person from until`, in UTC, one stretch a line.
fn text(shifts: &[Shift]) -> Vec<String> {
    let time = |t: UnixMillis| jiff::Timestamp::from_millisecond(t.0).unwrap().strftime("%m-%dT%H:%M").to_string();
    let line = |s: &Shift| {
        let mark = if s.is_override { "!" } else { "" };
        format!("{}{mark} {} {}", s.person.0.as_u128(), time(s.from), time(s.until))
    };
    shifts.iter().map(line).collect()
}

#[test]
fn people_take_weekly_turns_at_the_same_hour_in_summer_and_winter() {
    let rota = rota(vec![layer(&[1, 2], "2026-03-16T08:00:00", Turn::Weeks(1))]);
    let shifts = shifts(&rota, &Away::new(), utc("2026-03-16T07:00:00Z"), utc("2026-04-06T06:00:00Z"));
    assert_eq!(text(&shifts), ["1 03-16T07:00 03-23T07:00", "2 03-23T07:00 03-30T06:00", "1 03-30T06:00 04-06T06:00"]);
}

#[test]
fn an_autumn_hand_over_in_the_repeated_hour_overlaps() {
    // 2026-10-25: 03:00 MESZ becomes 02:00 MEZ, so 02:30 comes at 00:30 and at 01:30 UTC.
    let rota = rota(vec![layer(&[1, 2], "2026-10-24T02:30:00", Turn::Days(1))]);
    let shifts = shifts(&rota, &Away::new(), utc("2026-10-24T00:30:00Z"), utc("2026-10-26T01:30:00Z"));
    assert_eq!(text(&shifts), ["1 10-24T00:30 10-25T01:30", "2 10-25T00:30 10-26T01:30"]);
    assert_eq!(who_is_on(&rota, &Away::new(), utc("2026-10-25T01:00:00Z")).len(), 2);
}

#[test]
fn a_spring_hand_over_in_the_skipped_hour_is_at_the_change() {
    // 2026-03-29: 02:00 MEZ becomes 03:00 MESZ at 01:00 UTC.
    let rota = rota(vec![layer(&[1, 2], "2026-03-28T02:30:00", Turn::Days(1))]);
    let shifts = shifts(&rota, &Away::new(), utc("2026-03-28T01:30:00Z"), utc("2026-03-30T00:30:00Z"));
    assert_eq!(text(&shifts), ["1 03-28T01:30 03-29T01:00", "2 03-29T01:00 03-30T00:30"]);
}

#[test]
fn an_override_replaces_everybody_of_its_level_and_the_later_one_wins() {
    let mut rota = rota(vec![layer(&[1], "2026-01-05T08:00:00", Turn::Weeks(1))]);
    let over = |n: u128, from: &str, until: &str| Override {
        level: DutyLevel::Primary,
        person: person(n),
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        swap: None,
    };
    rota.overrides = vec![
        over(7, "2026-01-06T12:00:00", "2026-01-06T18:00:00"),
        over(8, "2026-01-06T16:00:00", "2026-01-06T20:00:00"),
    ];
    let shifts = shifts(&rota, &Away::new(), utc("2026-01-06T00:00:00Z"), utc("2026-01-07T00:00:00Z"));
    assert_eq!(
        text(&shifts),
        [
            "1 01-06T00:00 01-06T11:00",
            "7! 01-06T11:00 01-06T15:00",
            "8! 01-06T15:00 01-06T19:00",
            "1 01-06T19:00 01-07T00:00"
        ]
    );
}

#[test]
fn a_later_layer_covers_an_earlier_one_within_its_windows() {
    let mut nights = layer(&[2], "2026-01-01T00:00:00", Turn::Weeks(1));
    nights.windows = vec![window(&[1, 2, 3, 4, 5], "17:00", "08:00")];
    let rota = rota(vec![layer(&[1], "2026-01-01T00:00:00", Turn::Weeks(1)), nights]);
    // 2026-01-09 is a Friday.
    let shifts = shifts(&rota, &Away::new(), utc("2026-01-08T23:00:00Z"), utc("2026-01-10T23:00:00Z"));
    assert_eq!(
        text(&shifts),
        [
            "2 01-08T23:00 01-09T07:00",
            "1 01-09T07:00 01-09T16:00",
            "2 01-09T16:00 01-10T07:00",
            "1 01-10T07:00 01-10T23:00"
        ]
    );
}

#[test]
fn levels_do_not_cover_each_other() {
    let mut second = layer(&[2], "2026-01-01T00:00:00", Turn::Days(1));
    second.level = DutyLevel::Secondary;
    let rota = rota(vec![layer(&[1], "2026-01-01T00:00:00", Turn::Days(1)), second]);
    let on: Vec<_> =
        who_is_on(&rota, &Away::new(), utc("2026-02-01T00:00:00Z")).iter().map(|s| (s.level, s.person)).collect();
    assert_eq!(on, [(DutyLevel::Primary, person(1)), (DutyLevel::Secondary, person(2))]);
}

#[test]
fn before_the_start_after_the_end_and_outside_the_windows_there_are_gaps() {
    let mut days = layer(&[1], "2026-01-05T08:00:00", Turn::Days(1));
    days.end = Some("2026-01-07T12:00:00".parse().unwrap());
    days.windows = vec![window(&[1, 2, 3], "08:00", "16:00")];
    let found = gaps(
        &rota(vec![days]),
        &Away::new(),
        DutyLevel::Primary,
        utc("2026-01-05T00:00:00Z"),
        utc("2026-01-08T00:00:00Z"),
    );
    let expected = [
        ("2026-01-05T00:00:00Z", "2026-01-05T07:00:00Z"),
        ("2026-01-05T15:00:00Z", "2026-01-06T07:00:00Z"),
        ("2026-01-06T15:00:00Z", "2026-01-07T07:00:00Z"),
        ("2026-01-07T11:00:00Z", "2026-01-08T00:00:00Z"),
    ]
    .map(|(from, until)| Gap { from: utc(from), until: utc(until) });
    assert_eq!(found, expected);
}

#[test]
fn an_empty_rota_is_one_gap_and_an_empty_interval_none() {
    let empty = rota(vec![layer(&[], "2026-01-01T00:00:00", Turn::Days(1))]);
    let (from, until) = (utc("2026-01-01T00:00:00Z"), utc("2026-01-02T00:00:00Z"));
    assert_eq!(gaps(&empty, &Away::new(), DutyLevel::Primary, from, until), [Gap { from, until }]);
    assert!(gaps(&empty, &Away::new(), DutyLevel::Primary, until, from).is_empty());
    assert!(
        shifts(&rota(vec![layer(&[1], "2026-01-01T00:00:00", Turn::Days(1))]), &Away::new(), until, from).is_empty()
    );
}

#[test]
fn who_is_on_shows_the_whole_stretch_not_only_what_is_left() {
    let rota = rota(vec![layer(&[1, 2], "2026-01-05T08:00:00", Turn::Weeks(1))]);
    let on = who_is_on(&rota, &Away::new(), utc("2026-01-07T00:00:00Z"));
    assert_eq!(text(&on), ["1 01-05T07:00 01-12T07:00"]);
}

#[test]
fn wild_numbers_do_no_harm() {
    for turn in [Turn::Hours(0), Turn::Days(0), Turn::Weeks(u32::MAX), Turn::Days(u32::MAX), Turn::Hours(u32::MAX)] {
        let rota = rota(vec![layer(&[1, 2], "2026-01-05T08:00:00", turn)]);
        assert_eq!(who_is_on(&rota, &Away::new(), utc("2026-01-05T07:30:00Z"))[0].person, person(1));
    }
    let rota = rota(vec![layer(&[1], "-009998-01-02T00:00:00", Turn::Weeks(5000))]);
    let _ =
        (who_is_on(&rota, &Away::new(), UnixMillis(i64::MAX)), who_is_on(&rota, &Away::new(), UnixMillis(i64::MIN)));
}

#[test]
fn a_rota_survives_its_json_and_an_unknown_zone_is_refused() {
    let mut rota = rota(vec![layer(&[1, 2], "2026-01-05T08:00:00", Turn::Weeks(1))]);
    rota.layers[0].windows = vec![window(&[6], "08:00", "20:00")];
    let json = serde_json::to_string(&rota).unwrap();
    assert!(json.contains(r#""zone":"Europe/Berlin""#) && json.contains(r#""turn":{"unit":"weeks","n":1}"#), "{json}");
    assert_eq!(serde_json::from_str::<Rota>(&json).unwrap(), rota);
    assert!(serde_json::from_str::<Rota>(&json.replace("Berlin", "Atlantis")).is_err());
    assert_eq!("MEZ".parse::<Zone>(), Err(UnknownZone("MEZ".into())));
}

fn turns() -> impl Strategy<Value = Turn> {
    prop_oneof![(1u32..60).prop_map(Turn::Hours), (1u32..10).prop_map(Turn::Days), (1u32..4).prop_map(Turn::Weeks)]
}

prop_compose! {
    /// A layer that began some time before 2026-02-01, at any quarter of an hour.
    fn layers()(turn in turns(), count in 1u128..6, day in 1i8..29, hour in 0i8..24, quarter in 0i8..4) -> Layer {
        let people: Vec<u128> = (1..=count).collect();
        Layer { start: date(2026, 1, day).at(hour, quarter * 15, 0, 0), ..layer(&people, "2026-01-01T00:00:00", turn) }
    }
}

/// Who should be on by the clock on the wall: turns counted in wall time, which knows no zones.
fn by_the_wall(layer: &Layer, wall: DateTime) -> PersonId {
    let turn = match &layer.turn {
        Turn::Hours(n) => i64::from(*n),
        Turn::Days(n) => i64::from(*n) * 24,
        Turn::Weeks(n) => i64::from(*n) * 168,
        Turn::Cycle(_) => unreachable!("none in these layers"),
    };
    let hours = layer.start.until((jiff::Unit::Hour, wall)).unwrap().get_hours();
    layer.people[usize::try_from(i64::from(hours) / turn).unwrap() % layer.people.len()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_400_days_with_three_clock_changes_there_is_overlap_but_never_a_gap(layer in layers()) {
        let rota = rota(vec![layer]);
        let from = utc("2026-02-01T00:00:00Z");
        let until = from.plus_seconds(400 * DAY);
        prop_assert_eq!(gaps(&rota, &Away::new(), DutyLevel::Primary, from, until), vec![]);
        let shifts = shifts(&rota, &Away::new(), from, until);
        let total: i64 = shifts.iter().map(|s| s.until.seconds_since(s.from)).sum();
        let overlap = total - 400 * DAY;
        // One autumn change within: at most two hand-overs lie in the repeated hour.
        prop_assert!((0..=2 * HOUR).contains(&overlap), "{overlap} s of overlap");
        prop_assert!(shifts.iter().all(|s| s.from < s.until));
    }

    #[test]
    fn the_clock_on_the_wall_agrees_at_every_moment(layer in layers(), offsets in proptest::collection::vec(0i64..400 * 96, 200)) {
        let rota = rota(vec![layer.clone()]);
        let from = utc("2026-02-01T00:00:00Z");
        let all = shifts(&rota, &Away::new(), from, from.plus_seconds(400 * DAY));
        // The days of both changes quarter by quarter, and the rest of the year by chance.
        let changes = [utc("2026-03-28T22:00:00Z"), utc("2026-10-24T22:00:00Z")];
        let near = changes.into_iter().flat_map(|day| (0..120).map(move |quarter| day.plus_seconds(quarter * 900)));
        for t in near.chain(offsets.into_iter().map(|quarter| from.plus_seconds(quarter * 900))) {
            let expected = by_the_wall(&layer, rota.zone.wall(t));
            prop_assert!(all.iter().any(|s| s.covers(t) && s.person == expected), "{t:?}");
        }
    }

    #[test]
    fn two_windows_that_meet_leave_no_gap_at_any_hour(layer in layers(), one in 0i8..24, other in 0i8..24, minute in 0i8..60) {
        prop_assume!(one != other);
        let window = |from: i8, until: i8| {
            Window::on((1..=7).collect(), jiff::civil::time(from, minute, 0, 0), jiff::civil::time(until, minute, 0, 0))
        };
        let mut days = layer.clone();
        days.windows = vec![window(one, other)];
        let mut nights = layer;
        nights.windows = vec![window(other, one)];
        let from = utc("2026-02-01T00:00:00Z");
        let rota = rota(vec![days, nights]);
        prop_assert_eq!(gaps(&rota, &Away::new(), DutyLevel::Primary, from, from.plus_seconds(400 * DAY)), vec![]);
    }

    #[test]
    fn asking_for_a_part_gives_the_part_of_the_whole(layer in layers(), day in 0i64..380, length in 1i64..20 * 24) {
        let rota = rota(vec![layer]);
        let begin = utc("2026-02-01T00:00:00Z");
        let (from, until) = (begin.plus_seconds(day * DAY), begin.plus_seconds(day * DAY + length * HOUR));
        let mut whole = shifts(&rota, &Away::new(), begin, begin.plus_seconds(400 * DAY));
        whole.retain(|s| s.until > from && s.from < until);
        for shift in &mut whole {
            (shift.from, shift.until) = (shift.from.max(from), shift.until.min(until));
        }
        whole.sort_by_key(|s| (s.from, s.until, s.person));
        prop_assert_eq!(shifts(&rota, &Away::new(), from, until), whole);
    }

    #[test]
    fn begin_never_comes_after_end_and_both_keep_the_order_of_the_wall(minutes in 0i64..400 * 24 * 60, later in 0i64..300) {
        let zone = berlin();
        let one = date(2026, 2, 1).at(0, 0, 0, 0).checked_add(Span::new().minutes(minutes)).unwrap();
        let other = one.checked_add(Span::new().minutes(later)).unwrap();
        prop_assert!(zone.begin(one) <= zone.end(one));
        prop_assert!(zone.begin(one) <= zone.begin(other) && zone.end(one) <= zone.end(other));
    }
}
