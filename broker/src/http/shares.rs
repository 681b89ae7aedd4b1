//! What one session, and all together, may have of this process at once.

use super::problem::Fault;
use super::slots::{Slot, Slots, Turn, Turns};
use super::streams::Streams;
use crate::config::Limits;
use schemas::SessionId;
use schemas::problem::ProblemCode;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// STOW requests of one session. Our page sends three at once, and may be open twice. More lets one sender take most of
/// [`UPLOAD_MEMORY`]; less refuses a page beside another.
const UPLOADS: usize = 6;
/// Pictures of one session that wait for the workers; its others wait here. A page shows a thumbnail for each series, and
/// behind a proxy with HTTP/2 a browser asks for all of them at once. More lets one session fill the workers' queue; less
/// draws that list slowly while nobody else asks.
const PICTURES: usize = 32;
/// Requests for pictures of all sessions, waiting here included. More lets a crowd hold more memory (some KiB each);
/// less refuses pictures, which a page does not ask for again, when many open studies at once.
const ALL_PICTURES: usize = 2048;
/// Bytes of objects in memory, half received or being indexed, of all uploads. More: that much memory under attack, and
/// the workers' beside it. Less: large objects (58 MB for an ultrasound loop) wait for each other. Never less than four
/// of the largest objects that are taken, or the first of them could wait for ever.
const UPLOAD_MEMORY: usize = 1 << 30;
const LARGEST_AT_ONCE: usize = 4;
/// Seconds after which somebody who has too much under way shall try again.
const TRY_AGAIN: u32 = 2;

/// Slots of all kinds.
pub struct Shares {
    pub streams: Streams,
    uploads: Slots<SessionId>,
    pictures: Turns<SessionId>,
    all_pictures: Arc<Semaphore>,
    /// A permit for each byte.
    pub upload_memory: Arc<Semaphore>,
}

impl Shares {
    pub fn new(limits: &Limits) -> Self {
        let largest = usize::try_from(limits.object).unwrap_or(usize::MAX).saturating_mul(LARGEST_AT_ONCE);
        let memory = UPLOAD_MEMORY.max(largest).min(Semaphore::MAX_PERMITS);
        Self {
            streams: Streams::new(limits.streams),
            uploads: Slots::new(UPLOADS),
            pictures: Turns::new(PICTURES),
            all_pictures: Arc::new(Semaphore::new(ALL_PICTURES)),
            upload_memory: Arc::new(Semaphore::new(memory)),
        }
    }

    /// A STOW request.
    pub fn upload(&self, session: SessionId) -> Result<Slot<SessionId>, Fault> {
        self.uploads.take(session).ok_or_else(|| too_much("this session has too many uploads under way"))
    }

    /// A picture to render, when it is its session's turn; refused when all together ask for too many.
    pub async fn picture(&self, session: SessionId) -> Result<(OwnedSemaphorePermit, Turn<SessionId>), Fault> {
        let one_of_all = Arc::clone(&self.all_pictures).try_acquire_owned();
        let one_of_all = one_of_all.map_err(|_| too_much("too many pictures are waited for"))?;
        Ok((one_of_all, self.pictures.wait(session).await))
    }
}

fn too_much(detail: &'static str) -> Fault {
    Fault::new(ProblemCode::TooManyRequests).detail(detail).retry_after(TRY_AGAIN)
}
