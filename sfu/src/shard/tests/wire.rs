//! A client made of the protocol crates, whose keys are at hand: it sends and receives any bytes, in virtual time.

use crate::api::{Keys, Offer, PeerEvent, Source};
use crate::packet::rtcp;
use crate::packet::{HeaderWriter, RtpHeader, extension};
use crate::receive::Arrivals;
use crate::transport::{KEYING_MATERIAL, RTCP_ROOM, Srtp, TAG, is_rtcp};
use bytes::BytesMut;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_ice::agent::agent_config::AgentConfig;
use rtc_ice::candidate::unmarshal_candidate;
use rtc_ice::mdns::MulticastDnsMode;
use rtc_ice::state::ConnectionState;
use rtc_ice::{Agent, Event};
use rtc_shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use sansio::Protocol;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const THERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8189);
/// Ids of the header extensions.
pub(super) const MID: u8 = 1;
pub(super) const RID: u8 = 2;
pub(super) const REPAIRED: u8 = 3;
pub(super) const WIDE: u8 = 4;
pub(super) const LEVEL: u8 = 5;
/// Payload types.
pub(super) const OPUS: u8 = 111;
pub(super) const VP8: u8 = 96;
pub(super) const RTX: u8 = 97;
pub(super) const RIDS: [&str; 3] = ["l", "m", "h"];

/// A packet that arrived.
pub(super) struct Got {
    pub(super) mid: String,
    pub(super) is_rtx: bool,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) level: Option<u8>,
    pub(super) payload: Vec<u8>,
}

pub(super) struct Wire {
    /// Where the server sees it; behind a NAT that is not what it believes itself.
    pub(super) address: SocketAddr,
    own: SocketAddr,
    agent: Agent,
    dtls: Endpoint,
    certificate: Certificate,
    srtp: Option<Srtp>,
    out: VecDeque<Vec<u8>>,
    events: UnboundedReceiver<PeerEvent>,
    pub(super) answer: String,
    /// Mid, SSRC and repairing SSRC of each slot.
    pub(super) slots: Vec<(String, u32, u32)>,
    arrivals: Arrivals,
    pub(super) answers: bool,
    pub(super) got: Vec<Got>,
    /// Compounds that arrived.
    pub(super) rtcp: Vec<Vec<u8>>,
    number: u16,
    /// Slots of each sort.
    count: usize,
}

impl Wire {
    /// Sends a microphone and a camera of three layers; has `slots` slots of each sort, `m0`… and `c0`….
    pub(super) fn new(now: Instant, port: u16, slots: usize) -> (Wire, Offer) {
        let crypto = rtc_crypto::default_provider().unwrap();
        let config = AgentConfig {
            check_interval: Duration::from_millis(20),
            disconnected_timeout: Some(Duration::ZERO),
            failed_timeout: Some(Duration::ZERO),
            host_acceptance_min_wait: Some(Duration::ZERO),
            multicast_dns_mode: MulticastDnsMode::Disabled,
            ..AgentConfig::default()
        };
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut agent = Agent::new(now, Arc::new(config), crypto.clone()).unwrap();
        let own = unmarshal_candidate(&format!("1 1 udp 9 {} {port} typ host", address.ip())).unwrap();
        agent.add_local_candidate(own).unwrap();
        let certificate = Certificate::generate_self_signed(vec!["wire".to_owned()], crypto.crypto()).unwrap();
        let credentials = agent.get_local_credentials();
        let sdp = offer(&credentials.ufrag, &credentials.pwd, &certificate, slots);
        let (sender, events) = unbounded_channel();
        let publish = vec![("mic".to_owned(), Source::Microphone), ("cam".to_owned(), Source::Camera)];
        let slot = |n: usize| [(format!("m{n}"), Source::Microphone), (format!("c{n}"), Source::Camera)];
        let receive = (0..slots).flat_map(slot).collect();
        let wire = Wire {
            address,
            own: address,
            agent,
            dtls: Endpoint::new(address, TransportProtocol::UDP, None),
            certificate,
            srtp: None,
            out: VecDeque::new(),
            events,
            answer: String::new(),
            slots: Vec::new(),
            arrivals: Arrivals::new(9),
            answers: true,
            got: Vec::new(),
            rtcp: Vec::new(),
            number: 0,
            count: slots,
        };
        (wire, Offer { sdp, publish, receive, restart: false, keys: Keys::All, events: sender })
    }

    /// ICE begins anew, and another socket hears the events.
    pub(super) fn restart(&mut self, now: Instant) -> Offer {
        self.agent.restart(now, String::new(), String::new(), true).unwrap();
        let credentials = self.agent.get_local_credentials();
        let sdp = offer(&credentials.ufrag, &credentials.pwd, &self.certificate, self.count);
        let (sender, events) = unbounded_channel();
        self.events = events;
        Offer { sdp, publish: Vec::new(), receive: Vec::new(), restart: true, keys: Keys::All, events: sender }
    }

