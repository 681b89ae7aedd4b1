//! A report that can be signed.

use super::{Refusal, fields};
use crate::domain::forms;
use fields::{check_line, check_text, invalid, named};
use schemas::{
    StudyId,
    consult::Answer,
    report::{KeyImage, MAX_KEY_IMAGES, Mark, MarkShape, NIHSS_MAXIMA, Nihss, ReportTemplate},
};

/// Annotations of one key image: what the wire promises. More is a picture that nobody can read.
const MAX_MARKS: usize = 50;
/// Points of one annotation.
const MAX_POINTS: usize = 200;
/// Pixels from the first one: beyond any detector. More would let one broken number stretch the drawing.
const FARTHEST: f64 = 100_000.0;

/// Refuses a report that nobody could act on, or that shows what does not belong to the consult. It is read by people who
/// were not there: it has a recommendation, and findings or an assessment.
pub(super) fn check(answer: &Answer, attached: &[StudyId]) -> Result<(), Refusal> {
    if answer.recommendation.is_blank() {
        return Err(invalid("recommendation", "is empty"));
    }
    if answer.findings.is_blank() && answer.assessment.is_blank() {
        return Err(invalid("assessment", "is empty, and so are the findings"));
    }
    check_text("findings", &answer.findings.0)?;
    check_text("assessment", &answer.assessment.0)?;
    check_text("recommendation", &answer.recommendation.0)?;
    check_text("limitations", &answer.limitations.0)?;
    match (&answer.nihss, answer.template) {
        (Some(nihss), ReportTemplate::Stroke) => check_nihss(nihss)?,
        (Some(_), _) => return Err(invalid("nihss", "belongs to the stroke template")),
        (None, _) => {}
    }
    if answer.key_images.len() > MAX_KEY_IMAGES {
        return Err(invalid("key_images", "are more than 12"));
    }
    answer.key_images.iter().try_for_each(|image| check_image(image, attached))
}

fn check_nihss(nihss: &Nihss) -> Result<(), Refusal> {
    if nihss.items.len() != NIHSS_MAXIMA.len() {
        return Err(invalid("nihss.items", "are not 15"));
    }
    let fits = nihss.items.iter().zip(NIHSS_MAXIMA).all(|(item, most)| item.is_none_or(|value| value <= most));
    if fits { Ok(()) } else { Err(invalid("nihss.items", "has a value above its item's largest")) }
}

fn check_image(image: &KeyImage, attached: &[StudyId]) -> Result<(), Refusal> {
    if !attached.contains(&image.study_id) {
        return Err(invalid("key_images.study_id", "is not attached to this consult"));
    }
    named("key_images.series_instance_uid", forms::uid(&image.series_instance_uid))?;
    named("key_images.sop_instance_uid", forms::uid(&image.sop_instance_uid))?;
    if image.frame == 0 {
        return Err(invalid("key_images.frame", "counts from 1"));
    }
    let window_fits = match (image.window_center, image.window_width) {
        (None, None) => true,
        (Some(center), Some(width)) => center.is_finite() && width.is_finite() && width >= 0.0,
        _ => false,
    };
    if !window_fits {
        return Err(invalid("key_images.window_width", "is not a window together with its centre"));
    }
    check_line("key_images.caption", &image.caption)?;
    if image.marks.len() > MAX_MARKS {
        return Err(invalid("key_images.marks", "are more than 50"));
    }
    image.marks.iter().try_for_each(check_mark)
}

fn check_mark(mark: &Mark) -> Result<(), Refusal> {
    check_line("key_images.marks.label", &mark.label)?;
    let count = match mark.shape {
        MarkShape::Text => 1..=1,
        MarkShape::Arrow | MarkShape::Ellipse => 2..=2,
        MarkShape::Line => 2..=MAX_POINTS,
        MarkShape::Outline => 3..=MAX_POINTS,
    };
    if !count.contains(&mark.points.len()) {
        return Err(invalid("key_images.marks.points", "are too few or too many for the shape"));
    }
    let drawable = mark.points.iter().flatten().all(|value| value.is_finite() && value.abs() <= FARTHEST);
    if drawable { Ok(()) } else { Err(invalid("key_images.marks.points", "lie outside of any image")) }
}
