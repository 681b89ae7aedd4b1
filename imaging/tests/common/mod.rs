//! Small files made by hand.
#![allow(dead_code, reason = "each test file uses its part")]

use imaging::phantom::{Params, generate};
use std::sync::OnceLock;

/// A valid CT slice of 64 × 64.
pub(crate) fn small_slice() -> Vec<u8> {
    static SLICE: OnceLock<Vec<u8>> = OnceLock::new();
    let params = Params { slices: 1, size: 64, ..Params::default() };
    SLICE.get_or_init(|| generate(&params).next().expect("there is a slice").1).clone()
}

/// A Part 10 file with nothing but a transfer syntax in its meta group.
pub(crate) fn part10(syntax: &str, data_set: &[u8]) -> Vec<u8> {
    let mut uid = syntax.as_bytes().to_vec();
    if !uid.len().is_multiple_of(2) {
        uid.push(0);
    }
    let mut group = element(0x0002, 0x0010, b"UI", &uid);
    let mut file = vec![0; 128];
    file.extend_from_slice(b"DICM");
    file.extend(element(0x0002, 0x0000, b"UL", &(group.len() as u32).to_le_bytes()));
    file.append(&mut group);
    file.extend_from_slice(data_set);
    file
}

/// An element in Explicit VR Little Endian.
pub(crate) fn element(group: u16, number: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = header(group, number, vr, value.len() as u32);
    bytes.extend_from_slice(value);
    bytes
}

/// An element's header, whatever it claims.
pub(crate) fn header(group: u16, number: u16, vr: &[u8; 2], length: u32) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend_from_slice(vr);
    if matches!(vr, b"OB" | b"OW" | b"SQ" | b"UN" | b"UT") {
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&length.to_le_bytes());
    } else {
        bytes.extend_from_slice(&(length as u16).to_le_bytes());
    }
    bytes
}

/// Text padded to an even length.
pub(crate) fn text(group: u16, number: u16, vr: &[u8; 2], value: &str) -> Vec<u8> {
    let mut bytes = value.as_bytes().to_vec();
    if !bytes.len().is_multiple_of(2) {
        bytes.push(if vr == b"UI" { 0 } else { b' ' });
    }
    element(group, number, vr, &bytes)
}

pub(crate) fn word(group: u16, number: u16, value: u16) -> Vec<u8> {
    element(group, number, b"US", &value.to_le_bytes())
}

/// Identity, then image attributes for `frames` of `rows` × `columns` × 8 bit, without pixel data.
pub(crate) fn image(rows: u16, columns: u16, frames: u32) -> Vec<u8> {
    [
        text(0x0008, 0x0016, b"UI", "1.2.840.10008.5.1.4.1.1.7"),
        text(0x0008, 0x0018, b"UI", "1.2.3.4"),
        text(0x0020, 0x000D, b"UI", "1.2.3"),
        text(0x0020, 0x000E, b"UI", "1.2.3.1"),
        word(0x0028, 0x0002, 1),
        text(0x0028, 0x0004, b"CS", "MONOCHROME2"),
        text(0x0028, 0x0008, b"IS", &frames.to_string()),
        word(0x0028, 0x0010, rows),
        word(0x0028, 0x0011, columns),
        word(0x0028, 0x0100, 8),
        word(0x0028, 0x0101, 8),
        word(0x0028, 0x0102, 7),
        word(0x0028, 0x0103, 0),
    ]
    .concat()
}

/// Encapsulated pixel data: a basic offset table and fragments.
pub(crate) fn encapsulated(offsets: &[u32], fragments: &[&[u8]]) -> Vec<u8> {
    let mut bytes = header(0x7FE0, 0x0010, b"OB", u32::MAX);
    let item = |value: &[u8]| [&[0xFE, 0xFF, 0x00, 0xE0][..], &(value.len() as u32).to_le_bytes(), value].concat();
    bytes.extend(item(&offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect::<Vec<_>>()));
    for fragment in fragments {
        bytes.extend(item(fragment));
    }
    bytes.extend_from_slice(&[0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
    bytes
}

pub(crate) const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub(crate) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub(crate) const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
