//! Socket addresses as the kernel writes them, and sockets that have one.

use socket2::{Domain, Socket, Type};
use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

pub(super) fn bound(address: SocketAddr, kind: Type) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    // Connections of the process before would keep the port for a minute (TIME-WAIT). For UDP it would let two
    // processes share a port.
    if kind == Type::STREAM {
        socket.set_reuse_address(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

/// A socket address as the kernel wants it: large enough for both families.
#[derive(Clone, Copy)]
pub(super) struct RawAddress(pub(super) libc::sockaddr_storage);

impl RawAddress {
    pub(super) const CAPACITY: libc::socklen_t = size_of::<libc::sockaddr_storage>() as libc::socklen_t;

    pub(super) fn empty() -> RawAddress {
        // SAFETY: a zeroed `sockaddr_storage` is a valid value of family AF_UNSPEC.
        RawAddress(unsafe { MaybeUninit::zeroed().assume_init() })
    }

    /// Returns the length to give to the kernel. On an IPv6 socket an IPv4 address is mapped (RFC 4291 § 2.5.5.2).
    pub(super) fn encode(&mut self, address: SocketAddr, ipv6_socket: bool) -> libc::socklen_t {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ipv6_socket => IpAddr::V6(ip.to_ipv6_mapped()),
            ip => ip,
        };
        match ip {
            IpAddr::V4(ip) => {
                let raw = libc::sockaddr_in {
                    sin_family: libc::AF_INET as libc::sa_family_t,
                    sin_port: address.port().to_be(),
                    sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(ip.octets()) },
                    sin_zero: [0; 8],
                };
                // SAFETY: `sockaddr_storage` is at least as large and as strictly aligned as `sockaddr_in`.
                unsafe { std::ptr::from_mut(&mut self.0).cast::<libc::sockaddr_in>().write(raw) };
                size_of::<libc::sockaddr_in>() as libc::socklen_t
            }
            IpAddr::V6(ip) => {
                let raw = libc::sockaddr_in6 {
                    sin6_family: libc::AF_INET6 as libc::sa_family_t,
                    sin6_port: address.port().to_be(),
                    sin6_flowinfo: 0,
                    sin6_addr: libc::in6_addr { s6_addr: ip.octets() },
                    sin6_scope_id: 0,
                };
                // SAFETY: `sockaddr_storage` is at least as large and as strictly aligned as `sockaddr_in6`.
                unsafe { std::ptr::from_mut(&mut self.0).cast::<libc::sockaddr_in6>().write(raw) };
                size_of::<libc::sockaddr_in6>() as libc::socklen_t
            }
        }
    }

    /// Mapped addresses become IPv4 again, so that an address has one spelling.
    pub(super) fn decode(&self) -> Option<SocketAddr> {
        match libc::c_int::from(self.0.ss_family) {
            libc::AF_INET => {
                // SAFETY: the kernel says that it wrote a `sockaddr_in`; size and alignment fit, see `encode`.
                let raw = unsafe { std::ptr::from_ref(&self.0).cast::<libc::sockaddr_in>().read() };
                let ip = Ipv4Addr::from(raw.sin_addr.s_addr.to_ne_bytes());
                Some(SocketAddr::new(ip.into(), u16::from_be(raw.sin_port)))
            }
            libc::AF_INET6 => {
                // SAFETY: the kernel says that it wrote a `sockaddr_in6`; size and alignment fit, see `encode`.
                let raw = unsafe { std::ptr::from_ref(&self.0).cast::<libc::sockaddr_in6>().read() };
                let ip = Ipv6Addr::from(raw.sin6_addr.s6_addr).to_canonical();
                Some(SocketAddr::new(ip, u16::from_be(raw.sin6_port)))
            }
            _ => None,
        }
    }
}
