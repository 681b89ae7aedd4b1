//! The specialist's answer.

use crate::{
    PrivateText, UnixMillis,
    directory::PersonRef,
    report::{KeyImage, Nihss, ReportTemplate},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the decision is, in one word; the words are in [`Answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    TreatHere,
    Transfer,
    MoreDiagnostics,
    NoAction,
    Other,
}

/// The specialist's structured written answer (§ 4 Telekonsilien-Vereinbarung).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    pub findings: PrivateText,
    pub assessment: PrivateText,
    pub recommendation: PrivateText,
    pub decision: Decision,
    /// What limited the consult: picture quality, missing series, missing laboratory values.
    #[serde(default)]
    pub limitations: PrivateText,
    #[serde(default)]
    pub template: ReportTemplate,
    /// Stroke template only.
    #[serde(default)]
    pub nihss: Option<Nihss>,
    /// At most twelve.
    #[serde(default)]
    pub key_images: Vec<KeyImage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignedAnswer {
    /// From 1; an amendment is the next one.
    pub version: u32,
    /// Why the version before was not enough; empty in the first.
    pub reason: PrivateText,
    pub answer: Answer,
    pub author: PersonRef,
    pub signed_at: UnixMillis,
}
