//! What every handler can reach.

use super::limiter::SignInLimiter;
use super::metrics::Metrics;
use crate::app::App;
use crate::app::ports::Clock;
use crate::config::{Limits, Origin, Secret};
use crate::room::Rooms;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
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
    pub sign_ins: Mutex<SignInLimiter>,
    pub metrics: Metrics,
    /// Becomes `true` when the server stops: streams end then.
    pub stopping: watch::Receiver<bool>,
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
    pub secure_cookies: bool,
    pub metrics_token: Option<Secret>,
}

impl Edge {
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
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