    pub(super) fn accept(&mut self, now: Instant, answer: String) {
        self.slots.clear();
        let value = |name: &str| {
            answer.lines().find_map(|line| line.strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':')).unwrap()
        };
        self.agent
            .start_connectivity_checks(now, true, value("ice-ufrag").to_owned(), value("ice-pwd").to_owned())
            .unwrap();
        let theirs = unmarshal_candidate(&format!("1 1 udp 9 {} {} typ host", THERE.ip(), THERE.port())).unwrap();
        self.agent.add_remote_candidate(theirs).unwrap();
        let mut mid = "";
        for line in answer.lines() {
            if let Some(found) = line.strip_prefix("a=mid:") {
                mid = found;
            } else if let Some(group) = line.strip_prefix("a=ssrc-group:FID ") {
                let (media, repair) = group.split_once(' ').unwrap();
                self.slots.push((mid.to_owned(), media.parse().unwrap(), repair.parse().unwrap()));
            } else if let Some(ssrc) = line.strip_prefix("a=ssrc:").and_then(|rest| rest.split(' ').next()) {
                let ssrc = ssrc.parse().unwrap();
                if !self.slots.iter().any(|(_, media, repair)| *media == ssrc || *repair == ssrc) {
                    self.slots.push((mid.to_owned(), ssrc, 0));
                }
            }
        }
        self.answer = answer;
    }

    pub(super) fn is_connected(&self) -> bool {
        self.srtp.is_some()
    }

    pub(super) fn receive(&mut self, now: Instant, datagram: &[u8]) {
        match datagram[0] {
            0..=3 => {
                let transport = TransportContext {
                    local_addr: self.own,
                    peer_addr: THERE,
                    ecn: None,
                    transport_protocol: TransportProtocol::UDP,
                };
                let _ = self.agent.handle_read(TaggedBytesMut { now, transport, message: datagram.into() });
                self.follow(now);
            }
            20..=63 => {
                let events = self.dtls.read(now, THERE, None, BytesMut::from(datagram)).unwrap_or_default();
                if events.iter().any(|event| matches!(event, EndpointEvent::HandshakeComplete)) {
                    self.keyed();
                }
            }
            _ => self.media(now, &mut datagram.to_vec()),
        }
    }

    fn follow(&mut self, now: Instant) {
        while let Some(event) = self.agent.poll_event() {
            let is_up = matches!(event.event, Event::ConnectionStateChange(ConnectionState::Connected));
            if !is_up || self.is_connected() {
                continue;
            }
            let config = ConfigBuilder::default()
                .with_crypto_provider(rtc_crypto::default_provider().unwrap())
                .with_certificates(vec![self.certificate.clone()])
                .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
                .with_client_auth(ClientAuthType::RequireAnyClientCert)
                .with_extended_master_secret(ExtendedMasterSecretType::Require)
                .with_insecure_skip_verify(true)
                .build(true, Some(THERE))
                .unwrap();
            self.dtls.connect(now, THERE, Arc::new(config), None).unwrap();
        }
    }

    fn keyed(&mut self) {
        let state = self.dtls.get_connection_state(THERE).unwrap();
        let exported = state.export_keying_material("EXTRACTOR-dtls_srtp", &[], KEYING_MATERIAL).unwrap();
        let exported: &[u8] = exported.as_ref();
        let [client, server] = [&exported[..16], &exported[16..32]];
        let [client_salt, server_salt] = [&exported[32..44], &exported[44..]];
        // What the server sends with is what we receive with: each is the other's server.
        let swapped = [server, client, server_salt, client_salt].concat();
        let crypto = rtc_crypto::default_provider().unwrap();
        self.srtp = Srtp::new(crypto.crypto(), swapped[..].try_into().unwrap()).ok();
    }

    fn media(&mut self, now: Instant, datagram: &mut [u8]) {
        let Some(srtp) = &mut self.srtp else { return };
        if is_rtcp(datagram) {
            let end = srtp.open_rtcp(datagram).expect("the server's reports are sound");
            return self.rtcp.push(datagram[..end].to_vec());
        }
        let opened = srtp.open(datagram).expect("the server's packets are sound, and none comes twice");
        let packet = &datagram[..opened.end];
        let header = RtpHeader::parse(packet).unwrap();
        let slot = self.slots.iter().find(|(_, media, repair)| *media == header.ssrc || *repair == header.ssrc);
        let (mid, media, _) = slot.expect("an SSRC that the answer names").clone();
        let mut level = None;
        for (id, value) in RtpHeader::extensions(packet) {
            match id {
                WIDE => self.arrivals.arrived(now, extension::transport_wide(value).unwrap(), header.ssrc),
                LEVEL => level = Some(value[0]),
                other => panic!("extension {other}"),
            }
        }
        self.got.push(Got {
            mid,
            is_rtx: media != header.ssrc,
            sequence: header.sequence,
            timestamp: header.timestamp,
            marker: header.marker,
            level,
            payload: header.payload(packet).unwrap().to_vec(),
        });
    }

    /// Lets time pass and hands out datagrams.
    pub(super) fn transmit(&mut self, now: Instant) -> Vec<Vec<u8>> {
        if self.agent.poll_timeout().is_some_and(|at| at <= now) {
            let _ = self.agent.handle_timeout(now);
        }
        self.follow(now);
        if self.dtls.poll_timeout(&THERE).is_some_and(|at| at <= now) {
            let _ = self.dtls.handle_timeout(THERE, now);
        }
        let mut feedback = Vec::new();
        while self.answers && self.arrivals.feedback(now, &mut feedback) {
            self.send_rtcp(&feedback);
            feedback.clear();
        }
        let checks = std::iter::from_fn(|| self.agent.poll_write()).map(|out| out.message.to_vec());
        let records = std::iter::from_fn(|| self.dtls.poll_transmit()).map(|out| out.message.to_vec());
        checks.chain(records).chain(self.out.drain(..)).collect()
    }

    pub(super) fn send_rtcp(&mut self, compound: &[u8]) {
        let mut packet = [compound, &[0; RTCP_ROOM]].concat();
        if let Some(srtp) = &mut self.srtp {
            srtp.seal_rtcp(&mut packet).unwrap();
            self.out.push_back(packet);
        }
    }

    /// `rid`: of which layer, with the id of the extension that says it.
    pub(super) fn send_rtp(
        &mut self,
        header: HeaderWriter,
        extended: u64,
        mid: &str,
        rid: Option<(u8, &str)>,
        level: Option<u8>,
        payload: &[u8],
    ) {
        let mut packet = vec![0; 80];
        let (number, level) = (self.number.to_be_bytes(), level.map(|level| [level]));
        let mut extensions: Vec<(u8, &[u8])> = vec![(WIDE, &number), (MID, mid.as_bytes())];
        extensions.extend(rid.map(|(id, rid)| (id, rid.as_bytes())));
        extensions.extend(level.as_ref().map(|level| (LEVEL, &level[..])));
        let length = header.write(&mut packet, &extensions);
        packet.truncate(length);
        packet.extend(payload);
        packet.extend([0; TAG]);
        if let Some(srtp) = &self.srtp {
            self.number = self.number.wrapping_add(1);
            srtp.seal(&mut packet, length, header.ssrc, extended);
            self.out.push_back(packet);
        }
    }

    /// Any datagram.
    pub(super) fn send_raw(&mut self, datagram: Vec<u8>) {
        self.out.push_back(datagram);
    }

    /// Takes back what was to be sent last.
    pub(super) fn take_newest(&mut self) -> Vec<u8> {
        self.out.pop_back().unwrap()
    }

    /// What is waiting to be sent.
    pub(super) fn outgoing(&self) -> &VecDeque<Vec<u8>> {
        &self.out
    }

    pub(super) fn events(&mut self) -> Vec<PeerEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    pub(super) fn ssrc_of(&self, mid: &str) -> u32 {
        self.slots.iter().find(|(known, ..)| known == mid).unwrap().1
    }

    /// SSRCs that key frames were asked of since the last time.
    pub(super) fn asked_for_key_frames(&mut self) -> Vec<u32> {
        let mut asked = Vec::new();
        for compound in &self.rtcp {
            asked.extend(rtcp::feedbacks(compound).filter_map(|feedback| match feedback {
                rtcp::Feedback::Pli { media } => Some(media),
                _ => None,
            }));
        }
        asked
    }
}

