//! Which line carries which stream.
//!
//! A line keeps its stream while the stream is wanted: moving a picture to another line would cost a key frame and a
//! flicker. The n-th microphone line and the n-th camera line are given to the same member where possible, because the
//! engine puts both into one media stream and browsers keep lips and voice together only within one.

use super::{Room, SlotLine, Stream};
use crate::api::{MemberId, Source};

impl Room {
    pub(super) fn assign(&mut self) {
        let members: Vec<MemberId> = self.seats.keys().copied().collect();
        for member in members {
            let wanted = self.wanted_by(member);
            if let Some(seat) = self.seats.get_mut(&member) {
                fill(&mut seat.lines, &wanted);
            }
        }
    }

    /// Streams that `member` should get, most important first.
    fn wanted_by(&self, member: MemberId) -> Vec<Stream> {
        let others = || self.seats.iter().filter(|(id, _)| **id != member);
        let mut wanted = Vec::new();
        for source in [Source::Microphone, Source::Camera] {
            wanted
                .extend(others().filter(|(_, seat)| seat.sends(source)).map(|(id, _)| Stream { member: *id, source }));
        }
        let mut sharers: Vec<_> = others().filter(|(_, seat)| seat.sends(Source::Screen)).collect();
        sharers.sort_by_key(|(_, seat)| std::cmp::Reverse(seat.share_order));
        let screens = self.lines(member).iter().filter(|line| line.source == Source::Screen).count();
        wanted.extend(sharers.into_iter().take(screens).map(|(id, _)| Stream { member: *id, source: Source::Screen }));
        wanted
    }
}

fn fill(lines: &mut [SlotLine], wanted: &[Stream]) {
    for line in lines.iter_mut() {
        line.carries = line.carries.filter(|stream| wanted.contains(stream));
    }
    for stream in wanted {
        if lines.iter().any(|line| line.carries == Some(*stream)) {
            continue;
        }
        if let Some(index) = best_free_line(lines, *stream) {
            lines[index].carries = Some(*stream);
        }
    }
}

/// A free line of the stream's sort: the one beside the member's other stream, else one whose neighbour is free too,
/// else any.
fn best_free_line(lines: &[SlotLine], stream: Stream) -> Option<usize> {
    let partner = match stream.source {
        Source::Microphone => Some(Source::Camera),
        Source::Camera => Some(Source::Microphone),
        Source::Screen => None,
    };
    let beside = |rank: usize| {
        partner.and_then(|source| lines.iter().filter(|line| line.source == source).nth(rank)).and_then(|l| l.carries)
    };
    let of_sort = lines.iter().enumerate().filter(|(_, line)| line.source == stream.source).enumerate();
    of_sort
        .filter(|(_, (_, line))| line.carries.is_none())
        .min_by_key(|(rank, _)| match beside(*rank) {
            Some(neighbour) if neighbour.member == stream.member => 0,
            None => 1,
            Some(_) => 2,
        })
        .map(|(_, (index, _))| index)
}
