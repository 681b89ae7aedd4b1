//! Any trace of loss, reordering, duplication, switches and wrap-around: what must hold of everything that left.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// What the network does to one packet on its way to us.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    /// Comes that many milliseconds later than the others.
    Late(u16),
    Twice(u16),
}

#[derive(Clone, Copy, Debug)]
enum Order {
    Want(Option<u8>),
    Source,
}

/// Stream and number of a packet as it came.
type Key = (u32, u64);

/// Where the numbers of a stream begin.
type Start = (u16, u32, u16);

#[derive(Clone, Debug)]
struct Trace {
    codec: Codec,
    /// Three streams for each of two sources.
    starts: Vec<Start>,
    pictures: u32,
    /// Key frames come every so many pictures.
    key_every: u32,
    /// Packets of a frame; and now and then one of padding.
    packets: u32,
    padding_every: u32,
    fates: Vec<Fate>,
    /// By picture.
    orders: Vec<(u32, Order)>,
    out_start: u16,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        12 => Just(Fate::Late(0)),
        2 => (1..120u16).prop_map(Fate::Late),
        1 => (0..120u16).prop_map(Fate::Twice),
        2 => Just(Fate::Lost),
    ]
}

fn trace(fates: impl Strategy<Value = Vec<Fate>>) -> impl Strategy<Value = Trace> {
    let order = prop_oneof![
        6 => (0..3u8).prop_map(|layer| Order::Want(Some(layer))),
        1 => Just(Order::Want(None)),
        1 => Just(Order::Source),
    ];
    let codec = prop_oneof![Just(Codec::Opus), Just(Codec::Vp8), Just(Codec::Vp9)];
    let starts = vec(any::<Start>(), 6);
    let shape = (5..90u32, 2..20u32, 1..4u32, 3..40u32);
    (codec, starts, shape, fates, vec((0..90u32, order), 0..10), any::<u16>()).prop_map(
        |(codec, starts, (pictures, key_every, packets, padding_every), fates, mut orders, out_start)| {
            orders.sort_by_key(|(at, _)| *at);
            Trace { codec, starts, pictures, key_every, packets, padding_every, fates, orders, out_start }
        },
    )
}

impl Trace {
    fn tick(&self) -> u32 {
        self.codec.clock_rate() / 50
    }

    /// What a stream sends for one picture, 20 ms after the one before.
    fn make(&self, stream: u32, picture: u32, next: &mut u64) -> Vec<Made> {
        let (_, timestamp, id) = self.starts[stream as usize];
        let timestamp = timestamp.wrapping_add(picture * self.tick());
        let id = id.wrapping_add(picture as u16);
        let is_key = picture.is_multiple_of(self.key_every);
        let mut made = Vec::new();
        let mut number = || std::mem::replace(next, *next + 1);
        match self.codec {
            Codec::Opus => made.push(opus(stream, number(), timestamp)),
            Codec::Vp8 => {
                made.extend((0..self.packets).map(|at| vp8(stream, number(), timestamp, is_key, at == 0, id)));
                made.last_mut().expect("a frame has packets").marker = true;
            }
            Codec::Vp9 => {
                for spatial in 0..3u8 {
                    // Now and then a layer begins without a key picture.
                    let enters = spatial > 0 && (picture + u32::from(spatial)).is_multiple_of(7);
                    for at in 0..self.packets {
                        let (starts, ends) = (at == 0, at + 1 == self.packets);
                        let (is_inter_predicted, marker) = (!is_key && !enters, ends && spatial == 2);
                        let frame = Vp9 { spatial, is_inter_predicted, starts, ends, picture: id, marker };
                        made.push(vp9(stream, number(), timestamp, frame));
                    }
                }
            }
        }
        if (picture + stream).is_multiple_of(self.padding_every) {
            let last = made.last().expect("a frame has packets").clone();
            made.push(Made { extended: number(), payload: Vec::new(), marker: false, ..last });
        }
        made
    }

