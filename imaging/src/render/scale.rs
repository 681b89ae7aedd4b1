//! Fitting a picture into a viewport.

use super::encode::Canvas;
use image::imageops::FilterType;

/// Longest side of a rendered picture. More: a small request makes a large picture. Less: large radiographs cannot
/// be had one to one.
const LONGEST: u32 = 8192;
/// Least columns and rows of a rendered picture: the smallest that hold the notice of [`super::banner`].
pub(super) const LEAST: (u32, u32) = (96, 32);

/// Squares the pixels, fits the picture into the viewport (PS3.18 § 8.3.5.1.3; proportions kept, enlarging allowed),
/// and puts it on black where it is smaller than the notice needs.
pub(super) fn to_viewport(canvas: Canvas, pixel_height: f64, viewport: Option<(u32, u32)>) -> Canvas {
    let (columns, rows) = (f64::from(canvas.columns()), f64::from(canvas.rows()));
    let height = if (pixel_height - 1.0).abs() > 0.005 { rows * pixel_height } else { rows };
    let factor = match viewport {
        None => 1.0,
        Some((wide, high)) => {
            let (wide, high) = (wide.clamp(LEAST.0, LONGEST), high.clamp(LEAST.1, LONGEST));
            (f64::from(wide) / columns).min(f64::from(high) / height)
        }
    };
    let factor = factor.min(f64::from(LONGEST) / columns.max(height));
    let side = |length: f64| (length * factor).round().clamp(1.0, f64::from(LONGEST)) as u32;
    let wanted = (side(columns), side(height));
    let scaled = if wanted == (canvas.columns(), canvas.rows()) {
        canvas
    } else {
        canvas.map_sides(
            |picture| image::imageops::resize(picture, wanted.0, wanted.1, FilterType::Triangle),
            |picture| image::imageops::resize(picture, wanted.0, wanted.1, FilterType::Triangle),
        )
    };
    scaled.at_least(LEAST)
}
