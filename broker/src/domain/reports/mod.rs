//! What is reported of rotas: who was on duty by what was published then, and when nobody was.

mod coverage;
mod quarter;

pub use coverage::{Coverage, coverage};
pub use quarter::{Quarter, quarters};

use crate::domain::rota::{Away, Rota, Shift, Stretch, shifts};
use schemas::UnixMillis;

/// A rota and when it was published; `None`: unknown, so it counts from where the one before it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    pub at: Option<UnixMillis>,
    pub rota: Rota,
}

/// Who was on duty within `span`, each stretch by the rota that was in force then. `history` in the order of its
/// revisions; its first one counts from ever. Somebody's stretches meet where a new rota was published.
pub fn in_force(history: &[Published], away: &Away, (from, until): Stretch) -> Vec<Shift> {
    let mut found = Vec::new();
    let mut begin = from;
    for (place, published) in history.iter().enumerate() {
        begin = published.at.map_or(begin, |at| begin.max(at));
        // One of unknown time replaces this one at once.
        let next = history.get(place + 1).map(|next| next.at.map_or(begin, |at| at.max(begin)));
        let end = next.map_or(until, |next| next.min(until));
        // The first one was there before anybody wrote down when.
        let begin = if place == 0 { from } else { begin };
        if begin < end {
            found.extend(shifts(&published.rota, away, begin, end));
        }
    }
    found
}