    fn run(&self) -> Run {
        let mut next: Vec<u64> = self.starts.iter().map(|(start, ..)| u64::from(*start)).collect();
        let (mut made, mut arrivals, mut fates) = (HashMap::new(), Vec::new(), self.fates.iter().cycle());
        for picture in 0..self.pictures {
            let mut at = u64::from(picture) * 20_000;
            for stream in 0..6 {
                for packet in self.make(stream, picture, &mut next[stream as usize]) {
                    let key = (stream, packet.extended);
                    at += 1;
                    let later = |more: &u16| at + u64::from(*more) * 1_000;
                    match fates.next().expect("endless") {
                        Fate::Lost => {}
                        Fate::Late(more) => arrivals.push((later(more), key)),
                        Fate::Twice(more) => arrivals.extend([(at, key), (later(more), key)]),
                    }
                    made.insert(key, packet);
                }
            }
        }
        arrivals.sort_by_key(|(at, _)| *at);

        let mut run = Run { made, left: Vec::new() };
        let now = origin();
        let mut out = Outgoing::new((1, self.out_start), None);
        let (mut orders, mut source) = (self.orders.iter().peekable(), 0);
        let choose = |source: u32, at: u8| match self.codec {
            Codec::Vp9 => layer(source * 3, at),
            Codec::Opus | Codec::Vp8 => layer(source * 3 + u32::from(at), 0),
        };
        out.want(Some(choose(source, 0)));
        for (at, key) in arrivals {
            while let Some((_, order)) = orders.next_if(|(picture, _)| u64::from(*picture) * 20_000 <= at) {
                match order {
                    Order::Want(wanted) => out.want(wanted.map(|wanted| choose(source, wanted))),
                    Order::Source => {
                        source = 1 - source;
                        out.change_source();
                        out.want(Some(choose(source, 0)));
                    }
                }
            }
            let now = now + Duration::from_micros(at);
            if let Ok(left) = pass(&mut out, now, &run.made[&key]) {
                // Right after the newest one left, it and some before can be sent again.
                for behind in [0, 1, 5, 30] {
                    run.check_resend(&mut out, now, behind);
                }
                run.left.push((key, left));
                run.check_resend(&mut out, now, 0);
            }
        }
        run
    }
}

struct Run {
    made: HashMap<Key, Made>,
    left: Vec<(Key, Left)>,
}

impl Run {
    fn check_resend(&self, out: &mut Outgoing, now: Instant, behind: usize) {
        let Some((key, left)) = self.left.len().checked_sub(1 + behind).map(|at| &self.left[at]) else { return };
        let made = &self.made[key];
        let Some(resend) = out.resend(now, Duration::ZERO, left.header.sequence as u16) else { return };
        assert_eq!((resend.stream.0, resend.extended), *key);
        let mut arena = [0; 64];
        let again = resend.write(made.timestamp, made.marker, &made.payload, &mut arena).expect("fits");
        assert_eq!(arena[..2], (left.header.sequence as u16).to_be_bytes());
        assert_eq!(arena[2..again.length], left.payload);
        assert_eq!((again.timestamp, again.marker), (left.header.timestamp, left.header.marker));
    }

    /// By outgoing number; fails if one was used twice, or a packet left twice.
    fn by_sequence(&self) -> Result<BTreeMap<u64, (Key, &Left)>, TestCaseError> {
        let mut sorted = BTreeMap::new();
        let mut keys = std::collections::HashSet::new();
        for (key, left) in &self.left {
            let before = sorted.insert(left.header.sequence, (*key, left));
            prop_assert!(before.is_none(), "number {} for two packets", left.header.sequence);
            prop_assert!(keys.insert(*key), "{key:?} left twice");
        }
        Ok(sorted)
    }
}

/// The payload with the publisher's own numbers.
fn restored(made: &Made, left: &Left) -> Vec<u8> {
    let descriptor = made.read().descriptor;
    let mut payload = left.payload.clone();
    let picture = descriptor.picture_id().map_or(0, |(id, _)| id);
    descriptor.write(&mut payload, picture, descriptor.layer_zero().unwrap_or(0));
    payload
}

