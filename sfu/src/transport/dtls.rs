//! DTLS 1.2 (RFC 6347) as the server, one association with a client whose certificate the offer named (RFC 8842).

use super::ice::{CLIENT, SERVER};
use super::srtp::KEYING_MATERIAL;
use bytes::BytesMut;
use ring::digest::{SHA256, digest};
use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_shared::error::Error;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Label of the exporter (RFC 5764 § 4.2).
const SRTP_LABEL: &str = "EXTRACTOR-dtls_srtp";
/// Bytes that are taken of a client before its handshake is complete; one flight has about 1.5 kB and may have to be
/// repeated ten times. More: memory for clients that send records which can only be kept. Less: bad networks fail.
const HANDSHAKE_BYTES: usize = 64 * 1024;
/// Before our flight is repeated for the first time; doubled each time (RFC 6347 § 4.2.4 says 1 s, for networks of
/// 2006). More: a lost flight delays the call. Less than a round trip repeats for nothing.
const REPEAT_FIRST: Duration = Duration::from_millis(250);
/// And at most. More: a client that comes out of a tunnel waits longer.
const REPEAT_LONGEST: Duration = Duration::from_secs(2);
/// Repetitions until the client is given up: about 20 s. More: half-open peers stay longer.
const REPEATS: u32 = 12;
/// The crate's own timer goes to sleep when any handshake record arrives, a repeated one included, and a lost flight
/// would then stay lost. So it is put off beyond ours.
const CRATE_TIMER: Duration = Duration::from_secs(120);
/// Handshake record, client hello (RFC 6347 § 4.1, § 4.2.2): its places in a datagram.
const CLIENT_HELLO: [(usize, u8); 2] = [(0, 22), (13, 1)];

pub(super) enum Event {
    /// The client holds the certificate that the offer named; the keys are for SRTP.
    Complete(Box<[u8; KEYING_MATERIAL]>),
    Data(BytesMut),
    /// The client said goodbye, or cannot be trusted.
    Closed,
}

/// Our certificate, one for all peers of a shard.
#[derive(Clone)]
pub(super) struct Identity {
    certificate: Certificate,
    /// SHA-256.
    pub(super) fingerprint: [u8; 32],
}

impl Identity {
    pub(super) fn generate(crypto: &dyn RTCCryptoProvider) -> Result<Identity, Error> {
        let certificate = Certificate::generate_self_signed(vec!["sfu".to_owned()], crypto.crypto())?;
        let der = certificate.certificate.first().ok_or(Error::ErrNoCertificates)?;
        let fingerprint = sha256(der.as_ref());
        Ok(Identity { certificate, fingerprint })
    }
}

pub(super) struct Dtls {
    endpoint: Endpoint,
    complete: bool,
    closed: bool,
    received: usize,
    out: VecDeque<BytesMut>,
    /// What we sent last, as long as the client may have missed it.
    flight: Vec<BytesMut>,
    repeats: u32,
    repeat_at: Option<Instant>,
}

