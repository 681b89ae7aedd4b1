use super::*;
use crate::api::{Keys, MAX_DATA_FRAME, MemberId};
use bytes::Bytes;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

fn frame(kind: u8, key: &[u8], payload: &[u8]) -> Bytes {
    Bytes::from([&[kind, key.len() as u8], key, payload].concat())
}

fn put(key: &[u8], payload: &[u8]) -> Frame {
    Frame::parse(&frame(1, key, payload)).unwrap()
}

/// A fixed origin: pure code only ever sees differences.
fn origin() -> Instant {
    crate::net::clock::now()
}

fn reads(keys: Keys) -> Reads {
    Reads::new(keys, origin())
}

#[test]
fn a_relayed_frame_names_its_sender() {
    let relayed = Frame::parse(&frame(3, b"view", b"xyz")).unwrap().relay(MemberId(0x0102_0304));
    assert_eq!(&relayed[..], b"\x03\x01\x02\x03\x04\x04viewxyz");
    assert_eq!(&end_of_snapshot()[..], b"\x04\0\0\0\0\0");
}

#[test]
fn bad_frames_are_named() {
    assert_eq!(Frame::parse(&Bytes::new()), Err(Malformed::Truncated));
    assert_eq!(Frame::parse(&Bytes::from_static(&[1, 3, 0, 0])), Err(Malformed::Truncated));
    assert_eq!(Frame::parse(&frame(4, b"", b"")), Err(Malformed::UnknownKind));
    assert_eq!(Frame::parse(&Bytes::from(vec![3; MAX_DATA_FRAME + 1])), Err(Malformed::TooLarge));
}

#[test]
fn the_last_payload_is_kept_until_deleted() {
    let mut retained = Retained::default();
    assert_eq!(retained.apply(MemberId(1), &put(b"a", b"old"), None), Kept::Yes);
    assert_eq!(retained.apply(MemberId(1), &put(b"a", b"new"), None), Kept::Yes);
    assert_eq!(retained.apply(MemberId(2), &put(b"a", b"other"), None), Kept::Yes);
    retained.apply(MemberId(2), &Frame::parse(&frame(3, b"a", b"passing")).unwrap(), None);
    let all: Vec<Bytes> = retained.snapshot(reads(Keys::All)).collect();
    assert_eq!(all, [&b"\x01\0\0\0\x01\x01anew"[..], b"\x01\0\0\0\x02\x01aother"]);
    retained.apply(MemberId(1), &Frame::parse(&frame(2, b"a", b"")).unwrap(), None);
    assert_eq!(retained.snapshot(reads(Keys::All)).count(), 1);
}

#[test]
fn a_snapshot_holds_the_keys_that_the_joiner_may_have() {
    let mut retained = Retained::default();
    for key in [&b"chat/0"[..], b"chat/1", b"vp/0", b"chat", b""] {
        assert_eq!(retained.apply(MemberId(1), &put(key, b"x"), None), Kept::Yes);
    }
    assert_eq!(retained.snapshot(reads(Keys::All)).count(), 5);
    let chat: Vec<Bytes> = retained.snapshot(reads(Keys::Under { prefix: b"chat/", since: None })).collect();
    assert_eq!(chat, [&b"\x01\0\0\0\x01\x06chat/0x"[..], b"\x01\0\0\0\x01\x06chat/1x"]);
}

#[test]
fn who_comes_later_gets_what_was_written_since() {
    let came = origin();
    let mut retained = Retained::default();
    let ago = |seconds| came.checked_sub(Duration::from_secs(seconds));
    for (key, written) in [(&b"chat/0"[..], ago(9)), (b"chat/1", ago(3)), (b"chat/2", None), (b"vp/0", ago(0))] {
        assert_eq!(retained.apply(MemberId(1), &put(key, b""), written), Kept::Yes);
    }
    let since = |seconds| Keys::Under { prefix: b"chat/", since: Some(Duration::from_secs(seconds)) };
    let keys =
        |keys, now| -> Vec<Bytes> { retained.snapshot(Reads::new(keys, now)).map(|frame| frame.slice(6..)).collect() };
    assert_eq!(keys(since(5), came), [&b"chat/1"[..]]);
    assert_eq!(keys(since(15), came + Duration::from_secs(10)), [&b"chat/1"[..]], "after a reload the same");
    assert!(keys(since(0), came).is_empty());
    assert_eq!(keys(Keys::All, came).len(), 4);
}

#[test]
fn a_put_tells_its_age_to_the_sfu_alone() {
    let aged = [&[5, 1, b'k'][..], &3000_u32.to_be_bytes(), b"xyz"].concat();
    let frame = Frame::parse(&Bytes::from(aged.clone())).unwrap();
    assert_eq!((frame.kind, frame.age, &frame.payload[..]), (Kind::Put, Duration::from_secs(3), &b"xyz"[..]));
    assert_eq!(&frame.relay(MemberId(1))[..], b"\x01\0\0\0\x01\x01kxyz");
    assert_eq!(Frame::parse(&Bytes::from(aged).slice(..6)), Err(Malformed::Truncated));
}

#[test]
fn a_full_room_forgets_rather_than_shows_what_is_outdated() {
    let mut retained = Retained::default();
    let big = vec![0; MAX_DATA_FRAME - 4];
    let mut n = 0u16;
    while retained.apply(MemberId(1), &put(&n.to_be_bytes(), &big), None) == Kept::Yes {
        n += 1;
    }
    assert_eq!(retained.apply(MemberId(2), &put(b"x", b""), None), Kept::Yes);
    assert_eq!(retained.apply(MemberId(2), &put(b"x", &big), None), Kept::Refused);
    assert!(!retained.snapshot(reads(Keys::All)).any(|frame| frame[4] == 2));
}

proptest! {
    #[test]
    fn the_parser_is_total_and_loses_nothing(data in proptest::collection::vec(any::<u8>(), 0..600)) {
        let data = Bytes::from(data);
        if let Ok(frame) = Frame::parse(&data) {
            let relayed = frame.relay(MemberId(9));
            let key_end = 2 + frame.key.len();
            prop_assert_eq!(&relayed[5..4 + key_end], &data[1..key_end]);
            prop_assert_eq!(&relayed[4 + key_end..], &frame.payload[..]);
            prop_assert_eq!(&data[data.len() - frame.payload.len()..], &frame.payload[..]);
        }
    }

    #[test]
    fn limits_hold_and_the_sum_is_right(
        ops in proptest::collection::vec((0..3u32, 1..3u8, 0..5000u16, 0..16_000usize), 0..400),
    ) {
        let mut retained = Retained::default();
        let mut model: BTreeMap<(u32, u16), usize> = BTreeMap::new();
        for (sender, kind, key, size) in ops {
            let parsed = Frame::parse(&frame(kind, &key.to_be_bytes(), &vec![0; size])).unwrap();
            let kept = retained.apply(MemberId(sender), &parsed, None);
            model.remove(&(sender, key));
            if kept == Kept::Yes { model.insert((sender, key), size + 2); }
            let (bytes, entries) = retained.size();
            prop_assert_eq!((bytes, entries), (model.values().sum::<usize>(), model.len()));
            prop_assert!(bytes <= Retained::LIMITS.0);
            prop_assert!((0..3).all(|s| model.keys().filter(|k| k.0 == s).count() <= Retained::LIMITS.1));
        }
    }
}
