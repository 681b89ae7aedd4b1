use super::*;

#[test]
fn of_baden_wuerttemberg_in_2026_are_those_of_its_calendar() {
    let year: Vec<_> = date(2026, 1, 1)
        .series(Span::new().days(1))
        .take(365)
        .filter_map(|day| Some(format!("{} {}", day.strftime("%m-%d"), holiday(Land::Bw, day)?)))
        .collect();
    assert_eq!(
        year,
        [
            "01-01 Neujahr",
            "01-06 Heilige Drei Könige",
            "04-03 Karfreitag",
            "04-06 Ostermontag",
            "05-01 Erster Mai",
            "05-14 Christi Himmelfahrt",
            "05-25 Pfingstmontag",
            "06-04 Fronleichnam",
            "10-03 Tag der Deutschen Einheit",
            "11-01 Allerheiligen",
            "12-25 Erster Weihnachtsfeiertag",
            "12-26 Zweiter Weihnachtsfeiertag",
        ]
    );
    assert_eq!(
        (holiday(Land::Hh, date(2026, 1, 6)), holiday(Land::Hh, date(2026, 10, 31))),
        (None, Some("Reformationstag"))
    );
    assert_eq!(serde_json::to_string(&Land::Bw).unwrap(), r#""BW""#);
}

#[test]
fn a_holiday_is_a_day_of_its_own_where_the_window_says_so() {
    // 2026-05-14, Christi Himmelfahrt, is a Thursday.
    let mut days = layer(&[1], "2026-01-01T00:00:00", Turn::Weeks(1));
    days.windows = vec![Window { on_holidays: OnHolidays::Not, ..window(&[1, 2, 3, 4, 5], "08:00", "16:00") }];
    let mut house = layer(&[2], "2026-01-01T00:00:00", Turn::Weeks(1));
    house.windows = vec![Window { on_holidays: OnHolidays::Also, ..window(&[6, 7], "08:00", "20:00") }];
    let rota = Rota { land: Some(Land::Bw), ..rota(vec![days, house]) };
    let shifts = shifts(&rota, &Away::new(), utc("2026-05-12T22:00:00Z"), utc("2026-05-16T22:00:00Z"));
    assert_eq!(
        text(&shifts),
        [
            "1 05-13T06:00 05-13T14:00",
            "2 05-14T06:00 05-14T18:00",
            "1 05-15T06:00 05-15T14:00",
            "2 05-16T06:00 05-16T18:00"
        ]
    );
}

#[test]
fn every_second_week_counts_from_the_week_that_is_named() {
    let mut one = layer(&[1], "2026-01-01T00:00:00", Turn::Weeks(1));
    let weeks = Some(Weeks { every: 2, from: date(2026, 1, 7) });
    one.windows = vec![Window { weeks, ..window(&[1], "08:00", "09:00") }];
    let shifts = shifts(&rota(vec![one]), &Away::new(), utc("2025-12-20T00:00:00Z"), utc("2026-02-10T00:00:00Z"));
    assert_eq!(text(&shifts), ["1 01-05T07:00 01-05T08:00", "1 01-19T07:00 01-19T08:00", "1 02-02T07:00 02-02T08:00"]);
}
