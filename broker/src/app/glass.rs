//! Breaking the glass: somebody outside the team reads a consult in an emergency, and the data-protection role is
//! told at once.

use super::{App, Error, Result, log::Wish, ports::NoticeRow, require, validate};
use crate::domain::{
    access::{Permission, may},
    consult::{BREAK_GLASS_SECONDS, Command, view},
    directory::Actor,
};
use schemas::{
    ConsultId, NoticeId, PersonId, UnixMillis,
    privacy::{BreakGlass, GlassBroken, Notice, NoticeKind},
};
use uuid::Uuid;

/// Notices in a list: more than a year of an ordinary network.
const NOTICES: u32 = 500;

impl App {
    /// Opens a consult to somebody who has nothing to do with it. The notice is written first: a notice too many is
    /// explained, a glass that broke in silence is not. Whoever may read it anyway breaks nothing.
    pub async fn break_glass(&self, actor: &Actor, wanted: BreakGlass) -> Result<GlassBroken> {
        require(may(actor, None, Permission::BreakGlass))?;
        validate::short_text("consult", &wanted.consult)?;
        validate::break_glass_reason(&wanted.reason)?;
        let id = self.named_consult(&wanted.consult).await?;
        let consult = self.for_those(actor, id, Permission::BreakGlass).await?;
        let (person, now) = (actor.person_id, self.now());
        let until = now.plus_seconds(BREAK_GLASS_SECONDS);
        if may(actor, Some(&consult.facts(now)), Permission::ReadIdentity) {
            let holds = consult.glass.iter().filter(|glass| glass.person == person).map(|glass| glass.until).max();
            return Ok(GlassBroken { consult_id: id, until: holds.unwrap_or(until) });
        }
        self.notice(NoticeKind::GlassBroken, person, id, &wanted.reason.0).await?;
        let command = Command::BreakGlass { person, until, reason: wanted.reason };
        self.run(id, &Wish::command(command)).await?;
        Ok(GlassBroken { consult_id: id, until })
    }

    /// The whole id, or the short name that somebody read out on the telephone.
    async fn named_consult(&self, name: &str) -> Result<ConsultId> {
        let name = name.trim();
        if let Ok(id) = name.parse::<ConsultId>() {
            return Ok(id);
        }
        match self.repo.consults_by_label(name).await?.as_slice() {
            [] => Err(Error::NotFound),
            [one] => Ok(ConsultId(*one)),
            _ => Err(Error::InvalidField("consult: several have this short name; give the whole id".to_owned())),
        }
    }

    /// What the data-protection role was told, newest first.
    pub async fn notices(&self, actor: &Actor) -> Result<Vec<Notice>> {
        require(may(actor, None, Permission::ReadNotices))?;
        let directory = self.directory().await?;
        let notice = |row: NoticeRow| {
            Some(Notice {
                id: NoticeId(row.id),
                kind: super::directory::named(&row.kind)?,
                at: UnixMillis(row.at),
                person: directory.person_ref(PersonId(row.person_id)),
                consult_id: ConsultId(row.consult_id),
                label: row.label,
                reason: row.reason.into(),
                seen_by: row.seen_by.map(|person| directory.person_ref(PersonId(person))),
                seen_at: row.seen_at.map(UnixMillis),
            })
        };
        Ok(self.repo.notices(NOTICES).await?.into_iter().filter_map(notice).collect())
    }

    /// Somebody has read a notice. Whoever was first stays; saying it again is harmless.
    pub async fn see_notice(&self, actor: &Actor, id: NoticeId) -> Result<()> {
        require(may(actor, None, Permission::ReadNotices))?;
        if self.repo.mark_notice_seen(id.0, actor.person_id.0, self.now().0).await? {
            self.hub.noticed();
            return Ok(());
        }
        let known = self.repo.notices(NOTICES).await?.iter().any(|row| row.id == id.0);
        if known { Ok(()) } else { Err(Error::NotFound) }
    }

    pub(super) async fn notice(&self, kind: NoticeKind, person: PersonId, id: ConsultId, reason: &str) -> Result<()> {
        let row = NoticeRow {
            id: Uuid::now_v7(),
            kind: validate::name_of(&kind),
            at: self.now().0,
            person_id: person.0,
            consult_id: id.0,
            label: view::label(id),
            reason: reason.to_owned(),
            seen_by: None,
            seen_at: None,
        };
        self.repo.insert_notice(&row).await?;
        self.hub.noticed();
        Ok(())
    }
}
