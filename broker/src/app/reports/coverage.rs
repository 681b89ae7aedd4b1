//! Who covered which house, by quarter (KHVVG).

use super::{away, count, file, filter, hundredths, seconds, services, words};
use crate::app::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    ports::{AnswerRow, ReportBy},
    sheet::{Sheet, TableFile},
};
use crate::domain::{
    directory::Actor,
    reports::{Coverage, Quarter, coverage, in_force, quarters},
    rota::Zone,
};
use schemas::{
    HospitalId, PersonId, ServiceId,
    reports::{CoverageLine, NamedSpecialist, YearQuery},
};
use std::collections::{BTreeMap, btree_map::Entry};

/// Years that the calendar of rotas knows.
const YEARS: std::ops::Range<i16> = 2000..2200;

type Asked = BTreeMap<(ServiceId, HospitalId), AnswerRow>;

impl App {
    /// One line for each service, house that it works for, and quarter of the year that has begun.
    ///
    /// Contracts are those of today: what they were is not kept.
    pub async fn coverage_report(&self, actor: &Actor, query: &YearQuery) -> Result<Vec<CoverageLine>> {
        Self::reports(actor)?;
        if !YEARS.contains(&query.year) {
            return Err(Error::InvalidField("year: is not from 2000 to 2199".to_owned()));
        }
        let directory = self.directory().await?;
        let (now, away) = (self.now(), away(&directory));
        // Services of one zone share their quarters, and almost all do.
        let mut asked: BTreeMap<i64, Asked> = BTreeMap::new();
        let mut lines = Vec::new();
        for entry in services(&directory, actor) {
            let zone: Zone =
                entry.service.zone.parse().map_err(|_| Error::bug("a service's zone", &entry.service.zone))?;
            let quarters = quarters(&zone, query.year, now);
            let (Some(first), Some(last)) = (quarters.first(), quarters.last()) else { continue };
            let history = self.history(entry.service.id, (first.span.0, last.span.1)).await?;
            for quarter in quarters {
                let asked = match asked.entry(quarter.span.0.0) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(self.asked(actor, &quarter).await?),
                };
                let shifts = in_force(&history, &away, quarter.span);
                for hospital in directory.asking(entry.service.id) {
                    let counts = |person| directory.covers(entry.service.id, person, hospital);
                    let coverage = coverage(&shifts, counts, quarter.span);
                    let row = asked.get(&(entry.service.id, hospital));
                    lines.push(line(&directory, entry, hospital, query.year, &quarter, &coverage, row));
                }
            }
        }
        Ok(lines)
    }

    async fn asked(&self, actor: &Actor, quarter: &Quarter) -> Result<Asked> {
        let rows = self.repo.answers(&filter(actor, quarter.span), ReportBy::Hospital).await?;
        let key = |row: &AnswerRow| Some((ServiceId(row.service_id), HospitalId(row.hospital_id?)));
        Ok(rows.into_iter().filter_map(|row| Some((key(&row)?, row))).collect())
    }

    pub async fn coverage_table(&self, actor: &Actor, query: &YearQuery) -> Result<TableFile> {
        let lines = self.coverage_report(actor, query).await?;
        let language = query.language.unwrap_or_default();
        let mut sheet = Sheet::new(words::coverage_columns(language))?;
        for line in lines {
            let named = line.specialists.iter().map(|named| format!("{} ({} h)", named.person.name, named.hours));
            sheet.row([
                words::specialty(line.specialty, language).to_owned(),
                line.service,
                line.hospital,
                format!("{}-Q{}", line.year, line.quarter),
                words::moment(line.from),
                words::moment(line.until),
                hundredths(i64::from(line.covered_hundredths), language),
                line.uncovered_minutes.to_string(),
                named.collect::<Vec<_>>().join(", "),
                line.asked.to_string(),
                line.median_seconds.map_or_else(String::new, |n| n.to_string()),
            ])?;
        }
        Ok(file(words::coverage(language), &query.year.to_string(), sheet.finish()?))
    }
}

impl Directory {
    /// Houses that somebody provides the service to, by name.
    fn asking(&self, service: ServiceId) -> Vec<HospitalId> {
        let mut houses: Vec<_> = self.hospitals.values().filter(|house| self.is_offered(service, house.id)).collect();
        houses.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        houses.into_iter().map(|house| house.id).collect()
    }

    /// Whose duty counts for a house: their own house has a contract with it.
    fn covers(&self, service: ServiceId, person: PersonId, hospital: HospitalId) -> bool {
        self.people.get(&person).is_some_and(|who| self.has_contract(service, who.actor.hospital_id, hospital))
    }
}

fn line(
    directory: &Directory,
    entry: &ServiceEntry,
    hospital: HospitalId,
    year: i16,
    quarter: &Quarter,
    coverage: &Coverage,
    asked: Option<&AnswerRow>,
) -> CoverageLine {
    let mut specialists: Vec<_> = coverage
        .people
        .iter()
        .map(|(person, ms)| NamedSpecialist { person: directory.person_ref(*person), hours: count(ms / 3_600_000) })
        .collect();
    specialists.sort_by(|a, b| b.hours.cmp(&a.hours).then_with(|| a.person.name.cmp(&b.person.name)));
    CoverageLine {
        service_id: entry.service.id,
        service: entry.service.name.clone(),
        specialty: entry.service.specialty,
        hospital_id: hospital,
        hospital: directory.hospital_ref(hospital).name,
        year,
        quarter: quarter.number,
        from: quarter.span.0,
        until: quarter.span.1,
        covered_hundredths: count(coverage.covered / 36_000),
        uncovered_minutes: count(coverage.uncovered_minutes()),
        specialists,
        asked: asked.map_or(0, |row| count(row.asked)),
        median_seconds: asked.and_then(|row| row.median_ms).map(seconds),
    }
}
