use super::*;

const WEEK: i64 = 7 * DAY;

#[test]
fn each_is_told_of_their_own_changes_and_nobody_else_of_anything() {
    let before = rota(vec![layer(&[1, 2, 3], "2026-01-05T08:00:00", Turn::Weeks(1))]);
    let mut after = before.clone();
    after.overrides.push(Override {
        level: DutyLevel::Primary,
        person: person(2),
        from: "2026-01-06T08:00:00".parse().unwrap(),
        until: "2026-01-07T08:00:00".parse().unwrap(),
        swap: None,
    });
    let (from, until) = (utc("2026-01-05T07:00:00Z"), utc("2026-01-26T07:00:00Z"));
    let of = |rota: &Rota| shifts(rota, &Away::new(), from, until);
    let told = changes(&of(&before), &of(&after));
    let day: Stretches = [(utc("2026-01-06T07:00:00Z"), utc("2026-01-07T07:00:00Z"))].into_iter().collect();
    let none = Stretches::default();
    let change = |n: u128, gained: &Stretches, lost: &Stretches| Change {
        person: person(n),
        level: DutyLevel::Primary,
        kind: DutyKind::OnCall,
        gained: gained.clone(),
        lost: lost.clone(),
    };
    assert_eq!(told, [change(1, &none, &day), change(2, &day, &none)]);
    assert_eq!(changes(&of(&before), &of(&before)), []);
}

#[test]
fn the_next_hand_overs_name_who_goes_and_who_comes_also_into_a_gap() {
    let mut turns = layer(&[1, 2], "2026-01-05T08:00:00", Turn::Weeks(1));
    turns.end = Some("2026-01-19T08:00:00".parse().unwrap());
    let begin = utc("2026-01-05T07:00:00Z");
    let end = begin.plus_seconds(4 * WEEK);
    let shifts = shifts(&rota(vec![turns]), &Away::new(), begin, end);
    let found = hand_overs(&shifts, DutyLevel::Primary, begin, end);
    let people = |of: &std::collections::BTreeSet<PersonId>| of.iter().map(|p| p.0.as_u128()).collect::<Vec<_>>();
    let found: Vec<_> = found.iter().map(|h| (h.at, people(&h.before), people(&h.after))).collect();
    assert_eq!(found, [(begin.plus_seconds(WEEK), vec![1], vec![2]), (begin.plus_seconds(2 * WEEK), vec![2], vec![])]);
}

#[test]
fn whoever_is_away_is_on_no_duty_and_what_lies_below_shows_or_nothing() {
    let rota = rota(vec![
        layer(&[9], "2026-01-01T00:00:00", Turn::Weeks(1)),
        layer(&[1], "2026-01-05T08:00:00", Turn::Weeks(1)),
    ]);
    let absence = |n: u128, from: &str, until: &str| Absence {
        person: person(n),
        kind: AbsenceKind::Sick,
        zone: berlin(),
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
    };
    let sick = [
        absence(1, "2026-01-06T00:00:00", "2026-01-08T00:00:00"),
        absence(9, "2026-01-07T00:00:00", "2026-01-09T00:00:00"),
    ];
    let away = away(&sick);
    let (from, until) = (utc("2026-01-05T23:00:00Z"), utc("2026-01-08T23:00:00Z"));
    assert_eq!(text(&shifts(&rota, &away, from, until)), ["9 01-05T23:00 01-06T23:00", "1 01-07T23:00 01-08T23:00"]);
    let gap = Gap { from: utc("2026-01-06T23:00:00Z"), until: utc("2026-01-07T23:00:00Z") };
    assert_eq!(gaps(&rota, &away, DutyLevel::Primary, from, until), [gap]);
}

