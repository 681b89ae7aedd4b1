//! What coordinators report of their networks: how consults were answered, who covered whom, who bore how much.

mod answers;
mod coverage;
mod duties;
mod words;

use super::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    ports::ReportFilter,
    require,
    sheet::TableFile,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    reports::Published,
    rota::{self, Away, Rota, Stretch},
};
use schemas::{ServiceId, UnixMillis, reports::FileLanguage};

/// Longest time of one report: five years and a day, so that a whole contract fits.
const MAX_SECONDS: i64 = 5 * 366 * 86_400;

impl App {
    fn reports(actor: &Actor) -> Result<()> {
        require(may(actor, None, Permission::ReadReports))
    }

    /// What was published of a service's rota and was in force within the span, the oldest first.
    async fn history(&self, service: ServiceId, (from, until): Stretch) -> Result<Vec<Published>> {
        let rows = self.repo.rotas_in_force(service.0, from.0, until.0).await?;
        let history = rows.into_iter().map(|row| {
            let rota: Rota = serde_json::from_str(&row.body)
                .map_err(|error| Error::bug("a published rota", format!("column {}", error.column())))?;
            Ok(Published { at: row.published_at.map(UnixMillis), rota })
        });
        history.collect()
    }
}

fn filter(actor: &Actor, (from, until): Stretch) -> ReportFilter {
    ReportFilter { networks: actor.networks.iter().map(|id| id.0).collect(), from: from.0, until: until.0 }
}

/// Who was away, also of those who have left since: [`Directory::away`] takes these for away at all times.
fn away(directory: &Directory) -> Away {
    rota::away(directory.absences.values())
}

/// Services of the caller's networks by name.
fn services<'a>(directory: &'a Directory, actor: &Actor) -> Vec<&'a ServiceEntry> {
    let own = directory.services.values().filter(|entry| actor.networks.contains(&entry.service.network_id));
    let mut own: Vec<_> = own.collect();
    own.sort_by(|a, b| (&a.service.name, a.service.id).cmp(&(&b.service.name, b.service.id)));
    own
}

/// # Errors
/// It ends before it begins, or is too long.
fn span(from: UnixMillis, until: UnixMillis) -> Result<Stretch> {
    if until <= from || until.seconds_since(from) > MAX_SECONDS {
        return Err(Error::InvalidField("until: is not within five years after from".to_owned()));
    }
    Ok((from, until))
}

fn count(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

/// Rounded up: an answer that took half a second took one.
fn seconds(ms: i64) -> u32 {
    count((ms + 999) / 1000)
}

/// A number with two places, as the language writes it.
fn hundredths(n: i64, language: FileLanguage) -> String {
    let comma = if language == FileLanguage::De { ',' } else { '.' };
    format!("{}{comma}{:02}", n / 100, n % 100)
}

fn file(name: &str, from: &str, bytes: Vec<u8>) -> TableFile {
    TableFile { name: format!("Telekonsil-{name}-{from}.csv"), bytes }
}
