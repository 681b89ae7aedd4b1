//! Who gets which layer: a subscriber's wishes against what its path carries, and what senders are told of it.

use super::layer::Rung;
use super::live::LiveRoom;
use super::member::Phase;
use super::uplink::ALL;
use crate::alloc::{self, Kind, Layer, Wish};
use crate::api::{PeerEvent, Source};
use crate::congestion::DataRate;
use crate::room::Stream;
use crate::send::LayerKey;
use crate::state::Channel;
use std::time::{Duration, Instant};

/// While a path has not answered, nothing is known of it. For so long it is treated with care; after that the client is
/// taken for one that never answers. More: clients without transport-wide feedback begin with small pictures. Less: a
/// slow one begins with a queue.
const UNKNOWN: Duration = Duration::from_secs(3);
/// And so much is the lowest layer taken for meanwhile, at most: a picture that came is not taken away again because
/// nothing was proven yet. More: it is. Less: a weak path begins with a queue.
const BEGINNING: DataRate = DataRate::kilobits(150);
/// Loss above which a client that sends no transport-wide feedback is cut down. More: its path stays full. Less: a path
/// that loses by chance has no picture.
const LOSSY: f64 = 0.1;
/// Nobody wishes for more.
const ENOUGH: DataRate = DataRate::kilobits(1_000_000);
/// A picture that is shown so much higher than all others is the presenter's.
const PRESENTER: (u32, u32) = (3, 2);
/// Waiting bytes from which data wants a part, and how much of one.
const BACKLOG: usize = 8 * 1024;
const DATA: DataRate = DataRate::kilobits(500);

/// A slot that shows something, and the layers it could show.
struct Ladder {
    slot: usize,
    stream: Stream,
    keys: Vec<LayerKey>,
    layers: Vec<Layer>,
    /// Pixels.
    height: u16,
    current: Option<u8>,
}

impl LiveRoom {
    /// Chooses anew what one member's slots show.
    pub(super) fn allocate(&mut self, now: Instant, place: usize) {
        let ladders = self.ladders(now, place);
        let Some(member) = self.members.get_mut(place).and_then(Option::as_mut) else { return };
        let waiting = member.peer.backlog(Channel::State).is_some_and(|bytes| bytes >= BACKLOG);
        let downlink = &mut member.downlink;
        let is_new = downlink.connected.is_none_or(|at| now.saturating_duration_since(at) < UNKNOWN);
        let data = [Layer { number: 0, rate: DATA, height: 0 }];
        let mut wishes: Vec<Wish<'_, Option<Stream>>> = ladders
            .iter()
            .map(|ladder| Wish {
                stream: Some(ladder.stream),
                kind: kind(ladder, &ladders),
                layers: &ladder.layers,
                height: ladder.height,
                current: ladder.current,
            })
            .collect();
        if waiting {
            wishes.push(Wish { stream: None, kind: Kind::Data, layers: &data, height: 0, current: None });
        }
        let (answers, claimed) = (downlink.answers, downlink.claimed);
        let estimate = downlink.estimate();
        estimate.want(alloc::wanted(&wishes));
        let budget = match answers || is_new || estimate.loss() > LOSSY {
            true => estimate.budget(),
            false => claimed.unwrap_or(DataRate::MAX).min(ENOUGH),
        };
        let choices = downlink.switching.choose(now, budget, &wishes);
        let mut changed = Vec::new();
        for (ladder, choice) in ladders.iter().zip(choices) {
            let slot = &mut downlink.slots[ladder.slot];
            let key = choice.layer.and_then(|number| ladder.keys.get(usize::from(number)).copied());
            let enough = |number: u8| {
                let at = usize::from(number);
                at + 1 == ladder.layers.len() || ladder.layers[at].height >= ladder.height
            };
            slot.is_held_back = ladder.height > 0 && !ladder.keys.is_empty() && !choice.layer.is_some_and(enough);
            if slot.choice != key {
                self.counters.switches.add(1);
                slot.choice = key;
                slot.outgoing.want(key);
                if slot.outgoing.awaits_key_frame().is_some() {
                    changed.push(ladder.slot);
                }
            }
        }
        let is_connected = member.phase == Phase::Connected;
        let deadline = member.deadline(now);
        self.wake_at(place, Some(deadline));
        for slot in changed.into_iter().filter(|_| is_connected) {
            self.request_for(now, place, slot, |requests| requests.want(now));
        }
    }

