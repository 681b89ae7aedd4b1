use crate::receive::{Names, Origin, Origins};

/// Sound with mid 0, a camera with mid 1 in three layers, a screen with mid 2 in two.
fn announced() -> Origins {
    let mut origins = Origins::default();
    assert_eq!(origins.add_media("0", &[]), 0);
    assert_eq!(origins.add_media("1", &["q", "h", "f"]), 1);
    assert_eq!(origins.add_media("2", &["f", "x"]), 2);
    origins
}

fn names<'a>(mid: &'a str, rid: &'a str, repaired: &'a str) -> Names<'a> {
    let some = |name: &'a str| Some(name).filter(|name| !name.is_empty());
    Names { mid: some(mid), rid: some(rid), repaired_rid: some(repaired) }
}

fn at(media: u8, layer: u8, is_repair: bool) -> Option<Origin> {
    Some(Origin { media, layer, is_repair })
}

#[test]
fn names_say_whose_a_packet_is() {
    let mut origins = announced();
    assert_eq!(origins.learn(10, false, names("0", "", "")), at(0, 0, false));
    assert_eq!(origins.learn(11, false, names("1", "h", "")), at(1, 1, false));
    assert_eq!(origins.learn(12, true, names("1", "", "h")), at(1, 1, true));
    assert_eq!(origins.learn(13, true, names("0", "", "")), at(0, 0, true), "repair without simulcast");
    assert_eq!(origins.learn(14, false, names("", "q", "")), at(1, 0, false), "a rid that only one media has");
    assert_eq!(origins.find(11), at(1, 1, false));
    assert_eq!(origins.find(12), at(1, 1, true));
}

#[test]
fn what_is_not_clear_or_not_announced_is_nobodys() {
    let mut origins = announced();
    for (is_repair, names) in [
        (false, names("", "", "")),
        (false, names("7", "", "")),
        (false, names("1", "z", "")),
        (false, names("1", "", "")), // which layer?
        (false, names("", "f", "")), // of which media?
        (true, names("1", "h", "")), // a rid is not what is repaired
    ] {
        assert_eq!(origins.learn(10, is_repair, names), None, "{names:?}");
    }
    assert_eq!(origins.find(10), None);
}

#[test]
fn the_first_word_on_an_ssrc_stands() {
    let mut origins = announced();
    origins.declare(10, Origin { media: 0, layer: 0, is_repair: false });
    origins.declare(10, Origin { media: 1, layer: 0, is_repair: false });
    assert_eq!(origins.find(10), at(0, 0, false));
}

#[test]
fn a_peer_that_changes_its_ssrc_forever_is_followed_and_takes_no_more_room() {
    let mut origins = announced();
    for ssrc in 100..5_000 {
        assert!(origins.learn(ssrc, false, names("1", "f", "")).is_some());
        assert_eq!(origins.find(ssrc), at(1, 2, false));
        assert_eq!(origins.find(ssrc - 1).is_some(), ssrc > 100);
        assert_eq!(origins.find(ssrc.wrapping_sub(2)), None);
    }
}
