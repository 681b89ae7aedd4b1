//! What the data-protection role is told: broken glass, exports, and what administrators do with accounts.

use super::{App, Error, Result, directory::named, ports::NoticeRow, require, validate::name_of};
use crate::domain::{
    access::{Permission, may},
    consult::view,
    directory::Actor,
};
use schemas::{
    ConsultId, NoticeId, PersonId, UnixMillis,
    privacy::{Notice, NoticeKind, NoticePage, NoticeQuery, RightsChange},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Notices on a page. More makes the page slow to draw; fewer make whoever looks back press a button more often.
const PAGE: usize = 100;
/// Broken glass that nobody has looked at, on the first page. Nobody breaks so many unnoticed.
const UNSEEN: u32 = 500;

impl App {
    /// What the data-protection role was told, newest first. Whatever was told since, broken glass that nobody has looked
    /// at stays on the first page: nobody can bury it.
    pub async fn notices(&self, actor: &Actor, query: NoticeQuery) -> Result<NoticePage> {
        require(may(actor, None, Permission::ReadNotices))?;
        let before = query.before.map(|id| id.0);
        let mut page = self.repo.notices(before, PAGE as u32 + 1).await?;
        let has_more = page.len() > PAGE;
        page.truncate(PAGE);
        let mut rows = Vec::new();
        if before.is_none() {
            let shown: BTreeSet<Uuid> = page.iter().map(|row| row.id).collect();
            rows = self.repo.unseen_notices(&name_of(&NoticeKind::GlassBroken), UNSEEN).await?;
            rows.retain(|row| !shown.contains(&row.id));
        }
        rows.extend(page);
        let directory = self.directory().await?;
        let person = |id: Uuid| directory.person_ref(PersonId(id));
        let notice = |row: NoticeRow| {
            Some(Notice {
                id: NoticeId(row.id),
                kind: named(&row.kind)?,
                at: UnixMillis(row.at),
                person: person(row.person_id),
                consult_id: row.consult_id.map(ConsultId),
                label: row.label,
                reason: row.reason.into(),
                about: row.about.map(person),
                change: row.change.and_then(|json| serde_json::from_str(&json).ok()),
                seen_by: row.seen_by.map(person),
                seen_at: row.seen_at.map(UnixMillis),
            })
        };
        Ok(NoticePage { notices: rows.into_iter().filter_map(notice).collect(), has_more })
    }

    /// Somebody has read a notice. Whoever was first stays; saying it again is harmless.
    pub async fn see_notice(&self, actor: &Actor, id: NoticeId) -> Result<()> {
        require(may(actor, None, Permission::ReadNotices))?;
        if self.repo.mark_notice_seen(id.0, actor.person_id.0, self.now().0).await? {
            self.hub.noticed();
            return Ok(());
        }
        self.repo.notice(id.0).await?.map(drop).ok_or(Error::NotFound)
    }

    /// Writes a notice down; one of the same id was told before.
    pub(super) async fn give_notice(&self, notice: &NoticeRow) -> Result<()> {
        self.repo.insert_notice(notice).await?;
        self.hub.noticed();
        Ok(())
    }
}

/// Somebody does something with a consult.
pub(super) fn of_consult(
    kind: NoticeKind,
    at: UnixMillis,
    person: PersonId,
    consult: ConsultId,
    reason: &str,
) -> NoticeRow {
    NoticeRow {
        consult_id: Some(consult.0),
        label: view::label(consult),
        reason: reason.to_owned(),
        ..bare(kind, at, person)
    }
}

/// An administrator does something with an account.
pub(super) fn of_account(
    kind: NoticeKind,
    at: UnixMillis,
    person: PersonId,
    about: PersonId,
    change: Option<&RightsChange>,
) -> Result<NoticeRow> {
    let change = change.map(serde_json::to_string).transpose();
    Ok(NoticeRow {
        about: Some(about.0),
        change: change.map_err(|error| Error::bug("writing a notice", error))?,
        ..bare(kind, at, person)
    })
}

fn bare(kind: NoticeKind, at: UnixMillis, person: PersonId) -> NoticeRow {
    NoticeRow {
        id: Uuid::now_v7(),
        kind: name_of(&kind),
        at: at.0,
        person_id: person.0,
        consult_id: None,
        label: String::new(),
        reason: String::new(),
        about: None,
        change: None,
        seen_by: None,
        seen_at: None,
    }
}
