//! Lays a signed consultation report out as PDF/A.
//!
//! A second form is a table of what happened, [`render_protocol`]: the history of a consult, to the second.
//!
//! A pure function, [`render`]: it is given what the report says ([`Report`]) and knows no broker, no user, no database
//! and no clock; equal input gives equal bytes. The result is A4, PDF/A-2a (for the hospital's archive) and PDF/UA-1 (for
//! those who have it read aloud) in one.
//!
//! The way: [`compose`] makes rows from what the report says, [`flow`] breaks them into lines ([`wrap`]) and pages,
//! [`paint`] writes the file through krilla. What people wrote is made fit for a page first ([`clean`]): nothing in it
//! can steer the layout, and what the fonts cannot write shows as a box.

mod clean;
mod compose;
mod flow;
mod font;
mod model;
mod paint;
mod picture;
mod protocol;
mod rows;
mod style;
mod texts;
mod wrap;

pub use model::{
    Answer, Consent, ConsentKind, Date, Decision, Justification, KeyImage, Language, Mark, MarkShape, Moment, Part,
    Party, Patient, PatientField, Person, Report, Request, RollCall, Sex, Shown, Source, Template, Time, TimeKind,
    Urgency, Version,
};
pub use picture::{Picture, Samples};
pub use protocol::{Column, Protocol, render_protocol};

/// A report that could not be written: a fault of this crate, never of what the report says.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("the embedded fonts cannot be read")]
    Fonts,
    #[error("the file format does not go together")]
    Format,
    /// Names krilla's reason; holds no text of the report.
    #[error("the file cannot be written: {0}")]
    Write(String),
}

/// The report as a PDF file.
pub fn render(report: &Report) -> Result<Vec<u8>, ReportError> {
    let faces = font::Faces::load().ok_or(ReportError::Fonts)?;
    let mut composed = compose::compose(report, &faces);
    let layout = flow::flow(&faces, std::mem::take(&mut composed.rows));
    let paper = paint::Paper {
        language: report.language,
        made_at: report.signed_at,
        id: format!("{} {}", report.label, report.version),
        images: &report.key_images,
    };
    paint::paint(&paper, &faces, &composed, &layout)
}
