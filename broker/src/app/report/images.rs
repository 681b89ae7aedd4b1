//! Key images, drawn from the stored pixels.

use super::{content::date, words::mark_shape};
use crate::{
    app::{App, Error, Result, ports::InstanceRow},
    domain::consult::Consult,
};
use ::imaging::render::{Format, RenderOptions, Window, WindowFunction};
use ::report as paper;
use bytes::Bytes;
use schemas::report::{KeyImage, Mark};

/// Longest side of a picture in the file. It is printed 8 to 11 cm wide: 1,000 pixels are some 250 dpi. More makes the
/// file larger than mail takes; less, and a radiograph's fine lines are gone.
const LONGEST: u32 = 1000;
/// The renderer's least sides: smaller pictures stand in the middle of these.
const LEAST: (u32, u32) = (96, 32);

/// A key image whose file is not decoded yet.
pub(super) struct Drawn {
    file: File,
    caption: String,
    marks: Vec<Mark>,
    /// Columns and rows of the stored image.
    sides: (u32, u32),
    source: paper::Source,
}

enum File {
    Png(Bytes),
    Gone,
    CannotRender,
}

impl App {
    /// Pictures of the report's key images. What is gone, or cannot be rendered, is said in its place: a report must be
    /// readable without its images. Only a server that is out of order is an error, because it will be well again.
    pub(super) async fn key_images(&self, consult: &Consult, images: &[KeyImage]) -> Result<Vec<Drawn>> {
        let mut drawn = Vec::with_capacity(images.len());
        for image in images {
            drawn.push(self.key_image(consult, image).await?);
        }
        Ok(drawn)
    }

    async fn key_image(&self, consult: &Consult, image: &KeyImage) -> Result<Drawn> {
        let window = image.window_center.zip(image.window_width);
        let mut drawn = Drawn {
            file: File::Gone,
            caption: image.caption.0.clone(),
            marks: image.marks.clone(),
            sides: (0, 0),
            source: paper::Source::default(),
        };
        // A study that was found to be another patient's is shown to nobody any more.
        if !consult.studies.contains(&image.study_id) {
            return Ok(drawn);
        }
        let Some(study) = self.repo.study(image.study_id.0).await?.filter(|study| study.wrapped_key.is_some()) else {
            return Ok(drawn);
        };
        let found = self.repo.instance(study.id, &image.sop_instance_uid).await?;
        let Some(found) = found.filter(|found| found.row.series_instance_uid == image.series_instance_uid) else {
            return Ok(drawn);
        };
        let row = &found.row;
        let series = self.repo.series(study.id).await?;
        let series = series.into_iter().find(|series| series.series_instance_uid == image.series_instance_uid);
        drawn.source = paper::Source {
            modality: series.as_ref().and_then(|series| series.modality.clone()).unwrap_or_default(),
            study_date: study.columns.study_date.as_deref().and_then(date),
            series: series.and_then(|series| series.series_number),
            image: row.instance_number,
            frame: (row.frames > 1).then_some(image.frame),
            window,
        };
        drawn.sides = sides(row);
        if i64::from(image.frame) > row.frames {
            drawn.file = File::CannotRender;
            return Ok(drawn);
        }
        let key = self.study_key(&study)?;
        drawn.file = match self.picture(&key, &found, image.frame, options(window, drawn.sides)).await {
            Ok(picture) => File::Png(picture.bytes),
            Err(Error::NotFound) => File::Gone,
            Err(Error::Imaging(refusal)) if refusal.retryable() => return Err(Error::Imaging(refusal)),
            // A damaged object was logged where it was found.
            Err(Error::Imaging(_) | Error::Internal) => File::CannotRender,
            Err(error) => return Err(error),
        };
        Ok(drawn)
    }
}

