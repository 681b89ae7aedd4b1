//! The child process: whatever an object does to it, only that object is refused.

mod common;

use bytes::Bytes;
use common::*;
use futures_util::FutureExt;
use imaging::Refusal;
use imaging::blobs::Blobs;
use imaging::frames;
use imaging::render::RenderOptions;
use imaging::seal::StudyKey;
use imaging::worker::{Limits, Pool};
use object_store::memory::InMemory;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

fn pool(limits: Limits) -> Pool {
    Pool::new(PathBuf::from(env!("CARGO_BIN_EXE_imaging-worker")), limits)
}

/// An executable that does something else. They are committed: one written here could still be open for writing in
/// a child that another test forks at that moment, and would then not start. Named from the folder in which cargo runs
/// tests: the one in which they were compiled may be another checkout's, with which the target folder is shared.
fn script(name: &str) -> PathBuf {
    std::path::absolute("tests/scripts").expect("a folder").join(name)
}

#[tokio::test]
async fn an_object_is_indexed_stored_and_rendered() {
    let pool = pool(Limits::default());
    let file = Bytes::from(small_slice());
    let indexed = pool.index(file.clone()).await.expect("the slice is valid");
    assert_eq!(indexed.series.modality.as_deref(), Some("CT"));
    assert_eq!(indexed.sha256.len(), 64);
    let blobs = Blobs::new(Arc::new(InMemory::new()));
    let key = StudyKey::generate().object(&indexed.instance.sop_instance_uid);
    blobs.put(&key, file.clone()).await.expect("stored");
    let frame = frames::read(&blobs, &key, &indexed.frames, 1).await.expect("there is a frame");
    assert_eq!(frame.len(), 64 * 64 * 2);
    assert!(file.ends_with(&frame));
    let job = frames::render_job(&blobs, &key, &indexed.frames, 1, RenderOptions::default()).await.expect("read");
    let turn = pool.turn().await.expect("nobody else waits");
    let picture = pool.render(turn, job).await.expect("the slice renders");
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    assert!(frames::read(&blobs, &key, &indexed.frames, 2).await.is_err());
}

#[tokio::test]
async fn refusals_come_back_whole_and_the_child_lives_on() {
    let pool = pool(Limits { workers: 1, ..Limits::default() });
    for _ in 0..3 {
        let refusal = pool.index(Bytes::from_static(b"no")).await.expect_err("refused");
        assert_eq!(refusal.code(), "not_dicom");
    }
    pool.index(small_slice().into()).await.expect("the slice is valid");
}

#[tokio::test]
async fn an_object_that_needs_too_much_memory_is_refused_alone() {
    let pool = pool(Limits { workers: 1, memory: 192 << 20, ..Limits::default() });
    let large = part10(EXPLICIT, &element(0x0009, 0x1001, b"OB", &vec![0; 200 << 20]));
    assert_eq!(pool.index(large.into()).await.err(), Some(Refusal::WorkerFailed));
    pool.index(small_slice().into()).await.expect("the next object finds a fresh child");
}

#[tokio::test]
async fn an_object_that_takes_too_long_is_refused() {
    let pool =
        Pool::new(script("silent.sh"), Limits { workers: 1, time: Duration::from_millis(50), ..Limits::default() });
    let refusal = pool.index(small_slice().into()).await.err();
    assert!(matches!(refusal, Some(Refusal::WorkerTimeout { .. })), "{refusal:?}");
    let refusal = pool.index(small_slice().into()).await.err();
    assert!(matches!(refusal, Some(Refusal::WorkerTimeout { .. })), "its place is free again");
}

#[tokio::test]
async fn a_child_that_dies_or_babbles_is_replaced() {
    for name in ["ends.sh", "killed.sh", "babbles.sh"] {
        let pool = Pool::new(script(name), Limits { workers: 1, ..Limits::default() });
        for _ in 0..2 {
            let refusal = pool.index(small_slice().into()).await.err();
            assert_eq!(refusal, Some(Refusal::WorkerFailed), "{name}");
        }
    }
}

#[tokio::test]
async fn a_missing_executable_is_our_fault() {
    let pool = Pool::new("/nonexistent/telekonsil".into(), Limits::default());
    let refusal = pool.index(small_slice().into()).await.expect_err("refused");
    assert!(refusal.retryable());
}

#[tokio::test]
async fn an_object_over_the_limit_never_reaches_a_child() {
    let pool = Pool::new("/nonexistent/telekonsil".into(), Limits { object: 10, ..Limits::default() });
    let refusal = pool.index(Bytes::from_static(b"eleven bytes")).await.expect_err("refused");
    assert_eq!(refusal.code(), "too_large");
}

#[tokio::test]
async fn more_objects_than_children_wait_their_turn() {
    let pool = pool(Limits { workers: 2, ..Limits::default() });
    let file = Bytes::from(small_slice());
    let all = (0..24).map(|_| pool.index(file.clone()));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn an_object_is_not_behind_the_pictures_and_these_do_not_pile_up() {
    let pool = pool(Limits { workers: 2, pictures: 3, ..Limits::default() });
    let first = pool.turn().await.expect("one child renders");
    let (second, third) = (tokio::spawn(turn_of(pool.clone())), tokio::spawn(turn_of(pool.clone())));
    // They wait: the other child is for objects.
    while pool.turn().now_or_never().is_none_or(|turn| turn.err() != Some(Refusal::WorkerBusy)) {
        tokio::task::yield_now().await;
    }
    pool.index(small_slice().into()).await.expect("does not wait for them");
    drop(first);
    second.await.unwrap();
    third.await.unwrap();
    assert!(pool.turn().await.is_ok(), "everybody has had theirs");
}

async fn turn_of(pool: Pool) {
    pool.turn().await.expect("comes");
}
