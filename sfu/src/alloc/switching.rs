use super::allocate::{capped, served, unlimited};
use super::{Choice, DataRate, Kind, Wish};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Between two switches up of one subscriber, so that each can be judged before the next. Less: a path that carries the
/// first step is asked for the third. More: the best picture comes later.
const BETWEEN_UP: Duration = Duration::from_secs(1);
/// Part of the budget that a switch up may use. More: the ordinary change of a layer's rate takes it down again. Less: a
/// layer that would fit is not shown.
const UP_TO: f64 = 0.85;
/// How long a stream waits after it had to go down: first, and at most; doubled when it goes down soon after it went up.
/// Less: it flickers on a path between two layers. More: after a bad time the picture comes back later (within 15 s).
/// The lowest layer comes back at once where there is room, and after the first wait where it just fits: no picture at
/// all is worse than one that flickers.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// Down this soon after up: the switch up was a mistake.
const MISTAKE: Duration = Duration::from_secs(10);

/// One subscriber's choices over time. `S` tells its streams apart.
#[derive(Debug)]
pub(crate) struct Switching<S> {
    last_up: Option<Instant>,
    streams: BTreeMap<S, History>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct History {
    up: Option<Instant>,
    down: Option<Instant>,
    not_before: Option<Instant>,
    wait: Duration,
}

const UNTRIED: History = History { up: None, down: None, not_before: None, wait: FIRST_WAIT };

impl<S> Default for Switching<S> {
    fn default() -> Self {
        Self { last_up: None, streams: BTreeMap::new() }
    }
}

/// What [`crate::congestion::Estimate::want`] wants to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The budget at which all wishes are granted.
    pub(crate) all: DataRate,
    /// And that for the voices and the smallest form of the most important picture.
    pub(crate) least: DataRate,
}

pub(crate) fn wanted<S: Copy>(wishes: &[Wish<'_, S>]) -> Wanted {
    let lowest = |wish: &Wish<'_, S>| wish.layers.first().map_or(DataRate::ZERO, |layer| layer.rate);
    let voices: DataRate = wishes.iter().filter(|wish| wish.kind == Kind::Audio).map(lowest).sum();
    let pictures = served(wishes).into_iter().map(|at| &wishes[at]);
    let picture =
        pictures.into_iter().find(|wish| !wish.always_wants() && wish.height > 0).map_or(DataRate::ZERO, lowest);
    Wanted { all: unlimited(wishes) * (1.0 / UP_TO), least: voices + picture }
}

impl<S: Copy + Ord> Switching<S> {
    /// One choice for each wish, in their order; together within `budget` unless audio alone is not. To be asked a few
    /// times a second and whenever the wishes or the budget change.
    ///
    /// What no longer fits goes down at once. At most one stream a second goes up, the most important first, and then
    /// takes from those behind it what it needs. A stream that was not shown before starts at once with what fits.
    pub(crate) fn choose(&mut self, now: Instant, budget: DataRate, wishes: &[Wish<'_, S>]) -> Vec<Choice<S>> {
        self.forget(wishes);
        let comfortable = capped(budget * UP_TO, wishes, |_, _| true);
        // A newcomer may start with what is comfortable, the others keep what they have.
        let ceiling = |at: usize| match (wishes[at].current, self.streams.get(&wishes[at].stream)) {
            (None, None) => comfortable[at].layer,
            (None, Some(history)) if comfortable[at].layer.is_some() || history.may_flicker(now) => lowest(&wishes[at]),
            (current, _) => current,
        };
        let kept = capped(budget, wishes, |at, layer| ceiling(at).is_some_and(|most| layer <= most));
        let rises = |at: usize| !wishes[at].always_wants() && comfortable[at].layer > kept[at].layer;
        let up = served(wishes).into_iter().find(|at| rises(*at) && self.may_rise(now, wishes[*at].stream));
        let choices = match up {
            Some(up) => capped(budget, wishes, |at, layer| {
                let most = if at == up { comfortable[at].layer } else { ceiling(at) };
                most.is_some_and(|most| layer <= most)
            }),
            None => kept,
        };
        self.remember(now, wishes, &choices);
        choices
    }

    fn may_rise(&self, now: Instant, stream: S) -> bool {
        let rested = self.last_up.is_none_or(|at| now >= at + BETWEEN_UP);
        let waited = self.streams.get(&stream).and_then(|history| history.not_before).is_none_or(|at| now >= at);
        rested && waited
    }

    fn remember(&mut self, now: Instant, wishes: &[Wish<'_, S>], choices: &[Choice<S>]) {
        for (wish, choice) in wishes.iter().zip(choices) {
            if wish.always_wants() || wish.height == 0 {
                continue;
            }
            let Some(history) = self.streams.get_mut(&wish.stream) else {
                if wish.current.or(choice.layer).is_some() {
                    self.streams.insert(wish.stream, UNTRIED);
                }
                continue;
            };
            if choice.layer > wish.current {
                history.up = Some(now);
                // The lowest layer takes nobody's turn.
                if choice.layer > lowest(wish) {
                    self.last_up = Some(now);
                }
            } else if choice.layer < wish.current && !fits_wish(wish, choice) {
                let mistake = history.up.is_some_and(|at| now < at + MISTAKE);
                history.down = Some(now);
                history.wait = if mistake { (history.wait * 2).min(LONGEST_WAIT) } else { FIRST_WAIT };
                history.not_before = Some(now + history.wait);
            }
        }
    }

    /// A stream that is gone or not shown starts anew when it comes back.
    fn forget(&mut self, wishes: &[Wish<'_, S>]) {
        self.streams.retain(|stream, _| wishes.iter().any(|wish| wish.stream == *stream && wish.height > 0));
    }
}

impl History {
    fn may_flicker(&self, now: Instant) -> bool {
        self.down.is_none_or(|at| now >= at + FIRST_WAIT)
    }
}

fn lowest<S>(wish: &Wish<'_, S>) -> Option<u8> {
    wish.layers.first().map(|layer| layer.number)
}

/// Down because the viewer shows it smaller, not for want of bandwidth.
fn fits_wish<S>(wish: &Wish<'_, S>, choice: &Choice<S>) -> bool {
    let layer = wish.layers.iter().find(|layer| Some(layer.number) == choice.layer);
    layer.is_some_and(|layer| layer.height >= wish.height)
}
