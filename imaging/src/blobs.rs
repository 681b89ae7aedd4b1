//! Sealed objects in an object store: a local folder or S3, by [`object_store`].
//!
//! Memory stays bounded: an object up to [`WHOLE`] bytes is written in one piece, a larger one in parts; reads hold
//! the segments that a range touches, and whole objects come as a stream.

use crate::seal::{ObjectKey, SealError, stream};
use bytes::Bytes;
use futures_util::stream::{Stream, TryStreamExt, try_unfold};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use std::ops::Range;
use std::sync::Arc;

/// Objects up to this many sealed bytes are put in one atomic create. More: that much memory again while a put is
/// under way. Less: more objects take the slower path in parts, whose check for an existing object is not atomic.
const WHOLE: u64 = 64 << 20;
/// Bytes of a part of a larger object; S3 takes no fewer than 5 MiB.
const PART_SEGMENTS: usize = 128;
/// Segments read at once by [`Blobs::stream`]: 1 MiB. More: more memory for each reader. Less: more round trips.
const READ_SEGMENTS: u64 = 16;

/// Why the store did not do as told.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("no such object")]
    NotFound,
    /// The same SOP Instance UID with other content.
    #[error("an object with other content is already stored under this name")]
    Conflict,
    /// Changed, cut, or sealed under another key.
    #[error("the stored object is damaged")]
    Damaged,
    #[error("the range {start}..{end} lies outside the object")]
    OutOfRange { start: u64, end: u64 },
    #[error("the object store failed")]
    Store(#[source] object_store::Error),
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

impl From<SealError> for BlobError {
    fn from(_: SealError) -> Self {
        Self::Damaged
    }
}

/// What a put found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    Created,
    /// The same content was there before.
    AlreadyThere,
}

/// The sealed objects of an installation.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Over any store.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    /// In a local folder, which is created. Writes reach the disk before they are acknowledged.
    pub fn local(folder: &std::path::Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder).map_err(|source| {
            BlobError::Store(object_store::Error::Generic { store: "local", source: Box::new(source) })
        })?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self::new(Arc::new(store)))
    }

    /// Stores an object. Repeating it with the same content is harmless; other content is a [`BlobError::Conflict`].
    pub async fn put(&self, key: &ObjectKey, plain: Bytes) -> Result<Put, BlobError> {
        let path = path(key);
        let mut sealer = stream::Sealer::new(key, plain.len() as u64);
        if plain.len() as u64 > WHOLE {
            return self.put_parts(key, &path, sealer, plain).await;
        }
        let mut pieces = vec![Bytes::copy_from_slice(sealer.header())];
        pieces.extend(segments(&plain).map(|segment| Bytes::from(sealer.segment(segment))));
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&path, PutPayload::from_iter(pieces), options).await {
            Ok(_) => Ok(Put::Created),
            Err(object_store::Error::AlreadyExists { .. }) => self.compare(key, &plain).await,
            Err(error) => Err(error.into()),
        }
    }

    /// In parts. Two writers of one name at the same time both succeed and the later one stays; what is read is
    /// always one of the two, whole.
    async fn put_parts(
        &self,
        key: &ObjectKey,
        path: &Path,
        mut sealer: stream::Sealer,
        plain: Bytes,
    ) -> Result<Put, BlobError> {
        match self.compare(key, &plain).await {
            Err(BlobError::NotFound) => {}
            found => return found,
        }
        let mut upload = self.store.put_multipart(path).await?;
        let mut part = vec![Bytes::copy_from_slice(sealer.header())];
        for segment in segments(&plain) {
            part.push(sealer.segment(segment).into());
            if part.len() >= PART_SEGMENTS {
                upload.put_part(PutPayload::from_iter(std::mem::take(&mut part))).await?;
            }
        }
        if !part.is_empty() {
            upload.put_part(PutPayload::from_iter(part)).await?;
        }
        upload.complete().await?;
        Ok(Put::Created)
    }

    async fn compare(&self, key: &ObjectKey, plain: &Bytes) -> Result<Put, BlobError> {
        if self.size(key).await? != plain.len() as u64 {
            return Err(BlobError::Conflict);
        }
        let mut stored = std::pin::pin!(self.stream(key));
        let mut at = 0;
        while let Some(piece) = stored.try_next().await? {
            if plain.get(at..at + piece.len()) != Some(&piece[..]) {
                return Err(BlobError::Conflict);
            }
            at += piece.len();
        }
        Ok(Put::AlreadyThere)
    }

    /// The object's plaintext length.
    pub async fn size(&self, key: &ObjectKey) -> Result<u64, BlobError> {
        let meta = self.store.head(&path(key)).await?;
        stream::plain_length(meta.size).ok_or(BlobError::Damaged)
    }

    /// The whole object. For large ones prefer [`Self::stream`].
    pub async fn get(&self, key: &ObjectKey) -> Result<Bytes, BlobError> {
        let size = self.size(key).await?;
        self.get_range(key, 0..size).await
    }

    /// A part of the object. Opens only the segments it touches; two reads go to the store at once.
    pub async fn get_range(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.end < range.start {
            return Err(BlobError::OutOfRange { start: range.start, end: range.end });
        }
        let touched = stream::touched(&range);
        let path = path(key);
        let (head, body) = futures_util::future::join(
            self.read(&path, 0..stream::HEADER),
            self.read(&path, stream::sealed_range(&touched)),
        )
        .await;
        let (opener, size) = opener(key, head?).await?;
        if range.end > size {
            return Err(BlobError::OutOfRange { start: range.start, end: range.end });
        }
        let body = body?.bytes().await?;
        let mut plain = Vec::with_capacity(body.len());
        opener.run(touched.start, &body, &mut plain)?;
        let skip = range.start - touched.start * stream::SEGMENT;
        let wanted = skip as usize..(skip + range.end - range.start) as usize;
        if wanted.end > plain.len() {
            return Err(BlobError::Damaged);
        }
        Ok(Bytes::from(plain).slice(wanted))
    }

    /// The whole object, a megabyte at a time.
    pub fn stream(&self, key: &ObjectKey) -> impl Stream<Item = Result<Bytes, BlobError>> + Send + use<> {
        let store = Self::new(self.store.clone());
        let key = key.duplicate();
        let start = try_unfold(None, move |place: Option<Place>| {
            let (store, key) = (store.clone(), key.duplicate());
            async move {
                let place = match place {
                    Some(place) => place,
                    None => Place::begin(&store, &key).await?,
                };
                place.step(&store, &key).await
            }
        });
        start.into_stream()
    }

    /// Deletes the object. Deleting what is not there is harmless.
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), BlobError> {
        self.delete_at(&key.address()).await
    }

    /// Deletes the object at an address ([`ObjectKey::address`]), also when its key is gone. Deleting what is not there
    /// is harmless.
    pub async fn delete_at(&self, address: &str) -> Result<(), BlobError> {
        let Some(path) = path_of(address) else { return Ok(()) };
        match self.store.delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn read(&self, path: &Path, range: Range<u64>) -> Result<GetResult, BlobError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.store.get_opts(path, options).await?)
    }
}

