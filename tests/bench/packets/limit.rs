//! Load for the bare loop: the same packets at the same pace.

use super::meter::Meter;
use super::pace::paced;
use super::round::{Round, is_enough};
use super::scene::{DRAIN, MEASURED, millis};
use super::shape::{Burst, Shape};
use super::wire::{Wire, real_time};
use crate::bare::{self, Bare, FORWARD, NUMBER};
use anyhow::{Context, Result};
use ring::aead::LessSafeKey;
use std::net::Ipv4Addr;

/// Where the packet says which layer it is of, so that no two have the same nonce, and whose it is.
const LAYER: usize = 5;
const SENDER: std::ops::Range<usize> = 6..8;

struct Load {
    shape: Shape,
    server: Bare,
    wires: Vec<Wire>,
    keys: Vec<LessSafeKey>,
    /// Packets that each peer is to get, and has got.
    expected: Vec<u64>,
    arrived: Vec<u64>,
    /// When the watched sender's packets left, by number.
    left: Vec<u64>,
    latencies: Vec<f64>,
}

pub(crate) fn round(ip: Ipv4Addr, shape: Shape) -> Result<Round> {
    let peers = shape.peers();
    let wires = (0..peers).map(|_| Wire::new(ip)).collect::<Result<Vec<_>>>()?;
    let routes = (0..peers).map(|peer| {
        let audience = shape.audience(peer).into_iter().map(|other| wires[other].local).collect();
        (wires[peer].local, audience)
    });
    let server = Bare::start(ip, routes.collect())?;
    let keys = (0..peers).map(|_| bare::cipher()).collect::<Result<Vec<_>>>()?;
    let (expected, arrived) = (vec![0; peers], vec![0; peers]);
    let mut load = Load { shape, server, wires, keys, expected, arrived, left: Vec::new(), latencies: Vec::new() };
    let mut meter = Meter::start(std::process::id(), Some("bare"))?;
    paced(&mut load, shape.beats(), MEASURED, Load::beat, Load::receive)?;
    meter.stop()?;
    paced(&mut load, 1_000, DRAIN, |_, _| Ok(()), Load::receive)?;
    let forwarded = load.arrived.iter().sum();
    let short = load.expected.iter().zip(&load.arrived).filter(|(expected, got)| !is_enough(**got, **expected));
    Ok(Round {
        cpu: meter.cpu,
        expected: load.expected.iter().sum(),
        forwarded,
        delivered: forwarded,
        short: short.count(),
        others: meter.others,
        overflowed: meter.overflowed()?,
        latencies: load.latencies,
        ..Round::default()
    })
}

impl Load {
    fn beat(&mut self, beat: u32) -> Result<()> {
        for burst in self.shape.bursts(beat) {
            self.send(beat, burst)?;
        }
        Ok(())
    }

    fn send(&mut self, beat: u32, Burst { peer, source, size, .. }: Burst) -> Result<()> {
        self.shape.audience(peer).into_iter().for_each(|other| self.expected[other] += 1);
        let (sender, watched, _) = self.shape.watched();
        let is_watched = (peer, source) == (sender, watched);
        let number = if is_watched { u32::try_from(self.left.len())? } else { beat };
        for layer in 0..self.shape.layers(source) {
            let mut packet = vec![0; bare::HEADER + size];
            packet[NUMBER].copy_from_slice(&number.to_be_bytes());
            packet[FORWARD] = u8::from(layer == 0);
            packet[LAYER] = (source as u8) << 4 | u8::try_from(layer)?;
            packet[SENDER].copy_from_slice(&u16::try_from(peer)?.to_be_bytes());
            bare::seal(&self.keys[peer], &mut packet);
            if is_watched {
                self.left.push(real_time());
            }
            self.wires[peer].send(&packet, self.server.address);
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<()> {
        let (sender, source, receiver) = self.shape.watched();
        let mut buffer = [0; 2048];
        for (peer, wire) in self.wires.iter().enumerate() {
            while let Some((_, _, at)) = wire.receive(&mut buffer) {
                self.arrived[peer] += 1;
                let is_watched = peer == receiver
                    && buffer[SENDER] == u16::try_from(sender)?.to_be_bytes()
                    && buffer[LAYER] >> 4 == source as u8;
                let number = u32::from_be_bytes(*buffer[NUMBER].first_chunk().context("an empty packet")?);
                if is_watched && let Some(left) = self.left.get(number as usize) {
                    self.latencies.push(millis(at.saturating_sub(*left)));
                }
            }
        }
        Ok(())
    }
}
