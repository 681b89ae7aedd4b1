//! Sizes and colours. All lengths are points (1/72 inch).

use crate::font::Weight;

/// A4.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);
/// 25 mm: room for a folder's holes.
pub(crate) const LEFT: f32 = 70.87;
/// 20 mm.
pub(crate) const RIGHT: f32 = PAGE.0 - 56.69;
pub(crate) const WIDTH: f32 = RIGHT - LEFT;
/// First and last line of text on a page; header and footer stand outside.
pub(crate) const TOP: f32 = 76.0;
pub(crate) const BOTTOM: f32 = PAGE.1 - 68.0;
/// Baselines of header and footer.
pub(crate) const HEADER: f32 = 48.0;
pub(crate) const FOOTER: f32 = PAGE.1 - 40.0;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Color(pub(crate) u8, pub(crate) u8, pub(crate) u8);

pub(crate) const TEXT: Color = Color(0x12, 0x21, 0x2a);
/// 7:1 on white, 6.3:1 on [`TINT`].
pub(crate) const MUTED: Color = Color(0x46, 0x57, 0x62);
/// The one accent, the web pages' own; 7.3:1 on white.
pub(crate) const ACCENT: Color = Color(0x0b, 0x5f, 0x7a);
pub(crate) const TINT: Color = Color(0xf1, 0xf6, 0xf8);
pub(crate) const LINE: Color = Color(0xc3, 0xcf, 0xd6);
/// Marks on images: seen on black, on grey and on white with the halo.
pub(crate) const MARK: Color = Color(0xff, 0xd2, 0x4a);
pub(crate) const HALO: Color = Color(0x10, 0x14, 0x18);

/// How a piece of text looks.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    pub(crate) size: f32,
    /// From baseline to baseline.
    pub(crate) leading: f32,
    pub(crate) color: Color,
}

const fn style(weight: Weight, size: f32, leading: f32, color: Color) -> Style {
    Style { weight, size, leading, color }
}

pub(crate) const TITLE: Style = style(Weight::Bold, 21.0, 26.0, TEXT);
pub(crate) const SUBTITLE: Style = style(Weight::Regular, 10.5, 15.0, MUTED);
pub(crate) const OVERLINE: Style = style(Weight::Bold, 8.5, 12.0, ACCENT);
pub(crate) const HEADING: Style = style(Weight::Bold, 12.0, 16.0, ACCENT);
pub(crate) const NAME: Style = style(Weight::Bold, 14.0, 18.0, TEXT);
pub(crate) const BODY: Style = style(Weight::Regular, 10.5, 14.5, TEXT);
pub(crate) const STRONG: Style = style(Weight::Bold, 10.5, 14.5, TEXT);
pub(crate) const DECISION: Style = style(Weight::Bold, 14.0, 19.0, TEXT);
/// Words of the form beside what was filled in; as high as [`BODY`], so that their lines meet.
pub(crate) const LABEL: Style = style(Weight::Regular, 9.0, 14.5, MUTED);
pub(crate) const SMALL: Style = style(Weight::Regular, 9.0, 12.5, MUTED);
pub(crate) const SMALL_STRONG: Style = style(Weight::Bold, 9.0, 12.5, TEXT);
pub(crate) const NOTICE: Style = style(Weight::Bold, 8.0, 11.5, ACCENT);
pub(crate) const MARGINAL: Style = style(Weight::Regular, 8.5, 11.0, MUTED);
pub(crate) const MARK_LABEL: Style = style(Weight::Bold, 7.5, 10.0, MARK);
