use super::{Choice, DataRate, Kind, Layer, Wish};
use std::cmp::Reverse;

/// One choice for each wish, in the order of the wishes. Their rates together do not exceed `budget` unless audio alone
/// does.
///
/// Strictly one [`Kind`] after the other. Within a kind everybody gets the lowest layer before anybody gets the next,
/// the largest picture first; what does not fit is passed over for the next. Nothing above the size at which it is
/// shown is given.
pub(crate) fn allocate<S: Copy>(budget: DataRate, wishes: &[Wish<'_, S>]) -> Vec<Choice<S>> {
    capped(budget, wishes, |_, _| true)
}

/// What all wishes come to with bandwidth without end.
pub(crate) fn unlimited<S: Copy>(wishes: &[Wish<'_, S>]) -> DataRate {
    allocate(DataRate::MAX, wishes).iter().map(|choice| choice.rate).sum()
}

/// [`allocate`] among the layers that `allowed` (index of the wish, layer's number) lets pass. Audio and data it is not
/// asked about.
pub(super) fn capped<S: Copy>(
    budget: DataRate,
    wishes: &[Wish<'_, S>],
    allowed: impl Fn(usize, u8) -> bool,
) -> Vec<Choice<S>> {
    let mut left = budget;
    let nothing = |wish: &Wish<'_, S>| Choice { stream: wish.stream, layer: None, rate: DataRate::ZERO };
    let mut choices: Vec<_> = wishes.iter().map(nothing).collect();
    let order = served(wishes);
    for class in order.chunk_by(|a, b| wishes[*a].kind == wishes[*b].kind) {
        let deepest = class.iter().map(|at| wishes[*at].layers.len()).max().unwrap_or(0);
        for depth in 0..deepest {
            for at in class.iter().copied() {
                let Some(layer) = useful(&wishes[at]).get(depth) else { continue };
                let wish = &wishes[at];
                if !wish.always_wants() && !allowed(at, layer.number) {
                    continue;
                }
                let choice = &mut choices[at];
                let free = left + choice.rate;
                let rate = match wish.kind {
                    Kind::Data => layer.rate.min(free),
                    _ => layer.rate,
                };
                if rate <= free || wish.kind == Kind::Audio {
                    left = free.saturating_sub(rate);
                    (choice.layer, choice.rate) = (Some(layer.number), rate);
                }
            }
        }
    }
    choices
}

/// Indices in the order of serving: by kind, then size, then as given.
pub(super) fn served<S>(wishes: &[Wish<'_, S>]) -> Vec<usize> {
    let mut order: Vec<_> = (0..wishes.len()).collect();
    order.sort_by_key(|at| (wishes[*at].kind, Reverse(wishes[*at].height)));
    order
}

/// The layers up to the first that is as high as it is shown.
fn useful<'a, S>(wish: &Wish<'a, S>) -> &'a [Layer] {
    if wish.always_wants() {
        return wish.layers;
    }
    if wish.height == 0 {
        return &[];
    }
    let enough = wish.layers.iter().position(|layer| layer.height >= wish.height);
    enough.map_or(wish.layers, |at| &wish.layers[..=at])
}

impl<S> Wish<'_, S> {
    pub(super) fn always_wants(&self) -> bool {
        matches!(self.kind, Kind::Audio | Kind::Data)
    }
}
