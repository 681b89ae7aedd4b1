//! Breaking the glass: somebody outside the team reads a consult in an emergency, and the data-protection role is
//! told at once. And finding a consult by the short name that people say.

use super::{App, Error, Result, log::Wish, notices, ports::SnapshotRow, require, validate};
use crate::domain::{
    access::{Permission, may},
    consult::{BREAK_GLASS_SECONDS, Command},
    directory::Actor,
};
use schemas::{
    ConsultId, HospitalId, UnixMillis,
    privacy::{BreakGlass, GlassBroken, NamedConsult, NoticeKind},
};

/// Consults of one short name that are shown. The name has 65,536 values: some dozen share one after years.
const NAMESAKES: usize = 100;

impl App {
    /// Opens a consult to somebody who has nothing to do with it. The notice is written first: a notice too many is
    /// explained, a glass that broke in silence is not. Whoever may read it anyway breaks nothing.
    pub async fn break_glass(&self, actor: &Actor, wanted: BreakGlass) -> Result<GlassBroken> {
        require(may(actor, None, Permission::BreakGlass))?;
        validate::short_text("consult", &wanted.consult)?;
        validate::break_glass_reason(&wanted.reason)?;
        let id = self.readable_by_name(&wanted.consult).await?;
        let consult = self.for_those(actor, id, Permission::BreakGlass).await?;
        let (person, now) = (actor.person_id, self.now());
        let until = now.plus_seconds(BREAK_GLASS_SECONDS);
        if may(actor, Some(&consult.facts(now)), Permission::ReadIdentity) {
            let holds = consult.glass.iter().filter(|glass| glass.person == person).map(|glass| glass.until).max();
            return Ok(GlassBroken { consult_id: id, until: holds.unwrap_or(until) });
        }
        self.give_notice(&notices::of_consult(NoticeKind::GlassBroken, now, person, id, &wanted.reason.0)).await?;
        let command = Command::BreakGlass { person, until, reason: wanted.reason };
        self.run(id, &Wish::command(command)).await?;
        Ok(GlassBroken { consult_id: id, until })
    }

    /// Consults of that short name whose access log or export the caller may ask for, newest first; purged ones too.
    pub async fn named_consults(&self, actor: &Actor, name: &str) -> Result<Vec<NamedConsult>> {
        require(actor.only_consult.is_none())?;
        let directory = self.directory().await?;
        let mut found = Vec::new();
        for row in self.labelled(name).await? {
            // Whoever may read an access log may ask for an export as well.
            match self.permitted(actor, ConsultId(row.consult_id), Permission::RequestExport).await {
                Ok(_) => found.push(NamedConsult {
                    id: ConsultId(row.consult_id),
                    label: row.label,
                    created_at: UnixMillis(row.created_at),
                    hospital: directory.hospital_ref(HospitalId(row.hospital_id)).name,
                    is_purged: row.purged_at.is_some(),
                }),
                Err(Error::NotFound | Error::Forbidden) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The whole id, or the short name that somebody read out on the telephone: of a consult that can still be read.
    async fn readable_by_name(&self, name: &str) -> Result<ConsultId> {
        if let Ok(id) = name.trim().parse::<ConsultId>() {
            return Ok(id);
        }
        let mut found = self.labelled(name).await?;
        found.retain(|row| row.purged_at.is_none());
        match found.as_slice() {
            [] => Err(Error::NotFound),
            [one] => Ok(ConsultId(one.consult_id)),
            _ => Err(Error::InvalidField("consult: several have this short name; give the whole id".to_owned())),
        }
    }

    async fn labelled(&self, name: &str) -> Result<Vec<SnapshotRow>> {
        let mut rows = Vec::new();
        for id in self.repo.consults_by_label(name).await?.into_iter().take(NAMESAKES) {
            rows.extend(self.repo.snapshot(id).await?);
        }
        Ok(rows)
    }
}
