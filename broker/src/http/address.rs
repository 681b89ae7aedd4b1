//! Where a request comes from.

use super::state::Edge;
use crate::config::Network;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const FORWARDED: &str = "x-forwarded-for";

/// The client's address. Reverse proxies on this machine, and those that are configured, are believed when they say for
/// whom they speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    pub ip: IpAddr,
    /// Came from this machine, and nobody claims that it was passed on.
    pub is_local: bool,
}

impl FromRequestParts<Edge> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Self::of(peer, &parts.headers, &edge.settings.trusted_proxies))
    }
}

impl ClientAddress {
    fn of(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[Network]) -> Self {
        // Without a peer (it cannot happen on a socket) nobody is local.
        let Some(peer) = peer else { return Self { ip: Ipv4Addr::UNSPECIFIED.into(), is_local: false } };
        let believed = |ip: IpAddr| ip.is_loopback() || proxies.iter().any(|network| network.contains(ip));
        if !headers.contains_key(FORWARDED) {
            return Self { ip: peer, is_local: peer.is_loopback() };
        }
        if !believed(peer) {
            return Self { ip: peer, is_local: false };
        }
        // Each proxy writes at the end whom it heard. From the end on, the first one whom we do not know is the client:
        // everything before was said by the client itself. Several lines count as one list (RFC 9110 § 5.3).
        let lines = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok());
        let heard: Vec<Option<IpAddr>> =
            lines.flat_map(|line| line.split(',')).map(|text| text.trim().parse().ok()).collect();
        let known = heard.iter().rev().map_while(|ip| *ip);
        let client = known.clone().find(|ip| !believed(*ip)).or(known.last());
        Self { ip: client.unwrap_or(peer), is_local: false }
    }
}

/// Whom an address stands for when tries or connections are counted: a host with IPv6 has a /64 to itself (RFC 6177) and
/// would otherwise be as many as it likes.
pub fn neighbourhood(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn forwarded(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(FORWARDED), HeaderValue::from_static(text))])
    }

    fn seen(peer: &str, text: &'static str, proxies: &[&str]) -> (String, bool) {
        let proxies: Vec<_> = proxies.iter().map(|text| Network::parse(text).unwrap()).collect();
        let address = ClientAddress::of(peer.parse().ok(), &forwarded(text), &proxies);
        (address.ip.to_string(), address.is_local)
    }

    #[test]
    fn only_proxies_that_we_know_are_believed() {
        let plain = HeaderMap::new();
        assert!(ClientAddress::of("127.0.0.1".parse().ok(), &plain, &[]).is_local);
        assert!(!ClientAddress::of(None, &plain, &[]).is_local);
        let remote = |ip: &str| (ip.to_owned(), false);
        assert_eq!(seen("127.0.0.1", "127.0.0.1, 198.51.100.7", &[]), remote("198.51.100.7"));
        assert_eq!(seen("203.0.113.5", "127.0.0.1", &[]), remote("203.0.113.5"), "spoofed");
        assert_eq!(seen("203.0.113.5", "198.51.100.7", &["203.0.113.0/24"]), remote("198.51.100.7"));
    }

    #[test]
    fn behind_two_proxies_the_client_is_whom_the_outer_one_heard() {
        let remote = |ip: &str| (ip.to_owned(), false);
        let inner = &["10.0.0.0/8"];
        assert_eq!(seen("127.0.0.1", "1.2.3.4, 198.51.100.7, 10.0.0.9", inner), remote("198.51.100.7"));
        assert_eq!(seen("127.0.0.1", "10.0.0.8", inner), remote("10.0.0.8"), "somebody in our own network");
        assert_eq!(seen("127.0.0.1", "198.51.100.7, nonsense", inner), remote("127.0.0.1"));
    }

    #[test]
    fn a_host_is_its_network_of_64_bits() {
        let of = |text: &str| neighbourhood(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.5"), "203.0.113.5");
        assert_eq!(of("::ffff:203.0.113.5"), "203.0.113.5", "an IPv4 peer on an IPv6 socket");
    }
}
