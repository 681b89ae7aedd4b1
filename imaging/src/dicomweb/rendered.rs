//! Query parameters of rendered resources and thumbnails, PS3.18 § 8.3.5.

use crate::render::{Format, RenderOptions, Window, WindowFunction};

/// A parameter cannot be read; names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the query parameter {0} cannot be read")]
pub struct BadParameter(pub &'static str);

/// Columns and rows of a thumbnail where the client names none.
const THUMBNAIL: (u32, u32) = (128, 128);

/// Reads `window=center,width,function`, `viewport=columns,rows` and `quality=1…100`; others are ignored. Of a
/// viewport with source region only the size is taken if the region is left open.
pub fn options<'a>(
    format: Format,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<RenderOptions, BadParameter> {
    let mut options = RenderOptions { format, ..RenderOptions::default() };
    for (name, value) in pairs {
        match name {
            "window" => options.window = Some(window(value).ok_or(BadParameter("window"))?),
            "viewport" => options.viewport = Some(viewport(value).ok_or(BadParameter("viewport"))?),
            "quality" => {
                let quality = value.parse().ok().filter(|quality| (1..=100).contains(quality));
                options.quality = quality.ok_or(BadParameter("quality"))?;
            }
            _ => {}
        }
    }
    Ok(options)
}

/// The same for a thumbnail.
pub fn thumbnail<'a>(
    format: Format,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<RenderOptions, BadParameter> {
    let mut options = options(format, pairs)?;
    options.viewport.get_or_insert(THUMBNAIL);
    Ok(options)
}

fn window(value: &str) -> Option<Window> {
    let parts: Vec<&str> = value.split(',').collect();
    let (center, width, function) = match parts[..] {
        [center, width] => (center, width, WindowFunction::Linear),
        [center, width, function] => (center, width, WindowFunction::parse(function)?),
        _ => return None,
    };
    let (center, width): (f64, f64) = (center.trim().parse().ok()?, width.trim().parse().ok()?);
    let least = if function == WindowFunction::Linear { 1.0 } else { f64::MIN_POSITIVE };
    (center.is_finite() && width.is_finite() && width >= least).then_some(Window { center, width, function })
}

fn viewport(value: &str) -> Option<(u32, u32)> {
    let parts: Vec<&str> = value.split(',').map(str::trim).collect();
    let (size, region) = parts.split_at_checked(2)?;
    if region.iter().any(|part| !part.is_empty()) {
        return None;
    }
    let side = |text: &str| text.parse::<u32>().ok().filter(|side| (1..=8192).contains(side));
    Some((side(size[0])?, side(size[1])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_or_named() {
        let read =
            options(Format::Png, [("window", "40,80,linear"), ("viewport", "300,200"), ("quality", "50")]).unwrap();
        assert_eq!(read.window.unwrap().width, 80.0);
        assert_eq!(read.viewport, Some((300, 200)));
        assert_eq!(read.quality, 50);
        for (name, value) in [("window", "40"), ("window", "40,0"), ("viewport", "0,5"), ("quality", "101")] {
            assert!(options(Format::Png, [(name, value)]).is_err(), "{name}={value}");
        }
        assert_eq!(thumbnail(Format::Png, []).unwrap().viewport, Some(THUMBNAIL));
    }
}
