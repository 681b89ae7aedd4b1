use super::window::SOURCES;
use super::*;
use proptest::prelude::*;
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile::AeadAes128Gcm;

const SSRC: u32 = 0x1234_5678;

fn material() -> [u8; KEYING_MATERIAL] {
    std::array::from_fn(|index| index as u8 * 3 + 1)
}

fn ours() -> Srtp {
    Srtp::new(rtc_crypto::default_provider().unwrap().crypto(), &material()).unwrap()
}

/// The client's side on the crate that browsers' testers use: (sends, receives).
fn theirs() -> (Context, Context) {
    let material = material();
    let crypto = rtc_crypto::default_provider().unwrap();
    let context =
        |key: &[u8], salt: &[u8]| Context::new(key, salt, AeadAes128Gcm, None, None, crypto.crypto()).unwrap();
    (context(&material[..16], &material[32..44]), context(&material[16..32], &material[44..]))
}

/// Has a contributing source and an extension: both are authenticated and stay in the clear.
fn plain(ssrc: u32, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x91, 96];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 1, 0]);
    packet.extend(ssrc.to_be_bytes());
    packet.extend([9, 9, 9, 9, 0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0]);
    packet.extend(payload);
    packet
}

const HEADER: usize = 24;

fn report(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 201, 0, 1];
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]);
    packet
}

#[test]
fn what_we_seal_the_client_opens() {
    let (ours, (_, mut receives)) = (ours(), theirs());
    // Twice across the wrap of the 16 bits.
    for extended in 65_000..200_000_u64 {
        let plain = plain(SSRC, extended as u16, b"payload");
        let mut packet = [plain.clone(), vec![0; TAG]].concat();
        ours.seal(&mut packet, HEADER, SSRC, extended);
        if extended < 65_536 || extended % 997 == 0 || extended as u16 == 0 {
            assert_eq!(receives.decrypt_rtp(&packet).unwrap(), plain);
        }
    }
}

#[test]
fn what_the_client_seals_we_open() {
    let (mut ours, (mut sends, _)) = (ours(), theirs());
    for extended in 65_000..140_000_u64 {
        let plain = plain(SSRC, extended as u16, b"payload");
        let mut packet = sends.encrypt_rtp(&plain).unwrap().to_vec();
        let opened = ours.open(&mut packet).unwrap();
        assert_eq!(opened, Opened { ssrc: SSRC, extended, header: HEADER, end: plain.len() });
        assert_eq!(packet[..opened.end], plain);
    }
}

#[test]
fn rtcp_goes_both_ways() {
    let (mut ours, (mut sends, mut receives)) = (ours(), theirs());
    for _ in 0..3 {
        let mut packet = [report(1), vec![0; RTCP_ROOM]].concat();
        ours.seal_rtcp(&mut packet).unwrap();
        assert!(is_rtcp(&packet));
        assert_eq!(receives.decrypt_rtcp(&packet).unwrap(), report(1));

        let mut packet = sends.encrypt_rtcp(&report(2)).unwrap().to_vec();
        let mut again = packet.clone();
        let end = ours.open_rtcp(&mut packet).unwrap();
        assert_eq!(packet[..end], report(2));
        assert_eq!(ours.open_rtcp(&mut again), None);
    }
}

/// RFC 7714 § 16.1.1: the vector gives session keys, so only nonce and cipher are under test.
#[test]
fn the_vector_of_the_rfc() {
    let key: [u8; 16] = std::array::from_fn(|index| index as u8);
    let mut salt = [0; 16];
    salt[..12].copy_from_slice(b"Quid pro quo");
    let session = keys::SessionKey::new(&key, &salt).unwrap();
    let header = hex("8040f17b8041f8d35501a0b2");
    let mut payload = hex("47616c6c696120657374206f6d6e697320646976697361 20696e207061727465732074726573");
    let mut tag = [0; TAG];
    session.seal(session.nonce(0x5501_a0b2, 0xf17b), Aad::from(&*header), &mut payload, &mut tag);
    assert_eq!(payload, hex("f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"));
    assert_eq!(tag.to_vec(), hex("899d7f27beb16a9152cf765ee4390cce"));
}

fn hex(text: &str) -> Vec<u8> {
    let text: String = text.split_whitespace().collect();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn replays_are_refused_and_late_packets_are_not() {
    let (mut ours, (mut sends, _)) = (ours(), theirs());
    let packets: Vec<Vec<u8>> =
        (100..2_000_u16).map(|n| sends.encrypt_rtp(&plain(SSRC, n, b"x")).unwrap().to_vec()).collect();
    let mut open = |index: usize| ours.open(&mut packets[index].clone()).is_some();
    assert!(open(0) && open(500) && open(300));
    assert!(!open(0) && !open(500) && !open(300));
    assert!(open(301));
    assert!(open(1_800));
    // 1,300 behind: outside the window, whether it came before or not.
    assert!(!open(500) && !open(502));
    assert!(open(1_000) && !open(1_000));
}

#[test]
fn forgeries_are_refused_and_leave_no_trace() {
    let (mut ours, (mut sends, _)) = (ours(), theirs());
    let genuine = sends.encrypt_rtp(&plain(SSRC, 7, b"payload")).unwrap().to_vec();
    for at in 0..genuine.len() {
        let mut forged = genuine.clone();
        forged[at] ^= 0x40;
        assert_eq!(ours.open(&mut forged), None, "byte {at}");
    }
    for cut in 0..genuine.len() {
        assert_eq!(ours.open(&mut genuine[..cut].to_vec()), None);
    }
    assert!(ours.heard.of(SSRC).is_none());
    assert!(ours.open(&mut genuine.clone()).is_some());
}

#[test]
fn sources_are_bounded() {
    let (mut ours, (mut sends, _)) = (ours(), theirs());
    let mut open = |ssrc: u32, n| ours.open(&mut sends.encrypt_rtp(&plain(ssrc, n, b"x")).unwrap().to_vec()).is_some();
    let sources = SOURCES as u32;
    assert!((0..sources).all(|ssrc| open(ssrc, 1)));
    assert!(!open(sources, 1));
    assert!((0..sources).all(|ssrc| open(ssrc, 2)));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(mut datagram in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut ours = ours();
        prop_assert_eq!(ours.open(&mut datagram.clone()), None);
        prop_assert_eq!(ours.open_rtcp(&mut datagram.clone()), None);
        prop_assert!(datagram.len() >= RTCP_ROOM + RTCP_HEADER || ours.seal_rtcp(&mut datagram).is_none());
    }

    /// Whatever arrives in whatever order within the window, each packet is opened exactly once.
    #[test]
    fn each_packet_once(start in 0..40_000_u16, order in proptest::collection::vec(0..900_u16, 1..300)) {
        let (mut ours, (mut sends, _)) = (ours(), theirs());
        let packets: Vec<Vec<u8>> = (0..900)
            .map(|n| sends.encrypt_rtp(&plain(SSRC, start + n, b"x")).unwrap().to_vec())
            .collect();
        let mut seen = std::collections::HashSet::new();
        for n in order {
            let opened = ours.open(&mut packets[usize::from(n)].clone());
            prop_assert_eq!(opened.is_some(), seen.insert(n));
            prop_assert!(opened.is_none_or(|opened| opened.extended == u64::from(start + n)));
        }
    }
}
