use crate::packet::RtpHeader;
use crate::packet::extension::{AudioLevel, name, transport_wide};

/// A packet with this extension block: profile, then elements, filled up.
fn packet(profile: u16, elements: &[u8]) -> Vec<u8> {
    let mut elements = elements.to_vec();
    elements.resize(elements.len().next_multiple_of(4), 0);
    let mut packet = vec![0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    packet.extend(profile.to_be_bytes());
    packet.extend(((elements.len() / 4) as u16).to_be_bytes());
    packet.extend(elements);
    packet
}

fn read(profile: u16, elements: &[u8]) -> Vec<(u8, Vec<u8>)> {
    RtpHeader::extensions(&packet(profile, elements)).map(|(id, value)| (id, value.to_vec())).collect()
}

#[test]
fn one_byte_elements_are_read_over_padding() {
    let elements = [0x10, 0xaa, 0, 0, 0x32, 1, 2, 3, 0, 0x51, 7, 8];
    assert_eq!(read(0xbede, &elements), [(1, vec![0xaa]), (3, vec![1, 2, 3]), (5, vec![7, 8])]);
}

#[test]
fn two_byte_elements_may_be_empty_and_long() {
    let mut elements = vec![15, 0, 0, 200, 20];
    elements.extend([9; 20]);
    assert_eq!(read(0x1005, &elements), [(15, vec![]), (200, vec![9; 20])]);
}

#[test]
fn id_fifteen_and_a_zero_id_with_a_length_end_a_one_byte_block() {
    assert_eq!(read(0xbede, &[0x10, 1, 0xf0, 2, 0x20, 3]), [(1, vec![1])]);
    assert_eq!(read(0xbede, &[0x10, 1, 0x01, 2, 2, 0x20, 3]), [(1, vec![1])]);
}

#[test]
fn an_element_longer_than_its_block_ends_it() {
    assert_eq!(read(0xbede, &[0x10, 1, 0x2f, 2]), [(1, vec![1])]);
    assert_eq!(read(0x1000, &[1, 1, 1, 2, 200, 2]), [(1, vec![1])]);
    assert_eq!(read(0x1000, &[1, 1, 1, 2]), [(1, vec![1])]);
}

#[test]
fn another_profile_holds_nothing() {
    assert_eq!(read(0x1234, &[0x10, 1, 0, 0]), []);
}

#[test]
fn values_say_what_their_rfcs_say() {
    assert_eq!(AudioLevel::read(&[0x80 | 30]), Some(AudioLevel { voice: true, level: 30 }));
    assert_eq!(AudioLevel::read(&[127]), Some(AudioLevel { voice: false, level: 127 }));
    assert_eq!(AudioLevel::read(&[]), None);
    assert_eq!(AudioLevel { voice: true, level: 30 }.bytes(), [0x80 | 30]);
    assert_eq!(transport_wide(&[0x12, 0x34]), Some(0x1234));
    assert_eq!(transport_wide(&[0x12]), None);
}

#[test]
fn names_are_short_words() {
    assert_eq!(name(b"0"), Some("0"));
    assert_eq!(name(b"hi-res_2"), Some("hi-res_2"));
    for bad in [&b""[..], b"a b", b"a\n", b"\xc3\xa4", b"\0", b"seventeen-letters"] {
        assert_eq!(name(bad), None, "{bad:?}");
    }
}