#[test]
fn a_temporary_schedule_is_all_there_is_while_it_lasts() {
    let mut rota = rota(vec![layer(&[1], "2026-01-01T00:00:00", Turn::Weeks(1))]);
    let at = |text: &str| text.parse::<DateTime>().unwrap();
    rota.temporaries.push(Temporary {
        level: DutyLevel::Primary,
        from: at("2026-02-02T00:00:00"),
        until: at("2026-02-03T00:00:00"),
        shifts: vec![FixedShift {
            person: person(2),
            from: at("2026-02-02T08:00:00"),
            until: at("2026-02-09T08:00:00"),
        }],
    });
    let (from, until) = (utc("2026-02-01T00:00:00Z"), utc("2026-02-04T00:00:00Z"));
    let found = shifts(&rota, &Away::new(), from, until);
    assert_eq!(text(&found), ["1 02-01T00:00 02-01T23:00", "2! 02-02T07:00 02-02T23:00", "1 02-02T23:00 02-04T00:00"]);
    assert_eq!(gaps(&rota, &Away::new(), DutyLevel::Primary, from, until).len(), 1);
}

#[test]
fn the_kind_of_duty_is_that_of_the_hours_whoever_does_it() {
    let nights = layer(&[1], "2026-01-01T00:00:00", Turn::Weeks(1));
    let mut days = layer(&[1], "2026-01-01T00:00:00", Turn::Weeks(1));
    days.kind = DutyKind::OnSite;
    days.windows = vec![window(&[1, 2, 3, 4, 5], "08:00", "16:00")];
    let mut rota = rota(vec![nights, days]);
    rota.overrides.push(Override {
        level: DutyLevel::Primary,
        person: person(2),
        from: "2026-01-07T12:00:00".parse().unwrap(),
        until: "2026-01-07T20:00:00".parse().unwrap(),
        swap: None,
    });
    let found = shifts(&rota, &Away::new(), utc("2026-01-07T00:00:00Z"), utc("2026-01-08T00:00:00Z"));
    let found: Vec<_> = text(&found).into_iter().zip(found.iter().map(|shift| shift.kind)).collect();
    let expected = [
        ("1 01-07T00:00 01-07T07:00", DutyKind::OnCall),
        ("1 01-07T07:00 01-07T11:00", DutyKind::OnSite),
        ("2! 01-07T11:00 01-07T15:00", DutyKind::OnSite),
        ("2! 01-07T15:00 01-07T19:00", DutyKind::OnCall),
        ("1 01-07T19:00 01-08T00:00", DutyKind::OnCall),
    ];
    assert_eq!(found, expected.map(|(text, kind)| (text.to_owned(), kind)));
}

#[test]
fn a_draft_goes_on_over_what_was_taken_over_meanwhile_and_over_nothing_else() {
    let over = |n: u128, day: u8| Override {
        level: DutyLevel::Primary,
        person: person(n),
        from: format!("2026-02-{day:02}T08:00:00").parse().unwrap(),
        until: format!("2026-02-{day:02}T20:00:00").parse().unwrap(),
        swap: None,
    };
    let with = |rota: &Rota, overrides: &[Override]| Rota { overrides: overrides.to_vec(), ..rota.clone() };
    let plain = rota(vec![layer(&[1, 2], "2026-01-05T08:00:00", Turn::Weeks(1))]);
    let base = with(&plain, &[over(1, 1)]);
    let mine = Rota { land: Some(Land::Bw), ..with(&plain, &[over(1, 1), over(2, 3)]) };
    let published = with(&plain, &[over(1, 1), over(9, 2)]);
    assert_eq!(merged(&base, &published, &mine).unwrap().overrides, [over(1, 1), over(2, 3), over(9, 2)]);
    assert_eq!(merged(&base, &published, &mine).unwrap().land, Some(Land::Bw));
    assert_eq!(merged(&base, &base, &mine), Some(mine.clone()));
    assert_eq!(merged(&base, &with(&plain, &[over(9, 2)]), &mine), None, "one was taken away");
    let swapped = Override { swap: Some(uuid::Uuid::from_u128(5)), ..over(7, 4) };
    let with_swap = |of: &[Override]| with(&plain, &[of, std::slice::from_ref(&swapped)].concat());
    let undone = merged(&with_swap(&[over(1, 1)]), &base, &Rota { land: mine.land, ..with_swap(&mine.overrides) });
    assert_eq!(undone, Some(mine.clone()), "a swap that was taken back goes from the draft too");
    let others = rota(vec![layer(&[3], "2026-01-05T08:00:00", Turn::Weeks(1))]);
    assert_eq!(merged(&base, &with(&others, &base.overrides), &mine), None, "other turns");
}
