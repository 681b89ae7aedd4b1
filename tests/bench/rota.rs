//! Rotas: gaps of a year and more for a thousand services, and who is on duty now.

use crate::{Sample, millis_since, native::now};
use anyhow::{Result, ensure};
use schemas::{
    PersonId, UnixMillis,
    directory::{DutyKind, DutyLevel},
};
use telekonsil::domain::rota::{Away, Land, Layer, OnHolidays, Override, Rota, Turn, Window, gaps, who_is_on};
use uuid::Uuid;

const SERVICES: usize = 1_000;
const DAYS: i64 = 400;
/// Changes by hand of each service: two a week.
const OVERRIDES: usize = 114;
const DAY_SECONDS: i64 = 86_400;

/// The issue asks for 400 days of 1,000 services within 10 s.
pub(crate) fn run() -> Result<()> {
    let kinds = [("weekly", Turn::Weeks(1)), ("daily", Turn::Days(1)), ("hourly", Turn::Hours(1))];
    let from = UnixMillis(1_798_000_000_000);
    let until = from.plus_seconds(DAYS * DAY_SECONDS);
    for (name, turn) in kinds {
        let rotas = (0..SERVICES).map(|_| rota(&turn)).collect::<Result<Vec<_>>>()?;
        let start = now();
        let mut found = 0;
        for rota in &rotas {
            for level in [DutyLevel::Primary, DutyLevel::Secondary] {
                found += gaps(rota, &Away::new(), level, from, until).len();
            }
        }
        let took = millis_since(start) / 1000.0;
        ensure!(found == 0, "these rotas have no gap");
        let times = rotas.iter().map(|rota| {
            let start = now();
            let on = who_is_on(rota, &Away::new(), from);
            (millis_since(start), on.len())
        });
        let times: Vec<(f64, usize)> = times.collect();
        ensure!(times.iter().all(|(_, on)| *on >= 2), "somebody is on at both levels");
        let times = Sample::new(times.into_iter().map(|(ms, _)| ms).collect());
        println!(
            "{name} turns with days, nights and holidays, {OVERRIDES} overrides: gaps of {SERVICES} services over {DAYS} \
             days in {took:.1} s; who is on: {}",
            times.line("ms")
        );
    }
    Ok(())
}

fn rota(turn: &Turn) -> Result<Rota> {
    let people = |from: u128| (from..from + 8).map(|n| PersonId(Uuid::from_u128(n))).collect::<Vec<_>>();
    let layer = |level, turn: &Turn, windows| -> Result<Layer> {
        let start = "2026-01-05T08:00:00".parse()?;
        Ok(Layer { level, kind: DutyKind::OnCall, people: people(1), start, end: None, turn: turn.clone(), windows })
    };
    let window = |days: &[u8], from: &str, until: &str| -> Result<Window> {
        let window = Window::on(days.to_vec(), from.parse()?, until.parse()?);
        Ok(Window { on_holidays: OnHolidays::Also, ..window })
    };
    let days = vec![window(&[1, 2, 3, 4, 5], "08:00:00", "17:00:00")?];
    let layers = vec![
        layer(DutyLevel::Primary, &Turn::Weeks(1), vec![])?,
        layer(DutyLevel::Primary, turn, days)?,
        layer(DutyLevel::Secondary, turn, vec![])?,
    ];
    let first: jiff::civil::DateTime = "2026-12-01T08:00:00".parse()?;
    let overrides = (0..OVERRIDES).map(|n| {
        let from = first.checked_add(jiff::Span::new().days(i64::try_from(n)? * 7 / 2))?;
        let until = from.checked_add(jiff::Span::new().hours(12))?;
        let person = PersonId(Uuid::from_u128(20 + n as u128));
        Ok(Override { level: DutyLevel::Primary, person, from, until, swap: None })
    });
    Ok(Rota {
        zone: "Europe/Berlin".parse()?,
        land: Some(Land::Bw),
        layers,
        temporaries: vec![],
        overrides: overrides.collect::<Result<_>>()?,
    })
}
