//! How consults were answered.

use super::{count, file, filter, seconds, services, span, words};
use crate::app::{
    App, Result,
    directory::named,
    ports::{AnswerRow, ReportBy},
    sheet::{Sheet, TableFile},
};
use crate::domain::directory::Actor;
use schemas::{
    ServiceId,
    consult::Urgency,
    reports::{AnswerLine, ReportQuery},
};
use std::collections::BTreeMap;

impl App {
    /// By service and urgency, those that were asked for.
    pub async fn answer_report(&self, actor: &Actor, query: &ReportQuery) -> Result<Vec<AnswerLine>> {
        Self::reports(actor)?;
        let span = span(query.from, query.until)?;
        let directory = self.directory().await?;
        let mut by_service: BTreeMap<ServiceId, Vec<(Urgency, AnswerRow)>> = BTreeMap::new();
        for row in self.repo.answers(&filter(actor, span), ReportBy::Urgency).await? {
            if let Some(urgency) = row.urgency.as_deref().and_then(named) {
                by_service.entry(ServiceId(row.service_id)).or_default().push((urgency, row));
            }
        }
        let mut lines = Vec::new();
        for entry in services(&directory, actor) {
            let mut rows = by_service.remove(&entry.service.id).unwrap_or_default();
            rows.sort_by_key(|(urgency, _)| *urgency);
            lines.extend(rows.into_iter().map(|(urgency, row)| AnswerLine {
                service_id: entry.service.id,
                service: entry.service.name.clone(),
                urgency,
                asked: count(row.asked),
                accepted: count(row.accepted),
                declined: count(row.declined),
                escalated: count(row.escalated),
                unanswered: count(row.unanswered),
                cancelled: count(row.cancelled),
                median_seconds: row.median_ms.map(seconds),
                p95_seconds: row.p95_ms.map(seconds),
            }));
        }
        Ok(lines)
    }

    pub async fn answer_table(&self, actor: &Actor, query: &ReportQuery) -> Result<TableFile> {
        let lines = self.answer_report(actor, query).await?;
        let language = query.language.unwrap_or_default();
        let mut sheet = Sheet::new(words::answer_columns(language))?;
        let number = |n: u32| n.to_string();
        let maybe = |n: Option<u32>| n.map_or_else(String::new, number);
        for line in lines {
            let counts =
                [line.asked, line.accepted, line.declined, line.escalated, line.unanswered, line.cancelled].map(number);
            let cells = [line.service, words::urgency(line.urgency, language).to_owned()].into_iter().chain(counts);
            sheet.row(cells.chain([maybe(line.median_seconds), maybe(line.p95_seconds)]))?;
        }
        Ok(file(words::answers(language), &words::day(query.from), sheet.finish()?))
    }
}
