use super::*;

#[test]
fn what_nobody_means_is_refused_with_its_place() {
    let good = || rota(vec![layer(&[1], "2026-01-05T08:00:00", Turn::Weeks(1))]);
    let with = |change: &dyn Fn(&mut Rota)| {
        let mut rota = good();
        change(&mut rota);
        check(&rota)
    };
    let at = |text: &str| text.parse::<DateTime>().unwrap();
    assert_eq!(check(&good()), Ok(()));
    assert_eq!(with(&|r| r.layers = vec![r.layers[0].clone(); MAX_LAYERS + 1]), Err(RotaFault::TooManyLayers));
    assert_eq!(
        with(&|r| r.layers[0].people = vec![person(1); MAX_PEOPLE + 1]),
        Err(RotaFault::TooManyPeople { layer: 0 })
    );
    assert_eq!(with(&|r| r.layers[0].turn = Turn::Hours(0)), Err(RotaFault::BadTurn { layer: 0 }));
    assert_eq!(with(&|r| r.layers[0].turn = Turn::Cycle(vec![])), Err(RotaFault::BadTurn { layer: 0 }));
    assert_eq!(
        with(&|r| r.layers[0].turn = Turn::Cycle(vec![12; MAX_CYCLE + 1])),
        Err(RotaFault::BadTurn { layer: 0 })
    );
    assert_eq!(with(&|r| r.layers[0].end = Some(r.layers[0].start)), Err(RotaFault::EndsBeforeStart { layer: 0 }));
    assert_eq!(
        with(&|r| r.layers[0].windows = vec![window(&[8], "08:00", "09:00")]),
        Err(RotaFault::BadDays { layer: 0 })
    );
    assert_eq!(
        with(&|r| r.layers[0].windows = vec![window(&[], "08:00", "09:00")]),
        Err(RotaFault::BadDays { layer: 0 })
    );
    assert_eq!(
        with(&|r| r.layers[0].windows = vec![window(&[1], "08:00", "09:00"); MAX_WINDOWS + 1]),
        Err(RotaFault::TooManyWindows { layer: 0 })
    );
    let over = |from: &str, until: &str| Override {
        level: DutyLevel::Primary,
        person: person(1),
        from: at(from),
        until: at(until),
        swap: None,
    };
    let one = over("2026-01-05T08:00:00", "2026-01-05T09:00:00");
    assert_eq!(
        with(&|r| r.overrides = vec![one.clone(), over("2026-01-05T08:00:00", "2026-01-05T08:00:00")]),
        Err(RotaFault::EmptyOverride { index: 1 })
    );
    assert_eq!(with(&|r| r.overrides = vec![one.clone(); MAX_OVERRIDES + 1]), Err(RotaFault::TooManyOverrides));
    assert_eq!(
        with(&|r| r.overrides = vec![over("1999-01-05T08:00:00", "2026-01-05T08:00:00")]),
        Err(RotaFault::WildYear)
    );
    let temporary = |from: &str, until: &str| Temporary {
        level: DutyLevel::Primary,
        from: at(from),
        until: at(until),
        shifts: vec![],
    };
    assert_eq!(
        with(&|r| r.temporaries = vec![temporary("2026-01-05T08:00:00", "2028-01-05T08:00:00")]),
        Err(RotaFault::BadTemporary { index: 0 })
    );
}

#[test]
fn what_ended_long_ago_does_not_fill_a_rota_up() {
    let at = |text: &str| text.parse::<DateTime>().unwrap();
    let over = |from: &str, until: &str| Override {
        level: DutyLevel::Primary,
        person: person(1),
        from: at(from),
        until: at(until),
        swap: None,
    };
    let mut it = rota(vec![layer(&[1], "2026-01-05T08:00:00", Turn::Weeks(1))]);
    let stays = over("2026-01-05T08:00:00", "2026-03-01T08:00:00");
    it.overrides = vec![over("2026-01-05T08:00:00", "2026-02-01T08:00:00"), stays.clone()];
    it.forget_before(utc("2026-02-15T00:00:00Z"));
    assert_eq!((it.overrides, it.layers.len()), (vec![stays], 1));
}
