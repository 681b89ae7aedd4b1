//! VP9 with spatial layers: what is dropped, where the picture ends, where layers change.

use super::*;

/// A publisher that sends two packets for each of three layers.
struct Publisher {
    next: u64,
    picture: u16,
}

impl Publisher {
    fn new() -> Publisher {
        Publisher { next: 500, picture: 30 }
    }

    /// `entries`: layers that use no earlier picture.
    fn picture(&mut self, entries: &[u8]) -> Vec<Made> {
        self.picture += 1;
        let timestamp = u32::from(self.picture) * 3_000;
        let mut made = Vec::new();
        for (spatial, starts) in [(0, true), (0, false), (1, true), (1, false), (2, true), (2, false)] {
            let is_inter_predicted = !entries.contains(&spatial);
            let marker = spatial == 2 && !starts;
            let frame = Vp9 { spatial, is_inter_predicted, starts, ends: !starts, picture: self.picture, marker };
            made.push(vp9(1, self.next, timestamp, frame));
            self.next += 1;
        }
        made
    }
}

/// Layer, outgoing number and marker of what left.
fn leave(out: &mut Outgoing, picture: &[Made]) -> Vec<(u8, u64, bool)> {
    let now = origin();
    let pass = |made: &Made| {
        let left = pass(out, now, made).ok()?;
        Some((made.spatial(), left.header.sequence, left.header.marker))
    };
    picture.iter().filter_map(pass).collect()
}

const KEY: &[u8] = &[0, 1, 2];

#[test]
fn layers_above_the_wanted_one_are_dropped_without_a_gap() {
    let (mut out, mut publisher) = (outgoing(), Publisher::new());
    out.want(Some(layer(1, 1)));
    let first = leave(&mut out, &publisher.picture(KEY));
    assert_eq!(first, [(0, 1, false), (0, 2, false), (1, 3, false), (1, 4, true)]);
    let second = leave(&mut out, &publisher.picture(&[]));
    assert_eq!(second, [(0, 5, false), (0, 6, false), (1, 7, false), (1, 8, true)]);
}

#[test]
fn down_goes_with_the_next_picture() {
    let (mut out, mut publisher) = (outgoing(), Publisher::new());
    out.want(Some(layer(1, 2)));
    let picture = publisher.picture(KEY);
    leave(&mut out, &picture[..5]);
    out.want(Some(layer(1, 0)));
    assert_eq!(leave(&mut out, &picture[5..]), [(2, 6, true)], "a begun picture is ended");
    assert_eq!(leave(&mut out, &publisher.picture(&[])), [(0, 7, false), (0, 8, true)]);
    assert_eq!(out.shown(), Some(layer(1, 0)));
}

#[test]
fn up_goes_with_a_key_picture_or_a_frame_that_uses_none_before() {
    let (mut out, mut publisher) = (outgoing(), Publisher::new());
    out.want(Some(layer(1, 0)));
    leave(&mut out, &publisher.picture(KEY));
    out.want(Some(layer(1, 2)));
    assert_eq!(out.awaits_key_frame(), Some(StreamId(1)));
    assert_eq!(leave(&mut out, &publisher.picture(&[])).len(), 2);
    // Layer 2 alone is of no use without layer 1.
    assert_eq!(leave(&mut out, &publisher.picture(&[2])).len(), 2);
    let up = leave(&mut out, &publisher.picture(&[1]));
    assert_eq!(up, [(0, 7, false), (0, 8, true), (1, 9, false), (1, 10, true)]);
    let key = leave(&mut out, &publisher.picture(KEY));
    assert_eq!(key.iter().map(|left| left.2).collect::<Vec<_>>(), [false, false, false, false, false, true]);
    assert_eq!(out.awaits_key_frame(), None);
}

#[test]
fn a_key_picture_without_its_first_packet_still_lets_layers_change() {
    let (mut out, mut publisher) = (outgoing(), Publisher::new());
    out.want(Some(layer(1, 0)));
    leave(&mut out, &publisher.picture(KEY));
    out.want(Some(layer(1, 2)));
    let key = publisher.picture(KEY);
    assert_eq!(leave(&mut out, &key[1..]).first(), Some(&(0, 4, false)));
    assert_eq!(leave(&mut out, &key[..1]), [(0, 3, false)]);
}

#[test]
fn a_dropped_packet_that_comes_late_leaves_a_gap_and_an_empty_answer() {
    let (mut out, mut publisher) = (outgoing(), Publisher::new());
    out.want(Some(layer(1, 0)));
    let (first, second) = (publisher.picture(KEY), publisher.picture(&[]));
    leave(&mut out, &first[..5]);
    assert_eq!(leave(&mut out, &second[..1]), [(0, 4, false)]);
    assert_eq!(pass(&mut out, origin(), &first[5]), Err(Verdict::NotChosen));
    let resend = out.resend(origin(), millis(50), 3).unwrap();
    assert_eq!((resend.stream, resend.extended), (StreamId(1), first[5].extended));
    let mut arena = [0; 64];
    let answer = resend.write(first[5].timestamp, true, &first[5].payload, &mut arena).unwrap();
    assert_eq!((answer.length, &arena[..2]), (2, &[0, 3][..]));
}
