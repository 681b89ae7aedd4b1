//! STOW-RS and frames of a 200-slice series.

use crate::{Sample, millis_since, native::now, world::World};
use anyhow::{Context, Result, ensure};
use imaging::phantom::{self, Params};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};

const SLICES: u32 = 200;
const AT_ONCE: usize = 4;

fn params() -> Params {
    Params {
        seed: 4711,
        slices: SLICES,
        patient_name: "MESSUNG^MARTHA".into(),
        patient_id: "M-1".into(),
        ..Params::default()
    }
}

pub(crate) async fn run() -> Result<()> {
    let world = World::small().await?;
    let objects: Vec<Vec<u8>> = phantom::generate(&params()).map(|(_, file)| file).collect();
    let megabytes = objects.iter().map(Vec::len).sum::<usize>() / 1_000_000;
    let client = &world.people.referrer;
    let next = AtomicUsize::new(0);
    let start = now();
    let senders = (0..AT_ONCE).map(|_| async {
        while let Some(object) = objects.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answer = client.store(std::slice::from_ref(object)).await?;
            ensure!(answer.status.is_success(), "STOW answers {}", answer.status);
        }
        anyhow::Ok(())
    });
    futures_util::future::try_join_all(senders).await?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "STOW-RS: {SLICES} objects, {megabytes} MB, {AT_ONCE} connections: {:.0} instances/s, {:.0} MB/s",
        f64::from(SLICES) / seconds,
        f64::from(u32::try_from(megabytes)?) / seconds
    );

    let uid = phantom::study_instance_uid(&params());
    let found = client.get(&format!("/dicomweb/studies/{uid}/instances")).await?;
    let items = found.body.as_array().context("a list of instances")?;
    ensure!(items.len() == SLICES as usize, "{} of {SLICES} were found", items.len());
    let mut times = Vec::new();
    for item in items {
        let value = |tag: &str| item[tag]["Value"][0].as_str().map(str::to_owned).context("an identifier");
        let (series, sop) = (value("0020000E")?, value("00080018")?);
        let start = now();
        let answer = client
            .http
            .get(format!("{}/dicomweb/studies/{uid}/series/{series}/instances/{sop}/frames/1", client.base))
            .header("Accept", r#"multipart/related; type="application/octet-stream"; transfer-syntax=*"#)
            .send()
            .await?
            .error_for_status()?;
        answer.bytes().await?;
        times.push(millis_since(start));
    }
    println!("frame of the series, one after another: {}", Sample::new(times).line("ms"));
    let start = now();
    let metadata: Value = client.get(&format!("/dicomweb/studies/{uid}/metadata")).await?.body;
    println!("metadata of {} objects: {:.0} ms", metadata.as_array().map_or(0, Vec::len), millis_since(start));
    world.installation.stop()
}