/// How far a stream has come.
struct Place {
    opener: stream::Opener,
    size: u64,
    segment: u64,
}

impl Place {
    async fn begin(blobs: &Blobs, key: &ObjectKey) -> Result<Self, BlobError> {
        let head = blobs.read(&path(key), 0..stream::HEADER).await?;
        let (opener, size) = opener(key, head).await?;
        Ok(Self { opener, size, segment: 0 })
    }

    async fn step(mut self, blobs: &Blobs, key: &ObjectKey) -> Result<Option<(Bytes, Option<Self>)>, BlobError> {
        let end = stream::touched(&(0..self.size)).end;
        if self.segment >= end {
            return Ok(None);
        }
        let run = self.segment..(self.segment + READ_SEGMENTS).min(end);
        let body = blobs.read(&path(key), stream::sealed_range(&run)).await?.bytes().await?;
        let mut plain = Vec::with_capacity(body.len());
        self.opener.run(run.start, &body, &mut plain)?;
        let expected = (run.end * stream::SEGMENT).min(self.size) - run.start * stream::SEGMENT;
        if plain.len() as u64 != expected {
            return Err(BlobError::Damaged);
        }
        self.segment = run.end;
        Ok(Some((plain.into(), Some(self))))
    }
}

async fn opener(key: &ObjectKey, head: GetResult) -> Result<(stream::Opener, u64), BlobError> {
    let sealed = head.meta.size;
    let header = head.bytes().await?;
    let opener = stream::Opener::new(key, &header, sealed)?;
    let size = stream::plain_length(sealed).ok_or(BlobError::Damaged)?;
    Ok((opener, size))
}

/// `ab/cd/abcd…`: 65,536 folders keep directories small up to some hundred million objects.
fn path(key: &ObjectKey) -> Path {
    // An address is always hexadecimal.
    path_of(&key.address()).unwrap_or_default()
}

fn path_of(address: &str) -> Option<Path> {
    let (first, second) = (address.get(..2)?, address.get(2..4)?);
    address.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| Path::from(format!("{first}/{second}/{address}")))
}

fn segments(plain: &Bytes) -> impl Iterator<Item = &[u8]> {
    let empty = plain.is_empty().then_some(&[][..]);
    plain.chunks(stream::SEGMENT as usize).chain(empty)
}
