//! One peer: bytes and time in; bytes, messages and events out.

use super::dtls::{self, Dtls, Identity};
use super::ice::Ice;
use super::sctp::{MAX_MESSAGE, Sctp};
use super::sdp::{self, BadOffer, Local, Negotiated, Offered};
use super::srtp::{Opened, Srtp};
use crate::api::Source;
use crate::net::announce::Candidate;
use crate::net::stun::{self, TransactionId};
use crate::state::Channel;
use bytes::{Bytes, BytesMut};
use rtc_crypto::{CryptoError, RTCCryptoProvider};
use rtc_shared::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Debug, thiserror::Error)]
pub(crate) enum TransportError {
    #[error(transparent)]
    Offer(#[from] BadOffer),
    /// The crates' words are for their developers, so they are not passed on.
    #[error("the transport failed")]
    Protocol(#[from] Error),
    #[error("the transport's cryptography failed")]
    Crypto(#[from] CryptoError),
}

/// What all peers of a shard share.
#[derive(Clone)]
pub(crate) struct Transport {
    /// What clients are told about where to send to.
    candidates: Arc<[Candidate]>,
    crypto: Arc<dyn RTCCryptoProvider>,
    identity: Identity,
}

impl Transport {
    /// Draws a certificate; it lives as long as the shard.
    pub(crate) fn new(candidates: Vec<Candidate>) -> Result<Transport, TransportError> {
        let crypto = rtc_crypto::default_provider()?;
        let identity = Identity::generate(&*crypto)?;
        Ok(Transport { candidates: candidates.into(), crypto, identity })
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Path and keys are there, for the first time or again: media may flow.
    Connected,
    /// The client closed, or DTLS failed. There is no way back.
    Closed,
    ChannelOpened(Channel),
    Data {
        channel: Channel,
        text: bool,
        data: Bytes,
    },
}

/// What a description of ours says. No `Debug`: it holds credentials.
pub(crate) struct LocalDescription {
    pub(crate) sdp: String,
    pub(crate) ufrag: String,
    pub(crate) password: String,
}

pub(crate) struct Peer {
    transport: Transport,
    offered: Offered,
    negotiated: Negotiated,
    ice: Ice,
    dtls: Dtls,
    sctp: Sctp,
    srtp: Option<Srtp>,
    session: u64,
    version: u64,
    closed: bool,
    /// SCTP may have something to send.
    stirred: bool,
    packets: Vec<Bytes>,
}

impl Peer {
    /// Answers a fresh offer. `receive` gives the slots their indices.
    pub(crate) fn answer(
        now: Instant,
        transport: &Transport,
        sdp: &str,
        publish: &[(String, Source)],
        receive: &[(String, Source)],
    ) -> Result<(Peer, LocalDescription), TransportError> {
        let offered = sdp::parse(sdp)?;
        let negotiated = offered.negotiate(publish, receive)?;
        let crypto = &transport.crypto;
        let mut peer = Peer {
            ice: Ice::new(now, crypto.clone(), &offered.ufrag, &offered.password)?,
            dtls: Dtls::new(crypto.clone(), &transport.identity, offered.fingerprint)?,
            sctp: Sctp::new(offered.max_message_size()),
            transport: transport.clone(),
            offered,
            negotiated,
            srtp: None,
            // RFC 8829 § 5.2.1: 63 bits.
            session: rand::random::<u64>() >> 1,
            version: 0,
            closed: false,
            stirred: false,
            packets: Vec::new(),
        };
        let local = peer.describe();
        Ok((peer, local))
    }

    /// Answers an offer with new ICE credentials. DTLS, media and channels stay as they are.
    pub(crate) fn restart(&mut self, now: Instant, sdp: &str) -> Result<LocalDescription, TransportError> {
        let offered = sdp::parse(sdp)?;
        if !offered.mids().eq(self.offered.mids()) {
            return Err(BadOffer::LinesChanged.into());
        }
        if offered.fingerprint != self.offered.fingerprint {
            return Err(BadOffer::CertificateChanged.into());
        }
        self.ice.restart(now, &offered.ufrag, &offered.password)?;
        Ok(self.describe())
    }

    fn describe(&mut self) -> LocalDescription {
        self.version += 1;
        let (ufrag, password) = self.ice.credentials();
        let local = Local {
            ufrag,
            password,
            fingerprint: &self.transport.identity.fingerprint,
            candidates: &self.transport.candidates,
            session: self.session,
            version: self.version,
            max_message_size: MAX_MESSAGE,
        };
        let sdp = sdp::write(&self.offered, &self.negotiated, &local);
        LocalDescription { sdp, ufrag: ufrag.to_owned(), password: password.to_owned() }
    }

    pub(crate) fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// A datagram of this peer that is STUN or DTLS. What does not authenticate is an error and changes nothing.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        datagram: &[u8],
        out: &mut Vec<Output>,
    ) -> Result<(), TransportError> {
        // RFC 7983 § 7.
        match datagram.first() {
            Some(0..=3) => {
                let result = self.ice.receive(now, datagram);
                self.follow_path(out);
                Ok(result?)
            }
            Some(20..=63) => self.receive_dtls(now, datagram, out),
            _ => Ok(()),
        }
    }

    fn receive_dtls(&mut self, now: Instant, datagram: &[u8], out: &mut Vec<Output>) -> Result<(), TransportError> {
        let mut events = Vec::new();
        let mut result = self.dtls.receive(now, datagram, &mut events).map_err(TransportError::from);
        for event in events {
            match event {
                dtls::Event::Complete(material) => {
                    self.srtp = Some(Srtp::new(self.transport.crypto.crypto(), &material)?);
                    if self.ice.is_up() {
                        out.push(Output::Connected);
                    }
                }
                dtls::Event::Data(data) => {
                    self.stirred = true;
                    result = result.and(self.sctp.receive(now, data.freeze(), out).map_err(TransportError::from));
                }
                dtls::Event::Closed => self.ended(out),
            }
        }
        result
    }

    fn follow_path(&mut self, out: &mut Vec<Output>) {
        while let Some(up) = self.ice.poll() {
            if up && self.dtls.is_complete() {
                out.push(Output::Connected);
            }
        }
    }

    fn ended(&mut self, out: &mut Vec<Output>) {
        if !std::mem::replace(&mut self.closed, true) {
            self.srtp = None;
            out.push(Output::Closed);
        }
    }

    /// Decrypts an RTP packet of the client in place. `None` for anything forged, repeated or malformed, and before the
    /// handshake; the bytes may then be spoiled.
    pub(crate) fn open(&mut self, datagram: &mut [u8]) -> Option<Opened> {
        self.srtp.as_mut()?.open(datagram)
    }

    /// Decrypts a compound RTCP packet in place; its plain bytes are `datagram[..returned]`.
    pub(crate) fn open_rtcp(&mut self, datagram: &mut [u8]) -> Option<usize> {
        self.srtp.as_mut()?.open_rtcp(datagram)
    }

    /// See [`Srtp::may_have_sealed`].
    pub(crate) fn may_have_sent(&self, datagram: &[u8]) -> bool {
        self.srtp.as_ref().is_some_and(|srtp| srtp.may_have_sealed(datagram))
    }

    /// See [`Srtp::has_sealed`].
    pub(crate) fn has_sent(&self, datagram: &[u8]) -> bool {
        self.srtp.as_ref().is_some_and(|srtp| srtp.has_sealed(datagram))
    }

    /// A connectivity check beside those of the ICE agent, for an address that it knows nothing of.
    pub(crate) fn check(&self, id: TransactionId) -> Option<Vec<u8>> {
        let ((ours, _), (theirs, password)) = (self.ice.credentials(), self.ice.remote_credentials()?);
        stun::check(id, rand::random(), &format!("{theirs}:{ours}"), password)
    }

    /// Whether a response is the client's yes to [`Peer::check`].
    pub(crate) fn has_agreed(&self, response: &[u8]) -> bool {
        let remote = self.ice.remote_credentials();
        remote.is_some_and(|(_, password)| stun::is_success_signed_with(response, password))
    }

    /// Encrypts an RTP packet in place: `header` bytes of header, the payload, [`TAG`](super::TAG) bytes of room.
    /// `None` before the handshake: nothing may be sent. See [`Srtp::seal`] for what the caller must keep.
    pub(crate) fn seal(&mut self, packet: &mut [u8], header: usize, ssrc: u32, extended: u64) -> Option<()> {
        self.srtp.as_ref()?.seal(packet, header, ssrc, extended);
        Some(())
    }

    /// Encrypts a compound RTCP packet in place: its bytes and [`RTCP_ROOM`](super::RTCP_ROOM) bytes of room.
    pub(crate) fn seal_rtcp(&mut self, packet: &mut [u8]) -> Option<()> {
        self.srtp.as_mut()?.seal_rtcp(packet)
    }

    pub(crate) fn timeout(&mut self, now: Instant, out: &mut Vec<Output>) -> Result<(), TransportError> {
        let path = self.ice.timeout(now);
        self.follow_path(out);
        if !self.dtls.timeout(now) {
            self.ended(out);
        }
        self.stirred = true;
        self.sctp.timeout(now, out)?;
        Ok(path?)
    }

    pub(crate) fn deadline(&mut self) -> Option<Instant> {
        [self.ice.deadline(), self.dtls.deadline(), self.sctp.deadline()].into_iter().flatten().min()
    }

    /// The next datagram for the client. Best called after several inputs: it then acknowledges them together.
    pub(crate) fn transmit(&mut self, now: Instant) -> Option<BytesMut> {
        if std::mem::take(&mut self.stirred) {
            self.flush(now);
        }
        self.ice.transmit().or_else(|| self.dtls.transmit())
    }

    fn flush(&mut self, now: Instant) {
        self.sctp.transmit(now, &mut self.packets);
        for packet in self.packets.drain(..) {
            // It fails after a goodbye, when nobody waits for it.
            let _ = self.dtls.send(now, &packet);
        }
    }

    /// Bytes given to [`Peer::send_data`] that the client has not acknowledged; `None` if the channel is not open.
    pub(crate) fn backlog(&mut self, channel: Channel) -> Option<usize> {
        self.sctp.backlog(channel)
    }

    /// A binary message. Nothing happens if the channel is not open.
    pub(crate) fn send_data(&mut self, now: Instant, channel: Channel, data: &Bytes) -> Result<(), TransportError> {
        self.stirred = true;
        Ok(self.sctp.send(now, channel, data)?)
    }

    /// Reads no more of a channel for now. What comes waits, and SCTP's window stops the client once that is much.
    pub(crate) fn hold(&mut self, channel: Channel) {
        self.sctp.hold(channel);
    }

    /// Reads on, what waits first.
    pub(crate) fn resume(&mut self, now: Instant, out: &mut Vec<Output>) -> Result<(), TransportError> {
        self.stirred = true;
        Ok(self.sctp.resume(now, out)?)
    }

    /// Between our check and the client's answer, newest measurement; every two seconds there is one.
    pub(crate) fn round_trip(&self, now: Instant) -> Option<Duration> {
        self.ice.round_trip(now)
    }

    /// Whether the connection has ended for good, as opposed to being out of reach.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Says goodbye; [`Peer::transmit`] has the last datagrams.
    pub(crate) fn close(&mut self, now: Instant) {
        if !std::mem::replace(&mut self.closed, true) {
            self.flush(now);
            self.sctp.close();
            self.flush(now);
            self.dtls.close(now);
            self.srtp = None;
        }
    }

    /// The client's first flight was answered and the last one has not come.
    #[cfg(test)]
    pub(super) fn is_shaking_hands(&self) -> bool {
        self.dtls.deadline().is_some()
    }
}
