//! What is stored opens for its owner, in any part, and for nobody else; every change is noticed.

use bytes::Bytes;
use futures_util::TryStreamExt;
use imaging::blobs::{BlobError, Blobs, Put};
use imaging::seal::stream::{HEADER, Opener, SEALED_SEGMENT, SEGMENT, Sealer, plain_length};
use imaging::seal::{MasterKey, ObjectKey, SealError, StudyKey};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use proptest::prelude::*;
use std::sync::Arc;

fn content(length: usize) -> Bytes {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts")
}

fn sealed(key: &ObjectKey, plain: &[u8]) -> Vec<u8> {
    let mut sealer = Sealer::new(key, plain.len() as u64);
    let mut sealed = sealer.header().to_vec();
    for segment in plain.chunks(SEGMENT as usize) {
        sealed.extend(sealer.segment(segment));
    }
    if plain.is_empty() {
        sealed.extend(sealer.segment(&[]));
    }
    sealed
}

fn opened(key: &ObjectKey, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (header, body) = sealed.split_at_checked(HEADER as usize).ok_or(SealError::DoesNotOpen)?;
    let opener = Opener::new(key, header, sealed.len() as u64)?;
    let mut plain = Vec::new();
    opener.run(0, body, &mut plain)?;
    Ok(plain)
}

#[test]
fn lengths_are_known_without_opening() {
    let key = StudyKey::generate().object("1");
    for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
        let sealed = sealed(&key, &content(length));
        assert_eq!(plain_length(sealed.len() as u64), Some(length as u64));
        assert!(opened(&key, &sealed).expect("it opens") == content(length));
    }
    assert_eq!(plain_length(HEADER), None);
    assert_eq!(plain_length(HEADER + SEALED_SEGMENT + 3), None);
}

#[test]
fn cutting_swapping_and_changing_are_noticed() {
    let study = StudyKey::generate();
    let key = study.object("1");
    let whole = sealed(&key, &content(3 * SEGMENT as usize));
    let (header, segment) = (HEADER as usize, SEALED_SEGMENT as usize);
    let cut = &whole[..header + 2 * segment];
    assert!(opened(&key, cut).is_err(), "the last segment is missing");
    let grown = [&whole[..], &whole[header..header + segment]].concat();
    assert!(opened(&key, &grown).is_err(), "a segment was added");
    let mut swapped = whole.clone();
    let (front, back) = swapped.split_at_mut(header + segment);
    front[header..].swap_with_slice(&mut back[..segment]);
    assert!(opened(&key, &swapped).is_err(), "two segments changed places");
    let mut changed = whole.clone();
    changed[header + 5] ^= 1;
    assert!(opened(&key, &changed).is_err(), "a bit was changed");
    assert!(opened(&study.object("2"), &whole).is_err(), "another object's key");
    assert!(opened(&StudyKey::generate().object("1"), &whole).is_err(), "another study's key");
    let mut other = sealed(&key, &content(3 * SEGMENT as usize));
    other[header..header + segment].copy_from_slice(&whole[header..header + segment]);
    assert!(opened(&key, &other).is_err(), "a segment of an earlier sealing of the same object");
}

#[test]
fn keys_wrap_for_one_study_and_one_installation() {
    let (master, study) = (MasterKey::generate(), StudyKey::generate());
    let wrapped = master.wrap(&[7; 16], &study);
    let again = master.unwrap(&[7; 16], &wrapped).expect("it opens");
    assert_eq!(again.object("1.2").address(), study.object("1.2").address());
    assert!(matches!(master.unwrap(&[8; 16], &wrapped), Err(SealError::DoesNotOpen)));
    assert!(matches!(MasterKey::generate().unwrap(&[7; 16], &wrapped), Err(SealError::OtherMaster)));
    assert_ne!(StudyKey::generate().object("1.2").address(), study.object("1.2").address());
}

#[test]
fn small_values_open_in_their_context_only() {
    let study = StudyKey::generate();
    let value = study.seal_small("metadata/1.2", b"{}");
    assert_eq!(study.open_small("metadata/1.2", &value).expect("it opens"), b"{}");
    assert!(study.open_small("metadata/1.3", &value).is_err());
    assert!(study.open_small("metadata/1.2", &value[..5]).is_err());
}

