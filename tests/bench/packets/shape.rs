//! Who sends how much to whom.

use sfu::Source;

/// Rooms of three, each of whom sends and sees the others: what a large hospital's server carries on a bad day.
const ROOMS: usize = 100;
const SEATS: usize = 3;
pub(crate) const LAYERS: [&str; 3] = ["q", "h", "f"];
/// Pictures and packets of sound of each member in a second, and bytes of each.
const PICTURES: u32 = 20;
const PICTURE: usize = 1_000;
const SOUNDS: u32 = 50;
const SOUND: usize = 100;
/// Groups of members that take turns, so that not all send in the same instant.
const GROUPS: u32 = 10;
/// Bytes of a lecturer's packets.
const PAYLOAD: usize = 1_100;
/// A picture of so many is a key frame.
const KEY_FRAME: u32 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One who sends so many packets in a second, and those who watch.
    Lecture {
        subscribers: usize,
        pace: u32,
    },
    Rooms,
}

/// What one peer sends at a beat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Burst {
    pub(crate) peer: usize,
    pub(crate) source: Source,
    pub(crate) size: usize,
    pub(crate) is_key: bool,
}

impl Shape {
    pub(crate) const ALL: [Shape; 5] = [
        Shape::Lecture { subscribers: 10, pace: 200 },
        Shape::Lecture { subscribers: 50, pace: 200 },
        Shape::Lecture { subscribers: 200, pace: 200 },
        Shape::Lecture { subscribers: 50, pace: 1_000 },
        Shape::Rooms,
    ];

    /// As it is asked for.
    pub(crate) fn name(self) -> String {
        match self {
            Shape::Lecture { subscribers, pace } => format!("{subscribers}@{pace}"),
            Shape::Rooms => "rooms".into(),
        }
    }

    pub(crate) fn title(self) -> String {
        match self {
            Shape::Lecture { subscribers, pace } => {
                format!("1 → {subscribers}, {pace} packets/s of {PAYLOAD} bytes")
            }
            Shape::Rooms => format!(
                "{ROOMS} rooms of three, each sends {} layers of {PICTURES} packets/s of {PICTURE} bytes (one of them is \
                 forwarded) and {SOUNDS} packets/s of sound of {SOUND} bytes",
                LAYERS.len()
            ),
        }
    }

    pub(crate) fn peers(self) -> usize {
        match self {
            Shape::Lecture { subscribers, .. } => 1 + subscribers,
            Shape::Rooms => ROOMS * SEATS,
        }
    }

    /// A peer's room and seat in it.
    pub(crate) fn seat(self, peer: usize) -> (usize, usize) {
        match self {
            Shape::Lecture { .. } => (0, peer),
            Shape::Rooms => (peer / SEATS, peer % SEATS),
        }
    }

    /// To whom that peer's packets go.
    pub(crate) fn audience(self, peer: usize) -> Vec<usize> {
        match self {
            Shape::Lecture { subscribers, .. } if peer == 0 => (1..=subscribers).collect(),
            Shape::Lecture { .. } => Vec::new(),
            Shape::Rooms => {
                let first = peer / SEATS * SEATS;
                (first..first + SEATS).filter(|other| *other != peer).collect()
            }
        }
    }

    /// Whose packets are watched by whom on their way: the last to be served, of what is sent most often.
    pub(crate) fn watched(self) -> (usize, Source, usize) {
        match self {
            Shape::Lecture { subscribers, .. } => (0, Source::Camera, subscribers),
            Shape::Rooms => (self.peers() - 2, Source::Microphone, self.peers() - 1),
        }
    }

    /// In a second.
    pub(crate) fn beats(self) -> u32 {
        match self {
            Shape::Lecture { pace, .. } => pace,
            Shape::Rooms => SOUNDS * GROUPS,
        }
    }

    pub(crate) fn bursts(self, beat: u32) -> Vec<Burst> {
        let burst = |peer, source, size, is_key| Burst { peer, source, size, is_key };
        match self {
            Shape::Lecture { .. } => vec![burst(0, Source::Camera, PAYLOAD, beat.is_multiple_of(KEY_FRAME))],
            Shape::Rooms => {
                let (turn, group) = (beat / GROUPS, beat % GROUPS);
                let picture = turn * PICTURES / SOUNDS;
                let has_picture = picture != (turn + 1) * PICTURES / SOUNDS;
                let members = (group as usize..self.peers()).step_by(GROUPS as usize);
                let sound = |peer| burst(peer, Source::Microphone, SOUND, false);
                let picture = |peer| burst(peer, Source::Camera, PICTURE, picture.is_multiple_of(KEY_FRAME));
                members.flat_map(|peer| [Some(sound(peer)), has_picture.then(|| picture(peer))]).flatten().collect()
            }
        }
    }

    /// Packets in a second of one stream of that source.
    pub(crate) fn rate(self, source: Source) -> u32 {
        match (self, source) {
            (Shape::Lecture { pace, .. }, _) => pace,
            (Shape::Rooms, Source::Microphone) => SOUNDS,
            (Shape::Rooms, _) => PICTURES,
        }
    }

    /// Whether a subscriber gets more than an SFU believes in at first, so that probes have to find the rest.
    pub(crate) fn is_probed(self) -> bool {
        matches!(self, Shape::Lecture { .. })
    }

    /// Streams that a burst of that source is sent in; one of them is forwarded.
    pub(crate) fn layers(self, source: Source) -> usize {
        match (self, source) {
            (Shape::Rooms, Source::Camera) => LAYERS.len(),
            _ => 1,
        }
    }
}
