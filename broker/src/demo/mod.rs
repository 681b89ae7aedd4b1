//! Demo data: an invented corner of the country with its houses, people, rotas and a head CT. Nothing in here is real;
//! names of places and people are made up, and the telephone numbers belong to nobody (0700 is a personal-number
//! prefix; with these digits none can be assigned).

mod cast;
mod images;
mod rotas;

pub use images::{DROP_FOLDER, seed_images};

use crate::app::{
    App,
    ports::{DirectoryRows, DirectoryWrite},
};
use anyhow::{Context, Result, ensure};
use schemas::PersonId;
use std::path::Path;

/// Everybody's password: signing a report asks for one. It opens nothing but invented data.
pub const PASSWORD: &str = "telekonsil-demo";

/// Who plays which part.
#[derive(Clone, Copy, Debug)]
pub struct Demo {
    pub referrer: PersonId,
    /// On first duty for stroke neurology at this moment.
    pub specialist: PersonId,
    pub coordinator: PersonId,
    pub admin: PersonId,
}

/// Fills an empty database, or finds what an earlier start put there; then sees to it that the demo's specialist is on
/// duty now. The images follow by [`seed_images`], which takes some seconds at the first start.
///
/// # Errors
/// The database holds something that is not the demo: nothing is written then.
pub async fn seed(app: &App, data: &Path) -> Result<Demo> {
    // At once, so that it is there to be opened while its files are still being written.
    std::fs::create_dir_all(data.join(DROP_FOLDER)).context("the folder of the demo's images")?;
    let rows = app.directory_rows().await?;
    let now = app.now();
    if rows.hospitals.is_empty() && rows.people.is_empty() {
        let mut write = cast::directory();
        write.rotas = rotas::all(now)?;
        app.share_password(&mut write, PASSWORD).await?;
        app.write_directory(&write).await?;
        tracing::info!(people = write.people.len(), houses = write.hospitals.len(), "the demo's directory was made");
    } else {
        ensure!(is_demo(&rows), "this data folder holds an installation that is not the demo");
        complete(app, &rows).await?;
        if let Some(write) = rotas::renewed(&rows, now)? {
            app.write_directory(&write).await?;
            tracing::info!("the demo's specialist was put on duty");
        }
    }
    Ok(Demo {
        referrer: cast::REFERRER,
        specialist: cast::SPECIALIST,
        coordinator: cast::COORDINATOR,
        admin: cast::ADMIN,
    })
}

/// People whom an older version did not know yet, and passwords, which it did not set.
async fn complete(app: &App, rows: &DirectoryRows) -> Result<()> {
    let mut write = DirectoryWrite { people: cast::directory().people, ..DirectoryWrite::default() };
    if write.people.iter().all(|person| rows.people.iter().any(|row| row.id == person.id)) {
        return Ok(());
    }
    app.share_password(&mut write, PASSWORD).await?;
    write.people.retain(|person| !rows.people.iter().any(|row| row.id == person.id));
    Ok(app.write_directory(&write).await?)
}

fn is_demo(rows: &DirectoryRows) -> bool {
    [cast::REFERRER, cast::SPECIALIST, cast::COORDINATOR, cast::ADMIN]
        .iter()
        .all(|id| rows.people.iter().any(|person| person.id == id.0))
}
