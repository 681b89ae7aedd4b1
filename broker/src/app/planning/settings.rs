//! What a service wants of its rota.

use crate::app::{
    App, Error, Result,
    directory::Directory,
    ports::{DirectoryWrite, RotaSettingsRow},
};
use crate::domain::{access::Permission, directory::Actor};
use schemas::{ServiceId, swaps::RotaSettings};

/// Longest notice before a duty, in minutes.
const MOST_MINUTES: u16 = 240;

impl App {
    /// Sets it, for those who plan.
    pub async fn put_rota_settings(&self, actor: &Actor, id: ServiceId, wish: RotaSettings) -> Result<()> {
        Self::planned(&*self.directory().await?, actor, id, Permission::PlanRota)?;
        if wish.notice_minutes > MOST_MINUTES {
            return Err(Error::InvalidField("notice_minutes: is more than 240".to_owned()));
        }
        let row = RotaSettingsRow {
            service_id: id.0,
            swaps_need_approval: wish.swaps_need_approval,
            notice_minutes: wish.notice_minutes.into(),
        };
        self.change_directory(|rows| {
            Self::planned(&Directory::from_rows(rows.clone()), actor, id, Permission::PlanRota)?;
            Ok(DirectoryWrite { rota_settings: vec![row], ..DirectoryWrite::default() })
        })
        .await?;
        tracing::info!(by = %actor.person_id, service = %id, "a rota's settings are changed");
        Ok(())
    }
}
