//! Two synthetic head CTs: one waits in the rural house's inbox, one lies as files in a folder, to be dropped onto the
//! page.

use super::cast::REFERRER;
use crate::app::{App, InstanceSearch, Shelf};
use anyhow::{Context, Result};
use bytes::Bytes;
use imaging::phantom::{self, Params};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Within the data folder: the study to drop.
pub const DROP_FOLDER: &str = "demo-dicom";
/// Objects under way at once. One keeps the two cores from working side by side; more only wait for the worker.
const AT_ONCE: usize = 3;

/// Makes what is not there yet: some seconds at the first start, nothing after it. An interrupted start is taken up
/// where it ended.
pub async fn seed_images(app: &Arc<App>, data: &Path) -> Result<()> {
    fill_inbox(app, &inbox()).await.context("the CT in the inbox")?;
    let folder = data.join(DROP_FOLDER);
    tokio::task::spawn_blocking(move || fill_folder(&folder, &on_disk())).await?.context("the CT in the folder")
}

fn inbox() -> Params {
    Params {
        seed: 2026,
        patient_name: "BEISPIEL^MARTHA".to_owned(),
        patient_id: "TB-100417".to_owned(),
        birth_date: "19470418".to_owned(),
        sex: "F".to_owned(),
        accession_number: "TB26-0417".to_owned(),
        institution: "Krankenhaus Tannbach".to_owned(),
        ..Params::default()
    }
}

fn on_disk() -> Params {
    Params {
        seed: 2027,
        patient_name: "MUSTER^ALBRECHT".to_owned(),
        patient_id: "TB-100533".to_owned(),
        birth_date: "19580906".to_owned(),
        sex: "M".to_owned(),
        accession_number: "TB26-0533".to_owned(),
        institution: "Krankenhaus Tannbach".to_owned(),
        ..Params::default()
    }
}

/// Through the same door as every other object.
async fn fill_inbox(app: &Arc<App>, params: &Params) -> Result<()> {
    let actor = app.actor_now(REFERRER).await?;
    let uid = phantom::study_instance_uid(params);
    let shelf = Shelf { study_uid: Some(&uid), consult: None };
    let search = InstanceSearch { limit: params.slices, ..InstanceSearch::default() };
    let stored = app.qido_instances(&actor, shelf, &search).await?;
    let numbers: BTreeSet<u32> =
        stored.iter().filter_map(|(_, row)| row.instance_number.and_then(|n| u32::try_from(n).ok())).collect();
    if numbers.len() >= params.slices as usize {
        return Ok(());
    }
    let mut slices = draw(params.clone(), numbers);
    let mut running = JoinSet::new();
    let mut done = 0;
    while let Some(object) = slices.recv().await {
        if running.len() >= AT_ONCE {
            finish(&mut running, &mut done).await?;
        }
        let (app, actor, uid) = (Arc::clone(app), actor.clone(), uid.clone());
        running.spawn(async move { app.store_object(&actor, Some(&uid), object).await.map(drop).map_err(|r| r.error) });
    }
    while !running.is_empty() {
        finish(&mut running, &mut done).await?;
    }
    tracing::info!(objects = done, "the demo's CT is in the inbox of Krankenhaus Tannbach");
    Ok(())
}

async fn finish(running: &mut JoinSet<std::result::Result<(), crate::app::Error>>, done: &mut u32) -> Result<()> {
    if let Some(joined) = running.join_next().await {
        joined??;
        *done += 1;
        if done.is_multiple_of(32) {
            tracing::info!(objects = *done, "storing the demo's CT");
        }
    }
    Ok(())
}

/// Draws on a thread of its own, a few slices ahead.
fn draw(params: Params, without: BTreeSet<u32>) -> mpsc::Receiver<Bytes> {
    let (send, receive) = mpsc::channel(AT_ONCE);
    tokio::task::spawn_blocking(move || {
        for (_, object) in phantom::generate(&params).filter(|(number, _)| !without.contains(number)) {
            // The receiver is gone when storing failed or the server stops.
            if send.blocking_send(Bytes::from(object)).is_err() {
                return;
            }
        }
    });
    receive
}

fn fill_folder(folder: &Path, params: &Params) -> Result<()> {
    let file = |number: u32| -> PathBuf { folder.join(format!("IM{number:04}.dcm")) };
    if (1..=params.slices).all(|number| file(number).exists()) {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    let draft = folder.join(".draft");
    for (number, object) in phantom::generate(params) {
        // Renamed when whole: nobody drops half a file.
        std::fs::write(&draft, object)?;
        std::fs::rename(&draft, file(number))?;
    }
    tracing::info!(folder = %folder.display(), files = params.slices, "a CT to drop onto the page was written");
    Ok(())
}
