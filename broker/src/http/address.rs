//! Where a request comes from.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const FORWARDED: &str = "x-forwarded-for";

/// The client's address. A reverse proxy on this machine is believed when it says for whom it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    pub ip: IpAddr,
    /// Came from this machine, and nobody claims that it was passed on.
    pub is_local: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Self::of(peer, &parts.headers))
    }
}

impl ClientAddress {
    fn of(peer: Option<IpAddr>, headers: &HeaderMap) -> Self {
        // Without a peer (it cannot happen on a socket) nobody is local.
        let Some(peer) = peer else { return Self { ip: Ipv4Addr::UNSPECIFIED.into(), is_local: false } };
        let forwarded = headers.get_all(FORWARDED).iter().next_back();
        match forwarded {
            // The last entry is the one that our own proxy wrote.
            Some(list) if peer.is_loopback() => {
                let last = list.to_str().ok().and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
                Self { ip: last.unwrap_or(peer), is_local: false }
            }
            Some(_) => Self { ip: peer, is_local: false },
            None => Self { ip: peer, is_local: peer.is_loopback() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let local = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let remote = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 5)));
        let forwarded = HeaderMap::from_iter([(
            axum::http::HeaderName::from_static(FORWARDED),
            HeaderValue::from_static("127.0.0.1, 198.51.100.7"),
        )]);
        let plain = HeaderMap::new();
        assert!(ClientAddress::of(local, &plain).is_local);
        let proxied = ClientAddress::of(local, &forwarded);
        assert_eq!((proxied.ip.to_string().as_str(), proxied.is_local), ("198.51.100.7", false));
        let spoofed = ClientAddress::of(remote, &forwarded);
        assert_eq!((Some(spoofed.ip), spoofed.is_local), (remote, false));
        assert!(!ClientAddress::of(None, &plain).is_local);
    }
}
