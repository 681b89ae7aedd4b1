//! The wire's enums as the report's.

use ::report as paper;
use schemas::{
    consult::{Consent, Decision, Justification, Sex, Urgency},
    report::{MarkShape, Nihss, ReportTemplate},
};

pub(super) fn nihss(score: &Nihss) -> [Option<u8>; 15] {
    std::array::from_fn(|item| score.items.get(item).copied().flatten())
}

pub(super) const fn template(template: ReportTemplate) -> paper::Template {
    match template {
        ReportTemplate::General => paper::Template::General,
        ReportTemplate::Stroke => paper::Template::Stroke,
        ReportTemplate::Neurosurgery => paper::Template::Neurosurgery,
        ReportTemplate::Cardiology => paper::Template::Cardiology,
    }
}

pub(super) const fn urgency(urgency: Urgency) -> paper::Urgency {
    match urgency {
        Urgency::Emergency => paper::Urgency::Emergency,
        Urgency::Urgent => paper::Urgency::Urgent,
        Urgency::Elective => paper::Urgency::Elective,
    }
}

pub(super) const fn sex(sex: Sex) -> paper::Sex {
    match sex {
        Sex::Female => paper::Sex::Female,
        Sex::Male => paper::Sex::Male,
        Sex::Diverse => paper::Sex::Diverse,
        Sex::Unknown => paper::Sex::Unknown,
    }
}

pub(super) const fn justification(justification: Justification) -> paper::Justification {
    match justification {
        Justification::Interdisciplinary => paper::Justification::Interdisciplinary,
        Justification::SpeciallyComplex => paper::Justification::SpeciallyComplex,
    }
}

pub(super) const fn decision(decision: Decision) -> paper::Decision {
    match decision {
        Decision::TreatHere => paper::Decision::TreatHere,
        Decision::Transfer => paper::Decision::Transfer,
        Decision::MoreDiagnostics => paper::Decision::MoreDiagnostics,
        Decision::NoAction => paper::Decision::NoAction,
        Decision::Other => paper::Decision::Other,
    }
}

pub(super) const fn consent_kind(consent: Consent) -> paper::ConsentKind {
    match consent {
        Consent::Given => paper::ConsentKind::Given,
        Consent::GivenByRepresentative => paper::ConsentKind::GivenByRepresentative,
        Consent::Presumed => paper::ConsentKind::Presumed,
        Consent::Refused => paper::ConsentKind::Refused,
    }
}

pub(super) const fn mark_shape(shape: MarkShape) -> paper::MarkShape {
    match shape {
        MarkShape::Line => paper::MarkShape::Line,
        MarkShape::Arrow => paper::MarkShape::Arrow,
        MarkShape::Outline => paper::MarkShape::Outline,
        MarkShape::Ellipse => paper::MarkShape::Ellipse,
        MarkShape::Text => paper::MarkShape::Text,
    }
}
