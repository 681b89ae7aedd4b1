//! The frame table: offsets that hold for every way of laying out pixel data.

mod common;

use common::*;
use imaging::guard::Caps;
use imaging::index::{FRAGMENTS_MAX, FrameTable, index};

fn frames(syntax: &str, count: u32, pixels: &[u8]) -> Result<(Vec<u8>, FrameTable), &'static str> {
    let file = part10(syntax, &[image(2, 2, count), pixels.to_vec()].concat());
    let table = index(&file, &Caps::default()).map_err(|refusal| refusal.code())?.frames;
    Ok((file, table))
}

fn bytes((file, table): &(Vec<u8>, FrameTable), frame: u32) -> Option<Vec<u8>> {
    let ranges = table.ranges(frame)?;
    Some(ranges.into_iter().flat_map(|range| file[range.start as usize..range.end as usize].to_vec()).collect())
}

#[test]
fn native_frames_follow_one_another() {
    let found = frames(EXPLICIT, 2, &element(0x7FE0, 0x0010, b"OW", &[1, 2, 3, 4, 5, 6, 7, 8])).expect("valid");
    assert_eq!(found.1.count(), 2);
    assert_eq!(bytes(&found, 1), Some(vec![1, 2, 3, 4]));
    assert_eq!(bytes(&found, 2), Some(vec![5, 6, 7, 8]));
    assert_eq!(bytes(&found, 0), None);
    assert_eq!(bytes(&found, 3), None);
}

#[test]
fn one_fragment_each_needs_no_offset_table() {
    let found = frames(JPEG_LS, 2, &encapsulated(&[], &[&[1, 1], &[2, 2, 2, 2]])).expect("valid");
    assert_eq!(bytes(&found, 2), Some(vec![2, 2, 2, 2]));
}

#[test]
fn a_frame_of_several_fragments_is_found_by_the_offset_table() {
    let pixels = encapsulated(&[0, 20], &[&[1, 1], &[2, 2], &[3, 3]]);
    let found = frames(JPEG_LS, 2, &pixels).expect("valid");
    assert_eq!(bytes(&found, 1), Some(vec![1, 1, 2, 2]));
    assert_eq!(bytes(&found, 2), Some(vec![3, 3]));
    assert_eq!(frames(JPEG_LS, 2, &encapsulated(&[0, 21], &[&[1, 1], &[2, 2], &[3, 3]])).err(), Some("mismatch"));
    assert_eq!(frames(JPEG_LS, 2, &encapsulated(&[], &[&[1, 1], &[2, 2], &[3, 3]])).err(), Some("mismatch"));
}

#[test]
fn a_single_frame_owns_all_fragments() {
    let found = frames(JPEG_LS, 1, &encapsulated(&[0], &[&[1, 1], &[2, 2]])).expect("valid");
    assert_eq!(bytes(&found, 1), Some(vec![1, 1, 2, 2]));
}

#[test]
fn a_frame_of_too_many_fragments_is_refused() {
    let pixels = |count| encapsulated(&[], &vec![&[1, 1][..]; count]);
    assert!(frames(JPEG_LS, 1, &pixels(FRAGMENTS_MAX)).is_ok());
    assert_eq!(frames(JPEG_LS, 1, &pixels(FRAGMENTS_MAX + 1)).err(), Some("pixel_limit"));
}

#[test]
fn an_object_without_pixels_has_no_frames() {
    let (_, table) = frames(EXPLICIT, 1, &[]).expect("valid");
    assert_eq!(table.count(), 0);
    assert!(table.ranges(1).is_none());
}
