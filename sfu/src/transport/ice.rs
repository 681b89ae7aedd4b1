//! Connectivity (RFC 8445): full ICE with one virtual pair.
//!
//! The agent selects a pair once and never follows a client whose port changes. So it knows one constant address of the
//! client and one of ours; `net::path` keeps the real ones.

use bytes::BytesMut;
use rtc_crypto::RTCCryptoProvider;
use rtc_ice::Agent;
use rtc_ice::Event;
use rtc_ice::agent::agent_config::AgentConfig;
use rtc_ice::candidate::unmarshal_candidate;
use rtc_ice::mdns::MulticastDnsMode;
use rtc_ice::state::ConnectionState;
use rtc_shared::error::Error;
use rtc_shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use sansio::Protocol;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Everything a client sends seems to come from here (TEST-NET-1, RFC 5737).
pub(super) const CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9);
/// And goes here, whatever address the client uses.
pub(super) const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 9);

/// Between two connectivity checks of ours. More: slower set-up (200 ms cost 0.35 s with native peers). Less: more
/// datagrams per joining client, which RFC 8445 § 14.2 limits to one in 5 ms.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);
/// Between keep-alives of ours. More: NAT bindings may expire (RFC 8445 § 11: at most 15 s), and the round trip is
/// measured less often. Less: idle traffic.
const KEEPALIVE: Duration = Duration::from_secs(2);

pub(super) struct Ice {
    agent: Agent,
    /// The client has asked; before that there is nowhere to send a check.
    asked: bool,
    up: bool,
    ticked: Instant,
}

impl Ice {
    pub(super) fn new(
        now: Instant,
        crypto: Arc<dyn RTCCryptoProvider>,
        ufrag: &str,
        password: &str,
    ) -> Result<Ice, Error> {
        // Empty credentials make the agent draw its own.
        let config = AgentConfig {
            check_interval: CHECK_INTERVAL,
            keepalive_interval: Some(KEEPALIVE),
            // Neither "disconnected" nor "failed": our own liveness decides, and a failed agent throws its candidates
            // away.
            disconnected_timeout: Some(Duration::ZERO),
            failed_timeout: Some(Duration::ZERO),
            host_acceptance_min_wait: Some(Duration::ZERO),
            prflx_acceptance_min_wait: Some(Duration::ZERO),
            multicast_dns_mode: MulticastDnsMode::Disabled,
            ..AgentConfig::default()
        };
        let mut agent = Agent::new(now, Arc::new(config), crypto)?;
        let candidate = format!("1 1 udp 1 {} {} typ host", SERVER.ip(), SERVER.port());
        let candidate = unmarshal_candidate(&candidate)?;
        agent.add_local_candidate(candidate)?;
        // The browser offers, so it controls (RFC 8445 § 6.1.1).
        agent.start_connectivity_checks(now, false, ufrag.to_owned(), password.to_owned())?;
        Ok(Ice { agent, asked: false, up: false, ticked: now })
    }

    /// Our user name fragment and password.
    pub(super) fn credentials(&self) -> (&str, &str) {
        let local = self.agent.get_local_credentials();
        (&local.ufrag, &local.pwd)
    }

    /// The client's, newest.
    pub(super) fn remote_credentials(&self) -> Option<(&str, &str)> {
        self.agent.get_remote_credentials().map(|remote| (&*remote.ufrag, &*remote.pwd))
    }

    /// New credentials on both sides (RFC 8445 § 9).
    pub(super) fn restart(&mut self, now: Instant, ufrag: &str, password: &str) -> Result<(), Error> {
        self.agent.restart(now, String::new(), String::new(), true)?;
        self.asked = false;
        self.agent.start_connectivity_checks(now, false, ufrag.to_owned(), password.to_owned())
    }

    pub(super) fn receive(&mut self, now: Instant, datagram: &[u8]) -> Result<(), Error> {
        let transport = TransportContext {
            local_addr: SERVER,
            peer_addr: CLIENT,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        self.agent.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(datagram) })?;
        self.asked = true;
        Ok(())
    }

    pub(super) fn timeout(&mut self, now: Instant) -> Result<(), Error> {
        if self.deadline().is_some_and(|at| at <= now) {
            self.ticked = now;
            self.agent.handle_timeout(now)?;
        }
        Ok(())
    }

    /// A connected agent would be woken five times a second and has something to do every two seconds.
    pub(super) fn deadline(&mut self) -> Option<Instant> {
        match (self.asked, self.up) {
            (false, _) => None,
            (true, true) => Some(self.ticked + KEEPALIVE),
            (true, false) => self.agent.poll_timeout(),
        }
    }

    /// The next change: whether the path works.
    pub(super) fn poll(&mut self) -> Option<bool> {
        while let Some(event) = self.agent.poll_event() {
            if let Event::ConnectionStateChange(state) = event.event {
                self.up = state == ConnectionState::Connected;
                return Some(self.up);
            }
        }
        None
    }

    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    pub(super) fn transmit(&mut self) -> Option<BytesMut> {
        self.agent.poll_write().map(|out| out.message)
    }

    /// Of the newest answered check.
    pub(super) fn round_trip(&self, now: Instant) -> Option<Duration> {
        let pair = self.agent.get_candidate_pairs_stats(now).into_iter().find(|pair| pair.nominated)?;
        Duration::try_from_secs_f64(pair.current_round_trip_time).ok().filter(|time| !time.is_zero())
    }
}
