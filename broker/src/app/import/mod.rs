//! The directory as tables: what a file would change, line by line, and then the change.
//!
//! A file is read whole, and each line is held against the directory as it would be after the lines before it. What comes
//! out is one write upon one revision, as with every other change of the directory.

mod columns;
mod export;
mod faults;
mod lines;
mod look_up;
mod plan;
mod table;

use super::{App, Error, Result, admin::rights, notices, planning, ports::DirectoryRows, require};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
};
use plan::Plan;
use schemas::{
    PersonId,
    import::{ImportMode, ImportQuery, ImportReport},
    privacy::NoticeKind,
};
use table::Table;

/// How often a file is planned again when somebody else wrote to the directory meanwhile.
const ATTEMPTS: u32 = 16;

impl App {
    /// Reads a table of the directory; writes it unless `mode` is [`ImportMode::Check`].
    ///
    /// # Errors
    /// [`Error::InvalidField`] when the file is no table of that kind. Bad lines are no error: they are reported.
    pub async fn import(&self, actor: &Actor, query: ImportQuery, file: &[u8]) -> Result<ImportReport> {
        require(may(actor, None, Permission::Administer))?;
        let table = Table::read(file, query.table)?;
        for _ in 0..ATTEMPTS {
            let rows = self.repo.directory().await?;
            let plan = Plan::of(&rows, &table);
            let writes = match query.mode {
                ImportMode::Check => false,
                ImportMode::Whole => plan.report.bad == 0,
                ImportMode::Good => true,
            };
            if !writes || plan.is_empty() {
                // Everything is as the file says: that is as good as written.
                let written = writes;
                return Ok(ImportReport { written, ..plan.report });
            }
            if self.write_plan(actor, &rows, &plan).await? {
                tracing::info!(by = %actor.person_id, what = ?query.table, new = plan.report.new, changed = plan.report.changed, "import");
                return Ok(ImportReport { written: true, ..plan.report });
            }
        }
        Err(Error::Unavailable)
    }

    /// `false`: somebody else wrote first. Accounts are told of as when they are changed one by one.
    async fn write_plan(&self, actor: &Actor, rows: &DirectoryRows, plan: &Plan) -> Result<bool> {
        let now = self.now();
        let mut write = plan.write.clone();
        for after in &plan.write.people {
            if let Some(change) = rights::change(rows, after) {
                let (by, about) = (actor.person_id, PersonId(after.id));
                write.notices.push(notices::of_account(NoticeKind::RightsChanged, now, by, about, Some(&change))?);
            }
        }
        let mut after = rows.clone();
        after.people.retain(|row| !write.people.iter().any(|written| written.id == row.id));
        after.people.extend(write.people.iter().cloned());
        let ahead = (now, now.plus_seconds(planning::AHEAD_SECONDS));
        write.duty_notes = planning::notes_of_away(rows, after, actor, now, ahead)?;
        if self.repo.write_directory_at(&write, rows.revision).await?.is_none() {
            return Ok(false);
        }
        self.hub.noticed();
        for person in write.people.iter().filter(|person| !person.active) {
            // Even if this fails: a session of somebody who is not active opens nothing.
            self.repo.delete_sessions_of(person.id, None).await?;
        }
        Ok(true)
    }
}
