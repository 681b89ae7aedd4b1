//! The parent's side: children kept warm.

use super::protocol::{self, Request, Response};
use crate::index::Indexed;
use crate::refusal::Refusal;
use crate::render::{Picture, RenderJob};
use bytes::Bytes;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What a child may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Children at most. More: more objects at once, each with `memory`. Less: an upload waits for a slow decoder.
    pub workers: usize,
    /// Address space of a child, in bytes (RLIMIT_AS). More: a hostile file takes that much. Less: large frames,
    /// whose decoders need up to six times the frame, are refused.
    pub memory: u64,
    /// Time for one request. More: a hostile file holds a child that long. Less: large JPEG 2000 frames on a busy
    /// machine are refused.
    pub time: Duration,
    /// Pictures that are rendered or wait for it; further ones are refused. More: somebody who asks for thousands makes
    /// others wait longer. Less: two pages that open at once have gaps.
    pub pictures: usize,
    /// Bytes of an object. More: that much memory in the broker for each upload under way. Less: long multi-frame
    /// objects are refused.
    pub object: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { workers: 2, memory: 1536 << 20, time: Duration::from_secs(20), pictures: 128, object: 256 << 20 }
    }
}

/// Children that index and render. Clones share them. Dropping the last ends them.
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

struct Inner {
    executable: PathBuf,
    limits: Limits,
    permits: Semaphore,
    /// One fewer than there are children: an object that arrives is never behind all the pictures that were asked for
    /// before it.
    rendering: Semaphore,
    pictures: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

impl Pool {
    /// Runs `executable imaging-worker` when needed; nothing is started yet.
    pub fn new(executable: PathBuf, limits: Limits) -> Self {
        let permits = Semaphore::new(limits.workers);
        let rendering = Semaphore::new(limits.workers.saturating_sub(1).max(1));
        let pictures = Semaphore::new(limits.pictures);
        Self { inner: Arc::new(Inner { executable, limits, permits, rendering, pictures, idle: Mutex::default() }) }
    }

    /// Checks, parses and indexes one Part 10 object. Waits while all children are busy.
    pub async fn index(&self, object: Bytes) -> Result<Indexed, Refusal> {
        let limit = self.inner.limits.object;
        if object.len() as u64 > limit {
            return Err(Refusal::TooLarge { size: object.len() as u64, limit });
        }
        match self.run(&Request::Index, &[&object]).await? {
            (Response::Indexed { indexed }, blob) => Ok(Indexed { stored: blob, ..*indexed }),
            (Response::Refused { refusal }, _) => Err(refusal),
            _ => Err(Refusal::WorkerFailed),
        }
    }

    /// Waits while the children that may render are busy, unless too many wait already. To be taken before the frame is
    /// read: frames that wait would fill the memory.
    pub async fn turn(&self) -> Result<Turn<'_>, Refusal> {
        let place = self.inner.pictures.try_acquire().map_err(|_| Refusal::WorkerBusy)?;
        let turn = self.inner.rendering.acquire().await.map_err(|_| Refusal::WorkerUnavailable)?;
        Ok(Turn { _place: place, _turn: turn })
    }

    /// Renders one frame.
    pub async fn render(&self, _turn: Turn<'_>, job: RenderJob) -> Result<Picture, Refusal> {
        let request = Request::Render { frame: job.frame, options: job.options };
        match self.run(&request, &[&job.head, &job.pixels]).await? {
            (Response::Rendered { format }, Some(bytes)) => Ok(Picture { format, bytes }),
            (Response::Refused { refusal }, _) => Err(refusal),
            _ => Err(Refusal::WorkerFailed),
        }
    }

    /// One request in one child. If the future is dropped, the child dies with it and is replaced.
    async fn run(&self, request: &Request, blobs: &[&[u8]]) -> Result<(Response, Option<Bytes>), Refusal> {
        let Ok(_permit) = self.inner.permits.acquire().await else { return Err(Refusal::WorkerUnavailable) };
        if let Some(warm) = self.take_idle() {
            match self.exchange(warm, request, blobs).await {
                // It may have died while idle, or of memory that earlier objects left fragmented: the object
                // deserves a fresh one before it is blamed.
                Err(Refusal::WorkerFailed) => {}
                done => return done,
            }
        }
        let fresh = Worker::spawn(&self.inner).map_err(|error| {
            tracing::warn!(kind = ?error.kind(), "imaging worker did not start");
            Refusal::WorkerUnavailable
        })?;
        self.exchange(fresh, request, blobs).await
    }

