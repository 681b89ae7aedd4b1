//! Real files from elsewhere: each is indexed and rendered, or clearly refused.
//!
//! `DICOM_CORPUS=folder cargo test -p imaging --test corpus -- --ignored --nocapture`; with `DICOM_PICTURES=folder`
//! the pictures are written to look at.

use imaging::blobs::Blobs;
use imaging::frames;
use imaging::render::RenderOptions;
use imaging::seal::StudyKey;
use imaging::worker::{Limits, Pool};
use object_store::memory::InMemory;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[tokio::test]
#[ignore = "needs a folder of DICOM files"]
async fn every_file_is_taken_or_clearly_refused() {
    let corpus = PathBuf::from(std::env::var_os("DICOM_CORPUS").expect("DICOM_CORPUS names a folder"));
    let pictures = std::env::var_os("DICOM_PICTURES").map(PathBuf::from);
    let pool = Pool::new(PathBuf::from(env!("CARGO_BIN_EXE_imaging-worker")), Limits::default());
    let mut report = String::new();
    for path in files(&corpus) {
        let name = path.strip_prefix(&corpus).expect("inside the corpus").display().to_string().replace('/', "_");
        let verdict = take(&pool, &path, pictures.as_ref().map(|folder| folder.join(format!("{name}.png")))).await;
        writeln!(report, "{name}: {verdict}").expect("memory takes it");
    }
    let out = std::env::temp_dir().join("telekonsil-corpus.txt");
    std::fs::write(out, &report).expect("the folder can be written");
    assert!(!report.contains("worker_unavailable"));
}

async fn take(pool: &Pool, path: &Path, picture: Option<PathBuf>) -> String {
    let bytes = bytes::Bytes::from(std::fs::read(path).expect("the file can be read"));
    let indexed = match pool.index(bytes.clone()).await {
        Ok(indexed) => indexed,
        Err(refusal) => return format!("not indexed: {} ({refusal})", refusal.code()),
    };
    let blobs = Blobs::new(Arc::new(InMemory::new()));
    let key = StudyKey::generate().object(&indexed.instance.sop_instance_uid);
    blobs.put(&key, indexed.stored.unwrap_or(bytes)).await.expect("stored");
    let syntax = &indexed.instance.transfer_syntax_uid;
    let count = indexed.frames.count();
    let mut verdict = format!("{syntax} {count} frames");
    for frame in [1, count].into_iter().filter(|frame| (1..=count).contains(frame)) {
        let rendered = match frames::render_job(&blobs, &key, &indexed.frames, frame, RenderOptions::default()).await {
            Ok(job) => {
                let turn = pool.turn().await.expect("nobody else waits");
                pool.render(turn, job).await.map_err(|refusal| format!("{} ({refusal})", refusal.code()))
            }
            Err(error) => Err(error.to_string()),
        };
        match rendered {
            Ok(rendered) => {
                verdict.push_str(", rendered");
                if let Some(picture) = picture.as_ref().filter(|_| frame == 1) {
                    std::fs::write(picture, &rendered.bytes).expect("the folder can be written");
                }
            }
            Err(why) => write!(verdict, ", not rendered: {why}").expect("memory takes it"),
        }
        if count == 1 {
            break;
        }
    }
    verdict
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
