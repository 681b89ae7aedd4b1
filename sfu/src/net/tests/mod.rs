mod ports;
mod streams;

use super::path::Path;
use super::route::{ConnectionId, Route};
use super::stun::{Protocol, Request};
use super::{clock, stun};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha1::Sha1;
use std::net::SocketAddr;
use std::time::Duration;

fn address(port: u16) -> Route {
    SocketAddr::from(([192, 0, 2, 7], port)).into()
}

/// A binding request as a browser sends it.
fn request(user: &str, password: &str, use_candidate: bool) -> Vec<u8> {
    let mut m = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    m.extend([9; 12]);
    m.extend([0, 6, 0, user.len() as u8]);
    m.extend(user.as_bytes());
    m.resize(m.len().next_multiple_of(4), 0);
    if use_candidate {
        m.extend([0, 0x25, 0, 0]);
    }
    let length = (m.len() + 24 - 20) as u16;
    m[2..4].copy_from_slice(&length.to_be_bytes());
    let mut mac = Hmac::<Sha1>::new_from_slice(password.as_bytes()).unwrap();
    mac.update(&m);
    m.extend([0, 8, 0, 20]);
    m.extend(mac.finalize().into_bytes());
    m
}

/// RFC 5769 § 2.1, sample request: password [`PASSWORD`], user name "evtj:h6vY".
const SAMPLE: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff\
    80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2\
    80280004e57a3bcf";

const PASSWORD: &str = "VOkJxbRl1RmTxUk/WvJxBt";

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn sample() -> Vec<u8> {
    hex(SAMPLE)
}

#[test]
fn the_sample_of_the_rfc_is_understood() {
    let bytes = sample();
    let request = Request::parse(&bytes).unwrap();
    assert_eq!(request.receiver, "evtj");
    assert!(!request.use_candidate);
    assert!(request.is_signed_with(PASSWORD));
    assert!(!request.is_signed_with("VOkJxbRl1RmTxUk/WvJxBu"));
}

#[test]
fn datagrams_are_told_apart() {
    assert_eq!(Protocol::of(&[22, 254, 253]), Some(Protocol::Dtls));
    assert_eq!(Protocol::of(&[0x80, 96]), Some(Protocol::Media));
    assert_eq!(Protocol::of(&[0; 20]), None);
    assert_eq!(Protocol::of(&[]), None);
    assert_eq!(Protocol::of(&request("a:b", "p", false)), Some(Protocol::Stun));
}

#[test]
fn the_fingerprint_is_that_of_the_rfc() {
    let bytes = sample();
    let (message, sum) = bytes.split_at(bytes.len() - 4);
    assert_eq!(stun::fingerprint(&message[..message.len() - 4]).to_be_bytes(), sum);
}

#[test]
fn our_check_is_a_request_with_all_that_ice_wants() {
    let check = stun::check([3; 12], 7, "theirs:ours", "password").unwrap();
    let request = Request::parse(&check).unwrap();
    assert_eq!((request.receiver, request.transaction(), request.use_candidate), ("theirs", [3; 12], false));
    assert!(request.is_signed_with("password") && !request.is_signed_with("passwort"));
    assert_eq!(usize::from(u16::from_be_bytes([check[2], check[3]])), check.len() - 20);
    let (message, fingerprint) = check.split_at(check.len() - 8);
    assert_eq!(fingerprint[..4], [0x80, 0x28, 0, 4]);
    assert_eq!(fingerprint[4..], stun::fingerprint(message).to_be_bytes());
    // PRIORITY (RFC 8445 § 16.1) and ICE-CONTROLLED.
    assert!(
        check.windows(4).any(|head| head == [0, 0x24, 0, 4]) && check.windows(4).any(|head| head == [0x80, 0x29, 0, 8])
    );
}

