//! Hostile files are refused before anything is allocated for them.

mod common;

use common::*;
use imaging::Refusal;
use imaging::guard::{Caps, check};
use imaging::index::index;
use proptest::prelude::*;
use std::io::Write;

fn refusal(file: &[u8]) -> Refusal {
    check(file, &Caps::default()).err().expect("the file is refused")
}

#[test]
fn ten_thousand_nested_sequences_are_too_deep() {
    let mut data = Vec::new();
    for _ in 0..10_000 {
        data.extend(header(0x0040, 0xA730, b"SQ", u32::MAX));
        data.extend_from_slice(&[0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]);
    }
    assert_eq!(refusal(&part10(EXPLICIT, &data)), Refusal::TooDeep { limit: 64 });
}

#[test]
fn four_gigabytes_claimed_by_258_bytes_are_not_believed() {
    let file = part10(EXPLICIT, &header(0x0009, 0x1001, b"OB", 0xFFFF_FFF0));
    assert!(file.len() < 258);
    assert_eq!(refusal(&file).code(), "bad_length");
}

#[test]
fn a_deflate_bomb_stops_at_the_cap() {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..300 {
        encoder.write_all(&zeros).expect("memory takes it");
    }
    let file = part10(DEFLATED, &encoder.finish().expect("memory takes it"));
    assert!(file.len() < 2 << 20);
    assert_eq!(refusal(&file), Refusal::InflateLimit { limit: Caps::default().inflated });
}

#[test]
fn a_deflated_file_is_indexed_and_stored_plain() {
    let plain = [image(2, 2, 1), element(0x7FE0, 0x0010, b"OW", &[1, 2, 3, 4])].concat();
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&plain).expect("memory takes it");
    let file = part10(DEFLATED, &encoder.finish().expect("memory takes it"));
    let indexed = index(&file, &Caps::default()).expect("it is valid");
    let stored = indexed.stored.expect("it was rewritten");
    assert_eq!(indexed.instance.transfer_syntax_uid, EXPLICIT);
    let range = indexed.frames.ranges(1).expect("there is a frame").remove(0);
    assert_eq!(stored[range.start as usize..range.end as usize], [1, 2, 3, 4]);
    assert!(index(&stored, &Caps::default()).expect("the rewritten file is valid").stored.is_none());
}

#[test]
fn a_file_may_not_end_early() {
    let file = small_slice();
    for length in [0, 100, 131, 140, 300, 700, file.len() - 1] {
        assert!(index(&file[..length], &Caps::default()).is_err(), "cut to {length} bytes");
    }
}

#[test]
fn pictures_beyond_the_caps_are_refused_by_their_attributes_alone() {
    let pixels = element(0x7FE0, 0x0010, b"OW", &[0; 16]);
    let file = |rows, columns, frames| part10(EXPLICIT, &[image(rows, columns, frames), pixels.clone()].concat());
    assert_eq!(refusal(&file(65_535, 65_535, 1)).code(), "pixel_limit");
    assert_eq!(refusal(&file(1, 1, 4_000_000_000)).code(), "pixel_limit");
    assert_eq!(refusal(&file(100, 100, 1)).code(), "bad_length");
    assert_eq!(refusal(&file(0, 100, 1)).code(), "bad_attribute");
}

#[test]
fn a_number_of_frames_that_cannot_be_read_is_not_one() {
    let pixels = element(0x7FE0, 0x0010, b"OW", &[0; 16]);
    let said = |value: &str| {
        let image = image(2, 2, 1);
        let own = text(0x0028, 0x0008, b"IS", "1");
        let at = image.windows(own.len()).position(|window| window == own).expect("it is there");
        let data = [&image[..at], &text(0x0028, 0x0008, b"IS", value), &image[at + own.len()..], &pixels].concat();
        check(&part10(EXPLICIT, &data), &Caps::default()).map(|checked| checked.scan.frame_count())
    };
    for value in ["2.0", "abc", "-1", "2\\3", "99999999999"] {
        assert_eq!(said(value).expect_err(value).code(), "bad_attribute");
    }
    assert_eq!((said(" 2").ok(), said("").ok()), (Some(2), Some(1)));
}

#[test]
fn delimiters_must_match_what_they_end() {
    let stray = [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0];
    assert_eq!(refusal(&part10(EXPLICIT, &stray)).code(), "bad_structure");
    let open = header(0x0040, 0xA730, b"SQ", u32::MAX);
    assert_eq!(refusal(&part10(EXPLICIT, &open)).code(), "truncated");
}

#[test]
fn an_unknown_transfer_syntax_is_refused_by_name() {
    let file = part10("1.2.3.4.5", &image(1, 1, 1));
    let refusal = index(&file, &Caps::default()).expect_err("refused");
    assert_eq!(refusal.failure_reason(), 0xC122);
}

#[test]
fn missing_or_malformed_identity_is_named() {
    let without = part10(EXPLICIT, &text(0x0008, 0x0018, b"UI", "1.2.3"));
    assert_eq!(index(&without, &Caps::default()).expect_err("refused").failure_reason(), 0xA900);
    let odd = [text(0x0008, 0x0016, b"UI", "1.2"), text(0x0008, 0x0018, b"UI", "../../etc")].concat();
    let odd = [odd, text(0x0020, 0x000D, b"UI", "1"), text(0x0020, 0x000E, b"UI", "1")].concat();
    assert_eq!(index(&part10(EXPLICIT, &odd), &Caps::default()).expect_err("refused").code(), "bad_attribute");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The guard answers for any bytes, and what it lets pass has its pixel data inside the file.
    #[test]
    fn the_guard_is_total(flips in prop::collection::vec((132usize..1400, any::<u8>()), 1..8), cut in 132usize..9000) {
        let mut file = small_slice();
        for (at, byte) in flips {
            file[at] = byte;
        }
        file.truncate(cut);
        if let Ok(checked) = check(&file, &Caps::default()) {
            prop_assert!(checked.scan.head as usize <= checked.bytes.len());
        }
    }

    #[test]
    fn the_guard_takes_any_bytes(data in prop::collection::vec(any::<u8>(), 0..400), syntax in 0usize..4) {
        let syntax = [EXPLICIT, DEFLATED, "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"][syntax];
        let _ = check(&part10(syntax, &data), &Caps::default());
        let _ = check(&data, &Caps::default());
    }
}