impl Drawn {
    /// Decodes the picture; takes some milliseconds.
    pub(super) fn decode(self) -> paper::KeyImage {
        let shown = match self.file {
            File::Png(bytes) => {
                paper::Picture::decode(&bytes).map_or(paper::Shown::CannotRender, paper::Shown::Picture)
            }
            File::Gone => paper::Shown::Gone,
            File::CannotRender => paper::Shown::CannotRender,
        };
        let marks = match &shown {
            paper::Shown::Picture(picture) => {
                let place = Place::of(self.sides, (picture.width(), picture.height()));
                self.marks.into_iter().map(|mark| place.mark(mark)).collect()
            }
            paper::Shown::Gone | paper::Shown::CannotRender => vec![],
        };
        paper::KeyImage { shown, caption: self.caption, marks, source: self.source }
    }
}

/// Where the stored image's pixels lie in its picture.
struct Place {
    scale: [f64; 2],
    offset: [f64; 2],
}

impl Place {
    fn of(sides: (u32, u32), picture: (u32, u32)) -> Self {
        let axis = |side: u32, drawn: u32, least: u32| {
            if side < least && drawn == least {
                (1.0, f64::from((least - side) / 2))
            } else {
                (f64::from(drawn) / f64::from(side.max(1)), 0.0)
            }
        };
        let (across, left) = axis(sides.0, picture.0, LEAST.0);
        let (down, top) = axis(sides.1, picture.1, LEAST.1);
        Self { scale: [across, down], offset: [left, top] }
    }

    fn mark(&self, mark: Mark) -> paper::Mark {
        let [across, down] = self.scale;
        let [left, top] = self.offset;
        paper::Mark {
            shape: mark_shape(mark.shape),
            points: mark.points.iter().map(|[x, y]| [x * across + left, y * down + top]).collect(),
            label: mark.label.0,
        }
    }
}

fn sides(row: &InstanceRow) -> (u32, u32) {
    let side = |side: Option<i64>| side.and_then(|side| u32::try_from(side).ok()).unwrap_or(0);
    (side(row.columns), side(row.rows))
}

/// One to one, unless that is larger than paper shows. The window is the viewer's, whose borders are exact.
fn options(window: Option<(f64, f64)>, (columns, rows): (u32, u32)) -> RenderOptions {
    let window = window.filter(|(_, width)| *width > 0.0);
    RenderOptions {
        format: Format::Png,
        window: window.map(|(center, width)| Window { center, width, function: WindowFunction::LinearExact }),
        viewport: (columns.max(rows) > LONGEST).then_some((LONGEST, LONGEST)),
        ..RenderOptions::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::report::MarkShape;

    fn moved(sides: (u32, u32), picture: (u32, u32), point: [f64; 2]) -> [f64; 2] {
        let mark = Mark { shape: MarkShape::Text, points: vec![point], label: "".into() };
        Place::of(sides, picture).mark(mark).points[0]
    }

    #[test]
    fn marks_lie_on_the_picture_where_they_lay_on_the_image() {
        assert_eq!(moved((512, 512), (512, 512), [10.5, 20.25]), [10.5, 20.25]);
        assert_eq!(moved((2000, 1000), (1000, 500), [2000.0, 1000.0]), [1000.0, 500.0]);
        // Pixels that are higher than wide.
        assert_eq!(moved((100, 100), (100, 200), [50.0, 50.0]), [50.0, 100.0]);
        // Smaller than the renderer's notice needs: it stands in the middle of black.
        assert_eq!(moved((16, 16), (96, 32), [8.0, 8.0]), [48.0, 16.0]);
    }

    #[test]
    fn large_images_are_made_smaller_and_others_are_not() {
        assert_eq!(options(None, (512, 512)).viewport, None);
        assert_eq!(options(None, (4000, 3000)).viewport, Some((LONGEST, LONGEST)));
        assert_eq!(options(Some((40.0, 0.0)), (512, 512)).window, None);
    }

    #[test]
    fn dates_of_dicom_are_read_or_left_out() {
        assert!(date("20261122").is_some_and(|date| (date.year, date.month, date.day) == (2026, 11, 22)));
        for odd in ["", "2026", "2026-11-22", "20261322", "heute"] {
            assert!(date(odd).is_none(), "{odd}");
        }
    }
}