fn check(trace: &Trace) -> Result<(), TestCaseError> {
    let run = trace.run();
    let sorted = run.by_sequence()?;
    let first = u64::from(trace.out_start & 0x3fff) + 1;
    prop_assert!(sorted.keys().next().is_none_or(|sequence| *sequence == first));
    let mut before: Option<(Key, &Left)> = None;
    for (key, left) in sorted.values() {
        let made = &run.made[key];
        prop_assert_eq!(&restored(made, left), &made.payload);
        prop_assert!(left.header.marker || !made.marker);
        let Some((key_before, left_before)) = before.replace((*key, left)) else {
            prop_assert!(made.is_key(), "begins with a key frame");
            continue;
        };

        let made_before = &run.made[&key_before];
        let step = left.header.sequence - left_before.header.sequence;
        let is_same_frame = key.0 == key_before.0 && made.timestamp == made_before.timestamp;
        let passed = left.header.timestamp.wrapping_sub(left_before.header.timestamp) as i32;
        prop_assert_eq!(passed == 0, is_same_frame, "a frame has one timestamp");
        prop_assert!(passed >= 0, "time runs back by {}", passed);

        // Nothing tells a new stretch of the same stream from the old one but that it follows on with a key frame.
        let may_begin = step == 1 && made.is_key();
        if key.0 == key_before.0 && !may_begin {
            prop_assert!(key.1 > key_before.1);
            let between = key_before.1 + 1..key.1;
            let chosen = |number: &u64| {
                let made = &run.made[&(key.0, *number)];
                !made.payload.is_empty() && made.spatial() == 0
            };
            let least = between.clone().filter(chosen).count() as u64;
            prop_assert!((least..=between.end - between.start).contains(&(step - 1)), "gap {} of {least}", step - 1);
            let pictures = made.timestamp.wrapping_sub(made_before.timestamp) / trace.tick();
            check_numbers(trace.codec, left_before, left, pictures)?;
        } else if key.0 != key_before.0 {
            prop_assert!(may_begin, "another stream begins with a key frame and no gap");
            check_numbers(trace.codec, left_before, left, 1)?;
        }
    }
    Ok(())
}

fn check_numbers(codec: Codec, before: &Left, left: &Left, pictures: u32) -> Result<(), TestCaseError> {
    let ((id_before, zero_before), (id, zero)) = (before.picture(codec), left.picture(codec));
    if let (Some(id_before), Some(id), Some(zero_before), Some(zero)) = (id_before, id, zero_before, zero) {
        prop_assert_eq!(u32::from(id.wrapping_sub(id_before) & 0x7fff), pictures);
        prop_assert_eq!(zero.wrapping_sub(zero_before), pictures as u8);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn whatever_the_network_does(trace in trace(vec(fate(), 1..200))) {
        check(&trace)?;
    }

    #[test]
    fn on_a_whole_path_nothing_is_missing(trace in trace(Just(vec![Fate::Late(0)]))) {
        check(&trace)?;
        let run = trace.run();
        let sorted = run.by_sequence()?;
        for (before, after) in sorted.values().zip(sorted.values().skip(1)) {
            prop_assert_eq!(after.1.header.sequence, before.1.header.sequence + 1);
            let ends = run.made[&before.0].timestamp != run.made[&after.0].timestamp || before.0.0 != after.0.0;
            // A layer left in the middle of a frame, and one that is entered, have no marker at the end.
            if ends && trace.codec != Codec::Opus && before.0.0 == after.0.0 && !run.made[&after.0].is_key() {
                prop_assert!(before.1.header.marker);
            }
        }
    }

    #[test]
    fn any_payload_is_survived(
        payload in vec(any::<u8>(), 0..12),
        packets in vec((0..3u32, 0..100_000u64, any::<u32>(), 0..3u8), 0..60),
    ) {
        let (mut out, now) = (outgoing(), origin());
        let mut used = std::collections::HashSet::new();
        for (stream, extended, timestamp, wanted) in packets {
            out.want(Some(layer(u32::from(wanted), wanted)));
            for codec in [Codec::Opus, Codec::Vp8, Codec::Vp9] {
                let made = Made { stream, codec, extended, timestamp, marker: false, payload: payload.clone() };
                if let Ok(left) = pass(&mut out, now, &made) {
                    prop_assert!(used.insert(left.header.sequence));
                    prop_assert!(left.header.sequence <= 1_000 * used.len() as u64 + 1);
                    out.resend(now, Duration::ZERO, left.header.sequence as u16).unwrap();
                }
            }
        }
    }

    #[test]
    fn each_number_is_used_once(start in any::<u16>(), steps in vec(-900..1_000i64, 1..300)) {
        let start = u64::from(start) + 10_000;
        let (mut seen, mut model) = (super::super::seen::Seen::new(start), std::collections::HashSet::new());
        let mut at = 0;
        for step in std::iter::once(1).chain(steps) {
            at = seen.newest() as i64 + step;
            let is_first = at as u64 > start && model.insert(at);
            prop_assert_eq!(seen.first_time(at as u64), is_first, "{}", at);
        }
        prop_assert!(!seen.first_time(at as u64));
        prop_assert!(!seen.first_time(seen.newest() - 2_048));
    }
}
