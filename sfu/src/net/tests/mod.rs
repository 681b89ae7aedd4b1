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

/// RFC 5769 § 2.1, sample request: password "VOkJxbRl1RmTxUk/WvJxBt", user name "evtj:h6vY".
const SAMPLE: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff\
    80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2\
    80280004e57a3bcf";

#[test]
fn the_sample_of_the_rfc_is_understood() {
    let bytes: Vec<u8> =
        (0..SAMPLE.len() / 2).map(|i| u8::from_str_radix(&SAMPLE[2 * i..2 * i + 2], 16).unwrap()).collect();
    let request = Request::parse(&bytes).unwrap();
    assert_eq!(request.receiver, "evtj");
    assert!(!request.use_candidate);
    assert!(request.is_signed_with("VOkJxbRl1RmTxUk/WvJxBt"));
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
fn a_client_moves_by_nomination_or_after_silence() {
    let (mut path, now) = (Path::default(), clock::now());
    let (plain, nominating) = (request("a:b", "p", false), request("a:b", "p", true));
    let (plain, nominating) = (Request::parse(&plain).unwrap(), Request::parse(&nominating).unwrap());
    assert_eq!(path.route(&[0x80]), None);
    assert!(path.request(now, address(1), &plain));
    assert!(!path.request(now, address(2), &plain));
    assert_eq!(path.route(&[0x80]), Some(address(1)));
    assert!(path.request(now, address(2), &nominating));
    path.heard(now + Duration::from_secs(1), address(2));
    assert!(!path.request(now + Duration::from_secs(3), address(3), &plain));
    assert!(path.request(now + Duration::from_secs(4), address(3), &plain));
    assert_eq!(path.route(&[0x80]), Some(address(3)));
}

#[test]
fn a_client_prefers_udp_as_long_as_it_works() {
    let (mut path, now) = (Path::default(), clock::now());
    let nominating = request("a:b", "p", true);
    let nominating = Request::parse(&nominating).unwrap();
    let stream = Route::Tcp(ConnectionId { index: 0, generation: 0 });
    assert!(path.request(now, stream, &nominating));
    assert!(path.request(now, address(1), &nominating), "to UDP at once");
    assert!(!path.request(now + Duration::from_secs(1), stream, &nominating));
    assert!(path.request(now + Duration::from_secs(3), stream, &nominating), "UDP has been silent");
    path.closed(address(1));
    assert_eq!(path.route(&[0x80]), Some(stream), "it was not there any more");
    path.closed(stream);
    assert_eq!(path.route(&[0x80]), None);
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
