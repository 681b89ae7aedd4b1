//! A peer and a client with a network between them, in virtual time.

use super::client::{Client, THERE};
use crate::net::announce::candidates;
use crate::net::clock;
use crate::transport::{Output, Peer, Transport, TransportError, is_rtcp};
use bytes::BytesMut;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// One way.
const DELAY: Duration = Duration::from_millis(15);
const STEP: Duration = Duration::from_millis(5);

pub(super) fn transport() -> Transport {
    Transport::new(candidates(&[THERE.ip()], THERE.port(), true)).unwrap()
}

pub(super) struct Link {
    pub(super) now: Instant,
    pub(super) peer: Peer,
    pub(super) client: Client,
    pub(super) outputs: Vec<Output>,
    /// Decrypted, header and payload.
    pub(super) rtp: Vec<Vec<u8>>,
    pub(super) rtcp: Vec<Vec<u8>>,
    /// Datagrams in a hundred that are lost, each way.
    pub(super) loss: u32,
    pub(super) random: StdRng,
    to_peer: VecDeque<(Instant, BytesMut)>,
    to_client: VecDeque<(Instant, BytesMut)>,
}

impl Link {
    pub(super) fn new() -> Link {
        Link::with_offer(|offer| offer).ok().unwrap()
    }

    pub(super) fn with_offer(change: impl FnOnce(String) -> String) -> Result<Link, TransportError> {
        let now = clock::now();
        let mut client = Client::new(now);
        let offer = change(client.offer(now, false));
        let (peer, local) = Peer::answer(now, &transport(), &offer, &Client::publish(), &Client::receive_on())?;
        client.accept(now, local.sdp);
        Ok(Link {
            now,
            peer,
            client,
            outputs: Vec::new(),
            rtp: Vec::new(),
            rtcp: Vec::new(),
            loss: 0,
            random: StdRng::seed_from_u64(1),
            to_peer: VecDeque::new(),
            to_client: VecDeque::new(),
        })
    }

    pub(super) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        self.run_while(|link| link.now < until);
    }

    /// Gives up after a minute.
    pub(super) fn run_while(&mut self, mut on: impl FnMut(&Link) -> bool) -> Duration {
        let begun = self.now;
        while on(self) {
            assert!(
                self.now - begun < Duration::from_secs(60),
                "nothing comes of it: {:?} {}",
                self.outputs,
                self.client.state
            );
            self.step();
        }
        self.now - begun
    }

    pub(super) fn restart(&mut self) {
        let offer = self.client.offer(self.now, true);
        let local = self.peer.restart(self.now, &offer).ok().unwrap();
        self.client.accept(self.now, local.sdp);
    }

    /// Puts a datagram of the peer on the wire.
    pub(super) fn send(&mut self, datagram: &[u8]) {
        self.to_client.push_back((self.now + DELAY, BytesMut::from(datagram)));
    }

    pub(super) fn is_connected(&self) -> bool {
        self.outputs.contains(&Output::Connected)
    }

    fn step(&mut self) {
        self.now += STEP;
        let now = self.now;
        while let Some((_, mut datagram)) = self.to_peer.pop_front_if(|(at, _)| *at <= now) {
            if !(128..=191).contains(&datagram[0]) {
                // Repeated and late records are errors that change nothing.
                let _ = self.peer.receive(now, &datagram, &mut self.outputs);
            } else if is_rtcp(&datagram) {
                let opened = self.peer.open_rtcp(&mut datagram);
                self.rtcp.extend(opened.map(|end| datagram[..end].to_vec()));
            } else if let Some(opened) = self.peer.open(&mut datagram) {
                self.rtp.push(datagram[..opened.end].to_vec());
            }
        }
        if self.peer.deadline().is_some_and(|at| at <= now) {
            self.peer.timeout(now, &mut self.outputs).unwrap();
        }
        while let Some(datagram) = self.peer.transmit(now) {
            if !self.is_lost() {
                self.to_client.push_back((now + DELAY, datagram));
            }
        }
        while let Some((_, datagram)) = self.to_client.pop_front_if(|(at, _)| *at <= now) {
            self.client.receive(now, &datagram);
        }
        for datagram in self.client.transmit(now) {
            if !self.is_lost() {
                self.to_peer.push_back((now + DELAY, datagram));
            }
        }
    }

    fn is_lost(&mut self) -> bool {
        self.random.random_range(0..100) < self.loss
    }
}