#[test]
fn only_a_signed_success_is_a_yes() {
    let mut answer = request("a:b", "p", false);
    answer[..2].copy_from_slice(&[1, 1]);
    assert!(!stun::is_success_signed_with(&answer, "p"), "the signature covers the kind");
    // RFC 5769 § 2.2, sample response over IPv4, of the same password as the request.
    let sample = "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a6430008\
                  00142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
    let sample = hex(sample);
    assert!(stun::is_success_signed_with(&sample, PASSWORD) && !stun::is_success_signed_with(&sample, "p"));
    for at in 0..sample.len() - 12 {
        let mut forged = sample.clone();
        forged[at] ^= 1;
        // The length is not covered, since the attributes say where the integrity is.
        assert!(matches!(at, 2 | 3) || !stun::is_success_signed_with(&forged, PASSWORD), "byte {at}");
    }
    assert!((0..sample.len() - 12).all(|end| !stun::is_success_signed_with(&sample[..end], PASSWORD)));
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A client at address 1 that ICE has checked.
fn settled() -> (Path, std::time::Instant) {
    let (mut path, now) = (Path::default(), clock::now());
    let plain = request("a:b", "p", false);
    assert!(!path.request(now, address(1), &Request::parse(&plain).unwrap()));
    path.checked(true);
    (path, now)
}

#[test]
fn before_ice_has_checked_the_path_requests_move_the_client() {
    let (mut path, now) = (Path::default(), clock::now());
    let (plain, nominating) = (request("a:b", "p", false), request("a:b", "p", true));
    let (plain, nominating) = (Request::parse(&plain).unwrap(), Request::parse(&nominating).unwrap());
    assert_eq!(path.media(), None);
    for (request, from, at) in [(&plain, 1, 1), (&plain, 2, 1), (&nominating, 2, 2)] {
        assert!(!path.request(now, address(from), request), "there is nothing to ask");
        assert_eq!(path.media(), Some(address(at)));
    }
    path.heard(now + millis(1_000), address(2));
    path.request(now + millis(3_000), address(3), &plain);
    assert_eq!(path.media(), Some(address(2)));
    path.request(now + millis(4_000), address(3), &plain);
    assert_eq!(path.media(), Some(address(3)));
}

#[test]
fn afterwards_nomination_or_silence_are_reasons_to_ask() {
    let (mut path, now) = settled();
    let (plain, nominating) = (request("a:b", "p", false), request("a:b", "p", true));
    let (plain, nominating) = (Request::parse(&plain).unwrap(), Request::parse(&nominating).unwrap());
    assert!(!path.request(now, address(2), &plain));
    assert!(path.request(now, address(2), &nominating));
    assert!(!path.request(now, address(1), &nominating));
    assert!(path.request(now + millis(3_000), address(2), &plain), "the current one is silent");
    assert!(!path.spoke(now + millis(3_000), address(1)) && path.spoke(now + millis(3_000), address(2)));
    path.heard(now + millis(4_000), address(1));
    assert!(!path.request(now + millis(4_000), address(2), &nominating), "it speaks from where it is");
    assert!(path.request(now + millis(4_001), address(2), &nominating));
    assert_eq!(path.media(), Some(address(1)), "asking moves nobody");
    path.checked(false);
    path.request(now + millis(3_000), address(2), &nominating);
    assert_eq!(path.media(), Some(address(2)), "an ICE restart checks anew");
}

#[test]
fn an_answer_from_there_moves_the_client_and_nothing_else_does() {
    let (mut path, now) = settled();
    assert_eq!(path.challenge(now, address(2), [2; 12]), Some([2; 12]));
    assert!(path.is_challenged([2; 12]) && !path.is_challenged([1; 12]));
    assert!(!path.answered(now, address(3)), "from elsewhere");
    assert!(!path.answered(now + millis(2_000), address(2)), "too late");
    assert_eq!(path.media(), Some(address(1)));
    assert!(path.answered(now + millis(1_999), address(2)));
    assert_eq!(path.media(), Some(address(2)));
    assert!(!path.answered(now + millis(1_999), address(2)), "once");
    assert_eq!(path.challenge(now + millis(2_050), address(1), [3; 12]), None, "what was late on the old way");
}

#[test]
fn checks_are_few_and_their_answers_count_although_they_were_repeated() {
    let (mut path, now) = settled();
    let sent: Vec<_> =
        (0..2_000).filter_map(|ms| path.challenge(now + millis(ms), address(2), [ms as u8; 12])).collect();
    assert_eq!(sent, [[0; 12]; 20]);
    assert!(path.answered(now + millis(1_900), address(2)), "to the first one, over a slow path");
    // One who invents addresses has two of them asked a second.
    let (mut path, now) = settled();
    let asked = |ms: u64| path.challenge(now + millis(ms), address(10 + ms as u16), [0; 12]).map(|_| ms);
    assert_eq!((0..2_000).filter_map(asked).collect::<Vec<_>>(), [0, 500, 1_000, 1_500]);
}

#[test]
fn a_client_prefers_udp_as_long_as_it_works() {
    let (mut path, now) = (Path::default(), clock::now());
    let nominating = request("a:b", "p", true);
    let nominating = Request::parse(&nominating).unwrap();
    let stream = Route::Tcp(ConnectionId { index: 0, generation: 0 });
    path.request(now, stream, &nominating);
    path.request(now, address(1), &nominating);
    assert_eq!(path.media(), Some(address(1)), "to UDP at once");
    path.request(now + millis(1_000), stream, &nominating);
    assert_eq!(path.media(), Some(address(1)));
    path.request(now + millis(3_000), stream, &nominating);
    assert_eq!(path.media(), Some(stream), "UDP has been silent");
    path.closed(address(1));
    assert_eq!(path.media(), Some(stream), "it was not there any more");
    path.closed(stream);
    assert_eq!(path.media(), None);
}

#[test]
fn an_answer_goes_where_the_question_came_from() {
    let (mut path, now) = (Path::default(), clock::now());
    let plain = request("a:b", "p", false);
    path.request(now, address(1), &Request::parse(&plain).unwrap());
    path.request(now, address(2), &Request::parse(&plain).unwrap());
    let mut answer = plain.clone();
    answer[..2].copy_from_slice(&[1, 1]);
    assert_eq!(path.route(&answer), Some(address(2)));
    assert_eq!(path.route(&plain), Some(address(1)), "our own checks go to the current address");
}

proptest! {
    #[test]
    fn any_datagram_is_survived(data in proptest::collection::vec(any::<u8>(), 0..80)) {
        Protocol::of(&data);
        stun::response_to(&data);
        let mut stun = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        stun.extend(&data);
        if let Some(request) = Request::parse(&stun) {
            prop_assert!(!request.is_signed_with("secret"));
        }
    }
}