    async fn exchange(
        &self,
        mut worker: Worker,
        request: &Request,
        blobs: &[&[u8]],
    ) -> Result<(Response, Option<Bytes>), Refusal> {
        let time = self.inner.limits.time;
        match tokio::time::timeout(time, worker.exchange(request, blobs, self.inner.limits.memory)).await {
            Ok(Ok(answer)) => {
                // After a panic the child's state is not trusted again.
                if !matches!(answer.0, Response::Refused { refusal: Refusal::WorkerFailed }) {
                    self.put_idle(worker);
                    return Ok(answer);
                }
                Err(Refusal::WorkerFailed)
            }
            Ok(Err(error)) => {
                tracing::info!(kind = ?error.kind(), "imaging worker died and is replaced");
                Err(Refusal::WorkerFailed)
            }
            Err(_) => {
                tracing::info!("imaging worker took too long and is replaced");
                Err(Refusal::WorkerTimeout { seconds: time.as_secs() })
            }
        }
    }

    fn take_idle(&self) -> Option<Worker> {
        self.inner.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop()
    }

    fn put_idle(&self, worker: Worker) {
        self.inner.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(worker);
    }
}

/// The right to have one frame rendered.
pub struct Turn<'a> {
    _place: SemaphorePermit<'a>,
    _turn: SemaphorePermit<'a>,
}

/// One child. Dropping it kills it.
struct Worker {
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    fn spawn(inner: &Inner) -> io::Result<Self> {
        let mut command = Command::new(&inner.executable);
        command
            .arg(protocol::ARGUMENT)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let memory = inner.limits.memory;
        // SAFETY: the closure runs between fork and exec; it only calls setrlimit and prctl, which are
        // async-signal-safe, and allocates nothing.
        unsafe {
            command.pre_exec(move || confine(memory));
        }
        let mut child = command.spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else { return Err(io::ErrorKind::BrokenPipe.into()) };
        Ok(Self { _child: child, input, output })
    }

    async fn exchange(
        &mut self,
        request: &Request,
        blobs: &[&[u8]],
        limit: u64,
    ) -> io::Result<(Response, Option<Bytes>)> {
        let json = serde_json::to_vec(request)?;
        self.input.write_all(&protocol::head(&json, blobs)).await?;
        for blob in blobs {
            self.input.write_all(blob).await?;
        }
        self.input.flush().await?;
        self.answer(limit).await
    }

    async fn answer(&mut self, limit: u64) -> io::Result<(Response, Option<Bytes>)> {
        let mut fixed = [0; protocol::FIXED];
        self.output.read_exact(&mut fixed).await?;
        let (json, blobs) = protocol::fixed(fixed).ok_or(io::ErrorKind::InvalidData)?;
        let mut length = 0;
        for _ in 0..blobs {
            length = self.output.read_u64_le().await?;
        }
        if blobs > 1 || length > limit {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut text = vec![0; json];
        self.output.read_exact(&mut text).await?;
        let mut blob = vec![0; length as usize];
        self.output.read_exact(&mut blob).await?;
        Ok((serde_json::from_slice(&text)?, (blobs == 1).then(|| blob.into())))
    }
}

/// Limits of the child: address space, no core file (it would hold patient data), no file written, no new
/// privileges.
fn confine(memory: u64) -> io::Result<()> {
    let limits = [(libc::RLIMIT_AS, memory), (libc::RLIMIT_CORE, 0), (libc::RLIMIT_FSIZE, 0)];
    for (resource, value) in limits {
        let limit = libc::rlimit { rlim_cur: value, rlim_max: value };
        // SAFETY: `limit` is a valid rlimit for the length of the call.
        if unsafe { libc::setrlimit(resource, &limit) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    // SAFETY: PR_SET_NO_NEW_PRIVS takes plain numbers.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
