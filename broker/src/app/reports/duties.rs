//! Who has borne how much.

use super::{away, count, file, filter, services, span, words};
use crate::app::{
    App, Result,
    sheet::{Sheet, TableFile},
};
use crate::domain::{
    directory::Actor,
    reports::in_force,
    rota::{burdens, shares},
};
use schemas::{
    PersonId, ServiceId,
    reports::{DutyLine, ReportQuery},
    rota::Burden,
};
use std::collections::BTreeMap;

impl App {
    /// By service and person, whoever was on duty or was called.
    pub async fn duty_report(&self, actor: &Actor, query: &ReportQuery) -> Result<Vec<DutyLine>> {
        Self::reports(actor)?;
        let span = span(query.from, query.until)?;
        let directory = self.directory().await?;
        let away = away(&directory);
        let mut called: BTreeMap<ServiceId, BTreeMap<PersonId, u32>> = BTreeMap::new();
        for row in self.repo.call_outs(&filter(actor, span)).await? {
            called.entry(ServiceId(row.service_id)).or_default().insert(PersonId(row.person_id), count(row.count));
        }
        let mut lines = Vec::new();
        for entry in services(&directory, actor) {
            let history = self.history(entry.service.id, span).await?;
            let Some(last) = history.last().map(|published| published.rota.clone()) else { continue };
            let shifts = in_force(&history, &away, span);
            let called = called.remove(&entry.service.id).unwrap_or_default();
            let burdens = burdens(&last.zone, last.land, &shifts, &called, span);
            let mut own: Vec<DutyLine> = shares(&burdens, &|person| directory.part(entry, person, span))
                .into_iter()
                .map(|share| DutyLine {
                    service_id: entry.service.id,
                    service: entry.service.name.clone(),
                    person: directory.person_ref(share.person),
                    burden: Burden {
                        duty: share.burden.duty,
                        nights: share.burden.nights,
                        weekends: share.burden.weekends,
                        holidays: share.burden.holidays,
                        call_outs: share.burden.call_outs,
                        weight: share.burden.weight(),
                    },
                    even: share.even,
                })
                .collect();
            own.sort_by(|a, b| (&a.person.name, a.person.id).cmp(&(&b.person.name, b.person.id)));
            lines.append(&mut own);
        }
        Ok(lines)
    }

    pub async fn duty_table(&self, actor: &Actor, query: &ReportQuery) -> Result<TableFile> {
        let lines = self.duty_report(actor, query).await?;
        let language = query.language.unwrap_or_default();
        let mut sheet = Sheet::new(words::duty_columns(language))?;
        for line in lines {
            let hours = |seconds: i64| super::hundredths(seconds / 36, language);
            let Burden { duty, nights, weekends, holidays, call_outs, weight } = line.burden;
            let percent = (weight * 100).checked_div(line.even).map_or_else(String::new, |share| share.to_string());
            let cells = [line.service, line.person.name, line.person.hospital].into_iter();
            let cells = cells.chain([duty, nights, weekends, holidays].map(hours));
            sheet.row(cells.chain([call_outs.to_string(), hours(weight), percent]))?;
        }
        Ok(file(words::duties(language), &words::day(query.from), sheet.finish()?))
    }
}
