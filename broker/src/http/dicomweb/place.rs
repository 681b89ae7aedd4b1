//! Where a request looks: the path below `/dicomweb`, the consult that it names, and who asks.

use super::answer::consult;
use crate::app::ports::{InstanceRow, StoredInstance};
use crate::app::{OpenStudy, StudyName};
use crate::http::Edge;
use crate::http::caller::Caller;
use crate::http::extract::{PathOf, QueryOf};
use crate::http::problem::Fault;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use schemas::problem::ProblemCode;
use schemas::{ConsultId, SessionId};
use serde::Deserialize;

/// A study, or something in it; not opened yet.
pub(super) struct Place {
    edge: Edge,
    caller: Caller,
    names: Names,
    consult: Option<ConsultId>,
}

/// The path's parameters. Each one stands only where those before it do.
#[derive(Deserialize)]
struct Names {
    study: String,
    series: Option<String>,
    instance: Option<String>,
    frames: Option<String>,
}

impl FromRequestParts<Edge> for Place {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Fault> {
        let caller = Caller::from_request_parts(parts, edge).await?;
        let QueryOf(pairs) = QueryOf::<Vec<(String, String)>>::from_request_parts(parts, edge).await?;
        let PathOf(names) = PathOf::from_request_parts(parts, edge).await?;
        Ok(Self { edge: edge.clone(), caller, names, consult: consult(&pairs)? })
    }
}

impl Place {
    /// Opens the study: the access check, and the access log's row.
    pub(super) async fn open(self) -> Result<Opened, Fault> {
        let Self { edge, caller, names, consult } = self;
        let name = StudyName { uid: &names.study, consult };
        let study = edge.app.open_study(&caller.actor, caller.label(), name).await?;
        Ok(Opened { study, session: caller.session.id, names })
    }
}

/// A place that its reader may look at.
pub(super) struct Opened {
    pub(super) study: OpenStudy,
    pub(super) session: SessionId,
    names: Names,
}

impl Opened {
    /// Every object in the place: the study's, the series', or the one.
    pub(super) async fn rows(&self) -> Result<Vec<InstanceRow>, Fault> {
        match self.names.instance {
            Some(_) => Ok(vec![self.instance().await?.row]),
            None => Ok(self.study.instances(self.names.series.as_deref()).await?),
        }
    }

    /// The one object that the path names.
    pub(super) async fn instance(&self) -> Result<StoredInstance, Fault> {
        match (&self.names.series, &self.names.instance) {
            (Some(series), Some(instance)) => Ok(self.study.instance(series, instance).await?),
            _ => Err(ProblemCode::NotFound.into()),
        }
    }

    /// The path's list of frames, as it stands there.
    pub(super) fn frames(&self) -> Option<&str> {
        self.names.frames.as_deref()
    }
}
