//! What may stand in a signed report.

use super::{Error, Result, fault, long_text, short_text, uid};
use schemas::{
    PrivateText,
    consult::Answer,
    report::{KeyImage, MAX_KEY_IMAGES, Mark, MarkShape, NIHSS_MAXIMA, Nihss, ReportTemplate, SignReport},
};

/// Annotations on one key image, and points of one annotation: what the wire contract promises to draw. More makes a
/// picture that nobody can read.
const MARKS: usize = 50;
const POINTS: usize = 200;
/// Pixels from the first one. Larger than any detector; it keeps a broken number from becoming a huge drawing.
const FAR: f64 = 100_000.0;

/// A report is read by people who were not there: it has findings or an assessment, and a recommendation; an
/// amendment says why.
pub(in crate::app) fn sign_report(report: &SignReport) -> Result<()> {
    answer(&report.answer)?;
    long_text("reason", &report.reason.0)?;
    if report.after_version > 0 && report.reason.is_blank() {
        return fault("reason", "an amendment needs one");
    }
    Ok(())
}

fn answer(answer: &Answer) -> Result<()> {
    let texts: [(&str, &PrivateText); 4] = [
        ("findings", &answer.findings),
        ("assessment", &answer.assessment),
        ("recommendation", &answer.recommendation),
        ("limitations", &answer.limitations),
    ];
    for (name, text) in texts {
        long_text(name, &text.0)?;
    }
    if answer.findings.is_blank() && answer.assessment.is_blank() {
        return fault("assessment", "findings and assessment are both empty");
    }
    if answer.recommendation.is_blank() {
        return fault("recommendation", "is empty");
    }
    match (&answer.nihss, answer.template) {
        (Some(score), ReportTemplate::Stroke) => nihss(score)?,
        (Some(_), _) => return fault("nihss", "belongs to the stroke template"),
        (None, _) => {}
    }
    if answer.key_images.len() > MAX_KEY_IMAGES {
        return fault("key_images", "are more than 12");
    }
    answer.key_images.iter().try_for_each(key_image)
}

fn nihss(score: &Nihss) -> Result<()> {
    if score.items.len() != NIHSS_MAXIMA.len() {
        return fault("nihss.items", "are not 15");
    }
    let good = score.items.iter().zip(NIHSS_MAXIMA).all(|(item, most)| item.is_none_or(|value| value <= most));
    if good { Ok(()) } else { fault("nihss.items", "has a value above its item's largest") }
}

fn key_image(image: &KeyImage) -> Result<()> {
    uid("key_images.series_instance_uid", &image.series_instance_uid)?;
    uid("key_images.sop_instance_uid", &image.sop_instance_uid)?;
    if image.frame == 0 {
        return fault("key_images.frame", "counts from 1");
    }
    let window = [image.window_center, image.window_width];
    if !window.iter().flatten().all(|value| value.is_finite()) || image.window_width.is_some_and(|width| width < 0.0) {
        return fault("key_images.window_width", "is not a width");
    }
    if image.window_center.is_some() != image.window_width.is_some() {
        return fault("key_images.window_center", "centre and width go together");
    }
    short_text("key_images.caption", &image.caption.0)?;
    if image.marks.len() > MARKS {
        return fault("key_images.marks", "are more than 50");
    }
    image.marks.iter().try_for_each(mark)
}

fn mark(mark: &Mark) -> Result<()> {
    short_text("key_images.marks.label", &mark.label.0)?;
    let points = mark.points.len();
    let fits = match mark.shape {
        MarkShape::Text => points == 1,
        MarkShape::Arrow | MarkShape::Ellipse => points == 2,
        MarkShape::Line => (2..=POINTS).contains(&points),
        MarkShape::Outline => (3..=POINTS).contains(&points),
    };
    if !fits {
        return fault("key_images.marks.points", "are too few or too many for the shape");
    }
    let near = mark.points.iter().flatten().all(|value| value.is_finite() && value.abs() <= FAR);
    if near { Ok(()) } else { Err(Error::InvalidField("key_images.marks.points: lie outside of any image".to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{StudyId, consult::Decision};

    fn report() -> SignReport {
        SignReport {
            answer: Answer {
                findings: "Frühe Infarktzeichen links".into(),
                assessment: "".into(),
                recommendation: "Lyse".into(),
                decision: Decision::TreatHere,
                limitations: "".into(),
                template: ReportTemplate::Stroke,
                nihss: Some(Nihss { items: NIHSS_MAXIMA.iter().copied().map(Some).collect() }),
                key_images: vec![KeyImage {
                    study_id: StudyId(uuid::Uuid::nil()),
                    series_instance_uid: "1.2".into(),
                    sop_instance_uid: "1.2.3".into(),
                    frame: 1,
                    window_center: Some(40.0),
                    window_width: Some(80.0),
                    caption: "".into(),
                    marks: vec![Mark {
                        shape: MarkShape::Arrow,
                        points: vec![[1.0, 2.0], [3.5, 4.0]],
                        label: "M1".into(),
                    }],
                }],
            },
            password: "".into(),
            after_version: 0,
            reason: "".into(),
        }
    }

    #[test]
    fn a_good_report_passes_and_each_fault_is_named() {
        assert!(sign_report(&report()).is_ok());
        type Spoil = fn(&mut SignReport);
        let cases: [(&str, Spoil); 9] = [
            ("recommendation", |r| r.answer.recommendation = " ".into()),
            ("assessment", |r| r.answer.findings = "".into()),
            ("reason", |r| r.after_version = 1),
            ("nihss:", |r| r.answer.template = ReportTemplate::General),
            ("nihss.items", |r| r.answer.nihss = Some(Nihss { items: vec![Some(4); 15] })),
            ("key_images:", |r| r.answer.key_images = vec![r.answer.key_images[0].clone(); 13]),
            ("key_images.frame", |r| r.answer.key_images[0].frame = 0),
            ("key_images.window_center", |r| r.answer.key_images[0].window_center = None),
            ("key_images.marks.points", |r| r.answer.key_images[0].marks[0].points.push([0.0, f64::NAN])),
        ];
        for (field, spoil) in cases {
            let mut bad = report();
            spoil(&mut bad);
            let detail = sign_report(&bad).unwrap_err().detail().unwrap();
            assert!(detail.starts_with(field), "{field}: {detail}");
        }
    }
}