fn offer(ufrag: &str, password: &str, certificate: &Certificate, slots: usize) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate.certificate[0].as_ref());
    let fingerprint: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    let mids: Vec<String> = (0..slots).flat_map(|n| [format!("m{n}"), format!("c{n}")]).collect();
    let mut sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE mic cam {}\r\na=ice-ufrag:{ufrag}\r\n\
         a=ice-pwd:{password}\r\na=fingerprint:sha-256 {}\r\na=setup:actpass\r\n",
        mids.join(" "),
        fingerprint.join(":")
    );
    let extensions = [
        (MID, "urn:ietf:params:rtp-hdrext:sdes:mid"),
        (RID, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
        (REPAIRED, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
        (WIDE, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
        (LEVEL, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    ];
    let mut line = |mid: &str, audio: bool, direction: &str| {
        let (kind, formats) = if audio { ("audio", "111") } else { ("video", "96 97") };
        sdp += &format!(
            "m={kind} 9 UDP/TLS/RTP/SAVPF {formats}\r\na=mid:{mid}\r\na={direction}\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
        );
        extensions.iter().for_each(|(id, name)| sdp += &format!("a=extmap:{id} {name}\r\n"));
        sdp += match audio {
            true => "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n",
            false => {
                "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 transport-cc\r\n\
                 a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
            }
        };
        if mid == "mic" {
            sdp += "a=ssrc:70 cname:x\r\n";
        } else if mid == "cam" {
            sdp += "a=rid:l send\r\na=rid:m send\r\na=rid:h send\r\na=simulcast:send l;m;h\r\n";
        }
    };
    line("mic", true, "sendonly");
    line("cam", false, "sendonly");
    for mid in &mids {
        line(mid, mid.starts_with('m'), "recvonly");
    }
    sdp
}
