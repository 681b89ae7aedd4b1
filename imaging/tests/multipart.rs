//! multipart/related: parts come out as they went in, however the body is cut into pieces.

use imaging::dicomweb::multipart::{Joiner, MultipartError, Part, PartBody, Splitter, stow_boundary};
use proptest::prelude::*;

fn split(body: &[u8], boundary: &str, limit: u64, piece: usize) -> Result<Vec<Part>, MultipartError> {
    let mut splitter = Splitter::new(boundary, limit);
    let mut parts = Vec::new();
    for piece in body.chunks(piece.max(1)) {
        parts.extend(splitter.push(piece)?);
    }
    splitter.finish()?;
    Ok(parts)
}

fn whole(part: &Part) -> &[u8] {
    match &part.body {
        PartBody::Whole(bytes) => bytes,
        PartBody::TooLarge(_) => panic!("the part was kept"),
    }
}

#[test]
fn a_body_as_clients_send_it() {
    let body = b"preamble\r\n--xx  \r\nContent-Type: Application/DICOM; a=b\r\nX: y\r\n\r\nONE\r\n--xx\r\n\r\n\r\n--xx--\r\nepilogue";
    for piece in 1..body.len() {
        let parts = split(body, "xx", 100, piece).unwrap_or_else(|error| panic!("{error} in pieces of {piece}"));
        assert_eq!(parts.len(), 2, "in pieces of {piece}");
        assert_eq!(parts[0].content_type.as_deref(), Some("application/dicom"));
        assert_eq!(whole(&parts[0]), b"ONE");
        assert_eq!(whole(&parts[1]), b"");
        assert_eq!(parts[1].content_type, None);
    }
}

#[test]
fn a_part_over_the_limit_is_counted_and_let_go() {
    let body = [&b"--xx\r\n\r\n"[..], &[7; 5000], b"\r\n--xx\r\n\r\nsmall\r\n--xx--"].concat();
    for piece in [1, 7, 100, 10_000] {
        let parts = split(&body, "xx", 1000, piece).expect("the body is whole");
        assert!(matches!(parts[0].body, PartBody::TooLarge(5000)));
        assert_eq!(whole(&parts[1]), b"small");
    }
}

#[test]
fn a_body_without_its_end_is_truncated() {
    for body in [&b""[..], b"--xx", b"--xx\r\n\r\nabc", b"--xx\r\n\r\nabc\r\n--xx"] {
        assert!(matches!(split(body, "xx", 100, 3), Err(MultipartError::Truncated)));
    }
    let endless = [&b"--xx\r\n"[..], &[b'a'; 20_000]].concat();
    assert!(matches!(split(&endless, "xx", 100, 1000), Err(MultipartError::BadHeader)));
}

#[test]
fn an_empty_body_may_share_its_line_break_with_the_delimiter() {
    let parts = split(b"--xx\r\n\r\n--xx\r\n\r\n\r\n--xx--", "xx", 100, 5).expect("the body is whole");
    assert_eq!(parts.iter().map(whole).collect::<Vec<_>>(), [b"", b""]);
}

proptest! {
    #[test]
    fn any_body_is_split_or_refused(
        pieces in prop::collection::vec(prop::sample::select(vec!["--xx", "--", "\r\n", "\r\n\r\n", "a", ":"]), 0..30),
        limit in 0u64..5,
    ) {
        let _ = split(pieces.concat().as_bytes(), "xx", limit, 3);
    }
}

#[test]
fn the_boundary_comes_from_the_content_type() {
    assert_eq!(stow_boundary(r#"multipart/related; type="application/dicom"; boundary=abc"#).as_deref(), Ok("abc"));
    assert_eq!(stow_boundary("multipart/related; boundary=abc").as_deref(), Ok("abc"));
    let json = r#"multipart/related; type="application/dicom+json"; boundary=abc"#;
    assert_eq!(stow_boundary(json), Err(MultipartError::NotDicom));
    assert_eq!(stow_boundary("application/dicom"), Err(MultipartError::NotMultipart));
    assert_eq!(stow_boundary("multipart/related; type=\"application/dicom\""), Err(MultipartError::NotMultipart));
}

proptest! {
    #[test]
    fn what_the_joiner_writes_the_splitter_reads(
        bodies in prop::collection::vec(prop::collection::vec(prop::sample::select(&b"\r\n-ab"[..]), 0..60), 0..5),
        piece in 1usize..40,
    ) {
        let joiner = Joiner::default();
        let boundary = joiner.content_type("application/dicom");
        let boundary = stow_boundary(&boundary).expect("it is ours");
        let mut message = Vec::new();
        for body in &bodies {
            message.extend_from_slice(&joiner.part("application/dicom", "http://a/1"));
            message.extend_from_slice(body);
            message.extend_from_slice(&joiner.after_part());
        }
        message.extend_from_slice(&joiner.close());
        let parts = split(&message, &boundary, 1000, piece).expect("it is whole");
        prop_assert_eq!(parts.len(), bodies.len());
        for (part, body) in parts.iter().zip(&bodies) {
            prop_assert_eq!(whole(part), &body[..]);
        }
    }
}
