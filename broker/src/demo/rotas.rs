//! Rotas that cover now, whatever the date.

use super::cast::{
    self, BRANDT, CARDIOLOGY, DEMIR, HADDAD, KERN, LORENZ, NEUROSURGERY, NOWAK, RADIOLOGY, SOMMER, SPECIALIST, STROKE,
    TANABE,
};
use crate::app::ports::{DirectoryRows, DirectoryWrite, RotaRow};
use crate::app::{last_monday, weekly};
use crate::domain::rota::{Away, Land, Layer, Override, Rota, Turn, Zone, who_is_on};
use anyhow::{Context, Result};
use jiff::Span;
use schemas::{
    PersonId, UnixMillis,
    directory::DutyLevel::{Primary, Secondary},
};
use uuid::Uuid;

/// Hand-over in the morning.
const HAND_OVER_HOUR: i8 = 8;

/// The rotas as they are at the first start.
pub(super) fn all(now: UnixMillis) -> Result<Vec<RotaRow>> {
    let zone: Zone = cast::ZONE.parse()?;
    let wall = zone.wall(now);
    let monday = last_monday(&zone, now);
    let weekly = |level, people: &[PersonId]| weekly(level, people, monday);
    let daily = |level, people: &[PersonId]| Layer { turn: Turn::Days(1), ..weekly(level, people) };
    // Dr. Demir stands in for two days: an override, as it shows on the board.
    let stand_in = Override {
        level: Primary,
        person: DEMIR,
        from: wall.date().at(0, 0, 0, 0),
        until: wall.date().checked_add(Span::new().days(2))?.at(HAND_OVER_HOUR, 0, 0, 0),
        swap: None,
    };
    [
        (STROKE, vec![weekly(Primary, &[SPECIALIST, SOMMER]), weekly(Secondary, &[NOWAK])], vec![]),
        (NEUROSURGERY, vec![weekly(Primary, &[KERN, HADDAD]), weekly(Secondary, &[HADDAD, KERN])], vec![]),
        (CARDIOLOGY, vec![daily(Primary, &[LORENZ, BRANDT]), daily(Secondary, &[BRANDT, LORENZ])], vec![]),
        (RADIOLOGY, vec![weekly(Primary, &[TANABE, DEMIR]), weekly(Secondary, &[TANABE])], vec![stand_in]),
    ]
    .into_iter()
    .map(|(service, layers, overrides)| {
        row(service, &Rota { zone: zone.clone(), land: Some(Land::Bw), layers, temporaries: vec![], overrides })
    })
    .collect()
}

/// At a later start the weeks have gone on: when somebody else is on first duty for stroke neurology now, the demo's
/// specialist stands in for a week. `None`: nothing to do.
pub(super) fn renewed(rows: &DirectoryRows, now: UnixMillis) -> Result<Option<DirectoryWrite>> {
    let stored = rows.rotas.iter().find(|row| row.service_id == STROKE).context("the demo's rota is missing")?;
    let mut rota: Rota = serde_json::from_str(&stored.body).context("the demo's rota cannot be read")?;
    let on = who_is_on(&rota, &Away::new(), now);
    if on.iter().any(|shift| shift.level == Primary && shift.person == SPECIALIST) {
        return Ok(None);
    }
    let wall = rota.zone.wall(now);
    rota.overrides.push(Override {
        level: Primary,
        person: SPECIALIST,
        from: wall.date().at(0, 0, 0, 0),
        until: wall.date().checked_add(Span::new().days(7))?.at(HAND_OVER_HOUR, 0, 0, 0),
        swap: None,
    });
    Ok(Some(DirectoryWrite { rotas: vec![row(STROKE, &rota)?], ..DirectoryWrite::default() }))
}

fn row(service_id: Uuid, rota: &Rota) -> Result<RotaRow> {
    Ok(RotaRow { service_id, body: serde_json::to_string(rota)?, ..RotaRow::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    #[test]
    fn whatever_the_hour_of_the_year_every_service_has_first_and_second_duty_and_the_specialist_is_on() {
        let begin = UnixMillis(1_798_000_000_000);
        // Every 5th hour of a year meets both clock changes, Monday mornings and nights.
        for n in 0..(366 * 24 / 5) {
            let now = begin.plus_seconds(n * 5 * HOUR);
            for row in all(now).unwrap() {
                let rota: Rota = serde_json::from_str(&row.body).unwrap();
                let on = who_is_on(&rota, &Away::new(), now);
                for level in [Primary, Secondary] {
                    assert!(on.iter().any(|shift| shift.level == level), "{} {level:?} at {}", row.service_id, now.0);
                }
                if row.service_id == STROKE {
                    assert!(on.iter().any(|shift| shift.level == Primary && shift.person == SPECIALIST));
                }
            }
        }
    }

    #[test]
    fn weeks_later_the_specialist_is_put_on_duty_again_and_only_when_needed() {
        let first = UnixMillis(1_798_000_000_000);
        let mut rows = DirectoryRows { rotas: all(first).unwrap(), ..DirectoryRows::default() };
        assert!(renewed(&rows, first).unwrap().is_none());
        let later = first.plus_seconds(7 * 24 * HOUR);
        let write = renewed(&rows, later).unwrap().unwrap();
        let rota: Rota = serde_json::from_str(&write.rotas[0].body).unwrap();
        assert!(
            who_is_on(&rota, &Away::new(), later)
                .iter()
                .any(|s| s.level == Primary && s.person == SPECIALIST && s.is_override)
        );
        rows.rotas = write.rotas;
        assert!(renewed(&rows, later).unwrap().is_none());
    }
}