    fn ladders(&mut self, now: Instant, place: usize) -> Vec<Ladder> {
        let LiveRoom { members, uplinks, .. } = self;
        let Some(member) = members.get(place).and_then(Option::as_ref) else { return Vec::new() };
        let since = |at| now.saturating_duration_since(at);
        let is_new = member.downlink.connected.is_none_or(|at| since(at) < UNKNOWN) && !member.downlink.is_congested();
        let slots = member.downlink.slots.iter().enumerate();
        let shown = slots.filter_map(|(at, slot)| Some((at, slot, slot.carries?)));
        shown
            .filter_map(|(at, slot, carried)| {
                let line = uplinks.get_mut(carried.place)?.publications.get_mut(carried.publication)?;
                let rungs = line.available(now);
                let rate = |at: usize, rung: &Rung| match (at, is_new) {
                    (0, true) => rung.rate.min(BEGINNING),
                    _ => rung.rate,
                };
                let layer =
                    |(at, rung): (usize, &Rung)| Layer { number: at as u8, rate: rate(at, rung), height: rung.height };
                let current = slot.choice.and_then(|key| rungs.iter().position(|rung| rung.key == key));
                Some(Ladder {
                    slot: at,
                    stream: carried.stream,
                    keys: rungs.iter().map(|rung| rung.key).collect(),
                    layers: rungs.iter().enumerate().map(layer).collect(),
                    height: slot.height.unwrap_or(u16::MAX),
                    current: current.map(|at| at as u8),
                })
            })
            .collect()
    }

    /// Tells senders which of their layers anybody wants, where that is news.
    pub(super) fn tell_wanted(&mut self, now: Instant) {
        let LiveRoom { members, uplinks, .. } = self;
        for (place, uplink) in uplinks.iter_mut().enumerate() {
            let Some(sender) = members.get(place).and_then(Option::as_ref) else { continue };
            for line in uplink.publications.iter_mut().filter(|line| line.source.is_video()) {
                let (rungs, told) = (line.rungs(now), line.wanted());
                let slots = line
                    .watchers
                    .iter()
                    .filter_map(|watcher| members.get(watcher.place)?.as_ref()?.downlink.slots.get(watcher.slot));
                let layers = slots.map(|slot| match slot.choice {
                    _ if slot.height == Some(0) => 0,
                    // Nothing was sent yet, so nothing could be chosen.
                    None if rungs.is_empty() => ALL,
                    None => 0,
                    Some(key) => {
                        let at = rungs.iter().position(|rung| rung.key == key);
                        at.map_or(ALL, |at| wanted_from(&rungs, at, told, slot.height.unwrap_or(u16::MAX)))
                    }
                });
                let wanted = layers.max().unwrap_or(0);
                let come = rungs.iter().take_while(|rung| rung.is_alive).count();
                let are_missed = come > 0 && come < rungs.len().min(wanted.into());
                let news = line.want(now, wanted);
                if let Some(layers) = news.or_else(|| line.nudge(now, are_missed.then_some(come as u8))) {
                    sender.tell(PeerEvent::Wanted { source: line.source, layers });
                }
            }
        }
    }

    /// Tells a sender anew: what it was told before may have been lost with its socket, and then a picture would stay
    /// off for ever.
    pub(super) fn tell_wanted_again(&self, place: usize) {
        let Some(sender) = self.member(place) else { return };
        for line in self.uplinks[place].publications.iter().filter(|line| line.source.is_video()) {
            sender.tell(PeerEvent::Wanted { source: line.source, layers: line.wanted() });
        }
    }
}

/// How many of the `rungs` a viewer wants who is shown that `at` at this height. What its sender was told to send and
/// cannot send for now, as its network is narrow, is wanted all the same: told otherwise it would not send it again, and
/// what is off because nobody wants it can be chosen, waited for and asked for, again and again.
fn wanted_from(rungs: &[Rung], at: usize, told: u8, height: u16) -> u8 {
    let asked_for = |at: usize| told == ALL || at < usize::from(told);
    let is_missed = |at: &usize| rungs[at - 1].height < height && asked_for(*at) && !rungs[*at].is_alive;
    let missed = (at + 1..rungs.len()).take_while(is_missed).count();
    if at + missed + 1 < rungs.len() { (at + missed + 1) as u8 } else { ALL }
}

fn kind(ladder: &Ladder, all: &[Ladder]) -> Kind {
    match ladder.stream.source {
        Source::Microphone => Kind::Audio,
        Source::Screen => Kind::Screen,
        Source::Camera => {
            let cameras = all.iter().filter(|other| other.stream.source == Source::Camera && other.slot != ladder.slot);
            let (more, than) = PRESENTER;
            let largest = cameras.map(|other| u32::from(other.height)).max();
            match largest.is_some_and(|largest| u32::from(ladder.height) * than >= largest * more) {
                true => Kind::Presenter,
                false => Kind::Face,
            }
        }
    }
}
