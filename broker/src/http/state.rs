//! What every handler can reach.

use super::limiter::{Limiter, Try};
use super::metrics::Metrics;
use super::problem::Fault;
use super::shares::Shares;
use crate::app::ports::Clock;
use crate::app::{self, App};
use crate::config::{Limits, Network, Origin, Secret};
use crate::room::Rooms;
use schemas::problem::ProblemCode;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// State of the router; cheap to clone.
#[derive(Clone)]
pub struct Edge(Arc<Inner>);

/// The parts of [`Edge`].
pub struct Inner {
    pub app: Arc<App>,
    pub rooms: Rooms,
    pub sfu: sfu::Sfu,
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    pub limits: Limits,
    pub limiter: Mutex<Limiter>,
    pub shares: Shares,
    pub metrics: Metrics,
    /// Becomes `true` when the server stops: streams end then.
    pub stopping: watch::Receiver<bool>,
    /// Every room socket holds a receiver: the server lets them say goodbye before it ends.
    pub sockets: watch::Sender<()>,
}

/// What the edge needs of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// See [`crate::config::Config::public_origins`].
    pub public_origins: Vec<Origin>,
    /// See [`crate::config::Config::node_origin`].
    pub node_origin: Option<Origin>,
    /// See [`crate::config::Config::all_nodes`].
    pub all_nodes: Vec<Origin>,
    /// See [`crate::config::Config::trusted_proxies`].
    pub trusted_proxies: Vec<Network>,
    /// People come over TLS: ours, or that of a proxy in front.
    pub secure_cookies: bool,
    pub metrics_token: Option<Secret>,
}

impl Edge {
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Does something that may be tried only so often. `wrong` is the code of an answer that counts as failed; what
    /// fails otherwise was not the person's fault.
    pub async fn limited<T>(
        &self,
        tried: Try,
        wrong: ProblemCode,
        work: impl Future<Output = app::Result<T>>,
    ) -> Result<T, Fault> {
        self.spend(&tried)?;
        let result = work.await;
        match &result {
            Ok(_) => self.tries().succeeded(&tried),
            Err(error) if error.code() == wrong => {}
            Err(_) => self.tries().taken_back(&tried),
        }
        Ok(result?)
    }

    /// Counts something that may be done only so often, whatever comes of it.
    pub fn spend(&self, tried: &Try) -> Result<(), Fault> {
        let wait = self.tries().begin(tried, self.clock.now());
        wait.map_err(|seconds| Fault::new(ProblemCode::TooManyRequests).retry_after(seconds))
    }

    fn tries(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes when the server stops.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.stopping.clone();
        async move {
            // An error means that the server is gone altogether.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }
}

impl Deref for Edge {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