#[test]
fn a_master_key_file_is_made_once_and_only_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = std::env::temp_dir().join(format!("telekonsil-master-{:016x}", rand::random::<u64>()));
    std::fs::create_dir(&folder).expect("the folder is new");
    let path = folder.join("master.key");
    let (first, second) = (MasterKey::load_or_create(&path), MasterKey::load_or_create(&path));
    let wrapped = first.expect("created").wrap(&[1; 16], &StudyKey::generate());
    assert!(second.expect("loaded").unwrap(&[1; 16], &wrapped).is_ok());
    assert_eq!(std::fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&folder).expect("it is there").count(), 1, "no draft is left");
    std::fs::write(&path, "too short").expect("it can be written");
    assert!(matches!(MasterKey::load_or_create(&path), Err(SealError::BadMasterText)));
    std::fs::remove_dir_all(&folder).expect("it can be removed");
}

#[test]
fn a_put_is_idempotent_and_never_overwrites() {
    runtime().block_on(async {
        let blobs = Blobs::new(Arc::new(InMemory::new()));
        let key = StudyKey::generate().object("1.2");
        assert_eq!(blobs.put(&key, content(70_000)).await.expect("stored"), Put::Created);
        assert_eq!(blobs.put(&key, content(70_000)).await.expect("stored"), Put::AlreadyThere);
        assert!(matches!(blobs.put(&key, content(70_001)).await, Err(BlobError::Conflict)));
        let mut other = content(70_000).to_vec();
        other[69_999] ^= 1;
        assert!(matches!(blobs.put(&key, other.into()).await, Err(BlobError::Conflict)));
        assert!(blobs.get(&key).await.expect("it opens") == content(70_000));
        blobs.delete(&key).await.expect("deleted");
        blobs.delete(&key).await.expect("deleting again is harmless");
        assert!(matches!(blobs.get(&key).await, Err(BlobError::NotFound)));
        assert!(matches!(blobs.get_range(&key, 0..1).await, Err(BlobError::NotFound)));
    });
}

#[test]
fn large_objects_go_in_parts_and_come_as_a_stream() {
    runtime().block_on(async {
        let folder = std::env::temp_dir().join(format!("telekonsil-blobs-{:016x}", rand::random::<u64>()));
        let blobs = Blobs::local(&folder).expect("the folder is made");
        let key = StudyKey::generate().object("1.2");
        let plain = content(70 << 20);
        assert_eq!(blobs.put(&key, plain.clone()).await.expect("stored"), Put::Created);
        assert_eq!(blobs.put(&key, plain.clone()).await.expect("stored"), Put::AlreadyThere);
        let pieces: Vec<Bytes> = blobs.stream(&key).try_collect().await.expect("it opens");
        assert!(pieces.len() > 60);
        assert!(pieces.concat() == plain);
        std::fs::remove_dir_all(&folder).expect("it can be removed");
    });
}

#[test]
fn a_damaged_store_is_noticed() {
    runtime().block_on(async {
        let store = Arc::new(InMemory::new());
        let blobs = Blobs::new(store.clone());
        let key = StudyKey::generate().object("1.2");
        blobs.put(&key, content(200_000)).await.expect("stored");
        let mut listing = store.list(None);
        let path = listing.try_next().await.expect("listed").expect("one object").location;
        let whole = store.get(&path).await.expect("there").bytes().await.expect("read");
        let cut = whole.slice(..(HEADER + 2 * SEALED_SEGMENT) as usize);
        store.put(&path, cut.into()).await.expect("written");
        assert!(matches!(blobs.get(&key).await, Err(BlobError::Damaged)));
        store.put(&path, Bytes::from_static(b"short").into()).await.expect("written");
        assert!(matches!(blobs.get_range(&key, 0..1).await, Err(BlobError::Damaged)));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_range_reads_the_same_as_the_whole(length in 0usize..400_000, a in 0usize..400_000, b in 0usize..400_000) {
        let (start, end) = (a.min(b), a.max(b));
        runtime().block_on(async {
            let blobs = Blobs::new(Arc::new(InMemory::new()));
            let key = StudyKey::generate().object("1.2");
            let plain = content(length);
            blobs.put(&key, plain.clone()).await.expect("stored");
            let read = blobs.get_range(&key, start as u64..end as u64).await;
            if end <= length {
                assert!(read.expect("it opens") == plain.slice(start..end));
            } else {
                assert!(matches!(read, Err(BlobError::OutOfRange { .. })));
            }
            let pieces: Vec<Bytes> = blobs.stream(&key).try_collect().await.expect("it opens");
            assert!(pieces.concat() == plain);
            assert_eq!(blobs.size(&key).await.expect("known"), length as u64);
        });
    }
}