impl Dtls {
    /// `expected` is the SHA-256 of the client's certificate. Whoever holds another does not get through the handshake.
    pub(super) fn new(
        crypto: Arc<dyn RTCCryptoProvider>,
        identity: &Identity,
        expected: [u8; 32],
    ) -> Result<Dtls, Error> {
        let is_expected = move |chain: &[Vec<u8>]| chain.first().is_some_and(|der| sha256(der) == expected);
        let config = ConfigBuilder::default()
            .with_crypto_provider(crypto)
            .with_certificates(vec![identity.certificate.clone()])
            // Whoever has another profile only is refused: AES-CM hashes every packet in software, and all browsers
            // since 2020 have GCM. The crate would take the first one in the client's order.
            .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            // There is no authority: the fingerprint is the check (RFC 8827 § 5.6).
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(move |chain: &[Vec<u8>], _| {
                if is_expected(chain) { Ok(()) } else { Err(Error::ErrFingerprintMismatch) }
            })))
            .with_flight_interval(CRATE_TIMER)
            .build(false, None)?;
        Ok(Dtls {
            endpoint: Endpoint::new(SERVER, TransportProtocol::UDP, Some(Arc::new(config))),
            complete: false,
            closed: false,
            received: 0,
            out: VecDeque::new(),
            flight: Vec::new(),
            repeats: 0,
            repeat_at: None,
        })
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete && !self.closed
    }

    pub(super) fn receive(&mut self, now: Instant, datagram: &[u8], events: &mut Vec<Event>) -> Result<(), Error> {
        if self.closed {
            return Ok(());
        }
        if !self.complete {
            self.received += datagram.len();
            if self.received > HANDSHAKE_BYTES {
                self.closed = true;
                events.push(Event::Closed);
                return Ok(());
            }
        }
        let result = self.endpoint.read(now, CLIENT, None, BytesMut::from(datagram));
        let answered = self.collect();
        if self.complete || self.closed {
        } else if answered > 0 {
            self.flight = self.out.iter().skip(self.out.len() - answered).cloned().collect();
            self.repeats = 0;
            self.repeat_at = Some(now + REPEAT_FIRST);
        } else if CLIENT_HELLO.iter().all(|(at, byte)| datagram.get(*at) == Some(byte)) {
            // The client repeats itself: it missed our answer.
            self.repeat(now);
        }
        match result {
            Ok(list) => list.into_iter().try_for_each(|event| self.on_event(event, events)),
            Err(Error::ErrFingerprintMismatch) => {
                self.closed = true;
                events.push(Event::Closed);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn on_event(&mut self, event: EndpointEvent, events: &mut Vec<Event>) -> Result<(), Error> {
        match event {
            EndpointEvent::HandshakeComplete => {
                self.complete = true;
                self.repeat_at = None;
                self.flight.clear();
                match self.keying_material() {
                    Ok(material) => events.push(Event::Complete(material)),
                    Err(error) => {
                        self.closed = true;
                        events.push(Event::Closed);
                        return Err(error);
                    }
                }
            }
            EndpointEvent::ApplicationData(data) => events.push(Event::Data(data)),
            EndpointEvent::PeerClosed => {
                self.closed = true;
                events.push(Event::Closed);
            }
            _ => {}
        }
        Ok(())
    }

    fn keying_material(&self) -> Result<Box<[u8; KEYING_MATERIAL]>, Error> {
        let state = self.endpoint.get_connection_state(CLIENT).ok_or(Error::ErrNoSuchSrtpProfile)?;
        if state.srtp_protection_profile() != SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm {
            return Err(Error::ErrNoSuchSrtpProfile);
        }
        let exported = state.export_keying_material(SRTP_LABEL, &[], KEYING_MATERIAL)?;
        let mut material = Box::new([0; KEYING_MATERIAL]);
        material.copy_from_slice(exported.as_ref());
        Ok(material)
    }

    /// Takes over what the crate wants to send; returns how many datagrams.
    fn collect(&mut self) -> usize {
        let before = self.out.len();
        self.out.extend(std::iter::from_fn(|| self.endpoint.poll_transmit()).map(|transmit| transmit.message));
        self.out.len() - before
    }

    /// The very same records again: a client that has them drops them as replays.
    fn repeat(&mut self, now: Instant) {
        if self.repeats < REPEATS {
            self.out.extend(self.flight.iter().cloned());
            let pause = REPEAT_FIRST * 2_u32.saturating_pow(self.repeats + 1);
            self.repeats += 1;
            self.repeat_at = Some(now + pause.min(REPEAT_LONGEST));
        }
    }

    /// Returns `false` when the client is given up.
    pub(super) fn timeout(&mut self, now: Instant) -> bool {
        if self.repeat_at.is_some_and(|at| at <= now) {
            self.repeat_at = None;
            self.closed |= self.repeats >= REPEATS;
            self.repeat(now);
        }
        if self.endpoint.poll_timeout(&CLIENT).is_some_and(|at| at <= now) {
            self.closed |= self.endpoint.handle_timeout(CLIENT, now).is_err();
            self.collect();
        }
        !self.closed
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        [self.repeat_at, self.endpoint.poll_timeout(&CLIENT)].into_iter().flatten().min()
    }

    pub(super) fn send(&mut self, now: Instant, data: &[u8]) -> Result<(), Error> {
        self.endpoint.write(now, CLIENT, data)?;
        self.collect();
        Ok(())
    }

    pub(super) fn transmit(&mut self) -> Option<BytesMut> {
        self.out.pop_front()
    }

    /// Says goodbye.
    pub(super) fn close(&mut self, now: Instant) {
        if !self.closed {
            self.closed = true;
            // The association is thrown away whatever comes of it.
            let _ = self.endpoint.close(now);
            self.collect();
        }
    }
}

fn sha256(data: &[u8]) -> [u8; 32] {
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest(&SHA256, data).as_ref());
    fingerprint
}
