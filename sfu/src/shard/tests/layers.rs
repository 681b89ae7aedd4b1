//! What can be had of a source, by what comes of it.

use super::super::layer::Rung;
use super::super::uplink::{ALL, Uplink};
use super::stage::Stage;
use super::*;
use crate::api::Source;
use crate::net::clock;
use crate::packet::{Codec, HeaderWriter};
use crate::transport::{Extensions, Published};
use std::time::Duration;

const FRAME: Duration = Duration::from_millis(33);
const SIZES: [usize; 3] = [600, 1_000, 1_100];

/// A camera of one VP9 stream with three spatial layers.
struct Camera {
    now: Instant,
    uplink: Uplink,
    counters: Counters,
    next_stream: u32,
    sequence: u16,
    picture: u16,
}

impl Camera {
    fn new() -> Camera {
        let offered = crate::transport::payload(Codec::Vp9, 98, Some(99));
        let published = Published {
            mid: "cam".to_owned(),
            source: Source::Camera,
            payloads: vec![offered],
            extensions: Extensions::default(),
            rids: Vec::new(),
            ssrcs: vec![5],
            repairs: vec![(5, 6)],
        };
        Camera {
            now: clock::now(),
            uplink: Uplink::new(&[published]),
            counters: Counters::default(),
            next_stream: 7,
            sequence: 65_000,
            picture: 0,
        }
    }

    /// One picture of the lowest `layers` layers.
    fn picture(&mut self, layers: usize, is_key: bool) {
        self.now += FRAME;
        self.picture = (self.picture + 1) & 0x7fff;
        for (spatial, size) in SIZES.into_iter().enumerate().take(layers) {
            let is_last = spatial + 1 == layers;
            // I, L, F, B, E; P unless key; V with the sizes.
            let flags = 0x80 | 0x20 | 0x10 | 0x08 | 0x04 | if is_key { 0 } else { 0x40 };
            let has_sizes = is_key && spatial == 0;
            let [high, low] = self.picture.to_be_bytes();
            let mut payload = vec![
                flags | if has_sizes { 0x02 } else { 0 },
                0x80 | high,
                low,
                (spatial as u8) << 1 | u8::from(spatial > 0),
            ];
            if !is_key {
                payload.push(1 << 1);
            }
            if has_sizes {
                payload.push(2 << 5 | 0x10);
                for height in [180u16, 360, 720] {
                    payload.extend((height * 16 / 9).to_be_bytes());
                    payload.extend(height.to_be_bytes());
                }
            }
            payload.resize(size, 0);
            let mut packet = vec![0; 12];
            let header = HeaderWriter {
                marker: is_last,
                payload_type: 98,
                sequence: self.sequence,
                timestamp: u32::from(self.picture) * 2_970,
                ssrc: 5,
            };
            self.sequence = self.sequence.wrapping_add(1);
            header.write(&mut packet, &[]);
            packet.extend(payload);
            let heard = self.uplink.receive(self.now, &packet, &mut self.next_stream, &self.counters);
            assert!(heard.is_ok_and(|heard| usize::from(heard.incoming.spatial()) == spatial));
        }
    }

    fn available(&mut self) -> Vec<Rung> {
        self.uplink.publications[0].available(self.now)
    }
}

#[test]
fn the_spatial_layers_of_one_stream_are_its_qualities() {
    let mut camera = Camera::new();
    (0..90).for_each(|n| camera.picture(3, n == 0));
    let rungs = camera.available();
    let heights: Vec<_> = rungs.iter().map(|rung| (rung.height, rung.key.spatial, rung.key.stream.0)).collect();
    assert_eq!(heights, [(180, 0, 7), (360, 1, 7), (720, 2, 7)]);
    let rates: Vec<_> = rungs.iter().map(|rung| rung.rate.as_bits() / 1_000).collect();
    assert!(
        (145..175).contains(&rates[0]) && (390..440).contains(&rates[1]) && (650..730).contains(&rates[2]),
        "{rates:?}"
    );
    // The sender gives the highest up by itself: it cannot be had.
    (0..60).for_each(|_| camera.picture(2, false));
    assert_eq!(camera.available().len(), 2);
}

#[test]
fn what_nobody_wanted_can_be_had_again() {
    let mut camera = Camera::new();
    (0..90).for_each(|n| camera.picture(3, n == 0));
    let now = camera.now;
    assert_eq!(camera.uplink.publications[0].want(now, 1), None, "not at once");
    (0..70).for_each(|_| camera.picture(3, false));
    let now = camera.now;
    assert_eq!(camera.uplink.publications[0].want(now, 1), Some(1));
    (0..60).for_each(|_| camera.picture(1, false));
    let rungs = camera.available();
    assert!(rungs.len() == 3 && rungs[2].rate.as_bits() > 500_000, "with the rates that they had: {rungs:?}");
    let now = camera.now;
    assert_eq!(camera.uplink.publications[0].want(now, ALL), Some(ALL));
    assert_eq!(camera.available().len(), 3, "it may take a moment");
    (0..120).for_each(|_| camera.picture(1, false));
    assert_eq!(camera.available().len(), 1, "and did not come");
}

#[test]
fn a_layer_that_its_sender_cannot_send_is_not_asked_for_in_vain_and_shown_when_it_comes() {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, false);
    stage.view(b, &[("c0", 720)]);
    stage.run(Duration::from_secs(6));
    // Its network carries the smallest layer alone, whatever the sender is told.
    stage.people[a].layers = 1;
    let starve = |stage: &mut Stage, seconds: u64| {
        let end = stage.now + Duration::from_secs(seconds);
        while stage.now < end {
            let unheard = stage.people[a].wire.events();
            stage.people[a].events.extend(unheard);
            stage.step();
        }
    };
    starve(&mut stage, 4);
    let (before, _) = (stage.shard.counters.pli_sent.get(), stage.people[a].events.clear());
    starve(&mut stage, 20);
    let asked = stage.shard.counters.pli_sent.get() - before;
    assert!(asked <= 1, "each request costs a key frame of what does come, and there were {asked}");
    let told = |event: &PeerEvent| match event {
        PeerEvent::Wanted { layers, .. } => Some(*layers),
        _ => None,
    };
    let told: Vec<_> = stage.people[a].events.iter().filter_map(told).collect();
    assert_eq!(told, [1, ALL].repeat(4), "every five seconds, and last that all are wanted");
    assert!(stage.layers_of(b, "c0")[0] > 300);
    stage.people[a].layers = ALL;
    stage.run(Duration::from_secs(4));
    assert!(stage.layers_of(b, "c0")[2] > 50);
    stage.people[a].events.clear();
    stage.run(Duration::from_secs(20));
    assert!(stage.people[a].events.iter().all(|event| !matches!(event, PeerEvent::Wanted { .. })), "all come");
}
