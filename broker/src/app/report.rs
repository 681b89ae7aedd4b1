//! The signed report as a file, made anew each time it is asked for.
//!
//! A version says what was known when it was signed: it is made from the log up to its signature, so that what is added
//! to the consult afterwards never changes it. Three things come from today: that a later version exists, that images
//! which were deleted, or found not to belong here, are not shown any more, and who the patient is where nobody knew it
//! at the signature (§ 3(2) asks for it before the end), with a remark.

mod content;
mod images;
mod words;

use super::{App, Error, Result, log::Loaded};
use crate::domain::{
    access::Permission,
    consult::{Consult, Event, Recorded},
    directory::Actor,
    rota::Zone,
};
use bytes::Bytes;
use content::Content;
use schemas::ConsultId;

/// Zone of a service whose own is unknown: all houses are in Germany.
const ZONE: &str = "Europe/Berlin";

impl App {
    /// One version of the report as PDF/A; [`Error::NotFound`] where there is no such version.
    pub async fn report_pdf(&self, actor: &Actor, id: ConsultId, version: u32) -> Result<Bytes> {
        self.for_those(actor, id, Permission::ReadAnswer).await?;
        let Loaded { consult, log, .. } = self.load(id).await?.ok_or(Error::NotFound)?;
        let log = until_signed(&log, version).ok_or(Error::NotFound)?;
        let then = Consult::replay(id, log).ok_or_else(|| Error::bug("a report", "its log has no beginning"))?;
        let signed = then.answer().ok_or(Error::NotFound)?;
        let directory = self.directory().await?;
        let zone = directory.services.get(&then.service_id).map_or(ZONE, |entry| &entry.service.zone);
        let zone: Zone =
            zone.parse().or_else(|_| ZONE.parse()).map_err(|error| Error::bug("a report's zone", error))?;
        let content = Content { then: &then, now: &consult, log, signed, directory: &directory, zone: &zone };
        let report = content.report();
        let images = self.key_images(&consult, &signed.answer.key_images).await?;
        let write = move || {
            let key_images = images.into_iter().map(images::Drawn::decode).collect();
            ::report::render(&::report::Report { key_images, ..report })
        };
        let file = self.writing.run("writing a report", write).await?;
        Ok(file.map_err(|error| Error::bug("writing a report", error))?.into())
    }
}

/// The log up to the signature of that version.
fn until_signed(log: &[Recorded], version: u32) -> Option<&[Recorded]> {
    let number = usize::try_from(version).ok()?.checked_sub(1)?;
    let is_signature = |recorded: &Recorded| matches!(recorded.event, Event::Answered { .. } | Event::Amended { .. });
    let mut signatures = log.iter().enumerate().filter(|(_, recorded)| is_signature(recorded));
    signatures.nth(number).map(|(at, _)| &log[..=at])
}
